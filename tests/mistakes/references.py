"""What each mistake of the catalogue gives, written a second time by hand: one formula a row, from the layer's quantities.

`q` holds what the network gives at the point, and `slope_of`, the derivatives of the activations, written here in Z alone.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from types import SimpleNamespace
from typing import Any, Final

import numpy as np

Reference = Callable[[SimpleNamespace], Any]


def sigmoid(Z: Any) -> Any:
    return 1 / (1 + np.exp(-Z))


def softmax_over_samples(Z: Any) -> Any:
    return np.exp(Z) / np.exp(Z).sum(axis=0)[None, :]


APPLY: Final[dict[str, Callable[[Any], Any]]] = {"tanh": np.tanh, "sigmoid": sigmoid}
SLOPES: Final[dict[str, Callable[[Any], Any]]] = {
    "tanh": lambda Z: np.cosh(Z) ** -2.0,
    "sigmoid": lambda Z: sigmoid(Z) * sigmoid(-Z),
    "relu": lambda Z: (Z > 0).astype(float),
    "leaky-relu(0.1)": lambda Z: (Z > 0) * 0.9 + 0.1,
    "identity": lambda Z: 0 * Z + 1,
    "softplus": lambda Z: np.exp(Z) / (1 + np.exp(Z)),
}
# The derivative as it is written in the activation, with Z put in for it.
SLOPES_FROM_Z: Final[dict[str, Callable[[Any], Any]]] = {"tanh": lambda Z: 1 - Z**2, "sigmoid": lambda Z: Z - Z**2}


def slope(q: SimpleNamespace) -> Any:
    return SLOPES[q.f](q.Z)


def first_entry(like: Any, factor: float) -> Any:
    found = np.array(like)
    found[0, 0] *= factor
    return found


# The constants that rows with a k are tried with.
CONSTANTS: Final = {
    ("dW", "weight-decay"): Fraction(1, 8), ("dW", "clipped"): Fraction(1, 100), ("db", "clipped"): Fraction(1, 100),
    ("dW", "one-entry"): Fraction(1, 16),
}  # fmt: skip

REFERENCES: Final[dict[tuple[str, str], Reference]] = {
    ("gradient", "zero"): lambda q: np.zeros(q.right.shape),
    ("gradient", "sign"): lambda q: q.right * -1,
    ("gradient", "doubled"): lambda q: q.right + q.right,
    ("gradient", "halved"): lambda q: q.right * 0.5,
    ("gradient", "one-percent"): lambda q: q.right + q.right / 100,
    ("gradient", "first-entry-lost"): lambda q: first_entry(q.right, 0),
    ("dZL", "not-averaged"): lambda q: q.m * q.right,
    ("dZL", "averaged-twice"): lambda q: q.right * (1 / q.m),
    ("dZL", "sign"): lambda q: 0 - q.right,
    ("dZL", "doubled"): lambda q: q.right + q.right,
    ("dZL", "halved"): lambda q: q.right * 0.5,
    ("dZL", "zero"): lambda q: np.zeros(q.right.shape),
    ("dZL", "times-rate"): lambda q: q.rate * q.right,
    ("dZL", "mean-over-classes"): lambda q: q.right * (1 / q.K),
    ("dZL", "times-classes"): lambda q: q.K * q.right,
    ("dZL", "halved-and-not-averaged"): lambda q: 0.5 * q.m * q.right,
    ("dZL", "doubled-and-not-averaged"): lambda q: q.m * (q.right + q.right),
    ("dZL", "sigmoid-factor"): lambda q: q.right * (q.A - q.A**2),
    ("dZL", "tanh-factor"): lambda q: q.right * (1 - q.A) * (1 + q.A),
    ("dZL", "from-logits"): lambda q: q.c * q.Z - q.c * q.Y,
    ("dZL", "diagonal-only"): lambda q: q.c * q.Y * (q.A - 1),
    ("dZL", "is-dYhat"): lambda q: -q.c * (q.Y / q.A),
    ("dZL", "without-Y"): lambda q: q.c * q.Yhat,
    ("dZL", "squared"): lambda q: q.c * (q.A - q.Y) ** 2,
    ("dZL", "absolute"): lambda q: np.sqrt(q.right**2),
    ("dZL", "softmax-over-samples"): lambda q: q.c * (softmax_over_samples(q.Z) - q.Y),
    ("dZL", "without-{f}"): lambda q: 2 * q.c * (q.A - q.Y),
    ("dZL", "without-{f}-halved"): lambda q: q.c * (q.A - q.Y),
    ("dZL", "from-Z{l}"): lambda q: 2 * q.c * SLOPES_FROM_Z[q.f](q.Z) * (q.A - q.Y),
    ("dW", "not-averaged"): lambda q: q.m * q.right,
    ("dW", "averaged-twice"): lambda q: q.right * (1 / q.m),
    ("dW", "sign"): lambda q: 0 - q.right,
    ("dW", "doubled"): lambda q: q.right + q.right,
    ("dW", "halved"): lambda q: q.right * 0.5,
    ("dW", "zero"): lambda q: np.zeros(q.right.shape),
    ("dW", "from-Z{l-1}"): lambda q: np.dot(q.Z_prev.T, q.dZ),
    ("dW", "first-sample-only"): lambda q: np.outer(q.A_prev[0], q.dZ[0]),
    ("dW", "last-sample-missing"): lambda q: q.A_prev.T @ q.dZ - np.outer(q.A_prev[-1], q.dZ[-1]),
    ("dW", "last-sample-only"): lambda q: np.outer(q.A_prev[-1], q.dZ[-1]),
    ("dW", "from-dA{l}"): lambda q: np.dot(q.A_prev.T, q.dA),
    ("dW", "mean-over-classes"): lambda q: q.right * (1 / q.K),
    ("dW", "weight-decay-missing"): lambda q: q.right - q.decay * q.W,
    ("dW", "weight-decay-doubled"): lambda q: np.dot(q.A_prev.T, q.dZ) + 2 * q.decay * q.W,
    ("dW", "weight-decay-halved"): lambda q: np.dot(q.A_prev.T, q.dZ) + 0.5 * q.decay * q.W,
    ("dW", "weight-decay-sign"): lambda q: np.dot(q.A_prev.T, q.dZ) - q.decay * q.W,
    ("dW", "weight-decay"): lambda q: q.right + q.W / 8,
    ("dW", "clipped"): lambda q: np.maximum(np.minimum(q.right, 0.01), -0.01),
    ("dW", "one-entry"): lambda q: first_entry(q.right, 17 / 16),
    ("db", "not-averaged"): lambda q: q.m * q.right,
    ("db", "sign"): lambda q: 0 - q.right,
    ("db", "doubled"): lambda q: q.right + q.right,
    ("db", "halved"): lambda q: q.right * 0.5,
    ("db", "zero"): lambda q: np.zeros(q.right.shape),
    ("db", "clipped"): lambda q: np.maximum(np.minimum(q.right, 0.01), -0.01),
    ("db", "mean"): lambda q: q.right / q.m,
    ("db", "first-sample-only"): lambda q: q.dZ[0][None, :],
    ("db", "last-sample-only"): lambda q: q.dZ[-1][None, :],
    ("db", "not-summed"): lambda q: q.dZ + 0,
    ("db", "summed-over-everything"): lambda q: q.dZ.sum(axis=1).sum(),
    ("db", "mean-over-everything"): lambda q: q.dZ.sum(axis=1).sum() / q.m / q.dZ.shape[1],
    ("db", "summed-over-everything-and-averaged"): lambda q: q.dZ.sum(axis=1).sum() / q.m,
    ("db", "summed-over-everything-not-averaged"): lambda q: q.dZ.sum(axis=1).sum() * q.m,
    ("db", "summed-over-classes"): lambda q: q.dZ.sum(axis=1)[:, None],
    ("db", "summed-over-classes-not-averaged"): lambda q: q.m * q.dZ.sum(axis=1)[:, None],
    ("db", "mean-over-classes"): lambda q: q.dZ.mean(axis=1)[:, None],
    ("db", "from-dA{l}"): lambda q: q.dA.sum(axis=0)[None, :],
    ("db", "summed-before-{f}"): lambda q: (q.dA.sum(axis=0) * slope(q).sum(axis=0))[None, :],
    ("dA", "reshaped-not-transposed"): lambda q: q.dZ_next @ np.array(q.W_next).ravel().reshape(q.W_next.shape[::-1]),
    ("dA", "after-the-update"): lambda q: q.right - q.rate * q.dZ_next @ q.dW_next.T,
    ("dA", "from-Yhat"): lambda q: q.c * np.dot(q.Yhat, q.W_next.T),
    ("dA", "not-averaged"): lambda q: q.m * q.right,
    ("dA", "averaged-twice"): lambda q: q.right * (1 / q.m),
    ("dA", "sign"): lambda q: 0 - q.right,
    ("dA", "doubled"): lambda q: q.right + q.right,
    ("dA", "halved"): lambda q: q.right * 0.5,
    ("dA", "zero"): lambda q: np.zeros(q.right.shape),
    ("dA", "mean-over-classes"): lambda q: q.right * (1 / q.K),
    ("dZ", "without-{f}"): lambda q: q.dA + 0,
    ("dZ", "one-minus-A{l}"): lambda q: q.dA - q.dA * q.A,
    ("dZ", "sigmoid"): lambda q: q.dA * (q.A - q.A**2),
    ("dZ", "tanh"): lambda q: q.dA * (1 - q.A) * (1 + q.A),
    ("dZ", "relu"): lambda q: q.dA * (q.Z > 0),
    ("dZ", "relu-of-dA{l}"): lambda q: np.maximum(q.dA, 0),
    ("dZ", "relu-of-A-as-value"): lambda q: np.maximum(q.Z, 0) * q.dA,
    ("dZ", "relu-reversed"): lambda q: q.dA * (q.Z <= 0),
    ("dZ", "from-Z{l}"): lambda q: q.dA * SLOPES_FROM_Z[q.f](q.Z),
    ("dZ", "times-A{l}"): lambda q: q.A * q.dA,
    ("dZ", "plus"): lambda q: q.dA + q.dA * q.A**2,
    ("dZ", "plus-sigmoid"): lambda q: q.dA * (q.A + q.A**2),
    ("dZ", "{f}-twice"): lambda q: q.dA * SLOPES[q.f](q.A),
    ("dZ", "parentheses"): lambda q: q.dA - q.A**2,
    ("dZ", "{f}-derivative-squared"): lambda q: q.dA * slope(q) ** 2,
}
