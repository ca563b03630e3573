"""What a submission gave, handed to the comparer: as exact numbers, and in floats within bounds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

import numpy as np

from verify.evidence.records import Against, Comparison
from verify.judgement.comparison import all_zero, compare
from verify.judgement.messages import Subject
from verify.nets.observation import Observation
from verify.oracles.derivative import Derivative
from verify.submissions.diagnosis.bounds import with_roundoff
from verify.submissions.execution.calling import Reading
from verify.submissions.execution.shapes import in_shape

WHO: Final = "the backward pass"


def exactly(
    reading: Reading, points: Sequence[Observation], found: Sequence[Derivative], against: Against = ""
) -> list[Comparison]:
    """Return one comparison a parameter: identical at every exact point, or different."""
    known = [replace(one, against=against) for one in found]
    return _compared(reading, "exact", known, points)


def within_bounds(
    reading: Reading, oracle: str, at: Observation, known: Derivative, *, moved: float = 0.0
) -> list[Comparison]:
    """Return one comparison a parameter: within bound and round-off, and what an eps in the loss may have moved."""
    wide = with_roundoff(known, single_precision=reading.single_precision, moved=moved)
    return _compared(reading, oracle, [wide], [at])


def within(reading: Reading, oracle: str, at: Observation, known: Derivative) -> list[Comparison]:
    """Return one comparison a parameter: within the bound, and nothing besides."""
    return _compared(reading, oracle, [known], [at])


def in_fifty_digits(
    reading: Reading, results: Sequence[tuple[Derivative, Mapping[str, Any]]], names: Sequence[str]
) -> list[Comparison]:
    """Return one comparison a parameter: balls that overlap at every point, or balls that do not at one.

    A derivative that is 0 at random points is 0 everywhere, and a gradient that is 0 there is right; only where all are
    0, nothing is shown.
    """
    nothing = all(all_zero(known, name) for known, _ in results for name in names)
    held = [(known, in_shape(reading, given)) for known, given in results]
    return compare("balls", held, _subject(reading), names, dict.fromkeys(names, nothing))


def as_derivative(reading: Reading, at: Observation, truth: Mapping[str, Any]) -> Derivative:
    """Return the textbook's gradient in exact numbers, in the shapes of the parameters."""
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
    results = [(derivative, in_shape(reading, at.given)) for derivative, at in zip(known, points, strict=True)]
    return compare(oracle, results, _subject(reading), [one.name for one in reading.structure.parameters])


def _subject(reading: Reading) -> Subject:
    return Subject(WHO, {"m": reading.batch, "n_y": reading.structure.sizes[-1]})
