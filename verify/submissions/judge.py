"""`check_submission`: a file goes in, the Evidence about its gradients comes out; its code runs in the cage."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np

from verify.evidence.records import Comparison, Evidence
from verify.exact.numbers import NotExpressible
from verify.faults import judged_or_fault
from verify.nets.observation import Observation
from verify.oracles.derivative import Derivative
from verify.sandbox.cage import Limits, require
from verify.sandbox.session import Failed, Sandbox
from verify.submissions.diagnosis.comparing import exactly, within_bounds
from verify.submissions.execution.answers import Leaves, Refused, loaded, stood_in
from verify.submissions.execution.calling import DRIVER, Ask, Reading, asking
from verify.submissions.execution.canary import Canary
from verify.submissions.execution.gradients import truth
from verify.submissions.execution.measuring import (
    central_slopes,
    complex_slopes,
    in_exact_numbers,
    in_floats,
    own_slopes,
)
from verify.submissions.execution.messages import Broken, Load, StoodIn
from verify.submissions.explanation.doubts import added, changed, doubt_about, not_deterministic
from verify.submissions.explanation.reasons import (
    WHICH,
    Attempt,
    async_function,
    failure,
    reason,
    unwritten_function,
    where_of,
)
from verify.submissions.explanation.verdicts import Context, Findings, could_not_judge, evidence_of
from verify.submissions.parsing.document import Place
from verify.submissions.parsing.reading import read
from verify.submissions.program.program import Program
from verify.submissions.wiring.finding import Candidates, find_candidates
from verify.submissions.wiring.plan_records import Runnable
from verify.submissions.wiring.points import Point, make_point
from verify.submissions.wiring.search import Trials

POINTS: Final = 2


@judged_or_fault
def check_submission(
    path: Path,
    *,
    convention: Mapping[str, str] | None = None,
    level: str | None = None,
    seconds: float = 20.0,
    memory: int = 2048,
    command: str = "verify grads",
    seed: int = 42,
) -> Evidence:
    """Return the verdict on the backward pass in a .py or .ipynb file.

    `convention` tells what should not be inferred; `level` is the weakest cage that is accepted; `seconds` of processor
    time and `memory` in MiB bound the student's code. Raises BadInput for a file that can't be read, and for a
    convention or a cage that is not there; whatever the student's code does is a verdict and no error.
    """
    chosen = require(level)
    with Sandbox(chosen, Limits(seconds=seconds, memory=memory), DRIVER) as apart:
        program = Program(read(path))
        context = Context(program.document, command, seed, chosen)
        candidates = find_candidates(program, convention or {})
        if not candidates.roles:
            odd = unwritten_function(candidates.functions) or async_function(program)
            help_ = WHICH if candidates.functions and not odd else ""
            return could_not_judge(context, candidates, odd or candidates.why_none(), None, help_)
        try:
            return _judged(apart, context, candidates, convention or {})
        except Failed as failed:
            stopped = failure(failed.kind, failed.reason)
            return could_not_judge(context, candidates, stopped.why, None, stopped.help)


def _judged(apart: Sandbox, context: Context, candidates: Candidates, convention: Mapping[str, str]) -> Evidence:
    canary = Canary()
    exploring = apart.worker()
    ask = asking(exploring)
    failed, stand_ins = _load(ask, candidates.statements)
    context = replace(context, stood_in=_places(candidates, stand_ins))
    outputs = int(convention["outputs"]) if "outputs" in convention else candidates.outputs
    trials = Trials(ask, candidates.constants, candidates.missing, candidates.literals, candidates.torch)
    try:
        reading = trials.find(candidates.roles, convention, outputs, candidates.per_sample)
    except Failed as ended:
        raise _told_first(trials, ended) from None
    if reading is None or not reading.gradients:
        why, help_ = reason(_attempt(ask, trials, candidates, failed, reading))
        exploring.close()
        return could_not_judge(context, candidates, why, reading, help_)
    answering = apart.worker()
    _load(asking(answering), canary.among(candidates.statements))
    points = [make_point(reading.structure, reading.batch, seed=context.seed + 7 * number) for number in range(POINTS)]
    try:
        seen = _answers(asking(answering), reading, points, canary)
    except Refused as refused:
        return could_not_judge(context, candidates, f"a second run of the same functions stopped: {refused}", reading)
    finally:
        answering.close()
    if not seen.sound:
        doubt = _TAMPERED
    elif seen.changed and not seen.adds:
        doubt = not_deterministic(seen.changed)
    else:
        twin = _twin(apart, reading, points[0], canary, candidates, seen)
        doubt = twin or doubt_about(reading, seen.floats[0].given)
    if doubt:
        return could_not_judge(context, candidates, doubt, reading)
    comparisons, notes = _compared(ask, reading, points, seen, candidates.guarded)
    exploring.close()
    exact = [] if _LOST in notes else seen.exact
    found = Findings(reading, comparisons, seen.floats, exact, seen.leaves, not seen.changed, notes)
    return evidence_of(context, candidates, found)


def _load(ask: Ask, statements: Sequence[Runnable]) -> tuple[tuple[Broken, ...], tuple[StoodIn, ...]]:
    header, _ = ask(Load(tuple(statements)), {})
    return loaded(header, len(statements)), stood_in(header, len(statements))


def _places(candidates: Candidates, found: Sequence[StoodIn]) -> tuple[tuple[Place, str], ...]:
    """Return the helpers for which usual ones stand in, with the places where the file imports them."""
    places = [(candidates.statements[one.index], one.name) for one in found]
    return tuple((Place(one.cell, one.line), name) for one, name in places if one.module is None)


def _told_first(trials: Trials, failed: Failed) -> Failed:
    """Return why trials ended: where one after the other met the memory limit and so used up the time, it is that."""
    every = [*trials.stopped.values(), *trials.complaints]
    met = next((f"{one}{where_of(one)}" for one in every if "memory limit" in str(one)), None)
    return Failed("memory", met) if failed.kind == "time" and met is not None else failed


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
            _, found = in_floats(ask, reading, make_point(reading.structure, reading.batch, seed=3))
    return Attempt([*roles], candidates.functions, trials.complaints, stopped, broken, ran, found)


_TAMPERED: Final = (
    "the channel was tampered with: a function of verify's own, known to be wrong, did not come back wrong"
)


@dataclass(frozen=True)
class _Seen:
    floats: list[Observation]
    exact: list[Observation]
    leaves: Leaves
    adds: bool  # a later call gives the gradient added to that of the call before it
    changed: tuple[str, ...]  # the parameters whose gradient is another one in a second call
    sound: bool
    inexact: str  # why no exact numbers are there


def _answers(ask: Ask, reading: Reading, points: Sequence[Point], canary: Canary) -> _Seen:
    """Ask for every gradient, before anything that decides is asked; the canary somewhere in between."""
    sung = secrets.randbelow(len(points))
    floats, exact, sound, inexact = [], [], True, ""
    leaves: Leaves = {}
    for number, point in enumerate(points):
        if number == sung:
            sound = canary.is_sound(ask)
        at, found = in_floats(ask, reading, point)
        floats.append(at)
        leaves = leaves or found
    again, _ = in_floats(ask, reading, points[0])
    differing = changed(floats[0].given, again.given)
    unexplained = changed(added(floats[-1].given, floats[0].given), again.given)
    try:
        if reading.torch:
            raise NotExpressible("tensors of PyTorch")
        exact = [in_exact_numbers(ask, reading, point, secrets.randbits(60)) for point in points]
    except NotExpressible as operation:
        exact, inexact = [], str(operation)
    sound = sound and canary.is_sound(ask)
    return _Seen(floats, exact, leaves, not set(differing) & set(unexplained), differing, sound, inexact)


def _twin(apart: Sandbox, reading: Reading, point: Point, canary: Canary, candidates: Candidates, seen: _Seen) -> str:
    """Return what is wrong where the submission's own function, spoiled on purpose, does not come back spoiled."""
    judged = reading.roles.backward
    if judged is None or reading.applied or any(where[0] != "backward" for where in reading.gradients.values()):
        return ""
    worker = apart.worker()
    ask = asking(worker)
    try:
        _load(ask, [*candidates.statements, canary.twin(judged)])
        spoiled, _ = in_floats(ask, reading, point)
    except Refused:
        return ""  # it cannot be spoiled this way; the other canary was heard
    finally:
        worker.close()
    if canary.is_twice_wrong(seen.floats[0].given, spoiled.given):
        return ""
    if not changed(seen.floats[0].given, spoiled.given):
        return _TAMPERED
    return (
        f"what was judged is not what {judged.name} returns: multiplied by a known factor there, the gradients did not "
        "come back multiplied by it"
    )


def _compared(
    ask: Ask, reading: Reading, points: Sequence[Point], seen: _Seen, guarded: bool
) -> tuple[list[Comparison], list[str]]:
    """Return the comparisons by every oracle that applies, and why others do not."""
    recognised = reading.net is not None and reading.objective is not None
    notes: list[str] = [f"exact numbers can't express {seen.inexact}"] if seen.inexact else []
    numeric: list[Comparison] = []
    if reading.loss is not None:
        epsilon = reading.misfit > 1e-13 if recognised else guarded
        for name, slopes, why in (
            ("complex-step", complex_slopes(ask, reading, points[0]), "its loss does not take complex numbers"),
            ("central-difference", central_slopes(ask, reading, points[0]), "its loss cannot be had at points nearby"),
        ):
            notes += [why] if slopes is None else []
            numeric += [] if slopes is None else within_bounds(reading, name, seen.floats[0], slopes, epsilon=epsilon)
    try:
        truths = _truths(ask, reading, points, seen, recognised) if seen.exact else []
    except NotExpressible as operation:
        truths = []
        notes.append(f"exact numbers can't express {operation}")
    exact = exactly(reading, seen.exact, truths) if truths else []
    lost = _to_the_last_digits(reading, seen, numeric, recognised)
    kept = [one for one in exact if one.verdict != "different" or one.parameter not in lost]
    if len(kept) < len(exact):
        notes.append(_LOST)
        exact = kept
    found = [*exact, *numeric]
    return found or (_by_formula(reading, seen.floats[0]) if recognised else []), notes


def _truths(ask: Ask, reading: Reading, points: Sequence[Point], seen: _Seen, recognised: bool) -> list[dict[str, Any]]:
    """Return the derivative at every exact point: the textbook's where the net is known, else that of its own loss."""
    if recognised:
        return [truth(reading, at.params, at.X, at.Y) for at in seen.exact]
    if reading.loss is None:
        return []
    return [own_slopes(ask, reading, point, at.X.world.key) for at, point in zip(seen.exact, points, strict=True)]


# Equal to the last digits in floats and different as exact numbers: an identity that exact numbers do not know.
_LOST: Final = "exact numbers do not know that exp(log(a)) = a, or another identity that this code relies on"


def _to_the_last_digits(reading: Reading, seen: _Seen, numeric: Sequence[Comparison], recognised: bool) -> set[str]:
    """Return the parameters whose gradient is right to the last digits in floats."""
    if reading.single_precision:
        return set()
    held = [one for at in seen.floats for one in _by_formula(reading, at)] if recognised else numeric
    words: dict[str, set[str]] = {}
    for one in held:
        if recognised or one.oracle == "complex-step":
            words.setdefault(one.parameter, set()).add(one.verdict)
    return {name for name, said in words.items() if "agrees" in said and said <= {"agrees", "vacuous"}}


def _by_formula(reading: Reading, at: Observation) -> list[Comparison]:
    """Compare with the textbook formula in floats, where neither exact numbers nor a loss of its own are there."""
    expected = truth(reading, at.params, at.X, at.Y)
    zero = {name: np.zeros(np.shape(value)) for name, value in expected.items()}
    known = Derivative(kind="numeric", gradient=expected, bound=zero, note="the textbook formula in floats")
    return within_bounds(reading, "symbolic", at, known, epsilon=False)
