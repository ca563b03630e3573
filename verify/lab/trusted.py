"""What the verdict on the lab's network takes on trust: for every oracle that was asked, all that it stands on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from verify.judgement.trusted import BALLS, MACHINE
from verify.lab.derivation import TRUSTED_PROOFS

_OF_ALL: Final = (
    *TRUSTED_PROOFS,
    MACHINE,
)
_IN_FLOATS: Final = (
    "oracles in floats: NumPy's tanh, exp and log to 4 units in the last place, its matrix products to their summation "
    "bound"
)
_OF_ONE: Final[Mapping[str, tuple[str, ...]]] = {
    "balls": BALLS,
    "symbolic": ("symbolic: mpmath's tanh and exp in 50 digits",),
    "exact": (
        "exact: the arithmetic of dual numbers in verify/exact, with the derivatives of tanh, exp and log",
        "exact: chance. At each of two points a wrong formula is called identical with probability degree/2^61 at "
        "most, where its difference to the right one, a polynomial in numbers and in tanh, exp and log, has a root. "
        "Along a random direction 1/2^61 is added. The points follow from the seed",
        "exact: where code branches on numbers, it is judged on the branches that the cases take",
    ),
    "central-difference": (
        "central-difference: J''' does not grow more than threefold within one coarse step (small nets); on the full "
        "net, the bound on J''' that is derived in verify/oracles/central_difference.py",
    ),
    "complex-step": ("complex-step: eight roundings for each one of the gradient's operations bound its own",),
    "autodiff": ("autodiff: TensorFlow's gradient, to eight roundings for each one of the gradient's operations",),
}


def trusted(oracles: Sequence[str]) -> tuple[str, ...]:
    """Return everything that is trusted where these oracles decide."""
    floats = (_IN_FLOATS,) if any(name not in ("balls", "exact") for name in oracles) else ()
    return (*_OF_ALL, *floats, *(said for name in oracles for said in _OF_ONE[name]))
