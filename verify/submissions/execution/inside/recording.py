"""The numbers that a loop that trains shows: each expression hands its value on unchanged, and is kept beside.

A number that is shown in some passes only is computed in the one that is watched as well, where that calls nothing of
the submission's own.
"""

from __future__ import annotations

import ast
import copy
from typing import Final

import numpy as np

from verify.exact.stand_in import StandIn
from verify.reading.parsing.trees import nodes_of
from verify.reading.program.kept import BUILTINS
from verify.reading.program.shown import Shown, Slot, shown_in
from verify.reading.program.syntax import root_name
from verify.submissions.execution.inside.paths import Value, is_tensor

_MOST: Final = 40  # places of one loop
_PURE: Final = frozenset((
    "sum", "mean", "dot", "abs", "log", "exp", "sqrt", "square", "clip", "norm", "reshape", "ravel", "flatten", "item",
    "copy", "squeeze", "max", "min", "trace", "var", "std", "transpose",
))  # fmt: skip
_MODULES: Final = frozenset(("np", "numpy", "math"))


class Recorded:
    """The first number at each place of the watched pass, by how it is shown, its line and its text."""

    def __init__(self) -> None:
        self.listens = False
        self.values: dict[str, dict[int, dict[str, Value]]] = {}

    def clear(self) -> None:
        """Forget what was shown."""
        self.listens = False
        self.values = {}

    def misses(self, how: str, line: int, text: str) -> bool:
        """Whether nothing has been kept of a place, though the pass is watched."""
        return self.listens and text not in self.values.get(how, {}).get(line, {})

    def keep(self, how: str, line: int, text: str, value: Value) -> Value:
        """Hand the value on; keep it where it is the first number of its place."""
        if self.misses(how, line, text) and _is_number(value):
            kept = value.copy() if isinstance(value, np.ndarray) else value
            self.values.setdefault(how, {}).setdefault(line, {})[text] = kept
        return value


def _is_number(value: Value) -> bool:
    """Whether this is one number with a point, of whatever kind the code computes with."""
    if isinstance(value, bool | int):
        return False
    if isinstance(value, float | complex):
        return True
    if isinstance(value, np.ndarray | np.generic):
        return value.size == 1 and value.dtype.kind in "fc"
    if isinstance(value, StandIn) or is_tensor(value):
        return int(np.prod(tuple(value.shape), dtype=int)) == 1
    return False


def recorded(loop: ast.For | ast.While, watch: str) -> list[ast.stmt]:
    """Return the body of a loop in which every number that is shown goes through the watch."""
    slots = [slot for slot in shown_in(loop) if not _is_recorded(slot.node, watch)][:_MOST]
    places = {id(slot.node): slot.shown for slot in slots}
    body = _with_missed(loop.body, slots, places, watch)
    for slot in slots:
        slot.put(_through(watch, "shown", places[id(slot.node)], slot.node))
    return body


def _is_recorded(node: ast.expr, watch: str) -> bool:
    return isinstance(node, ast.Call) and root_name(node.func) == watch


def _through(watch: str, method: str, shown: Shown, *more: ast.expr) -> ast.Call:
    """Return a call of the watch about what is shown, in its own line."""
    call = ast.parse(f"{watch}.{method}({shown.how!r}, {shown.line}, {shown.text!r})", mode="eval").body
    assert isinstance(call, ast.Call)
    for node in nodes_of(call):
        if isinstance(node, ast.expr):
            node.lineno = node.end_lineno = shown.line
    call.args += more
    return call


def _with_missed(
    body: list[ast.stmt], slots: list[Slot], places: dict[int, Shown], watch: str
) -> list[ast.stmt]:  # fmt: skip
    """Return the body; behind an `if` that only shows something stands what computes the same where it was not run."""
    found: list[ast.stmt] = []
    for node in body:
        found.append(node)
        if isinstance(node, ast.If):
            found += _missed(node, slots, places, watch)
        if isinstance(node, ast.For | ast.While | ast.If | ast.With | ast.Try):
            node.body = _with_missed(node.body, slots, places, watch)
    return found


def _missed(node: ast.If, slots: list[Slot], places: dict[int, Shown], watch: str) -> list[ast.stmt]:
    if not all(isinstance(one, ast.Expr) or _is_plain(one) for one in node.body):
        return []
    here = {id(part) for one in node.body for part in nodes_of(one)}
    given = {one.targets[0].id: one.value for one in node.body if isinstance(one, ast.Assign) and _is_plain(one)}  # type: ignore[attr-defined]
    found: list[ast.stmt] = []
    for slot in slots:
        if id(slot.node) not in here:
            continue
        alone = _Given(given).visit(copy.deepcopy(slot.node))
        if _is_pure(alone):
            found.append(_kept(_through(watch, "misses", places[id(slot.node)]),
                               _through(watch, "shown", places[id(slot.node)], alone)))  # fmt: skip
    return found


def _is_plain(node: ast.stmt) -> bool:
    return isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name)


class _Given(ast.NodeTransformer):
    """Puts what names are given in their place."""

    def __init__(self, given: dict[str, ast.expr], depth: int = 4) -> None:
        self._given, self._depth = given, depth

    def visit_Name(self, node: ast.Name) -> ast.expr:
        """Return what the name is given, or the name."""
        if node.id not in self._given or not self._depth:
            return node
        found = copy.deepcopy(self._given[node.id])
        return _Given(self._given, self._depth - 1).visit(found)  # type: ignore[no-any-return]


def _is_pure(node: ast.expr) -> bool:
    """Whether an expression calls nothing but functions of NumPy and of Python that change nothing."""
    for call in nodes_of(node):
        if isinstance(call, ast.NamedExpr | ast.Await | ast.Yield | ast.YieldFrom | ast.Lambda):
            return False
        if not isinstance(call, ast.Call):
            continue
        called = call.func
        if isinstance(called, ast.Name):
            if called.id not in BUILTINS - {"next", "input", "open", "exec", "eval", "print", "setattr", "delattr"}:
                return False
        elif not isinstance(called, ast.Attribute):
            return False
        elif root_name(called) in _MODULES:
            if "random" in ast.unparse(called) or any(one.arg == "out" for one in call.keywords):
                return False
        elif called.attr not in _PURE:
            return False
    return True


def _kept(test: ast.expr, value: ast.expr) -> ast.stmt:
    """Return a statement that computes a value where the test holds; where it cannot be computed, nothing happens."""
    made = ast.parse("if True:\n    try:\n        pass\n    except Exception:\n        pass").body[0]
    assert isinstance(made, ast.If)
    line = test.lineno
    for node in nodes_of(made):
        if isinstance(node, ast.stmt | ast.expr | ast.excepthandler):
            node.lineno = node.end_lineno = line
    tried = made.body[0]
    assert isinstance(tried, ast.Try)
    made.test, tried.body = test, [ast.Expr(value, lineno=line, end_lineno=line)]
    return made
