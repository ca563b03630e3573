"""The nodes of a syntax tree, found without recursion."""

from __future__ import annotations

import ast


def children(node: ast.AST) -> list[ast.AST]:
    """Return the nodes right below a node, in their order."""
    found: list[ast.AST] = []
    for name in node._fields:
        value = getattr(node, name, None)
        if isinstance(value, ast.AST):
            found.append(value)
        elif isinstance(value, list):
            found += [one for one in value if isinstance(one, ast.AST)]
    return found


def nodes_of(tree: ast.AST) -> list[ast.AST]:
    """Return a node and all nodes below it, level by level, as ast.walk does; without recursion and faster."""
    found = [tree]
    for node in found:  # the list grows while it is gone through
        for name in node._fields:
            value = getattr(node, name, None)
            if isinstance(value, ast.AST):
                found.append(value)
            elif isinstance(value, list):
                found += [one for one in value if isinstance(one, ast.AST)]
    return found
