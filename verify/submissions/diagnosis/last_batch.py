"""The last batch of an epoch, where it is smaller than the others: what is divided by shows there alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final, NamedTuple

import numpy as np

from verify.reading.program.vocabulary import data_of
from verify.reading.wiring.plan_records import TrainingMaker
from verify.submissions.execution.answers import Leaves, Refused, unpacked
from verify.submissions.execution.calling import Ask, Reading
from verify.submissions.trials.losses import ONE_PASS
from verify.submissions.trials.trained import Trained

_MOST: Final = 64  # passes before it


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
    for every, usual in _lengths(trained.found):
        number = -(-every // usual)
        if every % usual and number <= _MOST:
            later = replace(maker, skipped=number - 1)
            reading = replace(trained.reading, container=replace(trained.reading.container, maker=later))
            return LastBatch(reading, number, every % usual, usual) if _is_smaller(ask, reading, every, usual) else None
    return None


def _is_smaller(ask: Ask, reading: Reading, every: int, usual: int) -> bool:
    """Whether the batch of a pass has as many samples as are left; no batch of the next epoch."""
    try:
        found = unpacked(*ask(reading.run(ONE_PASS, local_names=True), reading.arrays(reading.point)))
    except Refused:
        return False
    return (every, every % usual) in set(_lengths(found))


def _lengths(found: Leaves) -> Iterator[tuple[int, int]]:
    """Yield how many samples data of a pass have and how many others of them have, which may be those of its batch."""
    shapes = [
        np.shape(value) for (section, path), value in found.items()
        if section == "update" and len(path) == 1 and data_of(str(path[0][1])) == "X" and np.ndim(value) == 2
    ]  # fmt: skip
    for one in shapes:
        for other in shapes:
            for axis in (0, 1):
                if one[1 - axis] == other[1 - axis] and one[axis] > other[axis] > 0:
                    yield one[axis], other[axis]
