"""The text of a cell becomes a cell: magics blanked, parsed on its own; what can't be parsed is said with its line."""

from __future__ import annotations

import ast
import re
from typing import Final

from verify.reading.parsing.document import Cell
from verify.reading.parsing.magics import blank_magics
from verify.reading.parsing.prints import Mended, mend_prints
from verify.reading.parsing.python2 import mend_forms, mend_names
from verify.reading.parsing.trees import children

DEEPEST: Final = 100  # nodes inside nodes; what walks a tree later may recurse
_TOO_DEEP: Final = "nested too deep to be parsed"
# What Python's parser says of code that is right, and deeper than it follows.
_LIMITS: Final = ("too many nested parentheses", "too many levels of indentation")
_OLD: Final = re.compile(r"\b(xrange|raw_input|unicode|basestring|long|iteritems|itervalues|iterkeys|has_key)\b")
_NO_BODY: Final = re.compile(r"expected an indented block after (.+) on line (\d+)")
_PLAIN: Final = (
    ("unindent does not match", "it is indented as no line above it is"),
    ("inconsistent use of tabs", "tabs and spaces are mixed at its start"),
    ("Exceeds the limit", "it holds a number of more than 4,300 digits"),
)


def cell_of(number: int | None, text: str) -> Cell:
    """Return a cell with its tree, or with the problem that keeps it from being parsed."""
    text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")  # half a character is none
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    source = blank_magics(text, in_notebook=number is not None)
    try:
        tree, mended = _parsed_or_mended(source)
        return Cell(number, source if mended is None else mended.source, tree, nodes=_nodes_of(tree),
                    mended=() if mended is None else mended.lines)  # fmt: skip
    except _Unusable as problem:
        return Cell(number, source, None, str(problem))


def _parsed_or_mended(source: str) -> tuple[ast.Module, Mended | None]:
    """Return the tree, also of Python 2; its prints, forms and names are then mended."""
    try:
        return _with_names(_parsed(source), source, None)
    except _Unusable:
        forms = mend_forms(source)
        mended = mend_prints(forms)
        if mended is None and forms == source:
            raise
        mended = mended or Mended(forms, ())
        changed = {
            number for number, (old, new) in enumerate(zip(source.split("\n"), forms.split("\n"), strict=True), 1)
            if old != new
        }  # fmt: skip
        mended = Mended(mended.source, tuple(sorted({*mended.lines, *changed})))
        try:
            return _with_names(_parsed(mended.source), mended.source, mended)
        except _Unusable:
            pass
        raise  # what is wrong with the text as it stands


def _with_names(tree: ast.Module, source: str, mended: Mended | None) -> tuple[ast.Module, Mended | None]:
    """Return the tree with the names of Python 2 as those of Python 3; what is mended is then Python 2."""
    if mended is None and not _OLD.search(source):
        return tree, None
    text, lines = mend_names(source, tree, certain=mended is not None)
    if not lines:
        return tree, mended
    every = tuple(sorted({*lines, *(() if mended is None else mended.lines)}))
    return _parsed(text), Mended(text, every)


class _Unusable(Exception):
    """Why a cell has no tree."""


def _parsed(source: str) -> ast.Module:
    try:
        return ast.parse(source)
    except SyntaxError as error:
        line, said = error.lineno or 1, error.msg
        if any(limit in said for limit in _LIMITS):
            raise _Unusable(f"line {line}: {_TOO_DEEP}") from None
        empty = _NO_BODY.match(said)
        if empty is not None:
            raise _Unusable(f"not attempted: the {empty[1]} in line {empty[2]} holds no code yet") from None
        plain = next((words for begin, words in _PLAIN if said.startswith(begin)), said)
        raise _Unusable(f"line {line} is not Python: {plain}") from None
    except (RecursionError, MemoryError):
        raise _Unusable(_TOO_DEEP) from None  # Python's parser does not say where
    except ValueError:
        raise _Unusable("it holds a null byte, so it is not Python") from None


def _nodes_of(tree: ast.Module) -> list[ast.AST]:
    """Return all nodes of a tree, level by level. Raises _Unusable where they are nested more than DEEPEST deep."""
    found: list[ast.AST] = []
    level: list[ast.AST] = [tree]
    line = 1
    for _ in range(DEEPEST):
        found += level
        level = [child for node in level for child in children(node)]
        if not level:
            return found
        line = next((int(node.lineno) for node in level if isinstance(node, ast.stmt | ast.expr)), line)
    raise _Unusable(f"line {line}: nested more than {DEEPEST} deep")
