"""The first oracle: a submission's own code in balls of 50 digits, its gradient against the slopes of its own loss."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np

from verify.arrays import Array, Option
from verify.balls.array import Balls
from verify.balls.digits import in_digits
from verify.balls.quotient import along, direction
from verify.balls.refusal import NoBalls, NotSmooth
from verify.balls.world import BallWorld
from verify.evidence.records import FAILS, Comparison
from verify.exact.stand_in import StandIn
from verify.judgement.comparison import all_zero, without_numbers
from verify.nets.observation import Observation
from verify.oracles.derivative import Derivative
from verify.oracles.difference import UNIT
from verify.oracles.moving import some_entries
from verify.reading.wiring.points import Point
from verify.submissions.diagnosis.by_machine import Machine
from verify.submissions.diagnosis.comparing import in_fifty_digits, within, within_bounds
from verify.submissions.execution.calling import Ask, Reading
from verify.submissions.execution.gradients import truth
from verify.submissions.execution.in_balls import in_balls, slopes_along, slopes_by_entry, truncations
from verify.submissions.execution.measuring import as_in_floats, loss_at
from verify.submissions.execution.messages import Digits
from verify.submissions.execution.shapes import in_shape

_JITTERS: Final = (1, 2, 3)
_SAFETY: Final = 16.0  # how much more than the jitters show the rounding of constants may explain
_ALL: Final = 400  # entries up to which every one is shown
_SOME: Final = 25  # entries a parameter otherwise
_OF_A_GUARD: Final = 1e-2  # what a guard moves of a loss at moderate weights


@dataclass(frozen=True)
class _Asked:
    """Whom to ask for slopes, and in which way to take guards and constants."""

    ask: Ask
    reading: Reading
    digits: Digits


@dataclass(frozen=True)
class Given:
    """The gradient at one point in balls: for each way to take guards and constants, all asked before any slope is."""

    by_digits: Mapping[Digits, Observation]


def given_in_balls(ask: Ask, reading: Reading, points: Sequence[Point], floats: Sequence[Observation]) -> list[Given]:
    """Return the submission's gradient at every point. Raises NoBalls where balls do not apply."""
    if reading.torch:
        raise NoBalls("tensors of PyTorch")
    return [_given(ask, reading, point, at) for point, at in zip(points, floats, strict=True)]


def _given(ask: Ask, reading: Reading, point: Point, floats: Observation) -> Given:
    plain = Digits(guards=False)
    found = {}
    found[plain], met = in_balls(ask, reading, point, plain)
    every = [plain]
    if "guard" in met:
        every.append(Digits(guards=True))
        found[every[-1]], _ = in_balls(ask, reading, point, every[-1])
    _hold_against(floats.given, found[every[-1]].given, as_in_floats(reading))
    for digits in every if "constant" in met else ():
        for jitter in _JITTERS:
            moved = replace(digits, jitter=jitter)
            found[moved], _ = in_balls(ask, reading, point, moved)
    return Given(found)


def _hold_the_loss(ask: Ask, reading: Reading, point: Point, balls: float, met: Sequence[str]) -> None:
    """Raise NoBalls where the loss is another in balls than in floats; a guard that is absent moves it little."""
    if "rounding" not in met:
        tolerance = max(as_in_floats(reading), _OF_A_GUARD if "guard" in met else 0.0)
        if not abs(loss_at(ask, reading, point) - balls) <= tolerance * (abs(balls) + 1.0):
            raise NoBalls("another loss than in floats")


def _hold_against(floats: Mapping[str, Array], balls: Mapping[str, Any], tolerance: float) -> None:
    """Raise NoBalls where the code gives another gradient in balls than in floats."""
    for name, value in floats.items():
        other = balls.get(name)
        if other is None:
            raise NoBalls(f"no finite balls for the gradient of {name}")
        shadow = np.asarray(other.shadow if isinstance(other, StandIn) else other, dtype=float)
        if shadow.shape != np.shape(value):
            raise NoBalls(f"another shape of the gradient of {name}")
        scale = float(np.max(np.abs(shadow), initial=0.0))
        if not np.all(np.abs(np.asarray(value) - shadow) <= tolerance * max(scale, 1e-3)):
            raise NoBalls(f"another gradient of {name} than in floats")


def against_its_loss(ask: Ask, reading: Reading, points: Sequence[Point], given: Sequence[Given]) -> list[Comparison]:
    """Return the gradient against the slopes of the submission's own loss. Raises NoBalls where balls do not apply.

    A guard in a logarithm may count as absent or stand as it is written: a gradient that is right either way is right.
    """
    names, missing = _names(reading, given)
    best: list[Comparison] | None = None
    for guards in (False, True):
        if Digits(guards) not in given[0].by_digits:
            continue
        asked = _Asked(ask, reading, Digits(guards))
        found, known = _along(asked, points, given, names)
        if all(all_zero(one, name) for one in known for name in names):
            continue
        failed = [one.parameter for one in found if one.verdict in FAILS]
        if failed:
            found = _by_entry(asked, points, given, found, known)
        if best is None or len(failed) < sum(one.verdict in FAILS for one in best):
            best = found
        if not failed:
            break
    if best is None:
        raise NotSmooth("the loss, as it is called here, does not depend on any parameter")
    return [*best, *missing]


def floats_against_its_loss(ask: Ask, reading: Reading, point: Point, floats: Observation) -> list[Comparison]:
    """Return a gradient that is there in floats only against the slopes of its own loss, within round-off."""
    best: list[Comparison] = []
    names = [one.name for one in reading.structure.parameters]
    params = {name: point.params[name] for name in names}
    moves = some_entries(params, _some(reading), point.drawn_for("entries"))
    wanted = {name: moves.entry[moves.which == place].tolist() for place, name in enumerate(names)}
    for guards in (False, True):
        _, met, loss = slopes_along(ask, reading, point, Digits(guards), point.drawn_for("directions"))
        _hold_the_loss(ask, reading, point, loss, met)
        known = slopes_by_entry(ask, reading, point, Digits(guards), wanted).in_floats()
        known = replace(known, note="its own loss in 50 digits, the gradient in floats")
        found = within_bounds(reading, "balls", floats, known)
        failed = sum(one.verdict in FAILS for one in found)
        if not best or failed < sum(one.verdict in FAILS for one in best):
            best = found
        if not failed:
            break
    return best


def _some(reading: Reading) -> int | None:
    return _SOME if reading.structure.entries > _ALL else None


def _names(reading: Reading, given: Sequence[Given]) -> tuple[list[str], list[Comparison]]:
    """Return the parameters that have a gradient, and a comparison for each of the others: not found is not wrong."""
    observed = next(iter(given[0].by_digits.values())).given
    names = [one.name for one in reading.structure.parameters if one.name in observed]
    missing = [
        without_numbers("balls", one.name, "could not judge", int(np.prod(one.shape)), f"no gradient of {one.name}")
        for one in reading.structure.parameters if one.name not in observed
    ]  # fmt: skip
    return names, missing


def _along(
    asked: _Asked, points: Sequence[Point], given: Sequence[Given], names: Sequence[str]
) -> tuple[list[Comparison], list[Derivative]]:
    """Compare along one random direction a parameter, at every point; a wrong gradient is right by chance only."""
    reading, digits = asked.reading, asked.digits
    results, known = [], []
    for point, one in zip(points, given, strict=True):
        seed = point.drawn_for("directions")
        slopes, met, loss = slopes_along(asked.ask, reading, point, digits, seed)
        _hold_the_loss(asked.ask, reading, point, loss, met)
        mine = in_shape(reading, one.by_digits[digits].given)
        off = _off(slopes, mine, names)
        if off and ("constant" in met or replace(digits, jitter=_JITTERS[0]) in one.by_digits):
            slopes = _with_rounding_of_constants(asked, point, one, slopes, off, seed)
        known.append(slopes)
        results.append((slopes, one.by_digits[digits].given))
    return in_fifty_digits(reading, results, names), known


def _off(known: Derivative, given: Mapping[str, Any], names: Sequence[str]) -> dict[str, Any]:
    """Return how far the gradient is from the derivative along the direction, where the two do not overlap."""
    assert known.directions is not None
    found = {}
    for name in names:
        value = given[name]
        if isinstance(value, Balls) and value.shape == known.shape(name):
            true, here = known.gradient[name], along(value, known.directions[name])
            with in_digits():
                if not true.overlaps(here):
                    found[name] = here - true
    return found


def _with_rounding_of_constants(
    asked: _Asked, point: Point, given: Given, known: Derivative, off: Mapping[str, Any], seed: int
) -> Derivative:
    """Return the derivative with the bound that the rounding of the code's own constants explains.

    Constants are moved by some units in their last place, at random; what that moves is measured.
    """
    bound = dict.fromkeys(off, 0.0)
    for jitter in _JITTERS:
        moved = replace(asked.digits, jitter=jitter)
        # Where constants stand in the loss only, the gradient is the same.
        mine = in_shape(asked.reading, given.by_digits.get(moved, given.by_digits[asked.digits]).given)
        # The loss moves its constants in another way: the two may have got the same number along different lines.
        apart = replace(moved, jitter=jitter + len(_JITTERS))
        slopes, _, _ = slopes_along(asked.ask, asked.reading, point, apart, seed)
        for name, before in off.items():
            assert slopes.directions is not None
            with in_digits():
                now = along(mine[name], slopes.directions[name]) - slopes.gradient[name]
                bound[name] = max(bound[name], _SAFETY * float(abs(now - before).upper()))
    return replace(known, bound=bound)


def _by_entry(
    asked: _Asked,
    points: Sequence[Point],
    given: Sequence[Given],
    found: Sequence[Comparison],
    known: Sequence[Derivative],
) -> list[Comparison]:
    """Return the comparisons with those that fail made entry by entry, at the point where they fail."""
    reading, digits = asked.reading, asked.digits
    failed = [one.parameter for one in found if one.verdict in FAILS]
    again: dict[str, Comparison] = {}
    for number, (point, one) in enumerate(zip(points, given, strict=True)):
        left = [name for name in failed if name not in again]
        if not left:
            break
        params = {name: point.params[name] for name in left}
        moves = some_entries(params, _some(reading), point.drawn_for("entries"))
        wanted = {name: moves.entry[moves.which == place].tolist() for place, name in enumerate(left)}
        slopes = slopes_by_entry(asked.ask, reading, point, digits, wanted)
        slopes = replace(slopes, bound={name: known[number].bound.get(name, 0.0) for name in left})
        for seen in in_fifty_digits(reading, [(slopes, one.by_digits[digits].given)], left):
            if seen.verdict in FAILS:
                again[seen.parameter] = seen
    return [again.get(one.parameter, one) for one in found]


def against_the_textbook(
    reading: Reading, points: Sequence[Point], given: Sequence[Given], *, guards: bool = False
) -> list[Comparison]:
    """Return the gradient against the textbook formula of the known net, in balls, along a random direction."""
    names, missing = _names(reading, given)
    results = []
    for point, one in zip(points, given, strict=True):
        world = BallWorld()
        numbers = {name: world.number(value) for name, value in point.params.items()}
        formula = truth(reading, numbers, world.number(point.X), world.number(point.Y))
        generator = np.random.default_rng(point.drawn_for("directions of the textbook"))
        directions = {name: direction(np.shape(point.params[name]), generator) for name in names}
        slopes = {name: along(_spread(formula[name], directions[name]), directions[name]) for name in names}
        known = Derivative(
            kind="balls", gradient=slopes, note="the textbook formula in 50 digits", directions=directions,
            against="formula",
        )  # fmt: skip
        digits = Digits(guards) if Digits(guards) in one.by_digits else Digits(guards=False)
        results.append((known, one.by_digits[digits].given))
    return [*in_fifty_digits(reading, results, names), *missing]


def _spread(value: Option, shape: Array) -> Option:
    return np.broadcast_to(value, np.shape(shape)) if np.shape(value) != np.shape(shape) else value


def against_differences(
    ask: Ask, reading: Reading, point: Point, floats: Observation, machine: Machine
) -> list[Comparison]:
    """Return a gradient had by finite differences against the derivative, within what its steps leave out.

    Raises NoBalls where balls do not apply.
    """
    digits, names = Digits(), [one.name for one in reading.structure.parameters]
    every = {name: range(point.params[name].size) for name in names}
    known = slopes_by_entry(ask, reading, point, digits, every)
    off = [truncations(ask, reading, point, digits, known, step) for step in machine.steps]
    shown = known.in_floats()
    largest = max(float(np.max(np.abs(value), initial=0.0)) for value in shown.gradient.values())
    noise = _SAFETY * UNIT * (1 + largest) / min(machine.steps)
    bound = {name: 3 * np.max([one[name] for one in off], axis=0) + noise for name in names}
    note = f"finite differences, within what steps of {max(machine.steps):g} or less leave out"
    return within(reading, "balls", floats, replace(shown, bound=bound, note=note))
