"""The loss after a change of each single entry, for all entries of a large net at once.

One entry of W1 or b1 moves one column of Z1 and so of A1; one entry of W2 or b2 moves one column of
Z2. The rest of the forward pass is taken as it was. The handwritten softmax is called on the moved
logits of many entries at once.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import numpy as np

from verify.cases import Case
from verify.oracles.base import Forward, Loss, textbook_loss

_BLOCK: Final = 1 << 15  # rows of logits a call: small enough to stay in the cache


def perturbed_losses(network: Forward, case: Case, loss: Loss, name: str, step: Any) -> Any:
    """Return J with `step` added to one entry of `name`, for every entry: an array of its shape.

    `step` is one number or an array of the parameter's shape, real or complex. Hypotheses: the
    network is the lab's, and the loss is a sum over samples, divided by m.
    """
    outputs = network.forward(case.params, case.X)[1]
    Z1, A1, Z2 = outputs["Z1"], outputs["A1"], outputs["Z2"]
    W2, m = case.params["W2"], case.m
    shape = case.params[name].shape
    steps = np.broadcast_to(step, shape)
    per_sample = _textbook if loss is textbook_loss else _implemented
    losses = np.empty(shape, dtype=steps.dtype)
    n_y = Z2.shape[1]
    rows = max(1, _BLOCK // m)
    slope_of_Z1 = case.X.T if name == "W1" else np.ones((1, m))
    slope_of_Z2 = A1.T if name == "W2" else np.ones((1, m))

    for column in range(shape[1]):
        for first in range(0, shape[0], rows):
            block = slice(first, first + rows)
            h = steps[block, column][:, None]
            if name in ("W1", "b1"):
                change = np.tanh(Z1[:, column] + h * slope_of_Z1[block]) - A1[:, column]
                moved = Z2 + change[:, :, None] * W2[column]
            else:
                change = h * slope_of_Z2[block]
                moved = np.broadcast_to(Z2, (change.shape[0], m, n_y)).astype(change.dtype)
                moved[:, :, column] += change
            Yhat = network.softmax(moved.reshape(-1, n_y)).reshape(moved.shape)
            losses[block, column] = per_sample(Yhat, case.Y).sum(axis=1) / m
    return losses


def _textbook(Yhat: Any, Y: Any) -> Any:
    return -(Y * np.log(Yhat)).sum(axis=-1)


def _implemented(Yhat: Any, Y: Any) -> Any:
    return -(Y * np.log(Yhat + 1e-10)).sum(axis=-1)


PerSample = Callable[[Any, Any], Any]
