"""The source text of a mistake: which names it holds, what its macros stand for, and other texts put in for names."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from functools import cache
from typing import Final

from verify.nets.net import ACTIVATIONS

# How an activation and its derivative are written; the derivative from Z and A, as in `verify.nets`.
_ACTIVATION: Final = {"tanh": "np.tanh(Z)", "sigmoid": "1 / (1 + np.exp(-Z))"}
_DERIVATIVE: Final = {
    "tanh": "1 - np.square(A)",
    "sigmoid": "A * (1 - A)",
    "relu": "np.where(Z > 0, 1, 0)",
    "identity": "np.ones(Z.shape)",
}
_MACROS: Final[tuple[str, ...]] = ("slope", "slope_at_A", "slope_from_Z")


def derivative_text(activation: str) -> str:
    """Return how the derivative of this activation is written, in Z and A."""
    return _DERIVATIVE.get(activation) or ACTIVATIONS[activation].formula.format(A="A", Z="Z")


def expanded(text: str, activation: str) -> ast.expr:
    """Return the expression with its macros written out for this activation: it holds quantities of the layer only."""
    tree = _parsed(text)
    macros = {name: _macro(name, activation) for name in _MACROS if name in names_of(tree)}
    return substituted(tree, macros) if macros else tree


def substituted(tree: ast.expr, texts: Mapping[str, ast.expr]) -> ast.expr:
    """Return the expression with these expressions in the place of names; unparsed, each gets its parentheses."""
    found = _Substitution(texts).visit(tree)
    assert isinstance(found, ast.expr)
    return found


@cache
def names_in(text: str) -> frozenset[str]:
    """Return the names of the quantities in a mistake's text; NumPy is none."""
    return names_of(_parsed(text))


def names_of(tree: ast.expr) -> frozenset[str]:
    """Return the names of the quantities in an expression."""
    return frozenset(node.id for node in ast.walk(tree) if isinstance(node, ast.Name)) - {"np"}


def _parsed(text: str) -> ast.expr:
    return ast.parse(text, mode="eval").body


def _macro(name: str, activation: str) -> ast.expr:
    derivative = _parsed(derivative_text(activation))
    if name == "slope":
        return derivative
    Z = _parsed("Z")
    if name == "slope_from_Z":
        return substituted(derivative, {"A": Z})
    A = _parsed("A")
    return substituted(derivative, {"Z": A, "A": substituted(_parsed(_ACTIVATION[activation]), {"Z": A})})


class _Substitution(ast.NodeTransformer):
    def __init__(self, texts: Mapping[str, ast.expr]) -> None:
        self.texts = texts

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return self.texts.get(node.id, node)
