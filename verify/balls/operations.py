"""NumPy's ufuncs on arrays of balls: arithmetic, functions, and comparisons that are certain or refused."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import numpy as np

from verify.arrays import Array, Option
from verify.balls.array import Balls, World, boxed
from verify.balls.digits import Ball, arb, arb_mat
from verify.balls.refusal import NoBalls

Inner = Array  # a NumPy array of objects, each a ball

GUARD: Final = 1e-3  # the largest number that counts as a guard, as in the remark on logarithms
_AS_THEY_STAND: Final = {
    np.add, np.subtract, np.multiply, np.true_divide, np.negative, np.positive, np.square, np.reciprocal, np.power,
    np.float_power, np.matmul,
}  # fmt: skip
_OVER: Final = {np.log, np.log2, np.log10}  # where a guard in the argument counts as absent


def called(
    world: World, ufunc: np.ufunc, method: str, inputs: Sequence[Array], out: Array, keywords: Mapping[str, Option]
) -> Array:
    """Return the result of a ufunc, written to `out` where one is given."""
    options = {name: value for name, value in keywords.items() if name not in ("dtype", "casting", "order")}
    ours = UFUNCS.get(ufunc) or _by_name(ufunc)
    if ours is None:
        raise NoBalls(f"np.{ufunc.__name__}")
    if method != "__call__" or options:
        result = _by_method(world, ufunc, method, inputs, out, options)
        if result is None:
            return None
    else:
        inner = [world.inner(value) for value in _without_guards(world, ufunc, inputs)]
        result = boxed(ours(*inner))
    if result.dtype.kind != "O":
        return result[()] if result.ndim == 0 else result
    made = Balls(world, result, _before_the_guard(world, ufunc, inputs) if method == "__call__" else None)
    return made if out is None else _placed(ufunc, made, inputs[0], out)


def _by_method(
    world: World, ufunc: np.ufunc, method: str, inputs: Sequence[Array], out: Array, options: Mapping[str, Option]
) -> Array:
    if ufunc in (np.maximum, np.minimum) and method == "reduce":
        over = np.max if ufunc is np.maximum else np.min
        return over(inputs[0], **options).value
    if ufunc not in _AS_THEY_STAND:
        raise NoBalls(f"np.{ufunc.__name__} with {', '.join(options) or method}")
    if method in ("at", "reduce", "accumulate", "reduceat"):
        keys = inputs[1:2] if method in ("at", "reduceat") else ()
        values = [world.inner(value) for value in inputs[2:]] if method == "at" else []
        if method == "at" and not isinstance(inputs[0], Balls):
            raise NoBalls(f"np.{ufunc.__name__}.at on an array of floats")
        return _native(getattr(ufunc, method)(world.inner(inputs[0]), *keys, *values, **options))
    if isinstance(out, Balls) and method == "__call__":  # np.divide(a, b, out=c, where=mask)
        return _native(ufunc(*[world.inner(value) for value in inputs], out=out.value, **options))
    return _native(getattr(ufunc, method)(*[world.inner(value) for value in inputs], **options))


def _native(value: Array) -> Array:
    return None if value is None else boxed(value)


def _placed(ufunc: np.ufunc, made: Balls, first: Array, out: Array) -> Array:
    """Return the array that a result is written to; a plain one holds NaN from then on, for it can't hold balls."""
    if isinstance(out, Balls):
        if np.broadcast_shapes(made.shape, out.shape) != out.shape:
            raise ValueError(f"non-broadcastable output operand with shape {out.shape} doesn't match {made.shape}")
        out[...] = made
        return out
    if out is not first or out.dtype.kind != "f" or made.shape != out.shape:
        raise NoBalls(f"np.{ufunc.__name__} into an array of floats")
    out.fill(np.nan)
    return made


def _before_the_guard(world: World, ufunc: np.ufunc, inputs: Sequence[Array]) -> Inner:
    """Return what a sum was before a tiny plain number was added: a + eps, eps + a, 1 - a + eps, (1 + eps) - a."""
    if ufunc not in (np.add, np.subtract) or len(inputs) != 2:
        return None
    a, b = inputs
    if isinstance(a, Balls) and _is_tiny(b):
        return a.value
    if ufunc is np.add and isinstance(b, Balls) and _is_tiny(a):
        return b.value
    if ufunc is np.subtract and isinstance(b, Balls) and np.ndim(a) == 0 and _is_tiny(_off_one(a)):
        return 1 - b.value
    return None


def _off_one(a: Array) -> Array:
    return None if isinstance(a, Balls) else float(a) - 1.0


def _is_tiny(value: Array) -> bool:
    if value is None or isinstance(value, Balls) or np.ndim(value) != 0:
        return False
    return 0.0 < abs(float(value)) <= GUARD


def _without_guards(world: World, ufunc: np.ufunc, inputs: Sequence[Array]) -> list[Array]:
    number = 0 if ufunc in _OVER else 1 if ufunc is np.true_divide else None
    given = list(inputs)
    if number is None or not isinstance(given[number], Balls) or given[number].unguarded is None:
        return given
    world.met.add("guard")
    if not world.guards:
        given[number] = Balls(world, given[number].unguarded)
    return given


def signs(a: Inner, b: Inner) -> Array:
    """Return -1, 0 or 1 for each pair: how a compares with b for certain. Raises NoBalls where nobody can know."""
    above, below = np.asarray(a > b, dtype=bool), np.asarray(a < b, dtype=bool)
    found = above.astype(np.int8) - below
    for place in np.argwhere(found == 0) if found.ndim else ([()] if found == 0 else []):
        one, other = (part[tuple(place)] for part in np.broadcast_arrays(a, b))
        if not _same(one, other):
            raise NoBalls("a comparison of two numbers that are equal to 40 digits or more")
    return found


def _same(one: Ball, other: Ball) -> bool:
    if one is other:
        return True
    if not isinstance(one, arb):
        one = arb(one)
    if not isinstance(other, arb):
        other = arb(other)
    return bool(one.mid() == other.mid() and one.rad() == other.rad())


def _comparison(holds: Callable[[Array, int], Array]) -> Callable[..., Array]:
    return lambda a, b: holds(signs(a, b), 0)


def _function(method: Callable[[Any], Any]) -> Callable[[Inner], Inner]:
    def applied(a: Inner) -> Inner:
        made = np.empty(a.size, dtype=object)
        made[:] = [method(ball) for ball in a.reshape(-1).tolist()]
        return made.reshape(a.shape)

    return applied


def _flags(method: Callable[[Any], bool]) -> Callable[[Inner], Array]:
    return lambda a: np.array([method(ball) for ball in a.reshape(-1).tolist()], dtype=bool).reshape(a.shape)


def matmul(a: Inner, b: Inner) -> Inner:
    """Return the matrix product; two matrices by Arb's own."""
    if a.ndim != 2 or b.ndim != 2 or a.shape[1] != b.shape[0] or not a.size or not b.size:
        return np.matmul(a, b)
    product = arb_mat(*a.shape, a.reshape(-1).tolist()) * arb_mat(*b.shape, b.reshape(-1).tolist())
    made = np.empty(a.shape[0] * b.shape[1], dtype=object)
    made[:] = product.entries()
    return made.reshape(a.shape[0], b.shape[1])


def chosen(condition: Array, a: Inner, b: Inner) -> Inner:
    """Return a where the condition holds, else b."""
    return np.where(condition, a, b)


def _absolute(a: Inner) -> Inner:
    return chosen(signs(a, np.zeros_like(a)) >= 0, a, -a)


def _heaviside(a: Inner, b: Inner) -> Inner:
    found = signs(a, np.zeros_like(a))
    return chosen(found == 0, b, np.vectorize(arb, otypes=[object])(found > 0))


def _cbrt(a: Ball) -> Ball:
    return -((-a).root(3)) if a < 0 else a.root(3)


def _whole(a: Ball) -> Ball:
    whole = a.unique_fmpz()
    if whole is None:
        raise NoBalls("a number that was rounded to a whole one at a jump")
    return arb(whole)


def _power(a: Inner, b: Inner) -> Inner:
    def raised(x: Ball, y: Ball) -> Ball:
        whole = y.unique_fmpz() if y.is_exact() else None
        return x ** int(whole) if whole is not None and y.is_integer() else x**y

    return np.frompyfunc(raised, 2, 1)(a, b)


def _expit(a: Ball) -> Ball:
    return 1 / (1 + (-a).exp())


UFUNCS: Final[Mapping[np.ufunc, Callable[..., Array]]] = {
    np.add: operator.add,
    np.subtract: operator.sub,
    np.multiply: operator.mul,
    np.true_divide: operator.truediv,
    np.negative: operator.neg,
    np.positive: lambda a: a.copy(),
    np.square: lambda a: a * a,
    np.reciprocal: lambda a: 1 / a,
    np.conjugate: lambda a: a.copy(),
    np.power: _power,
    np.float_power: _power,
    np.matmul: matmul,
    np.exp: _function(arb.exp),
    np.expm1: _function(arb.expm1),
    np.exp2: _function(lambda a: arb(2) ** a),
    np.log: _function(arb.log),
    np.log1p: _function(arb.log1p),
    np.log2: _function(lambda a: a.log() / arb(2).log()),
    np.log10: _function(lambda a: a.log() / arb(10).log()),
    np.logaddexp: lambda a, b: _function(arb.log)(_function(arb.exp)(a) + _function(arb.exp)(b)),
    np.sqrt: _function(arb.sqrt),
    np.cbrt: _function(_cbrt),
    np.sin: _function(arb.sin),
    np.cos: _function(arb.cos),
    np.tan: _function(arb.tan),
    np.sinh: _function(arb.sinh),
    np.cosh: _function(arb.cosh),
    np.tanh: _function(arb.tanh),
    np.arcsin: _function(arb.asin),
    np.arccos: _function(arb.acos),
    np.arctan: _function(arb.atan),
    np.arcsinh: _function(arb.asinh),
    np.arccosh: _function(arb.acosh),
    np.arctanh: _function(arb.atanh),
    np.arctan2: np.frompyfunc(arb.atan2, 2, 1),
    np.hypot: lambda a, b: _function(arb.sqrt)(a * a + b * b),
    np.floor: _function(lambda a: _whole(a.floor())),
    np.ceil: _function(lambda a: _whole(a.ceil())),
    np.maximum: lambda a, b: chosen(signs(a, b) >= 0, a, b),
    np.minimum: lambda a, b: chosen(signs(a, b) <= 0, a, b),
    np.fmax: lambda a, b: chosen(signs(a, b) >= 0, a, b),
    np.fmin: lambda a, b: chosen(signs(a, b) <= 0, a, b),
    np.absolute: _absolute,
    np.fabs: _absolute,
    np.sign: lambda a: np.vectorize(arb, otypes=[object])(signs(a, np.zeros_like(a))),
    np.heaviside: _heaviside,
    np.greater: _comparison(operator.gt),
    np.greater_equal: _comparison(operator.ge),
    np.less: _comparison(operator.lt),
    np.less_equal: _comparison(operator.le),
    np.equal: _comparison(operator.eq),
    np.not_equal: _comparison(operator.ne),
    np.logical_not: lambda a: signs(a, np.zeros_like(a)) == 0,
    np.isnan: _flags(arb.is_nan),
    np.isfinite: _flags(arb.is_finite),
    np.isinf: _flags(lambda a: not a.is_finite() and not a.is_nan()),
}

_OF_OTHERS: Final[Mapping[str, Callable[[Inner], Inner]]] = {  # ufuncs that SciPy has and NumPy has not
    "expit": _function(_expit),
    "erf": _function(arb.erf),
    "erfc": _function(arb.erfc),
    "log_expit": _function(lambda a: _expit(a).log()),
}


def _by_name(ufunc: np.ufunc) -> Callable[..., Array] | None:
    return _OF_OTHERS.get(ufunc.__name__)
