"""`check_submission`: a file goes in, the Evidence about its gradients comes out; its code runs in the cage."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np

from verify.balls.refusal import NoBalls
from verify.evidence.records import Evidence
from verify.exact.numbers import NotExpressible
from verify.faults import judged_or_fault
from verify.sandbox.cage import Limits, require
from verify.sandbox.session import Failed, Sandbox
from verify.submissions.diagnosis.by_machine import by_machine
from verify.submissions.execution.answers import Leaves, Refused, loaded
from verify.submissions.execution.calling import DRIVER, Ask, Reading, asking
from verify.submissions.execution.canary import Canary
from verify.submissions.execution.measuring import in_exact_numbers, in_floats
from verify.submissions.execution.messages import Broken, Load
from verify.submissions.execution.shapes import fits
from verify.submissions.explanation.verdicts import Context, Findings, could_not_judge, evidence_of
from verify.submissions.parsing.document import Place
from verify.submissions.parsing.reading import read
from verify.submissions.program.program import Program
from verify.submissions.truth.balls import given_in_balls
from verify.submissions.truth.oracles import IDENTITY, Seen, compared
from verify.submissions.wiring.finding import Candidates, find_candidates
from verify.submissions.wiring.plan_records import CallMaker, GlobalsMaker, Runnable
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

    `convention` tells what should not be inferred; `level` is the weakest cage that is accepted; `seconds` of wall
    clock and `memory` in MiB bound the student's code. Raises BadInput for a file that can't be read, and for a
    convention or a cage that can't be had; whatever the student's code does is a verdict and not an error.
    """
    chosen = require(level)
    with Sandbox(chosen, Limits(seconds=seconds, memory=memory), DRIVER) as apart:
        program = Program(read(path))
        context = Context(program.document, command, seed, chosen)
        candidates = find_candidates(program, convention or {})
        if not candidates.roles:
            return could_not_judge(context, candidates, candidates.why_none())
        try:
            return _judged(apart, context, candidates, convention or {})
        except Failed as failed:
            return could_not_judge(context, candidates, failed.reason)


def _judged(apart: Sandbox, context: Context, candidates: Candidates, convention: Mapping[str, str]) -> Evidence:
    canary = Canary()
    exploring = apart.worker()
    ask = asking(exploring)
    failed = _load(ask, candidates.statements)
    outputs = int(convention["outputs"]) if "outputs" in convention else candidates.outputs
    trials = Trials(ask, candidates.constants, candidates.missing, candidates.literals, candidates.torch)
    reading = trials.find(candidates.roles, convention, outputs, candidates.per_sample)
    if reading is None or not reading.gradients:
        exploring.close()
        return could_not_judge(context, candidates, _why(trials, failed, reading), reading)
    answering = apart.worker()
    _load(asking(answering), canary.among(candidates.statements))
    points = [make_point(reading.structure, reading.batch, seed=context.seed + 7 * number) for number in range(POINTS)]
    try:
        seen = _answers(asking(answering), reading, points, canary)
    except Refused as refused:
        return could_not_judge(context, candidates, f"a second run of the same functions stopped: {refused}", reading)
    finally:
        answering.close()
    if not seen.sound or not _twin_is_wrong(apart, reading, points[0], canary, candidates, seen):
        why = "the channel was tampered with: a function of verify's own, known to be wrong, did not come back wrong"
        return could_not_judge(context, candidates, why, reading)
    guessed = _guessed(reading, seen)
    if guessed:
        return could_not_judge(context, candidates, guessed, reading)
    machine = by_machine(reading, candidates.functions_used, seen.leaves)
    exploring.close()
    measuring = apart.worker()
    _load(asking(measuring), candidates.statements)
    comparisons, notes = compared(asking(measuring), reading, points, seen, candidates.guarded, machine)
    measuring.close()
    words = None if machine is None else machine.words
    exact = [] if IDENTITY in notes else seen.exact  # mistakes are named in floats then
    found = Findings(reading, comparisons, seen.floats, exact, seen.leaves, seen.repeats, notes, words)
    return evidence_of(context, candidates, found)


def _load(ask: Ask, statements: Sequence[Runnable]) -> tuple[Broken, ...]:
    header, _ = ask(Load(tuple(statements)), {})
    return loaded(header, len(statements))


def _why(trials: Trials, failed: Sequence[Broken], reading: Reading | None) -> str:
    """Return why no gradient was had: where the code stopped, or what could not be understood."""
    said = list(dict.fromkeys(str(one) for one in trials.complaints))
    broken = "; ".join(one.error for one in failed[:2])
    if trials.stopped:
        stopped = next(iter(trials.stopped.values()))
        return f"its forward pass runs, its backward pass stops with {stopped}{_where(stopped)}"
    if reading is not None:
        return (
            "its functions run, but no array that they return, keep or change could be told to be the gradient of a "
            f"parameter{': ' if said else ''}{'; '.join(said[:2])}"
        )
    if said:
        return f"no way was found to call its functions: {'; '.join(said[:3])}{'; ' if broken else ''}{broken}"
    return (
        "no parameters were found: neither a function that makes them, nor names like W1 and b1"
        f"{': ' if broken else ''}{broken}"
    )


def _where(refused: Refused) -> str:
    if not refused.place:
        return ""
    return f" ({Place(*refused.place)})"


def _answers(ask: Ask, reading: Reading, points: Sequence[Point], canary: Canary) -> Seen:
    """Ask for every gradient, before anything that decides is asked; the canary somewhere in between."""
    sung = secrets.randbelow(len(points))
    floats, exact, balls, sound, notes = [], [], [], True, list[str]()
    leaves: Leaves = {}
    for number, point in enumerate(points):
        if number == sung:
            sound = canary.is_sound(ask)
        at, found = in_floats(ask, reading, point)
        floats.append(at)
        leaves = leaves or found
    again, _ = in_floats(ask, reading, points[0])
    repeats = _alike(floats[0].given, again.given)
    try:
        if reading.torch:
            raise NotExpressible("tensors of PyTorch")
        exact = [in_exact_numbers(ask, reading, point, secrets.randbits(60)) for point in points]
    except NotExpressible as operation:
        exact = []
        notes.append(f"exact numbers can't express {operation}")
    try:
        balls = given_in_balls(ask, reading, points, floats)
    except NoBalls as reason:
        notes.append(f"balls do not apply: {reason}")
    return Seen(floats, exact, balls, leaves, repeats, sound and canary.is_sound(ask), notes)


def _twin_is_wrong(
    apart: Sandbox, reading: Reading, point: Point, canary: Canary, candidates: Candidates, seen: Seen
) -> bool:
    """Whether the submission's own function, spoiled on purpose, comes back spoiled."""
    judged = reading.roles.backward
    if judged is None or reading.applied or any(where[0] != "backward" for where in reading.gradients.values()):
        return True
    worker = apart.worker()
    ask = asking(worker)
    try:
        _load(ask, [*candidates.statements, canary.twin(judged)])
        spoiled, _ = in_floats(ask, reading, point)
    except Refused:
        return True  # it cannot be spoiled this way; the other canary was heard
    finally:
        worker.close()
    return canary.is_twice_wrong(seen.floats[0].given, spoiled.given)


def _guessed(reading: Reading, seen: Seen) -> str:
    """Return why shapes that were only guessed can't be judged: a gradient of as many entries lies in another way."""
    if isinstance(reading.container.maker, CallMaker | GlobalsMaker):
        return ""
    for one in reading.structure.parameters:
        value = seen.floats[0].given.get(one.name)
        if value is not None and np.size(value) == np.prod(one.shape) and not fits(value, one.shape):
            return (
                f"nothing in the file makes {one.name}, so it was given the shape {one.shape}; "
                f"its gradient has the shape {np.shape(value)}, and which of them is meant is not known"
            )
    return ""


def _alike(first: Mapping[str, Any], second: Mapping[str, Any]) -> bool:
    return all(
        name in second and np.shape(value) == np.shape(second[name])
        and np.allclose(value, second[name], rtol=1e-6, equal_nan=True)
        for name, value in first.items()
    )  # fmt: skip
