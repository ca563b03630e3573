"""Running the statements that were sliced out, one by one; what fails is said and does not stop the rest."""

from __future__ import annotations

import ast
import sys
import traceback
import types
from collections.abc import Sequence
from typing import Any, Final, NoReturn

from verify.submissions.execution.inside.cutting import WATCH, Watch, cut
from verify.submissions.execution.messages import Broken
from verify.submissions.wiring.plan_records import Cut, Runnable

FILE: Final = "<submission "  # how code of the submission is told from everybody else's, in tracebacks


class Missing:
    """Stands for a package or a name that is not there; using it says so."""

    def __init__(self, name: str, why: str) -> None:
        self.__dict__["_missing"] = (name, why)

    def _refuse(self, *given: object, **named: object) -> NoReturn:
        name, why = self.__dict__["_missing"]
        raise NameError(f"{name} is not available here: {why}")

    __call__ = __getattr__ = __getitem__ = __iter__ = __len__ = __array__ = __add__ = __mul__ = _refuse


def _no_input(*prompt: object) -> str:
    raise EOFError("input() is not answered here")


def load(
    statements: Sequence[Runnable], cuts: Sequence[Cut] = (), watch: Watch | None = None
) -> tuple[dict[str, Any], list[Broken]]:
    """Return the namespace after these statements, and what failed; the loops in `cuts` can be watched."""
    spaces: dict[str | None, dict[str, Any]] = {}
    failed = []
    if cuts:
        _space(spaces, None)[WATCH] = watch
    for index, statement in enumerate(statements):
        space = _space(spaces, statement.module)
        try:
            _run(statement, space, () if statement.module else cuts)
        except BaseException as error:
            failed.append(Broken(index, said(error)))
            for name in statement.defines:
                space.setdefault(name, Missing(name, said(error)))
    return _space(spaces, None), failed


def _space(spaces: dict[str | None, dict[str, Any]], name: str | None) -> dict[str, Any]:
    if name not in spaces:
        module = types.ModuleType(name or "submission")
        module.__dict__["input"] = _no_input
        sys.modules[name or "submission"] = module
        spaces[name] = module.__dict__
    return spaces[name]


def _run(statement: Runnable, space: dict[str, Any], cuts: Sequence[Cut]) -> None:
    tree = ast.parse(statement.code)
    for node in ast.walk(tree):  # as ast.increment_lineno; the head of a loop that was made a function may lie before 1
        if isinstance(node, ast.stmt | ast.expr | ast.excepthandler | ast.arg | ast.keyword | ast.alias):
            node.lineno = max(1, node.lineno + statement.line - 1)
            node.end_lineno = max(node.lineno, (node.end_lineno or 1) + statement.line - 1)
    tree = cut(tree, statement.cell, cuts)
    exec(compile(tree, f"{FILE}{'' if statement.cell is None else statement.cell}>", "exec"), space)


def said(error: BaseException) -> str:
    """Return an error in one line; a broken __str__ is no obstacle."""
    try:
        text = " ".join(str(error).split())[:500]
    except BaseException:
        text = "(its text cannot be shown)"
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def place_of(error: BaseException) -> tuple[int | None, int] | None:
    """Return (cell, line) of the submission's code in which the error arose, or None."""
    found = None
    for frame, line in traceback.walk_tb(error.__traceback__):
        name = frame.f_code.co_filename
        if name.startswith(FILE):
            cell = name[len(FILE) : -1]
            found = (int(cell) if cell.isdigit() else None, line)
    return found
