"""Requests and answers as JSON and back: written by hand and small, because the driver loads this in the cage.

A record is a JSON object with exactly its own fields. Decoding raises Malformed for everything else. What a worker
answered is decoded in answers.py, with the same checks.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final, TypeVar

from verify.reading.wiring.plan_records import (
    Argument,
    ArrayBinding,
    Binding,
    CallMaker,
    Cut,
    DictMaker,
    FunctionBinding,
    GlobalsMaker,
    ListMaker,
    ListsMaker,
    MadeBinding,
    Maker,
    ObjectMaker,
    ParamBinding,
    ParamsBinding,
    Path,
    Plan,
    ResultBinding,
    Runnable,
    Slot,
    Step,
    TrainingMaker,
    ValueBinding,
)
from verify.submissions.execution.messages import (
    Answer,
    BallLosses,
    Computed,
    Digits,
    Listed,
    Load,
    Loaded,
    Losses,
    Make,
    Operation,
    Request,
    Run,
    Stopped,
)

Json = dict[str, object]
T = TypeVar("T")

LONGEST_NAME: Final = 1000  # characters of a name in a path, and of a section
_LARGEST_KEY: Final = 1 << 63
_LARGEST_ITEM: Final = 1 << 31
_SHOWN: Final = 60  # characters of a wrong value that an error shows
_FLAGS: Final = ("locals", "after", "container", "calls")
_PLAN: Final = ("maker", "params", "steps", "set", "torch")


class Malformed(ValueError):
    """A message that is not formed as agreed: which part of it, what stands there, what is expected."""


def encoded(request: Request) -> Json:
    """Return a request as JSON."""
    match request:
        case Load(statements, cuts):
            return {"do": "load", "statements": [*map(_runnable, statements)], "cuts": [*map(_cut, cuts)]}
        case Make(maker, settings):
            return {"do": "make", "maker": _maker(maker), "set": _arguments(settings)}
        case Run(plan, key, local, after, container, calls, digits, only):
            wanted: Json = {"key": key, "locals": local, "after": after, "container": container, "calls": calls}
            rest: Json = {"digits": None if digits is None else _digits(digits), "only": [_leaf(*one) for one in only]}
            return {"do": "run", **_plan(plan), **wanted, **rest}
        case BallLosses(plan, section, path, digits):
            return {"do": "ball losses", **_plan(plan), "loss": _leaf(section, path), "digits": _digits(digits)}
        case Losses(plan, section, path):
            return {"do": "losses", **_plan(plan), "loss": _leaf(section, path)}


def encoded_answer(answer: Answer) -> Json:
    """Return an answer as JSON."""
    match answer:
        case Loaded(failed, stood_in):
            told: Json = {"failed": [{"index": one.index, "error": one.error} for one in failed]}
            return {**told, "stood in": [[one.index, one.name] for one in stood_in]} if stood_in else told
        case Listed(leaves):
            return {"leaves": [[one.section, _steps(one.path), one.array] for one in leaves]}
        case Computed():
            return {}
        case Stopped(error, place, operation):
            where: Json = {"error": error, "place": None if place is None else list(place)}
            return where if operation is None else {**where, "operation": _operation(operation)}


def _operation(operation: Operation) -> list[object]:
    sides = [[one.text, None if one.shape is None else list(one.shape), one.type] for one in operation.operands]
    return [operation.sign, sides]


def _leaf(section: str, path: Path) -> Json:
    return {"step": section, "path": _steps(path)}


def _digits(digits: Digits) -> Json:
    return {"guards": digits.guards, "jitter": digits.jitter}


def _runnable(one: Runnable) -> Json:
    return {"cell": one.cell, "line": one.line, "code": one.code, "module": one.module, "defines": list(one.defines)}


def _cut(one: Cut) -> Json:
    return {"cell": one.cell, "line": one.line, "names": list(one.names)}


def _plan(plan: Plan) -> Json:
    return {
        "maker": _maker(plan.maker),
        "params": [[_steps(path), name] for path, name in plan.params],
        "steps": [_step(one) for one in plan.steps],
        "set": _arguments(plan.settings),
        "torch": plan.torch,
    }


def _maker(maker: Maker) -> Json:
    match maker:
        case GlobalsMaker():
            return {"kind": "globals"}
        case CallMaker(name, arguments):
            return {"kind": "call", "call": name, "arguments": _arguments(arguments)}
        case DictMaker():
            return {"kind": "dict"}
        case ObjectMaker():
            return {"kind": "object"}
        case ListMaker(length):
            return {"kind": "list", "length": length}
        case ListsMaker(names, length):
            return {"kind": "lists", "names": list(names), "length": length}
        case TrainingMaker(cut, name, arguments, owner, passes, skipped, once):
            return {
                "kind": "training", "cut": _cut(cut), "call": name, "arguments": _arguments(arguments),
                "owner": None if owner is None else _binding(owner), "passes": passes, "skipped": skipped, "once": once,
            }  # fmt: skip


def _step(step: Step) -> Json:
    return {"method" if step.method else "call": step.name, "as": step.role, "arguments": _arguments(step.arguments)}


def _arguments(arguments: Sequence[Argument]) -> list[object]:
    return [[name, _binding(binding)] for name, binding in arguments]


def _binding(binding: Binding) -> Json:
    match binding:
        case ArrayBinding(name):
            return {"is": "array", "name": name}
        case ValueBinding(value):
            return {"is": "value", "value": list(value) if isinstance(value, tuple) else value}
        case ParamsBinding(whole):
            return {"is": "params", "tuple": whole}
        case ParamBinding(path):
            return {"is": "param", "path": _steps(path)}
        case ResultBinding(role, path):
            return {"is": "result", "step": role, "path": _steps(path)}
        case FunctionBinding(name):
            return {"is": "function", "name": name}
        case MadeBinding(name, arguments, path):
            return {"is": "made", "call": name, "arguments": _arguments(arguments), "path": _steps(path)}


def _steps(path: Path) -> list[object]:
    return [list(step) for step in path]


def decoded(value: object) -> Request:
    """Return the request that this JSON is. Raises Malformed."""
    do = value.get("do") if isinstance(value, dict) else None
    if do == "load":
        whole = fields(value, "load", "do", "statements", "cuts")
        return Load(each(whole["statements"], "statements", _to_runnable), each(whole["cuts"], "cuts", _to_cut))
    if do == "make":
        whole = fields(value, "make", "do", "maker", "set")
        return Make(_to_maker(whole["maker"], "maker"), each(whole["set"], "set", _to_argument))
    if do == "run":
        whole = fields(value, "run", "do", *_PLAN, "key", *_FLAGS, "digits", "only")
        key = None if whole["key"] is None else number(whole["key"], "key")
        digits = None if whole["digits"] is None else _to_digits(whole["digits"])
        local, after, container, calls = (flag(whole[name], name) for name in _FLAGS)
        return Run(_to_plan(whole), key, local, after, container, calls, digits, each(whole["only"], "only", _to_leaf))
    if do == "losses":
        whole = fields(value, "losses", "do", *_PLAN, "loss")
        return Losses(_to_plan(whole), *_to_leaf(whole["loss"], "loss"))
    if do == "ball losses":
        whole = fields(value, "ball losses", "do", *_PLAN, "loss", "digits")
        return BallLosses(_to_plan(whole), *_to_leaf(whole["loss"], "loss"), _to_digits(whole["digits"]))
    raise Malformed(f"a request to do {_shown(do)}: expected load, make, run, losses or ball losses")


def _to_leaf(value: object, where: str) -> tuple[str, Path]:
    leaf = fields(value, where, "step", "path")
    return text(leaf["step"], f"the step of the {where}"), to_path(leaf["path"], where)


def _to_digits(value: object) -> Digits:
    one = fields(value, "digits", "guards", "jitter")
    return Digits(flag(one["guards"], "guards"), number(one["jitter"], "jitter"))


def _to_runnable(value: object, where: str) -> Runnable:
    one = fields(value, where, "cell", "line", "code", "module", "defines")
    return Runnable(
        None if one["cell"] is None else number(one["cell"], f"{where}, cell"),
        number(one["line"], f"{where}, line"),
        text(one["code"], f"{where}, code"),
        None if one["module"] is None else text(one["module"], f"{where}, module"),
        each(one["defines"], f"{where}, defines", text),
    )


def _to_cut(value: object, where: str) -> Cut:
    one = fields(value, where, "cell", "line", "names")
    cell = None if one["cell"] is None else number(one["cell"], f"{where}, cell")
    return Cut(cell, number(one["line"], f"{where}, line"), each(one["names"], f"{where}, names", text))


def _to_plan(whole: Mapping[str, object]) -> Plan:
    return Plan(
        _to_maker(whole["maker"], "maker"),
        each(whole["params"], "params", _to_slot),
        each(whole["steps"], "steps", _to_step),
        each(whole["set"], "set", _to_argument),
        flag(whole["torch"], "torch"),
    )


def _to_maker(value: object, where: str) -> Maker:
    kind = value.get("kind") if isinstance(value, dict) else None
    if kind in ("globals", "dict", "object"):
        fields(value, where, "kind")
        return GlobalsMaker() if kind == "globals" else DictMaker() if kind == "dict" else ObjectMaker()
    if kind == "call":
        one = fields(value, where, "kind", "call", "arguments")
        return CallMaker(text(one["call"], where), each(one["arguments"], f"{where}, arguments", _to_argument))
    if kind == "list":
        return ListMaker(_length(fields(value, where, "kind", "length")["length"], where))
    if kind == "lists":
        one = fields(value, where, "kind", "names", "length")
        return ListsMaker(each(one["names"], f"{where}, names", text), _length(one["length"], where))
    if kind == "training":
        return _to_training(value, where)
    raise Malformed(f"{where} of kind {_shown(kind)}: expected globals, call, dict, object, list, lists or training")


def _to_training(value: object, where: str) -> TrainingMaker:
    one = fields(value, where, "kind", "cut", "call", "arguments", "owner", "passes", "skipped", "once")
    owner = None if one["owner"] is None else _to_made(one["owner"], f"{where}, owner")
    given = each(one["arguments"], f"{where}, arguments", _to_argument)
    passes, skipped = (number(one[name], f"{where}, {name}") for name in ("passes", "skipped"))
    how = (passes, skipped, flag(one["once"], f"{where}, once"))
    return TrainingMaker(_to_cut(one["cut"], where), text(one["call"], where), given, owner, *how)


def _to_made(value: object, where: str) -> MadeBinding:
    one = fields(value, where, "is", "call", "arguments", "path")
    given = each(one["arguments"], f"{where}, arguments", _to_argument)
    return MadeBinding(text(one["call"], where), given, to_path(one["path"], where))


def _to_step(value: object, where: str) -> Step:
    method = isinstance(value, dict) and "method" in value
    called = "method" if method else "call"
    one = fields(value, where, called, "as", "arguments")
    given = each(one["arguments"], f"{where}, arguments", _to_argument)
    return Step(text(one[called], where), text(one["as"], f"{where}, as"), given, method)


def _to_slot(value: object, where: str) -> Slot:
    path, name = _pair(value, where)
    return Slot(to_path(path, where), text(name, where))


def _to_argument(value: object, where: str) -> Argument:
    name, binding = _pair(value, where)
    return Argument(text(name, where), _to_binding(binding, where))


def _to_binding(value: object, where: str) -> Binding:
    kind = value.get("is") if isinstance(value, dict) else None
    if kind == "array":
        return ArrayBinding(text(fields(value, where, "is", "name")["name"], where))
    if kind == "value":
        return ValueBinding(_plain(fields(value, where, "is", "value")["value"], where))
    if kind == "params":
        return ParamsBinding(flag(fields(value, where, "is", "tuple")["tuple"], where))
    if kind == "param":
        return ParamBinding(to_path(fields(value, where, "is", "path")["path"], where))
    if kind == "result":
        one = fields(value, where, "is", "step", "path")
        return ResultBinding(text(one["step"], where), to_path(one["path"], where))
    if kind == "function":
        return FunctionBinding(text(fields(value, where, "is", "name")["name"], where))
    if kind == "made":
        return _to_made(value, where)
    expected = "array, value, params, param, result, function or made"
    raise Malformed(f"{where} is bound to {_shown(kind)}: expected {expected}")


def _plain(value: object, where: str) -> float | str | tuple[int, ...]:
    if isinstance(value, str) and len(value) <= LONGEST_NAME:
        return value
    if isinstance(value, list):
        return each(value, where, number)
    if isinstance(value, int | float):  # true and false are handed on as they are
        return value
    raise Malformed(f"{where} is given {_shown(value)}: expected a number, a text or a list of whole numbers")


def _length(value: object, where: str) -> int:
    length = number(value, f"{where}, length")
    if not 0 <= length < _LARGEST_ITEM:
        raise Malformed(f"{where} has {_shown(length)} entries: expected a number from 0")
    return length


def _pair(value: object, where: str) -> tuple[object, object]:
    if not isinstance(value, list) or len(value) != 2:
        raise Malformed(f"{where} is {_shown(value)}: expected a pair")
    return value[0], value[1]


def to_path(value: object, where: str) -> Path:
    """Return a path that was written as a list of steps like ["key", name]. Raises Malformed."""
    return each(value, f"{where}, path", _to_path_step)


def _to_path_step(value: object, where: str) -> tuple[str, str | int]:
    kind, name = _pair(value, where)
    if not isinstance(kind, str) or not isinstance(name, str | int) or not is_path_step(kind, name):
        raise Malformed(f"{where} is {_shown(value)}: expected a step like [key, name], [item, 0] or [attribute, name]")
    return kind, name


def is_path_step(kind: str, name: object) -> bool:
    """Whether the name of a step is of its kind: numbers count items, texts name attributes, keys are either."""
    if isinstance(name, str):
        return kind in ("key", "attribute") and len(name) <= LONGEST_NAME
    if not isinstance(name, int) or isinstance(name, bool):
        return False
    return (kind == "key" and abs(name) < _LARGEST_KEY) or (kind == "item" and 0 <= name < _LARGEST_ITEM)


def fields(value: object, where: str, *names: str) -> Mapping[str, object]:
    """Return the fields of a JSON object that has exactly these. Raises Malformed."""
    if not isinstance(value, dict) or set(value) != set(names):
        got = sorted(map(str, value)) if isinstance(value, dict) else value
        raise Malformed(f"{where} is {_shown(got)}: expected the fields {', '.join(names)}")
    return value


def each(value: object, where: str, of: Callable[[object, str], T]) -> tuple[T, ...]:
    """Return every entry of a list as what it is. Raises Malformed."""
    if not isinstance(value, list):
        raise Malformed(f"{where} is {_shown(value)}: expected a list")
    return tuple(of(one, f"{where} {place}") for place, one in enumerate(value))


def text(value: object, where: str) -> str:
    """Return a text. Raises Malformed."""
    if not isinstance(value, str):
        raise Malformed(f"{where} is {_shown(value)}: expected a text")
    return value


def number(value: object, where: str) -> int:
    """Return a whole number. Raises Malformed."""
    if not isinstance(value, int) or isinstance(value, bool):
        raise Malformed(f"{where} is {_shown(value)}: expected a whole number")
    return value


def flag(value: object, where: str) -> bool:
    """Return true or false. Raises Malformed."""
    if not isinstance(value, bool):
        raise Malformed(f"{where} is {_shown(value)}: expected true or false")
    return value


def _shown(value: object) -> str:
    try:
        whole = repr(value)
    except (ValueError, RecursionError):  # Python writes no number of more than some thousand digits
        return f"a {type(value).__name__}"
    return whole if len(whole) <= _SHOWN else f"{whole[:_SHOWN]}..."
