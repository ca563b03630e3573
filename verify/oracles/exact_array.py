"""Arrays of exact numbers that unmodified NumPy code computes with.

Each entry holds a value in a finite field, its slopes in any number of directions (a dual number),
and a float shadow that decides comparisons, so that piecewise code follows the branch that it really
takes. tanh, exp and log are opaque: the same argument gives the same random value, with the right
derivative. Floats in the code become the simplest fraction that rounds to them.
"""

from __future__ import annotations

from verify.oracles.arithmetic import NotExpressible
from verify.oracles.dual_array import COMPARISONS, ExactArray
from verify.oracles.exact_functions import FUNCTIONS
from verify.oracles.exact_operations import UFUNCS
from verify.oracles.simplest import simplest_fraction
from verify.oracles.world import PairWorld, World

__all__ = [
    "COMPARISONS",
    "FUNCTIONS",
    "UFUNCS",
    "ExactArray",
    "NotExpressible",
    "PairWorld",
    "World",
    "simplest_fraction",
]
