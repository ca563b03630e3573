"""The derivative of a loss as a difference quotient in balls: h is so small that nothing of it is left to be seen.

    J'(0) lies between (J(h) - J(0)) / h and (J(0) - J(-h)) / h where J' only rises or only falls from -h to h.

The gap between the two is h |J''| where J is smooth, 1e-30 or so of it, and it is added to the radius. Where it is no
smaller than that, the loss has a kink or a jump at the point, or is not the same from call to call.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np

from verify.arrays import Array
from verify.balls.array import Balls
from verify.balls.digits import Ball, arb, in_digits
from verify.balls.refusal import NoBalls, NotSmooth

STEP: Final = 2.0**-100  # about 1e-30
_SMOOTH: Final = 1e-9  # the largest gap, relative to the slope and the loss, that a second derivative may explain
_NOTHING: Final = 2.0**-66  # the radius that a loss of zero may have, which is no larger than its own rounding
_FINEST: Final = 2.0**-40  # directions are whole numbers of these parts


def slope(up: Ball, here: Ball, down: Ball) -> Ball:
    """Return the derivative as a ball, from J(h), J(0) and J(-h). Raises NotSmooth where J has no derivative."""
    with in_digits():
        value = (up - down) / (2 * arb(STEP))
        gap = abs(up - 2 * here + down) / STEP
        if not (value.is_finite() and gap.is_finite()):
            raise NoBalls("a loss that is not finite")
        if gap.abs_lower() > _SMOOTH * (abs(value) + abs(here)).upper():
            raise NotSmooth("a loss that is not differentiable at this point, or not the same from call to call")
        found = value + arb(0, gap.upper())
        if found.rad() > _SMOOTH * (abs(value) + abs(here)).upper() + _NOTHING:
            raise NoBalls("a loss whose balls are too wide to say anything")
        return found


def moved(point: Mapping[str, Balls], name: str, where: int | Array, delta: float) -> dict[str, Balls]:
    """Return a point whose parameter `name` is moved by `delta`: one entry (in C order), or all along a direction."""
    balls = point[name].copy()
    with in_digits():
        step = arb(delta)
        if isinstance(where, int):
            flat = balls.value.reshape(-1)
            flat[where] = flat[where] + step
        else:
            balls.value[...] = balls.value + step * balls.world.number(where).value
    return {**point, name: balls}


def direction(shape: tuple[int, ...], generator: np.random.Generator) -> Array:
    """Return a random direction: no entry is 0, and each is known exactly as a float."""
    size = generator.integers(1 << 36, 1 << 40, shape) * _FINEST
    return size * generator.choice([-1.0, 1.0], shape)


def along(gradient: Balls, where: Array) -> Ball:
    """Return the sum of a gradient's entries times those of a direction, as a ball."""
    product = gradient * gradient.world.number(where)
    with in_digits():
        return sum(product.value.reshape(-1).tolist(), start=arb(0))
