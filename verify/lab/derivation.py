"""The derivation as evidence: every claim with its statement in words of mathematics, and its proofs."""

from __future__ import annotations

from collections.abc import Iterable

from derivations.claims import CLAIMS, Claim
from derivations.proof import TRUSTED, Proof, methods, prove
from derivations.typeset import derivative_latex, latex, text
from verify.evidence.records import Step

TRUSTED_PROOFS = TRUSTED
REASONS_FOR = ("dZ2", "dW2", "db2", "dA1", "dZ1", "dW1", "db1")


def derivation(*, direct: bool) -> tuple[Step, ...]:
    """Return the claims that the gradients rest on, each proved step by step.

    With `direct`: every claim, and proved from the whole loss as well, which takes a second more.
    """
    wanted = CLAIMS if direct else {name: CLAIMS[name] for name in needed_for(REASONS_FOR)}
    return tuple(_step(claim, direct=direct) for claim in wanted.values())


def needed_for(names: Iterable[str]) -> tuple[str, ...]:
    """Return the names of the claims that these build on, and their own, in the order of the derivation."""
    needed: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name not in needed:
            needed.add(name)
            waiting += CLAIMS[name].builds_on
    return tuple(name for name in CLAIMS if name in needed)


def _step(claim: Claim, *, direct: bool) -> Step:
    wanted = [method for method in methods(claim) if direct or method == "staged" or claim.staged is None]
    proofs: list[Proof] = [prove(claim, method) for method in wanted]
    return Step(
        claim.name,
        claim.left,
        derivative_latex(claim.left),
        text(claim.statement),
        latex(claim.statement),
        claim.reason,
        claim.hypotheses,
        claim.builds_on,
        {proof.method: "proved" if proof.proved else "not proved" for proof in proofs},
    )


def explanation(name: str) -> tuple[Step, ...]:
    """Return the steps that one gradient builds on, in the order of the derivation, proved in every way."""
    return tuple(_step(CLAIMS[needed], direct=True) for needed in needed_for([name]))
