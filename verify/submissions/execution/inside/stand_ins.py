"""What stands in for imports that are not there: packages that only show or load, and the usual helper functions.

A helper is put in only where its name says what it does, and where the arrays do not say that is told as an error.
"""

from __future__ import annotations

import types
from collections.abc import Callable, Mapping
from typing import Any, Final

import numpy as np

from verify.submissions.execution.inside.paths import Value

# Packages that draw, load, count or time: code that only mentions them runs without them.
INERT: Final = frozenset({
    "pandas", "tqdm", "matplotlib", "seaborn", "cv2", "PIL", "plotly", "IPython", "sklearn", "graphviz", "imageio",
    "skimage", "networkx", "wandb", "pylab", "tensorboard", "ipywidgets", "tabulate", "prettytable", "termcolor",
    "colorama", "mlxtend", "h5py",
})  # fmt: skip

# Packages that compute: nothing of them has a stand-in, for their numbers are of their own kinds.
COMPUTING: Final = frozenset({
    "torch", "tensorflow", "keras", "jax", "jaxlib", "flax", "cupy", "theano", "mxnet", "chainer", "paddle", "autograd",
    "numba", "scipy", "numpy", "sympy", "mpmath", "tinygrad", "mlx", "statsmodels", "numexpr", "dask",
})  # fmt: skip


class Inert:
    """Stands for something of a package that is not there: it can be mentioned and called, and gives no number."""

    def __init__(self, name: str) -> None:
        self.__dict__["_inert"] = name

    def __getattr__(self, name: str) -> Inert:
        if name.startswith("__"):
            raise AttributeError(name)
        return Inert(f"{self.__dict__['_inert']}.{name}")

    def __call__(self, *given: object, **named: object) -> Inert:
        """Give nothing that a number could come from."""
        return self

    def __enter__(self) -> Inert:
        return self

    def __exit__(self, *given: object) -> None:
        """Let every error pass."""

    def __bool__(self) -> bool:
        raise NameError(f"{self.__dict__['_inert']} is not available here: its package is not installed")


def _init(self: object, *given: object, **named: object) -> None:
    """Take anything, as the class of a package that is not there."""


def inert(name: str) -> Value:
    """Return what stands for a name of a package that is not there: a class, or what hands on what it counts."""
    if name.startswith("__"):
        raise AttributeError(name)
    if name in ("tqdm", "tqdm_notebook"):
        return lambda iterable=(), *given, **named: iterable
    if name == "trange":
        return lambda *given, **named: range(*given)
    return type(name, (), {"__init__": _init}) if name[:1].isupper() else Inert(name)


class InertModule(types.ModuleType):
    """A package that is not there; what it is asked for is made once, so that a class stays the same class."""

    def __getattr__(self, name: str) -> Value:
        made = inert(name)
        setattr(self, name, made)
        return made


_samples: list[int] = []  # how many samples the arrays of this request hold; several where that is not clear


def samples_of(arrays: Mapping[str, np.ndarray[Any, Any]]) -> None:
    """Note how many samples a request holds: the length that X and Y share."""
    X, Y = (arrays[name].shape if name in arrays else () for name in ("X", "Y"))
    _samples[:] = sorted(set(X) & set(Y)) if len(X) > 1 else [1]


def _sigmoid(z: Value) -> Value:
    return 1 / (1 + np.exp(-z))


def _relu(z: Value) -> Value:
    return np.maximum(0, z)


def _tanh(z: Value) -> Value:
    return np.tanh(z)


def _softmax(z: Value) -> Value:
    shape = np.shape(z)
    along = [axis for axis, length in enumerate(shape) if length not in _samples]
    if len(shape) == 1:
        along = [0]
    if len(shape) > 2 or len(along) != 1:
        raise NameError("softmax is not in the file, and whether it sums along rows or columns is not clear")
    e = np.exp(z)
    return e / np.sum(e, axis=along[0], keepdims=True)


def _relu_derivative(z: Value) -> Value:
    return 1.0 * (z > 0)


def _of_z(value: Value, low: float, name: str) -> Value:
    """Return the argument of a derivative, where its values show that it is no output of the function itself."""
    shadow = np.asarray(getattr(value, "shadow", value), dtype=float)
    if np.all((shadow > low) & (shadow < 1)):
        raise NameError(f"{name} is not in the file, and whether it takes z or the activation is not clear")
    return value


def _sigmoid_derivative(z: Value) -> Value:
    s = _sigmoid(_of_z(z, 0.0, "the derivative of sigmoid"))
    return s * (1 - s)


def _tanh_derivative(z: Value) -> Value:
    return 1 - np.tanh(_of_z(z, -1.0, "the derivative of tanh")) ** 2


_USUAL: Final[Mapping[str, Callable[[Value], Value]]] = {
    "sigmoid": _sigmoid, "relu": _relu, "tanh": _tanh, "softmax": _softmax,
    **dict.fromkeys(("sigmoid_prime", "sigmoid_derivative", "sigmoid_deriv", "dsigmoid", "d_sigmoid", "sigmoid_grad",
                     "sigmoid_gradient"), _sigmoid_derivative),
    **dict.fromkeys(("tanh_prime", "tanh_derivative", "tanh_deriv", "dtanh", "d_tanh", "tanh_grad"), _tanh_derivative),
    **dict.fromkeys(("relu_prime", "relu_derivative", "relu_deriv", "drelu", "d_relu", "relu_grad"), _relu_derivative),
}  # fmt: skip


def usual(name: str) -> Callable[[Value], Value] | None:
    """Return the usual function of this name, or None where the name says nothing."""
    found = _USUAL.get(name.lower())
    if found is None:
        return None
    return types.FunctionType(found.__code__, globals(), name)
