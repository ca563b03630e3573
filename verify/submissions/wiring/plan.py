"""The plan of a call: which function of the submission gets what. Plain data, for the worker to follow."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from verify.submissions.program.functions import Function
from verify.submissions.program.syntax import own_nodes
from verify.submissions.program.vocabulary import is_parameter, meaning_of, size_of
from verify.submissions.wiring.roles import Roles
from verify.submissions.wiring.structure import Parameter, Path

RATE: Final = 0.375  # the learning rate that updates are asked for: the gradient is then (before - after) / rate
PENALTY: Final = 0.125  # the strength of a penalty that is an argument; exact in binary
Binding = dict[str, Any]


@dataclass(frozen=True)
class Container:
    """How the parameters are handed over: what makes their container, and whether they are arguments of their own."""

    maker: Mapping[str, Any]
    apart: bool = False  # each parameter is an argument
    lists: tuple[str, ...] = ()  # the names of arguments that are lists of parameters
    tuple: bool = False


@dataclass
class Known:
    """What can be given to a function by now: the parameters, and what the functions before it returned."""

    container: Container
    parameters: Sequence[Parameter]
    batch: int
    results: dict[str, Function] = field(default_factory=dict)
    yhat: tuple[str, Path] | None = None


def array(name: str) -> Binding:
    """Return the binding to an array of the request."""
    return {"is": "array", "name": name}


def number(value: Any) -> Binding:
    """Return the binding to a plain value."""
    return {"is": "value", "value": value}


def maker_arguments(function: Function, sizes: Sequence[int], batch: int) -> list[list[Any]] | None:
    """Return what the function that makes the parameters is given, or None where an argument is not understood."""
    given: list[list[Any]] = []
    hidden = list(sizes[1:-1])
    names = function.arguments
    defaults = _defaulted(function)
    meanings = {name: size_of(name) for name in names}
    plain = [name for name in names if name not in defaults]
    if not any(meaning in ("n_x", "n_y", "n_h", "sizes") for meaning in meanings.values()):
        if 0 < len(plain) <= len(sizes) and all(meanings[name] in (None, "m") for name in plain):
            rest = [*sizes[: len(plain) - 1], sizes[-1]] if len(plain) > 1 else [list(sizes)]
            return [[name, number(value)] for name, value in zip(plain, rest, strict=True)]
    for name in names:
        meaning = meanings[name]
        value: Any
        if meaning == "n_x":
            value = sizes[0]
        elif meaning == "n_y":
            value = sizes[-1]
        elif meaning == "n_h" and hidden:
            value = hidden.pop(0)
        elif meaning == "sizes":
            value = list(sizes)
        elif meaning in ("X", "Y"):
            given.append([name, array(str(meaning))])
            continue
        elif meaning == "rate":
            value = RATE
        elif meaning == "penalty":
            value = PENALTY
        elif name in defaults:
            continue
        elif meaning in ("seed", "flag"):
            value = 0
        elif meaning in ("m", "epochs"):
            value = batch if meaning == "m" else 1
        else:
            return None
        given.append([name, number(value)])
    return given


def depth_of(function: Function) -> int | None:
    """Return how many layers the sizes in a maker's arguments make, or None where they do not say."""
    meanings = [size_of(name) for name in function.arguments]
    hidden = meanings.count("n_h")
    return hidden + 1 if "n_x" in meanings or "n_y" in meanings else None


def _defaulted(function: Function) -> set[str]:
    positional = [one.arg for one in (*function.tree.args.posonlyargs, *function.tree.args.args)]
    count = len(function.tree.args.defaults)
    keywords = zip(function.tree.args.kwonlyargs, function.tree.args.kw_defaults, strict=True)
    return {*(positional[-count:] if count else ()), *(one.arg for one, value in keywords if value is not None)}


def arguments(function: Function, known: Known, role: str = "", choice: int = 0) -> list[list[Any]] | None:
    """Return what each argument of a function is given, or None where one is not understood.

    Where an argument could be given several results, `choice` takes another than the first.
    """
    given: list[list[Any]] = []
    defaults = _defaulted(function)
    returned = _returned_names(known)
    waiting = []
    predicted = _prediction(function) if role == "loss" and known.yhat is not None else None
    for name in function.arguments:
        binding = None if name == predicted else _bound(name, known, returned)
        if binding is not None:
            given.append([name, binding])
        elif name not in defaults:
            waiting.append(name)
            given.append([name, None])
    if waiting:
        used = [binding for _, binding in given if binding]
        left: list[Any] = [{"is": "result", "step": step, "path": path} for step, path, _ in returned]
        left = [binding for binding in left if binding not in used]
        if known.results and not any(binding.get("is") == "result" for binding in used) and len(waiting) == 1:
            step = next(reversed(known.results))
            left = [_cache(known, step), *left]
        holes = [entry for entry in given if entry[1] is None]
        if not known.results:  # the forward pass: what is not understood is its input
            left = [array(name) for name in ("X", "Y") if array(name) not in used]
        elif role == "loss" and known.yhat is not None and not any(one.get("is") == "result" for one in used):
            step = known.yhat[0]
            paths: list[list[Any]] = [[list(part) for part in known.yhat[1]], []]
            left = [*({"is": "result", "step": step, "path": path} for path in paths), *left]
        elif len(holes) == 1 and array("Y") not in used:
            left = [array("Y"), *left]
        if not function.owner and not known.container.apart and known.container.maker["kind"] != "globals":
            whole = {"is": "params", "tuple": known.container.tuple}
            left = left if whole in used or role == "loss" else [whole, *left]
        if len(left) < len(holes):
            return None
        left = left[choice:] if len(left) - choice >= len(holes) else left
        for entry, binding in zip(holes, left, strict=False):
            entry[1] = binding
    return given


def _prediction(function: Function) -> str | None:
    """Return the argument of a loss that is the output, where two are named like targets: (y, t) or (y, labels)."""
    meanings = {name: meaning_of(name) for name in function.arguments}
    targets = [name for name, meaning in meanings.items() if meaning == "Y"]
    return (
        targets[0] if len(targets) == 2 and "Yhat" not in meanings.values() and "X" not in meanings.values() else None
    )


def _cache(known: Known, step: str) -> Binding:
    """Return the part of a forward pass's result that is not the output: what the backward pass is given back."""
    function = known.results[step]
    last = function.last_return
    if isinstance(last, ast.Tuple):
        literal = [n for n, part in enumerate(last.elts) if isinstance(part, ast.Dict | ast.Tuple | ast.List)]
        named = [n for n, name in enumerate(function.returned) if name is not None and meaning_of(name) == "cache"]
        if not literal and not named:
            return {"is": "result", "step": step, "path": []}
        chosen = (literal or named)[0]
        return {"is": "result", "step": step, "path": [["item", chosen]]}
    return {"is": "result", "step": step, "path": []}


def _returned_names(known: Known) -> list[tuple[str, list[list[Any]], str]]:
    """Return (step, path, name) of everything that has been returned under a name."""
    found: list[tuple[str, list[list[Any]], str]] = []
    for step, function in known.results.items():
        last = function.last_return
        if isinstance(last, ast.Tuple):
            for position, name in enumerate(function.returned):
                found.append((step, [["item", position]], name or ""))
        elif last is not None:
            found.append((step, [], function.returned[0] or ""))
        kept = last if isinstance(last, ast.Dict) else _dictionary(function, last)
        for key in kept.keys if isinstance(kept, ast.Dict) else ():
            if isinstance(key, ast.Constant) and isinstance(key.value, str):
                found.append((step, [["key", key.value]], key.value))
    return found


def _dictionary(function: Function, last: ast.expr | None) -> ast.expr | None:
    """Return the dictionary that a returned name was assigned."""
    for node in own_nodes(function.tree):
        if isinstance(node, ast.Assign) and isinstance(last, ast.Name) and isinstance(node.value, ast.Dict):
            if any(isinstance(target, ast.Name) and target.id == last.id for target in node.targets):
                return node.value
    return None


def _bound(name: str, known: Known, returned: Sequence[tuple[str, list[list[Any]], str]]) -> Binding | None:
    low = name.lower()
    for parameter in known.parameters if known.container.apart else ():
        if parameter.name.lower() == low:
            return {"is": "param", "path": [list(step) for step in parameter.path]}
    if name in known.container.lists:
        return {"is": "param", "path": [["key", name]]}
    meaning = meaning_of(name)
    if (meaning == "params" and not known.container.apart) or (
        known.container.maker["kind"] != "globals" and not known.container.apart and low in ("w", "weights")
    ):
        return {"is": "params", "tuple": known.container.tuple}
    if meaning in ("X", "Y") and not (meaning == "X" and low in ("a0",) and returned):
        return array(str(meaning))
    same = [(step, path) for step, path, other in returned if other.lower() == low]
    if same:
        return {"is": "result", "step": same[0][0], "path": same[0][1]}
    if (meaning == "Yhat" or re.fullmatch(r"[ahy]_?\d+", low)) and known.yhat is not None:
        return {"is": "result", "step": known.yhat[0], "path": [list(step) for step in known.yhat[1]]}
    if meaning == "cache" and known.results:
        return _cache(known, next(iter(known.results)))
    if meaning == "grads" and "backward" in known.results:
        return {"is": "result", "step": "backward", "path": []}
    plain = {"rate": RATE, "penalty": PENALTY, "epochs": 1, "m": known.batch}
    if meaning in plain:
        return number(plain[str(meaning)])
    for parameter in known.parameters:
        if parameter.name.lower() == low and is_parameter(name):
            return {"is": "param", "path": [list(step) for step in parameter.path]}
    return None


def step_of(function: Function, role: str, given: Sequence[Sequence[Any]]) -> dict[str, Any]:
    """Return the step of a plan that calls this function."""
    call = {"method": function.name} if function.owner else {"call": function.name}
    return {**call, "as": role, "arguments": [list(entry) for entry in given]}


def maker_of(roles: Roles, given: Sequence[Sequence[Any]]) -> dict[str, Any]:
    """Return the maker of the container: the student's own function, or the class."""
    assert roles.init is not None
    name = roles.owner if roles.init.owner else roles.init.name
    return {"kind": "call", "call": name, "arguments": [list(entry) for entry in given]}
