"""Forward and backward as lines of a training loop: one step of it becomes a function that can be called."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from verify.reading.parsing.document import Place
from verify.reading.program.blocks import Block, assigned, own_of
from verify.reading.program.flows import key_of
from verify.reading.program.kept import BUILTINS, kept_of
from verify.reading.program.slicing import slice_for
from verify.reading.program.source import cut_out, first_line
from verify.reading.program.steps import Step, innermost
from verify.reading.program.syntax import names_in, root_name
from verify.reading.program.toplevel import TopLevel
from verify.reading.program.updates import update_of
from verify.reading.program.uses import free_names
from verify.reading.program.vocabulary import is_parameter, meaning_of

NAME: Final = "__step__"  # no name of the file


@dataclass(frozen=True)
class Lifted:
    """One training step as a function: `code` defines `name(*inputs)`, which returns its local names as a dictionary.

    Line n of `code` is line n - `offset` of the cell; `offset` is 0, or 1 where the step starts in the first line.
    `parameters` are read and updated, written as in the code (W1, self.W1, params['W1']); `outputs` are all names
    that are assigned. The inputs are the parameters, the data (X and Y also where they are constants of the file)
    and what no safe top-level statement defines.
    """

    place: Place
    end: int
    name: str
    code: str
    inputs: tuple[str, ...]
    parameters: tuple[str, ...]
    outputs: tuple[str, ...]
    offset: int


def lift(files: TopLevel, blocks: Iterable[Block]) -> tuple[Lifted, ...]:
    """Return each innermost block in which parameters are read, and updated from gradients that are computed there."""
    tools = {name for item in files.usable() if item.statement.kind != "assignment" for name in item.statement.defines}
    found = [lifted for step in innermost(blocks) if (lifted := _lifted(files, step, tools)) is not None]
    return tuple(sorted(found, key=lambda one: (one.place.cell or 0, one.place.line)))


def why_not(blocks: Sequence[Block]) -> str:
    """Return what is missing for a training step to be lifted out, where `lift` finds none."""
    changes = [(block, node, update_of(node)) for block in blocks for node in block.body]
    updates = [(block, node, place) for block, node, place in changes if place is not None and _taken(node, place)]
    if not updates:
        return "no line updates a parameter, like W1 -= learning_rate * dW1 or W1 = W1 - learning_rate * dW1"
    block, node, changed = max(updates, key=lambda one: is_parameter(re.findall(r"\w+", key_of(one[2]) or "_")[-1]))
    target, place, step = ast.unparse(changed), block.cell.place(node), _taken(node, changed)
    if not step & assigned(block.body):
        return (
            f"{target} is updated in {block.where} ({place}), but the gradient is not computed in the same block: "
            f"{', '.join(sorted(step))} come from outside"
        )
    return (
        f"{target} is updated in {block.where} ({place}), but the lines before it in the same block do not compute "
        f"its gradient from {target}: the forward pass stands somewhere else"
    )


def _taken(node: ast.stmt, target: ast.expr) -> set[str]:
    """Return the names that an update takes besides its own; z -= np.max(z) takes none."""
    return names_in(node) - {root_name(target), "np", "numpy"}


def _lifted(files: TopLevel, step: Step, tools: set[str]) -> Lifted | None:
    """Return the step, or None where its lines cannot stand in a function of their own."""
    block, parameters = step
    roots = {re.split(r"[.\[]", one, maxsplit=1)[0] for one in parameters}
    kept = kept_of(block, parameters, roots, tools)
    lines = block.cell.source.split("\n")
    inputs = _inputs(files, block, roots, free_names(kept, lines))
    start, end = first_line(kept[0]), max(node.end_lineno or node.lineno for node in kept)
    offset = 1 if start == 1 else 0
    code = _as_function(kept, lines, inputs, start + offset - 2, end + offset)
    if not _compiles(code):
        return None
    if any(isinstance(node, ast.Return | ast.Yield | ast.YieldFrom | ast.Await) for node in own_of(kept)):
        return None
    place = Place(block.cell.number, start)
    return Lifted(place, end, NAME, code, inputs, parameters, tuple(sorted(assigned(kept))), offset)


def _inputs(files: TopLevel, block: Block, roots: set[str], read: Sequence[str]) -> tuple[str, ...]:
    """Return which of the names that a step reads are given to it: the others are found by slicing."""
    free = [name for name in read if name not in BUILTINS]
    sliced = slice_for(files, [name for name in free if name not in block.local])
    fed = {*block.local, *sliced.missing, *roots}
    constants = [one for one in sliced.statements if one.kind == "assignment"]
    fed.update(name for one in constants for name in one.defines if meaning_of(name) in ("X", "Y"))
    for one in constants:  # m = X.shape[0] is no constant where X is an input
        if fed & set(one.reads):
            fed.update(one.defines)
    return tuple(name for name in free if name in fed)


def _as_function(kept: Sequence[ast.stmt], lines: list[str], inputs: Sequence[str], head: int, last: int) -> str:
    """Return statements as the body of a function whose head stands in line `head` (from 0) and its end in `last`."""
    text = [""] * (last + 1)
    text[head] = f"def {NAME}({', '.join(inputs)}):"
    for node in kept:
        at = head + 1 + first_line(node) - first_line(kept[0])
        first, *rest = cut_out(node, lines, "    ").split("\n")
        text[at] = f"{text[at]}; {first.lstrip()}" if text[at] else first
        text[at + 1 : at + 1 + len(rest)] = rest
    text[last] = "    return locals()"
    return "\n".join(text) + "\n"


def _compiles(code: str) -> bool:
    try:
        with warnings.catch_warnings(action="ignore"):
            compile(code, NAME, "exec")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True
