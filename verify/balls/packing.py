"""Balls as floats and back, for a channel that carries arrays of floats only: five floats that add up, and a radius.

Five floats hold 265 bits, more than a midpoint has; what is left of it anyway is added to the radius.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from verify.arrays import Array
from verify.balls.array import Balls, World
from verify.balls.digits import Ball, arb, in_digits
from verify.balls.refusal import NoBalls
from verify.balls.world import objects

PARTS: Final = 6
_WIDER: Final = 1 + 1e-9  # the radius is rounded once


def packed(balls: Balls) -> Array:
    """Return balls as an array of floats with one more axis. Raises NoBalls for what is not finite."""
    with in_digits():
        flat = [_parts(ball) for ball in balls.value.reshape(-1).tolist()]
    return np.array(flat, dtype=float).reshape(*balls.shape, PARTS)


def packed_or_none(balls: Array) -> Array:
    """Return balls as floats, or None where one of them is not finite."""
    try:
        return packed(balls)
    except NoBalls:
        return None


def _parts(ball: Ball) -> list[float]:
    if not ball.is_finite():
        raise NoBalls("a number that is not finite")
    rest, parts = ball.mid(), []
    for _ in range(PARTS - 1):
        part = float(rest)
        if not np.isfinite(part):
            raise NoBalls("a number that no float can hold")
        parts.append(part)
        rest = rest - part
    return [*parts, _WIDER * (float(ball.rad()) + abs(float(rest.mid())) + float(rest.rad()))]


def are_packed(array: Array, shape: tuple[int, ...]) -> bool:
    """Whether an array from elsewhere can be balls of this shape: finite floats, no radius below zero."""
    return (
        array.dtype == np.float64
        and array.shape == (*shape, PARTS)
        and bool(np.all(np.isfinite(array)))
        and bool(np.all(array[..., -1] >= 0))
    )


def unpacked(world: World, array: Array) -> Balls:
    """Return the balls that an array of floats holds."""
    with in_digits():
        flat = [_ball(parts) for parts in array.reshape(-1, PARTS).tolist()]
    return Balls(world, objects(flat, array.shape[:-1]))


def _ball(parts: list[float]) -> Ball:
    *floats, radius = parts
    middle = arb(floats[0])
    for part in floats[1:]:
        middle = middle + part
    return middle + arb(0, radius)
