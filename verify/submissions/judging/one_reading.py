"""The verdict on one reading of a submission: on the gradients that it gives, at points that are made for it."""

from __future__ import annotations

from collections.abc import Sequence

from verify.evidence.records import Evidence
from verify.reading.wiring.finding import Candidates
from verify.reading.wiring.plan_records import Cut, Runnable
from verify.reading.wiring.points import Point, points_beyond
from verify.sandbox.session import Failed, Sandbox
from verify.submissions.diagnosis.by_machine import by_machine
from verify.submissions.execution.answers import Refused, loaded, stood_in
from verify.submissions.execution.calling import Ask, Reading, asking
from verify.submissions.execution.canary import Canary
from verify.submissions.execution.messages import Broken, Load, StoodIn
from verify.submissions.explanation.doubts import (
    by_name,
    doubt_about,
    has_other_axes,
    incomplete,
    not_deterministic,
    unjudged,
)
from verify.submissions.explanation.of_implied import doubt_of_implied
from verify.submissions.explanation.of_limits import other_beyond, wrong_beyond
from verify.submissions.explanation.verdicts import (
    Context,
    Findings,
    could_not_judge,
    evidence_of,
)
from verify.submissions.judging.beyond import as_known_beyond, beyond, without_its_net
from verify.submissions.truth.asked import TAMPERED, answers, twin
from verify.submissions.truth.oracles import IDENTITY, Seen, compared


def verdict_on(apart: Sandbox, ask: Ask, context: Context, candidates: Candidates, reading: Reading) -> Evidence:
    """Return the verdict on one reading: on the gradients that it gives, at points that are made for it.

    What is right there is looked at also where numbers pass a limit that stands in the file.
    """
    points = reading.points(context.seed)
    far = beyond(ask, reading, candidates.program.limits, points)
    if far is not None:
        reading = as_known_beyond(ask, reading, far, points[0])
    found = _verdict_at(apart, context, candidates, reading, points)
    if far is None or found.verdict != "correct" or reading.loss is None:
        return found
    for point in points_beyond(reading.structure, points[0], far.limit):
        other = _verdict_at(apart, context, candidates, without_its_net(reading), [point])
        if other.verdict == "wrong" and (far.guarded or candidates.guarded):
            return could_not_judge(context, candidates, other_beyond(far.limit, far.place), reading)
        if other.verdict == "wrong":
            return wrong_beyond(other, far.limit, far.place)
    return found


def _verdict_at(
    apart: Sandbox, context: Context, candidates: Candidates, reading: Reading, points: Sequence[Point]
) -> Evidence:
    canary = Canary()
    answering = apart.worker()
    load(asking(answering), canary.among(candidates.statements), candidates.cuts)
    try:
        seen = answers(asking(answering), reading, points, canary)
    except Refused as refused:
        return could_not_judge(context, candidates, f"a second run of the same functions stopped: {refused}", reading)
    finally:
        answering.close()
    if not seen.sound:
        raise Failed("message", TAMPERED)  # no other way to judge the file is any better then
    if seen.changed and not seen.adds:
        doubt = not_deterministic(seen.changed)
    else:
        doubt = _twin(apart, reading, points[0], canary, candidates, seen)
        if doubt == TAMPERED:
            raise Failed("message", TAMPERED)
        doubt = doubt or doubt_about(reading, seen.floats[0].given)
    if doubt:
        return could_not_judge(context, candidates, doubt, reading)
    machine = by_machine(reading, candidates.functions_used, seen.leaves)
    measuring = apart.worker()
    load(asking(measuring), candidates.statements, candidates.cuts)
    try:
        comparisons, notes = compared(asking(measuring), reading, points, seen, candidates.guarded, machine)
    finally:
        measuring.close()
    words = None if machine is None else machine.words
    exact = [] if IDENTITY in notes else seen.exact  # mistakes are named in floats then
    found = Findings(reading, comparisons, seen.floats, exact, seen.leaves, not seen.changed, notes, words)
    evidence = evidence_of(context, candidates, found)
    if doubt := doubt_of_implied(reading, evidence, seen.floats[0], candidates.program):
        return could_not_judge(context, candidates, doubt, reading)
    if evidence.verdict == "correct" and (doubt := has_other_axes(reading, seen.floats[0].given)):
        return could_not_judge(context, candidates, doubt, reading)
    lacking = incomplete(reading) or unjudged(reading, seen.leaves)
    if lacking and (evidence.verdict == "correct" or not by_name(reading)):
        return could_not_judge(context, candidates, lacking, reading)
    return evidence


def load(
    ask: Ask, statements: Sequence[Runnable], cuts: Sequence[Cut] = ()
) -> tuple[tuple[Broken, ...], tuple[StoodIn, ...]]:
    """Run in a worker what is used of a submission; return what failed, and what stands in for what is missing."""
    header, _ = ask(Load(tuple(statements), tuple(cuts)), {})
    return loaded(header, len(statements)), stood_in(header, len(statements))


def _twin(apart: Sandbox, reading: Reading, point: Point, canary: Canary, candidates: Candidates, seen: Seen) -> str:
    """Return what is wrong where the submission's own function, spoiled on purpose, does not come back spoiled."""
    judged = reading.roles.backward
    if judged is None or reading.applied or any(where[0] != "backward" for where in reading.gradients.values()):
        return ""
    worker = apart.worker()
    try:
        load(asking(worker), [*candidates.statements, canary.twin(judged)], candidates.cuts)
        return twin(asking(worker), reading, point, canary, seen)
    except Refused:
        return ""
    finally:
        worker.close()
