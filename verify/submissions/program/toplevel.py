"""The top-level statements of one file: each cut out as it stands, with the names that it defines and reads."""

from __future__ import annotations

import ast
import builtins
import symtable
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, Literal

from verify.submissions.parsing.document import Cell, Document, Place
from verify.submissions.program.safety import called_name, root_name, why_dropped

Kind = Literal["import", "function", "class", "assignment"]
_COMPREHENSIONS: Final = ("listcomp", "setcomp", "dictcomp", "genexpr")
_FILLING: Final = ("append", "extend", "add", "insert", "update", "setdefault")
_DEFINITIONS: Final = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
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
    """A statement on the way into a slice: its tree, and which names it reads at once or when it is called."""

    index: int
    statement: Statement
    tree: ast.Module = field(repr=False)
    now: frozenset[str]
    later: frozenset[str]
    extends: frozenset[str]  # names whose values it changes and does not define: x in x[0] = 1, x += 1, x.append(1)


def items_of(document: Document, module: str | None) -> tuple[list[Item], list[Dropped]]:
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
        for node, why in _statements(cell.tree.body):
            place, end = Place(cell.number, first_line(node)), node.end_lineno or node.lineno
            text = lines[place.line - 1].strip()[:_SHOWN]
            item = _item(len(items), node, cell, lines, module) if why is None else why
            if isinstance(item, Item):
                items.append(item)
            else:
                dropped.append(Dropped(place, end, text, item))
    return items, dropped


def first_line(node: ast.stmt) -> int:
    """Return the line that a statement starts in, with its decorators."""
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    return min([node.lineno, *(one.lineno for one in decorators)])


def _statements(body: list[ast.stmt]) -> Iterator[tuple[ast.stmt, str | None]]:
    """Yield each statement that may define something with None, and each other one with why it is dropped."""
    for node in body:
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            continue  # a docstring
        if isinstance(node, ast.If) and _is_main(node.test):
            yield node, "the main program"
        elif isinstance(node, ast.If | ast.Try | ast.With):
            if any(isinstance(inner, _DEFINITIONS) for inner in ast.walk(node)):
                for block in _blocks(node):
                    yield from _statements(block)
            else:
                yield node, None if _stores(node) else why_dropped(node)
        elif isinstance(node, ast.For):
            yield node, None if _changed(node) and why_dropped(node) == "not needed" else why_dropped(node)
        elif isinstance(node, ast.Expr):
            yield node, None if _changed(node) else why_dropped(node)
        elif isinstance(node, ast.Import | ast.ImportFrom | ast.Assign | ast.AugAssign | ast.AnnAssign | _Definition):
            yield node, None
        else:
            yield node, why_dropped(node)


_Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


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


def _stores(node: ast.stmt) -> bool:
    return any(
        isinstance(inner, ast.Import | ast.ImportFrom) or isinstance(getattr(inner, "ctx", None), ast.Store)
        for inner in ast.walk(node)
    )


def _changed(node: ast.stmt) -> frozenset[str]:
    """Return the names whose values a statement changes in place."""
    found = set()
    for inner in ast.walk(node):
        if isinstance(inner, ast.Subscript | ast.Attribute) and isinstance(inner.ctx, ast.Store):
            found.add(root_name(inner))
        elif isinstance(inner, ast.AugAssign):
            found.add(root_name(inner.target))
        elif isinstance(inner, ast.Expr) and isinstance(inner.value, ast.Call) and called_name(inner.value) in _FILLING:
            found.add(root_name(inner.value.func) if isinstance(inner.value.func, ast.Attribute) else None)
    return frozenset(name for name in found if name is not None)


def _item(index: int, node: ast.stmt, cell: Cell, lines: list[str], module: str | None) -> Item | str:
    """Return the statement with its names, or why it can't be used."""
    code = cut_out(node, lines)
    try:
        with warnings.catch_warnings(action="ignore"):
            tree = ast.parse(code)
        defines, now, later = names_of(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        return f"Python does not take it: {getattr(error, 'msg', None) or error}"
    extends = frozenset() if isinstance(node, _DEFINITIONS) else _changed(node)
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
        place, node.end_lineno or node.lineno, code, tuple(sorted(defines)), reads, _kind(node), module
    )
    return Item(index, statement, tree, now, later, extends - defines)


def _kind(node: ast.stmt) -> Kind:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        return "function"
    if isinstance(node, ast.ClassDef):
        return "class"
    holds_import = any(isinstance(inner, ast.Import | ast.ImportFrom) for inner in ast.walk(node))
    return "import" if holds_import else "assignment"


def cut_out(node: ast.stmt, lines: list[str], indent: str = "") -> str:
    """Return the source of a statement as it stands, moved to the left edge and then by `indent`.

    The inside of a string that spans lines stays as it is.
    """
    first, last = first_line(node) - 1, (node.end_lineno or node.lineno) - 1
    taken = lines[first : last + 1]
    taken[-1] = taken[-1].encode()[: node.end_col_offset].decode()
    margin = lines[first][: len(lines[first]) - len(lines[first].lstrip(" \t\f"))]
    inside = {
        number
        for part in ast.walk(node)
        if isinstance(part, ast.Constant | ast.JoinedStr)
        for number in range(part.lineno + 1, (part.end_lineno or part.lineno) + 1)
    }
    taken[0] = indent + taken[0].encode()[node.col_offset :].decode()
    for number in range(1, len(taken)):
        if first + 1 + number not in inside:
            taken[number] = indent + taken[number].removeprefix(margin)
    return "\n".join(taken)


def names_of(code: str) -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
    """Return the global names that code defines, those that it reads when it is run, and those read in functions.

    A global that a function writes counts as read. Raises SyntaxError where code can't be compiled.
    """
    with warnings.catch_warnings(action="ignore"):
        table = symtable.symtable(code, "submission", "exec")
    symbols = table.get_symbols()
    defines = {one.get_name() for one in symbols if one.is_assigned() or one.is_imported()}
    now = {one.get_name() for one in symbols if one.is_referenced()}
    later: set[str] = set()
    waiting = [(child, False) for child in table.get_children()]
    while waiting:
        inner, called = waiting.pop()
        called = called or (inner.get_type() == "function" and inner.get_name() not in _COMPREHENSIONS)
        (later if called else now).update(one.get_name() for one in inner.get_symbols() if one.is_global())
        waiting += [(child, called) for child in inner.get_children()]
    return frozenset(defines), frozenset(now), frozenset(later)
