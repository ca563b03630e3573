"""The simplest fraction that rounds to a float: what somebody meant who wrote 0.1, 1e-10 or 1/3."""

from __future__ import annotations

from fractions import Fraction

import numpy as np


def simplest_fraction(value: float) -> Fraction:
    """Return the fraction with the smallest denominator that rounds to this finite float.

    >>> simplest_fraction(0.1), simplest_fraction(1 / 3), simplest_fraction(1e-10)
    (Fraction(1, 10), Fraction(1, 3), Fraction(1, 10000000000))
    """
    exact = Fraction(value)
    if exact.denominator == 1:
        return exact
    above, below = Fraction(float(np.nextafter(value, np.inf))), Fraction(float(np.nextafter(value, -np.inf)))
    low, high = sorted((abs((exact + below) / 2), abs((exact + above) / 2)))
    found = _simplest_between(low, high) * (1 if value > 0 else -1)
    return found if float(found) == value else exact


def _simplest_between(low: Fraction, high: Fraction) -> Fraction:
    whole = low.numerator // low.denominator
    if whole == low or whole + 1 <= high:
        return Fraction(whole if whole == low else whole + 1)
    return whole + 1 / _simplest_between(1 / (high - whole), 1 / (low - whole))
