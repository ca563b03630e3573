"""What a process in the cage takes from itself before it runs somebody's code; the same steps try a level out.

Loads no NumPy, so that trying costs only the start of Python.
"""

from __future__ import annotations

import ctypes
import json
import os
import resource
import signal
from dataclasses import dataclass
from typing import Any, Final

from verify.sandbox.inside import landlock, seccomp

NOBODY: Final = 65534
_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE, _PR_SET_CHILD_SUBREAPER, _PR_SET_NO_NEW_PRIVS = 1, 4, 36, 38
_CAPABILITIES: Final = 0x20080522  # the version of the header of capset
_LARGEST_FILE: Final = 16 << 20
_OPEN_FILES: Final = 64
_DEVICES_CLOSED: Final = ("bubblewrap", "landlock")  # levels in which /dev/zero cannot be opened for writing


@dataclass(frozen=True)
class Setup:
    """What the judge tells a cage: the level, the limits, what Python needs to read, the one writable folder."""

    level: str
    driver: str
    seconds: float
    memory: int
    processes: int
    readable: tuple[str, ...]
    folder: str

    @classmethod
    def from_json(cls, text: str) -> Setup:
        """Return the setup that was written as JSON."""
        fields: dict[str, Any] = json.loads(text)
        return cls(**{**fields, "readable": tuple(fields["readable"])})


def confine(setup: Setup) -> str:
    """Take from this process what the level takes, for good; return why seccomp is not on, or "".

    Raises OSError where the level cannot be had; seccomp is no level, it is put on wherever it can be.
    """
    _limit(setup)
    if setup.level == "user":
        os.setgroups([])
        os.setresgid(NOBODY, NOBODY, NOBODY)
        os.setresuid(NOBODY, NOBODY, NOBODY)
    _drop_capabilities()
    _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)  # after the change of user, which takes it back
    _prctl(_PR_SET_NO_NEW_PRIVS, 1)
    _prctl(_PR_SET_DUMPABLE, 0)
    if setup.level == "landlock":
        landlock.restrict(setup.readable, (setup.folder, "/dev/null"))
    try:
        seccomp.install()
    except OSError as error:  # then memory that is shared is not counted otherwise
        _at_most(resource.RLIMIT_AS, setup.memory << 20)
        return str(error.strerror)
    return ""


def adopt_orphans() -> None:
    """Become the parent of whatever a child leaves behind."""
    _prctl(_PR_SET_CHILD_SUBREAPER, 1)


def probe(setup: Setup, canary: str) -> None:
    """Print, as JSON, why seccomp is off, whether a file outside opens, and what of Python does not."""
    found = {"seccomp": confine(setup), "open": _readable(canary), "closed": ""}
    found["closed"] = next((path for path in setup.readable if not _readable(path)), "")
    print(json.dumps(found))


def _readable(path: str) -> bool:
    try:
        os.close(os.open(path, os.O_RDONLY))
    except OSError:
        return False
    return True


def _limit(setup: Setup) -> None:
    """Bound what this process may take. Memory is what it can write to, not the addresses that it reserves.

    What it could share, and so write to uncounted, is refused by seccomp, and /dev/zero cannot be opened for writing;
    where it can, addresses are bounded too.
    """
    _at_most(resource.RLIMIT_DATA, setup.memory << 20)
    if setup.level not in _DEVICES_CLOSED:
        _at_most(resource.RLIMIT_AS, setup.memory << 20)
    _at_most(resource.RLIMIT_CPU, int(setup.seconds) + 2)
    _at_most(resource.RLIMIT_FSIZE, _LARGEST_FILE)
    _at_most(resource.RLIMIT_NOFILE, _OPEN_FILES)
    _at_most(resource.RLIMIT_NPROC, setup.processes)
    _at_most(resource.RLIMIT_CORE, 0)


def _at_most(what: int, most: int) -> None:
    hard = resource.getrlimit(what)[1]
    limit = most if hard == resource.RLIM_INFINITY else min(most, hard)
    resource.setrlimit(what, (limit, limit))


def _drop_capabilities() -> None:
    header = (ctypes.c_uint32 * 2)(_CAPABILITIES, 0)
    nothing = (ctypes.c_uint32 * 6)()
    _checked(_libc().capset(header, nothing), "capset")


def _prctl(option: int, value: int) -> None:
    _checked(_libc().prctl(option, ctypes.c_ulong(value), 0, 0, 0), "prctl")


def _checked(result: int, what: str) -> None:
    if result != 0:
        raise OSError(ctypes.get_errno(), f"{what}: {os.strerror(ctypes.get_errno())}")


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)
