"""The one signature of all oracles: at this point the gradient is this, within this bound."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from verify.nets.cases import Case
from verify.oracles.derivative import Derivative

Loss = Callable[[Any, Any], Any]  # (Yhat, Y) -> J


class Forward(Protocol):
    """What an oracle may see of a network: never `backward`."""

    def softmax(self, z: Any) -> Any:
        """Return the softmax of each row."""

    def forward(self, params: dict[str, Any], X: Any) -> tuple[Any, dict[str, Any]]:
        """Return Yhat and what `backward` needs."""

    def loss_accuracy(self, Y_hat: Any, Y: Any) -> tuple[Any, Any]:
        """Return the loss and the accuracy."""


@dataclass(frozen=True, kw_only=True)
class Known(Derivative):
    """What an oracle knows of a net: the derivative of its loss at the point (X, Y, params)."""

    X: Any
    Y: Any
    params: dict[str, Any]


class Oracle(Protocol):
    """An independent way to know a gradient."""

    def __call__(self, network: Forward, case: Case, loss: Loss) -> list[Known]:
        """Return what is known, at one point or at several."""


def textbook_terms(Yhat: Any, Y: Any) -> Any:
    """Return -Y log(Yhat), entry by entry."""
    return -Y * np.log(Yhat)


def textbook_loss(Yhat: Any, Y: Any) -> Any:
    """Return J = -(1/m) sum Y log(Yhat): the loss that the derivation starts from."""
    return np.sum(textbook_terms(Yhat, Y)) / Y.shape[0]
