"""The complex step: Im J(theta + i h) / h is dJ/dtheta to the last digits, with no subtraction.

The error is of order h^2, and h = 1e-100 leaves none of it. NumPy's own tanh, exp and log take
complex numbers; softmax may shift by any number, so its maximum does no harm.
Source: Squire and Trapp, Using Complex Variables to Estimate Derivatives of Real Functions, 1998.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from verify.nets.cases import Case
from verify.oracles.base import Forward, Known, Loss
from verify.oracles.roundoff import bounded_gradient
from verify.oracles.structured import moved_losses

STEP: Final = 1e-100
# Differentiation by the forward pass rounds each product twice more than the backward formula does.
_OPERATIONS: Final = 8.0


def complex_step(network: Forward, case: Case, loss: Loss) -> list[Known]:
    """Return Im J / h for every entry: one forward pass an entry, one column an entry on the full net.

    Bound: the round-off of the gradient's operations, for this oracle and for the handwritten code.
    """
    gradient = {name: _derivative(network, case, loss, name) for name in case.params}
    rounded = bounded_gradient(case)
    bound = {name: (1 + _OPERATIONS) * value.error for name, value in rounded.items()}
    return [Known("numeric", case.X, case.Y, case.params, gradient, bound, f"h = {STEP:.0e} i")]


def _derivative(network: Forward, case: Case, loss: Loss, name: str) -> Any:
    if case.full:
        return moved_losses(network, case, name, STEP * 1j).imag / STEP
    params: dict[str, Any] = {key: value.astype(complex) for key, value in case.params.items()}
    derivative = np.zeros(params[name].shape)
    for index in np.ndindex(derivative.shape):
        kept = params[name][index]
        params[name][index] = kept + STEP * 1j
        derivative[index] = loss(network.forward(params, case.X)[0], case.Y).imag / STEP
        params[name][index] = kept
    return derivative
