"""The exact oracle: the handwritten code itself, run on exact numbers. No tolerance exists.

Small nets: every entry's derivative at once, one direction an entry. The full net: the derivative
along one random direction v a parameter, which equals sum(gradient * v) for the right gradient and,
for any wrong one, with probability 2^-61. Two random points are used.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from verify.exact import field
from verify.exact.numbers import ExactArray, World
from verify.nets.cases import PARAMETERS, Case
from verify.oracles.base import Forward, Known, Loss

POINTS: Final = 2


def exact(network: Forward, case: Case, loss: Loss) -> list[Known]:
    """Return the derivative of the loss of the unmodified network at random exact points.

    The point's float shadow is the case itself, so branches go where the case's numbers lead.
    Raises NotExpressible where the code does what exact numbers can't.
    """
    return [_at_point(network, case, loss, World(case.seed * POINTS + point)) for point in range(POINTS)]


def exact_targets(world: World, case: Case) -> ExactArray:
    """Return Y with zeros and ones kept; the last column of soft targets makes each row sum to exactly 1."""
    if case.targets == "one-hot":
        return world.constant(case.Y)
    Y = world.number(case.Y)
    if case.targets == "soft":
        others = field.total(Y.value[:, :-1], 1, keepdims=True)
        Y.value[:, -1:] = field.subtract(np.ones_like(others), others)
    return Y


def _at_point(network: Forward, case: Case, loss: Loss, world: World) -> Known:
    X, Y = world.number(case.X), exact_targets(world, case)
    params = {name: world.number(case.params[name]) for name in PARAMETERS}

    def slopes(moved: dict[str, ExactArray]) -> field.Field:
        J = loss(network.forward({**params, **moved}, X)[0], Y)
        if not isinstance(J, ExactArray) or J.slope is None:
            return np.zeros(max(len(value.slope) for value in moved.values() if value.slope is not None), np.uint64)
        return J.slope.reshape(len(J.slope))

    if case.full:
        directions = {name: field.random(params[name].shape, world.generator) for name in PARAMETERS}
        along = {name: slopes({name: _moving(params[name], directions[name][None])})[0] for name in PARAMETERS}
        return Known(
            kind="exact", gradient=along, note="one random direction a parameter", directions=directions, world=world,
            X=X, Y=Y, params=params,
        )  # fmt: skip

    moved, first = {}, 0
    for name in PARAMETERS:
        count = params[name].size
        every = np.zeros((case.entries, count), np.uint64)
        every[first : first + count] = np.eye(count, dtype=np.uint64)
        moved[name] = _moving(params[name], every.reshape(case.entries, *params[name].shape))
        first += count
    derivative = slopes(moved)
    gradient, first = {}, 0
    for name in PARAMETERS:
        gradient[name] = derivative[first : first + params[name].size].reshape(params[name].shape)
        first += params[name].size
    return Known(kind="exact", gradient=gradient, note="every entry", world=world, X=X, Y=Y, params=params)


def _moving(value: ExactArray, slope: field.Field) -> ExactArray:
    return ExactArray(value.world, value.value, slope, value.shadow)
