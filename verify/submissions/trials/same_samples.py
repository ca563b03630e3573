"""Whether a training step and the loss that is taken for its own are of the same samples: one batch, or all of them.

A loop that takes batches may measure its loss on all samples. Of such a loss the step is not the gradient, and right.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np

from verify.arrays import Array
from verify.submissions.execution.answers import Refused, unpacked
from verify.submissions.execution.calling import Ask, Reading
from verify.submissions.program.training import Loop
from verify.submissions.program.vocabulary import meaning_of
from verify.submissions.wiring.plan_records import Step

_MOVE: Final = 0.5  # what is added to every number of a sample


def of_the_same_samples(ask: Ask, reading: Reading, loop: Loop, one_pass: tuple[Step, ...]) -> bool:
    """Whether each sample moves both the step and the loss of a reading, or neither, where the loop takes batches."""
    takes_parts = any(meaning_of(name) in ("X", "Y") for name in loop.parts)
    if reading.loss is None or reading.batch == 1 or not takes_parts:
        return True
    arrays = reading.arrays(reading.point)
    try:
        step, loss = _seen(ask, reading, arrays, one_pass)
        for moved in _moved(arrays["X"], reading.samples):
            other, value = _seen(ask, reading, {**arrays, "X": moved}, one_pass)
            if np.array_equal(step, other) != np.array_equal(loss, value):
                return False
    except (Refused, KeyError):
        return False
    return True


def _seen(ask: Ask, reading: Reading, arrays: dict[str, Array], one_pass: tuple[Step, ...]) -> tuple[Array, Array]:
    """Return all parameters after the pass in one row, and the loss."""
    after = unpacked(*ask(reading.run(one_pass, after=True), arrays))
    parameters = [np.ravel(after["after", one.path]) for one in reading.structure.parameters]
    measured = unpacked(*ask(reading.run(reading.forward_steps, local_names=True), arrays))
    assert reading.loss is not None
    return np.concatenate(parameters), np.asarray(measured[reading.loss])


def _moved(X: Array, samples: str) -> Iterator[Array]:
    """Yield the data with one sample after the other moved."""
    for place in range(X.shape[1 if samples == "columns" else 0]):
        moved = X.copy()
        moved[(slice(None), place) if samples == "columns" else place] += _MOVE
        yield moved
