"""From comparisons to verdicts: one row a parameter and oracle, and what all rows say together."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from verify.evidence.records import FAILS, PASSES, CaseEvidence, Caught, Comparison, Row, Verdict


def summary(cases: Sequence[CaseEvidence], oracles: Sequence[str]) -> tuple[Row, ...]:
    """Return one row a parameter and oracle: the case in which the gradient is furthest from the oracle."""
    parameters = dict.fromkeys(one.parameter for case in cases for one in case.comparisons)
    rows = []
    for parameter in parameters:
        for oracle in oracles:
            found = [
                (case, one) for case in cases for one in case.comparisons
                if one.parameter == parameter and one.oracle == oracle
            ]  # fmt: skip
            if found:
                rows.append(_row(parameter, oracle, found))
    return tuple(rows)


def caught(rows: Sequence[Row]) -> tuple[Caught, ...]:
    """Return, for each oracle, the relative error that it would have caught in every gradient."""
    found = []
    for oracle in dict.fromkeys(row.oracle for row in rows):
        passing = [row for row in rows if row.oracle == oracle and row.detects is not None]
        if passing:
            typically = max(row.detects_typically or 0.0 for row in passing)
            found.append(Caught(oracle, typically, max(row.detects or 0.0 for row in passing)))
    return tuple(found)


def _row(parameter: str, oracle: str, found: list[tuple[CaseEvidence, Comparison]]) -> Row:
    case, worst = max(found, key=lambda pair: _severity(pair[1]))
    detected = [one.detects for _, one in found if one.detects is not None]
    typical = [one.detects_typically for _, one in found if one.detects_typically is not None]
    counts = {word: sum(one.verdict == word for _, one in found) for word in dict.fromkeys(o.verdict for _, o in found)}
    entries = sum(one.entries for _, one in found if one.verdict in (*PASSES, *FAILS))
    mismatched = sum(one.mismatched for _, one in found)
    return Row(
        parameter, oracle, worst.verdict, case.name, worst.worst, entries, mismatched,
        max(detected) if detected else None, max(typical) if typical else None, counts, worst.message,
    )  # fmt: skip


def _severity(one: Comparison) -> tuple[int, float]:
    rank = 3 if one.verdict in FAILS else 2 if one.verdict in PASSES else 1 if one.verdict == "vacuous" else 0
    if one.worst is None or one.worst.error is None or not one.worst.bound:
        return rank, 0.0
    ratio = one.worst.error / one.worst.bound
    return rank, ratio if np.isfinite(ratio) else np.inf


def verdict_of(rows: Sequence[Row]) -> Verdict:
    """Return wrong if any row fails, correct if each parameter has a row that passes, else could not judge."""
    if any(row.verdict in FAILS for row in rows):
        return "wrong"
    passed = {row.parameter for row in rows if row.verdict in PASSES}
    return "correct" if passed and passed == {row.parameter for row in rows} else "could not judge"
