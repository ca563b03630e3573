"""Files are written whole or not at all."""

from __future__ import annotations

import functools
import os
import secrets
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Concatenate, Final, ParamSpec, TypeVar

from verify.errors import BadInput
from verify.interrupts import deferred

_LONGEST_NAME: Final = 100  # characters of a path that a message shows where the path itself is the trouble
UNFINISHED: Final = ".verify-"  # how the names of files and folders begin that are not yet in their place


P = ParamSpec("P")
T = TypeVar("T")


def about_a_path(question: Callable[Concatenate[Path, P], T]) -> Callable[Concatenate[Path, P], T]:
    """Return the question about a path; what the system can't answer, as for a name too long, is BadInput."""

    @functools.wraps(question)
    def asked(path: Path, /, *given: P.args, **named: P.kwargs) -> T:
        try:
            return question(path, *given, **named)
        except OSError as error:
            name = str(path) if len(str(path)) <= _LONGEST_NAME else f"{str(path)[:_LONGEST_NAME]}..."
            raise BadInput(f"{name}: can't be used ({error.strerror or error}); give another path") from error

    return asked


@about_a_path
def check_writable(path: Path) -> None:
    """Raise BadInput, saying why, where a file can't be written at this path."""
    if path.is_dir():
        raise BadInput(f"{path}: is a folder; expected the name of a file to write")
    if path.exists() and not path.is_file():
        raise BadInput(f"{path}: is a device or a pipe; expected the name of a file, or - for standard output")
    if not path.parent.is_dir():
        raise BadInput(f"{path}: there is no folder {path.parent}; make it first, or write elsewhere")
    if not os.access(path.parent, os.W_OK):
        raise BadInput(f"{path}: the folder {path.parent} can't be written to; write elsewhere")


@about_a_path
def check_folder(path: Path) -> None:
    """Raise BadInput, saying why, where files can't be written into this folder; it may still have to be made."""
    if path.exists() and not path.is_dir():
        raise BadInput(f"{path}: is a file; expected a folder to write into")
    if not path.exists():
        check_writable(path)
    elif not os.access(path, os.W_OK):
        raise BadInput(f"{path}: the folder can't be written to; write elsewhere")


@about_a_path
def read_text(path: Path, expected: str) -> str:
    """Return what stands in a text file. Raises BadInput, with what was expected, where it can't be read."""
    if not path.exists():
        raise BadInput(f"{path}: there is no such file; expected {expected}")
    if not path.is_file():
        raise BadInput(f"{path}: is no file; expected {expected}")
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise BadInput(f"{path}: is no text; expected {expected}") from error
    except OSError as error:
        raise BadInput(f"{path}: can't be read ({error.strerror or error})") from error


@contextmanager
def made(folder: Path) -> Iterator[None]:
    """Make the folder and those above it that are missing; where the work fails, those that are empty go again."""
    missing = [one for one in (folder, *folder.parents) if not one.exists()]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        yield
    except BaseException:
        for one in missing:
            with suppress(OSError, ValueError):  # it holds something, or was never made
                one.rmdir()
        raise


def unfinished(folder: Path) -> Path:
    """Return a name in this folder that nothing has. It is known before anything is made, so nothing gets lost."""
    return folder / f"{UNFINISHED}{secrets.token_hex(8)}"


def write_whole(path: Path, content: str | bytes) -> None:
    """Write the text (in UTF-8) or the bytes beside the path, and move it there in one step.

    An older file stays until then, its permissions stay after it, and a signal waits until the end. Raises BadInput
    where the disk is full or the folder can't be written.
    """
    check_writable(path)
    path = path.resolve()  # through a link, to the file that it stands for
    data = content.encode() if isinstance(content, str) else content
    temporary = unfinished(path.parent)
    with deferred():
        try:
            write_through(temporary, data, path)
            temporary.replace(path)
        except OSError as error:
            raise BadInput(f"{path}: can't be written ({error.strerror or error}); nothing was changed") from error
        finally:
            with suppress(OSError):
                temporary.unlink(missing_ok=True)


def write_through(path: Path, data: bytes, older: Path) -> None:
    """Write a file that is new, and wait until it is on the disk.

    Who may read it is as for the older file that it replaces, at no moment more; where there is none, as the system
    gives it to new files (umask).
    """
    mode = mode_of(older)
    with open(path, "xb", opener=lambda name, flags: os.open(name, flags, 0o666 if mode is None else 0o600)) as file:
        file.write(data)
        if mode is not None:
            path.chmod(mode)
        file.flush()
        os.fsync(file.fileno())


def mode_of(path: Path) -> int | None:
    """Return the permissions of a file or a folder, or None where there is none."""
    try:
        return stat.S_IMODE(path.stat().st_mode)
    except FileNotFoundError:
        return None
