"""Code that is not written yet: bodies of pass, ... and raise NotImplementedError, and names that wait as None."""

from __future__ import annotations

import ast
from typing import Final, NamedTuple, TypeGuard

from verify.reading.parsing.document import Place
from verify.reading.parsing.trees import nodes_of
from verify.reading.program.functions import Function

_LONGEST: Final = 60  # characters of a placeholder that are shown


class Placeholder(NamedTuple):
    """A statement that waits for code: where it stands, its text, and whether the function holds nothing else."""

    place: Place
    text: str
    whole: bool


def placeholders(function: Function) -> tuple[Placeholder, ...]:
    """Return what in a function waits for code; the first statement alone where nothing of it is written."""
    body = [node for node in function.tree.body if not _is_text(node)]
    if all(_does_nothing(node) for node in body):
        shown = body[0] if body else function.tree
        text = "a text" if not body else _text(shown)
        return (Placeholder(Place(function.place.cell, shown.lineno), text, True),)
    return tuple(
        Placeholder(Place(function.place.cell, node.lineno), _text(node), False)
        for node in sorted(_waiting(function), key=lambda one: one.lineno)
    )


def _text(node: ast.stmt) -> str:
    """Return the text of a statement, cut.

    >>> _text(ast.parse("dZ1=None").body[0])
    'dZ1 = None'
    """
    return " ".join(ast.unparse(node).split())[:_LONGEST]


def _is_text(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


def _is_empty(value: ast.expr | None) -> bool:
    """Whether a value is none at all, None or `...`, or a tuple or dictionary of nothing else."""
    if value is None or (isinstance(value, ast.Constant) and value.value in (None, ...)):
        return True
    parts = value.elts if isinstance(value, ast.Tuple) else value.values if isinstance(value, ast.Dict) else []
    return bool(parts) and all(_is_empty(one) for one in parts)


def _does_nothing(node: ast.stmt) -> bool:
    if isinstance(node, ast.Pass) or _is_raised(node):
        return True
    if isinstance(node, ast.Expr):
        return isinstance(node.value, ast.Constant) or _is_print(node.value)
    if isinstance(node, ast.Return):
        return _is_empty(node.value)
    return isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None and _is_empty(node.value)


def _is_dots(node: ast.AST) -> TypeGuard[ast.Expr]:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and node.value.value is ...


def _is_print(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"


def _is_raised(node: ast.AST) -> bool:
    if not isinstance(node, ast.Raise) or node.exc is None:
        return False
    raised = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
    return isinstance(raised, ast.Name) and raised.id in ("NotImplementedError", "NotImplemented")


def _waiting(function: Function) -> list[ast.stmt]:
    """Return the statements `...` and `raise NotImplementedError`, and `name = None` where no line gives it a value."""
    nodes = nodes_of(function.tree)
    given: dict[str, int] = {}
    compared = set()
    for node in nodes:
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            given[node.id] = given.get(node.id, 0) + 1
        elif isinstance(node, ast.Compare) and isinstance(node.left, ast.Name):
            compared.add(node.left.id)  # if x is None: a value that may be none
    found: list[ast.stmt] = []
    for node in nodes:
        if _is_dots(node) or (isinstance(node, ast.Raise) and _is_raised(node)):
            found.append(node)
        elif isinstance(node, ast.Assign) and _is_empty(node.value) and len(node.targets) == 1:
            names = _names(node.targets[0])
            if names and all(given.get(name) == 1 and name not in compared for name in names):
                found.append(node)
    return found


def _names(target: ast.expr) -> list[str]:
    parts = target.elts if isinstance(target, ast.Tuple | ast.List) else [target]
    return [one.id for one in parts if isinstance(one, ast.Name)] if all(isinstance(p, ast.Name) for p in parts) else []
