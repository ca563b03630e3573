"""What running a statement does: only calculations may be run, also inside the functions that it calls."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from verify.reading.parsing.trees import children, nodes_of
from verify.reading.program.safety import why_unsafe
from verify.reading.program.statements import Item

_DEEPEST: Final = 50  # functions that call each other


class Effects:
    """Why a statement may not be run, judged once for each function of all files of a submission."""

    def __init__(self, items: Mapping[str | None, Sequence[Item]]) -> None:
        self._bodies: dict[str, list[ast.AST]] = {}  # of functions, methods and classes, by name
        self._imports = {module: _imports(of_one) for module, of_one in items.items()}
        self._judged: dict[str, str | None] = {}
        self._depth = 0
        for of_one in items.values():
            for item in of_one:
                self._take_in(item)

    def why_not(self, item: Item) -> str | None:
        """Return why a statement may not be run, or None where it may."""
        if item.statement.kind == "import" and isinstance(item.tree.body[0], ast.Import | ast.ImportFrom):
            return None
        why = self._judge(_run_at_once(item.tree), item.statement.module)
        harmless = item.statement.kind == "import" and why == "prints"  # try: import cupy ... except: print(...)
        return None if harmless else why

    def _take_in(self, item: Item) -> None:
        for node in item.nodes:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                self._bodies.setdefault(node.name, []).extend(node.body)
            elif isinstance(node, ast.ClassDef):
                made = [part for part in node.body if getattr(part, "name", "") in ("__init__", "__new__")]
                self._bodies.setdefault(node.name, []).extend(made)
        for statement in item.tree.body:
            if isinstance(statement, ast.Assign) and isinstance(statement.value, ast.Lambda):
                for name in item.statement.defines:
                    self._bodies.setdefault(name, []).append(statement.value.body)

    def _judge(self, nodes: Iterable[ast.AST], module: str | None) -> str | None:
        imports = self._imports[module]
        return why_unsafe(nodes, imports.get, lambda name: self._own(name, module))

    def _own(self, name: str, module: str | None) -> str | bool | None:
        """Return False where the files define no function of this name, None where it may be called, else why not."""
        if name not in self._bodies:
            return False
        if name not in self._judged:
            self._judged[name] = None  # while it is looked at: a function may call itself
            nodes = [inner for node in self._bodies[name] for inner in nodes_of(node)]
            self._depth += 1
            self._judged[name] = self._judge(nodes, module) if self._depth < _DEEPEST else "calls too many functions"
            self._depth -= 1
        return self._judged[name]


def _imports(items: Sequence[Item]) -> dict[str, str]:
    """Return the top module behind each name that a file imports."""
    found = {}
    for item in items:
        for node in item.nodes:
            if isinstance(node, ast.Import):
                found.update({one.asname or one.name.split(".")[0]: one.name.split(".")[0] for one in node.names})
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                found.update({one.asname or one.name: node.module.split(".")[0] for one in node.names})
    return found


def _run_at_once(tree: ast.AST) -> Iterator[ast.AST]:
    """Yield the nodes that running a statement evaluates: not what stands inside functions."""
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        yield node
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            waiting += [*node.decorator_list, *node.args.defaults, *filter(None, node.args.kw_defaults)]
        elif not isinstance(node, ast.Lambda):
            waiting += children(node)
