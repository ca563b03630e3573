"""Planting: a mistake written into code as real source, in the names of that code."""

from __future__ import annotations

import ast
from collections.abc import Mapping

from verify.mistakes.mistake import Mistake
from verify.mistakes.text import expanded, names_of, substituted


def plant(mistake: Mistake, activation: str, right: str, names: Mapping[str, str]) -> str:
    """Return the wrong right side that stands where `right` stood; `names` says how each quantity is written there.

    Rows must be samples there. `activation` is f_l, of the layer. `np` may be among the names, where NumPy has another.
    Raises KeyError where the mistake needs a quantity that `names` does not have.

    >>> from verify.mistakes.catalogue import BY_ID
    >>> plant(BY_ID["dZ", "one-minus-A{l}"], "tanh", "dh * (1 - h**2)", {"dA": "dh", "A": "h"})
    'dh * (1 - h)'
    >>> plant(BY_ID["dZL", "sign"], "softmax", "(p - y) / n", {})
    '-((p - y) / n)'
    """
    wrong = expanded(mistake.wrong, activation)
    texts = {**names, "right": right}
    found = substituted(wrong, {name: _expression(texts[name]) for name in sorted(names_of(wrong))})
    if "np" in names:
        found = substituted(found, {"np": _expression(names["np"])})
    return ast.unparse(_Quotients().visit(found))


def _expression(text: str) -> ast.expr:
    return ast.parse(text, mode="eval").body


class _Quotients(ast.NodeTransformer):
    """Write x * (1 / m) as x / m, as people do."""

    def visit_BinOp(self, node: ast.BinOp) -> ast.BinOp:
        self.generic_visit(node)
        by = node.right
        if not (isinstance(node.op, ast.Mult) and isinstance(by, ast.BinOp) and isinstance(by.op, ast.Div)):
            return node
        if not (isinstance(by.left, ast.Constant) and by.left.value == 1):
            return node
        return ast.BinOp(node.left, ast.Div(), by.right)
