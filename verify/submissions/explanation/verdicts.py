"""The Evidence about a submission: verdict, sentence, both questions, parameters, convention, lines, cage."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from verify.evidence.records import FAILS, PASSES, CaseEvidence, Comparison, Diagnosis, Evidence, Replay, Row, Verdict
from verify.evidence.submission import Answer, Lines, ParameterVerdict, Remark, Submission
from verify.judgement.coverage import coverage, listed, together
from verify.judgement.verdicts import caught, summary, verdict_of
from verify.nets.net import OVER_SAMPLES
from verify.nets.observation import Observation
from verify.reading.parsing.document import Document, Place
from verify.reading.remarks.remarks import remarks
from verify.reading.wiring.finding import Candidates
from verify.reading.wiring.plan_records import TrainingMaker
from verify.sandbox.cage import offers
from verify.submissions.diagnosis.diagnosing import Wrong, diagnose
from verify.submissions.execution.answers import Leaves
from verify.submissions.execution.calling import Reading
from verify.submissions.execution.messages import StoodIn
from verify.submissions.explanation.losses import words_of_shown
from verify.submissions.explanation.of_implied import no_loss
from verify.submissions.explanation.scope import case_in_words, losses_in_words, trusted, unjudged
from verify.submissions.explanation.settings import bindings_of, settings_of
from verify.version import versions

_RATIO: Final = re.compile(r"ratio (-?[\d.]+)( = |, the same in every entry|)")


@dataclass(frozen=True)
class Context:
    """What is judged, and how it was asked for."""

    document: Document
    command: str
    seed: int
    level: str
    stood_in: tuple[tuple[Place, str], ...] = ()  # the import, and the helper for which the usual one stands in


@dataclass(frozen=True)
class Findings:
    """What the workers answered and what it was compared with."""

    reading: Reading
    comparisons: Sequence[Comparison]
    floats: Sequence[Observation]
    exact: Sequence[Observation]
    leaves: Leaves
    repeats: bool
    notes: Sequence[str]
    machine: str | None = None  # how the gradient is had, where it is not derived by hand


@dataclass(frozen=True)
class _Judged:
    """The verdict, and what it follows from; nothing but the sentence where there is none."""

    verdict: Verdict
    sentence: str
    rows: tuple[Row, ...] = ()
    cases: tuple[CaseEvidence, ...] = ()
    diagnoses: tuple[Diagnosis, ...] = ()
    answers: tuple[Answer, ...] = ()
    canary: str = "not used, because nothing was compared"


def could_not_judge(
    context: Context, candidates: Candidates, why: str, reading: Reading | None = None, help_: str = ""
) -> Evidence:
    """Return the evidence that there is no verdict, why, and what would help."""
    sentence = " ".join(f"Could not judge: {why}.{f' {help_}.' if help_ else ''}".split())
    return _evidence(context, candidates, reading, _Judged("could not judge", sentence))


def evidence_of(context: Context, candidates: Candidates, found: Findings) -> Evidence:
    """Return the evidence with a verdict."""
    reading = found.reading
    oracles = tuple(dict.fromkeys(one.oracle for one in found.comparisons))
    case = CaseEvidence(
        case_in_words(reading), reading.structure.sizes, reading.batch,
        reading.labels, "ordinary", context.seed, tuple(found.comparisons), None, None,
    )  # fmt: skip
    rows = summary([case], oracles)
    verdict: Verdict = verdict_of(rows) if rows else "could not judge"
    diagnoses: tuple[Diagnosis, ...] = ()
    if verdict == "wrong":
        diagnoses = diagnose(
            Wrong(
                context.document,
                candidates.functions_used,
                reading,
                found.floats,
                found.exact,
                found.leaves,
                found.comparisons,
            )
        )
    forward = _forward_mistake(context, reading)
    if forward is not None:
        verdict, diagnoses = "wrong", (forward,)  # the root: what follows from it is no second mistake
    if not found.repeats:
        verdict, diagnoses = "wrong", (*diagnoses, _accumulated(context, reading))
    none = no_loss(candidates.program)
    sentence = _sentence(verdict, rows, reading, diagnoses, found, none)
    answers = _answers(rows, reading, forward, found, none)
    judged = _Judged(
        verdict, sentence, rows, (case,), diagnoses, answers,
        "came back exactly as wrong as it is, through the same channel",
    )  # fmt: skip
    return _evidence(context, candidates, reading, judged)


def at_every_depth(found: Evidence, deeper: Sequence[Evidence]) -> Evidence:
    """Return the evidence about a net that is right, with nets of other depths: one that is wrong decides."""
    wrong = next((one for one in deeper if one.verdict == "wrong"), None)
    if wrong is not None:
        layers = len(wrong.cases[0].sizes) - 1
        said = (
            f"{wrong.sentence.rstrip('.')}. It is right with {len(found.cases[0].sizes) - 1} layers, not with {layers}."
        )
        return replace(wrong, sentence=said)
    right = [one for one in deeper if one.verdict == "correct"]
    if not right:
        return found
    depths = sorted(len(one.cases[0].sizes) - 1 for one in (found, *right))
    said = (
        f"{found.sentence.rstrip('.')}; so it is in nets of {', '.join(map(str, depths[:-1]))} and {depths[-1]} layers."
    )
    cases = (*found.cases, *(case for one in right for case in one.cases))
    seen = together(one for every in (found, *right) for one in every.coverage)
    return replace(found, sentence=said, cases=cases, coverage=seen)


def _common_factor(rows: Sequence[Row]) -> str:
    """Return that all gradients are the same multiple of the derivative, where every row says so of every entry."""
    factor = _factor_of(rows)
    if factor is None:
        return ""
    return f" All of them are {factor:g} times the derivative: what differs is a constant factor."


def one_factor(found: Evidence) -> bool:
    """Whether every parameter's gradient is one and the same multiple of the right one."""
    return _factor_of(found.summary) is not None


def goes_against(found: Evidence) -> bool:
    """Whether every parameter's gradient is one negative multiple of the right one: no rate makes up for that."""
    factor = _factor_of(found.summary)
    return factor is not None and factor < 0


def _factor_of(rows: Sequence[Row]) -> float | None:
    """Return by which factor all gradients differ in every entry; no factor of 0, which no rate is.

    Of a gradient with one entry its ratio alone is told; exact numbers tell none where another oracle does.
    """
    failed = {row.parameter for row in rows if row.verdict in FAILS}
    told = {row.parameter: one for row in rows if (one := _RATIO.search(row.message or "")) is not None}
    factors = {float(one.group(1)) for one in told.values()}
    constant = [name for name, one in told.items() if one.group(2) or _entries(rows, name) == 1]
    several = any(one.group(2) for one in told.values())
    every = several and failed == {row.parameter for row in rows} == set(told) == set(constant)
    return factors.pop() if every and len(factors) == 1 and 0.0 not in factors else None


def _entries(rows: Sequence[Row], name: str) -> int:
    return max(row.entries for row in rows if row.parameter == name)


def _forward_mistake(context: Context, reading: Reading) -> Diagnosis | None:
    """Return the mistake in the forward pass that is known: a softmax along the wrong axis."""
    if reading.net is None or reading.net.output not in OVER_SAMPLES:
        return None
    forward = reading.roles.forward or reading.roles.backward or reading.roles.update
    assert forward is not None
    place = _line_of_the_sum(context, reading) or forward.place
    return Diagnosis(
        "forward-softmax-over-samples", "Yhat", tuple(one.name for one in reading.structure.parameters),
        "The softmax is taken along the wrong axis in the forward pass: over samples, not over classes.",
        place.line, context.document.text(place),
        f"np.exp(Z) / np.sum(np.exp(Z), axis={0 if reading.samples == 'columns' else 1}, keepdims=True)",
        context.document.name, place.cell,
        "The outputs of one sample do not sum to 1, so they are no probabilities, whatever the backward pass does.",
    )  # fmt: skip


def _line_of_the_sum(context: Context, reading: Reading) -> Place | None:
    """Return the first line that sums exponentials along the axis of the samples."""
    wrong = "axis=1" if reading.samples == "columns" else "axis=0"
    for cell in context.document.cells:
        lines = cell.source.splitlines()
        for number, text in enumerate(lines, 1):
            near = "".join(lines[max(0, number - 4) : number])
            if "sum" in text and wrong in text.replace(" ", "") and "exp" in near:
                return Place(cell.number, number)
    return None


def _accumulated(context: Context, reading: Reading) -> Diagnosis:
    judged = reading.roles.backward or reading.roles.update
    assert judged is not None
    return Diagnosis(
        "accumulated", "dW", tuple(reading.gradients),
        "A second call with the same arguments gives another gradient: something "
        "is kept from call to call, and added to.", judged.place.line, context.document.text(judged.place),
        "start every gradient from zero in each call", context.document.name, judged.place.cell,
    )  # fmt: skip


def _sentence(
    verdict: Verdict, rows: Sequence[Row], reading: Reading, diagnoses: Sequence[Diagnosis], found: Findings,
    no_loss: str,
) -> str:  # fmt: skip
    names = ", ".join(one.name for one in reading.structure.parameters)
    loss = (words_of_shown(reading) or "its loss") if reading.objective is None else reading.objective.words
    if verdict == "correct":
        implied = f" (implied: the file {no_loss})" if reading.objective and reading.objective.implied else ""
        machine = "" if found.machine is None else f" Not by hand: {found.machine}."
        return f"Correct: the gradients of {names} are the derivative of {loss}{implied}.{machine}"
    if verdict == "wrong":
        failed = dict.fromkeys(row.parameter for row in rows if row.verdict in FAILS)
        trained = reading.applied and isinstance(reading.container.maker, TrainingMaker)
        what = "what training takes from" if trained else "the gradient of"
        first = f"Wrong: {what} {', '.join(failed)} is not the derivative of {loss}." if failed else "Wrong."
        told = " ".join(f"{one.sentence} ({one.place})" for one in diagnoses)
        factor = _common_factor(rows) if all(one.name == "not in the catalogue" for one in diagnoses) else ""
        return f"{first} {told}{factor}".strip()
    why = (
        "; ".join(dict.fromkeys(found.notes))
        or f"nothing could be compared: the file {no_loss}, and its output is of no known kind"
    )
    return f"Could not judge: {why}."


def _seen_by(comparisons: Sequence[Comparison]) -> str:
    """Return which oracles differentiated the code's own loss; those that saw a known formula only do not count."""
    found = [one for one in comparisons if one.against == "own loss" and one.verdict in (*PASSES, *FAILS)]
    names = list(dict.fromkeys(one.oracle for one in found))
    how = ", in 50 digits with certified bounds" if "balls" in names else ", in floats" if names else ""
    return f"By {listed(names)}{how}." if names else "No oracle applies to its own loss; see what each saw."


def _answers(
    rows: Sequence[Row], reading: Reading, forward: Diagnosis | None, found: Findings, no_loss: str
) -> tuple[Answer, ...]:
    own = "Is the backward pass the gradient of the code's own loss?"
    failed = any(row.verdict in FAILS for row in rows)
    passed = any(row.verdict in PASSES for row in rows)
    implied = reading.objective is not None and reading.objective.implied
    first = Answer(
        own, "no" if failed else "yes" if passed else "not known",
        f"The file {no_loss}; the one that its output layer implies was taken." if implied else
        _seen_by(found.comparisons),
    )  # fmt: skip
    second = "Is that the lab's loss, the mean cross-entropy of a softmax?"
    if forward is not None:
        return first, Answer(second, "no", forward.sentence)
    if reading.net is None or reading.objective is None:
        return first, Answer(second, "not known", "Its forward pass or its loss is of no kind that verify knows.")
    lab = (
        reading.net.output == "softmax" and reading.objective.loss == "cross-entropy"
        and reading.objective.normalisation == "mean over the samples" and not reading.objective.d
    )  # fmt: skip
    said = f"It is {reading.objective.words}, of a net with {reading.net.words}."
    if reading.misfit > 1e-13:
        said += (
            f" An eps or a clip in the loss moves it by {reading.misfit:.1e} of itself at moderate weights; that is no "
            "mistake, and far more where a probability comes near 0."
        )
    return first, Answer(second, "yes" if lab else "no", said)


def _evidence(
    context: Context,
    candidates: Candidates,
    reading: Reading | None,
    judged: _Judged,
) -> Evidence:
    document = context.document
    promises = next((offer.promises for offer in offers() if offer.level == context.level), ())
    submission = Submission(
        file=document.name,
        kind="ipynb" if document.kind == "ipynb" else "py",
        sha256=document.sha256,
        used=tuple(
            Lines(one.place.cell, one.place.line, one.end, ", ".join(one.defines), one.kind)
            for one in candidates.slice.statements if one.module is None
        ),
        dropped=tuple(
            Lines(one.place.cell, one.place.line, one.end, one.text, one.why) for one in candidates.slice.dropped
        ),
        convention=() if reading is None else settings_of(reading, candidates),
        bindings=() if reading is None else bindings_of(reading, candidates),
        trials=0 if reading is None else reading.trials,
        answers=judged.answers,
        parameters=_parameters(judged.rows),
        remarks=(*_stand_ins(context), *(
            Remark(one.name, one.sentence, one.place.cell, one.place.line, one.text)
            for one in remarks(candidates.program)
        )),
        cage=context.level,
        promises=tuple(promises),
        canary=judged.canary,
    )  # fmt: skip
    oracles = tuple(dict.fromkeys(row.oracle for row in judged.rows))
    return Evidence(
        subject=document.name,
        verdict=judged.verdict,
        sentence=judged.sentence,
        oracles=oracles,
        derivation=(),
        summary=judged.rows,
        cases=judged.cases,
        mistakes={},
        caught=caught(judged.rows),
        diagnoses=judged.diagnoses,
        findings=(),
        trusted=trusted(oracles, reading),
        coverage=() if reading is None else coverage(judged.cases, losses_in_words(reading, candidates)),
        unjudged=() if reading is None or not judged.rows else unjudged(reading, candidates),
        replay=Replay(context.command, context.seed, versions("numpy"), {document.name: document.sha256}),
        submission=submission,
    )


def _stand_ins(context: Context) -> tuple[Remark, ...]:
    """Return what stands in for helpers that are not in the file: the verdict holds with the usual ones."""
    return tuple(
        Remark(
            "stand-in",
            f"{name} is imported from a module that is not there; the usual {name} was put in its place, and the "
            "verdict holds for that one.", place.cell, place.line, context.document.text(place),
        )
        for place, name in context.stood_in
    )  # fmt: skip


def _parameters(rows: Sequence[Row]) -> tuple[ParameterVerdict, ...]:
    found = []
    for name in dict.fromkeys(row.parameter for row in rows):
        mine = [row for row in rows if row.parameter == name]
        verdict = verdict_of(mine)
        worst = next(
            (row.message for row in mine if row.message and row.worst and row.worst.expected is not None), None
        )
        worst = worst or next((row.message for row in mine if row.message), None)
        found.append(
            ParameterVerdict(
                name,
                verdict,
                worst or "every entry is as it should be" if verdict == "correct" else worst or "nothing was compared",
            )
        )
    return tuple(found)


def places_of_stand_ins(candidates: Candidates, found: Sequence[StoodIn]) -> tuple[tuple[Place, str], ...]:
    """Return the helpers for which usual ones stand in, with the places where the file imports them."""
    places = [(candidates.statements[one.index], one.name) for one in found]
    return tuple((Place(one.cell, one.line), name) for one, name in places if one.module is None)
