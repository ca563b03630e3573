"""What training does with the gradients: does every pass start anew, and is every step one along its gradient?

Both are judged at a secret point: code may not be right at the points of trial calls alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

import numpy as np

from verify.arrays import Array
from verify.evidence.records import FAILS, Evidence
from verify.submissions.execution.answers import Leaves, Refused, unpacked
from verify.submissions.execution.calling import Ask, Reading
from verify.submissions.execution.gradients import plain
from verify.submissions.program.vocabulary import bare
from verify.submissions.trials.one_pass import is_gradient, last_name
from verify.submissions.trials.one_step import is_scheduled, odd_update
from verify.submissions.trials.trained import Trained
from verify.submissions.wiring.plan_records import TrainingMaker
from verify.submissions.wiring.points import Point

_ALIKE: Final = 1e-9  # of the largest entry: numbers in floats that are this near are one and the same


def changed_oddly(ask: Ask, trained: Trained, point: Point) -> str | None:
    """Return a parameter that one pass changes by no multiple of its gradient, or None; an optimiser's is not asked.

    Raises Refused where the pass stops.
    """
    if trained.others or trained.reading.applied:
        return None
    return odd_update(trained.reading, _passes(ask, trained.reading, point, 1), point)


def held_layers(trained: Trained, found: Evidence) -> tuple[str, ...]:
    """Return the parameters of whole layers that a pass leaves as they are, where these alone are found wrong.

    Nothing where a gradient of one of them is computed: then its update was forgotten.
    """
    reading, seen = trained.reading, trained.found
    failed = {row.parameter for row in found.summary if row.verdict in FAILS}
    held = [
        one for one in reading.structure.parameters
        if np.array_equal(seen.get(("after", one.path), np.nan), reading.point.params[one.name])
    ]  # fmt: skip
    layers = {one.layer for one in held}
    whole = all(one in held for one in reading.structure.parameters if one.layer in layers)
    names = {one.name for one in held}
    computed = {plain(bare(last_name(path))) for _, path in seen if path and is_gradient(path)}
    if not names or names != failed or not whole or computed & {plain(name) for name in names}:
        return ()
    return tuple(sorted(names)) if len(held) < len(reading.structure.parameters) else ()


def accumulates(ask: Ask, trained: Trained, start: Point) -> bool:
    """Whether the second pass takes another step than a first pass from the same parameters: sums are not zeroed.

    Where a second pass has other data its loss tells; with samples that are all alike every batch is the same.
    """
    return any(_accumulates(ask, trained, one) for one in (start, _of_one_sample(start)))


def _of_one_sample(point: Point) -> Point:
    """Return the point with its first sample in the place of every other."""
    first = np.zeros(len(point.X), dtype=int)
    return replace(point, X=point.X[first], Y=point.Y[first])


def _accumulates(ask: Ask, trained: Trained, start: Point) -> bool:
    reading = trained.reading
    if reading.loss is None:
        return False
    try:
        first = _passes(ask, reading, start, 1)
        middle = {name: first[where] for name, where in reading.updated.items()}
        anew = _passes(ask, reading, replace(start, params=middle), 1)
        second = _passes(ask, reading, start, 2)
    except (Refused, KeyError):
        return False
    if not _alike(second.get(reading.loss), anew.get(reading.loss)):
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
    if first is None or anew is None or second is None or _alike(second, anew):
        return False
    return np.shape(first) == np.shape(anew) and _alike(second, anew + first)


def _passes(ask: Ask, reading: Reading, point: Point, passes: int) -> Leaves:
    maker = reading.container.maker
    assert isinstance(maker, TrainingMaker)
    longer = replace(reading, container=replace(reading.container, maker=replace(maker, passes=passes)))
    return unpacked(*ask(longer.run(reading.backward_steps, local_names=True, after=True), reading.arrays(point)))


def _alike(first: Array | None, second: Array | None) -> bool:
    if first is None or second is None or np.shape(first) != np.shape(second):
        return False
    scale = float(np.max(np.abs(first), initial=0.0)) or 1.0
    return bool(np.all(np.abs(first - second) <= _ALIKE * scale))
