"""The simplest fraction that rounds to a float: what somebody meant who wrote 0.1, 1e-10 or 1/3."""

from __future__ import annotations

import functools
import math
from fractions import Fraction


@functools.lru_cache(maxsize=1 << 14)  # the data of a file are met again in every pass
def simplest_fraction(value: float) -> Fraction:
    """Return the fraction with the smallest denominator that rounds to this finite float.

    >>> simplest_fraction(0.1), simplest_fraction(1 / 3), simplest_fraction(1e-10)
    (Fraction(1, 10), Fraction(1, 3), Fraction(1, 10000000000))
    """
    if value.is_integer():
        return Fraction(value)
    size = abs(value)
    low, high = (_half_way(size, math.nextafter(size, towards)) for towards in (0.0, math.inf))
    top, bottom = _simplest_between(*low, *high)
    return Fraction(top if value > 0 else -top, bottom) if top / bottom == size else Fraction(value)


def _half_way(one: float, other: float) -> tuple[int, int]:
    """Return the number in the middle of two floats, as numerator and denominator."""
    (a, b), (c, d) = one.as_integer_ratio(), other.as_integer_ratio()
    return a * d + c * b, 2 * b * d


def _simplest_between(a: int, b: int, c: int, d: int) -> tuple[int, int]:
    """Return the simplest fraction from a/b to c/d, both included; whole numbers, for many are asked for."""
    whole, rest = divmod(a, b)
    if not rest:
        return whole, 1
    if (whole + 1) * d <= c:
        return whole + 1, 1
    top, bottom = _simplest_between(d, c - whole * d, b, rest)
    return whole * top + bottom, top
