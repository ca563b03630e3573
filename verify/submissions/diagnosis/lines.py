"""Where a mistake stands in the student's file, and what should stand there, in the student's own names."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from verify.arrays import Array
from verify.nets.net import Gradient, Layer, Trace
from verify.reading.parsing.document import Place
from verify.reading.program.functions import Function
from verify.reading.program.syntax import called_name, own_nodes
from verify.reading.program.vocabulary import bare
from verify.reading.wiring.plan_records import TrainingMaker
from verify.submissions.execution.answers import Leaves
from verify.submissions.execution.calling import Reading
from verify.submissions.execution.gradients import plain
from verify.submissions.execution.messages import RETURNED

_CLOSE: Final = 1e-7
_DOWNSTREAM: Final = {
    "dA": ("dA", "dZ", "dW", "db"),
    "dZ": ("dZ", "dW", "db"),
    "dZL": ("dZL", "dW", "db"),
    "dW": ("dW",),
    "db": ("db",),
}


@dataclass(frozen=True)
class Names:
    """What the student calls the quantities: canonical name (Z1, A1, dZ2, dW1, Yhat) -> the student's."""

    of: Mapping[str, str]
    columns: bool
    function: Function
    values: Mapping[str, Array] = field(default_factory=dict)  # what the names hold at the end
    factors: Mapping[str, float] = field(default_factory=dict)  # by which multiple a quantity is held

    def get(self, canonical: str) -> str:
        """Return the student's name, or the canonical one."""
        return self.of.get(canonical, canonical)


def names_at(
    reading: Reading,
    found: Leaves,
    functions: Sequence[Function],
    trace: Trace,
    layers: Sequence[Layer],
    *,
    wrong: Gradient,
    right: Gradient,
    Y: Array,
) -> dict[str, Names]:
    """Return, for each function of the submission, its local names for the quantities, told by their values.

    A quantity may be held without the 1/m, or turned; `wrong` are the values that the mistake gives.
    """  # fmt: skip
    wanted: dict[str, list[Array]] = {}
    L = len(layers)
    for layer in range(1, L + 1):
        wanted[f"A{layer}"] = [trace.A[layer]]
        wanted[f"Z{layer}"] = [trace.Z[layer]]
        for step in ("dZ", "dA", "dW", "db"):
            held = [getattr(one, step)[layer] for one in (wrong, right) if getattr(one, step)[layer] is not None]
            if held:
                wanted[f"{step}{layer}"] = held
        wanted[f"W{layer}"] = [layers[layer - 1].W]
    wanted["Yhat"] = [trace.Yhat]
    wanted["X"], wanted["Y"] = [trace.A[0]], [Y]
    m = trace.A[0].shape[0]
    sizes = dict.fromkeys((1.0, float(m), 1.0 / m, *_constants(reading, m)))
    scales = (*sizes, *(-one for one in sizes))  # Y - Yhat is an error too
    known: dict[str, Names] = {}
    for function in functions:
        values = {
            str(where[1][-1][1]): value for where, value in found.items()
            if where[1] and (
                where[0] == f"locals {function.name}" or (where[0] == "container" and function.owner)
                or (where[0] == "update" and _is_the_loop(function, reading))
            )
        }  # fmt: skip
        assigned = _assigned(function)
        of, factors = {}, {}
        for canonical, candidates in wanted.items():
            by = scales if canonical.startswith("d") else (1.0,)
            mine = {
                name: factor for name, value in values.items()
                if (factor := next(filter(None, (_factor(value, one, by) for one in candidates)), None)) is not None
            }  # fmt: skip
            if mine := {name: factor for name, factor in mine.items() if _may_be(name, canonical, reading)}:
                of[canonical] = min(mine, key=lambda name: _rank(name, canonical, assigned))
                factors[canonical] = mine[of[canonical]]
        known.setdefault(function.name, Names(of, reading.samples == "columns", function, values, factors))
    return known


def _may_be(name: str, canonical: str, reading: Reading) -> bool:
    """Whether a name may be that of a quantity: with one sample dZ has the values of a bias's gradient."""
    if not name.isidentifier() or name == RETURNED:
        return False
    if canonical[:2] not in ("dZ", "dA"):
        return True
    return not any(plain(bare(name)) == plain(one.name) != plain(name) for one in reading.structure.parameters)


def _rank(name: str, canonical: str, assigned: Mapping[str, ast.AST]) -> tuple[bool, bool, int, int, str]:
    """Return by what a name goes before others of the same values; of dA and dZ, alike or not, dA stands first."""
    line = getattr(assigned.get(name), "lineno", 0) * {"dA": 1, "dZ": -1}.get(canonical[:2], 0)
    return name not in assigned, name.lower() != canonical.lower(), line, len(name), name


def _is_the_loop(function: Function, reading: Reading) -> bool:
    """Whether the function is the loop that is judged; what it leaves is answered as what the pass leaves."""
    maker = reading.container.maker
    if not isinstance(maker, TrainingMaker) or function.place.cell != maker.cut.cell:
        return False
    lifted = function.name.startswith("__step__") and function.place.line >= maker.cut.line
    return lifted or function.place.line <= maker.cut.line <= (function.tree.end_lineno or 0)


def _constants(reading: Reading, m: int) -> tuple[float, ...]:
    c = float(reading.objective.c) if reading.objective else 1.0
    return (1 / c, 1 / (2 * c), 2.0, 0.5)


def _factor(value: Array, candidate: Array, scales: Sequence[float]) -> float | None:
    """Return which multiple of a quantity an array is, read either way; None where it is none of these."""
    if np.size(value) != np.size(candidate) or np.size(value) < 2 or np.asarray(value).dtype.kind not in "fi":
        return None
    array = np.asarray(value, dtype=float)
    shapes = [np.asarray(candidate), np.asarray(candidate).T] if np.ndim(candidate) == 2 else [np.asarray(candidate)]
    for shaped in shapes:
        if array.size == shaped.size and (array.shape == shaped.shape or 1 in array.shape or array.ndim == 1):
            flat, other = array.reshape(-1), shaped.reshape(-1)
            size = float(np.max(np.abs(other)))
            for scale in scales if size else ():
                if np.max(np.abs(flat - scale * other)) <= _CLOSE * size * max(1.0, abs(scale)):
                    return scale
    return None


def _assigned(function: Function, *, first: bool = False) -> dict[str, ast.AST]:
    """Return the last statement (or the first) of a function that assigns each name, attribute or key."""
    found: dict[str, ast.AST] = {}
    statements = sorted(
        (node for node in own_nodes(function.tree) if isinstance(node, ast.stmt)), key=lambda n: n.lineno
    )
    for node in reversed(statements) if first else statements:
        for target in _targets(node):
            name = _assigned_name(target)
            if name is not None:
                found[name] = node
            elif isinstance(target, ast.Subscript) and isinstance(target.value, ast.Name):
                found.setdefault(target.value.id, node)
        if isinstance(node, ast.Return | ast.Assign) and node.value is not None:
            for key, value in _keys(node.value).items():
                if not isinstance(value, ast.Name):
                    found.setdefault(key, value)
    return found


def _targets(node: ast.stmt) -> list[ast.expr]:
    """Return what a statement assigns to, one by one: tuples and lists are taken apart."""
    targets = list(node.targets) if isinstance(node, ast.Assign) else []
    if isinstance(node, ast.AugAssign | ast.AnnAssign):
        targets = [node.target]
    single: list[ast.expr] = []
    while targets:
        target = targets.pop()
        if isinstance(target, ast.Tuple | ast.List):
            targets += target.elts
        else:
            single.append(target)
    return single


def _assigned_name(target: ast.expr) -> str | None:
    """Return the name, the attribute or the key that is assigned; None for a key that is no text."""
    if isinstance(target, ast.Name):
        return target.id
    if isinstance(target, ast.Attribute):
        return target.attr
    return _key_of(target.slice) if isinstance(target, ast.Subscript) else None


def _key_of(node: ast.expr) -> str | None:
    """Return a key that is a text, or the text in front of a layer's number: "dW", as in "dW" + str(l)."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr) and node.values and isinstance(node.values[0], ast.Constant):
        return str(node.values[0].value)
    if isinstance(node, ast.BinOp) and isinstance(node.left, ast.Constant) and isinstance(node.left.value, str):
        return node.left.value.split("%")[0]
    return None


def _keys(node: ast.expr) -> dict[str, ast.AST]:
    """Return the values of a dictionary that is written out, {"dW1": ...} or dict(dW1=...), by key."""
    if isinstance(node, ast.Dict):
        pairs = zip(node.keys, node.values, strict=True)
        return {
            key.value: value for key, value in pairs if isinstance(key, ast.Constant) and isinstance(key.value, str)
        }
    if isinstance(node, ast.Call):
        return {word.arg: word.value for word in node.keywords if word.arg}
    if isinstance(node, ast.Tuple):
        return {key: value for part in node.elts for key, value in _keys(part).items()}
    return {}


_STEMS: Final = {
    "dZL": ("dz", "delta", "error", "err"),
    "dZ": ("dz", "delta"),
    "dA": ("da", "dh"),
    "dW": ("dw",),
    "db": ("db",),
}


@dataclass(frozen=True)
class Found:
    """A statement, or the value of a dictionary, that computes a step; its function, and by what it was found."""

    node: ast.AST
    function: Function
    by_value: bool

    @property
    def place(self) -> Place:
        """Where it stands."""
        return Place(self.function.place.cell, self.node.lineno)  # type: ignore[attr-defined]


def find_step(kind: str, layer: int, reading: Reading, names: Mapping[str, Names]) -> Found | None:
    """Return the statement that computes this step: by the value that is held, then by a name like dz2 or delta2."""
    depth = len(reading.structure.sizes) - 1
    judged = [one.name for one in (reading.roles.backward, reading.roles.update) if one is not None]
    functions = sorted(names.values(), key=lambda known: known.function.name not in judged)
    canonical = f"{'dZ' if kind == 'dZL' else kind}{layer}"
    for known in functions:
        assigned = _assigned(known.function, first=kind == "dZL")
        own = known.of.get(canonical)
        wanted = [own] if own else []
        stems = _STEMS[kind]
        wanted += [name for name in assigned if name.lower().replace("_", "") in [f"{stem}{layer}" for stem in stems]]
        wanted += [name for name in assigned if _is_gradient_of(name, kind, layer, reading)]
        if kind == "dZL" or depth == 1:
            wanted += [
                name for name in assigned
                if name.lower().replace("_", "") in (*stems, "e", "dy", "dout", "dscores", "d", "diff")
            ]  # fmt: skip
        name = next((name for name in wanted if name in assigned), None)
        if name is not None:
            node = (_changed_afterwards(known.function, name) if kind == "dZ" else None) or assigned[name]
            return Found(node, known.function, name == own)
    return None


def find_after(step: str, layer: int, reading: Reading, names: Mapping[str, Names]) -> Found | None:
    """Return the first statement that uses a step."""
    found = (find_step(kind, layer, reading, names) for kind in _DOWNSTREAM[step][1:])
    return next((one for one in found if one is not None), None)


def calls_one_of(found: Found, functions: Sequence[Function]) -> bool:
    """Whether what was found only calls a function of the file: the mistake may be in that."""
    value = getattr(found.node, "value", None)
    return isinstance(value, ast.Call) and called_name(value) in {one.name for one in functions}


def _changed_afterwards(function: Function, name: str) -> ast.stmt | None:
    """Return the statement that sets some entries of a name: dZ1[Z1 <= 0] = 0."""
    for node in own_nodes(function.tree):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Subscript):
            target = node.targets[0]
            if isinstance(target.slice, ast.Compare) and getattr(target.value, "id", None) == name:
                return node
    return None


def _is_gradient_of(name: str, kind: str, layer: int, reading: Reading) -> bool:
    """Whether this is what the gradient of a layer's parameter is called, or the updated parameter."""
    wanted = {"dW": ("W", "Wb"), "db": ("b",)}.get(kind, ())
    mine = [one for one in reading.structure.parameters if one.layer == layer and one.kind in wanted]
    return any(plain(bare(name)) == plain(one.name) for one in mine)
