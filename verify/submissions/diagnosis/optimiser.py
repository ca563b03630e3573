"""What an optimiser with a state makes of the gradients, seen over the first passes of a training."""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import Final

import numpy as np

from verify.arrays import Array
from verify.judgement.optimisers import Rule, rule_of
from verify.reading.program.program import Program
from verify.reading.wiring.points import Point
from verify.submissions.diagnosis.later import SHORT, with_one_sample
from verify.submissions.diagnosis.updating import of_one_sample, passed
from verify.submissions.execution.answers import Leaves, Refused
from verify.submissions.execution.calling import Ask
from verify.submissions.trials.training_step import Trained

_PASSES: Final = 6


def optimiser_of(ask: Ask, trained: Trained, start: Point, program: Program) -> Rule | None:
    """Return the known rule by which training makes steps of its gradients in its first passes, or None.

    Gradients are those that have names. Where none has, they are what a first pass takes from the same parameters: its
    state is 0 yet.
    """
    reading = trained.reading
    if not reading.applied and len(reading.gradients) < len(reading.structure.parameters):
        return None
    gradients: list[list[Array]] = []
    steps: list[list[Array]] = []
    before, numbers = start.params, set(_written(program))
    try:
        same = {"rate": np.array(SHORT)} if reading.rates else {}
        if reading.applied:
            reading, alike = with_one_sample(ask, reading)
            start, same = of_one_sample(start), {**alike, **same}
        for count in range(1, _PASSES + 1):
            found = passed(ask, reading, start, count, same)
            after = {name: found[where] for name, where in reading.updated.items()}
            if reading.applied:
                anew = passed(ask, reading, replace(start, params=before), 1, same)
                slopes = {name: before[name] - anew[where] for name, where in reading.updated.items()}
            else:
                slopes = {name: found[where] for name, where in reading.gradients.items()}
            gradients.append([np.ravel(slopes[name]).astype(float) for name in before])
            steps.append([np.ravel(before[name] - after[name]) for name in before])
            numbers |= _held(found)
            before = after
    except (Refused, KeyError):
        return None
    fit = all(map(_have_one_shape, gradients, steps))
    return rule_of(gradients, steps, numbers) if fit else None


def _have_one_shape(first: list[Array], second: list[Array]) -> bool:
    return all(one.shape == other.shape for one, other in zip(first, second, strict=True))


def _written(program: Program) -> set[float]:
    """Return the numbers with a point that stand in the text."""
    return {node.value for _, node in program.nodes(ast.Constant) if isinstance(node.value, float)}


def _held(found: Leaves) -> set[float]:
    """Return the numbers that a pass holds under names."""
    return {
        float(np.asarray(value).reshape(())) for value in found.values()
        if np.size(value) == 1 and np.asarray(value).dtype.kind == "f"
    }  # fmt: skip
