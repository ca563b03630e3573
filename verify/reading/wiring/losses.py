"""Which losses a file declares: where one stands, none is ever implied."""

from __future__ import annotations

import ast
import re
from typing import Final, NamedTuple

from verify.reading.parsing.document import Place
from verify.reading.parsing.trees import nodes_of
from verify.reading.program.functions import Function
from verify.reading.program.program import Program
from verify.reading.program.syntax import called_name
from verify.reading.program.vocabulary import holds_samples, meaning_of, roles_of

_NAMED: Final = re.compile(
    r"(?<!d)(loss|cost)(?!es$|s$|_?(hist|list|log|s_|values|curve|arr|every|print|fn|func))|^(co[uû]t|perte|p[eé]rdida)$"
)
_SLOPE: Final = re.compile(r"deriv|prime|grad|delta|back|^d_?[A-Z]|^d(loss|cost|mse|bce)", re.IGNORECASE)


class Declared(NamedTuple):
    """A loss that stands in the file: its name, and its place."""

    name: str
    place: Place


def declared_loss(program: Program) -> Declared | None:
    """Return the first loss that the file declares: a function named so, or a number that a name of a loss is given."""
    for one in program.functions:
        if is_loss(one):
            return Declared(one.name, one.place)
    for cell, node in program.nodes(ast.Assign):
        for target in node.targets:
            for part in nodes_of(target):
                name = getattr(part, "id", getattr(part, "attr", ""))
                if _NAMED.search(name.lower()) and not _SLOPE.search(name) and _computes(node.value):
                    return Declared(name, cell.place(node))
    return None


def is_loss(function: Function) -> bool:
    """Whether a function computes a loss from outputs and targets, by its name and what it is given."""
    given = {meaning_of(name) for name in function.arguments}
    return _is_called_a_loss(function) and ("Y" in given or len(function.arguments) >= 2)


def is_of_samples(function: Function) -> bool:
    """Whether a function computes a loss, by its name, from one thing that holds inputs and targets: cost(data)."""
    return _is_called_a_loss(function) and [*map(holds_samples, function.arguments)] == [True]


def _is_called_a_loss(function: Function) -> bool:
    named = roles_of(function.name)[:1] == ("loss",) and not _SLOPE.search(function.name)
    return named and function.last_return is not None


def _computes(value: ast.expr) -> bool:
    """Whether a loss is computed here; the difference y - output, though it is called a loss, is none."""
    if isinstance(value, ast.List | ast.Dict):
        return False
    nodes = list(nodes_of(value))
    if any(isinstance(node, ast.Call) for node in nodes):
        return True
    return any(isinstance(node, ast.BinOp) and not isinstance(node.op, ast.Add | ast.Sub) for node in nodes)


def shown_kind(program: Program) -> str | None:
    """Return the kind of loss that the text computes anywhere, such as in a print: squared differences, or logarithms.

    Nothing where it computes both, or neither.
    """
    kinds = {kind for _, node in program.nodes(ast.AST) if (kind := _kind(node)) is not None}
    return kinds.pop() if len(kinds) == 1 else None


def _kind(node: ast.AST) -> str | None:
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow):
        square = isinstance(node.right, ast.Constant) and node.right.value == 2
        return "squared-error" if square and _is_difference(node.left) else None
    if isinstance(node, ast.Call) and node.args:
        name = called_name(node)
        if name in ("square", "norm") and _is_difference(node.args[0]):
            return "squared-error"
        if name in ("mean_squared_error", "mse"):
            return "squared-error"
        return "cross-entropy" if name in ("log", "log_loss", "log2", "log10") else None
    return None


def _is_difference(node: ast.AST) -> bool:
    """Whether two things are taken from each other, of which none is a number: y - output, and not 1 - a."""
    if not isinstance(node, ast.BinOp) or not isinstance(node.op, ast.Sub):
        return False
    return not isinstance(node.left, ast.Constant) and not isinstance(node.right, ast.Constant)
