"""Asking the workers: a gradient at a point, in floats and in exact numbers, and the slopes of the loss."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np

from verify.arrays import Array
from verify.exact import pair_field
from verify.exact.numbers import ExactArray, NotExpressible
from verify.exact.world import PairWorld
from verify.nets.observation import Observation
from verify.oracles.derivative import Derivative
from verify.oracles.difference import COARSE, UNIT, differentiate, measured_noise
from verify.oracles.imaginary import STEP, imaginary_slopes
from verify.oracles.moving import Losses, Moves, some_entries
from verify.reading.wiring.points import Point
from verify.submissions.execution import messages
from verify.submissions.execution.answers import Leaves, Refused, losses, malformed, unpacked
from verify.submissions.execution.calling import Ask, Reading
from verify.submissions.execution.gradients import given_gradients
from verify.submissions.execution.messages import Run

UNIT_OF_FLOAT32: Final = float(np.finfo(np.float32).eps) / 2
_ALL: Final = 400  # entries up to which every one is differenced
_MANY: Final = 4000  # entries beyond which a loss takes long
_SOME: Final = (25, 8)  # entries a parameter otherwise: of less than many, and of many
_AS_IN_FLOATS: Final = 1e-6  # of the largest entry: an honest function gives the same with exact numbers beside
_AS_IN_FLOAT32: Final = 1e-2
_MOST_SLOPES: Final = 120  # entries of all parameters: every number on the way has a slope for each


def in_floats(ask: Ask, reading: Reading, point: Point) -> tuple[Observation, Leaves]:
    """Return the submission's gradient at a point, and everything that its functions held."""
    request = reading.run(reading.backward_steps, local_names=True, after=True, calls=True)
    found = unpacked(*ask(request, reading.arrays(point)))
    return Observation(point.X, point.Y, point.params, given_gradients(reading, found, point.params)), found


def exact_point(reading: Reading, point: Point, key: int) -> tuple[PairWorld, dict[str, Array], dict[str, Array]]:
    """Return a world, the point in its numbers, and the same as arrays for a worker."""
    world, generator = PairWorld(key), np.random.default_rng([key, 61])
    numbers: dict[str, Array] = {}
    arrays: dict[str, Array] = {"Y": reading.targets(point.Y)}
    arrays |= reading.rest
    for name, shadow in (*point.params.items(), ("X", point.X)):
        value = pair_field.random(shadow.shape, generator)
        numbers[name] = ExactArray(world, value, None, shadow)
        sent = reading.inputs(numbers[name]) if name == "X" else numbers[name]
        arrays[name], arrays[f"{name}.value"] = np.asarray(sent.shadow, order="C"), np.asarray(sent.value, order="C")
    return world, numbers, arrays


def _every_entry(params: Mapping[str, Array]) -> dict[str, Array]:
    """Return slopes (entries x shape) that move one entry after the other, of one parameter after the other."""
    entries, first, moved = sum(value.size for value in params.values()), 0, {}
    for name, value in params.items():
        every = np.zeros((entries, value.size), np.uint64)
        every[first : first + value.size][np.arange(value.size), np.arange(value.size)] = pair_field.ONE
        moved[name] = every.reshape(entries, *value.shape)
        first += value.size
    return moved


def _one_direction_each(directions: Mapping[str, Array]) -> dict[str, Array]:
    """Return slopes (parameters x shape) that move one parameter after the other along its direction."""
    moved = {}
    for place, (name, one) in enumerate(directions.items()):
        moved[name] = np.zeros((len(directions), *one.shape), np.uint64)
        moved[name][place] = one
    return moved


def in_exact_numbers(ask: Ask, reading: Reading, point: Point, floats: Observation) -> Observation:
    """Return the submission's gradient in exact numbers.

    Raises NotExpressible where the code does what they can't, or gives something else than in floats.
    """
    key = point.drawn_for("exact numbers")
    world, numbers, arrays = exact_point(reading, point, key)
    wanted = tuple(reading.gradients.values())
    request = reading.run(reading.backward_steps, key=key, after=True, container=True, only=wanted)
    found = _exactly(ask, request, arrays, world)
    given = given_gradients(reading, {where: _number(world, value) for where, value in found.items()}, numbers)
    for name, value in given.items():
        if name in floats.given and not _alike(getattr(value, "shadow", value), floats.given[name], reading):
            raise NotExpressible(f"what this code does: it gives another gradient of {name} than in floats")
    return Observation(numbers["X"], point.Y, {name: numbers[name] for name in point.params}, given)


def own_slopes(ask: Ask, reading: Reading, point: Point, key: int) -> Derivative:
    """Return the derivative of the submission's own loss in exact numbers: by entry, of a large net along directions.

    Along a random direction of each parameter, a wrong gradient is right by a chance of about degree/2^30.
    """
    world, _, arrays = exact_point(reading, point, key)
    directions: dict[str, Array] | None = None
    if reading.structure.entries > (_MOST_SLOPES if reading.rates else _ALL):
        generator = np.random.default_rng([key, 67])
        directions = {name: pair_field.random(value.shape, generator) for name, value in point.params.items()}
    moved = _every_entry(point.params) if directions is None else _one_direction_each(directions)
    arrays |= {f"{name}.slope": every for name, every in moved.items()}
    found = _exactly(ask, reading.run(reading.forward_steps, key=key, local_names=True), arrays, world)
    J = found.get(reading.loss) if reading.loss else None
    if not isinstance(J, ExactArray) or J.slope is None or J.size != 1:
        raise NotExpressible("a loss that does not depend on the parameters")
    if not _alike(J.shadow, np.asarray(loss_at(ask, reading, point)), reading):
        raise NotExpressible("what this code does: it has another loss than in floats")
    asked = reading.structure.entries if directions is None else len(directions)
    if len(J.slope) != asked:
        raise malformed(f"{asked} slopes were asked for, and {len(J.slope)} were sent")
    slope = np.asarray(J.slope).reshape(-1)
    if directions is not None:
        along = {name: slope[place] for place, name in enumerate(directions)}
        note = "exact numbers, one random direction a parameter"
        return Derivative(kind="exact", gradient=along, note=note, directions=directions, world=world)
    parts = np.split(slope, np.cumsum([value.size for value in point.params.values()])[:-1])
    named = zip(point.params.items(), parts, strict=True)
    gradient = {name: part.reshape(value.shape) for (name, value), part in named}
    near = {name: np.full(value.shape, np.nan) for name, value in point.params.items()}
    return Derivative(kind="exact", gradient=gradient, note="exact numbers, every entry", world=world, near=near)


def as_in_floats(reading: Reading) -> float:
    """Return how near to the largest entry an honest function comes in floats to what it gives in other numbers."""
    return _AS_IN_FLOAT32 if reading.single_precision else _AS_IN_FLOATS


def _alike(shadow: Array, floats: Array, reading: Reading) -> bool:
    """Whether floats that went along with exact numbers are those of the code alone; what is lost in both is alike."""
    if np.size(shadow) != np.size(floats):
        return False
    shadow, floats = np.ravel(np.asarray(shadow, dtype=float)), np.ravel(np.asarray(floats, dtype=float))
    scale = float(np.max(np.abs(floats), where=np.isfinite(floats), initial=0.0))
    return bool(np.allclose(shadow, floats, rtol=0.0, atol=as_in_floats(reading) * max(scale, 1e-3), equal_nan=True))


def _exactly(ask: Ask, request: Run, arrays: Mapping[str, Array], world: PairWorld) -> Leaves:
    try:
        return unpacked(*ask(request, arrays), world)
    except Refused as refused:
        raise NotExpressible(str(refused).removeprefix("NotExpressible: ")) from None


def _number(world: PairWorld, value: Array) -> Array:
    if isinstance(value, ExactArray) or np.asarray(value).dtype.kind not in "biuf":
        return value
    try:
        return world.constant(value)
    except NotExpressible:
        return value


def complex_slopes(ask: Ask, reading: Reading, point: Point) -> Derivative | None:
    """Return Im J(theta + ih)/h, or None where the code does not take complex numbers."""
    moves = _moves(reading, point)
    try:
        slopes = imaginary_slopes(_losses(ask, reading, point), moves)
    except Refused:
        return None
    if not np.all(np.isfinite(slopes)) or not np.any(slopes):
        return None
    return _derivative(moves, slopes, np.zeros(len(moves)), f"h = {STEP:.0e} i")


def central_slopes(ask: Ask, reading: Reading, point: Point) -> Derivative | None:
    """Return the central difference with its bound, or None where the loss can't be had at points nearby."""
    moves, J = _moves(reading, point), _losses(ask, reading, point)
    unit, coarse = (UNIT_OF_FLOAT32, 8 * COARSE) if reading.single_precision else (UNIT, COARSE)
    try:
        found = differentiate(J, moves, measured_noise(J, moves, unit), coarse)
    except Refused:
        return None
    return _derivative(moves, found.value, found.bound, "J''' and the noise of J measured")


def _moves(reading: Reading, point: Point) -> Moves:
    params = {one.name: point.params[one.name] for one in reading.structure.parameters}
    entries = reading.structure.entries
    some = None if entries <= _ALL else _SOME[entries > _MANY]
    return some_entries(params, some, point.drawn_for("entries"))


def _losses(ask: Ask, reading: Reading, point: Point) -> Losses:
    """Return the submission's own loss at many points: one request a call, whatever their number."""
    assert reading.loss is not None
    request = messages.Losses(reading.plan(reading.forward_steps), *reading.loss)

    def asked(which: Array, entry: Array, delta: Array) -> Array:
        sent = {**reading.arrays(point), "which": which, "entry": entry, "delta": delta}
        return losses(*ask(request, sent), len(delta))

    return asked


def loss_at(ask: Ask, reading: Reading, point: Point) -> float:
    """Return the submission's own loss at the point itself."""
    try:
        here = _losses(ask, reading, point)(np.zeros(1, dtype=np.int64), np.zeros(1, dtype=np.int64), np.zeros(1))
    except Refused:
        return float("nan")
    return float(np.real(here[0]))


def _derivative(moves: Moves, slopes: Array, bounds: Array, note: str) -> Derivative:
    gradient, bound = moves.arranged(slopes), moves.arranged(bounds)
    return Derivative(kind="numeric", gradient=gradient, bound=bound, note=note, against="own loss")
