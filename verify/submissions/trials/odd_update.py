"""What one pass does to a parameter beside a step along its gradient: another rate, no step at all, a decay.

The numbers before and after the pass say it; whether a gradient is right plays no part.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from verify.arrays import Array
from verify.reading.program.vocabulary import data_of
from verify.reading.wiring.points import Point
from verify.submissions.execution.answers import Leaves
from verify.submissions.execution.calling import Reading

_NEAR: Final = 1e-7  # of the largest entry: what is left of a step when its gradient and a decay are taken away
_FEW: Final = 2  # numbers that a gradient and a decay explain whatever they are


class Odd(NamedTuple):
    """What is done to a parameter that is not moved by the common rate times its gradient, in words."""

    what: str
    decay: bool = False


class _Step(NamedTuple):
    """What was taken from one parameter: so many times its gradient, and so many times the parameter itself."""

    name: str
    rate: float
    decay: float


def odd_update(reading: Reading, found: Leaves, point: Point, *, decays: bool = False) -> Odd | None:
    """Return a parameter that is changed at this point by no common multiple of its named gradient, or None.

    A decay, which takes a multiple of the parameter besides, is none where it is asked for: `decays`. One number is a
    multiple of any other: it has to be the same multiple as all others, where these are one. Where the rate is not
    known, others than the common one may be meant; not one that is as many times another as there are samples.
    """
    if reading.applied:
        return None
    steps: list[_Step] = []
    alone: list[tuple[str, Array, Array]] = []
    for one in reading.structure.parameters:
        after, place = found.get(("after", one.path)), reading.gradients.get(one.name)
        slope = found.get(place) if place is not None else None
        if after is None or slope is None or np.shape(after) != one.shape or np.shape(slope) != one.shape:
            continue
        before = point.params[one.name].reshape(-1)
        step, slope = before - after.reshape(-1), np.asarray(slope, dtype=float).reshape(-1)
        if not np.all(np.isfinite(step)) or not np.all(np.isfinite(slope)):
            continue
        if not np.any(step) and np.any(slope):
            return Odd(f"leaves {one.name} as it is, although its gradient is not 0")
        if step.size <= _FEW:
            alone.append((one.name, step, slope))
            continue
        taken = _explained(one.name, step, slope, before)
        if taken is None:
            return Odd(f"moves {one.name} by no multiple of its gradient, and by nothing that is judged")
        steps.append(taken)
    decayed = next((one.name for one in steps if one.decay), None)
    if decayed is not None:
        return None if decays else Odd(f"takes a part of {decayed} itself besides its gradient", decay=True)
    return _of_another_rate(reading, found, steps, alone)


def _explained(name: str, step: Array, slope: Array, before: Array) -> _Step | None:
    """Return by which multiples of a gradient and of the parameter a step is explained, where it is."""
    along = float(step @ slope / (slope @ slope)) if np.any(slope) else 0.0
    if not _differ(step, along * slope):
        return _Step(name, along, 0.0)
    taken = np.stack([slope, before], axis=1)
    parts = np.linalg.lstsq(taken, step, rcond=None)[0]
    return None if _differ(step, taken @ parts) else _Step(name, float(parts[0]), float(parts[1]))


def _of_another_rate(
    reading: Reading, found: Leaves, steps: list[_Step], alone: list[tuple[str, Array, Array]]
) -> Odd | None:
    if not steps:
        return None
    common, counts = steps[0].rate, () if reading.rates else _counts(reading, found)
    others = [one for one in steps if abs(one.rate - common) > _NEAR * abs(common)]
    for one in others:
        if reading.rates or any(_is_times(one.rate, common, count) for count in counts):
            return Odd(f"moves {one.name} by another multiple of its gradient than {steps[0].name}")
    if others:
        return None
    name = next((name for name, step, slope in alone if _differ(step, common * slope)), None)
    return None if name is None else Odd(f"moves {name} by another multiple of its gradient than {steps[0].name}")


def _is_times(rate: float, common: float, count: float) -> bool:
    """Whether one of two rates is so many times the other."""
    return abs(rate - common * count) <= _NEAR * abs(rate) or abs(rate * count - common) <= _NEAR * abs(common)


def _counts(reading: Reading, found: Leaves) -> tuple[float, ...]:
    """Return how many samples there may be: those of the point, of a batch, and of data that the pass holds."""
    own = {
        float(length) for (section, path), value in found.items()
        if section == "update" and len(path) == 1 and data_of(str(path[0][1])) is not None
        for length in np.shape(value)
    }  # fmt: skip
    return tuple(one for one in {float(reading.batch), float(reading.part), *own} if one > 1)


def _differ(step: Array, expected: Array) -> bool:
    largest = max(float(np.max(np.abs(step), initial=0.0)), 1e-300)
    return bool(np.max(np.abs(step - expected), initial=0.0) > _NEAR * largest)
