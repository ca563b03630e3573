"""What a file computes beyond a limit that stands in it: is it still the net that it is taken for?"""

from __future__ import annotations

from dataclasses import replace

from verify.reading.program.limits import Limit
from verify.reading.wiring.points import Point, points_beyond
from verify.submissions.execution.answers import Refused
from verify.submissions.execution.calling import Ask, Reading
from verify.submissions.execution.measuring import in_floats
from verify.submissions.trials.implied import is_net_at


def as_known_beyond(ask: Ask, reading: Reading, limit: Limit, seed: int) -> Reading:
    """Return the reading without the net that it was recognised as, where beyond the limit it is another."""
    if reading.net is None or all(_is_so(ask, reading, limit, point) for point in reading.points(seed)[:1]):
        return reading
    return without_its_net(reading)


def without_its_net(reading: Reading) -> Reading:
    """Return the reading by its own loss alone: where numbers are large, a logarithm's guard is no textbook's."""
    return replace(reading, net=None, yhat=None, objective=None)


def _is_so(ask: Ask, reading: Reading, limit: Limit, point: Point) -> bool:
    try:
        places = points_beyond(reading.structure, point, limit.value)
        return all(is_net_at(reading, in_floats(ask, reading, one)[1], one) for one in places)
    except Refused:
        return True
