"""What an optimiser with a state makes of the gradients, seen over the first passes of a training."""

from __future__ import annotations

import ast
from typing import Final

import numpy as np

from verify.arrays import Array
from verify.reading.program.program import Program
from verify.reading.wiring.points import Point
from verify.submissions.diagnosis.updating import passed
from verify.submissions.execution.answers import Leaves, Refused
from verify.submissions.execution.calling import Ask
from verify.submissions.trials.trained import Trained
from verify.submissions.truth.optimisers import Rule, rule_of

_PASSES: Final = 4


def optimiser_of(ask: Ask, trained: Trained, start: Point, program: Program) -> Rule | None:
    """Return the known rule by which training makes steps of its named gradients, or None."""
    reading = trained.reading
    if reading.applied or len(reading.gradients) < len(reading.structure.parameters):
        return None
    gradients: list[Array] = []
    steps: list[Array] = []
    before = [np.ravel(start.params[one.name]) for one in reading.structure.parameters]
    numbers = set(_written(program))
    try:
        for count in range(1, _PASSES + 1):
            found = passed(ask, reading, start, count)
            after = [np.ravel(found["after", one.path]) for one in reading.structure.parameters]
            slopes = [np.ravel(found[reading.gradients[one.name]]) for one in reading.structure.parameters]
            gradients.append(np.concatenate(slopes).astype(float))
            steps.append(np.concatenate(before) - np.concatenate(after))
            numbers |= _held(found)
            before = after
    except (Refused, KeyError):
        return None
    if any(one.shape != steps[0].shape for one in (*gradients, *steps)):
        return None
    return rule_of(gradients, steps, numbers)


def _written(program: Program) -> set[float]:
    """Return the numbers with a point that stand in the text."""
    return {node.value for _, node in program.nodes(ast.Constant) if isinstance(node.value, float)}


def _held(found: Leaves) -> set[float]:
    """Return the numbers that a pass holds under names."""
    return {
        float(np.asarray(value).reshape(())) for value in found.values()
        if np.size(value) == 1 and np.asarray(value).dtype.kind == "f"
    }  # fmt: skip
