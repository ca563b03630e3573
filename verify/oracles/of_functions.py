"""What balls know of anybody's loss and gradients, which are functions of a dictionary of arrays.

Where the gradients run on balls too, how far the floats are off by round-off is seen, and not guessed: it is the
difference between both. Else it is measured by moving the point by a unit in its last place.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from verify.arrays import Array, Option
from verify.balls.array import Balls
from verify.balls.refusal import NoBalls, NotSmooth
from verify.balls.running import on_balls
from verify.balls.world import BallWorld
from verify.oracles.balls import slopes_by_entry
from verify.oracles.derivative import Derivative
from verify.oracles.difference import UNIT

Function = Callable[[dict[str, Any]], Any]

MOST: Final = 2000  # entries of all parameters, each of which takes two evaluations in balls
_OPERATIONS: Final = 64.0  # in front of an entry of somebody's gradient, in units of its largest entry
_CONSTANTS: Final = 8.0  # units in the last place that the rounding of constants may move
_SAFETY: Final = 8.0
_HONEST: Final = 1e-6  # code that gives something else in balls than in floats is not judged by them


@dataclass(frozen=True)
class InBalls:
    """The derivative with its bound, and the parameters in which the loss has none."""

    known: Derivative
    kinks: Mapping[str, str]


@dataclass(frozen=True)
class InFloats:
    """What the functions gave at the point in floats, and the gradients as they may be asked again nearby."""

    loss: float
    gradients: Mapping[str, Array]
    again: Function


def known_in_balls(loss: Function, gradients: Function, point: Mapping[str, Array], floats: InFloats) -> InBalls:
    """Return the derivative of the loss, within what the floats of the gradients may be off by. Raises NoBalls."""
    if sum(np.size(value) for value in point.values()) > MOST:
        raise NoBalls(f"more than {MOST} entries")
    world = BallWorld()
    balls = {name: world.number(value) for name, value in point.items()}
    J = on_balls(loss, world)
    _hold_against(floats.loss, _at(J, balls))
    found, kinks = {}, {}
    for name, value in balls.items():
        try:
            found[name] = slopes_by_entry(lambda moved: _at(J, moved), balls, name)
        except NotSmooth as reason:
            kinks[name] = str(reason)
            found[name] = np.full(value.shape, None, dtype=object)
    known = Derivative(kind="balls", gradient=found, note="its own loss in 50 digits").in_floats()
    off = _roundoff(gradients, world, balls, point, floats)
    bound = {
        name: radius + off[name] + _CONSTANTS * UNIT * _largest(known.gradient[name])
        for name, radius in known.bound.items()
    }
    return InBalls(Derivative(kind="numeric", gradient=known.gradient, bound=bound, note=known.note), kinks)


def _largest(value: Array) -> float:
    return float(np.max(np.abs(value), where=np.isfinite(value), initial=0.0))


def _at(function: Function, point: Mapping[str, Balls]) -> Option:
    """Return what the function gives at a point in balls; whatever stops it there is a reason, and no error."""
    try:
        with np.errstate(all="ignore"):
            return function({name: value.copy() for name, value in point.items()})
    except (NoBalls, MemoryError):
        raise
    except Exception as error:
        raise NoBalls(f"{type(error).__name__}: {error}") from None


def _hold_against(floats: float, balls: Option) -> None:
    near = float(balls.shadow) if isinstance(balls, Balls) and balls.size == 1 else np.nan
    if not abs(floats - near) <= _HONEST * abs(near) + 1e-300 and not _is_rounded(balls):
        raise NoBalls("another loss than in floats")


def _is_rounded(balls: Option) -> bool:
    return isinstance(balls, Balls) and "rounding" in balls.world.met


def _roundoff(
    gradients: Function, world: BallWorld, balls: Mapping[str, Balls], point: Mapping[str, Array], floats: InFloats
) -> dict[str, Array]:
    """Return how far the floats of each gradient are from the same gradient in balls, or may be."""
    given = floats.gradients
    try:
        exact = _at(on_balls(gradients, world), balls)
        off = {name: np.abs(value - exact[name].shadow) for name, value in given.items()}
        if all(np.all(off[name] <= _HONEST * _largest(value)) for name, value in given.items()):
            return off
    except (NoBalls, LookupError, TypeError, AttributeError, ValueError):
        pass
    generator, most = np.random.default_rng(0), dict.fromkeys(given, 0.0)
    for _ in range(2):
        near = {
            name: value * (1 + 2 * UNIT * generator.choice([-1.0, 1.0], np.shape(value)))
            for name, value in point.items()
        }
        moved = floats.again(near)
        most = {name: max(most[name], _largest(np.asarray(moved[name]) - value)) for name, value in given.items()}
    return {
        name: np.full(np.shape(value), _OPERATIONS * UNIT * _largest(value) + _SAFETY * most[name])
        for name, value in given.items()
    }
