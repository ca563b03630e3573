"""Assignment 3: multi-layer perceptron for classification."""
from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


class Params(NamedTuple):
    W1: Array
    b1: Array
    W2: Array
    b2: Array


def forward(params: Params, X: Array) -> tuple[Array, Array]:
    """Compute hidden activations and class probabilities.

    Args:
        params: the parameters of the network.
        X: array of shape (n_samples, n_features).
    """
    hidden = np.tanh(X @ params.W1 + params.b1)
    logits = hidden @ params.W2 + params.b2
    logits -= logits.max(axis=1, keepdims=True)
    probs = np.exp(logits)
    probs /= probs.sum(axis=1, keepdims=True)
    return hidden, probs


def nll(params: Params, X: Array, y: npt.NDArray[np.int64]) -> float:
    """Mean negative log-likelihood; y has shape (n_samples, 1)."""
    _, probs = forward(params, X)
    return float(-np.mean(np.log(np.take_along_axis(probs, y, axis=1))))


def backward(params: Params, X: Array, y: npt.NDArray[np.int64]) -> Params:
    """Gradient of nll with respect to the parameters."""
    hidden, probs = forward(params, X)
    n_samples, n_classes = probs.shape
    targets = (y == np.arange(n_classes)).astype(float)
    d_logits = (probs - targets) / n_samples
    d_pre = (d_logits @ params.W2.T) * (1.0 - hidden**2)
    return Params(X.T @ d_pre, d_pre.sum(0), hidden.T @ d_logits, d_logits.sum(0))


def train_step(params: Params, X: Array, y: npt.NDArray[np.int64], lr: float = 0.1) -> Params:
    grads = backward(params, X, y)
    return Params(*(p - lr * g for p, g in zip(params, grads)))
