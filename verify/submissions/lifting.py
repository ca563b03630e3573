"""Forward and backward as lines of a training loop: one step of it becomes a function that can be called."""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from verify.submissions.document import Cell, Document, Place
from verify.submissions.safety import called_name, root_name, update_of, word_for
from verify.submissions.slicing import slice_for, top_level
from verify.submissions.toplevel import cut_out
from verify.submissions.words import meaning_of

NAME: Final = "step"
_LOOPS: Final = (ast.For, ast.While, ast.AsyncFor)
_FUNCTIONS: Final = (ast.FunctionDef, ast.AsyncFunctionDef)
_RECORDS: Final = ("append", "extend", "set_description", "set_postfix", "write", "flush", "update_progress", "sleep")
_LEFT_OUT: Final = ("draws", "asks for input", "prints", "writes files")
_VIEWS: Final = frozenset({"reshape", "copy", "astype", "transpose", "flatten", "ravel", "array", "asarray", "atleast_2d",
                           "expand_dims", "squeeze"})  # fmt: skip
_BATCH: Final = re.compile(r"^next$|batch|sample", re.IGNORECASE)


@dataclass(frozen=True)
class Lifted:
    """One training step as a function: `code` defines `name(*inputs)`, which returns its local names as a dictionary.

    Line n of `code` is line n - `offset` of the cell; `offset` is 0, or 1 where the step starts in the first line.
    `parameters` are read and updated, written as in the code (W1, self.W1, params['W1']); `outputs` are all names
    that are assigned. The inputs are the parameters, the data (X and Y also where they are constants of the file),
    and whatever else must be there and no safe top-level statement defines.
    """

    place: Place
    end: int
    name: str
    code: str
    inputs: tuple[str, ...]
    parameters: tuple[str, ...]
    outputs: tuple[str, ...]
    offset: int


@dataclass(frozen=True)
class _Block:
    """Statements that are run one after the other, and the names that belong to the function around them."""

    cell: Cell
    body: list[ast.stmt]
    local: frozenset[str]
    where: str


def lift(document: Document) -> tuple[Lifted, ...]:
    """Return each innermost block in which parameters are read, and updated from gradients that are computed there."""
    found = []
    for block in _innermost(document):
        lifted = _lifted(document, block)
        if lifted is not None:
            found.append(lifted)
    return tuple(found)


def why_not(document: Document) -> str:
    """Return what is missing for a training step to be lifted out; nothing where `lift` finds one."""
    if lift(document):
        return ""
    updates = [(block, node) for block in _blocks(document) for node in block.body if update_of(node) is not None]
    if not updates:
        return "no line updates a parameter, like W1 -= learning_rate * dW1 or W1 = W1 - learning_rate * dW1"
    block, node = updates[0]
    target, place = ast.unparse(update_of(node) or node), block.cell.place(node)
    computed = _assigned(block.body)
    step = _names([node]) - {root_name(update_of(node) or node)}
    if not step & computed:
        return (
            f"{target} is updated in {block.where} ({place}), but the gradient is not computed in the same block: "
            f"{', '.join(sorted(step)) or 'nothing'} comes from outside"
        )
    return (
        f"{target} is updated in {block.where} ({place}), but the lines before it in the same block do not compute "
        f"its gradient from {target}: the forward pass stands somewhere else"
    )


# --- where ---------------------------------------------------------------------------------------------------------


def _blocks(document: Document) -> Iterator[_Block]:
    """Yield every block of the submission: cells, bodies of functions and loops, branches."""
    for cell in document.cells:
        if cell.tree is not None:
            where = "the file" if cell.number is None else f"cell {cell.number}"
            waiting = [_Block(cell, cell.tree.body, frozenset(), where)]
            while waiting:
                block = waiting.pop()
                yield block
                for node in block.body:
                    waiting += _inside(block, node)


def _inside(block: _Block, node: ast.stmt) -> Iterator[_Block]:
    local, where = block.local, block.where
    if isinstance(node, _FUNCTIONS):
        arguments = [one.arg for one in ast.walk(node.args) if isinstance(one, ast.arg)]
        shared = {name for one in ast.walk(node) if isinstance(one, ast.Global) for name in one.names}
        local = frozenset((local | _assigned(node.body) | set(arguments)) - shared)
        where = f"the function {node.name}"
    elif isinstance(node, _LOOPS):
        where = f"the loop in line {node.lineno}"
    for field in ("body", "orelse", "finalbody"):
        body = getattr(node, field, None)
        if isinstance(body, list) and body:
            yield _Block(block.cell, body, local, where)


def _innermost(document: Document) -> Iterator[_Block]:
    """Yield the blocks that hold a whole training step and no smaller block that does."""
    whole = [block for block in _blocks(document) if _parameters(block)]
    bodies = [(block, {id(inner) for node in block.body for inner in ast.walk(node)}) for block in whole]
    for block, inside in bodies:
        if not any(other is not block and id(other.body[0]) in inside for other in whole):
            yield block


def _own(body: list[ast.stmt]) -> Iterator[ast.AST]:
    """Yield the nodes of a block, without those of functions and classes that are defined in it."""
    waiting: list[ast.AST] = list(reversed(body))
    while waiting:
        node = waiting.pop()
        if not isinstance(node, (*_FUNCTIONS, ast.ClassDef)):
            yield node
            waiting += reversed(list(ast.iter_child_nodes(node)))


def _parameters(block: _Block) -> tuple[str, ...]:
    """Return what a block updates, if it is updated from gradients that the block itself computes from it."""
    updates: dict[str, ast.stmt] = {}
    for node in _own(block.body):
        target = update_of(node)
        if target is not None and isinstance(node, ast.stmt):
            updates.setdefault(ast.unparse(target), node)
    found = [target for target, node in updates.items() if _reached(block, node, target)]
    return tuple(found) if 2 * len(found) > len(updates) else ()


def _reached(block: _Block, update: ast.stmt, target: str) -> bool:
    """Whether the step of an update is computed, in the lines of the block before it, from the parameter."""
    assigned = update_of(update)
    step = update.value if isinstance(update, ast.AugAssign | ast.Assign) else update
    if isinstance(update, ast.Assign) and isinstance(update.value, ast.BinOp):
        step = update.value.right
    wanted = _names([step])
    root = root_name(assigned) if assigned is not None else None
    before = [node for node in _own(block.body) if isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign | ast.For)]
    before = [node for node in before if node.lineno < update.lineno and update_of(node) is None or _accumulates(node, wanted)]
    computed = False
    for node in reversed(before):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        if {root_name(one) for target_ in targets for one in ast.walk(target_)} & wanted:
            source = node.iter if isinstance(node, ast.For) else node.value
            if source is None:
                continue
            computed = True
            wanted |= _names([source])
            if _reads(source, target, root):
                return True
    return computed and False


def _accumulates(node: ast.stmt, wanted: set[str]) -> bool:
    return False


def _names(nodes: list[ast.AST] | list[ast.stmt] | list[ast.expr]) -> set[str]:
    return {one.id for node in nodes for one in ast.walk(node) if isinstance(one, ast.Name)}
