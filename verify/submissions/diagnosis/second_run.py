"""A loop that trains and is run again, for another activation, another call: what its step is there.

Each run is ended after its first pass; parameters are put in before the second one.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from verify.reading.wiring.plan_records import TrainingMaker
from verify.reading.wiring.points import Point
from verify.submissions.diagnosis.later import is_another, with_one_sample
from verify.submissions.diagnosis.updating import of_one_sample, passed
from verify.submissions.execution.answers import Refused
from verify.submissions.execution.calling import Ask, Reading
from verify.submissions.trials.one_step import is_scheduled
from verify.submissions.trials.trained import Trained


def second_run(ask: Ask, trained: Trained, start: Point) -> Reading | None:
    """Return the reading of the first pass of the loop's second run, where its step is another than in the first.

    None where there is no second run, or its step is the same; samples that are all alike are the same in all batches.
    """
    maker = trained.reading.container.maker
    if not isinstance(maker, TrainingMaker) or trained.others or maker.skipped:
        return None
    container = replace(trained.reading.container, maker=replace(maker, skipped=1, once=True))
    again = replace(trained.reading, container=container)
    try:
        place = of_one_sample(start)
        steps, scheduled = [], False
        for one in (trained.reading, again):
            reading, same = with_one_sample(ask, one)
            found = passed(ask, reading, place, 1, same)
            scheduled = scheduled or is_scheduled(reading, found)
            taken = [np.ravel(place.params[name] - found[where]) for name, where in reading.updated.items()]
            steps.append(np.concatenate(taken))
    except (Refused, KeyError):
        return None
    other_rate = scheduled or not trained.reading.rates
    return again if is_another(steps[1], steps[0], other_rate=other_rate) else None
