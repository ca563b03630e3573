"""The networks and losses that verify knows: fully connected layers, any depth, the usual activations and losses.

    Z_l = A_{l-1} W_l + b_l,   A_l = f_l(Z_l),   A_0 = X,   Yhat = A_L,   J = c * loss(Yhat, Y) + d * sum W^2

Rows are samples: X is m x n_0, W_l is n_{l-1} x n_l, b_l is 1 x n_l. Everything here runs on floats,
complex numbers and exact numbers, so it is both the textbook answer and what a submission is recognised by.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final, NamedTuple

import numpy as np

from verify.arrays import Array


class Layer(NamedTuple):
    """W (n_in x n_out) and b (1 x n_out) of one layer; b is None where there is no bias."""

    W: Array
    b: Array | None


@dataclass(frozen=True)
class Activation:
    """An activation, its derivative from Z and A, and how that is written."""

    name: str
    apply: Callable[[Array], Array]
    derivative: Callable[[Array, Array], Array]
    formula: str  # of the derivative, with {A} and {Z} for the names


def _sigmoid(Z: Array) -> Array:
    return 1 / (1 + np.exp(-Z))


def _leaky(slope: float) -> Activation:
    return Activation(
        f"leaky-relu({slope:g})",
        lambda Z: np.where(Z > 0, Z, slope * Z),
        lambda Z, A: np.where(Z > 0, 1, slope),
        f"np.where({{Z}} > 0, 1, {slope:g})",
    )


ACTIVATIONS: Final[Mapping[str, Activation]] = {
    one.name: one
    for one in (
        Activation("tanh", np.tanh, lambda Z, A: 1 - np.square(A), "(1 - {A}**2)"),
        Activation("sigmoid", _sigmoid, lambda Z, A: A * (1 - A), "{A} * (1 - {A})"),
        Activation("relu", lambda Z: np.where(Z > 0, Z, 0), lambda Z, A: np.where(Z > 0, 1, 0), "({Z} > 0)"),
        _leaky(0.01),
        _leaky(0.1),
        _leaky(0.2),
        _leaky(0.001),
        Activation("identity", lambda Z: Z, lambda Z, A: np.ones(Z.shape), "1"),
        Activation("softplus", lambda Z: np.log(1 + np.exp(Z)), lambda Z, A: _sigmoid(Z), "1 / (1 + np.exp(-{Z}))"),
    )
}


def softmax(Z: Array, axis: int = 1) -> Array:
    """Return the softmax of each row."""
    E = np.exp(Z)
    return E / np.sum(E, axis=axis, keepdims=True)


def _shifted_over_samples(Z: Array) -> Array:
    E = np.exp(Z - np.max(Z, axis=1, keepdims=True))
    return E / np.sum(E, axis=0, keepdims=True)


# The softmax over samples is a mistake in the forward pass: it is known in order to be named, never to be judged by.
OVER_SAMPLES: Final = ("softmax-over-samples", "softmax-over-samples, shifted by rows")
OUTPUTS: Final[Mapping[str, Callable[[Array], Array]]] = {
    "softmax": softmax,
    "sigmoid": _sigmoid,
    "identity": lambda Z: Z,
    "tanh": np.tanh,
    "relu": ACTIVATIONS["relu"].apply,
    OVER_SAMPLES[0]: lambda Z: softmax(Z, axis=0),
    OVER_SAMPLES[1]: _shifted_over_samples,
}


class Trace(NamedTuple):
    """What a forward pass computed: A[0] = X and A[l], Z[l] for the layers from 1; Z[0] is None."""

    A: list[Array]
    Z: list[Array]

    @property
    def Yhat(self) -> Array:
        """The output."""
        return self.A[-1]


@dataclass(frozen=True)
class Net:
    """The activations of the hidden layers, and the output layer's."""

    hidden: tuple[str, ...]
    output: str

    def forward(self, layers: Sequence[Layer], X: Array) -> Trace:
        """Return every Z and A; raises ValueError where shapes don't fit."""
        trace = Trace([X], [None])
        for number, (W, b) in enumerate(layers):
            Z = trace.A[-1] @ W if b is None else trace.A[-1] @ W + b
            last = number == len(self.hidden)
            trace.Z.append(Z)
            trace.A.append(OUTPUTS[self.output](Z) if last else ACTIVATIONS[self.hidden[number]].apply(Z))
        return trace

    def slope(self, layer: int, trace: Trace) -> Array:
        """Return f_l'(Z_l); for the output layer only where it acts entry by entry."""
        name = self.output if layer > len(self.hidden) else self.hidden[layer - 1]
        return ACTIVATIONS[name].derivative(trace.Z[layer], trace.A[layer])

    @property
    def words(self) -> str:
        """The network in words."""
        return ", ".join((*self.hidden, self.output))


def _cross_entropy(Yhat: Array, Y: Array) -> Array:
    return -np.sum(Y * np.log(Yhat))


def _binary(Yhat: Array, Y: Array) -> Array:
    return -np.sum(Y * np.log(Yhat) + (1 - Y) * np.log(1 - Yhat))


LOSSES: Final[Mapping[str, Callable[[Array, Array], Array]]] = {
    "cross-entropy": _cross_entropy,
    "binary-cross-entropy": _binary,
    "squared-error": lambda Yhat, Y: np.sum(np.square(Yhat - Y)),
}
# The loss that goes without saying with an output layer, and in front of it when nothing is said.
IMPLIED: Final = {"softmax": "cross-entropy", "sigmoid": "binary-cross-entropy"}


def factors(m: int, K: int) -> dict[str, Fraction]:
    """Return the usual constants in front of a loss that is summed over m samples and K outputs."""
    one = Fraction(1)
    return {
        "mean over the samples": one / m,
        "sum over the samples": one,
        "half of the mean over the samples": one / (2 * m),
        "half of the sum": one / 2,
        "mean over all entries": one / (m * K),
        "half of the mean over all entries": one / (2 * m * K),
        "mean over the outputs": one / K,
        "twice the mean over the samples": Fraction(2, m),
        "twice the sum": Fraction(2),
    }


@dataclass(frozen=True)
class Objective:
    """J = c * loss(Yhat, Y) + d * (sum of W^2 over the weights)."""

    loss: str
    normalisation: str
    c: Fraction
    d: Fraction = Fraction(0)
    implied: bool = False

    @property
    def words(self) -> str:
        """The loss in words."""
        said = f"{self.loss}, {self.normalisation}"
        return f"{said}, and {float(self.d):.6g} times the squares of the weights" if self.d else said

    def value(self, trace: Trace, layers: Sequence[Layer], Y: Array) -> Array:
        """Return J."""
        J = LOSSES[self.loss](trace.Yhat, Y) * self.c.numerator / self.c.denominator
        if not self.d:
            return J
        squares = sum(np.sum(np.square(W)) for W, _ in layers)
        return J + squares * self.d.numerator / self.d.denominator


def output_error(net: Net, objective: Objective, trace: Trace, Y: Array) -> Array:
    """Return dZ_L = dJ/dZ_L, the penalty aside."""
    Yhat, c = trace.Yhat, objective.c
    pair = (net.output, objective.loss)
    if pair == ("softmax", "cross-entropy"):
        dZ = Yhat * np.sum(Y, axis=1, keepdims=True) - Y
    elif pair == ("sigmoid", "binary-cross-entropy"):
        dZ = Yhat - Y
    else:
        dYhat = _output_slope(objective.loss, Yhat, Y)
        if net.output == "softmax":
            dZ = Yhat * (dYhat - np.sum(dYhat * Yhat, axis=1, keepdims=True))
        else:
            dZ = dYhat * net.slope(len(net.hidden) + 1, trace)
    return dZ * c.numerator / c.denominator


def _output_slope(loss: str, Yhat: Array, Y: Array) -> Array:
    if loss == "cross-entropy":
        return -Y / Yhat
    if loss == "binary-cross-entropy":
        return (Yhat - Y) / (Yhat * (1 - Yhat))
    return 2 * (Yhat - Y)


@dataclass(frozen=True)
class Gradient:
    """dJ by layer, from 1: W[l], b[l] and the steps on the way, dZ[l] and dA[l]; index 0 is empty."""

    dZ: list[Array]
    dA: list[Array]
    dW: list[Array]
    db: list[Array]


def backward(net: Net, objective: Objective, trace: Trace, layers: Sequence[Layer], Y: Array) -> Gradient:
    """Return the textbook gradient of J, step by step from the output."""
    L = len(layers)
    dZ: list[Array] = [None] * (L + 1)
    dA, dW, db = list(dZ), list(dZ), list(dZ)
    dZ[L] = output_error(net, objective, trace, Y)
    for layer in range(L, 0, -1):
        if layer < L:
            dA[layer] = dZ[layer + 1] @ layers[layer].W.T
            dZ[layer] = dA[layer] * net.slope(layer, trace)
        dW[layer] = trace.A[layer - 1].T @ dZ[layer]
        if objective.d:
            dW[layer] = dW[layer] + layers[layer - 1].W * (2 * objective.d.numerator) / objective.d.denominator
        db[layer] = np.sum(dZ[layer], axis=0, keepdims=True)
    return Gradient(dZ, dA, dW, db)
