"""Numbers that passes are counted by: 100 of if epoch >= 100, 25 of i % 25 == 0, 40 of 1 - epoch / 40."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from typing import Final

from verify.reading.parsing.trees import nodes_of

_DIVIDES: Final = (ast.Mod, ast.FloorDiv, ast.Div)
_LARGEST: Final = 1000


def counts_in(nodes: Iterable[ast.AST]) -> tuple[int, ...]:
    """Return the whole numbers from 2 to 1000 that names are compared with or divided by, the smallest first."""
    found: set[int] = set()
    for node in nodes:
        sides: list[ast.expr] = []
        if isinstance(node, ast.Compare):
            sides = [node.left, *node.comparators]
        elif isinstance(node, ast.BinOp) and isinstance(node.op, _DIVIDES):
            sides = [node.left, node.right]
        if any(isinstance(one, ast.Name | ast.Attribute) for side in sides for one in nodes_of(side)):
            found |= {number for side in sides if (number := _whole(side)) is not None}
    return tuple(sorted(found))


def _whole(node: ast.expr) -> int | None:
    value = node.value if isinstance(node, ast.Constant) else None
    if not isinstance(value, int | float) or isinstance(value, bool) or value != value // 1:
        return None
    return int(value) if 2 <= value <= _LARGEST else None
