"""The symbolic oracle: the proved claims, evaluated at the case in 50 digits, or in float64 on the full net."""

from __future__ import annotations

from typing import Any, Final

import mpmath
import numpy as np

from derivations.evaluate import forward, gradients
from verify.nets.cases import Case, Floats
from verify.oracles.base import Forward, Known, Loss
from verify.oracles.roundoff import bounded_gradient

DIGITS: Final = 50


def symbolic(network: Forward, case: Case, loss: Loss) -> list[Known]:
    """Return the claims at the case. Neither the handwritten network nor its loss is run.

    Bound: the round-off of the handwritten code's own operations, and twice that where the claims
    are evaluated in float64 too.
    """
    rounded = bounded_gradient(case)
    if case.full:
        gradient = {name: value.value for name, value in rounded.items()}
        factor, note = 2.0, "claims in float64"
    else:
        gradient, factor, note = at_digits(case), 1.0, f"claims in {DIGITS} digits"
    bound = {name: factor * value.error for name, value in rounded.items()}
    return [Known(kind="numeric", gradient=gradient, bound=bound, note=note, X=case.X, Y=case.Y, params=case.params)]


def at_digits(case: Case, digits: int = DIGITS) -> dict[str, Floats]:
    """Return the claimed gradient evaluated in this many decimal digits, then rounded to float64."""
    with mpmath.workdps(digits):
        exact: dict[str, Any] = {name: np.vectorize(mpmath.mpf, otypes=[object])(v) for name, v in case.known().items()}
        values = forward(
            exact,
            tanh=np.frompyfunc(mpmath.tanh, 1, 1),
            exp=np.frompyfunc(mpmath.exp, 1, 1),
        )
        return {name: value.astype(float) for name, value in gradients(values).items()}
