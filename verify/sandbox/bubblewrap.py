"""The command that starts something in bubblewrap: new namespaces, and a file system of just what Python needs."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Final

FOLDER: Final = "/tmp"  # inside: empty, in memory, the only place to write
_DEVICES: Final = ("/dev/null", "/dev/urandom", "/dev/random")  # not zero: what is mapped from it is not counted


def command(program: str, readable: Sequence[str], folder_size: int) -> list[str]:
    """Return the words to put before a command; `folder_size` is in MiB, `readable` is bound where it stands.

    There is no /proc: nothing in it is needed, and it tells about the machine.
    """
    words = [program, "--unshare-all", "--unshare-user", "--die-with-parent", "--new-session", "--as-pid-1"]
    words += ["--uid", "65534", "--gid", "65534", "--hostname", "cage"]
    words += ["--size", str(folder_size << 20), "--tmpfs", FOLDER]
    for path in readable:
        if os.path.islink(path):
            words += ["--symlink", os.readlink(path), path]
        elif os.path.exists(path):
            words += ["--ro-bind", path, path]
    for path in _DEVICES:
        words += ["--dev-bind", path, path]
    return [*words, "--remount-ro", "/", "--chdir", FOLDER, "--"]
