"""`check_submission`: a file goes in, the Evidence about its gradients comes out; its code runs in the cage."""

from __future__ import annotations

import secrets
import shlex
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import cache, partial
from pathlib import Path
from typing import Final, NamedTuple

from verify.evidence.records import Evidence
from verify.faults import judged_or_fault
from verify.reading.parsing.document import Place
from verify.reading.parsing.reading import read
from verify.reading.program.program import Program
from verify.reading.program.training import NAME as TOP_LEVEL
from verify.reading.wiring.finding import Candidates, as_main_program, find_candidates
from verify.reading.wiring.losses import shown_kind
from verify.reading.wiring.others import other_passes, other_trainings, superseded
from verify.reading.wiring.plan_records import TrainingMaker
from verify.sandbox.cage import Limits, require
from verify.sandbox.session import Failed, Sandbox
from verify.submissions.diagnosis.settling import settled
from verify.submissions.execution.answers import Leaves, Refused
from verify.submissions.execution.calling import DRIVER, Ask, Reading, asking
from verify.submissions.execution.measuring import in_floats
from verify.submissions.execution.messages import Broken
from verify.submissions.explanation.losses import is_lifted, words_of_shown
from verify.submissions.explanation.of_implied import without_a_loss
from verify.submissions.explanation.of_others import (
    MAY_MAKE_UP,
    RIGHT_AS_IT_STANDS,
    beside,
    beside_passes,
    left_beside,
    never_called,
    not_judged_beside,
    only_as_it_stands,
    passes_otherwise,
)
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
from verify.submissions.explanation.reasons import (
    WHICH,
    WHICH_OUTPUTS,
    Attempt,
    async_function,
    failure,
    reason,
    stops_deeper,
    told_first,
    unwritten_function,
    why_no_loss,
)
from verify.submissions.explanation.of_updates import is_right_but
from verify.submissions.explanation.scope import with_training
from verify.submissions.explanation.verdicts import (
    Context,
    at_every_depth,
    could_not_judge,
    one_factor,
    places_of_stand_ins,
)
from verify.submissions.judging.one_reading import load, verdict_on
from verify.submissions.trials.depth import Stopped, other_depths
from verify.submissions.trials.one_step import is_plain
from verify.submissions.trials.search import Trials
from verify.submissions.trials.trained import Trained, Trainings

_SEEDS: Final = 2**31


class _Judged(NamedTuple):
    """A verdict; whether shapes were only tried for it, what was judged, and whether the training itself was."""

    evidence: Evidence
    tried: bool = False
    reading: Reading | None = None
    trained: bool = False


def check_submission(
    path: Path,
    *,
    convention: Mapping[str, str] | None = None,
    level: str | None = None,
    seconds: float = 20.0,
    memory: int = 2048,
    command: str | None = None,
    seed: int | None = None,
) -> Evidence:
    """Return the verdict on the backward pass in a .py or .ipynb file.

    `convention` tells what should not be inferred; `level` is the weakest cage that is accepted; `seconds` of processor
    time and `memory` in MiB bound the student's code. The points at which it is judged follow from `seed`; without one
    it is drawn anew, so that nobody knows them beforehand. `command` gives the same again, once `--seed` stands behind
    it. Raises BadInput for a file that can't be read, and for a convention or a cage that is not there; whatever the
    student's code does is a verdict and no error.
    """
    seed = secrets.randbelow(_SEEDS) if seed is None else seed
    command = f"{command or shlex.join(['verify', 'grads', path.name])} --seed {seed}"
    return _checked(path, convention or {}, level, Limits(seconds=seconds, memory=memory), command=command, seed=seed)


@judged_or_fault
def _checked(
    path: Path, convention: Mapping[str, str], level: str | None, limits: Limits, *, command: str, seed: int
) -> Evidence:
    chosen = require(level)
    with Sandbox(chosen, limits, DRIVER) as apart:
        program = Program(read(path))
        context = Context(program.document, command, seed, chosen)
        candidates = find_candidates(program, convention)
        if not candidates.roles and not candidates.loops:
            odd = unwritten_function(candidates.functions) or async_function(program)
            why = odd or candidates.why_none()
            return could_not_judge(context, candidates, why, None, WHICH if candidates.functions and not odd else "")
        try:
            return _judged(apart, context, candidates, convention)
        except Failed as failed:
            stopped = failure(failed.kind, failed.reason)
            return could_not_judge(context, candidates, stopped.why, None, stopped.help)


def _judged(apart: Sandbox, context: Context, candidates: Candidates, convention: Mapping[str, str]) -> Evidence:
    """Return the verdict; none where it depends on how many outputs are meant, and the file does not say.

    Run as its own main program it says so; and it reaches its training where nothing else does.
    """
    whole = cache(partial(_as_main_program, apart, context, candidates, convention))
    as_it_stands = partial(_with_a_verdict, whole)
    first = _read_and_judged(apart, context, candidates, convention)
    if first.evidence.verdict != "could not judge" and not convention and not _stands_so(first):
        own = whole()
        if own is not None and first.evidence.verdict == "correct" and is_right_but(own.evidence):
            return own.evidence
        own = as_it_stands()
        if own is not None and own.evidence.verdict != first.evidence.verdict:
            if own.evidence.verdict == "correct" and one_factor(first.evidence):
                return own.evidence  # its update makes up for the factor
            if own.evidence.verdict == "correct":
                return could_not_judge(context, candidates, RIGHT_AS_IT_STANDS, first.reading)
            return only_as_it_stands(own.evidence, trained=first.trained)
    if first.evidence.verdict == "could not judge":
        first = _likelier(first, whole())
    elif first.evidence.verdict == "wrong" and first.tried and "outputs" not in convention and not _stands_so(first):
        narrow = _read_and_judged(apart, context, candidates, {**convention, "outputs": "1"}).evidence
        if narrow.verdict == "correct" and all(one.sizes[-1] == 1 for one in narrow.cases):
            own = as_it_stands()
            if own is None:
                help_ = "Say so with --outputs 1 or --outputs 3"
                return could_not_judge(context, candidates, WHICH_OUTPUTS, None, help_)
            first = own
    named = as_it_stands() if _is_unnamed(first, candidates) else None
    if named is not None and named.evidence.verdict == "wrong" and not _is_unnamed(named, candidates):
        first = named
    if first.evidence.verdict == "correct" and first.reading is not None:
        passed = "" if first.trained else passes_otherwise(candidates.program, first.reading)
        if passed and as_it_stands() is None:
            return could_not_judge(context, candidates, passed, first.reading)
        return _with_others(apart, context, candidates, convention, first)
    return first.evidence


def _with_a_verdict(whole: Callable[[], _Judged | None]) -> _Judged | None:
    own = whole()
    return None if own is None or own.evidence.verdict == "could not judge" else own


def _likelier(first: _Judged, own: _Judged | None) -> _Judged:
    """Return what is said of the program as it stands, where that has a verdict, or a reason and the first has none.

    Where the first has seen no gradient, its reason is only that it found nothing to call.
    """
    if own is None or (is_right_but(first.evidence) and own.evidence.verdict == "correct"):
        return first  # what training does with right gradients need not show with its own data
    nothing = first.reading is None or not first.reading.gradients
    return own if own.evidence.verdict != "could not judge" or nothing else first


def _stands_so(judged: _Judged) -> bool:
    """Whether what was judged is a loop at the top level: it was run as it stands, with the file's own data."""
    maker = None if judged.reading is None else judged.reading.container.maker
    return isinstance(maker, TrainingMaker) and maker.name.startswith(TOP_LEVEL)


def _is_unnamed(judged: _Judged, candidates: Candidates) -> bool:
    """Whether gradients are wrong by a number that is shown, and no mistake is known that makes them so."""
    by_shown = judged.reading is not None and words_of_shown(judged.reading) is not None
    unnamed = all(one.name == "not in the catalogue" for one in judged.evidence.diagnoses)
    return judged.evidence.verdict == "wrong" and by_shown and unnamed and candidates.declared is None


def _with_others(
    apart: Sandbox, context: Context, candidates: Candidates, convention: Mapping[str, str], first: _Judged
) -> Evidence:
    """Return the verdict where the file trains something else besides: correct only where all of it is."""
    assert first.reading is not None
    found, maker = first.evidence, first.reading.container.maker
    cut = maker.cut if isinstance(maker, TrainingMaker) else None
    for loop in other_trainings(candidates, first.reading.roles, cut):
        alone, again = replace(candidates, loops=(loop,), roles=()), superseded(candidates, loop)
        other = _read_and_judged(apart, context, alone, convention) if again is None else None
        if other is None or other.evidence.verdict == "could not judge":
            other = _with_a_verdict(partial(_as_main_program, apart, context, alone, convention)) or other
        if other is None or other.evidence.verdict == "could not judge":
            if again is None and first.reading.roles.backward is not None and cut is None:
                found = left_beside(found, loop)  # functions of their own are right whatever else is trained
                continue
            why = not_judged_beside(loop, again, other and other.evidence)
            return could_not_judge(context, candidates, why, first.reading)
        found = beside(found, other.evidence, loop)
        if found.verdict == "wrong":
            return found
    return beside_passes(found, other_passes(candidates, first.reading.roles, cut))


def _read_and_judged(
    apart: Sandbox, context: Context, candidates: Candidates, convention: Mapping[str, str]
) -> _Judged:
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
            return _Judged(found, tried, None if trained is None else trained.reading, True)
        if stated is not None and (why or reading is None or reading.loss is None):
            return _Judged(of_training(judge, ask, context, candidates, stated), stated.tried, stated.reading, True)
        assert reading is not None
        if stated is None and trainings.apart and reading.roles.backward is None:
            return _Judged(could_not_judge(context, candidates, trainings.apart, reading))
        reading = settled(ask, reading, shown_kind(candidates.program))
        called = _called(apart, ask, context, candidates, trials, reading)
        return _by_both(judge, ask, context, candidates, called=called, reading=reading, trained=trained)
    finally:
        exploring.close()


def _by_both(
    judge: Judge, ask: Ask, context: Context, candidates: Candidates, *, called: Evidence, reading: Reading,
    trained: Trained | None,
) -> _Judged:  # fmt: skip
    """Return the verdict by the functions, and by the training that calls them where it says what it goes down."""
    stated = stated_in(trained)
    if stated is None:
        if called.verdict == "wrong" and reading.applied and (one_factor(called) or not has_one_rate(reading)):
            why = "what it does to its parameters may be right, but its rate is not known for certain"
            return _Judged(could_not_judge(context, candidates, why, reading))
        if trained is not None and reading.loss is None and _calls(candidates, trained, reading):
            shown = by_shown(judge, ask, context, candidates, trained, called)
            called = called if shown is None else shown
        called = _as_trained(ask, context, candidates, reading, trained, called)
        return _Judged(called, only_tried(reading), reading)
    by_training = of_training(judge, ask, context, candidates, stated)
    if called.verdict == "wrong" and (reading.applied or is_undecided(called, by_training)):
        return _Judged(by_training, stated.tried, stated.reading, True)
    if by_training.verdict in ("could not judge", called.verdict):
        called = with_update(ask, context, candidates, stated, called, called=not reading.applied)
        seen = by_training.verdict == called.verdict
        called = with_training(called, by_training, stated.loop.place)
        return _Judged(called, only_tried(reading), reading, seen)
    return _Judged(by_training, stated.tried, stated.reading, True)


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


def _as_main_program(
    apart: Sandbox, context: Context, candidates: Candidates, convention: Mapping[str, str]
) -> _Judged | None:
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
        return _Judged(found, reading=trained.reading, trained=True)
    except Failed:
        return None  # what is said without it stands
    finally:
        worker.close()


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
