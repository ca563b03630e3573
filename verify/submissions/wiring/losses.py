"""Which losses a file declares: where one stands, none is ever implied."""

from __future__ import annotations

import ast
import re
from typing import Final, NamedTuple

from verify.submissions.parsing.document import Place
from verify.submissions.parsing.trees import nodes_of
from verify.submissions.program.functions import Function
from verify.submissions.program.program import Program
from verify.submissions.program.vocabulary import meaning_of, roles_of

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
    named = roles_of(function.name)[:1] == ("loss",) and not _SLOPE.search(function.name)
    given = {meaning_of(name) for name in function.arguments}
    return named and function.last_return is not None and ("Y" in given or len(function.arguments) >= 2)


def _computes(value: ast.expr) -> bool:
    """Whether a loss is computed here; the difference y - output, though it is called a loss, is none."""
    if isinstance(value, ast.List | ast.Dict):
        return False
    nodes = list(nodes_of(value))
    if any(isinstance(node, ast.Call) for node in nodes):
        return True
    return any(isinstance(node, ast.BinOp) and not isinstance(node.op, ast.Add | ast.Sub) for node in nodes)
