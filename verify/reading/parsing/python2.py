"""Names and forms of Python 2 become those of Python 3, where they stand; every line keeps its number."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from typing import Final

from verify.reading.parsing.trees import children

_NAMES: Final = {"xrange": "range", "raw_input": "input", "unicode": "str", "basestring": "str", "long": "int"}
_METHODS: Final = {
    "iteritems": "items", "itervalues": "values", "iterkeys": "keys", "has_key": "__contains__",
}  # fmt: skip
_CODE: Final = r"(?:[^#'\"]|'[^'\n]*'|\"[^\"\n]*\")*?"  # what stands before in a line, strings whole
_RAISED: Final = re.compile(rf"^(?P<start>(?:[ \t]*|{_CODE}:[ \t]*)raise[ \t]+[\w.]+)[ \t]*,[ \t]*(?P<what>.+)$")
_UNEQUAL: Final = re.compile(rf"^({_CODE})<>")
Edit = tuple[int, int, int, str]  # the line from 0, the first byte, the byte behind the last, what stands there instead


def mend_forms(source: str) -> str:
    """Return the text with `raise E, text` and `<>` as Python 3 has them.

    >>> mend_forms("if a <> b: raise ValueError, 'no'")
    "if a != b: raise ValueError('no')"
    """
    lines = []
    for written in source.split("\n"):
        line = _UNEQUAL.sub(r"\1!=", written)
        lines.append(_RAISED.sub(lambda found: f"{found['start']}({found['what'].rstrip()})", line))
    return "\n".join(lines)


def mend_names(source: str, tree: ast.Module, *, certain: bool) -> tuple[str, tuple[int, ...]]:
    """Return the text with names such as xrange and iteritems as Python 3 has them, and the lines that were changed.

    Nothing is changed where the file defines the name itself. Where it is `certain` that this is Python 2, whole
    numbers that are divided stay whole numbers.
    """
    nodes, waiting = list[ast.AST](), list[ast.AST]([tree])
    while waiting:
        node = waiting.pop()
        nodes.append(node)
        waiting += children(node)
    own = {node.id for node in nodes if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load)}
    own |= {node.name for node in nodes if isinstance(node, ast.FunctionDef | ast.ClassDef)}
    own |= {node.arg for node in nodes if isinstance(node, ast.arg)}
    own |= {
        one.asname or one.name
        for node in nodes if isinstance(node, ast.Import | ast.ImportFrom) for one in node.names
    }  # fmt: skip
    lines = source.split("\n")
    edits = [edit for node in nodes if (edit := _edit_of(node, own)) is not None]
    if certain and not _divides_truly(nodes):
        whole = _whole_names(nodes)
        edits += [edit for node in nodes if (edit := _division_in(node, lines, whole)) is not None]
    for line, first, last, text in sorted(edits, reverse=True):
        raw = lines[line].encode()
        lines[line] = (raw[:first] + text.encode() + raw[last:]).decode()
    return "\n".join(lines), tuple(sorted({line + 1 for line, *_ in edits}))


def _edit_of(node: ast.AST, own: set[str]) -> Edit | None:
    if isinstance(node, ast.Name) and node.id in _NAMES and node.id not in own:
        return node.lineno - 1, node.col_offset, node.col_offset + len(node.id), _NAMES[node.id]
    if isinstance(node, ast.Attribute) and node.attr in _METHODS and node.attr not in own and node.end_col_offset:
        assert node.end_lineno is not None
        return node.end_lineno - 1, node.end_col_offset - len(node.attr), node.end_col_offset, _METHODS[node.attr]
    return None


def _divides_truly(nodes: Sequence[ast.AST]) -> bool:
    """Whether the file asks for the division of Python 3."""
    imports = [node for node in nodes if isinstance(node, ast.ImportFrom) and node.module == "__future__"]
    return any(one.name == "division" for node in imports for one in node.names)


def _division_in(node: ast.AST, lines: Sequence[str], whole: set[str]) -> Edit | None:
    """Return the change of 1/m to 1//m: what Python 2 makes of it, where both are whole numbers."""
    if not isinstance(node, ast.BinOp) or not isinstance(node.op, ast.Div):
        return None
    left, right = node.left, node.right
    if not (_is_whole(left, whole) and _is_whole(right, whole)):
        return None
    if left.end_lineno != right.lineno or left.end_col_offset is None:
        return None
    between = lines[right.lineno - 1].encode()[left.end_col_offset : right.col_offset]
    if between.count(b"/") != 1:
        return None
    place = left.end_col_offset + between.index(b"/")
    return right.lineno - 1, place, place + 1, "//"


def _whole_names(nodes: Sequence[ast.AST]) -> set[str]:
    """Return the names that are never given anything but lengths and whole literals."""
    given: dict[str, list[ast.expr]] = {}
    stored: dict[str, int] = {}
    for node in nodes:
        if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
            given.setdefault(node.targets[0].id, []).append(node.value)
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            stored[node.id] = stored.get(node.id, 0) + 1
        if isinstance(node, ast.arg):
            stored[node.arg] = stored.get(node.arg, 0) + 1
    return {
        name for name, values in given.items()
        if stored[name] == len(values) and all(_is_whole(value, set()) for value in values)
    }  # fmt: skip


def _is_whole(node: ast.expr, names: set[str]) -> bool:
    """Whether this is a whole number for certain: a literal, a length, or a name that is given nothing else."""
    if isinstance(node, ast.Constant):
        return type(node.value) is int
    if isinstance(node, ast.Call):
        return isinstance(node.func, ast.Name) and node.func.id in ("len", "int")
    if isinstance(node, ast.Subscript):
        return isinstance(node.value, ast.Attribute) and node.value.attr == "shape"
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult | ast.Add | ast.Sub):
        return _is_whole(node.left, names) and _is_whole(node.right, names)
    return isinstance(node, ast.Name) and node.id in names
