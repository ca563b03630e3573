"""Gradients that are clipped: np.clip(dW, -5, 5) is taken for dW, because a gradient is judged before it is cut off.

What is clipped otherwise, by its norm or as an error, stays and is known to be clipped.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from typing import Final

from verify.reading.parsing.trees import nodes_of
from verify.reading.program.functions import parsed
from verify.reading.program.syntax import called_name, names_in
from verify.reading.program.vocabulary import is_called_a_gradient, meaning_of

_CLIPS: Final = re.compile(r"clip|norm$")


def cut_off_in(trees: Iterable[ast.AST]) -> list[ast.Call]:
    """Return the calls that cut off the entries of a gradient: np.clip(dW, -5, 5, out=dW)."""
    return [node for tree in trees for node in nodes_of(tree) if isinstance(node, ast.Call) and _is_cut_off(node)]


def without_clips(code: str) -> str:
    """Return the code with each gradient that is cut off as it was before; every line stays where it is."""
    try:
        tree = ast.Module(parsed(code), [])
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return code  # what can't be run is told where it is run
    lines = code.encode().split(b"\n")  # columns of a tree are counted in bytes
    for call in sorted(cut_off_in([tree]), key=lambda one: (one.lineno, one.col_offset), reverse=True):
        first, last = call.lineno - 1, (call.end_lineno or call.lineno) - 1
        before, after = lines[first][: call.col_offset], lines[last][call.end_col_offset :]
        text = ast.unparse(call.args[0]).encode()
        lines[first : last + 1] = (before + b"(" + text + b"\n" * (last - first) + b")" + after).split(b"\n")
    return b"\n".join(lines).decode()


def clips(tree: ast.AST) -> bool:
    """Whether a gradient is scaled by its norm or where a number is large, or an error is cut off."""
    return any(_clips(node) or _scales_where_large(node) for node in nodes_of(tree))


def _scales_where_large(node: ast.AST) -> bool:
    """Whether gradients are scaled under a comparison, or by min(1, c / norm)."""
    if isinstance(node, ast.If) and isinstance(node.test, ast.Compare) and not _counts(node.test):
        changed = [one for part in node.body for one in nodes_of(part) if isinstance(one, ast.Assign | ast.AugAssign)]
        scaled = [one for one in changed if _scales(one)]
        return any(_is_gradient(name) for one in scaled for name in names_in(one))
    if isinstance(node, ast.Call) and called_name(node) in ("min", "minimum"):
        one = any(isinstance(part, ast.Constant) and part.value == 1 for part in node.args)
        return one and any(isinstance(part, ast.BinOp) and isinstance(part.op, ast.Div) for part in node.args)
    return False


def _counts(test: ast.Compare) -> bool:
    """Whether a comparison is that of a counter: with 0 or 1, or for equality, as in if k > 0."""
    numbers = [one.value for one in (test.left, *test.comparators) if isinstance(one, ast.Constant)]
    return any(isinstance(one, ast.Eq | ast.NotEq | ast.In | ast.Is) for one in test.ops) or any(
        isinstance(one, int) and one in (0, 1) for one in numbers
    )


def _scales(node: ast.Assign | ast.AugAssign) -> bool:
    factors = (ast.Mult, ast.Div)
    if isinstance(node, ast.AugAssign):
        return isinstance(node.op, factors)
    return any(isinstance(one, ast.BinOp) and isinstance(one.op, factors) for one in nodes_of(node.value))


def _is_cut_off(node: ast.Call) -> bool:
    if called_name(node) != "clip" or not isinstance(node.func, ast.Attribute) or not _is_even(node):
        return False
    value = node.args[0]
    while isinstance(value, ast.Subscript):
        value = value.value
    name = getattr(value, "id", getattr(value, "attr", ""))
    return isinstance(value, ast.Name | ast.Attribute) and _is_gradient(name)


def _is_even(node: ast.Call) -> bool:
    """Whether what is cut off lies between a number and the same with a minus; else it may be a mistake."""
    bounds = [*node.args[1:3], *(one.value for one in node.keywords if one.arg in ("a_min", "a_max", "min", "max"))]
    if len(node.args) == 0 or len(bounds) != 2:
        return False
    low, high = bounds
    return isinstance(low, ast.UnaryOp) and isinstance(low.op, ast.USub) and ast.dump(low.operand) == ast.dump(high)


def _clips(node: ast.AST) -> bool:
    if not isinstance(node, ast.Call) or not _CLIPS.search(called_name(node)) or not node.args or _is_cut_off(node):
        return False
    if isinstance(node.args[0], ast.BinOp) and isinstance(node.args[0].op, ast.Sub) and called_name(node) == "clip":
        return True  # an error that is cut off, as Huber's loss does
    return any(_is_gradient(name) for one in node.args[:1] for name in names_in(one))


def _is_gradient(name: str) -> bool:
    return name.lower() in ("g", "grad") or meaning_of(name) == "grads" or is_called_a_gradient(name)
