"""The array of exact dual numbers: it looks like NumPy's, and it answers when NumPy's functions are called on it.

Views, slices and work in place are those of NumPy, for values, slopes and shadow alike: an array that
shows a part of another has no slopes of its own, it looks them up in the whole.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Any, Final, Protocol

import numpy as np
import numpy.typing as npt
from numpy.lib.mixins import NDArrayOperatorsMixin

from verify.arrays import Array, Option
from verify.exact.arithmetic import Arithmetic, NotExpressible
from verify.exact.field import Field
from verify.exact.stand_in import StandIn

Rearrange = Callable[[Array, int], Array]

COMPARISONS: Final = {
    np.less, np.less_equal, np.greater, np.greater_equal, np.equal, np.not_equal, np.isnan, np.isfinite, np.isinf,
}  # fmt: skip


def _method(function: Callable[..., Array]) -> Callable[..., Array]:
    def method(self: ExactArray, *args: Option, **kwargs: Option) -> Array:
        return function(self, *args, **kwargs)

    return method


def _in_place(ufunc: np.ufunc) -> Array:
    def operator(self: ExactArray, other: Array) -> Array:
        return ufunc(self, other) if self.ndim == 0 else ufunc(self, other, out=self)  # NumPy's scalars never change

    return operator


class World(Protocol):
    """What an array asks of the random point that it belongs to."""

    @property
    def field(self) -> Arithmetic:
        """The arithmetic of its numbers."""

    @property
    def ufuncs(self) -> Mapping[Option, Callable[..., Array]]:
        """NumPy's ufuncs on exact arrays."""

    @property
    def functions(self) -> Mapping[Option, Callable[..., Array]]:
        """NumPy's other functions on exact arrays."""

    def opaque(self, function: str, x: Field) -> Field:
        """Return the value of exp, log or tanh."""

    def exact(self, value: Array) -> ExactArray:
        """Return exact numbers as they are, and plain numbers as the constants that they stand for."""

    def constant(self, values: Array) -> ExactArray:
        """Return the exact numbers that plain numbers stand for."""


class ExactArray(StandIn, NDArrayOperatorsMixin):
    """An array of exact dual numbers: value (shape S), slopes (K directions x S) or None, shadow (shape S)."""

    __array_priority__ = 1000
    dtype = np.dtype(float)

    def __init__(self, world: World, value: Field, slope: Field | None, shadow: npt.NDArray[Any]) -> None:
        self.world, self.value, self.shadow = world, np.asarray(value), np.asarray(shadow)
        self._slope, self._own = slope, False
        self._whole: tuple[ExactArray, Rearrange] | None = None

    @property
    def slope(self) -> Field | None:
        """The slopes, K x S, or None where every slope is zero."""
        if self._whole is None:
            return self._slope
        whole, rearrange = self._whole
        return None if whole.slope is None else rearrange(whole.slope, 1)

    @slope.setter
    def slope(self, slope: Field | None) -> None:
        """Set the slopes, which are the array's own from now on."""
        self._slope, self._own, self._whole = slope, False, None

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
        return self.transpose()

    def each(self, rearrange: Rearrange) -> ExactArray:
        """Return the array rearranged; `rearrange` gets each part and how many axes stand before the first."""
        made = ExactArray(self.world, rearrange(self.value, 0), None, rearrange(self.shadow, 0))
        if np.may_share_memory(made.value, self.value) or np.may_share_memory(made.shadow, self.shadow):
            made._whole = (self, rearrange)
        elif self.slope is not None:
            made._slope = rearrange(self.slope, 1)
        return made

    def __len__(self) -> int:
        return len(self.value)

    def __iter__(self) -> Iterator[ExactArray]:
        return (self[number] for number in range(len(self)))

    def __getitem__(self, key: Option) -> ExactArray:
        keys = key if isinstance(key, tuple) else (key,)
        return self.each(lambda part, lead: _lead_first(_lead_last(part)[_keys(keys)]) if lead else part[keys])

    def __setitem__(self, key: Option, value: Array) -> None:
        other = self.world.exact(value)
        keys = key if isinstance(key, tuple) else (key,)
        moving = next((slope for slope in (other.slope, self.slope) if slope is not None), None)
        slopes = self._writable(None if moving is None else len(moving))
        self.value[keys] = other.value
        self.shadow[keys] = other.shadow
        if slopes is not None:
            _lead_last(slopes)[_keys(keys)] = 0 if other.slope is None else _lead_last(other.slope)

    def _writable(self, directions: int | None) -> Field | None:
        """Return the slopes to write to, or None for no directions; a part of another array writes to the whole."""
        if self._whole is not None:
            whole, rearrange = self._whole
            slopes = whole._writable(directions)
            mine = None if slopes is None else rearrange(slopes, 1)
            pairs = [(self.value, whole.value), (self.shadow, whole.shadow), (mine, slopes)]
            if not all(np.may_share_memory(part, all_of_it) for part, all_of_it in pairs if part is not None):
                raise NotExpressible("work in place on a view that lies in memory in another order")
            return mine
        if directions is not None and not self._own:
            self._slope = np.zeros((directions, *self.shape), np.uint64) if self._slope is None else self._slope.copy()
            self._own = True
        return self._slope

    sum, mean, prod, var = _method(np.sum), _method(np.mean), _method(np.prod), _method(np.var)
    max, min, argmax, argmin = _method(np.max), _method(np.min), _method(np.argmax), _method(np.argmin)
    dot, clip, trace, diagonal = _method(np.dot), _method(np.clip), _method(np.trace), _method(np.diagonal)
    ravel, squeeze, repeat = _method(np.ravel), _method(np.squeeze), _method(np.repeat)
    __iadd__, __isub__, __imul__ = _in_place(np.add), _in_place(np.subtract), _in_place(np.multiply)
    __itruediv__, __ipow__ = _in_place(np.true_divide), _in_place(np.power)

    def reshape(self, *shape: Option) -> ExactArray:
        """Return the same entries in another shape."""
        wanted = self.shadow.reshape(*shape).shape
        return self.each(lambda part, lead: part.reshape(part.shape[:lead] + wanted))

    def transpose(self, *axes: Option) -> ExactArray:
        """Return the array with its axes turned round, or in the order given."""
        order = axes[0] if len(axes) == 1 else axes
        places = tuple(range(self.ndim))[::-1] if not order else tuple(int(n) % self.ndim for n in order)
        return self.each(lambda part, lead: part.transpose(*range(lead), *(lead + n for n in places)))

    def copy(self) -> ExactArray:
        """Return a copy."""
        return self.each(lambda part, lead: part.copy())

    def flatten(self) -> ExactArray:
        """Return a copy with one axis."""
        return self.reshape(-1).copy()

    def astype(self, dtype: Option) -> ExactArray:
        """Return a copy: exact numbers have no precision to change. Raises NotExpressible for other than floats."""
        if np.dtype(dtype).kind != "f":
            raise NotExpressible(f"a conversion to {np.dtype(dtype)}")
        return self.copy()

    def item(self) -> ExactArray:
        """Return the only entry, still exact. Raises ValueError where there are several."""
        return self.reshape(()).copy()

    def tolist(self) -> Array:
        """Return the entries as nested lists of exact numbers."""
        return [entry.tolist() for entry in self] if self.ndim else self

    def fill(self, value: Array) -> None:
        """Set every entry."""
        self[...] = value

    def __array_ufunc__(
        self, ufunc: np.ufunc, method: str, *inputs: Array, out: Array = None, **keywords: Option
    ) -> Array:
        name = f"np.{ufunc.__name__}"
        if method != "__call__" or keywords:
            raise NotExpressible(f"{name} with {', '.join(keywords) or method}")
        with np.errstate(all="ignore"):
            if ufunc in COMPARISONS and out is None:
                return ufunc(*[value.shadow if isinstance(value, ExactArray) else value for value in inputs])
            if ufunc not in self.world.ufuncs:
                raise NotExpressible(name)
            result = self.world.ufuncs[ufunc](*[self.world.exact(value) for value in inputs])
            return result if out is None else _placed(name, result, inputs[0], out[0])

    def __array_function__(self, function: Callable[..., Array], types: Option, args: Option, kwargs: Option) -> Array:
        ours, name = self.world.functions.get(function), f"np.{function.__name__}"
        if ours is None:
            raise NotExpressible(name)
        if not _fits(ours, len(args), tuple(kwargs)):
            strange = ", ".join(given for given in kwargs if not _fits(ours, 0, (given,), all_needed=False))
            raise NotExpressible(f"{name} with {strange or 'these arguments'}")
        with np.errstate(all="ignore"):
            return ours(*args, **kwargs)

    def __getattr__(self, name: str) -> Array:
        if name.startswith("_"):  # NumPy asks for protocols that are not spoken here
            raise AttributeError(name)
        raise NotExpressible(f"the attribute .{name}")

    def __copy__(self) -> ExactArray:
        return self.copy()

    def __deepcopy__(self, seen: Option) -> ExactArray:
        return self.copy()

    def __array__(self, dtype: Option = None, copy: Option = None) -> Array:
        raise NotExpressible("a conversion to a NumPy array")

    def __float__(self) -> float:
        raise NotExpressible("a conversion to float")

    def __int__(self) -> int:
        raise NotExpressible("a conversion to int")

    def __round__(self, digits: Option = None) -> Array:
        raise NotExpressible("a rounded number")

    def __bool__(self) -> bool:
        return bool(self.shadow)

    def __repr__(self) -> str:
        return f"ExactArray({self.shadow})"

    def __format__(self, how: str) -> str:
        return format(self.shadow[()], how)


def _keys(keys: tuple[Option, ...]) -> tuple[Option, ...]:
    """Return the keys for an array with one more axis at the end, which an ellipsis must not swallow."""
    return (*keys, slice(None)) if any(key is Ellipsis for key in keys) else keys


def _lead_last(slopes: Array) -> Array:
    return slopes.transpose(*range(1, slopes.ndim), 0)


def _lead_first(slopes: Array) -> Array:
    return slopes.transpose(-1, *range(slopes.ndim - 1))


def _placed(name: str, result: ExactArray, first: Array, out: Array) -> Array:
    """Return the array that a result is written to.

    A plain array can't hold exact numbers: `dW += exact` gets the result under the name dW. Whoever else
    holds that array finds NaN in it, which exact numbers refuse, and not what is out of date.
    """
    if isinstance(out, ExactArray):
        if np.broadcast_shapes(result.shape, out.shape) != out.shape:
            raise ValueError(f"{name}: shape {result.shape} does not broadcast to the output's shape {out.shape}")
        out[...] = result
        return out
    if out is not first or out.dtype.kind != "f" or result.shape != out.shape:
        raise NotExpressible(f"{name} with out of plain numbers")
    out.fill(np.nan)
    return result


@lru_cache(maxsize=4096)
def _fits(function: Callable[..., Array], positional: int, named: tuple[str, ...], *, all_needed: bool = True) -> bool:
    signature = inspect.signature(function)
    bind = signature.bind if all_needed else signature.bind_partial
    try:
        bind(*[None] * positional, **dict.fromkeys(named))
    except TypeError:
        return False
    return True


def holds_reals(value: Array) -> bool:
    """Whether an array holds exact numbers, balls, floats, integers or booleans: no complex numbers, no objects."""
    return isinstance(value, StandIn) or np.asarray(value).dtype.kind in "biuf"
