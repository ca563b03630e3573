"""Asking the workers: a gradient at a point, in floats and in exact numbers, and the slopes of the loss."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from verify.exact import pair_field
from verify.exact.numbers import ExactArray, NotExpressible
from verify.exact.world import PairWorld
from verify.nets.observation import Observation
from verify.submissions.execution.answers import Leaves, Refused, losses, unpacked
from verify.submissions.execution.calling import Ask, Reading
from verify.submissions.execution.gradients import given_gradients
from verify.submissions.execution.messages import Losses, Run
from verify.submissions.wiring.points import Point, labels_for

STEP: Final = 1e-100  # of the complex step
SPACING: Final = 2.0**-10  # of the central difference; twice that for its error
_ALL: Final = 400  # entries up to which every one is differenced
_SOME: Final = 25  # entries a parameter otherwise


def in_floats(ask: Ask, reading: Reading, point: Point) -> tuple[Observation, Leaves]:
    """Return the submission's gradient at a point, and everything that its functions held."""
    request = reading.run(reading.backward_steps, local_names=True, after=True)
    found = unpacked(*ask(request, reading.arrays(point)))
    return Observation(point.X, point.Y, point.params, given_gradients(reading, found, point.params)), found


def exact_point(
    reading: Reading, point: Point, key: int, slopes: bool = False
) -> tuple[PairWorld, dict[str, Any], dict[str, Any]]:
    """Return a world, the point in its numbers, and the same as arrays for a worker; `slopes` in every direction."""
    world, generator = PairWorld(key), np.random.default_rng([key, 61])
    numbers: dict[str, Any] = {}
    arrays: dict[str, Any] = {"Y": labels_for(point.Y, reading.samples, reading.labels)}
    entries = reading.structure.entries
    first = 0
    for name, shadow in (*point.params.items(), ("X", point.X)):
        value = pair_field.random(shadow.shape, generator)
        numbers[name] = ExactArray(world, value, None, shadow)
        sent = reading.inputs(numbers[name]) if name == "X" else numbers[name]
        arrays[name], arrays[f"{name}.value"] = np.ascontiguousarray(sent.shadow), np.ascontiguousarray(sent.value)
        if slopes and name != "X":
            every = np.zeros((entries, shadow.size), np.uint64)
            every[first : first + shadow.size][np.arange(shadow.size), np.arange(shadow.size)] = pair_field.ONE
            arrays[f"{name}.slope"] = every.reshape(entries, *shadow.shape)
            first += shadow.size
    return world, numbers, arrays


def in_exact_numbers(ask: Ask, reading: Reading, point: Point, key: int) -> Observation:
    """Return the submission's gradient in exact numbers. Raises NotExpressible where the code does what they can't."""
    world, numbers, arrays = exact_point(reading, point, key)
    request = reading.run(reading.backward_steps, key=key, after=True, container=True)
    found = _exactly(ask, request, arrays, world)
    given = given_gradients(reading, {where: _number(world, value) for where, value in found.items()}, numbers)
    return Observation(numbers["X"], point.Y, {name: numbers[name] for name in point.params}, given)


def own_slopes(ask: Ask, reading: Reading, point: Point, key: int) -> dict[str, Any]:
    """Return the derivative of the submission's own loss in exact numbers, by parameter."""
    world, _, arrays = exact_point(reading, point, key, slopes=True)
    found = _exactly(ask, reading.run(reading.forward_steps, key=key, local_names=True), arrays, world)
    J = found.get(reading.loss) if reading.loss else None
    if not isinstance(J, ExactArray) or J.slope is None or J.size != 1:
        raise NotExpressible("a loss that does not depend on the parameters")
    slope, first, gradient = np.asarray(J.slope).reshape(-1), 0, {}
    for name, value in point.params.items():
        part = slope[first : first + value.size].reshape(value.shape)
        gradient[name] = ExactArray(world, part, None, np.full(value.shape, np.nan))
        first += value.size
    return gradient


def _exactly(ask: Ask, request: Run, arrays: Mapping[str, Any], world: PairWorld) -> Leaves:
    try:
        return unpacked(*ask(request, arrays), world)
    except Refused as refused:
        raise NotExpressible(str(refused).removeprefix("NotExpressible: ")) from None


def _number(world: PairWorld, value: Any) -> Any:
    if isinstance(value, ExactArray) or np.asarray(value).dtype.kind not in "biuf":
        return value
    try:
        return world.constant(value)
    except NotExpressible:
        return value


@dataclass(frozen=True)
class Slopes:
    """Derivatives of the submission's own loss by one method, with bounds; NaN in the entries that were not asked."""

    gradient: dict[str, Any]
    bound: dict[str, Any]


def complex_slopes(ask: Ask, reading: Reading, point: Point) -> Slopes | None:
    """Return Im J(theta + ih)/h, or None where the code does not take complex numbers."""
    moves = _moves(reading, point)
    try:
        J = _losses(ask, reading, point, moves, np.full(len(moves[0]), 1j * STEP))
    except Refused:
        return None
    if not np.all(np.isfinite(J.imag)) or not np.any(J.imag):
        return None
    return _slopes(reading, point, moves, J.imag / STEP, np.full(len(J), 0.0))


def central_slopes(ask: Ask, reading: Reading, point: Point) -> Slopes | None:
    """Return the central difference of fourth order, bounded by what halving its step changes and by round-off."""
    which, entry = _moves(reading, point)
    spacing = SPACING * (8 if reading.single_precision else 1)
    deltas = np.repeat(spacing * np.array([1.0, -1.0, 2.0, -2.0, 0.0]), len(which))
    try:
        J = _losses(ask, reading, point, (np.tile(which, 5), np.tile(entry, 5)), deltas).reshape(5, -1)
    except Refused:
        return None
    near, far = (J[0] - J[1]) / (2 * spacing), (J[2] - J[3]) / (4 * spacing)
    unit = 2.0**-23 if reading.single_precision else 2.0**-52
    noise = 16 * unit * np.max(np.abs(J)) / spacing
    # Where a ReLU bends in between, the second differences over one and two steps do not agree.
    bend = (J[0] - 2 * J[4] + J[1]) / spacing - (J[2] - 2 * J[4] + J[3]) / (4 * spacing)
    bound = 4 * np.abs(near - far) + 4 * np.abs(bend) + noise
    return _slopes(reading, point, (which, entry), (4 * near - far) / 3, bound)


def _moves(reading: Reading, point: Point) -> tuple[Any, Any]:
    generator, which, entry = np.random.default_rng(5), [], []
    few = reading.structure.entries > _ALL
    for number, one in enumerate(reading.structure.parameters):
        size = point.params[one.name].size
        chosen = np.sort(generator.permutation(size)[:_SOME]) if few else np.arange(size)
        which.append(np.full(len(chosen), number))
        entry.append(chosen)
    return np.concatenate(which), np.concatenate(entry)


def _losses(ask: Ask, reading: Reading, point: Point, moves: tuple[Any, Any], deltas: Any) -> Any:
    assert reading.loss is not None
    request = Losses(reading.plan(reading.forward_steps), *reading.loss)
    sent = {**reading.arrays(point), "which": moves[0], "entry": moves[1], "delta": deltas}
    return losses(*ask(request, sent), len(deltas))


def _slopes(reading: Reading, point: Point, moves: tuple[Any, Any], values: Any, bounds: Any) -> Slopes:
    gradient, bound = {}, {}
    for number, one in enumerate(reading.structure.parameters):
        size = point.params[one.name].size
        found, allowed = np.full(size, np.nan), np.full(size, np.nan)
        mine = moves[0] == number
        found[moves[1][mine]], allowed[moves[1][mine]] = values[mine], bounds[mine]
        gradient[one.name], bound[one.name] = found.reshape(one.shape), allowed.reshape(one.shape)
    return Slopes(gradient, bound)
