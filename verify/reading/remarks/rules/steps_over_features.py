"""steps-over-features: a loop runs to the number of features and cuts batches of samples."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Final

from verify.reading.parsing.trees import nodes_of
from verify.reading.program.syntax import called_name, names_in
from verify.reading.program.vocabulary import meaning_of
from verify.reading.remarks.facts import Facts
from verify.reading.remarks.rule import Rule, Told


def _find(facts: Facts) -> Told:
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


def _sizes(facts: Facts, node: ast.expr) -> Iterator[tuple[str, int]]:
    """Yield (X, 1) for X.shape[1], and for a name that is always X.shape[1]."""
    for part in nodes_of(node):
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
    for part in nodes_of(node):
        if isinstance(part, ast.Subscript):
            cuts = part.slice.elts if isinstance(part.slice, ast.Tuple) else [part.slice]
            for axis, cut in enumerate(cuts):
                if isinstance(cut, ast.Slice) and cut.lower is not None and index in names_in(cut.lower):
                    yield ast.unparse(part.value), axis


RULE: Final = Rule("steps-over-features", _find)
