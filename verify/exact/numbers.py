"""Arrays of exact numbers that unmodified NumPy code computes with.

Each entry holds a value in a finite field, its slopes in any number of directions (a dual number),
and a float shadow that decides comparisons, so that piecewise code follows the branch that it really
takes. tanh, exp and log are opaque: the same argument gives the same random value, with the right
derivative. Floats in the code become the simplest fraction that rounds to them.
"""

from __future__ import annotations

from verify.exact.arithmetic import NotExpressible
from verify.exact.array import COMPARISONS, ExactArray, holds_reals
from verify.exact.functions import FUNCTIONS
from verify.exact.operations import UFUNCS
from verify.exact.simplest import simplest_fraction
from verify.exact.world import PairWorld, World

__all__ = [
    "COMPARISONS",
    "FUNCTIONS",
    "UFUNCS",
    "ExactArray",
    "NotExpressible",
    "PairWorld",
    "World",
    "holds_reals",
    "simplest_fraction",
]
