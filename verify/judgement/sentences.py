"""The verdict in a sentence, with what it rests on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from verify.evidence.records import FAILS, CaseEvidence, Coverage, Row, Verdict
from verify.judgement.coverage import listed, seen_by
from verify.wording import count


def sentence(
    verdict: Verdict, rows: Sequence[Row], cases: Sequence[CaseEvidence], found: Sequence[Coverage], loss: str
) -> str:
    """Return the verdict on the derivative of this loss, with what it rests on or why there is none."""
    vacuous = [case for case in cases if case.power and case.power.vacuous]
    if verdict == "wrong":
        failed = dict.fromkeys(row.parameter for row in rows if row.verdict in FAILS)
        return wrong_sentence(failed, loss)
    if verdict == "could not judge":
        why = next((case.power.why for case in vacuous if case.power and case.power.why), None)
        if why is None:
            return f"Could not judge: {'; '.join(dict.fromkeys(_notes(cases))) or 'nothing was compared'}."
        return f"Could not judge: no case here could have failed. {why[:1].upper()}{why[1:]}."
    are = "is" if len(vacuous) == 1 else "are"
    aside = f" Of {count(len(cases), 'case')}, {len(vacuous)} {are} vacuous and not counted." if vacuous else ""
    return f"Correct: dW1, db1, dW2 and db2 are the derivative of {loss}: {seen_by(found)}.{aside}"


def wrong_sentence(parameters: Mapping[str, Any], loss: str = "the loss") -> str:
    """Return the sentence that names the gradients that are wrong."""
    names = [f"d{name}" for name in parameters]
    return f"Wrong: {listed(names)} {'is' if len(names) == 1 else 'are'} not the derivative of {loss}."


def _notes(cases: Sequence[CaseEvidence]) -> list[str]:
    return [one.note for case in cases for one in case.comparisons if one.verdict == "could not judge"]
