"""The text of a cell becomes a cell: magics blanked, parsed on its own; what can't be parsed is said with its line."""

from __future__ import annotations

import ast
from typing import Final

from verify.submissions.parsing.document import Cell
from verify.submissions.parsing.magics import blank_magics

DEEPEST: Final = 100  # nodes inside nodes; what walks a tree later may recurse
_TOO_DEEP: Final = "nested too deep to be parsed"
# What Python's parser says of code that is right, and deeper than it follows.
_LIMITS: Final = ("too many nested parentheses", "too many levels of indentation")


def cell_of(number: int | None, text: str) -> Cell:
    """Return a cell with its tree, or with the problem that keeps it from being parsed."""
    text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")  # half a character is none
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    source = blank_magics(text, in_notebook=number is not None)
    tree, problem = _parsed(source)
    return Cell(number, source, tree, problem)


def _parsed(source: str) -> tuple[ast.Module | None, str | None]:
    try:
        tree = ast.parse(source)
    except SyntaxError as error:
        line, said = error.lineno or 1, error.msg
        if any(limit in said for limit in _LIMITS):
            return None, f"line {line}: {_TOO_DEEP}"
        return None, f"line {line} is not Python: {said}"
    except (RecursionError, MemoryError):
        return None, _TOO_DEEP  # Python's parser does not say where
    except ValueError:
        return None, "it holds a null byte, so it is not Python"
    deep = _too_deep(tree)
    return (tree, None) if deep is None else (None, f"line {deep}: nested more than {DEEPEST} deep")


def _too_deep(tree: ast.Module) -> int | None:
    """Return the line in which nodes stand deeper in each other than DEEPEST, or None; takes no recursion itself."""
    level: list[ast.AST] = [tree]
    line = 1
    for _ in range(DEEPEST):
        level = [child for node in level for child in ast.iter_child_nodes(node)]
        if not level:
            return None
        line = next((int(node.lineno) for node in level if isinstance(node, ast.stmt | ast.expr)), line)
    return line
