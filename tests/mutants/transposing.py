"""A mistake's text in the convention of columns: samples are columns there, weights are transposed.

Every array of that code is the transposed one of the canonical text: what stands here is the transposed right side.
"""

from __future__ import annotations

import ast
from typing import Final

# These work entry by entry.
ENTRYWISE: Final = ("square", "exp", "log", "abs", "tanh", "where", "clip", "maximum")
TOTALS: Final = ("sum", "mean")


class HasNoTransposed(Exception):
    """The text keeps the order of the entries in memory: people who write columns write something else."""


def transposed(text: str) -> str:
    """Return the text of the transposed value, from the transposed arrays by the same names.

    >>> transposed("A_prev.T @ dZ"), transposed("np.sum(dZ, axis=0, keepdims=True)"), transposed("right / K")
    ('dZ @ A_prev.T', 'np.sum(dZ, axis=1, keepdims=True)', 'right / K')
    """
    return ast.unparse(_turned(ast.parse(text, mode="eval").body))


def _turned(node: ast.expr) -> ast.expr:
    match node:
        case ast.Name() | ast.Constant():
            return node
        case ast.BinOp(left, ast.MatMult(), right):
            return ast.BinOp(_turned(right), ast.MatMult(), _turned(left))
        case ast.BinOp() | ast.UnaryOp() | ast.Compare():
            return _parts_turned(node)
        case ast.Attribute(value, "T" | "size" as name):
            return ast.Attribute(_turned(value), name)
        case ast.Call():
            return _call(node)
        case ast.Subscript(ast.Attribute(array, "shape"), ast.Constant(axis)):
            return ast.Subscript(ast.Attribute(array, "shape"), ast.Constant(_other(axis)))
        case ast.Subscript(array, ast.Slice() as samples):
            return ast.Subscript(_turned(array), ast.Tuple([ast.Slice(), samples]))
    raise HasNoTransposed(ast.unparse(node))


def _parts_turned(node: ast.BinOp | ast.UnaryOp | ast.Compare) -> ast.expr:
    match node:
        case ast.BinOp(left, operator, right):
            return ast.BinOp(_turned(left), operator, _turned(right))
        case ast.UnaryOp(sign, operand):
            return ast.UnaryOp(sign, _turned(operand))
        case ast.Compare(left, operators, others):
            return ast.Compare(_turned(left), operators, [_turned(one) for one in others])


def _call(node: ast.Call) -> ast.Call:
    assert isinstance(node.func, ast.Attribute)
    if node.func.attr == "outer":
        return ast.Call(node.func, [_given(one) for one in reversed(node.args)], [])
    if node.func.attr not in (*ENTRYWISE, *TOTALS):
        raise HasNoTransposed(ast.unparse(node))
    words = [
        ast.keyword("axis", ast.Constant(_other(word.value.value)))
        if word.arg == "axis" and isinstance(word.value, ast.Constant)
        else word
        for word in node.keywords
    ]
    return ast.Call(node.func, [_turned(one) for one in node.args], words)


def _given(vector: ast.expr) -> ast.expr:
    """Return a vector as it is, but for the axis along which its length is read."""
    for node in ast.walk(vector):
        if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
            node.slice = ast.Constant(_other(node.slice.value))
    return vector


def _other(axis: object) -> int:
    assert axis in (0, 1)
    return 1 - int(axis)
