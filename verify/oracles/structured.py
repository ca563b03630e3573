"""The loss after a change of each single entry, for all entries of a large net at once.

One entry of W1 or b1 moves one column of Z1 and so of A1; one entry of W2 or b2 moves one column of
Z2. The rest of the forward pass is taken as it was. The handwritten softmax is called on the moved
logits of many entries at once.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from verify.cases import Case
from verify.oracles.base import Forward, textbook_terms

_BLOCK: Final = 1 << 13  # rows of logits a call: small enough to stay in the cache


def perturbed_losses(network: Forward, case: Case, name: str, step: Any) -> Any:
    """Return the textbook J with `step` added to one entry of `name`, for every entry: an array of its shape.

    `step` is one number or an array of the parameter's shape, real or complex. Hypothesis: the
    network has the lab's layers.
    """
    outputs = network.forward(case.params, case.X)[1]
    Z1, A1, Z2 = outputs["Z1"], outputs["A1"], outputs["Z2"]
    W2, m = case.params["W2"], case.m
    shape = case.params[name].shape
    steps = np.broadcast_to(step, shape)
    losses = np.empty(shape, dtype=steps.dtype)
    n_y = Z2.shape[1]
    # Classes first in memory, (n_y, entries, m): NumPy's maximum over them is then several times faster.
    logits, Y = Z2.T[:, None, :], case.Y.T[:, None, :]
    rows = max(1, _BLOCK // m)
    slope_of_Z1 = case.X.T if name == "W1" else np.ones((1, m))
    slope_of_Z2 = A1.T if name == "W2" else np.ones((1, m))

    for column in range(shape[1]):
        for first in range(0, shape[0], rows):
            block = slice(first, first + rows)
            h = steps[block, column][:, None]
            if name in ("W1", "b1"):
                change = np.tanh(Z1[:, column] + h * slope_of_Z1[block]) - A1[:, column]
                moved = W2[column][:, None, None] * change
                moved += logits
            else:
                change = h * slope_of_Z2[block]
                moved = np.repeat(logits, len(change), axis=1).astype(change.dtype)
                moved[column] += change
            Yhat = network.softmax(moved.reshape(n_y, -1).T).T.reshape(moved.shape)
            losses[block, column] = textbook_terms(Yhat, Y).sum(axis=(0, 2)) / m
    return losses
