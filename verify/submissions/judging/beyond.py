"""What a file computes beyond a limit that stands in it: is it still the net that it is taken for?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from verify.reading.parsing.document import Place
from verify.reading.program.limits import LEAST, MOST, Limit
from verify.reading.wiring.points import Point, points_beyond
from verify.submissions.execution.answers import Leaves, Refused
from verify.submissions.execution.calling import Ask, Reading
from verify.submissions.execution.measuring import in_floats
from verify.submissions.trials.implied import is_net_at
from verify.submissions.trials.one_pass import last_name

_REACHED: Final = 12.0  # a guard beyond that is not looked at: training does not get there


@dataclass(frozen=True)
class Beyond:
    """The largest limit of a file, and whether what lies beyond it may only be guarded."""

    limit: float
    place: Place
    guarded: bool


def beyond(ask: Ask, reading: Reading, limits: Sequence[Limit], points: Sequence[Point]) -> Beyond | None:
    """Return the limit beyond which a reading is to be looked at; None where it has none.

    A limit that may be a guard is taken only where there is no other, and guards what lies beyond others.
    """
    if not limits:
        return None
    try:
        named = any(isinstance(one.size, str) for one in limits)
        seen = [_numbers(in_floats(ask, reading, point)[1]) for point in points] if named else []
        found = [*_resolved(limits, seen)]
    except Refused:
        return None
    guards = [one for one in found if one.guarded]
    sure = max((one for one in found if not one.guarded), key=lambda one: one.limit, default=None)
    if sure is None:
        return min((one for one in guards if one.limit <= _REACHED), key=lambda one: one.limit, default=None)
    return replace(sure, guarded=bool(guards))


def _numbers(leaves: Leaves) -> dict[str, float]:
    """Return the single numbers that have a name."""
    return {
        last_name(path): float(np.asarray(value).reshape(()))
        for (_, path), value in leaves.items()
        if path and np.size(value) == 1 and np.asarray(value).dtype.kind in "if"
    }


def _resolved(limits: Sequence[Limit], seen: Sequence[dict[str, float]]) -> Iterator[Beyond]:
    """Yield the limits with their numbers; those that a name stands for where it is the same at every point."""
    for one in limits:
        if isinstance(one.size, str):
            values = {numbers.get(one.size, 0.0) for numbers in seen}
            size = abs(values.pop()) if len(values) == 1 else 0.0
        else:
            size = one.size
        if LEAST <= size <= MOST:
            yield Beyond(size, one.place, one.guards)


def as_known_beyond(ask: Ask, reading: Reading, far: Beyond, point: Point) -> Reading:
    """Return the reading without the net that it was recognised as, where beyond the limit it is another."""
    if reading.net is None or _is_so(ask, reading, far, point):
        return reading
    return without_its_net(reading)


def without_its_net(reading: Reading) -> Reading:
    """Return the reading by its own loss alone: where numbers are large, a logarithm's guard is no textbook's."""
    return replace(reading, net=None, yhat=None, objective=None)


def _is_so(ask: Ask, reading: Reading, far: Beyond, point: Point) -> bool:
    try:
        places = points_beyond(reading.structure, point, far.limit)
        return all(is_net_at(reading, in_floats(ask, reading, one)[1], one) for one in places)
    except Refused:
        return True
