"""A loop that trains and is run again, for another activation, another call: what its step is there.

Each run is ended after its first pass; parameters are put in before the second one.
"""

from __future__ import annotations

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

_RUNS: Final = (1, 2)  # passes that go by, each the only one of its run


class _Steps(NamedTuple):
    """What a pass takes from all parameters, and whether it changes its rate."""

    taken: Array
    scheduled: bool


def second_run(ask: Ask, trained: Trained, start: Point) -> Reading | None:
    """Return the reading of the first pass of another run of the loop, where its step is not that of the first run.

    None where there is no other run, or its step is the same; samples that are all alike are the same in all batches.
    The third is looked at as well: a loop around this one is ended after two passes, and begins anew with it.
    """
    maker = trained.reading.container.maker
    if not isinstance(maker, TrainingMaker) or trained.others or maker.skipped:
        return None
    try:
        first = _steps(ask, trained.reading, of_one_sample(start))
        for skipped in _RUNS:
            again = trained.reading.made_by(replace(maker, skipped=skipped, once=True))
            other = _steps(ask, again, of_one_sample(start))
            other_rate = other.scheduled or first.scheduled or not trained.reading.rates
            if is_another(other.taken, first.taken, other_rate=other_rate):
                return again
    except (Refused, KeyError):
        return None
    return None


def _steps(ask: Ask, reading: Reading, start: Point) -> _Steps:
    reading, same = with_one_sample(ask, reading)
    found = passed(ask, reading, start, 1, same)
    taken = [np.ravel(start.params[name] - found[where]) for name, where in reading.updated.items()]
    return _Steps(np.concatenate(taken), is_scheduled(reading, found))
