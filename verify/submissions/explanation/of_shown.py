"""The verdict on a training step that computes no loss for certain: by what it shows, and by what its output implies.

A number that is printed, kept in a list or called an error may be the loss, and may be there to be seen. It is taken
for the loss where it makes all gradients right, or some; where it makes none right, it only says what is not known.
"""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import Final, NamedTuple

import numpy as np

from verify.arrays import Array
from verify.evidence.records import PASSES, Evidence
from verify.reading.program.shown import is_absolute
from verify.reading.wiring.finding import Candidates
from verify.reading.wiring.losses import shown_kind
from verify.submissions.diagnosis.settling import multiple_beside, with_implied
from verify.submissions.execution.answers import Refused
from verify.submissions.execution.calling import Ask, Reading
from verify.submissions.execution.gradients import given_gradients
from verify.submissions.execution.measuring import central_slopes, in_floats
from verify.submissions.explanation.losses import words_of_shown
from verify.submissions.explanation.of_implied import sums_squares_in
from verify.submissions.explanation.of_training import Judge, of_training
from verify.submissions.explanation.verdicts import Context, could_not_judge, one_factor
from verify.submissions.trials.one_pass import shows_several
from verify.submissions.trials.shown import shown_at
from verify.submissions.trials.training_step import Trained

_AS_A_QUOTIENT: Final = 1e-4  # of what is left: slopes that are had by central differences are no better


class _Shown(NamedTuple):
    """The verdict against a number that is shown, and the reading that takes it for the loss."""

    found: Evidence
    reading: Reading
    watched: frozenset[str]  # names of errors that are absolute differences

    @property
    def words(self) -> str:
        """What is shown, in words."""
        assert self.reading.loss is not None
        return words_of_shown(self.reading) or f"the number {self.reading.loss[1][-1][1]}"

    @property
    def has_some(self) -> bool:
        """Whether some gradient is that of the number: it is what the others are to go down as well."""
        return self.found.verdict == "wrong" and any(row.verdict in PASSES for row in self.found.summary)

    @property
    def has_penalty(self) -> bool:
        """Whether the number itself has a penalty in it, as far as its text says."""
        shown = shown_at(self.reading.loss)
        return shown is not None and sums_squares_in(ast.parse(shown.text, mode="eval"))

    @property
    def apart(self) -> bool:
        """Whether gradients differ from those of the number by more than one factor.

        An absolute difference that is printed is a usual way to show how far off outputs are; so is one called error.
        """
        shown = shown_at(self.reading.loss)
        watched = shown is not None and shown.how == "print" and (is_absolute(shown.text) or shown.text in self.watched)
        return self.found.verdict == "wrong" and "a constant factor" not in self.found.sentence and not watched


def of_no_loss(judge: Judge, ask: Ask, context: Context, candidates: Candidates, trained: Trained) -> Evidence | None:
    """Return the verdict on a training step that computes no loss for certain, or None where nothing can be said.

    Its output layer implies one, where some gradient is that of it; a number that is shown is taken for its loss only
    where it makes all of them right, or some where none is implied that does.
    """
    if not trained.reading.gradients:
        return None
    found, right = _of_implied(judge, ask, context, candidates, trained)
    every = [_of_one(judge, ask, context, candidates, one) for one in _weak(trained)]
    confirmed = next((one.found for one in every if one.found.verdict == "correct"), None)
    if confirmed is not None:
        return confirmed
    some = next((one for one in every if one.has_some), None)
    several = some is not None and shows_several(trained.found)
    if some is not None and not several and (found is None or (found.verdict == "could not judge" and right < 1.0)):
        name = None if some.has_penalty else _with_more(ask, some.reading, context.seed)
        if name is None:
            return some.found
        why = (
            f"the gradient of {name} is that of {some.words} and a multiple of {name} besides, as a penalty gives; "
            "nothing says whether one is meant"
        )
        return could_not_judge(context, candidates, why, some.reading)
    if every and found is None:
        why = f"what it goes down is of no known kind; it is not {every[0].words}, which may only be shown"
        return could_not_judge(context, candidates, why, every[0].reading)
    against = contradicted(context, candidates, found, every)
    return found if against is None else against


def contradicted(
    context: Context, candidates: Candidates, found: Evidence | None, every: list[_Shown]
) -> Evidence | None:
    """Return that it is not known what is meant where the implied loss is right, and what is shown is another."""
    if found is None or found.verdict != "correct" or not every or not all(one.apart for one in every):
        return None
    why = (
        f"its gradients are those of the loss which its output layer implies, and not of {every[0].words}: that "
        "differs by more than a constant factor, and nothing says which of them is meant"
    )
    return could_not_judge(context, candidates, why, every[0].reading)


def by_shown(
    judge: Judge, ask: Ask, context: Context, candidates: Candidates, trained: Trained, called: Evidence
) -> Evidence | None:
    """Return what the numbers that training shows change in a verdict by an implied loss; None where nothing."""
    every = [_of_one(judge, ask, context, candidates, one) for one in _weak(trained)]
    confirmed = next((one.found for one in every if one.found.verdict == "correct"), None)
    if confirmed is not None:
        return None if called.verdict == "correct" else confirmed
    return contradicted(context, candidates, called, every)


def _of_implied(
    judge: Judge, ask: Ask, context: Context, candidates: Candidates, trained: Trained
) -> tuple[Evidence | None, float]:
    """Return the verdict by the loss that the output layer implies, and which part of the gradients is that of it."""
    reading = trained.reading
    if reading.net is None:
        return None, 0.0
    bare = replace(reading, loss=None, forward_steps=reading.backward_steps)
    kind = shown_kind(candidates.program)
    bare, right = with_implied(bare, given_gradients(bare, trained.found, bare.point.params), kind)
    if not right:
        return None, right
    found = of_training(judge, ask, context, candidates, replace(trained, reading=bare, weak=False))
    if found.verdict == "wrong" and right == 1.0:
        why = "in floats its gradients are right, in more digits they are not: something on the way is rounded"
        return could_not_judge(context, candidates, why, bare), right
    if found.verdict == "wrong" and one_factor(found):
        why = "every update is the same multiple of that of the loss that its output layer implies"
        return could_not_judge(context, candidates, why, bare), right
    return found, right


def _weak(trained: Trained) -> list[Trained]:
    """Return the step once for each number that may be its loss: the one that is called an error, and what is shown."""
    if not trained.weak:
        return []
    places = dict.fromkeys((trained.reading.loss, *trained.shown))
    one = replace(trained, reading=replace(trained.reading, net=None, yhat=None), weak=False)
    return [replace(one, reading=replace(one.reading, loss=place)) for place in places if place is not None]


def _of_one(judge: Judge, ask: Ask, context: Context, candidates: Candidates, one: Trained) -> _Shown:
    return _Shown(of_training(judge, ask, context, candidates, one), one.reading, one.loop.watched)


def _with_more(ask: Ask, reading: Reading, seed: int) -> str | None:
    """Return a parameter whose gradient is that of what is shown and a multiple of the parameter besides."""
    given: dict[str, list[Array]] = {}
    expected: dict[str, list[Array]] = {}
    params: dict[str, list[Array]] = {}
    for point in (reading.point, *reading.points(seed)[:2]):  # of one entry, a single point shows no multiple
        try:
            here, known = in_floats(ask, reading, point)[0].given, central_slopes(ask, reading, point)
        except Refused:
            return None
        for one in reading.structure.parameters:
            if known is not None and one.name in here:
                value = point.params[one.name]
                given.setdefault(one.name, []).append(np.ravel(here[one.name]))
                expected.setdefault(one.name, []).append(
                    np.ravel(np.broadcast_to(known.gradient[one.name], value.shape))
                )
                params.setdefault(one.name, []).append(np.ravel(value))
    joined = [{name: np.concatenate(parts) for name, parts in every.items()} for every in (given, expected, params)]
    return multiple_beside(reading, *joined, tolerance=_AS_A_QUOTIENT, added=True)
