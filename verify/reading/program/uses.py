"""Which names statements read before they write them, wherever they stand."""

from __future__ import annotations

import ast

from verify.reading.parsing.trees import nodes_of
from verify.reading.program.blocks import assigned
from verify.reading.program.names import names_of
from verify.reading.program.source import cut_out
from verify.reading.program.syntax import root_name


def free_names(body: list[ast.stmt], lines: list[str]) -> list[str]:
    """Return the names that statements read before they write them, in the order in which they are read."""
    found: dict[str, None] = {}

    def through(body: list[ast.stmt], written: set[str]) -> None:
        for node in body:
            if isinstance(node, ast.If | ast.While | ast.For | ast.With | ast.Try):
                for head in _heads(node):
                    found.update(dict.fromkeys(sorted(_reads(ast.unparse(head)) - written)))
                if isinstance(node, ast.For):
                    written = written | {one.id for one in nodes_of(node.target) if isinstance(one, ast.Name)}
                for field in ("body", "orelse", "finalbody"):
                    through(getattr(node, field, None) or [], set(written))
            else:
                reads = _reads(cut_out(node, lines))
                roots = {
                    root_name(one.target if isinstance(one, ast.AugAssign) else one)
                    for one in nodes_of(node)
                    if isinstance(one, ast.AugAssign | ast.Subscript | ast.Attribute)
                }
                reads |= {root for root in roots if root is not None}
                found.update(dict.fromkeys(sorted(reads - written)))
            written |= assigned([node])

    through(body, set())
    return list(found)


def _heads(node: ast.If | ast.While | ast.For | ast.With | ast.Try) -> list[ast.expr]:
    """Return the expressions in the first line of a compound statement."""
    if isinstance(node, ast.With):
        return [one.context_expr for one in node.items]
    if isinstance(node, ast.For):
        return [node.iter]
    return [] if isinstance(node, ast.Try) else [node.test]


def _reads(code: str) -> set[str]:
    try:
        _, now, later = names_of(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return set()
    return set(now | later)
