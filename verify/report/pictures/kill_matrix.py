"""The kill matrix: which planted mistake each case sees, and by how many of the oracles that ran there."""

from __future__ import annotations

import re
from collections.abc import Sequence

from verify.evidence.records import CaseEvidence, Evidence
from verify.report.pictures.drawing import Picture, picture
from verify.report.pictures.lettering import listed, one_line
from verify.report.pictures.matrix import Cell, Level, Matrix


def kill_matrix(evidence: Evidence) -> Picture | None:
    """Return which mistakes each case sees; None where no case says what it sees."""
    matrix = _matrix(evidence)
    if not matrix.cases or not matrix.mistakes:
        return None
    from verify.report.pictures.matrix_drawing import drawn

    return picture("kill-matrix", "Which planted mistakes each case sees", _in_words(matrix), lambda: drawn(matrix))


def _matrix(evidence: Evidence) -> Matrix:
    cases = [case for case in evidence.cases if case.power is not None]
    names = dict.fromkeys([*evidence.mistakes, *(name for case in cases if case.power for name in case.power.seen)])
    groups = _by_step(list(names))
    rows = tuple(tuple(_cell(case, name) for case in cases) for group in groups for name in group)
    return Matrix(groups, tuple(one_line(case.name) for case in cases), rows)


def _by_step(names: Sequence[str]) -> tuple[tuple[str, ...], ...]:
    """Return the names in groups of one step, dZ2 or dW1; those that begin with no step are one group."""
    groups: dict[str, list[str]] = {}
    for name in names:
        step = re.match(r"d[A-Za-z]+\d+(?=-)", name)
        groups.setdefault(step.group() if step else "", []).append(name)
    return tuple(tuple(group) for group in groups.values())


def _cell(case: CaseEvidence, mistake: str) -> Cell:
    assert case.power is not None
    if case.power.vacuous:
        return Cell(Level.VACUOUS)
    if mistake not in case.power.seen:
        return Cell(Level.UNTRIED)
    seeing = dict.fromkeys(case.power.seen[mistake])
    judged = (one.oracle for one in case.comparisons if one.verdict != "could not judge")
    ran = dict.fromkeys([*judged, *(oracle for by in case.power.seen.values() for oracle in by)])
    blind = tuple(oracle for oracle in ran if oracle not in seeing)
    level = Level.NONE if not seeing else Level.SOME if blind else Level.EVERY
    return Cell(level, len(seeing), len(ran), blind)


def _in_words(matrix: Matrix) -> str:
    number, cases = len(matrix.mistakes), len(matrix.cases)
    planted = "one planted mistake" if number == 1 else f"{number} planted mistakes"
    said = [f"Which of {planted} {'each of ' if cases > 1 else ''}{_cases(cases)} sees."]
    vacuous = []
    for place, case in enumerate(matrix.cases):
        column = matrix.column(place)
        if column[0].level is Level.VACUOUS:
            vacuous.append(case)
            continue
        tried = [cell.level for cell in column if cell.level is not Level.UNTRIED]
        unseen = [name for name, cell in zip(matrix.mistakes, column, strict=True) if cell.level is Level.NONE]
        missed = f", not {listed(unseen)}" if unseen else ""
        said.append(f"{case}: {len(tried) - len(unseen)} of {len(tried)}{missed}.")
    for blind, names in matrix.partly().items():
        said.append(f"Not seen by {listed(blind)}, but by others, in some case: {listed(names)}.")
    if vacuous:
        said.append(f"Vacuous, so that nothing there can fail: {listed(vacuous)}.")
    return one_line(" ".join(said))


def _cases(number: int) -> str:
    return "one case" if number == 1 else f"{number} cases"
