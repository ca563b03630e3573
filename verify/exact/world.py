"""One random point: the field that its numbers lie in, and what the opaque functions are there.

`World` draws each value of exp, log and tanh the first time that it is asked for. In a `PairWorld`
exp(a + b) = exp(a) exp(b), tanh is a ratio of exponentials, and all values follow from the key: two
processes that run the same code on the same numbers get the same results.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache, lru_cache
from hashlib import blake2b

import numpy as np
import numpy.typing as npt

from verify.arrays import Array, Option
from verify.errors import BadInput
from verify.exact import field as mersenne
from verify.exact import pair_field
from verify.exact.arithmetic import Arithmetic, NotExpressible
from verify.exact.array import ExactArray
from verify.exact.field import Field
from verify.exact.functions import FUNCTIONS
from verify.exact.operations import UFUNCS
from verify.exact.simplest import simplest_fraction


class World:
    """Numbers modulo 2^61 - 1: its generator, and the value that each opaque function has taken so far."""

    field: Arithmetic = mersenne
    ufuncs: Mapping[np.ufunc, Callable[..., Array]] = UFUNCS
    functions: Mapping[Option, Callable[..., Array]] = FUNCTIONS

    def __init__(self, seed: int) -> None:
        self.generator = np.random.default_rng([seed, 2**61 - 1])
        self._taken: dict[tuple[str, int], int] = {("exp", 0): 1, ("log", 1): 0, ("tanh", 0): 0}

    def opaque(self, function: str, x: Field) -> Field:
        """Return function(x), drawn at random the first time that each argument is seen."""
        arguments = x.ravel().tolist()
        fresh = mersenne.random((len(arguments),), self.generator).tolist()
        values = [self._taken.setdefault((function, a), f) for a, f in zip(arguments, fresh, strict=True)]
        return np.array(values, dtype=np.uint64).reshape(x.shape)

    def number(self, shadow: npt.ArrayLike) -> ExactArray:
        """Return random exact numbers with this float shadow."""
        floats = np.array(shadow, dtype=float, order="C")
        return ExactArray(self, self.field.random(floats.shape, self.generator), None, floats)

    def given(self, value: Field, slope: Field | None, shadow: npt.ArrayLike) -> ExactArray:
        """Return the exact numbers whose parts came from elsewhere. Raises BadInput where the parts don't fit."""
        floats = np.array(shadow, dtype=float, order="C")
        for name, part, found in (
            ("values", value, value.shape),
            ("slopes", slope, value.shape if slope is None else slope.shape[1:]),
        ):
            if part is not None and (part.dtype != np.uint64 or found != floats.shape):
                raise BadInput(
                    f"exact numbers: the {name} are {part.dtype} of shape {part.shape}, the shadow has shape "
                    f"{floats.shape}: expected uint64 of that shape, slopes with the directions before it"
                )
        return ExactArray(self, value.copy(), None if slope is None else slope.copy(), floats)

    def constant(self, values: Array) -> ExactArray:
        """Return the exact numbers that integers, booleans or floats stand for."""
        array = np.asarray(values, order="C")
        if array.dtype.kind not in "biuf":
            raise NotExpressible(f"an array of dtype {array.dtype}")
        exact = np.array([_as_field(self.field, entry) for entry in array.ravel().tolist()], dtype=np.uint64)
        return ExactArray(self, exact.reshape(array.shape), None, array.astype(float))

    def exact(self, value: Array) -> ExactArray:
        """Return an exact array as it is, and plain numbers as the constants that they stand for."""
        return value if isinstance(value, ExactArray) else self.constant(value)


class PairWorld(World):
    """Pairs of numbers, modulo p and modulo q: everything follows from the key, whatever the order of the calls."""

    field: Arithmetic = pair_field

    def __init__(self, key: int) -> None:
        super().__init__(key)
        self.key = key

    def opaque(self, function: str, x: Field) -> Field:
        """Return function(x): the p-part of exp and tanh, and both parts of log, depend on one part of x alone."""
        functions = {"exp": self._exp, "log": self._log, "tanh": self._tanh}
        return functions[function](np.atleast_1d(x)).reshape(x.shape)

    def _exp(self, x: Field) -> Field:
        a_q = pair_field.parts(x)[1]
        other = np.uint64(pair_field.Q) - a_q
        turned, smaller = other < a_q, np.minimum(a_q, other)  # exp(-a) = 1/exp(a): a sign for the exponent
        order = np.uint64(pair_field.Q - 1)
        exponent = _mixed(smaller, _seeds(self.key, "exp")) % order
        exponent = np.where(turned, order - exponent, exponent) * (a_q > 0)
        return pair_field.pack(pair_field.power_modulo_p(a_q), pair_field.power_modulo_q(exponent))

    def _log(self, x: Field) -> Field:
        a_p, a_q = pair_field.parts(x)
        one = np.uint64(1)
        return pair_field.pack(
            _mixed(a_p, _seeds(self.key, "log modulo p")) % np.uint64(pair_field.P) * (a_p != one),
            _mixed(a_q, _seeds(self.key, "log modulo q")) % np.uint64(pair_field.Q) * (a_q != one),
        )

    def _tanh(self, x: Field) -> Field:
        e = self._exp(x)
        square = pair_field.multiply(e, e)
        try:
            below = pair_field.inverse(pair_field.add(square, pair_field.ONE))
        except ZeroDivisionError:
            raise NotExpressible("a tanh whose denominator is zero at this random point") from None
        return pair_field.multiply(pair_field.subtract(square, pair_field.ONE), below)


def _mixed(x: Field, seeds: tuple[np.uint64, np.uint64]) -> Field:
    """Return 64 bits for each entry of an array that look random to who doesn't know the seeds (splitmix64, twice)."""
    for seed in seeds:
        x = x + seed
        x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        x = x ^ (x >> np.uint64(31))
    return x


@cache
def _seeds(key: int, function: str) -> tuple[np.uint64, np.uint64]:
    digest = blake2b(f"{key} {function}".encode(), digest_size=16).digest()
    one, other = np.frombuffer(digest, dtype="<u8").astype(np.uint64)
    return one, other


@lru_cache(maxsize=8192)
def _as_field(arithmetic: Arithmetic, value: float) -> int:
    if isinstance(value, float) and not np.isfinite(value):
        raise NotExpressible(f"the number {value}")
    fraction = simplest_fraction(value) if isinstance(value, float) else value
    try:
        return arithmetic.from_fraction(fraction.numerator, fraction.denominator)
    except ValueError:
        raise NotExpressible(f"the number {value}, whose denominator is zero in the field") from None
