"""What training passes to an argument that has a default: with another value, a function may compute something else."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterator
from typing import Final, NamedTuple

from verify.reading.parsing.document import Place
from verify.reading.parsing.trees import nodes_of
from verify.reading.program.functions import Function
from verify.reading.program.program import Program
from verify.reading.program.syntax import called_name, names_in, own_nodes
from verify.reading.program.vocabulary import meaning_of
from verify.reading.wiring.roles import Roles

_CHANGES_NOTHING: Final = ("rate", "epochs", "m", "X", "Y")  # the gradient is the same function of the parameters
_SHOWS: Final = re.compile(r"verbose|print\w*|debug|plot|show\w*|log")


class Passed(NamedTuple):
    """A call in which training gives an argument another value than its default."""

    function: str
    argument: str
    text: str
    place: Place


def passed_otherwise(program: Program, roles: Roles, given: Collection[tuple[str, str]]) -> Passed | None:
    """Return a call by which training gives an argument of a judged function something else than its default.

    Training is what calls the backward pass or the update as well. `given` are the arguments that were given a value,
    each with its function.
    """
    steppers = {one.name for one in (roles.backward, roles.update) if one is not None}
    judged = {one.name: one for one in roles.all if one is not roles.init}
    for cell in program.document.cells:
        for scope in _scopes(cell.tree) if cell.tree is not None else ():
            calls = [node for node in own_nodes(scope) if isinstance(node, ast.Call)]
            if not steppers & {called_name(one) for one in calls}:
                continue
            for call in calls:
                function = judged.get(called_name(call))
                for name, value in _otherwise(call, function) if function is not None else ():
                    if (called_name(call), name) not in given:
                        return Passed(called_name(call), name, ast.unparse(value), cell.place(call))
    return None


def _scopes(tree: ast.AST) -> Iterator[ast.AST]:
    """Yield the functions, and the loops that stand outside of functions."""
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.FunctionDef):
            yield from (one for one in nodes_of(node) if isinstance(one, ast.FunctionDef))
        elif isinstance(node, ast.For | ast.While):
            yield node
        else:
            waiting += [*ast.iter_child_nodes(node)]


def _otherwise(call: ast.Call, function: Function) -> Iterator[tuple[str, ast.expr]]:
    passed = dict(zip(function.arguments, call.args, strict=False))
    passed |= {one.arg: one.value for one in call.keywords if one.arg is not None}
    read = {name for one in function.tree.body for name in names_in(one)}
    for name, value in passed.items():
        if (
            name not in function.defaults
            or name not in read
            or meaning_of(name) in _CHANGES_NOTHING
            or _SHOWS.fullmatch(name.lower())
        ):
            continue
        if ast.dump(value) != ast.dump(function.defaults[name]):
            yield name, value
