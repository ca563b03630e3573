"""Arithmetic of exact dual numbers: each operation on values, slopes and shadow, and the table by NumPy's ufunc."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

import numpy as np
import numpy.typing as npt

from verify.arrays import Array
from verify.exact.arithmetic import NotExpressible
from verify.exact.array import ExactArray, World
from verify.exact.field import Field


def _aligned(a: ExactArray, ndim: int) -> Field | None:
    """Return the slopes of a with axes of length 1 put in, as if a had ndim axes."""
    slope = a.slope
    if slope is None or slope.ndim == ndim + 1:
        return slope
    return slope.reshape((len(slope),) + (1,) * (ndim - a.ndim) + a.shape)


def _spread(slope: Field | None, shape: tuple[int, ...]) -> Field | None:
    if slope is None or slope.shape[1:] == shape:
        return slope
    return np.broadcast_to(slope, (len(slope), *shape))


def _plus(world: World, one: Field | None, other: Field | None) -> Field | None:
    if one is None or other is None:
        return other if one is None else one
    return world.field.add(one, other)


def _made(a: ExactArray, value: Field, slope: Field | None, shadow: Array) -> ExactArray:
    return ExactArray(a.world, value, _spread(slope, value.shape), shadow)


def _chain(a: ExactArray, value: Field, derivative: Field, shadow: Array) -> ExactArray:
    """Return f(a) with the slopes f'(a) a'."""
    slope = a.slope
    return ExactArray(a.world, value, None if slope is None else a.world.field.multiply(slope, derivative), shadow)


def add(a: ExactArray, b: ExactArray) -> ExactArray:
    """Return a + b."""
    value = a.world.field.add(a.value, b.value)
    slope = _plus(a.world, _aligned(a, value.ndim), _aligned(b, value.ndim))
    return _made(a, value, slope, a.shadow + b.shadow)


def negative(a: ExactArray) -> ExactArray:
    """Return -a."""
    minus = a.world.field.MINUS_ONE
    return _chain(a, a.world.field.multiply(a.value, minus), minus, -a.shadow)


def subtract(a: ExactArray, b: ExactArray) -> ExactArray:
    """Return a - b."""
    field = a.world.field
    value = field.subtract(a.value, b.value)
    slope, other = _aligned(a, value.ndim), _aligned(b, value.ndim)
    if other is not None:
        slope = field.subtract(np.zeros_like(other) if slope is None else slope, other)
    return _made(a, value, slope, a.shadow - b.shadow)


def multiply(a: ExactArray, b: ExactArray) -> ExactArray:
    """Return a b, with (a b)' = a' b + a b'."""
    field = a.world.field
    value = field.multiply(a.value, b.value)
    slope, other = _aligned(a, value.ndim), _aligned(b, value.ndim)
    slope = None if slope is None else field.multiply(slope, b.value)
    other = None if other is None else field.multiply(other, a.value)
    return _made(a, value, _plus(a.world, slope, other), a.shadow * b.shadow)


def _inverse(a: ExactArray) -> Field:
    try:
        return a.world.field.inverse(a.value)
    except ZeroDivisionError:
        raise NotExpressible("a division by zero, perhaps in a branch of np.where that is not taken") from None


def reciprocal(a: ExactArray) -> ExactArray:
    """Return 1/a, with (1/a)' = -a'/a^2."""
    field, value = a.world.field, _inverse(a)
    return _chain(a, value, field.multiply(field.multiply(value, value), field.MINUS_ONE), np.divide(1.0, a.shadow))


def divide(a: ExactArray, b: ExactArray) -> ExactArray:
    """Return a / b."""
    quotient = multiply(a, reciprocal(b))
    quotient.shadow = np.asarray(np.divide(a.shadow, b.shadow))
    return quotient


def power(a: ExactArray, b: ExactArray) -> ExactArray:
    """Return a**n for one whole number n, or e**b."""
    if a.ndim == 0 and a.slope is None and a.shadow == np.e:
        return exp(b)
    exponents = set(np.ravel(b.shadow).tolist())
    if b.slope is not None or len(exponents) != 1 or not float(next(iter(exponents))).is_integer():
        raise NotExpressible("np.power with an exponent that is not one whole number")
    exponent = int(exponents.pop())
    shape = np.broadcast_shapes(a.shape, b.shape)
    result, square, left = a.world.constant(np.ones(shape, dtype=int)), a, abs(exponent)
    while left:
        if left % 2:
            result = multiply(result, square)
        left //= 2
        square = multiply(square, square) if left else square
    return result if exponent >= 0 else reciprocal(result)


def exp(a: ExactArray) -> ExactArray:
    """Return exp(a), opaque, with exp' = exp."""
    value = a.world.opaque("exp", a.value)
    return _chain(a, value, value, np.exp(a.shadow))


def expm1(a: ExactArray) -> ExactArray:
    """Return exp(a) - 1."""
    result = subtract(exp(a), a.world.exact(1))
    result.shadow = np.asarray(np.expm1(a.shadow))
    return result


def log(a: ExactArray) -> ExactArray:
    """Return log(a), opaque, with log' = 1/a."""
    value = a.world.opaque("log", a.value)
    slope = None if a.slope is None else a.world.field.multiply(a.slope, _inverse(a))
    return ExactArray(a.world, value, slope, np.log(a.shadow))


def log1p(a: ExactArray) -> ExactArray:
    """Return log(1 + a)."""
    result = log(add(a.world.exact(1), a))
    result.shadow = np.asarray(np.log1p(a.shadow))
    return result


def logaddexp(a: ExactArray, b: ExactArray) -> ExactArray:
    """Return log(exp(a) + exp(b))."""
    result = log(add(exp(a), exp(b)))
    result.shadow = np.asarray(np.logaddexp(a.shadow, b.shadow))
    return result


def tanh(a: ExactArray) -> ExactArray:
    """Return tanh(a), with tanh' = 1 - tanh^2."""
    field, value = a.world.field, a.world.opaque("tanh", a.value)
    return _chain(a, value, field.subtract(field.ONE, field.multiply(value, value)), np.tanh(a.shadow))


def sinh(a: ExactArray) -> ExactArray:
    """Return (exp(a) - 1/exp(a)) / 2."""
    e = exp(a)
    result = multiply(subtract(e, reciprocal(e)), a.world.exact(0.5))
    result.shadow = np.asarray(np.sinh(a.shadow))
    return result


def cosh(a: ExactArray) -> ExactArray:
    """Return (exp(a) + 1/exp(a)) / 2."""
    e = exp(a)
    result = multiply(add(e, reciprocal(e)), a.world.exact(0.5))
    result.shadow = np.asarray(np.cosh(a.shadow))
    return result


def matmul(a: ExactArray, b: ExactArray) -> ExactArray:
    """Return the product of two matrices, of stacks of them, or of vectors, by NumPy's rules."""
    if a.ndim == 0 or b.ndim == 0:
        raise ValueError("matmul: an operand has no axes; a product with one number is written *")
    if a.ndim == 1:
        row = matmul(a.reshape(1, -1), b)
        return row.reshape(row.shape[:-1] if b.ndim == 1 else (*row.shape[:-2], row.shape[-1]))
    if b.ndim == 1:
        column = matmul(a, b.reshape(-1, 1))
        return column.reshape(column.shape[:-1])
    field, shadow = a.world.field, a.shadow @ b.shadow  # raises NumPy's own error where shapes don't fit
    ndim = max(a.ndim, b.ndim)
    slope, other = _aligned(a, ndim), _aligned(b, ndim)
    slope = None if slope is None else field.matmul(slope, b.value)
    other = None if other is None else field.matmul(a.value, other)
    return _made(a, field.matmul(a.value, b.value), _plus(a.world, slope, other), shadow)


def choose(condition: npt.NDArray[np.bool_], a: ExactArray, b: ExactArray) -> ExactArray:
    """Return a where the condition holds, else b: the branch that the shadow takes."""
    value = np.where(condition, a.value, b.value)
    slope, other = _aligned(a, value.ndim), _aligned(b, value.ndim)
    if slope is not None or other is not None:
        nothing = np.uint64(0)
        slope = np.where(condition, nothing if slope is None else slope, nothing if other is None else other)
    return _made(a, value, slope, np.where(condition, a.shadow, b.shadow))


def heaviside(a: ExactArray, b: ExactArray) -> ExactArray:
    """Return 0 below zero, b at zero, 1 above."""
    return choose(a.shadow == 0, b, a.world.constant((a.shadow > 0).astype(int)))


def absolute(a: ExactArray) -> ExactArray:
    """Return a or -a, by the sign of the shadow."""
    return choose(a.shadow >= 0, a, negative(a))


UFUNCS: Final[Mapping[np.ufunc, Callable[..., ExactArray]]] = {
    np.add: add,
    np.subtract: subtract,
    np.multiply: multiply,
    np.true_divide: divide,
    np.negative: negative,
    np.positive: lambda a: a.copy(),
    np.reciprocal: reciprocal,
    np.square: lambda a: multiply(a, a),
    np.power: power,
    np.float_power: power,
    np.exp: exp,
    np.expm1: expm1,
    np.log: log,
    np.log1p: log1p,
    np.log2: lambda a: divide(log(a), a.world.exact(float(np.log(2)))),  # as code divides by np.log(2), a float
    np.log10: lambda a: divide(log(a), a.world.exact(float(np.log(10)))),
    np.logaddexp: logaddexp,
    np.tanh: tanh,
    np.sinh: sinh,
    np.cosh: cosh,
    np.matmul: matmul,
    np.maximum: lambda a, b: choose(a.shadow >= b.shadow, a, b),
    np.minimum: lambda a, b: choose(a.shadow <= b.shadow, a, b),
    np.absolute: absolute,
    np.fabs: absolute,
    np.sign: lambda a: a.world.constant(np.sign(a.shadow).astype(int)),
    np.heaviside: heaviside,
}
