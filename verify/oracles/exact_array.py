"""Arrays of exact numbers that unmodified NumPy code computes with.

Each entry holds a value in the field of 2^61 - 1 elements, its slopes in any number of directions
(a dual number), and a float shadow that decides comparisons, so that piecewise code follows the
branch that it really takes. tanh, exp and log are opaque: the same argument gives the same random
value, with the right derivative. Floats in the code become the simplest fraction that rounds to them.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
from numpy.lib.mixins import NDArrayOperatorsMixin

from verify.oracles import field
from verify.oracles.field import Field
from verify.oracles.simplest import simplest_fraction


class NotExpressible(Exception):
    """The code does something that exact numbers can't: the operation is named, nothing is judged."""


class World:
    """One random point: its generator, and the value that each opaque function has taken so far."""

    def __init__(self, seed: int) -> None:
        self.generator = np.random.default_rng([seed, 2**61 - 1])
        self._taken: dict[tuple[str, int], int] = {("exp", 0): 1, ("log", 1): 0, ("tanh", 0): 0}

    def opaque(self, function: str, x: Field) -> Field:
        """Return function(x), drawn at random the first time that each argument is seen."""
        arguments = x.ravel().tolist()
        fresh = field.random((len(arguments),), self.generator).tolist()
        values = [self._taken.setdefault((function, a), f) for a, f in zip(arguments, fresh, strict=True)]
        return np.array(values, dtype=np.uint64).reshape(x.shape)

    def number(self, shadow: npt.ArrayLike) -> ExactArray:
        """Return random exact numbers with this float shadow."""
        floats = np.asarray(shadow, dtype=float)
        return ExactArray(self, field.random(floats.shape, self.generator), None, floats)

    def constant(self, values: Any) -> ExactArray:
        """Return the exact numbers that integers, booleans or floats stand for."""
        array = np.asarray(values)
        if array.dtype.kind not in "biuf":
            raise NotExpressible(f"an array of dtype {array.dtype}")
        exact = np.array([_as_field(entry) for entry in array.ravel().tolist()], dtype=np.uint64)
        return ExactArray(self, exact.reshape(array.shape), None, array.astype(float))


@lru_cache(maxsize=4096)
def _as_field(value: float) -> int:
    if isinstance(value, float):
        if not np.isfinite(value):
            raise NotExpressible(f"the number {value}")
        fraction = simplest_fraction(value)
        return field.from_fraction(fraction.numerator, fraction.denominator)
    return int(value) % field.PRIME


class ExactArray(NDArrayOperatorsMixin):
    """An array of exact dual numbers: value (shape S), slopes (K directions x S) or None, shadow (shape S)."""

    __array_priority__ = 1000

    def __init__(self, world: World, value: Field, slope: Field | None, shadow: npt.NDArray[Any]) -> None:
        self.world, self.value, self.slope, self.shadow = world, value, slope, shadow

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape, as NumPy's."""
        return self.value.shape

    @property
    def ndim(self) -> int:
        """The number of axes."""
        return self.value.ndim

    @property
    def size(self) -> int:
        """The number of entries."""
        return self.value.size

    @property
    def T(self) -> ExactArray:
        """The transpose."""
        return self.each(lambda part, lead: part.transpose(*range(lead), *range(lead, part.ndim)[::-1]))

    def __len__(self) -> int:
        return len(self.value)

    def __getitem__(self, key: Any) -> ExactArray:
        keys = key if isinstance(key, tuple) else (key,)
        return self.each(lambda part, lead: part[(slice(None),) * lead + keys])

    def each(self, rearrange: Callable[[Any, int], Any]) -> ExactArray:
        """Return the array rearranged; `rearrange` gets each part and how many axes stand before the first."""
        slope = None if self.slope is None else rearrange(self.slope, 1)
        return ExactArray(
            self.world, np.asarray(rearrange(self.value, 0)), slope, np.asarray(rearrange(self.shadow, 0))
        )

    def sum(self, axis: Any = None, keepdims: bool = False) -> ExactArray:
        """Return the sum over an axis."""
        return _sum(self, axis, keepdims=keepdims)

    def dot(self, other: Any) -> ExactArray:
        """Return the matrix product."""
        return matmul(self, _exact(self.world, other))

    def reshape(self, *shape: Any) -> ExactArray:
        """Return the same entries in another shape."""
        wanted = self.shadow.reshape(*shape).shape
        return self.each(lambda part, lead: part.reshape(part.shape[:lead] + wanted))

    def copy(self) -> ExactArray:
        """Return a copy."""
        return self.each(lambda part, lead: part.copy())

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **keywords: Any) -> Any:
        if method != "__call__" or keywords:
            raise NotExpressible(f"np.{ufunc.__name__} with {', '.join(keywords) or method}")
        exact = [_exact(self.world, value) for value in inputs]
        if ufunc in COMPARISONS:
            return ufunc(*[value.shadow for value in exact])
        if ufunc not in UFUNCS:
            raise NotExpressible(f"np.{ufunc.__name__}")
        return UFUNCS[ufunc](*exact)

    def __array_function__(self, function: Any, types: Any, args: Any, kwargs: Any) -> Any:
        if function not in FUNCTIONS:
            raise NotExpressible(f"np.{function.__name__}")
        known = inspect.signature(FUNCTIONS[function])
        try:
            known.bind(*args, **kwargs)
        except TypeError:
            strange = ", ".join(name for name in kwargs if name not in known.parameters)
            raise NotExpressible(f"np.{function.__name__} with {strange or 'these arguments'}") from None
        return FUNCTIONS[function](*args, **kwargs)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):  # NumPy asks for protocols that are not spoken here
            raise AttributeError(name)
        raise NotExpressible(f"the attribute .{name}")

    def __setitem__(self, key: Any, value: Any) -> None:
        raise NotExpressible("an assignment to entries")

    def __array__(self, dtype: Any = None, copy: Any = None) -> Any:
        raise NotExpressible("a conversion to a NumPy array")

    def __float__(self) -> float:
        raise NotExpressible("a conversion to float")

    def __int__(self) -> int:
        raise NotExpressible("a conversion to int")

    def __bool__(self) -> bool:
        return bool(self.shadow)


def _exact(world: World, value: Any) -> ExactArray:
    return value if isinstance(value, ExactArray) else world.constant(value)


def _slope(*terms: tuple[ExactArray, Field | None]) -> Field | None:
    """Return the sum of slope * factor over the operands that have slopes, aligned as NumPy broadcasts them."""
    shapes = [operand.shape for operand, _ in terms] + [factor.shape for _, factor in terms if factor is not None]
    ndim = max(len(shape) for shape in shapes)
    result: Field | None = None
    for operand, factor in terms:
        if operand.slope is None:
            continue
        directions = len(operand.slope)
        part = operand.slope.reshape((directions,) + (1,) * (ndim - operand.ndim) + operand.shape)
        if factor is not None:
            part = field.multiply(part, factor)
        result = part if result is None else field.add(result, part)
    if result is not None:
        shape = np.broadcast_shapes(*shapes)
        result = np.broadcast_to(result, (result.shape[0], *shape))
    return result


_ONE = np.uint64(1)
_MINUS_ONE = np.asarray(field.PRIME - 1, dtype=np.uint64)


def _quietly(operation: Any, *shadows: Any) -> Any:
    with np.errstate(all="ignore"):
        return operation(*shadows)


def add(a: ExactArray, b: ExactArray) -> ExactArray:
    """Return a + b."""
    return ExactArray(a.world, field.add(a.value, b.value), _slope((a, None), (b, None)), a.shadow + b.shadow)


def negative(a: ExactArray) -> ExactArray:
    """Return -a."""
    return ExactArray(a.world, field.multiply(a.value, _MINUS_ONE), _slope((a, _MINUS_ONE)), -a.shadow)


def subtract(a: ExactArray, b: ExactArray) -> ExactArray:
    """Return a - b."""
    slope = _slope((a, None), (b, _MINUS_ONE))
    return ExactArray(a.world, field.subtract(a.value, b.value), slope, a.shadow - b.shadow)


def multiply(a: ExactArray, b: ExactArray) -> ExactArray:
    """Return a b, with (a b)' = a' b + a b'."""
    slope = _slope((a, b.value), (b, a.value))
    return ExactArray(a.world, field.multiply(a.value, b.value), slope, _quietly(np.multiply, a.shadow, b.shadow))


def _inverse(a: ExactArray) -> Field:
    try:
        return field.inverse(a.value)
    except ZeroDivisionError:
        raise NotExpressible("a division by zero, perhaps in a branch of np.where that is not taken") from None


def reciprocal(a: ExactArray) -> ExactArray:
    """Return 1/a, with (1/a)' = -a'/a^2."""
    value = _inverse(a)
    slope = _slope((a, field.multiply(field.multiply(value, value), _MINUS_ONE)))
    return ExactArray(a.world, value, slope, _quietly(np.divide, 1.0, a.shadow))


def divide(a: ExactArray, b: ExactArray) -> ExactArray:
    """Return a / b."""
    quotient = multiply(a, reciprocal(b))
    quotient.shadow = _quietly(np.divide, a.shadow, b.shadow)
    return quotient


def power(a: ExactArray, b: ExactArray) -> ExactArray:
    """Return a**n for one whole number n."""
    exponents = set(np.ravel(b.shadow).tolist())
    if b.slope is not None or len(exponents) != 1 or not float(next(iter(exponents))).is_integer():
        raise NotExpressible("np.power with an exponent that is not one whole number")
    exponent = int(exponents.pop())
    result = a.world.constant(np.ones(a.shape, dtype=int))
    for _ in range(abs(exponent)):
        result = multiply(result, a)
    return result if exponent >= 0 else reciprocal(result)


def exp(a: ExactArray) -> ExactArray:
    """Return exp(a), opaque, with exp' = exp."""
    value = a.world.opaque("exp", a.value)
    return ExactArray(a.world, value, _slope((a, value)), _quietly(np.exp, a.shadow))


def log(a: ExactArray) -> ExactArray:
    """Return log(a), opaque, with log' = 1/a."""
    value = a.world.opaque("log", a.value)
    slope = None if a.slope is None else _slope((a, _inverse(a)))
    return ExactArray(a.world, value, slope, _quietly(np.log, a.shadow))


def tanh(a: ExactArray) -> ExactArray:
    """Return tanh(a), opaque, with tanh' = 1 - tanh^2."""
    value = a.world.opaque("tanh", a.value)
    derivative = field.subtract(np.full(value.shape, _ONE), field.multiply(value, value))
    return ExactArray(a.world, value, _slope((a, derivative)), np.tanh(a.shadow))


def matmul(a: ExactArray, b: ExactArray) -> ExactArray:
    """Return the product of two matrices."""
    if a.ndim != 2 or b.ndim != 2:
        raise NotExpressible(f"a matrix product of shapes {a.shape} and {b.shape}")
    shadow = a.shadow @ b.shadow  # raises NumPy's own error where shapes don't fit
    slope = None if a.slope is None else field.matmul(a.slope, b.value)
    if b.slope is not None:
        other = field.matmul(a.value, b.slope)
        slope = other if slope is None else field.add(slope, other)
    return ExactArray(a.world, field.matmul(a.value, b.value), slope, shadow)


def choose(condition: npt.NDArray[np.bool_], a: ExactArray, b: ExactArray) -> ExactArray:
    """Return a where the condition holds, else b: the branch that the shadow takes."""
    kept = a.world.constant(condition.astype(int))
    chosen = add(multiply(kept, a), multiply(a.world.constant(1 - condition.astype(int)), b))
    chosen.shadow = np.where(condition, a.shadow, b.shadow)  # 0 * inf would leave nan there
    return chosen


def _sum(a: Any, axis: Any = None, keepdims: bool = False) -> ExactArray:
    axes = tuple(range(a.ndim)) if axis is None else tuple(n % a.ndim for n in np.atleast_1d(axis).tolist())
    slope = None if a.slope is None else field.total(a.slope, tuple(n + 1 for n in axes), keepdims=keepdims)
    value = field.total(a.value, axes, keepdims=keepdims)
    return ExactArray(a.world, value, slope, np.asarray(a.shadow.sum(axis=axes, keepdims=keepdims)))


def _mean(a: Any, axis: Any = None, keepdims: bool = False) -> Any:
    summed = _sum(a, axis, keepdims=keepdims)
    return summed / (a.size // max(1, summed.size))


def _extreme(pick: Callable[..., Any]) -> Callable[..., ExactArray]:
    def extreme(a: Any, axis: int | None = None, keepdims: bool = False) -> ExactArray:
        if axis is None:
            found = a.reshape(-1)[int(pick(a.shadow))]
            return found.reshape((1,) * a.ndim) if keepdims else found  # type: ignore[no-any-return]
        if not isinstance(axis, int):
            raise NotExpressible(f"a maximum or minimum over the axes {axis}")
        where = np.expand_dims(pick(a.shadow, axis=axis), axis)
        axis %= a.ndim

        def taken(part: Any, lead: int) -> Any:
            indices = np.broadcast_to(where, part.shape[:lead] + where.shape)
            kept = np.take_along_axis(part, indices, axis + lead)
            return kept if keepdims else kept.squeeze(axis + lead)

        return a.each(taken)  # type: ignore[no-any-return]

    return extreme


def _clip(a: Any, a_min: Any = None, a_max: Any = None) -> Any:
    result = a
    if a_min is not None:
        result = np.maximum(result, a_min)
    return result if a_max is None else np.minimum(result, a_max)


def _world_of(*values: Any) -> World:
    return next(value.world for value in values if isinstance(value, ExactArray))


def _dot(a: Any, b: Any) -> ExactArray:
    world = _world_of(a, b)
    return matmul(_exact(world, a), _exact(world, b))


def _outer(a: Any, b: Any) -> ExactArray:
    world = _world_of(a, b)
    return multiply(_exact(world, a).reshape(-1, 1), _exact(world, b).reshape(1, -1))


COMPARISONS = {np.less, np.less_equal, np.greater, np.greater_equal, np.equal, np.not_equal, np.isnan, np.isfinite}
UFUNCS: Mapping[Any, Callable[..., ExactArray]] = {
    np.add: add,
    np.subtract: subtract,
    np.multiply: multiply,
    np.true_divide: divide,
    np.negative: negative,
    np.positive: lambda a: a,
    np.reciprocal: reciprocal,
    np.square: lambda a: multiply(a, a),
    np.power: power,
    np.exp: exp,
    np.log: log,
    np.tanh: tanh,
    np.matmul: matmul,
    np.maximum: lambda a, b: choose(a.shadow >= b.shadow, a, b),
    np.minimum: lambda a, b: choose(a.shadow <= b.shadow, a, b),
    np.absolute: lambda a: choose(a.shadow >= 0, a, negative(a)),
}
FUNCTIONS: Mapping[Any, Callable[..., Any]] = {
    np.dot: _dot,
    np.outer: _outer,
    np.sum: _sum,
    np.mean: _mean,
    np.max: _extreme(np.argmax),
    np.min: _extreme(np.argmin),
    np.argmax: lambda a, axis=None: np.argmax(a.shadow, axis=axis),
    np.argmin: lambda a, axis=None: np.argmin(a.shadow, axis=axis),
    np.clip: _clip,
    np.transpose: lambda a: a.T,
    np.reshape: lambda a, shape: a.reshape(shape),
    np.copy: lambda a: a.copy(),
    np.shape: lambda a: a.shape,
    np.ndim: lambda a: a.ndim,
    np.size: lambda a: a.size,
    np.zeros_like: lambda a: a.world.constant(np.zeros(a.shape, dtype=int)),
    np.ones_like: lambda a: a.world.constant(np.ones(a.shape, dtype=int)),
    np.where: lambda condition, a, b: choose(
        np.asarray(condition, dtype=bool), _exact(_world_of(a, b), a), _exact(_world_of(a, b), b)
    ),
}
