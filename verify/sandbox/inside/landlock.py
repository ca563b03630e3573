"""Landlock: from now on this process reads only what is named, writes only in its folder, and has no TCP."""

from __future__ import annotations

import ctypes
import os
import stat
import struct
from collections.abc import Sequence
from typing import Final

_CREATE, _ADD, _RESTRICT = 444, 445, 446  # the same numbers on x86_64 and aarch64
_VERSION_FLAG: Final = 1
_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR = 1, 2, 4, 8
_SPECIAL: Final = 1 << 6 | 1 << 9 | 1 << 10 | 1 << 11  # to make devices, sockets and pipes
_TRUNCATE, _IOCTL_DEVICE = 1 << 14, 1 << 15
_ON_FILES: Final = _EXECUTE | _WRITE_FILE | _READ_FILE | _TRUNCATE | _IOCTL_DEVICE
_READ: Final = _EXECUTE | _READ_FILE | _READ_DIR


def version() -> int:
    """Return which Landlock this kernel has, from 1 on. Raises OSError where it has none, or has it switched off."""
    return _call(_CREATE, None, ctypes.c_size_t(0), _VERSION_FLAG)


def restrict(readable: Sequence[str], writable: Sequence[str]) -> None:
    """Close everything to this process but these files and folders, for good. Needs no_new_privs.

    Raises OSError where Landlock is not there. What does not exist is passed over.
    """
    has = version()
    every = (1 << 13) - 1
    every |= sum(bit for bit, since in ((1 << 13, 2), (_TRUNCATE, 3), (_IOCTL_DEVICE, 5)) if has >= since)
    attributes = struct.pack("=QQQ", every, 3 if has >= 4 else 0, 3 if has >= 6 else 0)  # TCP; sockets and signals
    ruleset = _call(_CREATE, attributes, ctypes.c_size_t(8 if has < 4 else 16 if has < 6 else 24), 0)
    try:
        for path in readable:
            _allow(ruleset, path, _READ)
        for path in writable:
            _allow(ruleset, path, every & ~_SPECIAL & ~_EXECUTE)
        _call(_RESTRICT, ruleset, 0)
    finally:
        os.close(ruleset)


def _allow(ruleset: int, path: str, access: int) -> None:
    try:
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except FileNotFoundError:
        return
    try:
        if not stat.S_ISDIR(os.fstat(place).st_mode):
            access &= _ON_FILES
        _call(_ADD, ruleset, 1, struct.pack("=Qi", access, place), 0)
    finally:
        os.close(place)


def _call(number: int, *arguments: object) -> int:
    libc = ctypes.CDLL(None, use_errno=True)
    libc.syscall.restype = ctypes.c_long
    result = int(libc.syscall(number, *arguments))
    if result < 0:
        raise OSError(ctypes.get_errno(), f"Landlock: {os.strerror(ctypes.get_errno())}")
    return result
