"""axis-counts-updates: an axis is labelled in epochs, and what is drawn has a value for each update."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from typing import Final

from verify.reading.parsing.document import Cell
from verify.reading.parsing.trees import children
from verify.reading.program.syntax import called_name, root_name
from verify.reading.remarks.facts import Facts, FunctionNode
from verify.reading.remarks.rule import Rule, Told

_EPOCHS: Final = re.compile(r"epoch|[eé]poque|[eé]poca", re.IGNORECASE)


def _find(facts: Facts) -> Told:
    counted = _per_update(facts)
    found: dict[tuple[int | None, int], tuple[Cell, ast.AST]] = {}
    lists: dict[str, None] = {}
    for cell in facts.cells if counted else ():
        for call, drawn in _labelled(cell.nodes):
            if drawn in counted:
                found[cell.number, call.lineno] = cell, call
                lists[drawn] = None
    if found:
        cell, node = next(iter(found.values()))
        get = "get" if len(lists) > 1 else "gets"
        sentence = (
            f"The axis is labelled in epochs, but {' and '.join(lists)} {get} a value at every update: "
            "it counts updates."
        )
        yield cell, node, sentence


def _labelled(nodes: Sequence[ast.AST]) -> Iterator[tuple[ast.Call, str]]:
    """Yield the calls that label an axis in epochs, each with the list that is drawn there."""
    drawn: dict[str, str] = {}
    calls = [node for node in nodes if isinstance(node, ast.Call)]
    for call in sorted(calls, key=lambda one: (one.lineno, one.col_offset)):
        name, canvas = called_name(call), ast.unparse(getattr(call.func, "value", call.func))
        if name in ("subplot", "figure", "subplots", "show"):
            drawn.clear()
        elif name == "plot" and len(call.args) == 1 and isinstance(call.args[0], ast.Name):
            drawn[canvas] = call.args[0].id
        elif name in ("xlabel", "set_xlabel") and canvas in drawn and call.args and _in_epochs(call.args[0]):
            yield call, drawn[canvas]


def _in_epochs(label: ast.expr) -> bool:
    return isinstance(label, ast.Constant) and isinstance(label.value, str) and _EPOCHS.search(label.value) is not None


def _per_update(facts: Facts) -> set[str]:
    """Return the lists that are appended to in a loop inside a loop, and in no outer one."""
    deep: set[str] = set()
    shallow: set[str] = set()
    for cell in facts.cells:
        waiting: list[tuple[ast.AST, int]] = [(cell.nodes[0], 0)]
        while waiting:
            node, loops = waiting.pop()
            if isinstance(node, ast.Call) and called_name(node) == "append":
                (deep if loops > 1 else shallow).add(root_name(node.func) or "")
            inner = 0 if isinstance(node, FunctionNode) else loops + isinstance(node, ast.For | ast.While)
            waiting += [(child, inner) for child in children(node)]
    return deep - shallow


RULE: Final = Rule("axis-counts-updates", _find)
