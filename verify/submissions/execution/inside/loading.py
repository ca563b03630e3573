"""Running the statements that were sliced out, one by one; what fails is said and does not stop the rest."""

from __future__ import annotations

import ast
import functools
import sys
import traceback
import types
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any, Final, NamedTuple

from verify.errors import said
from verify.reading.wiring.plan_records import PROGRAM, Cut, Runnable
from verify.submissions.execution.inside.as_program import as_program
from verify.submissions.execution.inside.cutting import WATCH, Watch, cut
from verify.submissions.execution.inside.left_out import Missing
from verify.submissions.execution.inside.stand_ins import COMPUTING, INERT, InertModule, inert, usual
from verify.submissions.execution.messages import Broken, StoodIn

FILE: Final = "<submission "  # how code of the submission is told from everybody else's, in tracebacks
_BESIDE: Final = "module "  # code of a module beside it: its lines are not those of the submission
_LONGEST: Final = 500  # characters of an error


def _no_input(*prompt: object) -> str:
    raise EOFError("input() is not answered here")


_Names = Callable[[], frozenset[str]]
_trees: dict[str, list[ast.Module]] = {}  # of what was run, by the name of its file; lines are those of the cell


def load(
    statements: Sequence[Runnable], cuts: Sequence[Cut] = (), watch: Watch | None = None
) -> tuple[dict[str, Any], list[Broken], list[StoodIn]]:
    """Return the namespace after these statements, what failed, and for which names something stands in.

    The loops in `cuts` can be watched.
    """
    spaces: dict[str | None, dict[str, Any]] = {}
    failed: list[Broken] = []
    stood_in: list[StoodIn] = []
    _trees.clear()
    used = functools.cache(lambda: _names_used(statements))  # asked only where an import finds nothing
    if cuts:
        _space(spaces, None)[WATCH] = watch
    for index, statement in enumerate(statements):
        space = _space(spaces, statement.module)
        try:
            _run(statement, space, () if statement.module else cuts)
        except ImportError as error:
            names = _stand_in(statement, space, used)
            stood_in += [StoodIn(index, name) for name in names or ()]
            if names is None:
                _fail(index, statement, space, error, failed)
        except BaseException as error:
            _fail(index, statement, space, error, failed)
    return _space(spaces, None), failed, stood_in


def _fail(index: int, statement: Runnable, space: dict[str, Any], error: BaseException, failed: list[Broken]) -> None:
    failed.append(Broken(index, said_inside(error)))
    for name in statement.defines:
        space.setdefault(name, Missing(name, said_inside(error)))


def _space(spaces: dict[str | None, dict[str, Any]], name: str | None) -> dict[str, Any]:
    if name not in spaces:
        module = types.ModuleType(name or "submission")
        module.__dict__.update(input=_no_input, exit=sys.exit, quit=sys.exit)  # Python without site has no exit
        sys.modules[name or "submission"] = module
        spaces[name] = module.__dict__
        above, _, last = (name or "").rpartition(".")
        if above:  # a package: its modules are found in it, and import each other by their place
            _space(spaces, above).update(__path__=[], __package__=above)
            setattr(sys.modules[above], last, module)
            module.__package__ = above
    return spaces[name]


def _run(statement: Runnable, space: dict[str, Any], cuts: Sequence[Cut]) -> None:
    tree = ast.parse(statement.code)
    if statement.defines[:1] and statement.defines[0].startswith(PROGRAM):
        before = next((name for name in reversed(space) if name.startswith(PROGRAM)), "")
        tree = as_program(tree, statement.cell, statement.defines[0], before)
    for node in ast.walk(tree):  # as ast.increment_lineno; the head of a loop that was made a function may lie before 1
        if isinstance(node, ast.stmt | ast.expr | ast.excepthandler | ast.arg | ast.keyword | ast.alias):
            node.lineno = max(1, node.lineno + statement.line - 1)
            node.end_lineno = max(node.lineno, (node.end_lineno or 1) + statement.line - 1)
    cell = "" if statement.cell is None else str(statement.cell)
    name = f"{FILE}{cell if statement.module is None else f'{_BESIDE}{statement.module}'}>"
    _trees.setdefault(name, []).append(tree)
    exec(compile(cut(tree, statement.cell, cuts), name, "exec"), space)


def tree_at(name: str, line: int) -> ast.Module | None:
    """Return the tree of the statement in which a line of a file of the submission stands."""
    for tree in reversed(_trees.get(name, [])):
        if any(node.lineno <= line <= (node.end_lineno or node.lineno) for node in tree.body):
            return tree
    return None


def _names_used(statements: Sequence[Runnable]) -> frozenset[str]:
    """Return every name and attribute that is read anywhere in these statements."""
    found = set()
    for statement in statements:
        with suppress(SyntaxError, ValueError, RecursionError, MemoryError):
            for node in ast.walk(ast.parse(statement.code)):
                if isinstance(node, ast.Name | ast.Attribute) and isinstance(node.ctx, ast.Load):
                    found.add(node.id if isinstance(node, ast.Name) else node.attr)
    return frozenset(found)


def _stand_in(statement: Runnable, space: dict[str, Any], used: _Names) -> list[str] | None:
    """Put something in the place of what an import can't find; return the helpers among it, None where nothing is."""
    body = ast.parse(statement.code).body
    if len(body) != 1 or not isinstance(body[0], ast.Import | ast.ImportFrom):
        return None
    node, made, missing, helpers = body[0], dict[str, Any](), dict[str, Any](), list[str]()
    for one in node.names:
        module = one.name if isinstance(node, ast.Import) else node.module or ""
        try:
            _run(replace(statement, code=ast.unparse(_only(node, one))), space, ())
        except ImportError as error:
            top = module.split(".")[0]
            if top in COMPUTING or (top not in INERT and not isinstance(error, ModuleNotFoundError)):
                return None  # nothing can stand for it, or it is there and has no such name
            name = one.asname or (top if isinstance(node, ast.Import) else one.name)
            found = _inert_for(node, one, name) if top in INERT else _helpers_for(node, one, name, used)
            made |= found.made
            helpers += found.helpers
            if not found.made and one.name != "*":
                missing[name] = Missing(name, f"no module named {module!r}")
    if not made:
        return None
    space.update(missing | made)
    return sorted(helpers)


class _Found(NamedTuple):
    """What stands for one name of an import, and the usual helpers among it."""

    made: dict[str, Any]
    helpers: list[str]


def _inert_for(node: ast.Import | ast.ImportFrom, one: ast.alias, name: str) -> _Found:
    return _Found({name: InertModule(name) if isinstance(node, ast.Import) else inert(one.name)}, [])


def _helpers_for(node: ast.Import | ast.ImportFrom, one: ast.alias, name: str, used: _Names) -> _Found:
    wanted = used() if isinstance(node, ast.Import) or one.name == "*" else [one.name]
    found = {inner: helper for inner in wanted if (helper := usual(inner)) is not None}
    if one.name == "*" or not found:
        return _Found(found, list(found))
    made = types.SimpleNamespace(**found) if isinstance(node, ast.Import) else found[one.name]
    return _Found({name: made}, list(found))


def _only(node: ast.Import | ast.ImportFrom, one: ast.alias) -> ast.Import | ast.ImportFrom:
    """Return an import of one name alone."""
    return ast.Import([one]) if isinstance(node, ast.Import) else ast.ImportFrom(node.module, [one], node.level)


def said_inside(error: BaseException) -> str:
    """Return in one line what an error of the submission says, whatever its `__str__` raises."""
    return said(error, _LONGEST, BaseException)


def place_of(error: BaseException) -> tuple[int | None, int] | None:
    """Return (cell, line) of the submission's code in which the error arose, or None."""
    found = None
    for frame, line in traceback.walk_tb(error.__traceback__):
        name = frame.f_code.co_filename
        if name.startswith(FILE):
            cell = name[len(FILE) : -1]
            if cell.startswith(_BESIDE):
                continue
            found = (int(cell) if cell.isdigit() else None, line)
    return found
