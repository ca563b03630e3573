"""What should stand in the blamed line, in the student's names; nothing where that may not make the file right.

It is put in only where the line assigns the very quantity, once, from names that stand there before, and where the
numbers that these names hold give the right values.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from verify.arrays import Array
from verify.nets.net import ACTIVATIONS
from verify.reading.parsing.trees import nodes_of
from verify.reading.program.syntax import own_nodes
from verify.reading.program.vocabulary import meaning_of
from verify.submissions.diagnosis.lines import Found, Names
from verify.submissions.execution.calling import Reading

_NEAR: Final = 1e-7
_MULTIPLES: Final = (
    "",
    " / {m}",
    " * {m}",
    " * 2 / {m}",
    " * 2",
    " / 2",
    " / (2 * {m})",
    " / ({m} * {K})",
    " * 2 / ({m} * {K})",
)
_Named = Callable[[str], str]


@dataclass(frozen=True)
class Step:
    """A step of the gradient, what it should be, and the values of the parameters at the point."""

    kind: str
    layer: int
    right: Array  # in rows of samples, or as a parameter's gradient
    params: Mapping[str, Array]


def suggested(step: Step, reading: Reading, known: Names, found: Found) -> str:
    """Return the line that makes the file right where it takes the place of the one that was found, or nothing."""
    canonical = f"{'dZ' if step.kind == 'dZL' else step.kind}{step.layer}"
    name, target = known.of.get(canonical), _target(found.node)
    if name is None or target is None or not found.by_value or _times_assigned(found, name) != 1:
        return ""
    held = np.asarray(known.values[name], dtype=float)
    right = _as_held(step.right, held, known.factors[canonical])
    if right is None:
        return ""
    texts = _Texts(reading, known, found, step.params)
    for formula in _formulas(step, reading, known):
        text = texts.filled(formula)
        if text is not None and _gives(text, texts.values, right) and not _stands_there(text, found.node):
            return f"{target}{text}"
    return ""


def _target(node: ast.AST) -> str | None:
    """Return what the line begins with: dZ1 = of a plain assignment, 'dW1': of a dictionary's value."""
    if isinstance(node, ast.Assign) and len(node.targets) == 1 and not isinstance(node.targets[0], ast.Tuple):
        return f"{ast.unparse(node.targets[0])} = "
    return None


def _times_assigned(found: Found, name: str) -> int:
    """Return how often a name is given a value, or a part of it is, in the function."""
    count = 0
    for node in own_nodes(found.function.tree):
        if isinstance(node, ast.Name | ast.Attribute | ast.Subscript) and isinstance(node.ctx, ast.Store):
            count += name in _names_on(node)
    return count


def _names_on(node: ast.expr) -> Iterator[str]:
    """Yield the last name of what is assigned, or of what it is a part of: dZ of dZ[Z < 0]."""
    while isinstance(node, ast.Subscript):
        if isinstance(node.slice, ast.Constant):
            yield str(node.slice.value)
        node = node.value
    yield getattr(node, "id", getattr(node, "attr", ""))


def _as_held(right: Array, held: Array, factor: float) -> Array | None:
    """Return the right values as the name holds them: turned, flat, and as a multiple."""
    value = factor * np.asarray(right, dtype=float)
    for shaped in (value, value.T):
        if shaped.shape == held.shape:
            return shaped
    return value.reshape(held.shape) if value.size == held.size and (1 in value.shape or held.ndim == 1) else None


class _Texts:
    """How the quantities are written in the function, and what they hold."""

    def __init__(self, reading: Reading, known: Names, found: Found, params: Mapping[str, Array]) -> None:
        self.reading, self.known, self.found, self.params = reading, known, found, params
        self.values: dict[str, Any] = {}
        line = found.node.lineno  # type: ignore[attr-defined]
        self.stored: dict[str, list[int]] = {}
        for node in own_nodes(found.function.tree):
            if isinstance(getattr(node, "ctx", None), ast.Store):
                for name in _names_on(node):  # type: ignore[arg-type]
                    self.stored.setdefault(name, []).append(node.lineno)  # type: ignore[attr-defined]
        self.line = line

    def filled(self, formula: str) -> str | None:
        """Return a formula in the student's names, or None where one of its quantities has no name before the line."""
        text = formula
        for canonical in sorted(_quantities(formula), key=len, reverse=True):
            written = self._written(canonical)
            if written is None:
                return None
            text = text.replace(f"<{canonical}>", written)
        return text

    def _written(self, canonical: str) -> str | None:
        if canonical == "m":
            return self._count()
        if canonical[0] == "W":
            return self._parameter(int(canonical[1:]))
        name = self.known.of.get(canonical)
        if name is None or any(line >= self.line for line in self.stored.get(name, ())):
            return None
        return self._text(name, np.asarray(self.known.values[name], dtype=float))

    def _parameter(self, layer: int) -> str | None:
        for one in self.reading.structure.parameters:
            if one.layer == layer and one.kind == "W":
                name = str(one.path[-1][1])
                if not any(line < self.line for line in self._updated(name)):
                    return self._text(name, np.asarray(self.params[one.name], dtype=float))
        return None

    def _updated(self, name: str) -> list[int]:
        """Return the lines that give a name a value that is computed: W1 = params["W1"] is none of them."""
        return [
            node.lineno for node in own_nodes(self.found.function.tree)
            if isinstance(node, ast.AugAssign | ast.Assign)
            and any(name in _names_on(one) for one in _targets(node))
            and (isinstance(node, ast.AugAssign) or any(isinstance(one, ast.BinOp) for one in nodes_of(node.value)))
        ]  # fmt: skip

    def _count(self) -> str | None:
        m = self.reading.batch
        for name, value in self.known.values.items():
            named = meaning_of(name) == "m" and np.size(value) == 1 and float(np.reshape(value, ())) == m
            if named and not any(line >= self.line for line in self.stored.get(name, ())):
                found = self._text(name, float(m))
                if found is not None:
                    return found
        return None

    def _text(self, name: str, value: Array | float) -> str | None:
        """Return how a name is written in the function: Z1, self.Z1 or cache['Z1']."""
        for node in nodes_of(self.found.function.tree):
            if isinstance(node, ast.Name | ast.arg) and getattr(node, "id", getattr(node, "arg", "")) == name:
                self.values[name] = value
                return name
        for node in nodes_of(self.found.function.tree):
            key = node.slice.value if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant) else None
            if (isinstance(node, ast.Attribute) and node.attr == name) or (isinstance(key, str) and key == name):
                text = ast.unparse(node)
                self.values[text] = value
                return text
        return None


def _targets(node: ast.Assign | ast.AugAssign) -> list[ast.expr]:
    every = list(node.targets) if isinstance(node, ast.Assign) else [node.target]
    return [part for one in every for part in (one.elts if isinstance(one, ast.Tuple) else [one])]


def _quantities(formula: str) -> set[str]:
    return {part.split(">")[0] for part in formula.split("<")[1:] if ">" in part}


def _gives(text: str, values: Mapping[str, Any], right: Array) -> bool:
    """Whether the text gives the right values, from what its names hold."""
    space: dict[str, Any] = {"np": np, "__builtins__": {}}
    for number, known in enumerate(sorted(values, key=len, reverse=True)):
        if known.isidentifier():
            space[known] = values[known]
        else:
            text = text.replace(known, f"_q{number}")
            space[f"_q{number}"] = values[known]
    try:
        with np.errstate(all="ignore"):
            value = np.asarray(eval(text, space), dtype=float)
    except (ArithmeticError, ValueError, TypeError, NameError, SyntaxError):
        return False
    scale = float(np.max(np.abs(right), initial=0.0)) or 1.0
    return value.shape == right.shape and bool(np.max(np.abs(value - right), initial=0.0) <= _NEAR * scale)


def _stands_there(text: str, node: ast.AST) -> bool:
    value = getattr(node, "value", node)
    return ast.dump(ast.parse(text, mode="eval").body) == ast.dump(value)


def _formulas(step: Step, reading: Reading, known: Names) -> list[str]:
    """Return the ways to write a step, the usual one first, with <A1> for what the student calls A1."""
    K = reading.structure.sizes[-1]
    multiples = [one.format(m="<m>", K=K) for one in _MULTIPLES]
    turned, layer = known.columns, step.layer
    if step.kind == "dZL":
        return _output_errors(reading, layer, multiples)
    if step.kind in ("dW", "db"):
        return [f"{one}{by}" for one in _of_a_parameter(step.kind, layer, turned=turned) for by in multiples]
    back = f"<dZ{layer + 1}>"
    W = f"<W{layer + 1}>"
    products = [f"{W}.T @ {back}", f"{W} @ {back}"] if turned else [f"{back} @ {W}.T", f"{back} @ {W}"]
    if step.kind == "dA":
        return [f"{one}{by}" for one in products for by in multiples]
    assert reading.net is not None
    slope = ACTIVATIONS[reading.net.hidden[layer - 1]].formula.format(A=f"<A{layer}>", Z=f"<Z{layer}>")
    return [f"{one} * {slope}" for one in (f"<dA{layer}>", *(f"({one})" for one in products))]


def _output_errors(reading: Reading, L: int, multiples: list[str]) -> list[str]:
    assert reading.net is not None
    differences = ["(<Yhat> - <Y>)", "(<Y> - <Yhat>)"]
    slopes = [""]
    if reading.net.output in ACTIVATIONS and reading.net.output != "identity":
        slopes.append(" * " + ACTIVATIONS[reading.net.output].formula.format(A="<Yhat>", Z=f"<Z{L}>"))
    return [f"{one}{slope}{by}" for slope in slopes for by in multiples for one in differences]


def _of_a_parameter(kind: str, layer: int, *, turned: bool) -> list[str]:
    dZ, before = f"<dZ{layer}>", f"<A{layer - 1}>" if layer > 1 else "<X>"
    if kind == "dW":
        return [f"{dZ} @ {before}.T", f"{before} @ {dZ}.T"] if turned else [f"{before}.T @ {dZ}", f"{dZ}.T @ {before}"]
    axis = 1 if turned else 0
    return [f"np.sum({dZ}, axis={axis}, keepdims=True)", f"np.sum({dZ}, axis={axis})"]
