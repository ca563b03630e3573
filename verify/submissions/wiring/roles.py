"""Which functions are the forward pass, the loss, the backward pass: by their names and what they hold."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from verify.submissions.parsing.document import Place
from verify.submissions.program.slicing import Statement
from verify.submissions.program.vocabulary import Role, bare, is_parameter, meaning_of, roles_of

_PRODUCTS: Final = ("dot", "matmul", "outer", "einsum", "tensordot", "mm")


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

    @property
    def arguments(self) -> tuple[str, ...]:
        """The names of the arguments, without self."""
        every = [one.arg for one in (*self.tree.args.posonlyargs, *self.tree.args.args, *self.tree.args.kwonlyargs)]
        return tuple(every[1:] if self.owner and every else every)

    @property
    def returned(self) -> tuple[str | None, ...]:
        """The names in the last return statement: one for each part of a tuple, None where no plain name stands."""
        last = self.last_return
        if last is None:
            return ()
        parts = last.elts if isinstance(last, ast.Tuple) else [last]
        return tuple(_plain_name(part) for part in parts)

    @property
    def last_return(self) -> ast.expr | None:
        """The expression of the last return statement."""
        found = [node for node in own_nodes(self.tree) if isinstance(node, ast.Return) and node.value is not None]
        return max(found, key=lambda node: node.lineno).value if found else None


def _plain_name(node: ast.expr) -> str | None:
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return node.attr
    return None


def own_nodes(tree: ast.AST) -> Iterable[ast.AST]:
    """Return the nodes of a function's own body, without those of functions inside it."""
    waiting = list(ast.iter_child_nodes(tree))
    while waiting:
        node = waiting.pop()
        yield node
        if not isinstance(node, ast.FunctionDef | ast.Lambda | ast.ClassDef | ast.AsyncFunctionDef):
            waiting += list(ast.iter_child_nodes(node))


def parsed(code: str) -> list[ast.stmt]:
    """Return the statements of some code that could be parsed before; what Python warns of is no matter of ours."""
    with warnings.catch_warnings(action="ignore"):
        return ast.parse(code).body


def functions_of(statements: Sequence[Statement]) -> tuple[Function, ...]:
    """Return every function and every method, those of one name the last only."""
    found: dict[tuple[str | None, str], Function] = {}
    for statement in statements:
        for node in parsed(statement.code):
            ast.increment_lineno(node, statement.place.line - 1)
            if (
                isinstance(node, ast.Assign)
                and isinstance(node.value, ast.Lambda)
                and isinstance(node.targets[0], ast.Name)
            ):
                node = _named_lambda(node.targets[0].id, node.value)
            if isinstance(node, ast.FunctionDef):
                found[None, node.name] = function_of(node, None, statement.place.cell)
            elif isinstance(node, ast.ClassDef):
                for part in node.body:
                    if isinstance(part, ast.FunctionDef):
                        found[node.name, part.name] = function_of(part, node.name, statement.place.cell)
    return tuple(found.values())


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
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            calls.add(called)
            products += called in _PRODUCTS
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.MatMult):
            products += 1
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


@dataclass(frozen=True)
class Roles:
    """The functions that are judged; one may be absent, and one may have two roles."""

    owner: str | None
    forward: Function | None
    loss: Function | None
    backward: Function | None
    update: Function | None
    init: Function | None
    parameters: tuple[str, ...] = ()  # the names of the parameters, where the code itself says which they are

    @property
    def all(self) -> tuple[Function, ...]:
        """Every function that is used."""
        found = (self.init, self.forward, self.loss, self.backward, self.update)
        return tuple(dict.fromkeys(one for one in found if one is not None))


def gradient_names(function: Function) -> set[str]:
    """Return the names in a function that look like gradients: dW1, grad_b, nabla_w."""
    return {name for name in function.names if bare(name) != name.lower().replace("_", "") and is_parameter(bare(name))}


def find_roles(functions: Sequence[Function], chosen: Mapping[str, str] | None = None) -> tuple[Roles, ...]:
    """Return the readings of who is who, the likeliest first; `chosen` names functions that somebody has told."""
    chosen = chosen or {}
    owners: dict[str | None, list[Function]] = {}
    for one in functions:
        owners.setdefault(one.owner, []).append(one)
    found = []
    for owner, members in owners.items():
        for roles in _roles_among(owner, members, owners.get(None, []) if owner else [], chosen):
            found.append((_worth(roles), roles))
    found.sort(key=lambda pair: -pair[0])
    return tuple(roles for worth, roles in found if worth > 0)


def _worth(roles: Roles) -> float:
    judged = roles.backward or roles.update
    if judged is None:
        return 0
    matching = 3.0 if roles.backward else 1.0
    return (
        matching + 2 * bool(roles.forward) + bool(roles.loss) + 0.5 * bool(roles.init) + 0.1 * min(judged.products, 5)
    )


def _roles_among(
    owner: str | None, members: list[Function], others: list[Function], chosen: Mapping[str, str]
) -> Iterable[Roles]:
    def pick(role: Role, among: Sequence[Function]) -> Function | None:
        if role in chosen:
            return next((one for one in (*members, *others) if one.name == chosen[role]), None)
        ranked = sorted(
            (one for one in among if role in roles_of(one.name) and _plausible(role, one)),
            key=lambda one: -_rank(role, one, among),
        )
        return ranked[0] if ranked else None

    backward = pick("backward", members)
    if backward is None and "backward" not in chosen:  # a loss that returns the gradients too, as in cs231n
        backward = next((one for one in members if one.last_return is not None and _returns_gradients(one)), None)
    forward = pick("forward", [one for one in members if one is not backward])
    loss = pick("loss", [one for one in members if one is not backward]) or pick("loss", others)
    if loss is None and backward is not None and "loss" in roles_of(backward.name):
        loss = backward
    update = pick("update", [one for one in members if one not in (backward, forward, loss)])
    init = next((one for one in members if one.name == "__init__"), None) if owner else None
    init = init or pick("init", [one for one in members if one not in (backward, forward, loss, update)])
    if backward is None and update is None:
        return
    if backward is not None:
        yield Roles(owner, forward, loss, backward, None, init)
        if update is not None and _updates(backward):
            yield Roles(owner, forward, loss, backward, update, init)
    if update is not None:
        yield Roles(owner, forward, loss, None, update, init)


def _returns_gradients(function: Function) -> bool:
    named = any(name is not None and meaning_of(name) == "grads" for name in function.returned)
    return len(gradient_names(function)) >= 2 or (named and function.products > 1)


def _updates(function: Function) -> bool:
    return function.last_return is None


def _plausible(role: Role, one: Function) -> bool:
    if role == "backward":
        named = re.search(r"back|bprop|grad", one.name.lower()) is not None and one.last_return is not None
        holds = one.products > 0 or bool(gradient_names(one)) or len(one.calls) > 2
        return (len(one.arguments) >= 1 or bool(one.owner)) and (holds or named)
    if role == "forward":
        return ((one.products > 0 or len(one.calls) > 0) and one.last_return is not None) or bool(one.owner)
    if role == "loss":
        return one.last_return is not None or bool(one.owner)
    if role == "update":
        return one.products > 0 or bool(gradient_names(one)) or len(one.calls) > 1
    return True


def _rank(role: Role, one: Function, among: Sequence[Function]) -> float:
    """Score a candidate: a function that calls the others is the whole pass, a helper is called by it."""
    others = [other for other in among if other is not one]
    called_by = sum(one.name in other.calls and role in roles_of(other.name) for other in others)
    calls = sum(other.name in one.calls and role in roles_of(other.name) for other in others)
    low = one.name.lower()
    exact = low.startswith(("forward", "feed", "backward", "backprop", "loss", "cost", "compute_loss", "compute_cost"))
    score = 2.0 * exact + 0.2 * min(one.products, 6) + 1.5 * bool(calls) - 2.0 * bool(called_by)
    if roles_of(low)[0] != role:
        score -= 2
    if role == "forward":
        score -= 3 * ("predict" in low or "accura" in low or "argmax" in one.calls)
    if role == "backward":
        score += 0.5 * min(len(gradient_names(one)), 4)
    if role == "loss":
        score -= 3 * any(word in low for word in ("deriv", "grad", "prime", "back"))
    if role == "init":
        score += 0.3 * min(len(one.arguments), 3) + 1.0 * ("init" in low) - 2.0 * (one.products > 0)
    return score
