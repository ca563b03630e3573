"""Reading a submission: a .py or .ipynb becomes cells of code that are parsed one by one; nothing of it is run."""

from __future__ import annotations

import ast
import difflib
import hashlib
import io
import json
import os
import stat
import tokenize
import warnings
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from verify.errors import BadInput
from verify.submissions.parsing.document import Cell, Document
from verify.submissions.parsing.magics import blank_magics

LARGEST_FILE: Final = 64 * 2**20
MOST_CELLS: Final = 20_000
MOST_CODE: Final = 4 * 2**20  # characters, in all cells
DEEPEST: Final = 100  # expressions inside expressions; what walks a tree later may recurse
_SUFFIXES: Final = (".py", ".ipynb")
_MOST_NEIGHBOURS: Final = 100
_EXPECTED: Final = "expected a Python file (.py) or a Jupyter notebook (.ipynb)"
_LISTED: Final = 1000  # names of a folder that are looked at for a suggestion


def read(path: Path) -> Document:
    """Return the submission in a .py or .ipynb, with the local modules beside it that it imports.

    A cell that is not Python is kept, with its problem and no tree. Nothing is run and no warning gets out.
    `neighbours` holds those of the neighbours too; theirs are empty.

    Raises BadInput for what can't be read at all: no such file, a folder, another kind of file, too large,
    not text, not a notebook, a notebook in another language, no code in it.
    """
    path = Path(path)
    content = _bytes_of(path)
    with warnings.catch_warnings(action="ignore"):
        document = _document(path, content)
        return Document(
            document.name, document.kind, document.sha256, document.cells, _neighbours(path, document.cells)
        )


def _document(path: Path, content: bytes) -> Document:
    if not content.strip():
        raise BadInput(f"{path}: is empty; {_EXPECTED} with code in it")
    kind = path.suffix.lower()[1:]
    sources = [(None, _python_text(path, content))] if kind == "py" else _code_cells(path, content)
    _check_amount(path, sum(len(source) for _, source in sources))
    cells = tuple(_cell(number, source) for number, source in sources)
    return Document(path.name, kind, hashlib.sha256(content).hexdigest(), cells)


def _check_amount(path: Path, size: int) -> None:
    if size > MOST_CODE:
        raise BadInput(
            f"{path}: holds {size / 2**20:.1f} MiB of code; at most {MOST_CODE / 2**20:.0f} MiB are read. "
            "Data that stands in the code belongs into a file of its own"
        )


# --- the file -----------------------------------------------------------------------------------------------------


def _bytes_of(path: Path) -> bytes:
    try:
        found = path.stat()
    except FileNotFoundError:
        raise BadInput(f"{path}: there is no such file; {_EXPECTED}{_near(path)}") from None
    except (OSError, ValueError) as error:  # a loop of links, a name with a null in it, no permission
        reason = getattr(error, "strerror", None) or error
        raise BadInput(f"{path}: can't be read ({reason}); {_EXPECTED}") from error
    if stat.S_ISDIR(found.st_mode):
        raise BadInput(f"{path}: is a folder; expected one file of it{_near(path / 'x.py')}")
    if not stat.S_ISREG(found.st_mode):
        raise BadInput(f"{path}: is a device or a pipe; {_EXPECTED}")
    if path.suffix.lower() not in _SUFFIXES:
        kind = f"a file of the kind {path.suffix}" if path.suffix else "a file without a suffix"
        raise BadInput(f"{path}: is {kind}; {_EXPECTED}{_near(path)}")
    if found.st_size > LARGEST_FILE:
        raise BadInput(
            f"{path}: has {found.st_size / 2**20:.0f} MiB; at most {LARGEST_FILE / 2**20:.0f} MiB are read. "
            "If it is a notebook, clear its outputs"
        )
    try:
        with path.open("rb") as file:
            return file.read(LARGEST_FILE)
    except OSError as error:
        raise BadInput(f"{path}: can't be read ({error.strerror or error})") from error


def _near(path: Path) -> str:
    """Return what else could have been meant: files of the right kind in the folder, the likeliest first."""
    try:
        listed = [name for name, _ in zip(sorted(os.listdir(path.parent)), range(_LISTED), strict=False)]
    except (OSError, ValueError):
        return ""
    right = {name.lower(): name for name in listed if name.lower().endswith(_SUFFIXES)}
    like = difflib.get_close_matches(path.name.lower(), right, n=3, cutoff=0.6) or list(right)[:3]
    return f". Near it: {', '.join(right[name] for name in like)}" if like else ""


def _python_text(path: Path, content: bytes) -> str:
    _check_amount(path, len(content))  # before anything is decoded
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(content).readline)
        text = content.decode(encoding)
    except (SyntaxError, LookupError) as error:  # not UTF-8 and nothing declared, or an unknown encoding
        raise BadInput(
            f"{path}: is not text in UTF-8 ({error}); save it as UTF-8, or declare its encoding in the first line"
        ) from error
    except ValueError as error:
        raise BadInput(f"{path}: is not text in {encoding}, as it declares; save it as UTF-8") from error
    if not text.strip():
        raise BadInput(f"{path}: is empty; {_EXPECTED} with code in it")
    return text


# --- notebooks ----------------------------------------------------------------------------------------------------


def _code_cells(path: Path, content: bytes) -> list[tuple[int | None, str]]:
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


def _notebook(path: Path, content: bytes) -> Mapping[str, Any]:
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
        raise BadInput(f"{path}: is a notebook of format {str(version)[:20]}; formats 3 and 4 are read. Save it anew")
    if not isinstance(found.get("cells"), list) and not isinstance(found.get("worksheets"), list):
        raise BadInput(f"{path}: is JSON, but no notebook: it has no list of cells; save or download it again")
    return found


def _cells(notebook: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Return all cells that are there, of format 4 or 3; one that is no cell counts as an empty one."""
    lists = [notebook.get("cells")]
    worksheets = notebook.get("worksheets")
    if isinstance(worksheets, list):
        lists += [sheet.get("cells") for sheet in worksheets if isinstance(sheet, dict)]
    for cells in lists:
        for cell in cells if isinstance(cells, list) else ():
            yield cell if isinstance(cell, dict) else {}


def _source(cell: Mapping[str, Any]) -> str:
    source = cell.get("source", cell.get("input", ""))  # `input` in format 3
    if isinstance(source, list):
        lines = [line for line in source if isinstance(line, str)]
        ended = not lines or lines[0].endswith(("\n", "\r")) or len(lines) == 1
        source = ("" if ended else "\n").join(lines)  # some writers of format 3 left the line ends out
    return source if isinstance(source, str) else ""


def _language(notebook: Mapping[str, Any]) -> str:
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


# --- parsing ------------------------------------------------------------------------------------------------------


def _cell(number: int | None, text: str) -> Cell:
    text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")  # half a character is none
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    source = blank_magics(text, in_notebook=number is not None)
    tree, problem = _parsed(source)
    return Cell(number, source, tree, problem)


def _parsed(source: str) -> tuple[ast.Module | None, str | None]:
    try:
        tree = ast.parse(source)
    except SyntaxError as error:
        return None, f"line {error.lineno or 1} is not Python: {error.msg}"
    except (RecursionError, MemoryError):
        return None, "it is nested too deep to be parsed"
    except ValueError:
        return None, "it holds a null byte, so it is not Python"
    level: list[ast.AST] = [tree]
    for _ in range(DEEPEST):
        level = [child for node in level for child in ast.iter_child_nodes(node)]
        if not level:
            return tree, None
    return None, f"it is nested more than {DEEPEST} deep"


# --- the modules beside it ----------------------------------------------------------------------------------------


def _neighbours(path: Path, cells: tuple[Cell, ...]) -> dict[str, Document]:
    """Return the modules beside the file that it imports, and those that they import, by name."""
    try:
        folder = path.resolve().parent
    except (OSError, RuntimeError):
        return {}
    found: dict[str, Document] = {}
    waiting = [name for cell in cells for name in imported(cell.tree)]
    size = sum(len(cell.source) for cell in cells)
    while waiting and len(found) < _MOST_NEIGHBOURS:
        name = waiting.pop(0)
        beside = folder / f"{name}.py"
        if name in found or not _inside(beside, folder) or beside == path.resolve():
            continue
        try:
            document = _document(beside, _bytes_of(beside))
        except BadInput as error:
            document = Document(beside.name, "py", "", (Cell(None, "", None, str(error)),))
        size += sum(len(cell.source) for cell in document.cells)
        _check_amount(path, size)
        found[name] = document
        waiting += [further for cell in document.cells for further in imported(cell.tree)]
    return found


def _inside(beside: Path, folder: Path) -> bool:
    try:
        return beside.is_file() and beside.resolve().parent == folder
    except (OSError, RuntimeError, ValueError):
        return False


def imported(tree: ast.Module | None) -> list[str]:
    """Return the top names of the modules that code imports, anywhere in it; those of `from . import x` too."""
    names = []
    for node in ast.walk(tree) if tree is not None else ():
        if isinstance(node, ast.Import):
            names += [alias.name.split(".")[0] for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.level <= 1:
            names += [node.module.split(".")[0]] if node.module else [alias.name for alias in node.names]
    return list(dict.fromkeys(names))
