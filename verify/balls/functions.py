"""NumPy's functions on arrays of balls: most rearrange or add and work as they stand, some need help."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

import numpy as np

from verify.arrays import Array, Option
from verify.balls.array import Balls, World, boxed
from verify.balls.digits import arb
from verify.balls.operations import matmul, signs
from verify.balls.refusal import NoBalls

_REFUSED: Final = {"savetxt", "save", "histogram", "interp", "percentile", "quantile", "median", "unique", "bincount"}
_LINEAR: Final = {"norm"}  # the only function of np.linalg that balls answer


def answered(world: World, function: Callable[..., Array], args: Option, kwargs: Option) -> Array:
    """Return the answer of one of NumPy's functions of which an argument holds balls."""
    ours, name = FUNCTIONS.get(function), function.__name__
    if ours is not None:
        return ours(*args, **kwargs)
    module = getattr(function, "__module__", "") or ""
    if name in _REFUSED or not module.startswith("numpy") or (".linalg" in module and name not in _LINEAR):
        raise NoBalls(f"np.{name}")
    options = {key: value for key, value in kwargs.items() if key not in ("dtype", "casting")}
    found = function(*[_opened(world, one) for one in args], **{key: _opened(world, v) for key, v in options.items()})
    return _closed(world, found)


def _opened(world: World, value: Option) -> Option:
    if isinstance(value, Balls):
        return value.value
    if isinstance(value, list | tuple):
        return type(value)(_opened(world, entry) for entry in value)
    if isinstance(value, np.ndarray) and value.dtype.kind == "f":
        return world.inner(value)
    return value


def _closed(world: World, value: Option) -> Option:
    if isinstance(value, tuple | list):
        return type(value)(_closed(world, entry) for entry in value)
    if isinstance(value, arb):
        return Balls(world, boxed(value))
    if isinstance(value, np.ndarray) and value.dtype.kind == "O":
        if any(type(entry) is not arb for entry in value.reshape(-1).tolist()):  # zeros of a padding
            return world.constant(value)
        return Balls(world, value)
    return value


def _extreme(largest: bool) -> Callable[..., Array]:
    pick, holds = (np.max, 1) if largest else (np.min, -1)

    def found(a: Balls, axis: Option = None, out: Option = None, keepdims: bool = False, **options: Option) -> Balls:
        if out is not None or options:
            raise NoBalls(f"np.{pick.__name__} with {', '.join(options) or 'out'}")
        value = boxed(pick(a.value, axis=axis, keepdims=True))
        if np.any(signs(value, a.value) * holds < 0):
            raise NoBalls("a maximum that is not certain")
        return Balls(a.world, value if keepdims else boxed(value.reshape(_reduced(a.shape, axis))))

    return found


def _reduced(shape: tuple[int, ...], axis: Option) -> tuple[int, ...]:
    if axis is None:
        return ()
    gone = {int(one) % len(shape) for one in (axis if isinstance(axis, tuple) else (axis,))}
    return tuple(n for place, n in enumerate(shape) if place not in gone)


def _place_of_extreme(largest: bool) -> Callable[..., Array]:
    pick = np.argmax if largest else np.argmin

    def found(a: Balls, axis: Option = None, out: Option = None, **options: Option) -> Array:
        (np.max if largest else np.min)(a, axis=axis)  # refuses what is not certain
        return pick(a.value, axis=axis, **options)

    return found


def _sorted(a: Balls, axis: int = -1, **options: Option) -> Balls:
    value = np.sort(a.value, axis=axis)
    ahead = np.moveaxis(value, axis, -1)
    signs(ahead[..., 1:], ahead[..., :-1])
    return Balls(a.world, value)


def _order(a: Balls, axis: int = -1, **options: Option) -> Array:
    _sorted(a, axis)
    return np.argsort(a.value, axis=axis)


def _mean(a: Balls, axis: Option = None, dtype: Option = None, out: Option = None, keepdims: bool = False) -> Array:
    total = np.sum(a, axis=axis, keepdims=keepdims)
    return total / (a.size // max(1, total.size))


def _var(
    a: Balls, axis: Option = None, dtype: Option = None, out: Option = None, ddof: int = 0, keepdims: bool = False
) -> Array:
    off = a - np.mean(a, axis=axis, keepdims=True)
    total = np.sum(off * off, axis=axis, keepdims=keepdims)
    return total / (a.size // max(1, total.size) - ddof)


def _std(a: Balls, *args: Option, **kwargs: Option) -> Array:
    return np.sqrt(np.var(a, *args, **kwargs))


def _norm(x: Balls, ord: Option = None, axis: Option = None, keepdims: bool = False) -> Array:  # noqa: A002 -- NumPy's name
    if ord in (None, "fro") or (ord == 2 and (axis is not None or x.ndim == 1)):
        return np.sqrt(np.sum(x * x, axis=axis, keepdims=keepdims))
    if axis is None and x.ndim != 1:
        raise NoBalls(f"np.linalg.norm with ord={ord}")
    if ord == 1:
        return np.sum(np.abs(x), axis=axis, keepdims=keepdims)
    if ord == np.inf:
        return np.max(np.abs(x), axis=axis, keepdims=keepdims)
    raise NoBalls(f"np.linalg.norm with ord={ord}")


def _rounded(a: Balls, decimals: int = 0, out: Option = None) -> Balls:
    if decimals < 1:
        raise NoBalls("a number that is rounded to a whole one")
    a.world.met.add("rounding")
    return a.copy()


def _clip(a: Array, a_min: Option = None, a_max: Option = None, out: Option = None, **named: Option) -> Array:
    low, high = named.get("min", a_min), named.get("max", a_max)
    found = a if low is None else np.maximum(a, low)
    found = found if high is None else np.minimum(found, high)
    if out is None:
        return found
    out[...] = found
    return out


def _like(value: float) -> Callable[..., Array]:
    def made(a: Balls, dtype: Option = None, order: Option = "K", subok: bool = True, shape: Option = None) -> Array:
        shape = a.shape if shape is None else shape
        if dtype is not None and np.dtype(dtype).kind != "f":
            return np.full(shape, value, dtype)
        return a.world.constant(np.full(shape, value))

    return made


def _full_like(a: Balls, fill_value: Option, dtype: Option = None, **options: Option) -> Balls:
    made = np.zeros_like(a)
    made[...] = fill_value
    return made  # type: ignore[return-value]


def _where(condition: Array, *choices: Array) -> Array:
    if isinstance(condition, Balls):
        condition = condition != 0
    if not choices:
        return np.where(condition)
    world = next(one.world for one in choices if isinstance(one, Balls))
    return Balls(world, boxed(np.where(condition, *[world.inner(one) for one in choices])))


def _dot(a: Array, b: Array, out: Option = None) -> Balls:
    world = (a if isinstance(a, Balls) else b).world
    one, other = world.inner(a), world.inner(b)
    if one.ndim == 2 and other.ndim == 2:
        return Balls(world, matmul(one, other))
    return Balls(world, boxed(np.dot(one, other)))


def _all_close(a: Array, b: Array, rtol: float = 1e-5, atol: float = 1e-8, equal_nan: bool = False) -> bool:
    return bool(np.all(np.isclose(a, b, rtol, atol)))


def _is_close(a: Array, b: Array, rtol: float = 1e-5, atol: float = 1e-8, equal_nan: bool = False) -> Array:
    return np.abs(a - b) <= atol + rtol * np.abs(b)


def _array_equal(a: Array, b: Array, equal_nan: bool = False) -> bool:
    return np.shape(a) == np.shape(b) and bool(np.all(a == b))


def _truth(pick: Callable[..., Array]) -> Callable[..., Array]:
    return lambda a, *args, **kwargs: pick(a != 0, *args, **kwargs)


def _nan_to_num(x: Balls, *args: Option, **kwargs: Option) -> Balls:
    if not np.all(np.isfinite(x)):
        raise NoBalls("a number that is not finite")
    return x.copy()


FUNCTIONS: Final[Mapping[Option, Callable[..., Array]]] = {
    np.max: _extreme(True),
    np.min: _extreme(False),
    np.argmax: _place_of_extreme(True),
    np.argmin: _place_of_extreme(False),
    np.sort: _sorted,
    np.argsort: _order,
    np.mean: _mean,
    np.var: _var,
    np.std: _std,
    np.linalg.norm: _norm,
    np.round: _rounded,
    np.around: _rounded,
    np.clip: _clip,
    np.zeros_like: _like(0.0),
    np.ones_like: _like(1.0),
    np.empty_like: _like(0.0),
    np.full_like: _full_like,
    np.where: _where,
    np.dot: _dot,
    np.allclose: _all_close,
    np.isclose: _is_close,
    np.array_equal: _array_equal,
    np.any: _truth(np.any),
    np.all: _truth(np.all),
    np.nonzero: _truth(np.nonzero),
    np.count_nonzero: _truth(np.count_nonzero),
    np.nan_to_num: _nan_to_num,
    np.copy: lambda a, **options: a.copy(),
    np.real: lambda a: a,
    np.shape: lambda a: a.shape,
    np.ndim: lambda a: a.ndim,
    np.size: lambda a, axis=None: a.size if axis is None else a.shape[axis],
    np.iscomplexobj: lambda a: False,
    np.isrealobj: lambda a: True,
}
