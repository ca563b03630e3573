"""Losses and gradients that tests of check_gradients share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from verify import Evidence

Params = dict[str, Any]
POINT = {"w": np.array([1.0, -2.0])}


def quadratic(p: Params) -> Any:
    return np.sum(p["w"] ** 2)


def slope(p: Params) -> Params:
    return {"w": 2 * p["w"]}


def softmax_net(seed: int) -> tuple[Callable[[Params], Any], Callable[[Params], Params], Params]:
    """Return loss, gradients and parameters of one layer with softmax and cross-entropy."""
    generator = np.random.default_rng(seed)
    X, labels = generator.normal(size=(5, 4)), generator.integers(0, 3, 5)
    Y = np.eye(3)[labels]

    def probabilities(p: Params) -> Any:
        exponentials = np.exp(X @ p["W"] + p["b"])
        return exponentials / np.sum(exponentials, axis=1, keepdims=True)

    def loss(p: Params) -> Any:
        return -np.sum(Y * np.log(probabilities(p))) / len(X)

    def gradients(p: Params) -> Params:
        dZ = (probabilities(p) - Y) / len(X)
        return {"W": X.T @ dZ, "b": np.sum(dZ, axis=0, keepdims=True)}

    return loss, gradients, {"W": generator.normal(size=(4, 3)), "b": generator.normal(size=(1, 3))}


def called_wrong(evidence: Evidence) -> set[str]:
    return {row.parameter for row in evidence.summary if row.verdict == "differs"}


def spoiling_loss(p: Params) -> float:
    p["w"] *= 2
    return float(np.sum(p["w"]))
