"""Of a file that declares no loss: which of the losses that its output layer implies its gradients belong to.

How the file is run is settled before, and stays. Only where it declares no loss is there a choice, from a short fixed
list, and the verdict says which one was taken.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

import numpy as np

from verify.arrays import Array
from verify.nets.observation import Observation
from verify.nets.structure import Parameter
from verify.submissions.execution.answers import Refused
from verify.submissions.execution.calling import Ask, Reading
from verify.submissions.execution.gradients import truth
from verify.submissions.execution.measuring import in_floats
from verify.submissions.trials.recognition import implied

# Without and with the 1/m, and halves of squares.
_SIMPLE: Final = ("mean over the samples", "sum over the samples")
_SQUARED: Final = (*_SIMPLE, "half of the sum", "half of the mean over the samples", "mean over all entries")
_RIGHT: Final = 1e-6
_RIGHT_IN_FLOAT32: Final = 1e-3
_ENOUGH: Final = 3  # entries that are one multiple of others by no chance


def settled(ask: Ask, reading: Reading, shown: str | None) -> Reading:
    """Return the reading with the implied loss that most of its gradients belong to; any other reading as it is.

    Where the file shows a loss of one kind that could not be evaluated, it is one of that kind.
    """
    if reading.net is None or reading.objective is None or not reading.objective.implied:
        return reading
    try:
        return with_implied(reading, in_floats(ask, reading, reading.point)[0].given, shown)[0]
    except Refused:
        return reading


def with_implied(reading: Reading, given: Mapping[str, Array], shown: str | None) -> tuple[Reading, float]:
    """Return the reading with the implied loss that most of these gradients belong to, and which part of them does."""
    assert reading.net is not None
    K, m = reading.structure.sizes[-1], reading.batch
    objectives = [] if reading.objective is None else [reading.objective]
    objectives += [implied(reading.net, m, kind, K) for kind in _SIMPLE]
    objectives += [implied(reading.net, m, kind, K, "squared-error") for kind in _SQUARED]
    of_kind = [
        one for one in objectives if shown is None or (one.loss == "squared-error") == (shown == "squared-error")
    ]
    options = [replace(reading, objective=one) for one in dict.fromkeys(of_kind)]
    scored = [(_part_right(one, given), one) for one in options]
    right, best = max(scored, key=lambda pair: pair[0])
    return best, right


def _part_right(reading: Reading, given: Mapping[str, Array]) -> float:
    """Return which part of the parameters has the true gradient, in floats."""
    point = reading.point
    with np.errstate(all="ignore"):
        expected = truth(reading, point.params, point.X, point.Y)
    tolerance = _RIGHT_IN_FLOAT32 if reading.single_precision else _RIGHT
    right = [
        one for one in reading.structure.parameters if _close(given.get(one.name), expected[one.name], one, tolerance)
    ]
    return len(right) / len(reading.structure.parameters)


def _close(value: Array | None, expected: Array, one: Parameter, tolerance: float) -> bool:
    if value is None or np.size(value) != np.size(expected):
        return False
    scale = float(np.max(np.abs(expected))) or 1.0
    return bool(np.all(np.abs(np.reshape(value, one.shape) - expected) <= tolerance * scale))


def as_a_penalty(reading: Reading, at: Observation) -> str | None:
    """Return a parameter whose gradient has a multiple of it, or of its signs, beyond that of the known loss.

    A penalty gives that.
    """
    if reading.net is None or reading.objective is None:
        return None
    with np.errstate(all="ignore"):
        expected = truth(reading, at.params, at.X, at.Y)
    return multiple_beside(reading, at.given, expected, at.params)


def multiple_beside(
    reading: Reading, gradients: Mapping[str, Array], expected: Mapping[str, Array], params: Mapping[str, Array],
    *, tolerance: float = _RIGHT, added: bool = False,
) -> str | None:  # fmt: skip
    """Return a parameter whose gradient has a multiple of it, or of its signs, beyond what is expected.

    Entries that are not known do not count; where something is to be `added`, none that is taken away does.
    """
    for one in reading.structure.parameters:
        given, value = gradients.get(one.name), np.asarray(params.get(one.name, ()), dtype=float)
        if given is None or np.size(given) != value.size or one.kind == "b" or value.size < _ENOUGH:
            continue
        rest = np.ravel(np.asarray(given, dtype=float)) - np.ravel(np.broadcast_to(expected[one.name], value.shape))
        known = np.isfinite(rest)
        rest, values = rest[known], np.ravel(value)[known]
        for other in (values, np.sign(values)) if rest.size >= _ENOUGH else ():
            part = float(rest @ other / (other @ other))
            if (part > 0 if added else part) and np.max(np.abs(rest - part * other)) <= tolerance * float(
                np.max(np.abs(rest))
            ):
                return one.name
    return None
