"""The names that code defines, reads and changes in place: definitions and uses of one statement."""

from __future__ import annotations

import ast
import symtable
import warnings
from collections.abc import Iterable
from typing import Final, NamedTuple

from verify.reading.program.syntax import called_name, root_name

_COMPREHENSIONS: Final = ("listcomp", "setcomp", "dictcomp", "genexpr")
_FILLING: Final = ("append", "extend", "add", "insert", "update", "setdefault")


class Names(NamedTuple):
    """The global names that code defines, those that it reads when it is run, and those read in functions."""

    defines: frozenset[str]
    now: frozenset[str]
    later: frozenset[str]


def names_of(code: str) -> Names:
    """Return the global names of some code; one that a function writes counts as read.

    Raises SyntaxError where code can't be compiled.
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
    return Names(frozenset(defines), frozenset(now), frozenset(later))


def changed_in_place(nodes: Iterable[ast.AST]) -> frozenset[str]:
    """Return the names whose values are changed and not defined: x in x[0] = 1, x += 1, x.append(1)."""
    found = set()
    for inner in nodes:
        if isinstance(inner, ast.Subscript | ast.Attribute) and isinstance(inner.ctx, ast.Store):
            found.add(root_name(inner))
        elif isinstance(inner, ast.AugAssign):
            found.add(root_name(inner.target))
        elif isinstance(inner, ast.Expr) and isinstance(inner.value, ast.Call) and called_name(inner.value) in _FILLING:
            found.add(root_name(inner.value.func) if isinstance(inner.value.func, ast.Attribute) else None)
    return frozenset(name for name in found if name is not None)
