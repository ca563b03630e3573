"""What a submission gave, handed to the comparer: as exact numbers, and in floats within bounds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np

from verify.evidence.records import Comparison
from verify.judgement.comparison import compare
from verify.judgement.messages import Subject
from verify.nets.observation import Observation
from verify.oracles.derivative import Derivative
from verify.submissions.diagnosis.bounds import with_roundoff
from verify.submissions.execution.calling import Reading
from verify.submissions.execution.shapes import in_shape

WHO: Final = "the backward pass"


def exactly(reading: Reading, points: Sequence[Observation], truths: Sequence[Mapping[str, Any]]) -> list[Comparison]:
    """Return one comparison a parameter: identical at every exact point, or different."""
    known = [_as_derivative(reading, at, truth) for at, truth in zip(points, truths, strict=True)]
    return _compared(reading, "exact", known, points)


def within_bounds(
    reading: Reading, oracle: str, at: Observation, known: Derivative, *, epsilon: bool
) -> list[Comparison]:
    """Return one comparison a parameter: within bound and round-off, and what an eps in the loss moves."""
    wide = with_roundoff(known, single_precision=reading.single_precision, epsilon=epsilon)
    return _compared(reading, oracle, [wide], [at])


def _as_derivative(reading: Reading, at: Observation, truth: Mapping[str, Any]) -> Derivative:
    shapes = {one.name: one.shape for one in reading.structure.parameters}
    return Derivative(
        kind="exact",
        gradient={name: np.broadcast_to(truth[name].value, shape) for name, shape in shapes.items()},
        note="exact numbers, every entry",
        world=at.X.world,
        near={name: np.broadcast_to(truth[name].shadow, shape) for name, shape in shapes.items()},
    )


def _compared(
    reading: Reading, oracle: str, known: Sequence[Derivative], points: Sequence[Observation]
) -> list[Comparison]:
    subject = Subject(WHO, {"m": reading.batch, "n_y": reading.structure.sizes[-1]})
    results = [(derivative, in_shape(reading, at.given)) for derivative, at in zip(known, points, strict=True)]
    return compare(oracle, results, subject, [one.name for one in reading.structure.parameters])
