"""Blocks of statements that are run one after the other: cells, bodies of functions and loops, branches."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from verify.reading.parsing.document import Cell
from verify.reading.parsing.trees import children, nodes_of
from verify.reading.program.syntax import root_name

_LOOPS: Final = (ast.For, ast.While, ast.AsyncFor)
_FUNCTIONS: Final = (ast.FunctionDef, ast.AsyncFunctionDef)


@dataclass(frozen=True, eq=False)
class Block:
    """Statements that are run one after the other, and the names that belong to the function around them."""

    cell: Cell
    body: list[ast.stmt]
    local: frozenset[str]
    where: str


def blocks_of(cells: Iterable[Cell]) -> Iterator[Block]:
    """Yield every block of the submission: cells, bodies of functions and loops, branches."""
    for cell in cells:
        if cell.tree is not None:
            where = "the file" if cell.number is None else f"cell {cell.number}"
            waiting = [Block(cell, cell.tree.body, frozenset(), where)]
            while waiting:
                block = waiting.pop()
                yield block
                for node in block.body:
                    waiting += _inside(block, node)


def _inside(block: Block, node: ast.stmt) -> Iterator[Block]:
    local, where = block.local, block.where
    if isinstance(node, _FUNCTIONS):
        arguments = [one.arg for one in nodes_of(node.args) if isinstance(one, ast.arg)]
        shared = {name for one in nodes_of(node) if isinstance(one, ast.Global) for name in one.names}
        local = frozenset((local | assigned(node.body) | set(arguments)) - shared)
        where = f"the function {node.name}"
    elif isinstance(node, _LOOPS):
        where = f"the loop in line {node.lineno}"
    for field in ("body", "orelse", "finalbody"):
        body = getattr(node, field, None)
        if isinstance(body, list) and body:
            yield Block(block.cell, body, local, where)


def own_of(body: list[ast.stmt]) -> Iterator[ast.AST]:
    """Yield the nodes of a block, without those of functions and classes that are defined in it."""
    waiting: list[ast.AST] = list(reversed(body))
    while waiting:
        node = waiting.pop()
        if not isinstance(node, (*_FUNCTIONS, ast.ClassDef)):
            yield node
            waiting += reversed(children(node))


def assigned(body: list[ast.stmt]) -> set[str]:
    """Return the names that a block assigns, and those whose parts it assigns."""
    found = set()
    for node in own_of(body):
        if isinstance(node, ast.Name | ast.Attribute | ast.Subscript) and isinstance(node.ctx, ast.Store):
            found.add(root_name(node))
        elif isinstance(node, ast.Import | ast.ImportFrom):
            found.update(one.asname or one.name.split(".")[0] for one in node.names)
    return {name for name in found if name is not None}
