"""stop-never-fires: training is to stop at an accuracy above 1, and the accuracy is a fraction."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from itertools import chain
from typing import Final

from verify.reading.parsing.trees import nodes_of
from verify.reading.program.syntax import called_name
from verify.reading.remarks.facts import Facts
from verify.reading.remarks.rule import Rule, Told

_LONGEST: Final = 20  # names, lists and functions that stand for each other
_MOST: Final = 2_000  # values that are looked at for one test


def _find(facts: Facts) -> Told:
    for cell, node in facts.nodes(ast.If):
        if not any(isinstance(inner, ast.Break | ast.Return) for one in node.body for inner in nodes_of(one)):
            continue
        for test in nodes_of(node.test):
            limit = _limit(facts, test)
            if limit is not None:
                sentence = (
                    f"The stop waits for {ast.unparse(test)[:80]}, but this accuracy is a fraction, at most 1: "
                    f"it never fires. {limit / 100:g} is meant, if {limit:g} is in percent."
                )
                yield cell, node, sentence
                break


def _limit(facts: Facts, test: ast.AST) -> float | None:
    """Return the number above 1 that a fraction is compared with, or None."""
    if not isinstance(test, ast.Compare) or len(test.ops) != 1:
        return None
    left, right, op = test.left, test.comparators[0], test.ops[0]
    if isinstance(op, ast.Lt | ast.LtE):
        left, right = right, left
    elif not isinstance(op, ast.Gt | ast.GtE):
        return None
    limit = facts.number(right)
    return limit if limit is not None and limit > 1 and _Fractions(facts).holds(left) else None


class _Fractions:
    """Whether a value is the mean of a comparison, also through names, lists and the functions that return it.

    What stands for itself, as a function that only returns its own call, tells nothing: neither yes nor no.
    """

    def __init__(self, facts: Facts) -> None:
        self._facts = facts
        self._left = _MOST

    def holds(self, node: ast.expr) -> bool:
        return self._ask(node, frozenset()) is True

    def _ask(self, node: ast.expr, seen: frozenset[str]) -> bool | None:
        self._left -= 1
        if self._left < 0:
            return False
        while isinstance(node, ast.Call) and called_name(node) in ("float", "round") and _first(node) is not None:
            node = _first(node) or node
        if isinstance(node, ast.Call):
            if called_name(node) in ("mean", "average") and _first(node) is not None:
                return self._is_mean(node)
            return called_name(node) == "accuracy_score" or self._returned(node, None, seen)
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
            summed = isinstance(node.left, ast.Call) and called_name(node.left) in ("sum", "count_nonzero")
            return summed and _compares(node.left)
        if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name):
            return self._listed(node.value.id, seen)
        return self._named(node.id, seen) if isinstance(node, ast.Name) else False

    def _is_mean(self, node: ast.Call) -> bool:
        of = _first(node)
        values = self._facts.values.get(of.id, []) if isinstance(of, ast.Name) else []
        return (of is not None and _compares(of)) or any(isinstance(one, ast.Compare) for one in values)

    def _listed(self, name: str, seen: frozenset[str]) -> bool | None:
        """Ask of all that is appended to a list."""
        key = f"{name}[]"
        if key in seen or len(seen) > _LONGEST:
            return None if key in seen else False
        listed = self._facts.appended.get(name, [])
        return _every(self._ask(one, seen | {key}) for one in listed) if listed else False

    def _named(self, name: str, seen: frozenset[str]) -> bool | None:
        """Ask of all that a name is given."""
        if name in seen or len(seen) > _LONGEST:
            return None if name in seen else False
        seen |= {name}
        values = [one for one in self._facts.values.get(name, []) if self._facts.number(one) is None]
        split = self._facts.parts.get(name, [])
        if not (values or split):
            return False
        told = (self._ask(one, seen) for one in values)
        parts = (isinstance(one, ast.Call) and self._returned(one, at, seen) for one, at in split)
        return _every(chain(told, parts))

    def _returned(self, call: ast.Call, at: int | None, seen: frozenset[str]) -> bool | None:
        """Ask of all that a function returns, or of the part `at` of the tuples that it returns."""
        key = f"{called_name(call)}({at})"
        if key in seen or len(seen) > _LONGEST:
            return None if key in seen else False
        function = self._facts.functions.get(called_name(call))
        if function is None:
            return False
        returned = [one.value for one in nodes_of(function) if isinstance(one, ast.Return) and one.value is not None]
        if at is not None:
            tuples = [one for one in returned if isinstance(one, ast.Tuple) and len(one.elts) > at]
            returned = [one.elts[at] for one in tuples] if len(tuples) == len(returned) else []
        return _every(self._ask(one, seen | {key}) for one in returned) if returned else False


def _first(call: ast.Call) -> ast.expr | None:
    """Return what a call is made on: its first argument, or the value whose method it is."""
    if call.args:
        return call.args[0]
    return call.func.value if isinstance(call.func, ast.Attribute) else None


def _compares(node: ast.AST) -> bool:
    return any(isinstance(one, ast.Compare) for one in nodes_of(node))


def _every(answers: Iterable[bool | None]) -> bool | None:
    """Return False where one answer is no, else True where one is yes, else None."""
    found = None
    for answer in answers:
        if answer is False:
            return False
        found = found or answer
    return found


RULE: Final = Rule("stop-never-fires", _find)
