"""The plan of a call: which function of the submission gets what, as records for the worker to follow."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from verify.nets.structure import Parameter
from verify.reading.program.functions import Function
from verify.reading.program.syntax import own_nodes
from verify.reading.program.vocabulary import Meaning, is_parameter, meaning_of, size_of
from verify.reading.wiring.plan_records import (
    Argument,
    ArrayBinding,
    Binding,
    CallMaker,
    GlobalsMaker,
    Maker,
    ParamBinding,
    ParamsBinding,
    Path,
    ResultBinding,
    Step,
    ValueBinding,
)
from verify.reading.wiring.provenance import Source
from verify.reading.wiring.roles import Roles

RATE: Final = 0.375  # the learning rate that updates are asked for: the gradient is then (before - after) / rate
PENALTY: Final = 0.125  # the strength of a penalty that is an argument; exact in binary
_FROM_ABOVE: Final = re.compile(
    r"upstream.*|d_?(out|outs|output|outputs|values?|a|y|z|l|loss|next|prev|h|x)|.*grad(ient)?s?(_.*)?|delta.*|.*_error|"
    r"error.*|err|next_?\w*|loss_grad.*|chain.*|d_?l_?d_?\w+"
)
_TARGET: Final = re.compile(r"t$|t_|targ|lab|true|truth|y_?true|teacher|ans|gold|real|actual|expected|desired")
_Returned = tuple[str, Path, str]  # the role of a step, the path in its result, the name that stands there


@dataclass(frozen=True)
class Container:
    """How the parameters are handed over: what makes their container, and whether they are arguments of their own."""

    maker: Maker
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
    made_by: Function | None = None  # what makes the container
    named: dict[str, Binding] = field(default_factory=dict)  # what arguments of these names were given before
    sources: dict[tuple[str, Argument], Source] = field(default_factory=dict)  # how it is known what they are given


def maker_arguments(function: Function, sizes: Sequence[int], batch: int) -> tuple[Argument, ...] | None:
    """Return what the function that makes the parameters is given, or None where an argument is not understood."""
    defaults = function.defaults
    in_order = _sizes_in_order([name for name in function.arguments if name not in defaults], function, sizes)
    if in_order is not None:
        return in_order
    given: list[Argument] = []
    hidden = list(sizes[1:-1])
    without_default = {"seed": 0, "flag": 0, "m": batch, "epochs": 1}
    for name in function.arguments:
        meaning = size_of(name)
        binding = meant(meaning, sizes, hidden)
        if name in defaults and (binding is None or meaning == "penalty"):
            continue
        if binding is None and meaning not in without_default:
            return None
        given.append(Argument(name, binding or ValueBinding(without_default[str(meaning)])))
    return tuple(given)


def _sizes_in_order(names: Sequence[str], function: Function, sizes: Sequence[int]) -> tuple[Argument, ...] | None:
    """Return the sizes for these arguments, one after another, where no argument of the function is named like one."""
    meanings = {name: size_of(name) for name in function.arguments}
    if any(meaning in ("n_x", "n_y", "n_h", "sizes") for meaning in meanings.values()):
        return None
    if not 0 < len(names) <= len(sizes) or any(meanings[name] not in (None, "m") for name in names):
        return None
    if len(names) == 1:
        alone = re.fullmatch(r"n|m|d|p|k|num|dim(ension)?|size|length", names[0].lower())
        return (Argument(names[0], ValueBinding(sizes[0] if alone else tuple(sizes))),)
    taken = [*sizes[: len(names) - 1], sizes[-1]]
    return tuple(Argument(name, ValueBinding(size)) for name, size in zip(names, taken, strict=True))


def meant(meaning: Meaning | None, sizes: Sequence[int], hidden: list[int]) -> Binding | None:
    """Return what an argument of this meaning is given, also where it has a default; takes the next of `hidden`."""
    if meaning in ("X", "Y"):
        return ArrayBinding(str(meaning))
    if meaning == "n_h":
        return ValueBinding(hidden.pop(0)) if hidden else None
    values: dict[str, float | tuple[int, ...]] = {
        "n_x": sizes[0], "n_y": sizes[-1], "sizes": tuple(sizes), "rate": RATE, "penalty": PENALTY,
    }  # fmt: skip
    return ValueBinding(values[meaning]) if meaning in values else None


def depth_of(function: Function) -> int | None:
    """Return how many layers the sizes in a maker's arguments make, or None where they do not say."""
    meanings = [size_of(name) for name in function.arguments]
    hidden = meanings.count("n_h")
    return hidden + 1 if "n_x" in meanings or "n_y" in meanings else None


def arguments(function: Function, known: Known, role: str = "", choice: int = 0) -> tuple[Argument, ...] | None:
    """Return what each argument of a function is given, or None where one is not understood.

    Where an argument could be given several results, `choice` takes another than the first.
    """
    given: dict[str, Binding | None] = {}
    defaults = function.defaults
    returned = _returned_names(known)
    asked = role in ("loss", "backward") and known.yhat is not None
    predicted = _prediction(function, role, {other for _, _, other in returned}) if asked else None
    for name in function.arguments:
        binding = None if name == predicted else _bound(name, known, returned)
        if name not in defaults or _replaces_a_default(name, binding, returned):
            given[name] = binding
    waiting, alone = [name for name, binding in given.items() if binding is None], False
    if role == "backward" and any(_FROM_ABOVE.fullmatch(name.lower()) for name in waiting):
        return None  # the gradient of the layer above: this is the backward pass of one layer, not of a net
    if waiting:
        used = [binding for binding in given.values() if binding is not None]
        left = _left(function, known, role, returned, used, len(waiting))
        if len(left) < len(waiting):
            return None
        alone = len(left) == 1
        left = left[choice:] if len(left) - choice >= len(waiting) else left
        given.update(zip(waiting, left, strict=False))
    outputs = [name for name, binding in given.items() if known.yhat and binding == ResultBinding(*known.yhat)]
    if len(outputs) > 1:  # an output can't be two values of the forward pass at once
        return None
    found = tuple(Argument(name, binding) for name, binding in given.items() if binding is not None)
    known.named |= {one.name: one.binding for one in found if isinstance(one.binding, ParamsBinding)}
    for one in found:
        left_over = Source("by elimination" if alone else "assumed")  # of several, the likeliest is tried first
        known.sources.setdefault((function.name, one), left_over if one.name in waiting else Source("by name"))
    return found


def _replaces_a_default(name: str, binding: Binding | None, returned: Sequence[_Returned]) -> bool:
    """Whether an argument is given something although it has a default: data, parameters, a result of its very name."""
    if isinstance(binding, ResultBinding):
        return any(other.lower() == name.lower() for _, _, other in returned)
    return binding is not None


def loss_arguments(function: Function, known: Known) -> Iterator[tuple[Argument, ...]]:
    """Yield what the arguments of a loss may be given: as their names say, then the output and the targets in turn.

    An output that lies the other way round is turned at last, as callers write loss(Y, Yhat.T).
    """
    every = [arguments(function, known, "loss", choice) for choice in range(3)]
    found = [one for one in every if one is not None]
    needed = [name for name in function.arguments if name not in function.defaults]
    if known.yhat is not None and len(needed) == 2:
        step, path = known.yhat
        for output in (ResultBinding(step, path), ResultBinding(step, (*path, ("attribute", "T")))):
            pairs: list[tuple[Binding, Binding]] = [(output, ArrayBinding("Y")), (ArrayBinding("Y"), output)]
            if meaning_of(needed[0]) == "Y" and meaning_of(needed[1]) != "Y":
                pairs.reverse()
            found += [(Argument(needed[0], first), Argument(needed[1], second)) for first, second in pairs]
    for one in (argument for given in found for argument in given):
        known.sources.setdefault((function.name, one), Source("assumed"))
    yield from dict.fromkeys(found)


def _left(
    function: Function, known: Known, role: str, returned: Sequence[_Returned], used: Sequence[Binding], waiting: int
) -> list[Binding]:
    """Return what is left to give to so many arguments that are not understood, the likeliest first."""
    left: list[Binding] = [ResultBinding(step, path) for step, path, _ in returned]
    left = [binding for binding in left if binding not in used]
    none_used = not any(isinstance(binding, ResultBinding) for binding in used)
    if known.results and none_used and waiting == 1:
        left = [_cache(known, next(reversed(known.results))), *left]
    if not known.results:  # the forward pass: what is not understood is its input
        left = [one for one in (ArrayBinding("X"), ArrayBinding("Y")) if one not in used]
    elif role == "loss" and known.yhat is not None and none_used:
        step, path = known.yhat
        left = [ResultBinding(step, path), ResultBinding(step), *left]
    elif waiting == 1 and ArrayBinding("Y") not in used:
        left = [ArrayBinding("Y"), *left]
    if not function.owner and not known.container.apart and not isinstance(known.container.maker, GlobalsMaker):
        whole = ParamsBinding(known.container.tuple)
        left = left if whole in used or role == "loss" else [whole, *left]
    return left


def _prediction(function: Function, role: str, returned: Collection[str]) -> str | None:
    """Return the argument that is the output, where two are named like targets: (y, t) or (y, labels).

    What has the very name of something that the forward pass returns is the output: Y of loss(y, Y). What is called t,
    a target or a label is none; of two others the first is.
    """
    meanings = {name: meaning_of(name) for name in function.arguments}
    targets = [name for name, meaning in meanings.items() if meaning == "Y"]
    if len(targets) != 2 or "Yhat" in meanings.values() or (role == "loss" and "X" in meanings.values()):
        return None
    same = [name for name in targets if name in returned]
    if len(same) == 1:
        return same[0]
    return next((name for name in targets if not _TARGET.match(name.lower())), targets[0])


def _cache(known: Known, step: str) -> Binding:
    """Return the part of a forward pass's result that is not the output: what the backward pass is given back."""
    function = known.results[step]
    last = function.last_return
    if isinstance(last, ast.Tuple):
        literal = [n for n, part in enumerate(last.elts) if isinstance(part, ast.Dict | ast.Tuple | ast.List)]
        named = [n for n, name in enumerate(function.returned) if name is not None and meaning_of(name) == "cache"]
        filled = [n for n, part in enumerate(last.elts) if isinstance(_dictionary(function, part), ast.Dict)]
        if not literal and not named and not filled:
            return ResultBinding(step)
        chosen = (literal or named or filled)[0]
        return ResultBinding(step, (("item", chosen),))
    return ResultBinding(step)


def _returned_names(known: Known) -> list[_Returned]:
    """Return (step, path, name) of everything that has been returned under a name."""
    found: list[_Returned] = []
    for step, function in known.results.items():
        last = function.last_return
        if isinstance(last, ast.Tuple):
            for position, name in enumerate(function.returned):
                found.append((step, (("item", position),), name or ""))
        elif last is not None:
            found.append((step, (), function.returned[0] or ""))
        kept = last if isinstance(last, ast.Dict) else _dictionary(function, last)
        for key in kept.keys if isinstance(kept, ast.Dict) else ():
            if isinstance(key, ast.Constant) and isinstance(key.value, str):
                found.append((step, (("key", key.value),), key.value))
    return found


def _dictionary(function: Function, last: ast.expr | None) -> ast.expr | None:
    """Return the dictionary that a returned name was assigned."""
    for node in own_nodes(function.tree):
        if isinstance(node, ast.Assign) and isinstance(last, ast.Name) and isinstance(node.value, ast.Dict):
            if any(isinstance(target, ast.Name) and target.id == last.id for target in node.targets):
                return node.value
    return None


def _bound(name: str, known: Known, returned: Sequence[_Returned]) -> Binding | None:
    """Return what an argument of this name is given, or None where the name says nothing."""
    if name in known.named:
        return known.named[name]
    handed_over = _part_of_the_container(name, known)
    if handed_over is not None:
        return handed_over
    low, meaning = name.lower(), meaning_of(name)
    if meaning in ("X", "Y") and not (meaning == "X" and low == "a0" and returned):
        return ArrayBinding(str(meaning))
    result = _result(name, known, returned)
    if result is not None:
        return result
    plain = {"rate": RATE, "penalty": PENALTY, "epochs": 1, "m": known.batch}
    if meaning in plain:
        return ValueBinding(plain[str(meaning)])
    mine = (one for one in known.parameters if one.name.lower() == low and is_parameter(name))
    return next((ParamBinding(one.path) for one in mine), None)


def _part_of_the_container(name: str, known: Known) -> Binding | None:
    """Return the parameter, the list of parameters or the whole container that an argument of this name is."""
    low, meaning, container = name.lower(), meaning_of(name), known.container
    for parameter in known.parameters if container.apart else ():
        if parameter.name.lower() == low:
            return ParamBinding(parameter.path)
    if name in container.lists:
        return ParamBinding((("key", name),))
    returned = known.made_by.returned if known.made_by is not None and isinstance(container.maker, CallMaker) else ()
    if len(returned) > 1 and name in returned:  # the lists of weights and of biases that the maker returns
        return ParamBinding((("item", returned.index(name)),))
    whole = meaning == "params" or (low in ("w", "weights") and not isinstance(container.maker, GlobalsMaker))
    return ParamsBinding(container.tuple) if whole and not container.apart else None


def _result(name: str, known: Known, returned: Sequence[_Returned]) -> Binding | None:
    """Return the part of an earlier step's result that an argument of this name is."""
    low, meaning = name.lower(), meaning_of(name)
    same = [(step, path) for step, path, other in returned if other.lower() == low]
    if same:
        return ResultBinding(*same[0])
    if (meaning == "Yhat" or re.fullmatch(r"[ahy]_?\d+", low)) and known.yhat is not None:
        return ResultBinding(*known.yhat)
    if meaning == "cache" and known.results:
        return _cache(known, next(iter(known.results)))
    return ResultBinding("backward") if meaning == "grads" and "backward" in known.results else None


def step_of(function: Function, role: str, given: Sequence[Argument]) -> Step:
    """Return the step of a plan that calls this function."""
    return Step(function.name, role, tuple(given), method=bool(function.owner))


def maker_of(roles: Roles, given: Sequence[Argument]) -> CallMaker:
    """Return the maker of the container: the student's own function, or the class."""
    assert roles.init is not None
    name = roles.owner if roles.init.owner else roles.init.name
    return CallMaker(str(name), tuple(given))
