"""Which functions are the forward pass, the loss, the backward pass: by their names and what they hold."""

from __future__ import annotations

import ast
import re
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass

from verify.reading.program.functions import Function
from verify.reading.program.syntax import called_name
from verify.reading.program.vocabulary import Role, bare, is_called_a_gradient, is_parameter, meaning_of, roles_of


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
    return {name for name in function.names if is_called_a_gradient(name) and is_parameter(bare(name))}


def find_roles(
    functions: Sequence[Function], chosen: Mapping[str, str] | None = None, trained: Container[str] = ()
) -> tuple[Roles, ...]:
    """Return the readings of who is who, the likeliest first; `chosen` names functions that somebody has told.

    Of several backward passes that which is `trained` with is meant: the file's own training reaches its name.
    """
    chosen = chosen or {}
    owners: dict[str | None, list[Function]] = {}
    for one in functions:
        owners.setdefault(one.owner, []).append(one)
    found = []
    for owner, members in owners.items():
        for roles in _roles_among(owner, members, owners.get(None, []) if owner else [], chosen, trained):
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
    owner: str | None,
    members: list[Function],
    others: list[Function],
    chosen: Mapping[str, str],
    trained: Container[str],
) -> Iterable[Roles]:
    def pick(role: Role, among: Sequence[Function]) -> Function | None:
        if role in chosen:
            return next((one for one in (*members, *others) if one.name == chosen[role]), None)
        ranked = sorted(
            (one for one in among if role in roles_of(one.name) and _plausible(role, one)),
            key=lambda one: (role == "backward" and one.name not in trained, -_rank(role, one, among)),
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
        if _decides(one):
            return False
        return ((one.products > 0 or len(one.calls) > 0) and one.last_return is not None) or bool(one.owner)
    if role == "loss":
        return one.last_return is not None or bool(one.owner)
    if role == "update":
        return one.products > 0 or bool(gradient_names(one)) or len(one.calls) > 1
    return True


def _decides(one: Function) -> bool:
    """Whether a function returns a class or a decision, and not what the output layer gives."""
    last = one.last_return
    return isinstance(last, ast.Compare) or (
        isinstance(last, ast.Call) and called_name(last) in ("argmax", "round", "astype")
    )


def _rank(role: Role, one: Function, among: Sequence[Function]) -> float:
    """Score a candidate: a function that calls the others is the whole pass, a helper is called by it."""
    others = [other for other in among if other is not one]
    called_by = sum(one.name in other.calls and role in roles_of(other.name) for other in others)
    calls = sum(other.name in one.calls and role in roles_of(other.name) for other in others)
    low = one.name.lower().strip("_")
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
