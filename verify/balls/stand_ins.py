"""What stands for Python's float and for the module math while somebody's code runs on balls: balls stay balls."""

from __future__ import annotations

import math
import types
from collections.abc import Callable, Mapping
from typing import Any, Final

import numpy as np

from verify.arrays import Array, Option
from verify.balls.array import Balls

_AS_IN_NUMPY: Final = {
    "exp": np.exp, "log": np.log, "log2": np.log2, "log10": np.log10, "log1p": np.log1p, "expm1": np.expm1,
    "sqrt": np.sqrt, "sin": np.sin, "cos": np.cos, "tan": np.tan, "tanh": np.tanh, "sinh": np.sinh, "cosh": np.cosh,
    "atan": np.arctan, "asin": np.arcsin, "acos": np.arccos, "fabs": np.absolute, "isnan": np.isnan,
    "isinf": np.isinf, "isfinite": np.isfinite, "pow": np.power,
}  # fmt: skip


class _AlsoBalls(type):
    """A type of which a single ball is an instance too."""

    def __instancecheck__(cls, instance: object) -> bool:
        return isinstance(instance, float) or (isinstance(instance, Balls) and instance.ndim == 0)


class Float(float, metaclass=_AlsoBalls):
    """Python's float, as a function, as a dtype and for isinstance: one ball stays as it is."""

    dtype = np.dtype(float)

    def __new__(cls, x: Option = 0.0) -> Option:
        """Return a float, or the ball."""
        if not isinstance(x, Balls):
            return float(x)
        if x.size != 1:
            raise TypeError("only length-1 arrays can be converted to Python scalars")
        return x.item()


class Math(types.ModuleType):
    """The module math; its functions answer balls as NumPy's do."""

    def __init__(self) -> None:
        super().__init__("math")
        for name, function in _AS_IN_NUMPY.items():
            setattr(self, name, ours(getattr(math, name), function))

    def __getattr__(self, name: str) -> object:
        return getattr(math, name)


def ours(plain: Callable[..., Array], on_balls: Callable[..., Array]) -> Callable[..., Array]:
    """Return a function of math that also takes balls."""

    def called(*args: Array) -> Array:
        return on_balls(*args) if any(isinstance(one, Balls) for one in args) else plain(*args)

    return called


MATH: Final = Math()


def others(space: Mapping[str, Any]) -> dict[str, Any]:
    """Return what stands in for the names of a namespace that are math or one of its functions, and for float."""
    found: dict[str, Any] = {} if "float" in space else {"float": Float}
    for name, value in list(space.items()):
        own = getattr(value, "__name__", None)
        if value is math:
            found[name] = MATH
        elif isinstance(own, str) and callable(value) and getattr(math, own, None) is value:
            found[name] = getattr(MATH, own)
    return found
