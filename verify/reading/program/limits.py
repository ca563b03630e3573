"""Limits that stand in the code, such as the 6 of a ReLU6: beyond them it computes otherwise."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from verify.reading.parsing.document import Cell, Place
from verify.reading.program.clips import cut_off_in
from verify.reading.program.syntax import called_name

_CUTS: Final = ("clip", "minimum", "maximum", "fmin", "fmax", "min", "max")
_ORDERS: Final = (ast.Lt, ast.LtE, ast.Gt, ast.GtE)
_SMALLEST: Final = 1.0  # smaller ones are reached at any point, or guard a logarithm
_LARGEST: Final = 12.0  # larger ones guard an exponential
_GUARDS: Final = 8.0  # from here on an even clip may guard one too


class Limit(NamedTuple):
    """The largest number that a file compares its numbers with, where it stands, and whether it may only be a guard."""

    value: float
    place: Place
    guards: bool


def limit_in(cells: Iterable[Cell]) -> Limit | None:
    """Return the largest limit from 1 to 12 that the code compares numbers with or cuts them off at; None without one.

    A gradient that is clipped is none, nor is a count that is compared with a whole number of another count.
    """
    every = [cell for cell in cells if cell.tree is not None]
    named = {name: value for cell in every for node in cell.nodes for name, value in _named(node)}
    found = []
    for cell in every:
        clipped = {id(one) for one in cut_off_in([cell.tree])} if cell.tree is not None else set()
        for node in cell.nodes:
            if id(node) not in clipped:
                sizes = [size for one in _compared(node) if (size := _size(one, named)) is not None]
                even = len(sizes) == 2 and sizes[0] == sizes[1] and isinstance(node, ast.Call)
                found += [Limit(size, cell.place(node), even and size >= _GUARDS) for size in sizes]
    usual = [one for one in found if _SMALLEST <= one.value <= _LARGEST]
    return max(usual, key=lambda one: one.value, default=None)


def _compared(node: ast.AST) -> Iterator[ast.expr]:
    """Yield what stands in a comparison by size, or what numbers are cut off at."""
    if isinstance(node, ast.Compare) and all(isinstance(one, _ORDERS) for one in node.ops):
        yield from (node.left, *node.comparators)
    elif isinstance(node, ast.Call) and called_name(node) in _CUTS:
        yield from node.args
        yield from (one.value for one in node.keywords)


def _size(node: ast.expr, named: dict[str, float]) -> float | None:
    """Return the size of a number, or of a name that is given one."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return _size(node.operand, named)
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float) and not isinstance(node.value, bool):
        return abs(float(node.value))
    return named.get(getattr(node, "id", getattr(node, "attr", "")))


def _named(node: ast.AST) -> Iterator[tuple[str, float]]:
    """Yield the names that are given a number: in an assignment, or as a default."""
    if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
        value = _size(node.value, {})
        if value is not None:
            for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
                yield getattr(target, "id", getattr(target, "attr", "")), value
    elif isinstance(node, ast.arguments):
        every = [*node.posonlyargs, *node.args]
        pairs = [*zip(every[len(every) - len(node.defaults) :], node.defaults, strict=True)]
        pairs += [
            (one, value) for one, value in zip(node.kwonlyargs, node.kw_defaults, strict=True) if value is not None
        ]
        for one, default in pairs:
            value = _size(default, {})
            if value is not None:
                yield one.arg, value
