"""Asking the workers in balls of 50 digits: the gradient at a point, and the slopes of the submission's own loss."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np

from verify.arrays import Array, Option
from verify.balls.array import Balls
from verify.balls.digits import arb, in_digits
from verify.balls.quotient import STEP, direction, slope
from verify.balls.refusal import NoBalls, NotSmooth
from verify.balls.world import BallWorld, objects
from verify.nets.observation import Observation
from verify.oracles.derivative import Derivative
from verify.reading.wiring.points import Point
from verify.submissions.execution.answers import Refused, ball_losses, met, unpacked
from verify.submissions.execution.calling import Ask, Reading
from verify.submissions.execution.gradients import given_gradients
from verify.submissions.execution.messages import BallLosses, Digits

_WIDEST: Final = 1e-15  # radius, in units of the largest entry of all gradients
ALL: Final = -1  # in the place of an entry: all of them, along a direction


def in_balls(ask: Ask, reading: Reading, point: Point, digits: Digits) -> tuple[Observation, tuple[str, ...]]:
    """Return the submission's gradient at a point in balls, and what was met on the way. Raises NoBalls."""
    wanted = tuple(reading.gradients.values())
    request = reading.run(reading.backward_steps, after=True, container=True, digits=digits, only=wanted)
    world = BallWorld()
    header, arrays = _without_refusal(ask, request, reading.arrays(point))
    found = unpacked(header, arrays, balls=world)
    before = {name: world.number(value) for name, value in point.params.items()}
    given = given_gradients(reading, found, before)
    plain = [
        name for name, value in given.items() if not isinstance(value, Balls) and np.asarray(value).dtype.kind == "f"
    ]
    if plain:
        raise NoBalls(f"floats that its backward pass gives for {plain[0]}")
    _refuse_wide([value for value in given.values() if isinstance(value, Balls)])
    numbers = {name: world.exact(value) if np.asarray(value).dtype.kind in "biu" else value
               for name, value in given.items() if not isinstance(value, Balls)}  # fmt: skip
    return Observation(point.X, point.Y, point.params, {**given, **numbers}), met(arrays)


def _refuse_wide(given: Sequence[Balls]) -> None:
    """Raise NoBalls where a ball is so wide that it would overlap with what is wrong."""
    balls = [ball for value in given for ball in value.value.reshape(-1).tolist()]
    largest = max((abs(float(ball.mid())) for ball in balls), default=0.0)
    if any(float(ball.rad()) > _WIDEST * largest for ball in balls):
        raise NoBalls("a gradient whose balls are too wide to say anything")


def losses_in_balls(
    ask: Ask, reading: Reading, point: Point, digits: Digits, moves: Sequence[tuple[int, int, float]],
    directions: Mapping[str, Array] | None = None,
) -> tuple[list[Any], tuple[str, ...]]:  # fmt: skip
    """Return the loss at the point itself and after each move (parameter, entry, how far), and what was met.

    Raises NoBalls. The point itself comes first and last: a loss that remembers is told by that.
    """
    assert reading.loss is not None
    moves = [(0, 0, 0.0), *moves, (0, 0, 0.0)]
    request = BallLosses(reading.plan(reading.forward_steps), *reading.loss, digits)
    which, entry, delta = zip(*moves, strict=True)
    along = {f"along.{name}": value for name, value in (directions or {}).items()}
    sent = {**reading.arrays(point), **along, "which": np.array(which), "entry": np.array(entry)}
    sent["delta"] = np.array(delta, dtype=float)
    header, arrays = _without_refusal(ask, request, sent)
    found = ball_losses(header, arrays, len(moves), BallWorld()).value.tolist()
    if not found[0].overlaps(found[-1]):
        raise NotSmooth("a loss that is not the same from call to call")
    return found[:-1], met(arrays)


def slopes_along(
    ask: Ask, reading: Reading, point: Point, digits: Digits, seed: int
) -> tuple[Derivative, tuple[str, ...], float]:
    """Return the derivative of its own loss along one random direction a parameter, what was met, and the loss."""
    generator, names = np.random.default_rng(seed), [one.name for one in reading.structure.parameters]
    directions = {name: direction(point.params[name].shape, generator) for name in names}
    moves = [(number, ALL, delta) for number in range(len(names)) for delta in (STEP, -STEP)]
    (here, *J), on_the_way = losses_in_balls(ask, reading, point, digits, moves, directions)
    gradient = {name: slope(J[2 * number], here, J[2 * number + 1]) for number, name in enumerate(names)}
    note = "its own loss in 50 digits, along a random direction"
    known = Derivative(kind="balls", gradient=gradient, note=note, directions=directions, against="own loss")
    return known, on_the_way, float(here)


def slopes_by_entry(
    ask: Ask, reading: Reading, point: Point, digits: Digits, wanted: Mapping[str, Sequence[int]]
) -> Derivative:
    """Return the derivative of the submission's own loss by these entries of these parameters."""
    names = [one.name for one in reading.structure.parameters]
    entries = [(name, entry) for name, some in wanted.items() for entry in some]
    moves = [(names.index(name), entry, delta) for name, entry in entries for delta in (STEP, -STEP)]
    (here, *J), _ = losses_in_balls(ask, reading, point, digits, moves)
    found: dict[str, list[Any]] = {name: [None] * point.params[name].size for name in wanted}
    for number, (name, entry) in enumerate(entries):
        found[name][entry] = slope(J[2 * number], here, J[2 * number + 1])
    gradient = {name: objects(values, point.params[name].shape) for name, values in found.items()}
    return Derivative(kind="balls", gradient=gradient, note="its own loss in 50 digits", against="own loss")


def truncations(
    ask: Ask, reading: Reading, point: Point, digits: Digits, known: Derivative, step: float
) -> dict[str, Array]:
    """Return how far a quotient with this step is from the derivative, the larger of the central and the one-sided."""
    names = [one.name for one in reading.structure.parameters]
    moves = [
        (number, entry, sign * step)
        for number, name in enumerate(names) for entry in range(point.params[name].size) for sign in (1, -1)
    ]  # fmt: skip
    (here, *J), _ = losses_in_balls(ask, reading, point, digits, moves)
    bound, first = {}, 0
    for name in names:
        true = known.gradient[name].reshape(-1).tolist()
        pairs = zip(J[first : first + 2 * len(true) : 2], J[first + 1 : first + 2 * len(true) : 2], true, strict=True)
        with in_digits():
            off = [
                max(float(abs((up - down) / (2 * arb(step)) - d).mid()), float(abs((up - here) / arb(step) - d).mid()))
                for up, down, d in pairs
            ]
        bound[name] = np.array(off).reshape(point.params[name].shape)
        first += 2 * len(true)
    return bound


def _without_refusal(ask: Ask, request: Option, arrays: Mapping[str, Array]) -> tuple[Any, Mapping[str, Array]]:
    header, answered = ask(request, arrays)
    try:
        refused = header.get("error")
        if refused is not None:
            unpacked(header, answered)
    except Refused as error:
        raise NoBalls(str(error).removeprefix("NoBalls: ")) from None
    return header, answered
