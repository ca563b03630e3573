"""Which blocks hold a whole training step: parameters are updated from gradients that are computed from them there."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from verify.reading.parsing.trees import nodes_of
from verify.reading.program.blocks import Block, own_of
from verify.reading.program.flows import flows, key_of, reads_any
from verify.reading.program.updates import update_of


class Step(NamedTuple):
    """A block that holds a whole training step, and the parameters that it updates, written as in the code."""

    block: Block
    parameters: tuple[str, ...]


def innermost(blocks: Iterable[Block]) -> list[Step]:
    """Return the blocks that hold a whole training step and no smaller block that does."""
    whole = [Step(block, found) for block in blocks if (found := parameters_of(block))]
    bodies = [(step, {id(inner) for node in step.block.body for inner in nodes_of(node)}) for step in whole]
    return [
        step for step, inside in bodies
        if not any(other is not step and id(other.block.body[0]) in inside for other in whole)
    ]  # fmt: skip


def parameters_of(block: Block) -> tuple[str, ...]:
    """Return what a block updates, if it is updated from gradients that the block itself computes from it."""
    nodes = list(own_of(block.body))
    updates: dict[str, tuple[ast.stmt, ast.expr]] = {}
    for node in nodes:
        target = update_of(node) if isinstance(node, ast.stmt) else None
        if target is not None and isinstance(node, ast.stmt):
            updates.setdefault(key_of(target), (node, target))
    found = [name for name, (node, _) in updates.items() if _reached(nodes, node, name)]
    return tuple(found) if 2 * len(found) > len(updates) else ()


def _reached(nodes: Sequence[ast.AST], update: ast.stmt, parameter: str) -> bool:
    """Whether the lines before an update compute its step from the parameter itself."""
    computed: set[str] = set()
    for node in nodes:
        if node is update:
            break
        for place, source in flows(node):
            counted = isinstance(node, ast.For) and not reads_any(source, computed)  # the keys of params, a range
            if key_of(place) != parameter and not counted and reads_any(source, {parameter, *computed}):
                computed.add(key_of(place))
    return any(reads_any(part, computed - {parameter}) for _, part in flows(update))
