"""The functions and methods of a submission, and what can be read off each."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property

from verify.reading.parsing.document import Place
from verify.reading.parsing.trees import nodes_of
from verify.reading.program.differences import differences_in
from verify.reading.program.statements import Item
from verify.reading.program.syntax import called_name, is_product, own_nodes
from verify.reading.program.updates import attributes_stepped_in, updates_in


@dataclass(frozen=True)
class Function:
    """A function or a method of the submission: its syntax tree, and what can be read off it."""

    name: str
    owner: str | None  # the class whose method it is
    place: Place
    tree: ast.FunctionDef = field(repr=False, compare=False)
    calls: frozenset[str] = frozenset()
    products: int = 0
    names: frozenset[str] = frozenset()

    @cached_property
    def steps(self) -> bool:
        """Whether an update stands in it: W -= rate * dW."""
        return bool(updates_in(self.tree))

    @cached_property
    def stepped(self) -> frozenset[str]:
        """The attributes from which an update in it takes a step: b of self.b -= step."""
        return attributes_stepped_in(self.tree)

    @cached_property
    def differences(self) -> frozenset[str]:
        """The names in it that are given differences alone, such as error = Yhat - Y."""
        return differences_in(self.tree)

    @property
    def arguments(self) -> tuple[str, ...]:
        """The names of the arguments, without self."""
        every = [one.arg for one in (*self.tree.args.posonlyargs, *self.tree.args.args, *self.tree.args.kwonlyargs)]
        return tuple(every[1:] if self.owner and every else every)

    @cached_property
    def defaults(self) -> dict[str, ast.expr]:
        """What each argument is where it is not given, of those that have a default."""
        given = self.tree.args
        plain = [*given.posonlyargs, *given.args]
        found = {one.arg: value for one, value in zip(reversed(plain), reversed(given.defaults), strict=False)}
        keywords = zip(given.kwonlyargs, given.kw_defaults, strict=True)
        return found | {one.arg: value for one, value in keywords if value is not None}

    @cached_property
    def returned(self) -> tuple[str | None, ...]:
        """The names in the last return statement: one for each part of a tuple, None where no plain name stands."""
        last = self.last_return
        if last is None:
            return ()
        parts = last.elts if isinstance(last, ast.Tuple) else [last]
        return tuple(_plain_name(part) for part in parts)

    @cached_property
    def last_return(self) -> ast.expr | None:
        """The expression of the last return statement."""
        found = [node for node in own_nodes(self.tree) if isinstance(node, ast.Return) and node.value is not None]
        return max(found, key=lambda node: node.lineno).value if found else None


def reached_by(functions: Iterable[Function], called: Iterable[str]) -> set[str]:
    """Return the names of the functions that are reached by calls, also through other functions."""
    calls: dict[str, set[str]] = {}
    for one in functions:
        calls.setdefault(one.name, set()).update(one.calls)
    reached = set(called)
    waiting = list(reached)
    while waiting:
        further = calls.get(waiting.pop(), set()) - reached
        reached |= further
        waiting += further
    return reached


def _plain_name(node: ast.expr) -> str | None:
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return node.attr
    return None


def parsed(code: str) -> list[ast.stmt]:
    """Return the statements of some code that could be parsed before; what Python warns of is no matter of ours."""
    with warnings.catch_warnings(action="ignore"):
        return ast.parse(code).body


def functions_of(items: Iterable[Item]) -> tuple[Function, ...]:
    """Return every function and every method, those of one name the last only."""
    found: dict[tuple[str | None, str], Function] = {}
    for item in items:
        cell = item.statement.place.cell
        for node in map(_defined, item.tree.body):
            if isinstance(node, ast.FunctionDef):
                found[None, node.name] = function_of(node, None, cell)
            elif isinstance(node, ast.ClassDef):
                methods = [part for part in node.body if isinstance(part, ast.FunctionDef)]
                found.update({(node.name, part.name): function_of(part, node.name, cell) for part in methods})
    return tuple(found.values())


def _defined(node: ast.stmt) -> ast.stmt:
    """Return a statement, or the function that it makes of a lambda by giving it a name."""
    if isinstance(node, ast.Assign) and isinstance(node.value, ast.Lambda) and isinstance(node.targets[0], ast.Name):
        return _named_lambda(node.targets[0].id, node.value)
    return node


def _named_lambda(name: str, value: ast.Lambda) -> ast.FunctionDef:
    """Return a lambda that was given a name as the function that it is."""
    returned = ast.copy_location(ast.Return(value.body), value)
    made = ast.parse(f"def {name}(): pass").body[0]
    assert isinstance(made, ast.FunctionDef)
    made.args, made.body = value.args, [returned]
    return ast.copy_location(made, value)


def function_of(tree: ast.FunctionDef, owner: str | None, cell: int | None) -> Function:
    """Return what can be read off a function's syntax tree."""
    calls, names, products = set(), set(), 0
    for node in nodes_of(tree):
        products += is_product(node)
        if isinstance(node, ast.Call):
            called = called_name(node)
            calls.add(called)
        elif isinstance(node, ast.Name):
            names.add(node.id)
        elif isinstance(node, ast.Attribute):
            names.add(node.attr)
        elif isinstance(node, ast.keyword) and node.arg:
            names.add(node.arg)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and len(node.value) < 40:
            names.add(node.value)
    place = Place(cell, tree.lineno)
    return Function(tree.name, owner, place, tree, frozenset(calls), products, frozenset(names))
