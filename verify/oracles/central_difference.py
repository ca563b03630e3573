"""Central differences on a net: J''' measured in each entry of small nets, bounded beforehand on the full net."""

from __future__ import annotations

from typing import Any

import numpy as np

from verify.nets.cases import Case, Floats
from verify.oracles.base import Forward, Known, Loss
from verify.oracles.difference import UNIT, best_step, differentiate, power_of_two
from verify.oracles.moving import one_at_a_time, some_entries
from verify.oracles.roundoff import Rounded, bounded_case, bounded_gradient, exp, loss_roundoff
from verify.oracles.structured import moved_losses


def central_difference(network: Forward, case: Case, loss: Loss) -> list[Known]:
    """Return D(h) for every entry, each with its own step and bound.

    Bound: truncation and round-off of the difference, and the round-off of the handwritten code.
    """
    gradient, error = _by_columns(network, case) if case.full else _every_entry(network, case, loss)
    bound = {name: error[name] + value.error for name, value in bounded_gradient(case).items()}
    note = "J''' bounded beforehand" if case.full else "J''' measured"
    return [Known(kind="numeric", gradient=gradient, bound=bound, note=note, X=case.X, Y=case.Y, params=case.params)]


def _every_entry(network: Forward, case: Case, loss: Loss) -> tuple[dict[str, Floats], dict[str, Floats]]:
    def J(params: dict[str, Any]) -> float:
        return float(loss(network.forward(params, case.X)[0], case.Y))

    moves = some_entries(case.params)
    found = differentiate(one_at_a_time(J, case.params), moves, loss_roundoff(bounded_case(case)))
    return moves.arranged(found.value), moves.arranged(found.bound)


def _by_columns(network: Forward, case: Case) -> tuple[dict[str, Floats], dict[str, Floats]]:
    noise, A1 = _noise_behind_logits(network, case), network.forward(case.params, case.X)[1]["A1"]
    gradient, bound = {}, {}
    for name in case.params:
        third = third_derivative_bound(case, A1, name)
        h = power_of_two(best_step(noise, third, 2.0**-4))
        gradient[name] = (moved_losses(network, case, name, h) - moved_losses(network, case, name, -h)) / (2 * h)
        bound[name] = h**2 * third / 6 + noise / h
    return gradient, bound


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
