"""The last batch of an epoch, where it is smaller than the others: what is divided by shows there alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final, NamedTuple

import numpy as np

from verify.reading.program.vocabulary import data_of
from verify.reading.wiring.plan_records import Path, TrainingMaker
from verify.submissions.execution.answers import Leaves, Refused, unpacked
from verify.submissions.execution.calling import Ask, Reading
from verify.submissions.trials.losses import ONE_PASS
from verify.submissions.trials.training_step import Trained

_MOST: Final = 128  # passes before it


class LastBatch(NamedTuple):
    """A reading of the pass in which the batch is smaller, how many samples it has there, and how many elsewhere."""

    reading: Reading
    number: int
    samples: int
    usual: int


def last_batch(ask: Ask, trained: Trained) -> LastBatch | None:
    """Return the pass of a training, with its own data and batches, whose batch is smaller; None where none is known.

    What passes hold says it: all samples, and those of the batch.
    """
    maker = trained.reading.container.maker
    if not isinstance(maker, TrainingMaker) or trained.reading.part or trained.others:
        return None
    for path, axis, every, usual in _batches(trained.found):
        number = -(-every // usual)
        if every % usual and number <= _MOST:
            reading = trained.reading.made_by(replace(maker, skipped=number - 1))
            if _samples_in(ask, reading, path, axis) == every % usual:  # and no batch of the next epoch
                return LastBatch(reading, number, every % usual, usual)
    return None


def _samples_in(ask: Ask, reading: Reading, path: Path, axis: int) -> int | None:
    """Return how many samples stand there in a pass, or None where that can't be had."""
    try:
        found = unpacked(*ask(reading.run(ONE_PASS, local_names=True), reading.arrays(reading.point)))
    except Refused:
        return None
    shape = np.shape(found.get(("update", path), 0.0))
    return shape[axis] if axis < len(shape) else None


def _batches(found: Leaves) -> Iterator[tuple[Path, int, int, int]]:
    """Yield where inputs stand that may be a batch, the axis of their samples, how many all are and how many these."""
    shapes = {
        path: np.shape(value) for (section, path), value in found.items()
        if section == "update" and len(path) == 1 and data_of(str(path[0][1])) == "X" and np.ndim(value) == 2
    }  # fmt: skip
    for whole in shapes.values():
        for path, part in shapes.items():
            for axis in (0, 1):
                if whole[1 - axis] == part[1 - axis] and whole[axis] > part[axis] > 0:
                    yield path, axis, whole[axis], part[axis]
