"""never-filled: a list for held-out data is declared, and nothing fills it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import Final

from verify.reading.remarks.facts import Facts
from verify.reading.remarks.rule import Rule, Told

_HELD_OUT: Final = re.compile(r"(^|_)(test|val|valid|validation|dev|eval)(_|$|\d)", re.IGNORECASE)


def _find(facts: Facts) -> Told:
    used = {node.id for _, node in facts.nodes(ast.Name) if isinstance(node.ctx, ast.Load)}
    for cell, node in facts.nodes(ast.Assign):
        names = [name for target in node.targets for name in _empty_lists(target, node.value)]
        empty = [one for one in names if _HELD_OUT.search(one) and one not in used and len(facts.values[one]) == 1]
        if empty:
            are, them = ("are", "them") if len(empty) > 1 else ("is", "it")
            sentence = (
                f"{' and '.join(empty)} {are} declared, and nothing fills {them}: "
                "how the net does on data that it was not trained on is not measured."
            )
            yield cell, node, sentence


def _empty_lists(target: ast.expr, value: ast.expr) -> Iterator[str]:
    if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple) and len(target.elts) == len(value.elts):
        for one, part in zip(target.elts, value.elts, strict=True):
            yield from _empty_lists(one, part)
    elif isinstance(target, ast.Name) and isinstance(value, ast.List) and not value.elts:
        yield target.id


RULE: Final = Rule("never-filled", _find)
