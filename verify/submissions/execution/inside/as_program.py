"""A cell as a function that runs it as a main program: a statement that can't be run here is left out.

Names of data that such a statement would have given get the arrays of the request, so that a program whose data are
not there reaches its training all the same. Which statements are left out is found in floats before anything is asked;
later runs leave out the same, and what stops then stops.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import Final

from verify.reading.program.blocks import assigned
from verify.reading.program.safety import word_for
from verify.reading.program.syntax import called_name, names_in, root_name
from verify.reading.program.vocabulary import data_of
from verify.submissions.execution.inside.cutting import WATCH
from verify.submissions.execution.inside.left_out import TEXT

_DEFINED: Final = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom)
_TABLE: Final = re.compile(
    r"(raw_?|train_?|test_?|training_?)?(data|dataset|datas|df|datos|dados|donn[eé]es|table|file|f|iris|digits|mnist|"
    r"vin|csv|wine|content)(_?(train|test|set|frame|raw|file))?", re.IGNORECASE,
)  # fmt: skip
_LEFT_OUT: Final = ("draws", "asks for input", "writes files")


def as_program(tree: ast.Module, cell: int | None, name: str, before: str) -> ast.Module:
    """Return a module that defines one function, which runs the statements of a cell; `before` is called first."""
    body = list(_inlined(tree.body))
    called = {called_name(node) for node in ast.walk(tree) if isinstance(node, ast.Call) and _is_plain(node)}
    mains = [
        node for node in tree.body
        if isinstance(node, ast.FunctionDef) and node.name in called and not _arguments(node)
    ]  # fmt: skip
    guard = _Guard(cell, [*body, *(part for one in mains for part in one.body)])
    # All names of a main program are global: also those that are only read, which a loop that is cut may put back.
    shared = sorted({name for node in body for name in names_in(node)} | assigned(body))
    inner: list[ast.stmt] = [ast.Global(shared)] if shared else []
    if before:
        inner += ast.parse(f"{before}()").body
    for one in mains:
        one.body = guard.every(one.body) or [ast.Pass()]
        inner.append(one)
    inner += guard.every(body)
    made = ast.parse(f"def {name}():\n    pass").body[0]
    assert isinstance(made, ast.FunctionDef)
    made.body = inner or [ast.Pass()]
    module = ast.Module([made], [])
    for node in ast.walk(module):
        if isinstance(node, ast.stmt | ast.expr) and not hasattr(node, "lineno"):
            node.lineno = node.end_lineno = 1
    return ast.fix_missing_locations(module)


def _arguments(node: ast.FunctionDef) -> list[ast.arg]:
    return [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]


def _is_plain(call: ast.Call) -> bool:
    return isinstance(call.func, ast.Name) and not call.args and not call.keywords


def _inlined(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """Yield the statements that a program runs: no definitions, and what stands under `if __name__` as it is."""
    for node in body:
        if (isinstance(node, _DEFINED) and not _needs_data(node)) or (
            isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        ):
            continue
        if isinstance(node, ast.If) and isinstance(node.test, ast.Compare) and root_name(node.test.left) == "__name__":
            yield from node.body
        else:
            yield node


def _needs_data(node: ast.stmt) -> bool:
    """Whether a function has defaults that are names: they have to be there when it is defined."""
    return isinstance(node, ast.FunctionDef) and any(isinstance(one, ast.Name) for one in node.args.defaults)


class _Guard:
    """Makes statements such that each may be left out."""

    def __init__(self, cell: int | None, body: list[ast.stmt]) -> None:
        self._cell = cell
        # A table that inputs and targets are taken from is neither.
        self._tables = {
            name for node in body for part in ast.walk(node) if isinstance(part, ast.Assign)
            if any(data_of(one) for one in _stored(part))
            for name in names_in(part.value) if _TABLE.fullmatch(name)
        }  # fmt: skip

        self._texts = {
            name for node in body for part in ast.walk(node)
            if isinstance(part, ast.Assign) and _reads_a_text(part.value)
            for name in _stored(part)
        }  # fmt: skip

    def every(self, body: list[ast.stmt]) -> list[ast.stmt]:
        return [one for node in body for one in self._one(node)]

    def _one(self, node: ast.stmt) -> list[ast.stmt]:
        if isinstance(node, ast.Global | ast.Nonlocal | ast.Pass | ast.Return | ast.Break | ast.Continue):
            return [node]
        if isinstance(node, _DEFINED) and not _needs_data(node):
            return [node]
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            if word_for(called_name(node.value)) in _LEFT_OUT:
                return [ast.Pass(lineno=node.lineno, col_offset=0)]
        place = f"{self._cell!r}, {node.lineno}"
        names = _stored(node) if isinstance(node, ast.Assign | ast.AnnAssign | ast.With) else []
        held = "".join(f"        {WATCH}.held({name!r}, {name})\n" for name in names if data_of(name))
        given = "".join(f"    {name} = {WATCH}.given({place}, {name!r}, {self._meaning(name)!r})\n" for name in names)
        text = (
            f"if {WATCH}.runs({place}):\n    try:\n        pass\n{held}"
            f"    except (Exception, SystemExit) as __error__:\n        {WATCH}.failed({place}, __error__)\n"
            + (f"if not {WATCH}.runs({place}):\n{given}" if given else "")
        )
        made = ast.parse(text).body
        for part in made:
            for inner in ast.walk(part):
                if isinstance(inner, ast.stmt | ast.expr | ast.excepthandler):
                    inner.lineno = inner.end_lineno = node.lineno
        first = made[0]
        assert isinstance(first, ast.If)
        tried = first.body[0]
        assert isinstance(tried, ast.Try)
        tried.body = [node, *tried.body[1:]]
        return made

    def _meaning(self, name: str) -> str:
        if name in self._texts:
            return TEXT
        return "" if name in self._tables else data_of(name) or ""


def _reads_a_text(value: ast.expr) -> bool:
    """Whether a whole text is read from a file: open(name).read(), also in other letters."""
    while isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute):
        if value.func.attr == "read" and not value.args:
            return True
        value = value.func.value
    return False


def _stored(node: ast.stmt) -> list[str]:
    """Return the names that a statement gives a value, in order; not those whose parts it changes."""
    return [part.id for part in ast.walk(node) if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store)]
