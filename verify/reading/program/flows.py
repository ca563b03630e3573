"""What flows where inside a statement, and what a part of a parameter is known by: W1, self.W1, params['W1']."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from verify.reading.parsing.trees import nodes_of
from verify.reading.program.syntax import called_name, root_name


def flows(node: ast.AST) -> Iterator[tuple[ast.expr, ast.expr]]:
    """Yield (target, source) for what a statement itself assigns, or puts into a list."""
    if isinstance(node, ast.Assign):
        for target in node.targets:
            for part in target.elts if isinstance(target, ast.Tuple | ast.List) else [target]:
                yield part, node.value
    elif isinstance(node, ast.AugAssign | ast.AnnAssign) and node.value is not None:
        yield node.target, node.value
    elif isinstance(node, ast.For):
        for one in nodes_of(node.target):
            if isinstance(one, ast.Name) and not (
                isinstance(node.iter, ast.Call) and called_name(node.iter) == "range"
            ):
                yield one, node.iter
    elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call) and isinstance(node.value.func, ast.Attribute):
        for argument in node.value.args:
            yield node.value.func.value, argument


def keys_of(node: ast.expr) -> list[str]:
    """Return the ways to read a chain, the shortest first: self, self.W1, self.W1.T; W of W[l], of no other index."""
    chain: list[ast.expr] = []
    while isinstance(node, ast.Attribute | ast.Subscript | ast.Starred):
        chain.append(node)
        node = node.value
    text = node.id if isinstance(node, ast.Name) else ""
    found = [text]
    for part in reversed(chain):
        if isinstance(part, ast.Attribute):
            text += f".{part.attr}"
        elif isinstance(part, ast.Subscript) and isinstance(part.slice, ast.Constant):
            text += f"[{part.slice.value!r}]"
        elif isinstance(part, ast.Subscript):
            break
        found.append(text)
    return found


def key_of(node: ast.expr) -> str:
    """Return what a target is known by: W1, self.W1, params['W1'], or W for W[l]."""
    return keys_of(node)[-1]


def reads_any(expression: ast.expr, wanted: set[str]) -> bool:
    """Whether an expression reads one of these, or hands on the whole of what one is a part of: f(params), self.f()."""
    roots = {re.split(r"[.\[]", key, maxsplit=1)[0] for key in wanted}
    parts = {id(node.value) for node in nodes_of(expression) if isinstance(node, ast.Attribute | ast.Subscript)}
    for node in nodes_of(expression):
        if isinstance(node, ast.Attribute | ast.Subscript | ast.Name) and wanted & set(keys_of(node)):
            return True
        if isinstance(node, ast.Name) and node.id in roots and id(node) not in parts:
            return True
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and root_name(node.func.value) in roots:
            return True
    return False
