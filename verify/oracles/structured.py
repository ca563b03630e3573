"""The loss after a change of each single entry, for all entries of a large net at once.

One entry of W1 or b1 moves one column of Z1 and so of A1; one entry of W2 or b2 moves one column of
Z2. The rest of the forward pass is taken as it was. Samples in which the entry meets a zero (a black
pixel) do not move at all, and are left out. The handwritten softmax is called on the moved logits of
many entries at once.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from verify.arrays import Array
from verify.nets.cases import Case
from verify.oracles.base import Forward, textbook_terms

_BLOCK: Final = 1 << 13  # rows of logits a call: small enough to stay in the cache


def moved_losses(network: Forward, case: Case, name: str, step: Array) -> Array:
    """Return the part of the textbook J that moves when `step` is added to one entry of `name`, for every entry.

    That is (1/m) times the loss of the samples that the entry reaches: what is left out is the same for
    every step, so differences and imaginary parts are those of J. `step` is one number or an array of the
    parameter's shape, real or complex. Hypothesis: the network has the lab's layers.
    """
    outputs = network.forward(case.params, case.X)[1]
    Z1, A1, Z2 = (np.ascontiguousarray(outputs[key].T) for key in ("Z1", "A1", "Z2"))  # units x m
    W2, m = case.params["W2"], case.m
    shape = case.params[name].shape
    steps = np.broadcast_to(step, shape)
    losses = np.zeros(shape, dtype=steps.dtype)
    slope = {"W1": case.X.T, "W2": A1}.get(name, np.ones((1, m)))  # of Z1 or Z2 in the entry; entries x m
    entries = max(1, _BLOCK // m)

    for first in range(0, shape[0], entries):
        entry, sample = np.nonzero(slope[first : first + entries])
        if not len(entry):
            continue
        starts = np.flatnonzero(np.diff(entry, prepend=-1))  # where the samples of the next entry begin
        entry += first
        meets = slope[entry, sample]
        # Classes first in memory, (n_y, pairs): NumPy's maximum over them is then several times faster.
        logits, Y = Z2[:, sample], case.Y.T[:, sample]
        for column in range(shape[1]):
            change = steps[entry, column] * meets
            if name in ("W1", "b1"):
                change = np.tanh(Z1[column][sample] + change) - A1[column][sample]
                moved = W2[column][:, None] * change
                moved += logits
            else:
                moved = logits.astype(change.dtype)
                moved[column] += change
            Yhat = network.softmax(moved.T).T
            losses[entry[starts], column] = np.add.reduceat(textbook_terms(Yhat, Y).sum(axis=0), starts) / m
    return losses
