"""What can be read off somebody's code and is worth telling, though no gradient is wrong by it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, TypeVar

from verify.submissions.parsing.document import Cell, Document, Place
from verify.submissions.program.safety import called_name, root_name, update_of
from verify.submissions.program.vocabulary import meaning_of

_LARGEST_EPS: Final = 1e-3
_FUNCTIONS: Final = (ast.FunctionDef, ast.AsyncFunctionDef)
_HELD_OUT: Final = re.compile(r"(^|_)(test|val|valid|validation|dev|eval)(_|$|\d)", re.IGNORECASE)
_EPOCHS: Final = re.compile(r"epoch|[eé]poque|[eé]poca", re.IGNORECASE)
_LONGEST: Final = 20  # names that stand for each other
_SEEDS: Final = ("seed", "manual_seed", "set_seed", "set_random_seed")


@dataclass(frozen=True)
class Remark:
    """What is worth telling: its name, a sentence, where it stands and the line there."""

    name: str
    sentence: str
    place: Place
    text: str


def remarks(document: Document) -> tuple[Remark, ...]:
    """Return what is remarkable in the submission's own cells, in their order.

    Names: eps-in-log, steps-over-features, stop-never-fires, never-filled, axis-counts-updates, reseeds,
    changes-argument.
    """
    facts = _Facts(document)
    rules = (_eps_in_log, _steps_over_features, _stop_never_fires, _never_filled, _axis, _reseeds, _changes_argument)
    found = [
        Remark(name, sentence, cell.place(node), cell.line(getattr(node, "lineno", 1)))
        for name, rule in zip(_NAMES, rules, strict=True)
        for cell, node, sentence in rule(facts)
    ]
    order = {cell.number: position for position, cell in enumerate(document.cells)}
    return tuple(sorted(found, key=lambda one: (order[one.place.cell], one.place.line)))


_NAMES: Final = (
    "eps-in-log", "steps-over-features", "stop-never-fires", "never-filled", "axis-counts-updates", "reseeds",
    "changes-argument",
)  # fmt: skip
_Node = TypeVar("_Node", bound=ast.AST)
_Told = Iterator[tuple[Cell, ast.AST, str]]


class _Facts:
    """The trees of a submission, and what its names are assigned, wherever that is."""

    def __init__(self, document: Document) -> None:
        self.cells = [(cell, cell.tree) for cell in document.cells if cell.tree is not None]
        self.values: dict[str, list[ast.expr]] = {}
        self.functions: dict[str, ast.FunctionDef | ast.AsyncFunctionDef] = {}
        self.appended: dict[str, list[ast.expr]] = {}
        self.parts: dict[str, list[tuple[ast.expr, int]]] = {}  # name -> the tuple that it is a part of, and which
        for _, node in self.nodes(ast.AST):
            if isinstance(node, ast.Assign):
                for target in node.targets:
                    self._assign(target, node.value)
            elif isinstance(node, ast.AugAssign | ast.AnnAssign) and isinstance(node.target, ast.Name):
                if node.value is not None:
                    self.values.setdefault(node.target.id, []).append(node.value)
            elif isinstance(node, _FUNCTIONS):
                self.functions[node.name] = node
            elif isinstance(node, ast.Call) and called_name(node) == "append" and node.args:
                self.appended.setdefault(root_name(node.func) or "", []).append(node.args[0])

    def nodes(self, kind: type[_Node]) -> Iterator[tuple[Cell, _Node]]:
        for cell, tree in self.cells:
            for node in ast.walk(tree):
                if isinstance(node, kind):
                    yield cell, node

    def _assign(self, target: ast.expr, value: ast.expr) -> None:
        if isinstance(target, ast.Name):
            self.values.setdefault(target.id, []).append(value)
        elif isinstance(target, ast.Tuple | ast.List):
            parts = value.elts if isinstance(value, ast.Tuple | ast.List) else []
            for number, one in enumerate(target.elts):
                if len(parts) == len(target.elts):
                    self._assign(one, parts[number])
                elif isinstance(one, ast.Name):
                    self.parts.setdefault(one.id, []).append((value, number))

    def number(self, node: ast.expr) -> float | None:
        """Return the number that an expression is, through a name that is always the same one."""
        if isinstance(node, ast.Name):
            values = self.values.get(node.id, [])
            node = values[0] if len(values) == 1 else node
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow):
            base, power = _constant(node.left), _constant(node.right)
            return (
                base**power if base is not None and power is not None and 0 < base < 1e3 and abs(power) < 50 else None
            )
        return _constant(node)


def _constant(node: ast.expr) -> float | None:
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        inner = _constant(node.operand)
        return None if inner is None else -inner
    value = node.value if isinstance(node, ast.Constant) else None
    usable = isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e300
    return float(value) if usable and isinstance(value, int | float) else None


def _eps_in_log(facts: _Facts) -> _Told:
    seen: set[tuple[int | None, int]] = set()
    for cell, node in facts.nodes(ast.Call):
        if called_name(node) not in ("log", "log2", "log10") or not node.args:
            continue
        for part in ast.walk(node.args[0]):
            if isinstance(part, ast.BinOp) and isinstance(part.op, ast.Add):
                eps = next(
                    (one for one in (part.left, part.right) if 0 < (facts.number(one) or 0) <= _LARGEST_EPS), None
                )
                if eps is not None and (cell.number, node.lineno) not in seen:
                    seen.add((cell.number, node.lineno))
                    sentence = (
                        f"The loss takes {ast.unparse(node)[:80]}: with {ast.unparse(eps)} = {facts.number(eps):g} "
                        "added it is not quite the loss that the gradient is derived from. The two part where the "
                        "probability of the true class comes near that number."
                    )
                    yield cell, node, sentence
                    break


def _steps_over_features(facts: _Facts) -> _Told:
    for cell, node in facts.nodes(ast.For):
        if not (
            isinstance(node.target, ast.Name) and isinstance(node.iter, ast.Call) and called_name(node.iter) == "range"
        ):
            continue
        sizes = [found for one in node.iter.args for found in _sizes(facts, one)]
        slices = [found for inner in node.body for found in _sliced(inner, node.target.id)]
        for array, axis in sizes:
            slices = [one for one in slices if one[0] == array or meaning_of(one[0]) == "X"]
            if slices and all(at != axis for _, at in slices) and axis < 2:
                taken, at = slices[0]
                counted = "features" if axis else "rows"
                sentence = (
                    f"The loop runs to {array}.shape[{axis}], a number of {counted}, but its batches are cut from "
                    f"axis {at} ({taken}[...]), where the samples are: {array}.shape[{at}] is meant. "
                    "So it does not see all samples, or runs past their end."
                )
                yield cell, node, sentence
                break


def _sizes(facts: _Facts, node: ast.expr) -> Iterator[tuple[str, int]]:
    """Yield (X, 1) for X.shape[1], and for a name that is always X.shape[1]."""
    for part in ast.walk(node):
        if isinstance(part, ast.Name):
            values = facts.values.get(part.id, [])
            split = facts.parts.get(part.id, [])
            if len(values) == 1 and not split:
                yield from (one for one in [_shape(values[0])] if one is not None)
            elif len(split) == 1 and not values:  # n, m = X.shape
                shape = split[0][0]
                if isinstance(shape, ast.Attribute) and shape.attr == "shape":
                    yield ast.unparse(shape.value), split[0][1]
        elif isinstance(part, ast.expr):
            yield from (one for one in [_shape(part)] if one is not None)


def _shape(node: ast.expr) -> tuple[str, int] | None:
    if (
        isinstance(node, ast.Subscript)
        and isinstance(node.value, ast.Attribute)
        and node.value.attr == "shape"
        and isinstance(node.slice, ast.Constant)
        and isinstance(node.slice.value, int)
        and node.slice.value in (0, 1)
    ):
        return ast.unparse(node.value.value), int(node.slice.value)
    return None


def _sliced(node: ast.AST, index: str) -> Iterator[tuple[str, int]]:
    """Yield the arrays that are cut by index:index + size, and along which axis."""
    for part in ast.walk(node):
        if isinstance(part, ast.Subscript):
            cuts = part.slice.elts if isinstance(part.slice, ast.Tuple) else [part.slice]
            for axis, cut in enumerate(cuts):
                if isinstance(cut, ast.Slice) and cut.lower is not None and index in _names(cut.lower):
                    yield ast.unparse(part.value), axis


def _stop_never_fires(facts: _Facts) -> _Told:
    for cell, node in facts.nodes(ast.If):
        if not any(isinstance(inner, ast.Break | ast.Return) for one in node.body for inner in ast.walk(one)):
            continue
        for test in ast.walk(node.test):
            if not isinstance(test, ast.Compare) or len(test.ops) != 1:
                continue
            left, right, op = test.left, test.comparators[0], test.ops[0]
            if isinstance(op, ast.Lt | ast.LtE):
                left, right, op = right, left, ast.Gt()
            limit = facts.number(right)
            if isinstance(op, ast.Gt | ast.GtE) and limit is not None and limit > 1 and _is_fraction(facts, left):
                sentence = (
                    f"The stop waits for {ast.unparse(test)[:80]}, but this accuracy is a fraction, at most 1: "
                    f"it never fires. {limit / 100:g} is meant, if {limit:g} is in percent."
                )
                yield cell, node, sentence
                break


def _is_fraction(facts: _Facts, node: ast.expr, seen: frozenset[str] = frozenset()) -> bool:
    """Whether a value is the mean of a comparison, also through names, lists and the functions that return it."""
    if isinstance(node, ast.Call):
        of = node.args[0] if node.args else node.func.value if isinstance(node.func, ast.Attribute) else None
        if called_name(node) in ("mean", "average") and of is not None:
            return any(isinstance(one, ast.Compare) for one in ast.walk(of)) or (
                isinstance(of, ast.Name) and any(isinstance(one, ast.Compare) for one in facts.values.get(of.id, []))
            )
        if called_name(node) in ("float", "round") and of is not None:
            return _is_fraction(facts, of, seen)
        return called_name(node) == "accuracy_score" or _returns_fraction(facts, node, None, seen)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
        summed = isinstance(node.left, ast.Call) and called_name(node.left) in ("sum", "count_nonzero")
        return summed and any(isinstance(one, ast.Compare) for one in ast.walk(node.left))
    if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name):
        listed = facts.appended.get(node.value.id, [])
        return bool(listed) and all(_is_fraction(facts, one, seen) for one in listed)
    if isinstance(node, ast.Name):
        if node.id in seen or len(seen) > _LONGEST:
            return node.id in seen  # the same name inside a function that returns it
        seen |= {node.id}
        values = [one for one in facts.values.get(node.id, []) if facts.number(one) is None]
        split = facts.parts.get(node.id, [])
        return bool(values or split) and (
            all(_is_fraction(facts, one, seen) for one in values)
            and all(isinstance(one, ast.Call) and _returns_fraction(facts, one, at, seen) for one, at in split)
        )
    return False


def _returns_fraction(facts: _Facts, call: ast.Call, at: int | None, seen: frozenset[str]) -> bool:
    function = facts.functions.get(called_name(call))
    if function is None:
        return False
    returned = [one.value for one in ast.walk(function) if isinstance(one, ast.Return) and one.value is not None]
    if at is not None:
        tuples = [one for one in returned if isinstance(one, ast.Tuple) and len(one.elts) > at]
        returned = [one.elts[at] for one in tuples] if len(tuples) == len(returned) else []
    return bool(returned) and all(_is_fraction(facts, one, seen) for one in returned)


def _never_filled(facts: _Facts) -> _Told:
    used = [node.id for _, node in facts.nodes(ast.Name) if isinstance(node.ctx, ast.Load)]
    for cell, node in facts.nodes(ast.Assign):
        names = [name for target in node.targets for name in _empty_lists(target, node.value)]
        empty = [one for one in names if _HELD_OUT.search(one) and one not in used and len(facts.values[one]) == 1]
        if empty:
            are, them = ("are", "them") if len(empty) > 1 else ("is", "it")
            sentence = (
                f"{' and '.join(empty)} {are} declared, and nothing fills {them}: "
                "how the net does on data that it was not trained on is not measured."
            )
            yield cell, node, sentence


def _empty_lists(target: ast.expr, value: ast.expr) -> Iterator[str]:
    if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple) and len(target.elts) == len(value.elts):
        for one, part in zip(target.elts, value.elts, strict=True):
            yield from _empty_lists(one, part)
    elif isinstance(target, ast.Name) and isinstance(value, ast.List) and not value.elts:
        yield target.id


def _axis(facts: _Facts) -> _Told:
    counted = _per_update(facts)
    found: dict[tuple[int | None, int], tuple[Cell, ast.AST]] = {}
    lists: dict[str, None] = {}
    for cell, tree in facts.cells:
        drawn: dict[str, str] = {}
        calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
        for call in sorted(calls, key=lambda one: (one.lineno, one.col_offset)):
            name, canvas = called_name(call), ast.unparse(getattr(call.func, "value", call.func))
            if name in ("subplot", "figure", "subplots", "show"):
                drawn.clear()
            elif name == "plot" and len(call.args) == 1 and isinstance(call.args[0], ast.Name):
                drawn[canvas] = call.args[0].id
            elif name in ("xlabel", "set_xlabel") and call.args and drawn.get(canvas) in counted:
                label = call.args[0]
                if isinstance(label, ast.Constant) and isinstance(label.value, str) and _EPOCHS.search(label.value):
                    found[cell.number, call.lineno] = cell, call
                    lists[drawn[canvas]] = None
    if found:
        cell, node = next(iter(found.values()))
        get = "get" if len(lists) > 1 else "gets"
        sentence = (
            f"The axis is labelled in epochs, but {' and '.join(lists)} {get} a value at every update: "
            "it counts updates."
        )
        yield cell, node, sentence


def _per_update(facts: _Facts) -> set[str]:
    """Return the lists that are appended to in a loop inside a loop, and in no outer one."""
    deep: set[str] = set()
    shallow: set[str] = set()
    for _, tree in facts.cells:
        waiting: list[tuple[ast.AST, int]] = [(tree, 0)]
        while waiting:
            node, loops = waiting.pop()
            if isinstance(node, ast.Call) and called_name(node) == "append":
                (deep if loops > 1 else shallow).add(root_name(node.func) or "")
            inner = 0 if isinstance(node, _FUNCTIONS) else loops + isinstance(node, ast.For | ast.While)
            waiting += [(child, inner) for child in ast.iter_child_nodes(node)]
    return deep - shallow


def _reseeds(facts: _Facts) -> _Told:
    for cell, node in facts.nodes(ast.AST):
        if isinstance(node, _FUNCTIONS) and node.name != "main" and "seed" not in node.name.lower():
            arguments = [*node.args.posonlyargs, *node.args.args]
            given = dict(zip([one.arg for one in reversed(arguments)], reversed(node.args.defaults), strict=False))
            for call in ast.walk(node):
                if isinstance(call, ast.Call) and called_name(call) in _SEEDS and len(call.args) == 1:
                    seed = call.args[0]
                    seed = given.get(seed.id, seed) if isinstance(seed, ast.Name) else seed
                    if facts.number(seed) is not None:
                        sentence = (
                            f"{node.name} seeds the global generator with {ast.unparse(seed)} at every call: whatever "
                            "is drawn after it, like the shuffles, is the same in every run."
                        )
                        yield cell, call, sentence
                        break


def _changes_argument(facts: _Facts) -> _Told:
    for cell, node in facts.nodes(ast.AST):
        if not isinstance(node, _FUNCTIONS):
            continue
        inside = list(ast.walk(node))
        rebound = {one.id for one in inside if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store)}
        rebound -= {
            one.target.id for one in inside if isinstance(one, ast.AugAssign) and isinstance(one.target, ast.Name)
        }
        arguments = {one.arg for one in [*node.args.posonlyargs, *node.args.args]} - {"self"} - rebound
        values = [one.value for one in inside if isinstance(one, ast.Return)]
        parts = [part for value in values for part in (value.elts if isinstance(value, ast.Tuple) else [value])]
        returned = {one.id for one in parts if isinstance(one, ast.Name)}
        changed = [(one, root_name(update_of(one) or one)) for one in inside if update_of(one) is not None]
        changed = [(one, root) for one, root in changed if root in arguments & returned]
        if changed:
            first = min((one for one, _ in changed), key=lambda one: getattr(one, "lineno", 0))
            names = " and ".join(dict.fromkeys(str(root) for _, root in changed))
            sentence = (
                f"{node.name} changes its argument {names} in place and returns it: "
                "the caller's old values are gone, whether or not the result is used."
            )
            yield cell, first, sentence


def _names(node: ast.AST) -> set[str]:
    return {one.id for one in ast.walk(node) if isinstance(one, ast.Name)}
