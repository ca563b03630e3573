"""What is true of a generated submission, without verify: its own loss, moved by central differences."""

from __future__ import annotations

import itertools
from typing import Any, Final

import numpy as np

from tests.mutants.spec import Spec
from tests.mutants.styles import Submission

SAMPLES: Final = 7
STEP: Final = 1e-5
# What central differences are off by is near 1e-9; every planted mistake moves an entry by more than 1e-5.
EQUAL, UNEQUAL = 1e-7, 1e-5


class Unclear(Exception):
    """The point shows neither that the gradient is right nor that it is wrong: the test is to be repaired."""


def is_right(submission: Submission) -> bool:
    """Whether the submission's gradient is that of its loss in every entry."""
    return all(_same(given, true) for given, true in _gradients(submission))


def _gradients(submission: Submission) -> list[tuple[Any, Any]]:
    Ws, bs, X, Y = _point(submission.spec)
    _, *given = submission.measure([W.copy() for W in Ws], [b.copy() for b in bs], X.copy(), Y.copy())

    def slope(array: Any, index: tuple[int, ...]) -> float:
        held, values = array[index], []
        for moved in (held + STEP, held - STEP):
            array[index] = moved
            values.append(float(submission.measure(Ws, bs, X, Y)[0]))
        array[index] = held
        return (values[0] - values[1]) / (2 * STEP)

    true = [[_every(array, slope) for array in arrays] for arrays in (Ws, bs)]
    return list(zip(itertools.chain(*given), itertools.chain(*true), strict=True))


def _every(array: Any, slope: Any) -> Any:
    return np.array([slope(array, index) for index in np.ndindex(array.shape)]).reshape(array.shape)


def _same(given: Any, true: Any) -> bool:
    if np.shape(given) != np.shape(true):
        return False
    error = float(np.max(np.abs(given - true)))
    if not error < EQUAL and not error > UNEQUAL:
        raise Unclear(f"the largest error is {error:.1e}")
    return error < EQUAL


def _point(spec: Spec) -> tuple[list[Any], list[Any], Any, Any]:
    draw = np.random.default_rng(8)
    Ws = [draw.normal(0, 0.8, pair) for pair in itertools.pairwise(spec.sizes)]
    bs = [draw.normal(0, 0.4, (1, size)) for size in spec.sizes[1:]]
    X, classes = draw.normal(size=(SAMPLES, spec.sizes[0])), draw.permutation(SAMPLES) % spec.sizes[-1]
    return Ws, bs, X, np.eye(spec.sizes[-1])[classes]
