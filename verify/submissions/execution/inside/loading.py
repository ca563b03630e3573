"""Running the statements that were sliced out, one by one; what fails is said and does not stop the rest."""

from __future__ import annotations

import ast
import inspect
import sys
import traceback
import types
from collections.abc import Mapping
from typing import Any, Final

FILE: Final = "<submission "  # how code of the submission is told from everybody else's, in tracebacks


class Missing:
    """Stands for a package or a name that is not there; using it says so."""

    def __init__(self, name: str, why: str) -> None:
        self.__dict__["_missing"] = (name, why)

    def _refuse(self, *given: Any, **named: Any) -> Any:
        name, why = self.__dict__["_missing"]
        raise NameError(f"{name} is not available here: {why}")

    __call__ = __getattr__ = __getitem__ = __iter__ = __len__ = __array__ = __add__ = __mul__ = _refuse


def _no_input(*prompt: Any) -> str:
    raise EOFError("input() is not answered here")


def load(statements: list[dict[str, Any]]) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Return the namespace after these statements, and what failed: {"index": number, "error": text}."""
    spaces: dict[str | None, dict[str, Any]] = {}
    failed = []
    for index, statement in enumerate(statements):
        space = _space(spaces, statement.get("module"))
        try:
            _run(statement, space)
        except BaseException as error:
            failed.append({"index": index, "error": said(error)})
            for name in statement.get("defines", ()):
                space.setdefault(name, Missing(name, said(error)))
    return _space(spaces, None), failed


def _space(spaces: dict[str | None, dict[str, Any]], name: str | None) -> dict[str, Any]:
    if name not in spaces:
        module = types.ModuleType(name or "submission")
        module.__dict__["input"] = _no_input
        sys.modules[name or "submission"] = module
        spaces[name] = module.__dict__
    return spaces[name]


def _run(statement: Mapping[str, Any], space: dict[str, Any]) -> None:
    cell, line = statement.get("cell"), int(statement.get("line", 1))
    tree = ast.parse(statement["code"])
    ast.increment_lineno(tree, line - 1)
    exec(compile(tree, f"{FILE}{'' if cell is None else cell}>", "exec"), space)


def said(error: BaseException) -> str:
    """Return an error in one line; a broken __str__ is no obstacle."""
    try:
        text = " ".join(str(error).split())[:500]
    except BaseException:
        text = "(its text cannot be shown)"
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def place_of(error: BaseException) -> list[int | None] | None:
    """Return [cell, line] of the submission's code in which the error arose, or None."""
    found = None
    for frame, line in traceback.walk_tb(error.__traceback__):
        name = frame.f_code.co_filename
        if name.startswith(FILE):
            cell = name[len(FILE) : -1]
            found = [int(cell) if cell.isdigit() else None, line]
    return found


def inventory(space: Mapping[str, Any]) -> dict[str, Any]:
    """Return the functions and classes of the namespace with the names of their arguments, and the arrays in it."""
    functions, classes = {}, {}
    for name, value in list(space.items()):
        if isinstance(value, type) and value.__module__ == "submission":
            methods = {key: _arguments(part) for key, part in _methods(value).items()}
            classes[name] = methods
        elif callable(value) and not isinstance(value, type | Missing):
            functions[name] = _arguments(value)
    return {"functions": functions, "classes": classes}


def _methods(of: type) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for base in reversed(of.__mro__):
        if base is not object:
            found.update({key: part for key, part in vars(base).items() if callable(getattr(of, key, None))})
    return {key: getattr(of, key) for key in found}


def _arguments(function: Any) -> list[list[Any]]:
    """Return [name, whether it has a default, the default if it is a number, the kind] of each argument."""
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):
        return []
    found = []
    for name, one in signature.parameters.items():
        default = one.default if isinstance(one.default, int | float | str | bool) else None
        found.append([name, one.default is not one.empty, default, one.kind.name])
    return found
