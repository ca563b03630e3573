"""The modules beside a submission that it imports: they are read too, so that its functions can be called."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Final

from verify.errors import BadInput
from verify.submissions.parsing.document import Cell, Document
from verify.submissions.parsing.files import check_amount, content_of
from verify.submissions.parsing.loading import document_of

_MOST_NEIGHBOURS: Final = 100


def neighbours_of(path: Path, cells: tuple[Cell, ...]) -> dict[str, Document]:
    """Return the modules beside the file that it imports, and those that they import, by name."""
    try:
        folder = path.resolve().parent
    except (OSError, RuntimeError):
        return {}
    found: dict[str, Document] = {}
    waiting = [name for cell in cells for name in imported(cell)]
    size = sum(len(cell.source) for cell in cells)
    while waiting and len(found) < _MOST_NEIGHBOURS:
        name = waiting.pop(0)
        beside = folder / f"{name}.py"
        if name in found or not _inside(beside, folder) or beside == path.resolve():
            continue
        try:
            document = document_of(beside, content_of(beside))
        except BadInput as error:
            document = Document(beside.name, "py", "", (Cell(None, "", None, str(error)),))
        size += sum(len(cell.source) for cell in document.cells)
        check_amount(path, size)
        found[name] = document
        waiting += [further for cell in document.cells for further in imported(cell)]
    return found


def _inside(beside: Path, folder: Path) -> bool:
    try:
        return beside.is_file() and beside.resolve().parent == folder
    except (OSError, RuntimeError, ValueError):
        return False


def imported(cell: Cell) -> list[str]:
    """Return the top names of the modules that a cell imports, anywhere in it; those of `from . import x` too."""
    names = []
    for node in cell.nodes:
        if isinstance(node, ast.Import):
            names += [alias.name.split(".")[0] for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.level <= 1:
            names += [node.module.split(".")[0]] if node.module else [alias.name for alias in node.names]
    return list(dict.fromkeys(names))
