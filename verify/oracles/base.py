"""The one signature of all oracles: at this point the gradient is this, within this bound."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from verify.arrays import Array
from verify.nets.cases import Case
from verify.oracles.derivative import Derivative

Loss = Callable[[Array, Array], Array]  # (Yhat, Y) -> J


class Forward(Protocol):
    """What an oracle may see of a network: never `backward`."""

    def softmax(self, z: Array) -> Array:
        """Return the softmax of each row."""

    def forward(self, params: dict[str, Array], X: Array) -> tuple[Array, dict[str, Array]]:
        """Return Yhat and what `backward` needs."""

    def loss_accuracy(self, Y_hat: Array, Y: Array) -> tuple[Array, Array]:
        """Return the loss and the accuracy."""


@dataclass(frozen=True, kw_only=True)
class Known(Derivative):
    """What an oracle knows of a net: the derivative of its loss at the point (X, Y, params)."""

    X: Array
    Y: Array
    params: dict[str, Array]


class Oracle(Protocol):
    """An independent way to know a gradient."""

    def __call__(self, network: Forward, case: Case, loss: Loss) -> list[Known]:
        """Return what is known, at one point or at several."""


def textbook_terms(Yhat: Array, Y: Array) -> Array:
    """Return -Y log(Yhat), entry by entry."""
    return -Y * np.log(Yhat)


def textbook_loss(Yhat: Array, Y: Array) -> Array:
    """Return J = -(1/m) sum Y log(Yhat): the loss that the derivation starts from."""
    return np.sum(textbook_terms(Yhat, Y)) / Y.shape[0]
