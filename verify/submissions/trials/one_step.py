"""What one pass of a loop that trains does to the parameters: by which gradient, at which rate, and what else.

Names and numbers of the pass say it; whether a gradient is right plays no part.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Final

import numpy as np

from verify.arrays import Array
from verify.nets.structure import Parameter
from verify.reading.program.training import Loop
from verify.reading.program.vocabulary import bare
from verify.reading.wiring.plan import RATE
from verify.reading.wiring.plan_records import Path
from verify.submissions.execution.answers import Leaves, Where
from verify.submissions.execution.calling import Reading
from verify.submissions.execution.gradients import plain
from verify.submissions.execution.messages import RETURNED
from verify.submissions.trials.containers import name_of
from verify.submissions.trials.odd_update import odd_update
from verify.submissions.trials.one_pass import is_gradient, is_rate, is_state, last_name

_RATE: Final = re.compile(r"^(lr|eta|alpha|rate)|_lr$|_rate$|step_?size|^current_lr", re.IGNORECASE)
_WRITTEN: Final = 1e-11  # of a rate that is measured in a step
_ALIKE: Final = 1e-9  # of the largest entry: steps in floats that are this near are one and the same


def with_gradients(reading: Reading, found: Leaves, loop: Loop, others: bool) -> Reading:
    """Return the reading with the place of every gradient: what the step does to the parameters, over its rate.

    Where an optimiser or a decay stands between, and every gradient has a name in the pass, it is the named one.
    """
    rate = RATE if reading.rates else _local_rate(found) or loop.rate
    step = replace(reading, gradients=reading.updated, applied=True, rate=rate)
    named = _named_gradients(reading, found)
    if len(named) < len(reading.structure.parameters):  # what an optimiser or another rate makes of them is not judged
        return replace(reading, gradients={}) if others or is_scheduled(reading, found) else step
    as_named = replace(reading, gradients=named, applied=False)
    rates = [] if others else _rates(reading, found, named)
    if not rates:
        return as_named
    sizes = sorted(abs(rate) for rate in rates if rate)
    same = bool(sizes) and sizes[-1] - sizes[0] <= _ALIKE * sizes[-1]
    if same and reading.rates:  # in this pass the rate may be another than before it
        return step if abs(sizes[0] - RATE) <= _ALIKE or min(rates) <= 0 < max(rates) else as_named
    if same:
        written = _as_written(sizes[0])
        return as_named if written is None else replace(step, rate=written)
    return step if min(rates) <= 0 < max(rates) else as_named


def as_stepped(reading: Reading, found: Leaves, loop: Loop) -> Reading | None:
    """Return the reading whose gradient is the step over its rate; None where steps are by different rates.

    A 1/m or a sign may stand in the update and not in what is called the gradient, and that may be of one sample only.
    """
    named = _named_gradients(reading, found)
    if len(named) < len(reading.structure.parameters):
        return None
    rates = _rates(reading, found, named)
    if rates and max(rates) - min(rates) > _ALIKE * max(map(abs, rates)):
        return None
    rate = RATE if reading.rates else _local_rate(found) or loop.rate
    if reading.applied and reading.rate == rate:
        return None  # so it is read already
    return replace(reading, gradients=reading.updated, applied=True, rate=rate)


def climbing(reading: Reading, found: Leaves) -> tuple[str, ...]:
    """Return the parameters that are moved along their gradient, and not against it.

    A gradient is what is judged as one; else what a function calls so, before the loop turns its sign.
    """
    named = reading.gradients
    if reading.applied:
        named = _named_gradients(reading, dict(sorted(found.items(), key=lambda one: one[0][0] == "update")))
    rates = _rates(reading, found, named) if len(named) == len(reading.structure.parameters) else []
    return tuple(one.name for one, rate in zip(reading.structure.parameters, rates, strict=False) if rate < 0)


def is_plain(reading: Reading, found: Leaves, loop: Loop) -> bool:
    """Whether every step is a known rate times what is called its gradient, taken away."""
    named = _named_gradients(reading, found)
    rates = _rates(reading, found, named) if len(named) == len(reading.structure.parameters) else []
    rate = RATE if reading.rates else _local_rate(found) or loop.rate
    return bool(rates) and all(abs(one - rate) <= _ALIKE * rate for one in rates)


def has_no_rate(reading: Reading, found: Leaves, bare: bool) -> bool:
    """Whether every step is what is called its gradient, without a rate; where the text is `bare` of one, ours is."""
    named = _named_gradients(reading, found)
    rates = _rates(reading, found, named) if len(named) == len(reading.structure.parameters) else []
    rate = RATE if bare else 1.0
    return bool(rates) and bare == bool(reading.rates) and all(abs(one - rate) <= _ALIKE * rate for one in rates)


def is_doubled(reading: Reading, once: Leaves, twice: Leaves) -> bool:
    """Whether every step is twice as long the second time, and what is called its gradient is one.

    Where later steps have nothing to go by, such as batches without samples, the names hold what these left.
    """
    point, steps = reading.point, []
    for one in reading.structure.parameters:
        first, second = once.get(("after", one.path)), twice.get(("after", one.path))
        if first is None or second is None or np.shape(first) != one.shape or np.shape(second) != one.shape:
            return False
        before = point.params[one.name]
        steps.append((before - first, before - second))
    named = _named_gradients(reading, once)
    stale = any(
        not np.any(once[named[one.name]]) and np.any(step)
        for one, (step, _) in zip(reading.structure.parameters, steps, strict=True) if one.name in named
    )  # fmt: skip
    if not all(np.all(np.isfinite(one)) for pair in steps for one in pair):
        return False
    alike = all(np.max(np.abs(2 * a - b)) <= _ALIKE * max(float(np.max(np.abs(b))), 1e-300) for a, b in steps)
    return alike and not stale


def _local_rate(found: Leaves) -> float | None:
    """Return the one rate that the functions of the pass have under a name of their own, such as a default."""
    values = {
        float(np.asarray(value).reshape(())) for (section, path), value in found.items()
        if section.startswith("locals ") and len(path) == 1 and is_rate(path) and np.size(value) == 1
        and np.asarray(value).dtype.kind == "f"
    }  # fmt: skip
    return values.pop() if len(values) == 1 and 0.0 not in values else None


def is_scheduled(reading: Reading, found: Leaves, given: float = RATE) -> bool:
    """Whether a rate is another after the pass than the one given, or another one is computed on the way.

    One of the same value may be the rate under another name; where it is not, later passes show it.
    """
    rates = [
        float(np.asarray(value).reshape(())) for (section, path), value in found.items()
        if section == "update" and np.size(value) == 1 and np.asarray(value).dtype.kind == "f"
        and _RATE.search(last_name(path))
    ]  # fmt: skip
    return bool(reading.rates) and any(rate != given for rate in rates)


def with_decay(reading: Reading, found: Leaves) -> Reading | None:
    """Return the reading in which what a decay takes belongs to the gradient, where the update has one."""
    if reading.applied or not reading.rates or _rates(reading, found, reading.gradients):
        return None
    if odd_update(reading, found, reading.point, decays=True) is not None:
        return None
    return replace(reading, gradients=reading.updated, applied=True, rate=RATE)


def _named_gradients(reading: Reading, found: Leaves) -> dict[str, Where]:
    """Return where what is called the gradient of each parameter stands.

    Of several, one of a sample and their sum, it is that of which the step is a multiple, or else the first; v["dW1"]
    is one only where there is no other.
    """
    named: dict[str, Where] = {}
    for one in reading.structure.parameters:
        every = [where for where, value in found.items() if _is_called_its_gradient(where, value, one)]
        every = [where for where in every if not is_state(where[1])] or every
        taken = (where for where in every if _rate(reading, found, one, where) is not None)
        if every:
            named[one.name] = next(taken, every[0])
    return named or _in_order(reading, found)


def _in_order(reading: Reading, found: Leaves) -> dict[str, Where]:
    """Return where gradients stand in a list or tuple that the backward pass gave, in the order of the parameters.

    Only where these stand in a list themselves, and all shapes are alike.
    """
    parameters, judged = reading.structure.parameters, reading.roles.backward
    numbers = [one.path[-1] for one in parameters]
    if judged is None or [*numbers] != [("item", place) for place in range(len(parameters))]:
        return {}
    section = f"locals {judged.name}"
    given = {path[1][1]: path for part, path in found if part == section and _is_returned(path)}
    if sorted(given) != [*range(len(parameters))]:
        return {}
    places = {one.name: (section, given[place]) for place, one in enumerate(parameters)}
    alike = all(np.shape(found[places[one.name]]) == one.shape for one in parameters)
    return places if alike else {}


def _is_returned(path: Path) -> bool:
    return len(path) == 2 and path[0] == ("key", RETURNED) and path[1][0] == "item"


def _is_called_its_gradient(where: Where, value: Array, one: Parameter) -> bool:
    section, path = where
    inside = section == "update" or section.startswith("locals ")
    if not inside or not path or not is_gradient(path) or np.shape(value) != one.shape:
        return False
    return plain(bare(name_of(path, None))) == plain(one.name)


def _rates(reading: Reading, found: Leaves, named: Mapping[str, Where]) -> list[float]:
    """Return by which multiple of its named gradient every parameter goes down, or nothing where it is no multiple."""
    rates = [_rate(reading, found, one, named[one.name]) for one in reading.structure.parameters]
    known = [rate for rate in rates if rate is not None]
    return known if len(known) == len(rates) else []


def _rate(reading: Reading, found: Leaves, one: Parameter, where: Where) -> float | None:
    """Return by which multiple of what stands there a parameter goes down; None where by none."""
    after, slope = found.get(("after", one.path)), np.asarray(found[where], dtype=float)
    if after is None or np.shape(after) != one.shape or not np.any(slope):
        return None
    step = reading.point.params[one.name] - after
    rate = float(np.vdot(step, slope) / np.vdot(slope, slope))
    if np.max(np.abs(step - rate * slope)) > _ALIKE * max(float(np.max(np.abs(step))), 1e-300):
        return None
    return rate


def _as_written(rate: float) -> float | None:
    """Return the short decimal that somebody wrote for this rate; None where it was computed, such as 0.1 / 1.001."""
    short = float(f"{rate:.7g}")
    return short if abs(short - rate) <= _WRITTEN * rate else None
