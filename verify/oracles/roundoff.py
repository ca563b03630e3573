"""How far float64 arithmetic may lead a formula away from its value: a running error analysis.

Each number carries a bound on its own error, to first order in the unit roundoff u = 2^-53, and every
operation passes the bounds on (Higham, Accuracy and Stability of Numerical Algorithms, chapter 3).
Evaluating a claim with such numbers bounds the error of any code that does the same operations, in
whatever order it sums. tanh, exp and log are trusted to 4 units in the last place.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

import numpy as np

from derivations.evaluate import forward, gradients
from verify.arrays import Array, Option
from verify.nets.cases import Case, Floats
from verify.oracles.difference import UNIT

_FUNCTION: Final = 4 * UNIT


class Rounded:
    """An array of floats, each with a bound on its error."""

    __array_ufunc__ = None  # NumPy arrays leave operations with a Rounded to it

    def __init__(self, value: Floats, error: Floats | None = None) -> None:
        self.value = value
        self.error = np.zeros_like(value) if error is None else error

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape, as NumPy's."""
        return self.value.shape

    @property
    def T(self) -> Rounded:
        """The transpose."""
        return Rounded(self.value.T, self.error.T)

    def __array__(self, dtype: Option = None, copy: Option = None) -> Floats:
        return self.value

    def __neg__(self) -> Rounded:
        return Rounded(-self.value, self.error)

    def __add__(self, other: Array) -> Rounded:
        other = _rounded(other)
        value = self.value + other.value
        return Rounded(value, self.error + other.error + UNIT * np.abs(value))

    __radd__ = __add__

    def __sub__(self, other: Array) -> Rounded:
        return self + -_rounded(other)

    def __rsub__(self, other: Array) -> Rounded:
        return _rounded(other) - self

    def __mul__(self, other: Array) -> Rounded:
        other = _rounded(other)
        value = self.value * other.value
        error = np.abs(self.value) * other.error + self.error * (np.abs(other.value) + other.error)
        return Rounded(value, error + UNIT * np.abs(value))

    __rmul__ = __mul__

    def __truediv__(self, other: Array) -> Rounded:
        other = _rounded(other)
        value = self.value / other.value
        error = (self.error + np.abs(value) * other.error) / _left(np.abs(other.value) - other.error)
        return Rounded(value, error + UNIT * np.abs(value))

    def __rtruediv__(self, other: Array) -> Rounded:
        return _rounded(other) / self

    def __matmul__(self, other: Array) -> Rounded:
        other = _rounded(other)
        size, size_other = np.abs(self.value), np.abs(other.value)
        error = size @ other.error + self.error @ (size_other + other.error)
        terms = self.shape[1]
        return Rounded(self.value @ other.value, error + (terms + 1) * UNIT * (size @ size_other))

    def __rmatmul__(self, other: Array) -> Rounded:
        return _rounded(other) @ self


def _rounded(value: Array) -> Rounded:
    return value if isinstance(value, Rounded) else Rounded(np.asarray(value, dtype=float))


def _left(distance: Floats) -> Floats:
    """Return what is left of a denominator, 0 where its error reaches zero: the bound is then infinite."""
    return np.maximum(distance, 0.0)


def tanh(x: Rounded) -> Rounded:
    """Return tanh(x); its slope is at most 1 - tanh^2 at the near end of the interval."""
    value = np.tanh(x.value)
    steepest = 1 - np.tanh(np.maximum(np.abs(x.value) - x.error, 0)) ** 2
    return Rounded(value, steepest * x.error + _FUNCTION * np.abs(value))


def exp(x: Rounded) -> Rounded:
    """Return exp(x)."""
    value = np.exp(x.value)
    return Rounded(value, value * np.expm1(x.error) + _FUNCTION * value)


def log(x: Rounded) -> Rounded:
    """Return log(x)."""
    value = np.log(x.value)
    return Rounded(value, x.error / _left(x.value - x.error) + _FUNCTION * np.abs(value))


def bounded_forward(known: dict[str, Array]) -> dict[str, Array]:
    """Return the forward pass in rounded numbers; keys as in `derivations.evaluate.forward`."""
    return forward({name: _rounded(value) for name, value in known.items()}, tanh=tanh, exp=exp)


@lru_cache(maxsize=32)
def bounded_case(case: Case) -> dict[str, Array]:
    """Return the forward pass of a case in rounded numbers."""
    return bounded_forward(case.known())


@lru_cache(maxsize=32)
def bounded_gradient(case: Case) -> dict[str, Rounded]:
    """Return the claimed gradient of each parameter, with the bound that float64 puts on it."""
    return gradients(bounded_case(case))


def loss_roundoff(values: dict[str, Array]) -> float:
    """Return how far J as computed in float64 may be from its value at the same Y, Z2 and parameters."""
    each = values["Y"] * log(values["Yhat"])
    summed = np.ones((1, each.shape[0])) @ each @ np.ones((each.shape[1], 1)) / each.shape[0]
    return float(summed.error[0, 0])
