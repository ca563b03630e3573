"""Where a mistake stands in the student's file, and what should stand there, in the student's own names."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from verify.arrays import Array
from verify.nets.net import ACTIVATIONS, Gradient, Layer, Trace
from verify.submissions.execution.answers import Leaves
from verify.submissions.execution.calling import Reading
from verify.submissions.execution.gradients import plain
from verify.submissions.parsing.document import Place
from verify.submissions.program.functions import Function
from verify.submissions.program.syntax import own_nodes
from verify.submissions.program.vocabulary import bare

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
    wanted["X"] = [trace.A[0]]
    m = trace.A[0].shape[0]
    scales = tuple(dict.fromkeys((1.0, float(m), 1.0 / m, *_constants(reading, m))))
    known = {}
    for function in functions:
        values = {
            str(where[1][-1][1]): value for where, value in found.items()
            if where[1] and (where[0] == f"locals {function.name}" or (where[0] == "container" and function.owner))
        }  # fmt: skip
        assigned = _assigned(function)
        of = {}
        for canonical, candidates in wanted.items():
            factors = scales if canonical.startswith("d") else (1.0,)
            mine = [name for name, value in values.items() if any(_is(value, one, factors) for one in candidates)]
            ranked = [(name not in assigned, name.lower() != canonical.lower(), len(name), name) for name in mine]
            if ranked:
                of[canonical] = min(ranked)[-1]
        known[function.name] = Names(of, reading.samples == "columns", function)
    return known


def _constants(reading: Reading, m: int) -> tuple[float, ...]:
    c = float(reading.objective.c) if reading.objective else 1.0
    return (1 / c, 1 / (2 * c), 2.0, 0.5)


def _is(value: Array, candidate: Array, scales: Sequence[float]) -> bool:
    if np.size(value) != np.size(candidate) or np.size(value) < 2 or np.asarray(value).dtype.kind not in "fi":
        return False
    array = np.asarray(value, dtype=float)
    shapes = [np.asarray(candidate), np.asarray(candidate).T] if np.ndim(candidate) == 2 else [np.asarray(candidate)]
    for shaped in shapes:
        if array.size == shaped.size and (array.shape == shaped.shape or 1 in array.shape or array.ndim == 1):
            flat, other = array.reshape(-1), shaped.reshape(-1)
            size = float(np.max(np.abs(other)))
            if size and any(
                np.max(np.abs(flat - scale * other)) <= _CLOSE * size * max(1.0, scale) for scale in scales
            ):
                return True
    return False


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


def find_line(step: str, layer: int, reading: Reading, names: Mapping[str, Names]) -> tuple[Place, Function] | None:
    """Return the place of the statement that computes a step, or of the first one that uses it.

    A value that the student holds is looked for first, then a name like dz2 or delta2, then what follows from it.
    """
    depth = len(reading.structure.sizes) - 1
    judged = [one.name for one in (reading.roles.backward, reading.roles.update) if one is not None]
    functions = sorted(names.values(), key=lambda known: known.function.name not in judged)
    for kind in _DOWNSTREAM[step]:
        canonical = f"{'dZ' if kind == 'dZL' else kind}{layer}"
        for known in functions:
            assigned = _assigned(known.function, first=kind == "dZL")
            own = known.of.get(canonical)
            wanted = [own] if own else []
            stems = _STEMS[kind]
            wanted += [
                name for name in assigned if name.lower().replace("_", "") in [f"{stem}{layer}" for stem in stems]
            ]
            wanted += [name for name in assigned if _is_gradient_of(name, kind, layer, reading)]
            if kind == "dZL" or depth == 1:
                wanted += [
                    name
                    for name in assigned
                    if name.lower().replace("_", "") in (*stems, "e", "dy", "dout", "dscores", "d", "diff")
                ]
            node = next((assigned[name] for name in wanted if name in assigned), None)
            if node is not None:
                return Place(known.function.place.cell, node.lineno), known.function  # type: ignore[attr-defined]
    return None


def _is_gradient_of(name: str, kind: str, layer: int, reading: Reading) -> bool:
    """Whether this is what the gradient of a layer's parameter is called, or the updated parameter."""
    wanted = {"dW": ("W", "Wb"), "db": ("b",)}.get(kind, ())
    mine = [one for one in reading.structure.parameters if one.layer == layer and one.kind in wanted]
    return any(plain(bare(name)) == plain(one.name) for one in mine)


def should_be(step: str, layer: int, reading: Reading, names: Names) -> str:
    """Return the right formula of a step in the student's names and layout, as NumPy."""
    assert reading.net is not None
    assert reading.objective is not None
    L, n = len(reading.structure.sizes) - 1, names.get
    turned = names.columns
    if step == "dZL":
        return f"{n(f'dZ{L}')} = {_output_error(reading, names, L)}"
    dZ, W = n(f"dZ{layer}"), n(f"W{layer}")
    if step == "dW":
        before = n(f"A{layer - 1}") if layer > 1 else n("X")
        product = f"{dZ} @ {before}.T" if turned else f"{before}.T @ {dZ}"
        penalty = f" + {float(2 * reading.objective.d):.6g} * {W}" if reading.objective.d else ""
        return f"{n(f'dW{layer}')} = {product}{penalty}"
    if step == "db":
        return f"{n(f'db{layer}')} = np.sum({dZ}, axis={1 if turned else 0}, keepdims=True)"
    back, W = n(f"dZ{layer + 1}"), n(f"W{layer + 1}")
    product = f"{W}.T @ {back}" if turned else f"{back} @ {W}.T"
    if reading.structure.parameters[0].transposed != turned:
        product = f"{W} @ {back}" if turned else f"{back} @ {W}"
    if step == "dA":
        return f"{n(f'dA{layer}')} = {product}"
    name = reading.net.hidden[layer - 1]
    slope = ACTIVATIONS[name].formula.format(A=n(f"A{layer}"), Z=n(f"Z{layer}"))
    upstream = names.of.get(f"dA{layer}") or f"({product})"
    return f"{n(f'dZ{layer}')} = {upstream} * {slope}"


def _output_error(reading: Reading, names: Names, L: int) -> str:
    assert reading.net is not None
    assert reading.objective is not None
    Yhat = names.of.get("Yhat") or names.get(f"A{L}")
    plain = (reading.net.output, reading.objective.loss) in (
        ("softmax", "cross-entropy"),
        ("sigmoid", "binary-cross-entropy"),
    )
    factor, scale = reading.objective.c * (1 if plain else 2), ""
    m, K = reading.batch, reading.structure.sizes[-1]
    usual = {
        "/ m": 1 / m, "": 1.0, "* 2 / m": 2 / m, "* 2": 2.0, f"/ (m * {K})": 1 / (m * K),
        f"* 2 / (m * {K})": 2 / (m * K), "/ (2 * m)": 1 / (2 * m), "/ 2": 0.5,
    }  # fmt: skip
    for words, value in usual.items():
        if abs(float(factor) - value) < 1e-12:
            scale = f" {words}" if words else ""
            break
    slope = ""
    if not plain and reading.net.output in ACTIVATIONS and reading.net.output != "identity":
        slope = " * " + ACTIVATIONS[reading.net.output].formula.format(A=Yhat, Z=names.get(f"Z{L}"))
    return f"({Yhat} - Y){slope}{scale}"
