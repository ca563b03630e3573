"""What training does with the gradients: does every pass start anew, and is every step one along its gradient?

Both are judged at a secret point: code may not be right at the points of trial calls alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

import numpy as np

from verify.arrays import Array
from verify.reading.wiring.plan_records import TrainingMaker
from verify.reading.wiring.points import Point
from verify.submissions.execution.answers import Leaves, Refused, unpacked
from verify.submissions.execution.calling import Ask, Reading
from verify.submissions.trials.odd_update import Odd, odd_update
from verify.submissions.trials.one_step import is_scheduled
from verify.submissions.trials.training_step import Trained

_ALIKE: Final = 1e-9  # of the largest entry: numbers in floats that are this near are one and the same


def changed_oddly(ask: Ask, trained: Trained, point: Point) -> Odd | None:
    """Return a parameter that one pass changes by no multiple of its gradient, or None; an optimiser's is not asked.

    Raises Refused where the pass stops.
    """
    if trained.others or trained.reading.applied:
        return None
    return odd_update(trained.reading, passed(ask, trained.reading, point, 1), point)


def accumulates(ask: Ask, trained: Trained, start: Point) -> bool:
    """Whether the second pass takes another step than a first pass from the same parameters: sums are not zeroed.

    Where a second pass has other data its loss tells; with samples that are all alike every batch is the same.
    """
    return any(_accumulates(ask, trained, one) for one in (start, of_one_sample(start)))


def of_one_sample(point: Point) -> Point:
    """Return the point with its first sample in the place of every other."""
    first = np.zeros(len(point.X), dtype=int)
    return replace(point, X=point.X[first], Y=point.Y[first])


def _accumulates(ask: Ask, trained: Trained, start: Point) -> bool:
    reading = trained.reading
    if reading.loss is None:
        return False
    try:
        first = passed(ask, reading, start, 1)
        middle = {name: first[where] for name, where in reading.updated.items()}
        anew = passed(ask, reading, replace(start, params=middle), 1)
        second = passed(ask, reading, start, 2)
    except (Refused, KeyError):
        return False
    if not same_loss(reading, second, anew):
        return False
    if is_scheduled(reading, second):
        return False  # the rate is another in the second pass
    by_step = reading.applied or trained.others  # what an optimiser keeps may be the sum itself
    if by_step:
        first = _steps(first, reading, start.params)
        anew, second = _steps(anew, reading, middle), _steps(second, reading, middle)
    places = reading.updated if by_step else reading.gradients
    return any(_is_added(first.get(where), anew.get(where), second.get(where)) for where in places.values())


def _steps(found: Leaves, reading: Reading, before: Mapping[str, Array]) -> Leaves:
    """Return what a pass took from every parameter, in the place of what it left of it."""
    return {where: before[name] - found[where] for name, where in reading.updated.items() if where in found}


def _is_added(first: Array | None, anew: Array | None, second: Array | None) -> bool:
    """Whether a gradient is that of a pass that starts anew and that of the pass before, added; momentum is another."""
    if first is None or anew is None or second is None or alike(second, anew):
        return False
    return np.shape(first) == np.shape(anew) and alike(second, anew + first)


def passed(ask: Ask, reading: Reading, point: Point, passes: int, more: Mapping[str, Array] | None = None) -> Leaves:
    """Return everything that stands after so many passes of the loop that trains, begun at a point.

    `more` are the arrays of slots that the reading has besides those of its point.
    """
    maker = reading.container.maker
    assert isinstance(maker, TrainingMaker)
    longer = reading.made_by(replace(maker, passes=passes))
    arrays = {**reading.arrays(point), **(more or {})}
    return unpacked(*ask(longer.run(reading.backward_steps, local_names=True, after=True), arrays))


def same_loss(reading: Reading, first: Leaves, second: Leaves) -> bool:
    """Whether the loss of two passes is the same, where both of them show it."""
    place = reading.loss
    if place is None or place not in first or place not in second:
        return True
    return alike(first[place], second[place])


def alike(first: Array | None, second: Array | None) -> bool:
    """Whether two arrays are the same up to some roundings of their largest entry."""
    if first is None or second is None or np.shape(first) != np.shape(second):
        return False
    scale = float(np.max(np.abs(first), initial=0.0)) or 1.0
    return bool(np.all(np.abs(first - second) <= _ALIKE * scale))
