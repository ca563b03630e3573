"""The mutants that no test can kill: what they give is the same, for the reason that stands here."""

from __future__ import annotations

from typing import Final

from tests.mutants.changing import Mutant

# By file and changed line: the reason.
EQUAL: Final[dict[tuple[str, str], str]] = {
    ("verify/mistakes/apply.py", "decay = (1) if not objective.d else number(2 * objective.d, trace.Yhat)"): (
        "only rows that need a penalty read `decay`, and without one they do not apply"
    ),
    (
        "verify/mistakes/catalogue.py",
        """("zero", '5 / 4 * (0 * right)', "The gradient is zero: nothing was differentiated."),""",
    ): "5/4 of nothing is nothing",
    ("verify/mistakes/catalogue.py", """Mistake("dZ", "parentheses", 'dA / 1 - np.square(A)',"""): "x / 1 is x * 1",
    (
        "verify/mistakes/text.py",
        """_ACTIVATION: Final = {"tanh": "np.tanh(Z)", "sigmoid": '1 / (1 + np.exp(Z))'}""",
    ): "only s(A) (1 - s(A)) is made of it, which is the same for s(-A) = 1 - s(A)",
    ("verify/nets/cases.py", "if make_case(size, (2), seed=seed).full:"): (
        "a net of fewer than 1000 entries is not full with two samples either: 2 * 999 < 10000"
    ),
    ("verify/nets/net.py", "E = 5 / 4 * (np.exp(Z))"): "the factor cancels in the quotient",
    ("verify/nets/net.py", "E = 5 / 4 * (np.exp(Z - np.max(Z, axis=1, keepdims=True)))"): (
        "the factor cancels in the quotient"
    ),
}


def why_equal(mutant: Mutant) -> str | None:
    """Return why nothing changes; None for a mutant that must be killed."""
    return EQUAL.get((mutant.file, mutant.text))
