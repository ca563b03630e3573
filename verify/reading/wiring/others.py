"""What else a file trains, beside what is judged: a verdict on one training says nothing about another."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import Final

from verify.reading.parsing.document import Place
from verify.reading.program.functions import Function
from verify.reading.program.syntax import called_name, names_in
from verify.reading.program.training import Loop
from verify.reading.program.vocabulary import roles_of
from verify.reading.wiring.finding import Candidates
from verify.reading.wiring.plan_records import Cut
from verify.reading.wiring.roles import Roles

_OWN: Final = 2  # products of matrices: a forward and a backward pass have at least one each


def superseded(candidates: Candidates, loop: Loop) -> tuple[str, Place] | None:
    """Return a function that a loop reaches and that is defined anew after it, with the place of the last definition.

    Its training is not by the definitions that are in force at the end of the file.
    """
    begins = _runs_at(candidates, loop)
    if begins is None:
        return None
    for name in sorted(candidates.reached_from(loop)):
        places = candidates.program.defined.get(name, ())
        if len(places) > 1 and _order(places[0]) < _order(begins) < _order(places[-1]):
            return name, places[-1]
    return None


def _runs_at(candidates: Candidates, loop: Loop) -> Place | None:
    """Return where a loop is first run: where it stands, or where the function that holds it is first called."""
    if loop.code:
        return loop.place
    calls = [
        cell.place(node) for cell, node in candidates.program.nodes(ast.Call)
        if called_name(node) in (loop.function, loop.owner)
    ]  # fmt: skip
    return min(calls, key=_order, default=None)


def _order(place: Place) -> tuple[int, int]:
    return place.cell or 0, place.line


def takes_several(candidates: Candidates, loop: Loop) -> bool:
    """Whether a loop stands in another in which functions are called that take steps: a pass may take several."""
    steppers = {one.name for one in candidates.functions if one.steps}
    inner = [one for one in candidates.loops if one.place != loop.place and loop.holds(one.place)]
    return any(candidates.reached_from(one) & steppers for one in inner)


def other_trainings(candidates: Candidates, roles: Roles, cut: Cut | None) -> tuple[Loop, ...]:
    """Return the trainings that compute gradients of their own, beside the functions or the loop that were judged."""
    judged, reached = _judged(candidates, roles, cut)
    bodies = () if judged is not None else roles.all
    found: list[Loop] = []
    for loop in sorted(candidates.loops, key=lambda one: _order(one.place)):
        known = [one for one in (judged, *found) if one is not None]
        if not any(_overlap(loop, one) for one in known) and _is_another(candidates, loop, reached, bodies):
            found.append(loop)
    return tuple(found)


def other_passes(candidates: Candidates, roles: Roles, cut: Cut | None) -> tuple[Function, ...]:
    """Return the backward passes among functions and methods that what was judged does not reach."""
    _, reached = _judged(candidates, roles, cut)
    return tuple(
        one for one in candidates.functions
        if _is_backward(one) and (one.name not in reached or _is_apart(candidates, one.owner, roles.owner))
    )  # fmt: skip


def _judged(candidates: Candidates, roles: Roles, cut: Cut | None) -> tuple[Loop | None, set[str]]:
    """Return the loop that was judged, where one was, and the names of all functions that belong to it."""
    judged = next((one for one in candidates.loops if cut is not None and one.place == Place(cut.cell, cut.line)), None)
    callers = roles.all if judged is None else (judged,)
    names = {one.name for one in roles.all} if judged is None else set[str]()
    return judged, names.union(*(candidates.reached_from(one) for one in callers))


def _is_another(candidates: Candidates, loop: Loop, reached: set[str], bodies: Sequence[Function]) -> bool:
    """Whether a loop has a backward pass that was not judged: in its own text, or in functions that it calls."""
    if any(loop.holds(one.place) for one in bodies):
        return False  # its own body was judged, as a step
    if superseded(candidates, loop) is not None:
        return True
    passes = {one.name for one in candidates.functions if _is_backward(one)} & candidates.reached_from(loop)
    if passes:
        return not passes <= reached
    return loop.changes and loop.products >= _OWN


def _is_apart(candidates: Candidates, owner: str | None, judged: str | None) -> bool:
    """Whether a class has nothing to do with the one that was judged: neither names the other."""
    if owner is None or judged is None or owner == judged:
        return False
    names = {node.name: names_in(node) for _, node in candidates.program.nodes(ast.ClassDef)}
    return owner not in names.get(judged, ()) and judged not in names.get(owner, ())


def _is_backward(one: Function) -> bool:
    return one.products > 0 and roles_of(one.name)[:1] == ("backward",)


def _overlap(one: Loop, other: Loop) -> bool:
    """Whether one of two loops stands in the other, or both are the same."""
    return one.holds(other.place) or other.holds(one.place)
