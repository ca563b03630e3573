"""NumPy's functions on exact arrays: sums, rearrangements, extremes, products of many axes; the table by function.

What only moves entries is not written twice: NumPy moves their numbers, 0, 1, 2, ..., and the entries follow.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from string import ascii_letters
from typing import Final

import numpy as np

from verify.arrays import Array, Option
from verify.exact.arithmetic import NotExpressible
from verify.exact.array import ExactArray
from verify.exact.operations import choose, divide, matmul, multiply, subtract


def _exact(*values: Array) -> list[ExactArray]:
    """Return all as exact arrays of the world that one of them is of."""
    world = next((value.world for value in values if isinstance(value, ExactArray)), None)
    if world is None:
        raise NotExpressible("a function of plain numbers whose options are exact")
    return [world.exact(value) for value in values]


def _axes(a: ExactArray, axis: Option) -> tuple[int, ...]:
    return tuple(range(a.ndim)) if axis is None else tuple(int(n) % a.ndim for n in np.atleast_1d(axis))


def _sum(a: ExactArray, axis: Option = None, keepdims: bool = False) -> ExactArray:
    axes, field, slope = _axes(a, axis), a.world.field, a.slope
    shadow = a.shadow.sum(axis=None if axis is None else axes, keepdims=keepdims)  # raises where an axis is missing
    if slope is not None:
        slope = field.total(slope, tuple(n + 1 for n in axes), keepdims=keepdims)
    return ExactArray(a.world, field.total(a.value, axes, keepdims=keepdims), slope, shadow)


def _mean(a: ExactArray, axis: Option = None, keepdims: bool = False) -> ExactArray:
    summed = _sum(a, axis, keepdims)
    return divide(summed, a.world.exact(a.size // max(1, summed.size)))


def _var(a: ExactArray, axis: Option = None, keepdims: bool = False) -> ExactArray:
    off = subtract(a, _mean(a, axis, keepdims=True))
    return _mean(multiply(off, off), axis, keepdims)


def _prod(a: ExactArray, axis: int | None = None, keepdims: bool = False) -> ExactArray:
    if axis is None:
        product = _prod(a.reshape(-1), 0)
        return product.reshape((1,) * a.ndim) if keepdims else product
    before = (slice(None),) * (axis % a.ndim)
    shape = (*a.shape[: len(before)], *a.shape[len(before) + 1 :])
    product = a.world.constant(np.ones(shape, dtype=int))
    for number in range(a.shape[axis]):
        product = multiply(product, a[(*before, number)])
    return product[(*before, None)] if keepdims else product


def _extreme(pick: Callable[..., Array]) -> Callable[..., ExactArray]:
    def extreme(a: ExactArray, axis: int | None = None, keepdims: bool = False) -> ExactArray:
        if axis is None:
            found = a.reshape(-1)[int(pick(a.shadow))]
            return found.reshape((1,) * a.ndim) if keepdims else found
        if not isinstance(axis, int):
            raise NotExpressible(f"a maximum or minimum over the axes {axis}")
        where = np.expand_dims(pick(a.shadow, axis=axis), axis)
        axis %= a.ndim

        def taken(part: Array, lead: int) -> Array:
            indices = np.broadcast_to(where, part.shape[:lead] + where.shape)
            kept = np.take_along_axis(part, indices, axis + lead)
            return kept if keepdims else kept.squeeze(axis + lead)

        return a.each(taken)

    return extreme


def _clip(
    a: Array,
    a_min: Array = None,
    a_max: Array = None,
    out: Array = None,
    *,
    min: Array = None,  # noqa: A002  # as NumPy calls it
    max: Array = None,  # noqa: A002
) -> Array:
    low, high = (a_min if min is None else min), (a_max if max is None else max)
    result: Array = _exact(*[value for value in (a, low, high) if value is not None])[0]
    if low is not None:
        result = np.maximum(result, low)
    if high is not None:
        result = np.minimum(result, high)
    if out is None:
        return result
    return np.positive(result, out=out)


def _where(condition: Array, a: Array, b: Array) -> ExactArray:
    if isinstance(condition, ExactArray):
        return _where(condition.shadow != 0, *_exact(a, b, condition)[:2])
    return choose(np.asarray(condition, dtype=bool), *_exact(a, b))


def _entries(parts: list[ExactArray], where: Array) -> ExactArray:
    """Return the array of the entries with these numbers, counted through all the parts."""
    directions = next((len(part.slope) for part in parts if part.slope is not None), None)
    slope = None
    if directions is not None:
        flat = [
            np.zeros((directions, part.size), np.uint64) if part.slope is None else part.slope.reshape(directions, -1)
            for part in parts
        ]
        slope = np.concatenate(flat, axis=1)[:, where]
    value, shadow = (
        np.concatenate([array.reshape(-1) for array in arrays])[where]
        for arrays in ([part.value for part in parts], [part.shadow for part in parts])
    )
    return ExactArray(parts[0].world, value, slope, shadow)


def _numbered(parts: Sequence[ExactArray]) -> list[Array]:
    ends = np.cumsum([0, *[part.size for part in parts]])
    return [np.arange(first, first + part.size).reshape(part.shape) for first, part in zip(ends, parts, strict=False)]


def _refused(function: Callable[..., Array], options: Mapping[str, Option]) -> None:
    for name in ("out", "dtype"):
        if name in options:
            raise NotExpressible(f"np.{function.__name__} with {name}")


def _moved(function: Callable[..., Array]) -> Callable[..., ExactArray]:
    """Return what NumPy's function does to one array, where it copies entries from place to place."""

    def moved(a: ExactArray, *args: Option, **kwargs: Option) -> ExactArray:
        _refused(function, kwargs)
        return _entries([a], function(_numbered([a])[0], *args, **kwargs))

    return moved


def _joined(function: Callable[..., Array]) -> Callable[..., ExactArray]:
    """Return what NumPy's function does to a sequence of arrays, where it copies entries from place to place."""

    def joined(arrays: Sequence[Array], *args: Option, **kwargs: Option) -> ExactArray:
        _refused(function, kwargs)
        parts = _exact(*arrays)
        return _entries(parts, function(_numbered(parts), *args, **kwargs))

    return joined


def _reshaped(function: Callable[..., Array]) -> Callable[..., ExactArray]:
    """Return what NumPy's function does to one array, where it only gives it another shape."""
    return lambda a, *args, **kwargs: a.reshape(function(a.shadow, *args, **kwargs).shape)


def _append(arr: Array, values: Array, axis: int | None = None) -> ExactArray:
    arrays = _exact(arr, values)
    return _joined(np.concatenate)([part.reshape(-1) for part in arrays] if axis is None else arrays, axis=axis or 0)


def _split(ary: ExactArray, indices_or_sections: Option, axis: int = 0) -> list[ExactArray]:
    before = (slice(None),) * (axis % ary.ndim)
    numbers = np.split(np.arange(ary.shape[axis]), indices_or_sections)
    ends = np.cumsum([0, *[len(part) for part in numbers]]).tolist()
    return [ary[(*before, slice(first, end))] for first, end in pairwise(ends)]


def _diag(v: ExactArray, k: int = 0) -> ExactArray:
    if v.ndim == 2:
        return _moved(np.diagonal)(v, k)
    return _placed_on_diagonal(v, k)


def _placed_on_diagonal(v: ExactArray, k: int = 0) -> ExactArray:
    flat = v.reshape(-1)
    where = np.diag(np.arange(1, flat.size + 1), k)
    return _entries([v.world.constant([0]), flat], where)


def _trace(a: ExactArray, offset: int = 0) -> ExactArray:
    return _sum(_moved(np.diagonal)(a, offset), -1)


def _dot(a: Array, b: Array) -> ExactArray:
    one, other = _exact(a, b)
    if one.ndim == 0 or other.ndim == 0:
        return multiply(one, other)
    return matmul(one, other) if other.ndim <= 2 else _tensordot(one, other, (-1, -2))


def _inner(a: Array, b: Array) -> ExactArray:
    one, other = _exact(a, b)
    return multiply(one, other) if one.ndim == 0 or other.ndim == 0 else _tensordot(one, other, (-1, -1))


def _vdot(a: Array, b: Array) -> ExactArray:
    one, other = _exact(a, b)
    return matmul(one.reshape(-1), other.reshape(-1))


def _outer(a: Array, b: Array) -> ExactArray:
    one, other = _exact(a, b)
    return multiply(one.reshape(-1, 1), other.reshape(1, -1))


def _tensordot(a: Array, b: Array, axes: Option = 2) -> ExactArray:
    one, other = _exact(a, b)
    if isinstance(axes, int):
        axes = range(one.ndim - axes, one.ndim), range(axes)
    left, right = (_axes(array, list(np.atleast_1d(n))) for array, n in zip((one, other), axes, strict=True))
    kept_left = [n for n in range(one.ndim) if n not in left]
    kept_right = [n for n in range(other.ndim) if n not in right]
    terms = int(np.prod([one.shape[n] for n in left], dtype=int))
    rows = one.transpose(*kept_left, *left).reshape(-1, terms)
    columns = other.transpose(*right, *kept_right).reshape(terms, -1)
    return matmul(rows, columns).reshape([one.shape[n] for n in kept_left] + [other.shape[n] for n in kept_right])


def _einsum(subscripts: Option, *operands: Array, optimize: Option = False) -> ExactArray:
    """Multiply the operands, each spread over all the letters, and sum over the letters that the result lacks."""
    if not isinstance(subscripts, str) or "." in subscripts:
        raise NotExpressible("np.einsum with other than letters")
    given, arrow, wanted = subscripts.replace(" ", "").partition("->")
    terms = given.split(",")
    letters = [letter for letter in ascii_letters if letter in given]
    if not arrow:
        wanted = "".join(sorted(letter for letter in letters if given.count(letter) == 1))
    result = None
    for term, operand in zip(terms, _exact(*operands), strict=True):
        once = "".join(letter for letter in letters if letter in term)
        plain = _moved(lambda numbers, how: np.einsum(how, numbers))(operand, f"{term}->{once}")
        sizes = iter(plain.shape)
        spread = plain.reshape([next(sizes) if letter in once else 1 for letter in letters])
        result = spread if result is None else multiply(result, spread)
    assert result is not None
    lost = tuple(n for n, letter in enumerate(letters) if letter not in wanted)
    kept = [letter for letter in letters if letter in wanted]
    return (_sum(result, lost) if lost else result).transpose([kept.index(letter) for letter in wanted])


def _like(a: ExactArray, value: Array, dtype: Option) -> Array:
    if dtype is not None and np.dtype(dtype).kind != "f":
        return np.full(a.shape, value, dtype)
    made = a.world.constant(np.zeros(a.shape))
    made[...] = value
    return made


FUNCTIONS: Final[Mapping[Option, Callable[..., Array]]] = {
    np.dot: _dot,
    np.inner: _inner,
    np.vdot: _vdot,
    np.outer: _outer,
    np.tensordot: _tensordot,
    np.einsum: _einsum,
    np.sum: _sum,
    np.mean: _mean,
    np.var: _var,
    np.prod: _prod,
    np.max: _extreme(np.argmax),
    np.amax: _extreme(np.argmax),
    np.min: _extreme(np.argmin),
    np.amin: _extreme(np.argmin),
    np.argmax: lambda a, axis=None, *, keepdims=False: np.argmax(a.shadow, axis=axis, keepdims=keepdims),
    np.argmin: lambda a, axis=None, *, keepdims=False: np.argmin(a.shadow, axis=axis, keepdims=keepdims),
    np.clip: _clip,
    np.where: _where,
    np.transpose: lambda a, axes=None: a.transpose(*([] if axes is None else [axes])),
    np.reshape: lambda a, shape: a.reshape(shape),
    np.ravel: _reshaped(np.ravel),
    np.squeeze: _reshaped(np.squeeze),
    np.expand_dims: _reshaped(np.expand_dims),
    np.atleast_1d: lambda a: a.reshape(np.atleast_1d(a.shadow).shape),
    np.atleast_2d: lambda a: a.reshape(np.atleast_2d(a.shadow).shape),
    np.copy: lambda a: a.copy(),
    np.shape: lambda a: a.shape,
    np.ndim: lambda a: a.ndim,
    np.size: lambda a, axis=None: a.size if axis is None else a.shape[axis],
    np.concatenate: _joined(np.concatenate),
    np.hstack: _joined(np.hstack),
    np.vstack: _joined(np.vstack),
    np.stack: _joined(np.stack),
    np.column_stack: _joined(np.column_stack),
    np.append: _append,
    np.split: _split,
    np.repeat: _moved(np.repeat),
    np.tile: _moved(np.tile),
    np.broadcast_to: _moved(np.broadcast_to),
    np.diag: _diag,
    np.diagflat: _placed_on_diagonal,
    np.diagonal: _moved(np.diagonal),
    np.trace: _trace,
    np.zeros_like: lambda a, dtype=None: _like(a, 0, dtype),
    np.empty_like: lambda a, dtype=None: _like(a, 0, dtype),
    np.ones_like: lambda a, dtype=None: _like(a, 1, dtype),
    np.full_like: lambda a, fill_value, dtype=None: _like(a, fill_value, dtype),
}
