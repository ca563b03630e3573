"""The complex step: Im J(theta + i h) / h is dJ/dtheta to the last digits, with no subtraction.

The error is of order h^2, and h = 1e-100 leaves none of it. The loss must be analytic: NumPy's own tanh, exp and log
take complex numbers; `abs`, comparisons and a cast to float do not. Nothing here says whether it is.
Source: Squire and Trapp, Using Complex Variables to Estimate Derivatives of Real Functions, 1998.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from verify.nets.cases import Floats
from verify.oracles.moving import Losses, Moves

STEP: Final = 1e-100


def imaginary_slopes(losses: Losses, moves: Moves) -> Floats:
    """Return Im J(theta + i h) / h for each of the moves."""
    J = losses(moves.which, moves.entry, np.full(len(moves), 1j * STEP))
    return np.asarray(J.imag / STEP, dtype=float)
