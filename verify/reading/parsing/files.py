"""The file that was handed in: its bytes, and its text; what can't be read is said with what was expected."""

from __future__ import annotations

import difflib
import io
import os
import stat
import tokenize
from pathlib import Path
from typing import Final

from verify.errors import BadInput

LARGEST_FILE: Final = 64 * 2**20
MOST_CODE: Final = 4 * 2**20  # characters, in all cells
EXPECTED: Final = "expected a Python file (.py) or a Jupyter notebook (.ipynb)"
_SUFFIXES: Final = (".py", ".ipynb")
_LISTED: Final = 1000  # names of a folder that are looked at for a suggestion


def content_of(path: Path) -> bytes:
    """Return the bytes of a .py or .ipynb. Raises BadInput where it is none, or is too large."""
    try:
        found = path.stat()
    except FileNotFoundError:
        raise BadInput(f"{path}: there is no such file; {EXPECTED}{_near(path)}") from None
    except (OSError, ValueError) as error:  # a loop of links, a name with a null in it, no permission
        reason = getattr(error, "strerror", None) or error
        raise BadInput(f"{path}: can't be read ({reason}); {EXPECTED}") from error
    if stat.S_ISDIR(found.st_mode):
        raise BadInput(f"{path}: is a folder; expected one file of it{_near(path / 'x.py')}")
    if not stat.S_ISREG(found.st_mode):
        raise BadInput(f"{path}: is a device or a pipe; {EXPECTED}")
    if path.suffix.lower() not in _SUFFIXES:
        kind = f"a file of the kind {path.suffix}" if path.suffix else "a file without a suffix"
        raise BadInput(f"{path}: is {kind}; {EXPECTED}{_near(path)}")
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


def python_text(path: Path, content: bytes) -> str:
    """Return the text of a .py, in the encoding that it declares. Raises BadInput where there is none."""
    check_amount(path, len(content))  # before anything is decoded
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
        raise BadInput(f"{path}: is empty; {EXPECTED} with code in it")
    return text


def check_amount(path: Path, size: int) -> None:
    """Raise BadInput for more code than is read."""
    if size > MOST_CODE:
        raise BadInput(
            f"{path}: holds {size / 2**20:.1f} MiB of code; at most {MOST_CODE / 2**20:.0f} MiB are read. "
            "Data that stands in the code belongs into a file of its own"
        )
