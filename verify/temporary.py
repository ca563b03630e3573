"""Temporary folders that nothing leaves behind: their names are known before they are made, and signals wait."""

from __future__ import annotations

import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from verify.errors import CouldNotJudge
from verify.interrupts import deferred


def new_folder(prefix: str) -> str:
    """Make a folder for this user alone and return its path. Raises CouldNotJudge where none can be made.

    Call it where signals are deferred, and remember the path there.
    """
    try:
        folder = Path(tempfile.gettempdir(), f"{prefix}{secrets.token_hex(8)}")
        folder.mkdir(0o700)
    except OSError as error:
        raise _no_folder(error) from error
    return str(folder)


@contextmanager
def temporary_folder(prefix: str) -> Iterator[str]:
    """Give a folder that is removed afterwards, with all in it. Raises CouldNotJudge where none can be made."""
    folder = None
    try:
        with deferred():
            folder = new_folder(prefix)
        yield folder
    finally:
        with deferred():
            if folder is not None:
                shutil.rmtree(folder, ignore_errors=True)


def nameless_file() -> BinaryIO:
    """Return an empty file that has no name. Raises CouldNotJudge where none can be made."""
    try:
        return tempfile.TemporaryFile()
    except OSError as error:
        raise _no_folder(error) from error


def _no_folder(error: OSError) -> CouldNotJudge:
    said = error.strerror or str(error)
    return CouldNotJudge(f"nothing can be written into a temporary folder ({said}); give another one by TMPDIR")
