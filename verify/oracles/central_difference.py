"""The central difference D(h) = (J(theta + h) - J(theta - h)) / 2h, with the bound that decides.

    |D(h) - dJ/dtheta| <= h^2 |J'''| / 6 + noise / h

The step is chosen, entry by entry, where both parts meet: h = (3 noise / |J'''|)^(1/3). On small nets
J''' is measured; on the full net it is bounded beforehand. No constant like 1e-7 decides, so a loss
multiplied by any number gets the same verdict.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

import numpy as np

from verify.nets.cases import Case, Floats
from verify.oracles.base import Forward, Known, Loss
from verify.oracles.roundoff import UNIT, Rounded, bounded_case, bounded_gradient, exp, loss_roundoff
from verify.oracles.structured import moved_losses

COARSE: Final = 2.0**-10  # the step at which J''' is measured, relative to max(1, |theta|)
_SAFETY: Final = 3.0  # J''' is measured at one point of the interval, not bounded over it
LADDER: Final = tuple(2.0**-n for n in range(2, 26))


@dataclass(frozen=True)
class Difference:
    """One derivative by central differences: its value, the bound on its error, and the step taken."""

    value: float
    bound: float
    step: float


def differentiate(J: Callable[[float], float], at: float, noise: float) -> Difference:
    """Return J'(at) from six values of J, each of them computed to within `noise`.

    Hypothesis: J''' changes little over 2^-9 max(1, |at|).
    """
    H = _power_of_two(COARSE * max(1.0, abs(at)))
    up, down, far_up, far_down = J(at + H), J(at - H), J(at + 2 * H), J(at - 2 * H)
    third = (far_up - 2 * up + 2 * down - far_down) / (2 * H**3)
    third_bound = _SAFETY * abs(third) + 3 * noise / H**3
    h = H / 4 if third_bound == 0 else min(H / 4, float(np.cbrt(3 * noise / third_bound)))
    h = _power_of_two(max(h, 2.0**-24 * max(1.0, abs(at))))
    value = (J(at + h) - J(at - h)) / ((at + h) - (at - h))  # the steps as they are after rounding
    coarse = (up - down) / (2 * H)
    # Where the coarse difference is off by more than J''' explains, its own error sets the scale.
    truncation = h**2 * max(third_bound / 6, _SAFETY * abs(coarse - value) / H**2)
    return Difference(value, truncation + noise / h, h)


def _power_of_two(step: float) -> float:
    """Return a power of two near `step`: at + h then keeps most of its digits."""
    return float(2.0 ** np.round(np.log2(step)))


def central_difference(network: Forward, case: Case, loss: Loss) -> list[Known]:
    """Return D(h) for every entry, each with its own step and bound.

    Bound: truncation and round-off of the difference, and the round-off of the handwritten code.
    """
    rounded = bounded_gradient(case)
    gradient: dict[str, Any] = {}
    bound: dict[str, Any] = {}
    for name in case.params:
        gradient[name], error = _full(network, case, name) if case.full else _small(network, case, loss, name)
        bound[name] = error + rounded[name].error
    note = "J''' bounded beforehand" if case.full else "J''' measured"
    return [Known("numeric", case.X, case.Y, case.params, gradient, bound, note)]


def _small(network: Forward, case: Case, loss: Loss, name: str) -> tuple[Floats, Floats]:
    noise = loss_roundoff(bounded_case(case))
    params = {key: value.copy() for key, value in case.params.items()}
    derivative, bound = np.zeros(params[name].shape), np.zeros(params[name].shape)
    for index in np.ndindex(derivative.shape):

        def J(value: float, index: tuple[int, ...] = index) -> float:
            params[name][index] = value
            return float(loss(network.forward(params, case.X)[0], case.Y))

        found = differentiate(J, float(case.params[name][index]), noise)
        params[name][index] = case.params[name][index]
        derivative[index], bound[index] = found.value, found.bound
    return derivative, bound


def _full(network: Forward, case: Case, name: str) -> tuple[Floats, Floats]:
    noise = _noise_behind_logits(network, case)
    third = third_derivative_bound(case, network.forward(case.params, case.X)[1]["A1"], name)
    with np.errstate(divide="ignore"):
        h = np.minimum(np.cbrt(3 * noise / third), 2.0**-4)
    h = 2.0 ** np.round(np.log2(h))
    difference = moved_losses(network, case, name, h) - moved_losses(network, case, name, -h)
    return difference / (2 * h), h**2 * third / 6 + noise / h


def third_derivative_bound(case: Case, A1: Floats, name: str) -> Floats:
    """Return a bound on |J'''| in each entry of `name`, everywhere.

    In a direction w of Z2 with range R = max w - min w, the moments of softmax give |L'| <= R,
    |L''| <= R^2 / 2, |L'''| <= 0.38 R^3 for -sum y log(Yhat + eps) with any eps >= 0 (the row sum of y
    in front). tanh has |tanh'| <= 1, |tanh''| <= 0.77, |tanh'''| <= 2, and the chain rule joins them.
    """
    weight = np.abs(case.Y).sum(axis=1)[:, None] / case.m
    if name in ("W2", "b2"):
        size = np.abs(A1) if name == "W2" else np.ones((case.m, 1))
        return np.broadcast_to(0.38 * (weight * size**3).sum(axis=0)[:, None], case.params[name].shape)
    R = np.ptp(case.params["W2"], axis=1)
    size = np.abs(case.X) if name == "W1" else np.ones((case.m, 1))
    return np.outer((weight * size**3).sum(axis=0), 0.38 * R**3 + 3 * 0.5 * 0.77 * R**2 + 2 * R)


def _noise_behind_logits(network: Forward, case: Case) -> float:
    """Return the round-off of J from Z2 on, with the rounding of a moved column of Z2 in front.

    Errors made before are the same on both sides of a difference: they move the point, not D(h).
    """
    Z2 = network.forward(case.params, case.X)[1]["Z2"]
    moved = UNIT * (3 * np.abs(Z2) + 12 * np.abs(case.params["W2"]).max() + 1)
    shifted = Rounded(Z2, moved) - np.max(Z2, axis=1, keepdims=True)
    powers = exp(shifted)
    Yhat = powers / (powers @ np.ones((Z2.shape[1], 1)))
    return loss_roundoff({"Y": Rounded(case.Y), "Yhat": Yhat})


@dataclass(frozen=True)
class Ladder:
    """D(h) along one direction for a ladder of steps, and the order at which its error falls."""

    steps: tuple[float, ...]
    differences: tuple[float, ...]
    order: float | None


def ladder(J: Callable[[float], float], noise: float) -> Ladder:
    """Return D(h) of J at 0 for h = 1/4, 1/8, ..., and log2 of how much each halving gains; 2 is expected.

    The order is the median over the steps where truncation is far above round-off; None where it never is.
    """
    differences = tuple((J(h) - J(-h)) / (2 * h) for h in LADDER)
    gains = [abs(one - two) for one, two in pairwise(differences)]
    orders = [
        float(np.log2(gain / next_gain))
        for h, gain, next_gain in zip(LADDER[2:], gains, gains[1:], strict=False)
        if next_gain > 100 * noise / h and gain > 0
    ]
    return Ladder(LADDER, differences, float(np.median(orders[-4:])) if orders else None)
