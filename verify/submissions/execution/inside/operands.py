"""The calculation in which code stopped, and the shapes of both sides: Python tells which expression it was doing."""

from __future__ import annotations

import ast
import types
from typing import Final

from verify.submissions.execution.inside.loading import FILE, tree_at
from verify.submissions.execution.inside.paths import Value
from verify.submissions.execution.messages import Operand, Operation

_SIGNS: Final[dict[type[ast.operator], str]] = {
    ast.MatMult: "@", ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.Pow: "**",
}  # fmt: skip
_CALLED: Final = {
    "dot": "@", "matmul": "@", "add": "+", "subtract": "-", "multiply": "*", "divide": "/", "true_divide": "/",
}  # fmt: skip
_LONGEST: Final = 60
_Span = tuple[int, int, int, int]  # first line, first column, last line, last column


def operation_of(error: BaseException) -> Operation | None:
    """Return the calculation of the submission's code that raised an error, or None where it was another thing."""
    last, trace = None, error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename.startswith(FILE):
            last = trace
        trace = trace.tb_next
    try:
        return None if last is None else _operation(last.tb_frame, last.tb_lasti)
    except Exception:  # somebody's objects may do anything when they are looked at: then nothing is said
        return None


def _operation(frame: types.FrameType, instruction: int) -> Operation | None:
    first, last, start, end = list(frame.f_code.co_positions())[instruction // 2]
    if first is None or last is None or start is None or end is None:
        return None
    span = (first, start, last, end)
    tree = tree_at(frame.f_code.co_filename, first)
    for node in ast.walk(tree) if tree is not None else ():
        if (getattr(node, "lineno", 0), getattr(node, "col_offset", 0)) == span[:2] and _end(node) == span[2:]:
            found = _sides(node)
            if found is not None:
                sign, sides = found
                operands = tuple(_operand(side, frame) for side in sides)
                return Operation(sign, operands)
    return None


def _end(node: ast.AST) -> tuple[int, int]:
    return getattr(node, "end_lineno", 0), getattr(node, "end_col_offset", 0)


def _sides(node: ast.AST) -> tuple[str, tuple[ast.expr, ast.expr]] | None:
    """Return the sign and both sides of A @ B, A += B, np.dot(A, B) or A.dot(B)."""
    if isinstance(node, ast.BinOp) and type(node.op) in _SIGNS:
        return _SIGNS[type(node.op)], (node.left, node.right)
    if isinstance(node, ast.AugAssign) and type(node.op) in _SIGNS:
        return _SIGNS[type(node.op)], (node.target, node.value)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _CALLED:
        if len(node.args) == 2:
            return _CALLED[node.func.attr], (node.args[0], node.args[1])
        if len(node.args) == 1:
            return _CALLED[node.func.attr], (node.func.value, node.args[0])
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _CALLED:
        return (_CALLED[node.func.id], (node.args[0], node.args[1])) if len(node.args) == 2 else None
    return None


def _operand(node: ast.expr, frame: types.FrameType) -> Operand:
    text = " ".join(ast.unparse(node).split())[:_LONGEST]
    value = _value(node, frame)
    shape = getattr(value, "shape", None)
    if isinstance(shape, tuple) and all(type(one) is int for one in shape):
        return Operand(text, shape)
    return Operand(text, None, "" if value is _UNKNOWN else type(value).__name__[:_LONGEST])


_UNKNOWN: Final = object()


def _value(node: ast.expr, frame: types.FrameType) -> Value:
    """Return what an expression of names, attributes, subscripts and calculations has for a value: nothing is called.

    The calculation is the code's own and is done again, in the same cage.
    """
    if any(isinstance(one, ast.Call | ast.Await | ast.Yield | ast.YieldFrom | ast.NamedExpr) for one in ast.walk(node)):
        return _shape_of_call(node, frame)
    loaded = ast.fix_missing_locations(ast.Expression(_Loaded().visit(ast.parse(ast.unparse(node), mode="eval").body)))
    try:
        return eval(compile(loaded, "<operand>", "eval"), frame.f_globals, frame.f_locals)
    except Exception:
        return _UNKNOWN


def _shape_of_call(node: ast.expr, frame: types.FrameType) -> Value:
    """Return the value of np.transpose(A) or A.transpose(), the only calls that are followed."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "transpose":
        of = node.args[0] if len(node.args) == 1 else node.func.value
        value = _value(of, frame)
        return _UNKNOWN if value is _UNKNOWN else value.T
    return _UNKNOWN


class _Loaded(ast.NodeTransformer):
    """Makes of the target of A += B an expression that is read."""

    def generic_visit(self, node: ast.AST) -> ast.AST:
        if hasattr(node, "ctx"):
            node.ctx = ast.Load()
        return super().generic_visit(node)
