"""Small questions to a syntax tree: what a call calls, the name that a chain hangs on, the names in it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Final

from verify.reading.parsing.trees import children, nodes_of

_PRODUCTS: Final = ("dot", "matmul", "outer", "einsum", "tensordot", "mm")


def own_nodes(tree: ast.AST) -> Iterator[ast.AST]:
    """Yield the nodes of a function's own body, without those of functions inside it."""
    waiting = children(tree)
    while waiting:
        node = waiting.pop()
        yield node
        if not isinstance(node, ast.FunctionDef | ast.Lambda | ast.ClassDef | ast.AsyncFunctionDef):
            waiting += children(node)


def called_name(call: ast.Call) -> str:
    """Return the last part of what is called: load_data of mnist.load_data(), or nothing."""
    if isinstance(call.func, ast.Attribute):
        return call.func.attr
    return call.func.id if isinstance(call.func, ast.Name) else ""


def root_name(node: ast.AST) -> str | None:
    """Return the name that attributes, subscripts and calls hang on: np of np.random.seed, or None."""
    while True:
        if isinstance(node, ast.Attribute | ast.Subscript | ast.Starred):
            node = node.value
        elif isinstance(node, ast.Call):
            node = node.func
        else:
            return node.id if isinstance(node, ast.Name) else None


def names_in(node: ast.AST) -> set[str]:
    """Return every name that stands anywhere in a node."""
    return {one.id for one in nodes_of(node) if isinstance(one, ast.Name)}


def is_product(node: ast.AST) -> bool:
    """Whether matrices are multiplied here: X @ W1, np.dot(X, W1), np.outer(dz, a)."""
    if isinstance(node, ast.Call):
        return called_name(node) in _PRODUCTS
    return isinstance(node, ast.BinOp) and isinstance(node.op, ast.MatMult)
