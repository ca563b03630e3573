"""The top-level statements of one file: each cut out as it stands, with the names that it defines and reads."""

from __future__ import annotations

import ast
import builtins
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

from verify.reading.parsing.document import Cell, Document, Place
from verify.reading.parsing.trees import nodes_of
from verify.reading.program.names import changed_in_place, names_of
from verify.reading.program.safety import why_dropped
from verify.reading.program.source import cut_out, first_line
from verify.reading.program.syntax import root_name

Kind = Literal["import", "function", "class", "assignment"]
_Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
_SHOWN: Final = 80  # characters of a dropped statement


@dataclass(frozen=True)
class Statement:
    """A top-level statement that can be run: where it stands, its source, the names it defines and reads.

    `module` is None in the submission itself, else the name of the module beside it.
    """

    place: Place
    end: int
    code: str
    defines: tuple[str, ...]
    reads: tuple[str, ...]
    kind: Kind
    module: str | None


@dataclass(frozen=True)
class Dropped:
    """A top-level statement that is not run: where it stands, its first line, and why in plain words."""

    place: Place
    end: int
    text: str
    why: str


@dataclass(frozen=True, eq=False)
class Item:
    """A statement with its definitions and uses: its tree, and which names it reads at once or when it is called.

    The lines of the tree are those of the cell; `nodes` are all nodes of the tree.
    """

    index: int
    statement: Statement
    tree: ast.Module = field(repr=False)
    nodes: Sequence[ast.AST] = field(repr=False)
    now: frozenset[str]
    later: frozenset[str]
    extends: frozenset[str]  # names whose values it changes and does not define: x in x[0] = 1, x += 1, x.append(1)

    def needs(self) -> Iterator[tuple[str, int | None]]:
        """Yield the names that the statement reads, with the place before which they must be there."""
        for name in sorted(self.now | self.extends):
            yield name, self.index
        for name in sorted(self.later - self.now):
            yield name, None


def items_of(document: Document, module: str | None) -> tuple[tuple[Item, ...], tuple[Dropped, ...]]:
    """Return the statements of a file that define something, in their order, and those that never do."""
    items: list[Item] = []
    dropped: list[Dropped] = []
    for cell in document.cells:
        lines = cell.source.split("\n")
        if cell.tree is None:
            first = next((number for number, line in enumerate(lines) if line.strip()), 0)
            place = Place(cell.number, first + 1)
            dropped.append(Dropped(place, len(lines), lines[first].strip()[:_SHOWN], cell.problem or "can't be parsed"))
            continue
        for node, nodes, why in _statements(cell.tree.body):
            place, end = Place(cell.number, first_line(node)), node.end_lineno or node.lineno
            text = lines[place.line - 1].strip()[:_SHOWN]
            item = _item(len(items), node, nodes, cell, lines, module) if why is None else why
            if isinstance(item, Item):
                items.append(item)
            else:
                dropped.append(Dropped(place, end, text, item))
    return tuple(items), tuple(dropped)


def _statements(body: list[ast.stmt]) -> Iterator[tuple[ast.stmt, list[ast.AST], str | None]]:
    """Yield each statement with its nodes; None where it may define something, else why it is dropped."""
    for node in body:
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            continue  # a docstring
        nodes = nodes_of(node)
        if isinstance(node, ast.If) and _is_main(node.test):
            yield node, nodes, "the main program"
        elif isinstance(node, ast.If | ast.Try | ast.With) and any(isinstance(inner, _Definition) for inner in nodes):
            for block in _blocks(node):
                yield from _statements(block)
        else:
            yield node, nodes, _why_nothing(node, nodes)


def _why_nothing(node: ast.stmt, nodes: list[ast.AST]) -> str | None:
    """Return why a statement without definitions of functions is dropped, or None where it may define something."""
    if isinstance(node, ast.If | ast.Try | ast.With):
        return None if _stores(nodes) else why_dropped(nodes)
    if isinstance(node, ast.For):
        why = why_dropped(nodes)
        return None if changed_in_place(nodes) and why == "not needed" else why
    if isinstance(node, ast.Expr):
        return None if changed_in_place(nodes) else why_dropped(nodes)
    if isinstance(node, ast.Import | ast.ImportFrom | ast.Assign | ast.AugAssign | ast.AnnAssign | _Definition):
        return None
    return why_dropped(nodes)


def _is_main(test: ast.expr) -> bool:
    return isinstance(test, ast.Compare) and root_name(test.left) == "__name__"


def _blocks(node: ast.If | ast.Try | ast.With) -> Iterator[list[ast.stmt]]:
    """Yield the blocks of a compound statement, the one that is meant to be run last: the last definition wins."""
    if isinstance(node, ast.Try):
        for handler in node.handlers:
            yield handler.body
    if isinstance(node, ast.If):
        yield node.orelse
    yield node.body
    if isinstance(node, ast.Try):
        yield node.orelse
        yield node.finalbody


def _stores(nodes: list[ast.AST]) -> bool:
    return any(
        isinstance(inner, ast.Import | ast.ImportFrom) or isinstance(getattr(inner, "ctx", None), ast.Store)
        for inner in nodes
    )


def _item(
    index: int, node: ast.stmt, nodes: list[ast.AST], cell: Cell, lines: list[str], module: str | None
) -> Item | str:
    """Return the statement with its names, or why it can't be used."""
    code = cut_out(node, lines)
    try:
        with warnings.catch_warnings(action="ignore"):
            tree = ast.parse(code)
        defines, now, later = names_of(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        return f"Python does not take it: {getattr(error, 'msg', None) or error}"
    extends = frozenset() if isinstance(node, _Definition) else changed_in_place(nodes)
    if isinstance(node, ast.AugAssign | ast.For | ast.If | ast.Try | ast.With):
        defines -= extends
    if isinstance(node, ast.For | ast.With | ast.Try):
        now -= defines  # a loop's own variable
    star = isinstance(node, ast.ImportFrom) and node.names[0].name == "*"
    if not defines and not extends and not star:
        return "not needed"
    reads = tuple(sorted(name for name in now | later if not hasattr(builtins, name)))
    place = Place(cell.number, first_line(node))
    statement = Statement(
        place, node.end_lineno or node.lineno, code, tuple(sorted(defines)), reads, _kind(node, nodes), module
    )
    ast.increment_lineno(tree, place.line - 1)
    return Item(index, statement, tree, nodes_of(tree), now, later, extends - defines)


def _kind(node: ast.stmt, nodes: list[ast.AST]) -> Kind:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        return "function"
    if isinstance(node, ast.ClassDef):
        return "class"
    holds_import = any(isinstance(inner, ast.Import | ast.ImportFrom) for inner in nodes)
    return "import" if holds_import else "assignment"
