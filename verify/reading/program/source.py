"""A statement as it stands in the text: where it starts, and its lines cut out and moved."""

from __future__ import annotations

import ast
from collections.abc import Iterable

from verify.reading.parsing.trees import nodes_of


def first_line(node: ast.stmt) -> int:
    """Return the line that a statement starts in, with its decorators."""
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    return min([node.lineno, *(one.lineno for one in decorators)])


def cut_out(node: ast.stmt, lines: list[str], indent: str = "") -> str:
    """Return the source of a statement as it stands, moved to the left edge and then by `indent`.

    The inside of a string that spans lines stays as it is.
    """
    first, last = first_line(node) - 1, (node.end_lineno or node.lineno) - 1
    taken = lines[first : last + 1]
    taken[-1] = taken[-1].encode()[: node.end_col_offset].decode()
    margin = lines[first][: len(lines[first]) - len(lines[first].lstrip(" \t\f"))]
    taken[0] = indent + taken[0].encode()[node.col_offset :].decode()
    inside = _inside_strings(nodes_of(node)) if len(taken) > 1 and (margin or indent) else set()
    for number in range(1, len(taken)):
        if first + 1 + number not in inside:
            taken[number] = indent + taken[number].removeprefix(margin)
    return "\n".join(taken)


def _inside_strings(nodes: Iterable[ast.AST]) -> set[int]:
    """Return the lines that start inside a string."""
    return {
        number
        for part in nodes
        if isinstance(part, ast.Constant | ast.JoinedStr)
        for number in range(part.lineno + 1, (part.end_lineno or part.lineno) + 1)
    }
