"""What stands for `np` while somebody's code runs on exact numbers or balls: new arrays of floats can hold these too.

NumPy calls us back only where an argument is one of ours. `np.zeros(...)` has no such argument, and
`np.array([exact, exact])` is none that it would pass on; these are answered here, all else by NumPy.
"""

from __future__ import annotations

import types
from collections.abc import Callable, Mapping
from typing import Protocol

import numpy as np

from verify.arrays import Array, Option
from verify.exact.stand_in import StandIn


class Maker(Protocol):
    """What makes the arrays that stand in for NumPy's: a world of exact numbers, or of balls."""

    def constant(self, values: Array) -> Array:
        """Return what plain numbers stand for."""

    def exact(self, value: Array) -> Array:
        """Return an array of ours as it is, and what plain numbers stand for."""


def proxy(world: Maker) -> Array:
    """Return an object with every attribute of the module numpy; the arrays that it makes are ours, of this world."""
    return _Numpy(world)


def stand_ins(space: Mapping[str, Array], numpy: Array) -> dict[str, Array]:
    """Return what stands in for the names of a namespace that are NumPy or one of its functions."""
    found = {}
    for name, value in list(space.items()):
        own = getattr(value, "__name__", None)
        if value is np:
            found[name] = numpy
        elif isinstance(own, str) and callable(value) and getattr(np, own, None) is value:
            if getattr(numpy, own) is not value:
                found[name] = getattr(numpy, own)
    return found


class _AlsoExact(type):
    """A type of NumPy that exact arrays are instances of too: np.ndarray with axes, numbers without."""

    def __instancecheck__(cls, instance: Array) -> bool:
        if isinstance(instance, StandIn):
            return issubclass(cls, np.generic) == (instance.ndim == 0)
        return isinstance(instance, cls.__mro__[1])


class _Array(np.ndarray, metaclass=_AlsoExact):
    """np.ndarray for isinstance."""

    def __new__(cls, *args: Option, **kwargs: Option) -> Array:
        return np.ndarray(*args, **kwargs)


class _Float64(np.float64, metaclass=_AlsoExact):
    """np.float64 for conversions, as a dtype and for isinstance: an exact number stays as it is."""

    def __new__(cls, x: Array = 0.0) -> Array:
        return x if isinstance(x, StandIn) else np.float64(x)


class _Float32(np.float32, metaclass=_AlsoExact):
    """np.float32 likewise."""

    def __new__(cls, x: Array = 0.0) -> Array:
        return x if isinstance(x, StandIn) else np.float32(x)


class _Numpy(types.ModuleType):
    """The functions of NumPy that make arrays, and all its others; a module as NumPy is one, and no data."""

    ndarray, float64, float32, double, single = _Array, _Float64, _Float32, _Float64, _Float32

    def __init__(self, world: Maker) -> None:
        super().__init__("numpy")
        self._world = world
        for name in ("zeros", "ones", "eye", "identity"):
            setattr(self, name, self._exactly(getattr(np, name)))
        self.empty = self.zeros
        for name in ("atleast_1d", "atleast_2d", "stack", "sum", "mean", "max", "min", "prod"):
            setattr(self, name, self._with_lists(getattr(np, name)))

    def __getattr__(self, name: str) -> Array:
        return getattr(np, name)

    def _exactly(self, function: Callable[..., Array]) -> Callable[..., Array]:
        def made(*args: Option, **kwargs: Option) -> Array:
            array = function(*args, **kwargs)
            return self._world.constant(array) if array.dtype.kind == "f" else array

        return made

    def _with_lists(self, function: Callable[..., Array]) -> Callable[..., Array]:
        def called(first: Array, *args: Option, **kwargs: Option) -> Array:
            return function(self._built(first) if _holds_exact(first) else first, *args, **kwargs)

        return called

    def _built(self, value: Array) -> Array:
        if isinstance(value, list | tuple):
            entries: Array = [self._built(entry) for entry in value]
            return np.stack(entries)
        return self._world.exact(value)

    def full(self, shape: Option, fill_value: Array, dtype: Option = None, **options: Option) -> Array:
        """Return np.full, exact where the numbers are floats or exact."""
        if not isinstance(fill_value, StandIn):
            return self._exactly(np.full)(shape, fill_value, dtype, **options)
        made = self.zeros(shape)
        made[...] = fill_value
        return made

    def array(self, value: Array, dtype: Option = None, **options: Option) -> Array:
        """Return np.array, or one exact array of what holds exact numbers."""
        made = self.asarray(value, dtype, **options)
        return made.copy() if made is value else made

    def asarray(self, value: Array, dtype: Option = None, **options: Option) -> Array:
        """Return np.asarray, or one exact array of what holds exact numbers."""
        if not _holds_exact(value):
            return np.asarray(value, dtype, **options)
        made = self._built(value)
        return made if dtype is None or np.dtype(dtype).kind == "f" else made.astype(dtype)

    def vectorize(self, function: Callable[..., Array], *options: Option, **named: Option) -> Callable[..., Array]:
        """Return np.vectorize, which calls the function entry by entry on exact arrays."""
        plain = np.vectorize(function, *options, **named)

        def called(*args: Option, **kwargs: Option) -> Array:
            if not any(isinstance(value, StandIn) for value in args):
                return plain(*args, **kwargs)
            shape = np.broadcast_shapes(*[np.shape(value) for value in args])
            spread = [np.broadcast_to(value, shape).reshape(-1) for value in args]
            results = [function(*entries, **kwargs) for entries in zip(*spread, strict=True)]
            return self.array(results).reshape(shape)

        return called


def _holds_exact(value: Array) -> bool:
    if isinstance(value, list | tuple):
        return any(_holds_exact(entry) for entry in value)
    return isinstance(value, StandIn)
