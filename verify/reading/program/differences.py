"""Names that are given differences alone, such as error = Yhat - Y: an error of this kind is no loss."""

from __future__ import annotations

import ast
from typing import Final

from verify.reading.parsing.trees import nodes_of
from verify.reading.program.syntax import called_name
from verify.reading.program.vocabulary import data_of

_PLAIN: Final = (
    ast.Name, ast.Attribute, ast.Subscript, ast.Slice, ast.Tuple, ast.Constant, ast.expr_context,
    ast.BinOp, ast.UnaryOp, ast.Add, ast.Sub, ast.USub,
)  # fmt: skip


def differences_in(tree: ast.AST) -> frozenset[str]:
    """Return the names that are given differences and absolute values alone."""
    given: dict[str, bool] = {}
    for part in nodes_of(tree):
        if isinstance(part, ast.Assign) and len(part.targets) == 1:
            name = getattr(part.targets[0], "id", getattr(part.targets[0], "attr", ""))
            given[name] = given.get(name, True) and _is_a_difference(part.value)
    return frozenset(name for name, plain in given.items() if plain and name)


def _is_a_difference(value: ast.expr) -> bool:
    nodes = list(nodes_of(value))
    signs = {type(one) for one in nodes if isinstance(one, ast.Add | ast.Sub)}
    plain = all(isinstance(one, _PLAIN) for one in nodes) and signs != {ast.Add}  # a sum of two losses is a loss
    absolute = any(isinstance(one, ast.Call) and "abs" in called_name(one) for one in nodes)
    return plain or absolute or _is_from_targets(value)


def _is_from_targets(value: ast.expr) -> bool:
    """Whether targets are taken away from something as they stand, or something from them: np.dot(w, X[i]) - y[i]."""
    if not isinstance(value, ast.BinOp) or not isinstance(value.op, ast.Sub):
        return False
    for one in (value.left, value.right):
        inner: ast.expr = one
        while isinstance(inner, ast.Subscript):
            inner = inner.value
        if data_of(getattr(inner, "id", getattr(inner, "attr", ""))) == "Y":
            return True
    return False
