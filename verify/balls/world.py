"""What balls are made of: the constants of the code, the guards in its logarithms, and what is to be said of the way.

A float that stands in the code is the simplest fraction that rounds to it, as with exact numbers: 1/11 is one eleventh.
With a `jitter` each such constant is off by some units in its last place, at random: the change that this makes is
what the rounding of constants may explain. With `guards` off, a tiny number that is added inside a logarithm or a
denominator counts as absent.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import numpy as np

from verify.arrays import Array, Option
from verify.balls.array import Balls, boxed
from verify.balls.digits import Ball, arb, in_digits
from verify.balls.functions import answered
from verify.balls.operations import called
from verify.balls.refusal import NoBalls
from verify.exact.simplest import simplest_fraction

_SHORT: Final = float(1 << 30)  # a float of so few binary digits is meant as it is
_ULPS: Final = 4.0  # how far a constant may be off that the code computes in floats before it meets a ball


class BallWorld:
    """One way to run code on balls; `met` collects the words guard, constant and rounding."""

    def __init__(self, *, guards: bool = True, jitter: int = 0) -> None:
        self.guards, self.met = guards, set[str]()
        self._known: dict[Any, Any] = {}
        self._jitter = np.random.default_rng(jitter) if jitter else None

    def called(
        self, ufunc: np.ufunc, method: str, inputs: Sequence[Array], out: Array, options: Mapping[str, Option]
    ) -> Array:
        """Return the result of a ufunc in 50 digits, written to `out` where one is given."""
        with in_digits():
            return called(self, ufunc, method, inputs, out, options)

    def answered(self, function: Callable[..., Array], args: Option, kwargs: Option) -> Array:
        """Return the answer of one of NumPy's other functions, in 50 digits."""
        with in_digits():
            return answered(self, function, args, kwargs)

    def number(self, floats: Array) -> Balls:
        """Return the balls that are exactly these floats: a point, and not a constant of the code."""
        flat = [arb(entry) for entry in np.asarray(floats, dtype=float).reshape(-1).tolist()]
        return Balls(self, objects(flat, np.shape(floats)))

    def inner(self, value: Array) -> Array:
        """Return the balls inside an array, or those that plain numbers stand for."""
        return value.value if isinstance(value, Balls) else self.constant(value).value

    def constant(self, values: Array) -> Balls:
        """Return the balls that integers, booleans or floats stand for."""
        if isinstance(values, list | tuple) and any(isinstance(entry, Balls) for entry in values):
            return np.stack([self.exact(entry) for entry in values])  # type: ignore[return-value]
        array = np.asarray(values)
        if array.dtype.kind not in "biufO":
            raise NoBalls(f"an array of dtype {array.dtype}")
        with in_digits():
            flat = [self._ball(entry) for entry in array.reshape(-1).tolist()]
        return Balls(self, objects(flat, array.shape))

    def exact(self, value: Array) -> Balls:
        """Return balls as they are, and plain numbers as the constants that they stand for."""
        return value if isinstance(value, Balls) else self.constant(value)

    def _ball(self, entry: Ball) -> Ball:
        if isinstance(entry, Balls):
            return entry.value.reshape(-1)[0]
        if isinstance(entry, arb):
            return entry
        found = self._known.get(entry)
        if found is None:
            found = self._known[entry] = self._made(entry)
        return found

    def _made(self, entry: Ball) -> Ball:
        """Return the ball of a plain number, at the precision that is set."""
        if not isinstance(entry, int | float):
            raise NoBalls(f"an array that holds {type(entry).__name__}")
        if isinstance(entry, int) or not np.isfinite(entry) or entry.is_integer() or _is_short(entry):
            return arb(entry)
        self.met.add("constant")
        fraction = simplest_fraction(entry)
        ball = arb(fraction.numerator) / fraction.denominator
        if self._jitter is not None:
            ball = ball * (1 + arb(float(self._jitter.uniform(-1, 1)) * _ULPS * 2.0**-52))
        return ball


def _is_short(number: float) -> bool:
    return (math.frexp(number)[0] * _SHORT).is_integer()


def objects(flat: list[Any], shape: tuple[int, ...]) -> Array:
    """Return a list of balls as an array of objects."""
    made = np.empty(len(flat), dtype=object)
    made[:] = flat
    return boxed(made.reshape(shape))
