"""Naming the mistake: which one of the catalogue gives exactly these numbers, at fresh random points."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from verify.evidence.records import Diagnosis
from verify.exact.numbers import ExactArray, NotExpressible
from verify.judgement.comparison import mismatches
from verify.lab.comparing import handwritten
from verify.lab.handwritten import Network
from verify.lab.planting import MISTAKES, WrongStep, line_of, network_with
from verify.nets.cases import make_case
from verify.oracles.base import Known, textbook_loss
from verify.oracles.exact import exact

# Sizes that are all different, so that no transposition or wrong axis hides.
_FRESH: Final = (((4, 5, 3), 4, 11), ((3, 4, 2), 5, 12))


def diagnose(network: Network) -> tuple[Diagnosis, ...]:
    """Return every mistake of the catalogue that reproduces the network's gradient exactly; often one, or none.

    None too where the network does what exact numbers can't express, or stops with an error.
    """
    cases = [make_case(sizes, m, "soft", seed=seed) for sizes, m, seed in _FRESH]
    try:
        with np.errstate(all="ignore"):
            points = [exact(network, case, textbook_loss)[0] for case in cases]
            got = [handwritten(network, point) for point in points]
            matching = [mistake for mistake in MISTAKES if _reproduces(mistake, points, got)]
    except (NotExpressible, ArithmeticError, ValueError, TypeError, KeyError, IndexError):
        return ()
    return tuple(_diagnosis(mistake) for mistake in matching)


def _reproduces(mistake: WrongStep, points: list[Known], got: list[Any]) -> bool:
    module = network_with(mistake).module
    for point, gradients in zip(points, got, strict=True):
        theirs = handwritten(module, point)
        for name in point.gradient:
            ours, other = gradients.get(name), theirs[name]
            if getattr(ours, "shape", None) != other.shape:
                return False
            if not (isinstance(ours, ExactArray) and np.array_equal(ours.value, other.value)):
                return False
    return any(bool(np.any(mismatches(points[0], name, got[0][name]))) for name in mistake.parameters)


def _diagnosis(mistake: WrongStep) -> Diagnosis:
    line, right = line_of(mistake.step)
    wrong = f"{mistake.step} = {mistake.wrong}"
    return Diagnosis(mistake.name, mistake.step, mistake.parameters, mistake.sentence, line, wrong, right)
