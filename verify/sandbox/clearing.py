"""Removing a folder that somebody else's code has filled, however deep it is and whatever its modes are."""

from __future__ import annotations

import os
from contextlib import suppress


def clear(folder: str) -> None:
    """Remove the folder and all in it, following no link; what cannot be removed stays, and nothing is raised.

    Folders inside are moved up to the top before they are emptied, so that no depth is too deep. Nobody may be
    writing there any more.
    """
    with suppress(OSError):
        top = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        try:
            _empty(top)
        finally:
            os.close(top)
        os.rmdir(folder)


def _empty(top: int) -> None:
    moved = 0
    waiting = _files_removed(top)
    while waiting:
        name = waiting.pop()
        os.chmod(name, 0o700, dir_fd=top)
        inner = os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=top)
        try:
            for below in _files_removed(inner):
                moved += 1
                os.chmod(below, 0o700, dir_fd=inner)
                os.rename(below, f"\n{moved}", src_dir_fd=inner, dst_dir_fd=top)
                waiting.append(f"\n{moved}")
        finally:
            os.close(inner)
        os.rmdir(name, dir_fd=top)


def _files_removed(folder: int) -> list[str]:
    """Remove all that is no folder from this one; return the names of the folders in it."""
    folders = []
    with os.scandir(folder) as entries:
        names = [(entry.name, entry.is_dir(follow_symlinks=False)) for entry in entries]
    for name, is_folder in names:
        if is_folder:
            folders.append(name)
        else:
            os.unlink(name, dir_fd=folder)
    return folders
