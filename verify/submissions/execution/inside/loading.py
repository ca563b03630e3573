"""Running the statements that were sliced out, one by one; what fails is said and does not stop the rest."""

from __future__ import annotations

import ast
import sys
import traceback
import types
from collections.abc import Sequence
from typing import Any, Final, NoReturn

from verify.errors import said
from verify.submissions.execution.messages import Broken
from verify.submissions.wiring.plan_records import Runnable

FILE: Final = "<submission "  # how code of the submission is told from everybody else's, in tracebacks
_LONGEST: Final = 500  # characters of an error


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


def load(statements: Sequence[Runnable]) -> tuple[dict[str, Any], list[Broken]]:
    """Return the namespace after these statements, and what failed."""
    spaces: dict[str | None, dict[str, Any]] = {}
    failed = []
    for index, statement in enumerate(statements):
        space = _space(spaces, statement.module)
        try:
            _run(statement, space)
        except BaseException as error:
            why = said_inside(error)
            failed.append(Broken(index, why))
            for name in statement.defines:
                space.setdefault(name, Missing(name, why))
    return _space(spaces, None), failed


def _space(spaces: dict[str | None, dict[str, Any]], name: str | None) -> dict[str, Any]:
    if name not in spaces:
        module = types.ModuleType(name or "submission")
        module.__dict__["input"] = _no_input
        sys.modules[name or "submission"] = module
        spaces[name] = module.__dict__
    return spaces[name]


def _run(statement: Runnable, space: dict[str, Any]) -> None:
    tree = ast.parse(statement.code)
    ast.increment_lineno(tree, statement.line - 1)
    exec(compile(tree, f"{FILE}{'' if statement.cell is None else statement.cell}>", "exec"), space)


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
            found = (int(cell) if cell.isdigit() else None, line)
    return found
