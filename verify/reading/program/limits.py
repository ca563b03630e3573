"""Limits that stand in the code, such as the 6 of a ReLU6: beyond them it computes otherwise."""

from __future__ import annotations

import ast
import math
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from verify.reading.parsing.document import Cell, Place
from verify.reading.parsing.trees import nodes_of
from verify.reading.program.clips import cut_off_in
from verify.reading.program.syntax import called_name, names_in

_CUTS: Final = ("clip", "minimum", "maximum", "fmin", "fmax", "min", "max")
_BOUNDS: Final = ("a_min", "a_max", "min", "max")
_ORDERS: Final = (ast.Lt, ast.LtE, ast.Gt, ast.GtE)
_COUNTS: Final = frozenset({"len", "shape", "ndim", "size"})
_SCOPES: Final = (ast.FunctionDef, ast.Lambda, ast.For, ast.While)
LEAST: Final = 1.0  # smaller ones are reached at any point
_FRACTIONS: Final = (1e-3, 0.5)  # a probability that is cut off there is guarded; at a smaller one, nobody reaches it
MOST: Final = 1000.0  # larger ones are no limits of numbers that a net computes


class Limit(NamedTuple):
    """What a file compares its numbers with or cuts them off at: a number, or a name whose number only a run shows.

    It may only be a guard where an exponential stands beside it, or where a probability is cut off.
    """

    size: float | str
    place: Place
    guards: bool


def limits_in(cells: Iterable[Cell]) -> tuple[Limit, ...]:
    """Return the limits in the functions and loops of a file.

    A gradient that is clipped is none, nor is what is compared with a counter, a length or the axis of a maximum.
    """
    every = [cell for cell in cells if cell.tree is not None]
    named = {name: value for cell in every for node in cell.nodes for name, value in _named(node)}
    found = [one for cell in every for node in _scopes(cell) for one in _limits(cell, node, named)]
    return tuple(dict.fromkeys(found))


def _scopes(cell: Cell) -> Iterator[ast.AST]:
    """Yield the functions of a cell, and its loops outside them."""
    waiting = [cell.tree] if cell.tree is not None else []
    for node in waiting:  # the list grows while it is gone through
        for one in ast.iter_child_nodes(node):
            if isinstance(one, _SCOPES):
                yield one
            else:
                waiting.append(one)  # type: ignore[arg-type]


def _limits(cell: Cell, scope: ast.AST, named: dict[str, float]) -> Iterator[Limit]:
    nodes = nodes_of(scope)
    clipped = {id(one) for one in cut_off_in([scope])}
    drawn = {name for one in nodes if isinstance(one, ast.For) for name in names_in(one.target)}
    drawn |= {name for one in nodes if isinstance(one, ast.AugAssign) for name in _counted(one)}
    exponential = any(called_name(one).startswith("exp") for one in nodes if isinstance(one, ast.Call))
    for node in nodes:
        bounds = _bounds(node)
        if not bounds or id(node) in clipped or names_in(node) & drawn or _counts(node):
            continue
        for one in bounds:
            size = _size(one, named)
            if isinstance(size, str) or (size is not None and LEAST <= size <= MOST):
                yield Limit(size, cell.place(node), exponential)
            elif size is not None and isinstance(node, ast.Call) and _FRACTIONS[0] < size < _FRACTIONS[1]:
                yield Limit(math.log(1 / size), cell.place(node), True)  # so far from 0 a sigmoid is there


def _counted(node: ast.AugAssign) -> set[str]:
    """Return the name of what counts: waited of waited += 1."""
    whole = isinstance(node.value, ast.Constant) and isinstance(node.value.value, int)
    return names_in(node.target) if whole else set()


def _counts(node: ast.AST) -> bool:
    """Whether a length or a shape stands there, as a name or an attribute."""
    return any(getattr(one, "id", getattr(one, "attr", "")) in _COUNTS for one in nodes_of(node))


def _bounds(node: ast.AST) -> list[ast.expr]:
    """Return what stands in a comparison by size, or what numbers are cut off at; of a number and a name the number."""
    found: list[ast.expr] = []
    if isinstance(node, ast.Compare) and all(isinstance(one, _ORDERS) for one in node.ops):
        found = [node.left, *node.comparators]
    elif isinstance(node, ast.Call) and called_name(node) in _CUTS and not _reduces(node):
        method = isinstance(node.func, ast.Attribute) and getattr(node.func.value, "id", "") not in ("np", "numpy", "")
        first = called_name(node) == "clip" and not method
        found = [*node.args[first:], *(one.value for one in node.keywords if one.arg in _BOUNDS)]
    numbers = [one for one in found if isinstance(_size(one, {}), float)]
    return found if isinstance(node, ast.Call) and called_name(node) == "clip" else numbers or found


def _reduces(node: ast.Call) -> bool:
    """Whether a maximum is that of one array: Z.max(1) or np.max(Z, 1), where 1 is an axis."""
    return isinstance(node.func, ast.Attribute) and node.func.attr in ("min", "max")


def _size(node: ast.expr, named: dict[str, float]) -> float | str | None:
    """Return the size of a number; of a name, that of the number it is given, else the name."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return _size(node.operand, named)
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float) and not isinstance(node.value, bool):
        return abs(float(node.value))
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
        return str(node.slice.value)  # cap of config["cap"]
    name = str(getattr(node, "id", getattr(node, "attr", "")))
    return named.get(name, name or None)


def _named(node: ast.AST) -> Iterator[tuple[str, float]]:
    """Yield the names that are given a number: in an assignment, or as a default."""
    if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
        value = _size(node.value, {})
        if isinstance(value, float):
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
            if isinstance(value, float):
                yield one.arg, value
