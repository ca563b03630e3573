"""The modules beside a submission that it imports: they are read too, so that its functions can be called."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Final

from verify.errors import BadInput
from verify.reading.parsing.document import Cell, Document
from verify.reading.parsing.files import check_amount, content_of
from verify.reading.parsing.loading import document_of

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
    seen: set[str] = set()
    while waiting and len(found) < _MOST_NEIGHBOURS:
        name = waiting.pop(0)
        beside = None if name in seen else _file_of(name, folder)
        seen.add(name)
        if beside is None or beside == path.resolve():
            continue
        try:
            document = document_of(beside, content_of(beside)) if beside.stat().st_size else _empty(beside)
        except BadInput as error:
            document = Document(beside.name, "py", "", (Cell(None, "", None, str(error)),))
        size += sum(len(cell.source) for cell in document.cells)
        check_amount(path, size)
        found[name] = document
        package = name if beside.name == "__init__.py" else name.rpartition(".")[0]
        waiting += [further for cell in document.cells for further in imported(cell, package)]
    return found


def _empty(beside: Path) -> Document:
    """Return the document of a file that only makes a folder a package."""
    return Document(beside.name, "py", "", ())


def _file_of(name: str, folder: Path) -> Path | None:
    """Return the file of a module beside the submission, a.b in the folder a; None where there is none."""
    if not all(part.isidentifier() for part in name.split(".")):
        return None
    place = folder.joinpath(*name.split("."))
    for beside in (place.with_name(f"{place.name}.py"), place / "__init__.py"):
        if _inside(beside, folder):
            return beside
    return None


def _inside(beside: Path, folder: Path) -> bool:
    try:
        return beside.is_file() and beside.resolve().is_relative_to(folder)
    except (OSError, RuntimeError, ValueError):
        return False


def imported(cell: Cell, package: str = "") -> list[str]:
    """Return the modules that a cell imports, anywhere in it: a.b of `import a.b` and `from a.b import c`, and a.b.c.

    Those of `from . import x` too; `package` is the one in which the cell stands.
    """
    names = []
    for node in cell.nodes:
        if isinstance(node, ast.Import):
            names += [part for alias in node.names for part in _above(alias.name)]
        elif isinstance(node, ast.ImportFrom) and node.level <= 1:
            start = ".".join(filter(None, (package if node.level else "", node.module)))
            names += _above(start) if start else []
            names += [f"{start}.{alias.name}" if start else alias.name for alias in node.names if alias.name != "*"]
    return list(dict.fromkeys(names))


def _above(name: str) -> list[str]:
    """Return a module and the packages that it stands in.

    >>> _above("common.layers")
    ['common', 'common.layers']
    """
    parts = name.split(".")
    return [".".join(parts[: number + 1]) for number in range(len(parts))]
