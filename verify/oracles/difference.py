"""The central difference D(h) = (J(theta + h) - J(theta - h)) / 2h of any loss, with the bound on its error.

    |D(h) - dJ/dtheta| <= h^2 |J'''| / 6 + noise / h

The step is chosen, entry by entry, where both parts meet: h = (3 noise / |J'''|)^(1/3). J''' is measured with a
coarse step H. What it does not explain is added to the bound: a slope that bends between theta - h and theta + h, as
that of a ReLU does, and a coarse difference D(H) that contradicts D(h). No constant like 1e-7 decides, so a loss
multiplied by any number gets the same verdict.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np

from verify.arrays import Array
from verify.nets.cases import Floats
from verify.oracles.moving import Losses, Moves

UNIT: Final = float(np.finfo(np.float64).eps) / 2
COARSE: Final = 2.0**-10  # the step at which J''' is measured, relative to max(1, |theta|)
LADDER: Final = tuple(2.0**-n for n in range(2, 26))
NOISE_STEPS: Final = tuple(range(-4, 5))  # nine points, in units of the spacing
# Small enough for a smooth loss; the second is seen by float32 inside it. The third is wide enough that a loss rounded
# to a few digits moves, and that a ReLU may bend: it only shows whether the values are rounded.
NOISE_SPACINGS: Final = (2.0**-40, 2.0**-24, 2.0**-14)
_MOST_DIGITS: Final = 9  # behind the point, to which a loss may have been rounded
_FINEST: Final = 2.0**-24  # the smallest step, relative to max(1, |theta|)
_SAFETY: Final = 3.0  # J''' is measured at one point of the interval, not bounded over it
_SMALLEST: Final = float(np.finfo(np.float64).smallest_subnormal)  # what underflow may lose


@dataclass(frozen=True, eq=False)
class Differences:
    """Derivatives by central differences, one a move: values, bounds on their errors, steps taken.

    `bend` is how much the slope changes over the step beyond what a smooth loss explains: a kink.
    """

    value: Floats
    bound: Floats
    step: Floats
    bend: Floats


def differentiate(losses: Losses, moves: Moves, noise: float, coarse: float = COARSE) -> Differences:
    """Return the derivative of J in each move, from six values of J each and J(theta), computed to within `noise`.

    The losses are asked for twice. Hypothesis: J''' changes little over 2 `coarse` max(1, |theta|).
    """
    at = moves.at
    with np.errstate(all="ignore"):
        size = np.maximum(1.0, np.abs(at))
        H = power_of_two(coarse * size)
        up, down, far_up, far_down, here = _at_steps(losses, moves, (H, -H, 2 * H, -2 * H))
        third = (far_up - 2 * up + 2 * down - far_down) / (2 * H**3)
        third_bound = _SAFETY * np.abs(third) + 3 * noise / H**3
        h = best_step(noise, third_bound, H / 4)
        h = np.where(np.isfinite(h), power_of_two(np.maximum(h, _FINEST * size)), H / 4)
        near_up, near_down, _ = _at_steps(losses, moves, (h, -h))
        value = (near_up - near_down) / ((at + h) - (at - h))  # the steps as they are after rounding
        apart = np.abs((up - down) / (2 * H) - value)
        # Where the coarse difference is off by more than J''' explains, its own error sets the scale.
        truncation = h**2 * np.maximum(third_bound / 6, _SAFETY * apart / H**2)
        unexplained = np.maximum(0.0, apart - H**2 * third_bound / 6 - 2 * noise / h)
        second = (near_up - 2 * here + near_down) / h**2 - (up - 2 * here + down) / H**2
        bend = np.maximum(0.0, h * np.abs(second) - 5 * noise / h)
    return Differences(value, truncation + noise / h + _SAFETY * unexplained + bend, h, bend)


def _at_steps(losses: Losses, moves: Moves, steps: tuple[Floats, ...]) -> list[Array]:
    """Return the losses of every move at each of the steps, and the loss at the point itself."""
    which, entry = np.tile(moves.which, len(steps)), np.tile(moves.entry, len(steps))
    J = losses(
        np.concatenate([which, moves.which[:1]]), np.concatenate([entry, moves.entry[:1]]),
        np.concatenate([*steps, np.zeros(1)]),
    )  # fmt: skip
    return [*J[:-1].reshape(len(steps), -1), J[-1]]


def best_step(noise: float, third: Array, largest: Array) -> Array:
    """Return the step at which truncation and round-off meet, at most `largest`."""
    with np.errstate(divide="ignore", invalid="ignore"):
        met = np.cbrt(3 * noise / np.asarray(third))
    return np.where(np.asarray(third) == 0, largest, np.minimum(met, largest))


def power_of_two(step: Array) -> Array:
    """Return a power of two near `step`: theta + h then keeps most of its digits."""
    return 2.0 ** np.round(np.log2(step))


def noise_of(along: Array, unit: float = UNIT) -> float:
    """Return how far J may be off by round-off, from J at nine points of each spacing; (..., spacings, points).

    Fourth differences of a smooth function vanish; what is left of them is noise (Moré and Wild, 2011).
    """
    values = np.asarray(along)
    spread = float(np.max(np.abs(np.diff(values[..., :-1, :], 4, axis=-1)))) / np.sqrt(70.0)
    rounded = max(map(_quantum, values[..., -1, :].reshape(-1, values.shape[-1])))
    return float(4 * max(spread, rounded, unit * np.max(np.abs(values)), _SMALLEST))


def _quantum(row: Array) -> float:
    """Return the unit to which all of these values are rounded, 0.01 for two digits; 0 where they are not rounded.

    A loss that does not move and is not 0 may be rounded to a unit so large that no step here is seen.
    """
    if not np.any(row):
        return 0.0
    digits = (number for number in range(_MOST_DIGITS + 1) if np.array_equal(np.round(row, number), row))
    return next((10.0**-number for number in digits), 0.0)


def measured_noise(losses: Losses, moves: Moves, unit: float = UNIT) -> float:
    """Return how far J may be off by round-off, measured along one entry of each parameter; asked for once."""
    _, first = np.unique(moves.which, return_index=True)
    steps = np.outer(NOISE_SPACINGS, NOISE_STEPS).ravel()
    J = losses(
        np.repeat(moves.which[first], len(steps)), np.repeat(moves.entry[first], len(steps)), np.tile(steps, len(first))
    )
    with np.errstate(all="ignore"):
        return noise_of(J.reshape(-1, len(NOISE_SPACINGS), len(NOISE_STEPS)), unit)


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
