"""The verdict on the backward pass of a file, by its functions and by the training that calls them, or as it stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import NamedTuple

from verify.evidence.records import Evidence
from verify.reading.parsing.document import Place
from verify.reading.wiring.finding import Candidates, as_main_program
from verify.reading.wiring.losses import shown_kind
from verify.sandbox.session import Failed, Sandbox
from verify.submissions.diagnosis.settling import settled
from verify.submissions.execution.answers import Leaves, Refused
from verify.submissions.execution.calling import Ask, Reading, asking
from verify.submissions.execution.measuring import in_floats
from verify.submissions.execution.messages import Broken
from verify.submissions.explanation.losses import is_lifted
from verify.submissions.explanation.of_implied import without_a_loss
from verify.submissions.explanation.of_others import MAY_BE_THE_RATE, MAY_MAKE_UP, never_called
from verify.submissions.explanation.of_shown import by_shown, of_no_loss
from verify.submissions.explanation.of_training import (
    Judge,
    has_one_rate,
    is_undecided,
    of_training,
    only_tried,
    stated_in,
    with_update,
)
from verify.submissions.explanation.reasons import Attempt, failure, reason, stops_deeper, told_first, why_no_loss
from verify.submissions.explanation.scope import with_training
from verify.submissions.explanation.verdicts import (
    Context,
    at_every_depth,
    could_not_judge,
    goes_against,
    one_factor,
    places_of_stand_ins,
)
from verify.submissions.judging.one_reading import load, verdict_on
from verify.submissions.trials.depth import Stopped, other_depths
from verify.submissions.trials.one_step import has_no_rate, is_plain
from verify.submissions.trials.search import Trials
from verify.submissions.trials.trained import Trainings
from verify.submissions.trials.training_step import Trained


class Judged(NamedTuple):
    """A verdict; whether shapes were only tried for it, what was judged, and whether the training itself was.

    `ended` says that time or memory were used up.
    """

    evidence: Evidence
    tried: bool = False
    reading: Reading | None = None
    trained: bool = False
    ended: bool = False


def read_and_judged(apart: Sandbox, context: Context, candidates: Candidates, convention: Mapping[str, str]) -> Judged:
    """Return the verdict by the functions and by the training step that calls them, and whether shapes are only tried.

    The training states how the functions are called, and says besides what is done with the gradients: where both can
    be judged, it decides. Where it can't be run, the functions are called as their names say.
    """
    exploring = apart.worker()
    ask = asking(exploring)
    failed, stand_ins = load(ask, candidates.statements, candidates.cuts)
    context = replace(context, stood_in=places_of_stand_ins(candidates, stand_ins))
    outputs = int(convention["outputs"]) if "outputs" in convention else candidates.outputs
    trainings = Trainings(ask, candidates)
    trained = trainings.find(convention, outputs)
    if trained is not None and trained.outputs and "outputs" not in convention:
        outputs = trained.outputs
        candidates = candidates.with_width(outputs)
    trials = Trials(ask, candidates)
    try:
        reading = trials.find(convention, outputs)
    except Failed as ended:
        raise told_first(trials.refusals, ended) from None
    why, help_ = _why_not(ask, trials, candidates, failed, reading)
    stated = stated_in(trained)
    judge = partial(verdict_on, apart, ask, context, candidates)
    try:
        if why and stated is None:
            found = None if trained is None else of_no_loss(judge, ask, context, candidates, trained)
            tried = trained is not None and trained.tried
            if found is None:
                nothing = reading is None or not reading.gradients
                if nothing and trained is not None and trained.reading.gradients:
                    why, help_ = without_a_loss(candidates, trained.loop), ""
                found = could_not_judge(context, candidates, trainings.apart or why, reading, help_)
            return Judged(found, tried, None if trained is None else trained.reading, True)
        if stated is not None and (why or reading is None or reading.loss is None):
            found = of_training(judge, ask, context, candidates, stated)
            by_it = Judged(found, stated.tried, stated.reading, True)
            return _unless_the_rate(context, candidates, trained, by_it)
        assert reading is not None
        if stated is None and trainings.apart and reading.roles.backward is None:
            return Judged(could_not_judge(context, candidates, trainings.apart, reading))
        reading = settled(ask, reading, shown_kind(candidates.program))
        called = _called(apart, ask, context, candidates, trials, reading)
        both = _by_both(judge, ask, context, candidates, called=called, reading=reading, trained=trained)
        return _unless_the_rate(context, candidates, trained, both)
    finally:
        exploring.close()


def _by_both(
    judge: Judge, ask: Ask, context: Context, candidates: Candidates, *, called: Evidence, reading: Reading,
    trained: Trained | None,
) -> Judged:  # fmt: skip
    """Return the verdict by the functions, and by the training that calls them where it says what it goes down."""
    stated = stated_in(trained)
    if stated is None:
        if called.verdict == "wrong" and reading.applied and (one_factor(called) or not has_one_rate(reading)):
            why = "what it does to its parameters may be right, but its rate is not known for certain"
            return Judged(could_not_judge(context, candidates, why, reading))
        if trained is not None and reading.loss is None and _calls(candidates, trained, reading):
            shown = by_shown(judge, ask, context, candidates, trained, called)
            called = called if shown is None else shown
        called = _as_trained(ask, context, candidates, reading, trained, called)
        return Judged(called, only_tried(reading), reading)
    by_training = of_training(judge, ask, context, candidates, stated)
    if called.verdict == "wrong" and (reading.applied or is_undecided(called, by_training)):
        return Judged(by_training, stated.tried, stated.reading, True)
    if by_training.verdict in ("could not judge", called.verdict):
        called = with_update(ask, context, candidates, stated, called, called=not reading.applied)
        seen = by_training.verdict == called.verdict
        called = with_training(called, by_training, stated.loop.place)
        return Judged(called, only_tried(reading), reading, seen)
    return Judged(by_training, stated.tried, stated.reading, True)


def _unless_the_rate(context: Context, candidates: Candidates, trained: Trained | None, judged: Judged) -> Judged:
    """Return the verdict; none where all gradients are one multiple of the right ones and no update has a rate."""
    found, rate = judged.evidence, candidates.program.literal_rate
    bare = rate is not None and rate.bare
    if found.verdict != "wrong" or not one_factor(found) or goes_against(found):
        return judged
    if trained is not None and not has_no_rate(trained.reading, trained.found, bare):
        return judged
    if (trained is None and not bare) or any(one.name != "not in the catalogue" for one in found.diagnoses):
        return judged
    return judged._replace(evidence=could_not_judge(context, candidates, MAY_BE_THE_RATE, judged.reading))


def _calls(candidates: Candidates, trained: Trained, reading: Reading) -> bool:
    """Whether training calls what is judged, or is what is judged: the body of its loop."""
    judged, loop = reading.roles.backward or reading.roles.update, trained.loop
    if is_lifted(judged, candidates):
        return loop.holds(judged.place)
    return judged is not None and judged.name in candidates.reached_from(loop)


def _called(
    apart: Sandbox, ask: Ask, context: Context, candidates: Candidates, trials: Trials, reading: Reading
) -> Evidence:
    """Return the verdict on the functions, called as their names say; what is right also in nets of other depths."""
    found = verdict_on(apart, ask, context, candidates, reading)
    if found.verdict != "correct":
        return found
    deeper = list(other_depths(trials, reading))
    every = [one for one in deeper if isinstance(one, Reading)]
    found = at_every_depth(found, [verdict_on(apart, ask, context, candidates, one) for one in every])
    stopped = next((one for one in deeper if isinstance(one, Stopped)), None)
    if stopped is not None and found.verdict == "correct":
        return could_not_judge(context, candidates, stops_deeper(stopped, reading), reading)
    return found


def _why_not(
    ask: Ask, trials: Trials, candidates: Candidates, failed: Sequence[Broken], reading: Reading | None
) -> tuple[str, str]:
    """Return why the functions can't be judged as their names say, and what helps; nothing where they can."""
    if reading is None or not reading.gradients:
        if not candidates.roles:
            return candidates.why_none(), ""
        return reason(_attempt(ask, trials, candidates, failed, reading))
    if reading.loss is None and candidates.declared is not None:
        return why_no_loss(trials.complaints, candidates.declared), ""
    return "", ""


def as_it_stands(
    apart: Sandbox, context: Context, candidates: Candidates, convention: Mapping[str, str]
) -> Judged | None:
    """Return what is said of the training that the file itself reaches, run as it stands; None where there is none.

    What it loads and is not there is left out, and data of ours stand in its place.
    """
    if not candidates.loops:
        return None
    program, name = as_main_program(candidates)
    worker = apart.worker()
    ask = asking(worker)
    try:
        load(ask, program.statements, program.cuts)
        trainings = Trainings(ask, program)
        trained = trainings.of_program(convention, name)
        if trained is None or not trained.reading.gradients:
            return None
        judge = partial(verdict_on, apart, ask, context, program)
        judged = of_no_loss if stated_in(trained) is None else of_training
        found = judged(judge, ask, context, program, trained)
        if found is None:
            found = could_not_judge(
                context, program, trainings.apart or without_a_loss(program, trained.loop), trained.reading
            )
        by_it = Judged(found, reading=trained.reading, trained=True)
        return _unless_the_rate(context, candidates, trained, by_it)
    except Failed as failed:
        return _ended(context, candidates, failed)
    finally:
        worker.close()


def _ended(context: Context, candidates: Candidates, failed: Failed) -> Judged | None:
    """Return that the program as it stands used up its time or memory; of what ended otherwise nothing is known."""
    if failed.kind not in ("time", "memory"):
        return None  # what is said without it stands
    stopped = failure(failed.kind, failed.reason)
    why = f"run as it stands, with its own data and sizes, it came to no end: {stopped.why}"
    return Judged(could_not_judge(context, candidates, why, None, stopped.help), ended=True)


def _as_trained(
    ask: Ask, context: Context, candidates: Candidates, reading: Reading, trained: Trained | None, found: Evidence
) -> Evidence:
    """Return the verdict by the functions, unless training is known not to use what was judged."""
    judged = reading.roles.backward
    if found.verdict == "wrong" and one_factor(found) and candidates.loops and not reading.applied:
        if trained is None or not is_plain(trained.reading, trained.found, trained.loop):
            return could_not_judge(context, candidates, MAY_MAKE_UP, reading)
    if found.verdict == "could not judge" or trained is None or judged is None:
        return found
    if judged.name in candidates.reached_from(trained.loop):
        return with_update(ask, context, candidates, trained, found, called=not reading.applied)
    return could_not_judge(context, candidates, never_called(judged, trained, found), reading)


def _attempt(
    ask: Ask, trials: Trials, candidates: Candidates, failed: Sequence[Broken], reading: Reading | None
) -> Attempt:
    """Return what came of the trials to call a submission's functions."""
    statements = [candidates.statements[one.index] for one in failed]
    broken = [
        f"{one.error} ({Place(where.cell, where.line)})" if where.module is None else one.error
        for one, where in zip(failed, statements, strict=True)
    ]
    stopped = next(iter(trials.stopped.values()), None)
    roles = dict.fromkeys(([reading.roles] if reading is not None else []) + [*candidates.roles])
    ran = reading is not None and (reading.batch > 1 or stopped is None)
    found: Leaves = {}
    if reading is not None and ran:
        with suppress(Refused):
            _, found = in_floats(ask, reading, reading.point)
    return Attempt([*roles], candidates.functions, trials.complaints, stopped, broken, ran, found)
