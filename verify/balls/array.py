"""The array of balls: it looks like NumPy's, its entries are Arb balls, and nothing in it becomes a float unnoticed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final, Protocol

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin

from verify.arrays import Array, Option
from verify.balls.refusal import NoBalls
from verify.exact.stand_in import StandIn

_METHODS: Final = (
    "sum", "mean", "prod", "var", "std", "max", "min", "argmax", "argmin", "argsort", "any", "all", "dot", "clip",
    "trace", "diagonal", "squeeze", "repeat", "cumsum", "cumprod", "round", "nonzero", "take", "swapaxes", "ptp",
)  # fmt: skip


class World(Protocol):
    """What an array asks of the numbers that it belongs to."""

    met: set[str]

    @property
    def guards(self) -> bool:
        """Whether a guard in a logarithm counts."""

    def called(
        self, ufunc: np.ufunc, method: str, inputs: Sequence[Array], out: Array, options: Mapping[str, Option]
    ) -> Array:
        """Return the result of a ufunc, written to `out` where one is given."""

    def answered(self, function: Callable[..., Array], args: Option, kwargs: Option) -> Array:
        """Return the answer of one of NumPy's other functions."""

    def exact(self, value: Array) -> Balls:
        """Return balls as they are, and plain numbers as the constants that they stand for."""

    def number(self, floats: Array) -> Balls:
        """Return the balls that are exactly these floats."""

    def inner(self, value: Array) -> Array:
        """Return the balls inside an array, or those that plain numbers stand for."""

    def constant(self, values: Array) -> Balls:
        """Return the balls that plain numbers stand for."""


class Balls(StandIn, NDArrayOperatorsMixin):
    """An array of balls; `value` is a NumPy array of objects, `unguarded` the same before a tiny constant was added."""

    __array_priority__ = 1000
    dtype = np.dtype(float)

    def __init__(self, world: World, value: Array, unguarded: Array = None) -> None:
        self.world, self.value, self.unguarded = world, value, unguarded

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape, as NumPy's."""
        return tuple(self.value.shape)

    @property
    def ndim(self) -> int:
        """The number of axes."""
        return int(self.value.ndim)

    @property
    def size(self) -> int:
        """The number of entries."""
        return int(self.value.size)

    @property
    def T(self) -> Balls:
        """The transpose."""
        return self.each(lambda part: part.T)

    @property
    def real(self) -> Balls:
        """The array itself: balls are real."""
        return self

    @property
    def flat(self) -> Balls:
        """All entries in C order; writing to them writes to the array."""
        flat = self.value.reshape(-1)
        if not np.may_share_memory(flat, self.value):
            raise NoBalls("the attribute .flat of an array that lies in memory in another order")
        return Balls(self.world, flat)

    @property
    def shadow(self) -> Array:
        """The midpoints as floats, for whoever shows them."""
        return np.array([float(ball) for ball in self.value.reshape(-1).tolist()], dtype=float).reshape(self.shape)

    def each(self, rearrange: Callable[[Array], Array]) -> Balls:
        """Return the array rearranged; a view where NumPy gives one."""
        made = boxed(rearrange(self.value))
        return Balls(self.world, made, None if self.unguarded is None else boxed(rearrange(self.unguarded)))

    def __len__(self) -> int:
        return len(self.value)

    def __iter__(self) -> Iterator[Balls]:
        return (self[number] for number in range(len(self)))

    def __getitem__(self, key: Option) -> Balls:
        return self.each(lambda part: part[key])

    def __setitem__(self, key: Option, value: Array) -> None:
        inner = self.world.inner(value)
        self.value[key] = inner[()] if inner.ndim == 0 else inner
        self.unguarded = None

    def reshape(self, *shape: Option, order: Option = "C") -> Balls:
        """Return the same entries in another shape."""
        return self.each(lambda part: part.reshape(*shape, order=order))

    def transpose(self, *axes: Option) -> Balls:
        """Return the array with its axes turned round, or in the order given."""
        return self.each(lambda part: part.transpose(*axes))

    def ravel(self, order: Option = "C") -> Balls:
        """Return the entries with one axis."""
        return self.each(lambda part: part.ravel(order))

    def flatten(self, order: Option = "C") -> Balls:
        """Return a copy with one axis."""
        return self.each(lambda part: part.flatten(order))

    def copy(self, order: Option = "C") -> Balls:
        """Return a copy."""
        return self.each(lambda part: part.copy())

    def astype(self, dtype: Option, **options: Option) -> Balls:
        """Return a copy: balls have no precision to change. Raises NoBalls for other than floats."""
        if np.dtype(dtype).kind != "f":
            raise NoBalls(f"a conversion to {np.dtype(dtype)}")
        return self.copy()

    def item(self, *place: Option) -> Balls:
        """Return one entry, still a ball."""
        return (self[place] if place else self.reshape(())).copy()

    def tolist(self) -> Array:
        """Return the entries as nested lists of balls."""
        return [entry.tolist() for entry in self] if self.ndim else self

    def fill(self, value: Array) -> None:
        """Set every entry."""
        self[...] = value

    def conj(self) -> Balls:
        """Return the array itself: balls are real."""
        return self

    conjugate = conj

    def __array_ufunc__(
        self, ufunc: np.ufunc, method: str, *inputs: Array, out: Array = None, **keywords: Option
    ) -> Array:
        return self.world.called(ufunc, method, inputs, None if out is None else out[0], keywords)

    def __array_function__(self, function: Callable[..., Array], types: Option, args: Option, kwargs: Option) -> Array:
        return self.world.answered(function, args, kwargs)

    def __getattr__(self, name: str) -> Array:
        if name in _METHODS:
            function = getattr(np, name)
            return lambda *args, **kwargs: function(self, *args, **kwargs)
        if name.startswith("_"):  # NumPy asks for protocols that are not spoken here
            raise AttributeError(name)
        raise NoBalls(f"the attribute .{name}")

    def __copy__(self) -> Balls:
        return self.copy()

    def __deepcopy__(self, seen: Option) -> Balls:
        return self.copy()

    def __array__(self, dtype: Option = None, copy: Option = None) -> Array:
        raise NoBalls("a conversion to an array of floats")

    def __float__(self) -> float:
        raise NoBalls("a conversion to float")

    def __complex__(self) -> complex:
        raise NoBalls("a conversion to a complex number")

    def __int__(self) -> int:
        whole = self.value.reshape(-1)[0].unique_fmpz() if self.size == 1 else None
        if whole is None or not self.value.reshape(-1)[0].is_exact():
            raise NoBalls("a conversion to int")
        return int(whole)

    __index__ = __int__

    def __round__(self, digits: Option = None) -> Array:
        return np.round(self, digits or 0)

    def __bool__(self) -> bool:
        return bool(self != 0)

    def __hash__(self) -> int:
        raise TypeError("unhashable type: 'numpy.ndarray'")

    def __repr__(self) -> str:
        return f"Balls({self.shadow})"

    def __format__(self, how: str) -> str:
        return format(self.shadow[()], how)

    def _in_place(self, ufunc: np.ufunc, other: Array) -> Array:
        return ufunc(self, other) if self.ndim == 0 else ufunc(self, other, out=self)  # NumPy's scalars never change

    def __iadd__(self, other: Array) -> Array:
        return self._in_place(np.add, other)

    def __isub__(self, other: Array) -> Array:
        return self._in_place(np.subtract, other)

    def __imul__(self, other: Array) -> Array:
        return self._in_place(np.multiply, other)

    def __itruediv__(self, other: Array) -> Array:
        return self._in_place(np.true_divide, other)

    def __ipow__(self, other: Array) -> Array:
        return self._in_place(np.power, other)


def boxed(value: Array) -> Array:
    """Return what NumPy gave, one ball or an array of them, as an array of objects."""
    if isinstance(value, np.ndarray | np.generic):
        return np.asarray(value)
    box = np.empty((), dtype=object)
    box[()] = value
    return box
