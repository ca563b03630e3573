"""The verdict in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from verify.evidence.records import FAILS, CaseEvidence, Evidence, Row, Verdict


def sentence(verdict: Verdict, rows: Sequence[Row], cases: Sequence[CaseEvidence], oracles: Sequence[str]) -> str:
    """Return the verdict in one sentence, with what it rests on or why there is none."""
    vacuous = [case for case in cases if case.power and case.power.vacuous]
    if verdict == "wrong":
        failed = dict.fromkeys(row.parameter for row in rows if row.verdict in FAILS)
        return wrong_sentence(failed)
    if verdict == "could not judge":
        why = next((case.power.why for case in vacuous if case.power and case.power.why), None)
        if why is None:
            return f"Could not judge: {'; '.join(dict.fromkeys(_notes(cases))) or 'nothing was compared'}."
        return f"Could not judge: no case here could have failed. {why[:1].upper()}{why[1:]}."
    judged = len(cases) - len(vacuous)
    entries = sum(row.entries for row in rows if row.oracle == oracles[0])
    aside = f" {count(len(vacuous), 'vacuous case')} not counted." if vacuous else ""
    return (
        f"Correct: dW1, db1, dW2 and db2 are the derivative of the loss, by "
        f"{count(len(oracles), 'oracle')}, in {count(judged, 'case')} and {entries:,} entries.{aside}"
    )


def training_sentence(evidence: Evidence) -> str:
    """Return the verdict of an end-to-end check in a sentence or two."""
    training = evidence.training
    assert training is not None
    main = training.runs[0]
    if evidence.verdict == "wrong":
        twins = " ".join(check.sentence for check in training.checks if check.name == "keras-twin")
        wrong = evidence.sentence if any(row.verdict in FAILS for row in evidence.summary) else f"Wrong: {twins}"
        return f"{wrong} {training.cost.effect}" if training.cost else wrong
    shown = _gradients_shown(evidence)
    if main.status == "interrupted":
        reached = main.epochs[-1]
        return (
            f"Interrupted {main.why} of {main.epochs_wanted}: {main.updates:,} updates reached test accuracy "
            f"{reached.test_accuracy:.3f}; {shown}."
        )
    if main.status == "stopped":
        return f"Could not judge the training: {main.why}. Still, {shown}: the settings are to blame."
    failed = [check.sentence for check in training.checks if check.decides and check.verdict in FAILS]
    if failed:
        return f"Could not judge: {shown}, but {' '.join(failed)}"
    if evidence.verdict == "could not judge":
        return evidence.sentence
    reached = main.epochs[-1]
    return (
        f"Correct: by {count(len(evidence.oracles), 'oracle')} {shown}, and {main.updates:,} updates with them reach "
        f"test accuracy {reached.test_accuracy:.3f} and test loss {reached.test_loss:.3f} on {training.data.name}."
        f"{' The planted mistake is not seen by these oracles.' if training.cost else ''}"
    )


def _gradients_shown(evidence: Evidence) -> str:
    if not evidence.summary:
        return "no gradient was checked"
    trained = sum(case.weights == "trained" for case in evidence.cases)
    made = len(evidence.cases) - trained
    where = count(trained, "real batch", "real batches") + (f" and in {count(made, 'made case')}" if made else "")
    return f"on {where} the gradients are the derivative of the loss"


def wrong_sentence(parameters: Mapping[str, Any]) -> str:
    """Return the sentence that names the gradients that are wrong."""
    names = [f"d{name}" for name in parameters]
    listed = names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
    return f"Wrong: {listed} {'is' if len(names) == 1 else 'are'} not the derivative of the loss."


def count(number: int, noun: str, plural: str = "") -> str:
    """Return `1 case` or `3 cases`."""
    return f"{number:,} {noun if number == 1 else plural or f'{noun}s'}"


def _notes(cases: Sequence[CaseEvidence]) -> list[str]:
    return [one.note for case in cases for one in case.comparisons if one.verdict == "could not judge"]
