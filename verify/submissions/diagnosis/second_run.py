"""A loop that trains and is run again, for another activation, another call: what its step is there.

Each run is ended after its first pass; parameters are put in before the second one.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from typing import Final, NamedTuple

import numpy as np

from verify.arrays import Array
from verify.reading.wiring.plan_records import TrainingMaker
from verify.reading.wiring.points import Point
from verify.submissions.diagnosis.later import is_another, with_one_sample
from verify.submissions.diagnosis.updating import of_one_sample, passed
from verify.submissions.execution.answers import Refused
from verify.submissions.execution.calling import Ask, Reading
from verify.submissions.trials.one_step import is_scheduled
from verify.submissions.trials.training_step import Trained

_RUNS: Final = (1, 2, 3, 4, 5)  # passes that go by, each the only one of its run


class _Steps(NamedTuple):
    """What a pass takes from all parameters, and whether it changes its rate."""

    taken: Array
    scheduled: bool


def other_runs(ask: Ask, trained: Trained, start: Point) -> Iterator[Reading]:
    """Yield the readings of first passes of other runs of the loop, whose steps are none that was seen before.

    Samples that are all alike are the same in all batches. Six runs are looked at: so many passes a loop around this
    one has.
    """
    maker = trained.reading.container.maker
    if not isinstance(maker, TrainingMaker) or trained.others or maker.skipped:
        return
    with suppress(Refused, KeyError):
        seen = [_steps(ask, trained.reading, of_one_sample(start))]
        for skipped in _RUNS:
            again = trained.reading.made_by(replace(maker, skipped=skipped, once=True))
            other = _steps(ask, again, of_one_sample(start))
            if all(_is_another(other, one, trained.reading) for one in seen):
                yield again
            seen.append(other)


def _is_another(other: _Steps, one: _Steps, reading: Reading) -> bool:
    if other.taken.shape != one.taken.shape:
        return True
    return is_another(other.taken, one.taken, other_rate=other.scheduled or one.scheduled or not reading.rates)


def _steps(ask: Ask, reading: Reading, start: Point) -> _Steps:
    reading, same = with_one_sample(ask, reading)
    found = passed(ask, reading, start, 1, same)
    taken = [np.ravel(start.params[name] - found[where]) for name, where in reading.updated.items()]
    return _Steps(np.concatenate(taken), is_scheduled(reading, found))
