"""A notebook becomes the sources of its code cells, each with its number."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from verify.errors import BadInput

MOST_CELLS: Final = 20_000


def code_cells(path: Path, content: bytes) -> list[tuple[int | None, str]]:
    """Return the number and the source of every code cell; numbers count all cells."""
    notebook = _notebook(path, content)
    language = _language(notebook)
    if language and "python" not in language.lower():
        raise BadInput(f"{path}: is a notebook in {language[:40]}; expected one in Python")
    cells = list(_cells(notebook))
    if len(cells) > MOST_CELLS:
        raise BadInput(f"{path}: has {len(cells)} cells; at most {MOST_CELLS} are read")
    found: list[tuple[int | None, str]] = [
        (number, _source(cell)) for number, cell in enumerate(cells, start=1) if cell.get("cell_type") == "code"
    ]
    if not any(source.strip() for _, source in found):
        raise BadInput(f"{path}: is a notebook of {len(cells)} cells with no code in any; expected code cells")
    return found


def _notebook(path: Path, content: bytes) -> Mapping[str, object]:
    import nbformat.reader  # slow to load

    reader: Any = nbformat.reader  # without types
    try:
        found = reader.parse_json(content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise BadInput(f"{path}: is not text in UTF-8 (byte {error.start}); save the notebook again") from error
    except (RecursionError, MemoryError) as error:
        raise BadInput(f"{path}: is nested too deep to be a notebook") from error
    except ValueError as error:
        broken = error.__cause__
        where = f" (line {broken.lineno}: {broken.msg})" if isinstance(broken, json.JSONDecodeError) else ""
        raise BadInput(f"{path}: is not JSON{where}, so it is no notebook; save or download it again") from error
    if not isinstance(found, dict):
        raise BadInput(f"{path}: is JSON, but no notebook: it holds a {type(found).__name__}; expected cells")
    version = reader.get_version(found)[0]
    if "nbformat" in found and version not in (3, 4):
        raise BadInput(
            f"{path}: is a notebook of format {str(version)[:20]}; formats 3 and 4 are read. "
            "Save it again in one of them"
        )
    if not isinstance(found.get("cells"), list) and not isinstance(found.get("worksheets"), list):
        raise BadInput(f"{path}: is JSON, but no notebook: it has no list of cells; save or download it again")
    return found


def _cells(notebook: Mapping[str, object]) -> Iterator[Mapping[str, object]]:
    """Return all cells that are there, of format 4 or 3; one that is no cell counts as an empty one."""
    lists = [notebook.get("cells")]
    worksheets = notebook.get("worksheets")
    if isinstance(worksheets, list):
        lists += [sheet.get("cells") for sheet in worksheets if isinstance(sheet, dict)]
    for cells in lists:
        for cell in cells if isinstance(cells, list) else ():
            yield cell if isinstance(cell, dict) else {}


def _source(cell: Mapping[str, object]) -> str:
    source = cell.get("source", cell.get("input", ""))  # `input` in format 3
    if isinstance(source, list):
        lines = [line for line in source if isinstance(line, str)]
        ended = not lines or lines[0].endswith(("\n", "\r")) or len(lines) == 1
        source = ("" if ended else "\n").join(lines)  # some writers of format 3 left the line ends out
    return source if isinstance(source, str) else ""


def _language(notebook: Mapping[str, object]) -> str:
    """Return the language that a notebook says it is in, or nothing."""
    metadata = notebook.get("metadata")
    for part, key in (("language_info", "name"), ("kernelspec", "language"), ("kernelspec", "name")):
        said = metadata.get(part) if isinstance(metadata, dict) else None
        name = said.get(key) if isinstance(said, dict) else None
        if isinstance(name, str) and name.strip() and (key, part) != ("name", "kernelspec"):
            return name
        if name in ("ir", "xeus-cling", "iruby", "scala", "bash", "octave", "matlab", "sos"):
            return "R" if name == "ir" else str(name)
    return ""
