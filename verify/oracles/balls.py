"""The balls oracle: the derivative of the code's own loss in 50 digits, as a difference quotient with h = 1e-30.

On a net, and of any function. The radius is certified; what the step leaves out is in it. NumPy's functions answer
balls themselves, so the code under test runs unchanged.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from verify.balls.array import Balls
from verify.balls.digits import Ball
from verify.balls.quotient import STEP, direction, moved, slope
from verify.balls.refusal import NoBalls
from verify.balls.world import BallWorld, objects
from verify.nets.cases import Case
from verify.oracles.base import Forward, Known, Loss

BallLoss = Callable[[Mapping[str, Balls]], Any]


def balls(network: Forward, case: Case, loss: Loss) -> list[Known]:
    """Return the slope of the loss by every entry; along one random direction a parameter on the full net.

    Raises NoBalls where the code does what balls can't.
    """
    world = BallWorld()
    X, Y = world.number(case.X), ball_targets(world, case)
    point = {name: world.number(value) for name, value in case.params.items()}

    def J(params: Mapping[str, Balls]) -> Ball:
        return loss(network.forward(dict(params), X)[0], Y)

    if case.full:
        generator = np.random.default_rng([case.seed, 50])
        directions = {name: direction(value.shape, generator) for name, value in point.items()}
        return [
            Known(
                kind="balls", gradient=slopes_along(J, point, directions), note="one random direction a parameter",
                directions=directions, X=X, Y=Y, params=point,
            )
        ]  # fmt: skip
    every = {name: slopes_by_entry(J, point, name) for name in point}
    return [Known(kind="balls", gradient=every, note="in 50 digits, h = 1e-30", X=X, Y=Y, params=point)]


def ball_targets(world: BallWorld, case: Case) -> Balls:
    """Return Y; the last column of soft targets makes each row sum to exactly 1, as the floats do but for rounding."""
    Y = world.number(case.Y)
    if case.targets == "soft":
        Y[:, -1] = 1 - np.sum(Y[:, :-1], axis=1)
    return Y


def slopes_along(J: BallLoss, point: Mapping[str, Balls], directions: Mapping[str, Any]) -> dict[str, Any]:
    """Return the derivative along one direction a parameter. Raises NoBalls."""
    here = _ball(J(point))
    return {
        name: slope(_ball(J(moved(point, name, where, STEP))), here, _ball(J(moved(point, name, where, -STEP))))
        for name, where in directions.items()
    }


def slopes_by_entry(J: BallLoss, point: Mapping[str, Balls], name: str) -> Ball:
    """Return the derivative by every entry of one parameter, as an array of balls. Raises NoBalls."""
    here = _ball(J(point))
    found = [
        slope(_ball(J(moved(point, name, entry, STEP))), here, _ball(J(moved(point, name, entry, -STEP))))
        for entry in range(point[name].size)
    ]
    return objects(found, point[name].shape)


def _ball(value: Ball) -> Ball:
    if not isinstance(value, Balls):
        raise NoBalls("a loss that does not depend on what balls are made of")
    if value.size != 1:
        raise NoBalls("a loss that is not one number")
    return value.value.reshape(-1)[0]
