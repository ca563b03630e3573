"""A submission run as it stands, as its own main program: what its functions are given, and in which order.

Definitions and imports are loaded as ever. What remains of each cell becomes a function, which calls that of the cell
before; the worker puts it together (execution/inside/as_program.py), so that every line keeps its number.
"""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterable, Sequence

from verify.reading.parsing.document import Cell
from verify.reading.parsing.trees import nodes_of
from verify.reading.program.program import Program
from verify.reading.program.slicing import Slice
from verify.reading.program.statements import Statement
from verify.reading.program.syntax import names_in

# What such packages give a program of this kind are data, and importing them takes longer than judging does.
_HEAVY = frozenset(("tensorflow", "keras", "torchvision", "jax", "datasets"))
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def cells_of(program: Program) -> list[Cell]:
    """Return the cells that do anything when they are run."""
    return [cell for cell in program.document.cells if cell.tree is not None and cell.tree.body]


def slice_of(program: Program) -> Slice:
    """Return the definitions and imports that the main program reaches, without those that only load data.

    What it assigns, it assigns when it is run, but for what stands for a function or is needed to define one.
    """
    body = [node for cell in cells_of(program) if cell.tree is not None for node in cell.tree.body]
    roots = _read(body)
    found = program.slice_for([name for name in roots if not hasattr(builtins, name)])
    early = _needed_to_define(body)
    kept = tuple(
        one for one in found.statements
        if not _is_heavy(one)
        and (one.kind != "assignment" or one.module is not None or "lambda" in one.code or early & {*one.defines})
    )  # fmt: skip
    return Slice(kept, found.dropped, found.missing)


def _read(body: Iterable[ast.stmt]) -> list[str]:
    """Return the names that are read anywhere in a program, and those that it defines."""
    names: dict[str, None] = {}
    for node in body:
        if isinstance(node, _DEFINITIONS):
            names[node.name] = None
        for part in nodes_of(node):
            if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Load):
                names[part.id] = None
    return list(names)


def _needed_to_define(body: Iterable[ast.stmt]) -> set[str]:
    """Return the names that are read while functions and classes are defined."""
    found: set[str] = set()
    for node in body:
        if isinstance(node, ast.FunctionDef):
            found.update(*(names_in(one) for one in (*node.args.defaults, *node.decorator_list)))
        elif isinstance(node, ast.ClassDef):
            parts = [one for one in node.body if not isinstance(one, ast.FunctionDef)]
            found.update(*(names_in(one) for one in (*node.bases, *node.decorator_list, *parts)))
    return found


def _is_heavy(one: Statement) -> bool:
    if one.kind != "import":
        return False
    nodes: Sequence[ast.AST] = nodes_of(ast.parse(one.code))
    modules = [name.name for node in nodes if isinstance(node, ast.Import) for name in node.names]
    modules += [node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)]
    return any(name.split(".")[0] in _HEAVY for name in modules)
