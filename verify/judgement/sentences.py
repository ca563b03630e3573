"""The verdict in a sentence, with what it rests on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from verify.evidence.records import FAILS, CaseEvidence, Row, Verdict
from verify.wording import count


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
    entries = max(sum(row.entries for row in rows if row.oracle == oracle) for oracle in oracles)
    aside = f" {count(len(vacuous), 'vacuous case')} not counted." if vacuous else ""
    return (
        f"Correct: dW1, db1, dW2 and db2 are the derivative of the loss, by "
        f"{count(len(oracles), 'oracle')}, in {count(judged, 'case')} and {entries:,} entries.{aside}"
    )


def wrong_sentence(parameters: Mapping[str, Any]) -> str:
    """Return the sentence that names the gradients that are wrong."""
    names = [f"d{name}" for name in parameters]
    listed = names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
    return f"Wrong: {listed} {'is' if len(names) == 1 else 'are'} not the derivative of the loss."


def _notes(cases: Sequence[CaseEvidence]) -> list[str]:
    return [one.note for case in cases for one in case.comparisons if one.verdict == "could not judge"]
