"""What the rules of remarks ask for: collected once from a program, and shared by all of them."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import NamedTuple

from verify.reading.parsing.document import Cell
from verify.reading.parsing.trees import nodes_of
from verify.reading.program.program import Program
from verify.reading.program.syntax import called_name, root_name

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef


class Definition(NamedTuple):
    """A function where it is defined, with all of its nodes."""

    cell: Cell
    node: FunctionNode
    nodes: Sequence[ast.AST]


class Facts:
    """The nodes of a submission, its functions, and what its names are assigned, wherever that is."""

    def __init__(self, program: Program) -> None:
        self.cells = [cell for cell in program.document.cells if cell.nodes]
        self.nodes = program.nodes
        self.values: dict[str, list[ast.expr]] = {}
        self.functions: dict[str, FunctionNode] = {}
        self.appended: dict[str, list[ast.expr]] = {}
        self.parts: dict[str, list[tuple[ast.expr, int]]] = {}  # name -> the tuple that it is a part of, and which
        self.definitions: list[Definition] = []
        for cell, node in self.nodes(ast.AST):
            if isinstance(node, ast.Assign):
                for target in node.targets:
                    self._assign(target, node.value)
            elif isinstance(node, ast.AugAssign | ast.AnnAssign) and isinstance(node.target, ast.Name):
                if node.value is not None:
                    self.values.setdefault(node.target.id, []).append(node.value)
            elif isinstance(node, FunctionNode):
                self.functions[node.name] = node
                self.definitions.append(Definition(cell, node, nodes_of(node)))
            elif isinstance(node, ast.Call) and called_name(node) == "append" and node.args:
                self.appended.setdefault(root_name(node.func) or "", []).append(node.args[0])

    def _assign(self, target: ast.expr, value: ast.expr) -> None:
        if isinstance(target, ast.Name):
            self.values.setdefault(target.id, []).append(value)
        elif isinstance(target, ast.Tuple | ast.List):
            parts = value.elts if isinstance(value, ast.Tuple | ast.List) else []
            for number, one in enumerate(target.elts):
                if len(parts) == len(target.elts):
                    self._assign(one, parts[number])
                elif isinstance(one, ast.Name):
                    self.parts.setdefault(one.id, []).append((value, number))

    def number(self, node: ast.expr) -> float | None:
        """Return the number that an expression is, through a name that is always the same one."""
        if isinstance(node, ast.Name):
            values = self.values.get(node.id, [])
            node = values[0] if len(values) == 1 else node
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow):
            base, power = constant(node.left), constant(node.right)
            return (
                base**power if base is not None and power is not None and 0 < base < 1e3 and abs(power) < 50 else None
            )
        return constant(node)


def constant(node: ast.expr) -> float | None:
    """Return the number that is written out, also with a minus before it, or None."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        inner = constant(node.operand)
        return None if inner is None else -inner
    value = node.value if isinstance(node, ast.Constant) else None
    usable = isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e300
    return float(value) if usable and isinstance(value, int | float) else None
