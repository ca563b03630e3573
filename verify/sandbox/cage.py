"""What this machine offers to run somebody's code apart: a ladder of cages, each one really tried."""

from __future__ import annotations

import functools
import json
import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from verify.errors import BadInput
from verify.evidence.submission import Offer
from verify.sandbox import bubblewrap
from verify.sandbox.inside.confine import NOBODY, Setup
from verify.temporary import temporary_folder

LEVELS: Final = ("bubblewrap", "landlock", "user", "rlimits")  # strongest first
_PATIENCE: Final = 20.0  # seconds for the trial of a level
_LEAST_MEMORY: Final = 256  # MiB: NumPy alone takes so much of it

_BOUNDS: Final = "bounded memory, processor time, size of a file, open files, printed text and wall clock"
_KERNEL: Final = "faults of the kernel"
_PROMISES: Final[Mapping[str, tuple[str, ...]]] = {
    "bubblewrap": (
        "no network",
        "no file but Python's own, which cannot be changed, and an empty folder in memory of bounded size",
        "no other process is visible, and all processes end with the cage",
        _BOUNDS,
    ),
    "landlock": (
        "no network",
        "no file is read but Python's own and those of one temporary folder, and nothing is written outside of it",
        "no signal to other processes",
        _BOUNDS,
    ),
    "user": ("reads and writes only files that the user nobody may read and write", _BOUNDS),
    "rlimits": (_BOUNDS,),
}
_LEAVES: Final[Mapping[str, tuple[str, ...]]] = {
    "bubblewrap": (_KERNEL,),
    "landlock": (
        _KERNEL,
        "the names of files can be found out",
        "the total size of the temporary folder is not bounded",
    ),
    "user": (
        _KERNEL,
        "every file that everybody may read",
        "folders that everybody may write to",
        "submissions share one user",
    ),
    "rlimits": (_KERNEL, "every file that you may read or write"),
}
_WITH_FILTER: Final = "no new process or program, no socket, no signal to others (seccomp)"
_WITHOUT_FILTER: Final[Mapping[str, str]] = {
    "bubblewrap": "new processes inside, and the kernel's rarer calls (there is no seccomp filter: {})",
    "landlock": "new processes, sockets and the modes of files (there is no seccomp filter: {})",
    "user": "new processes and programs, and the network (there is no seccomp filter: {})",
    "rlimits": "new processes and programs, signals, and the network (there is no seccomp filter: {})",
}

# `python -P -S`: neither the current folder nor what an environment has set up is on the path, only what is given here.
_START: Final = """import sys
sys.path += sys.argv[2:]
from verify.sandbox.inside import zygote
zygote.main(sys.argv[1])
"""
_TRY: Final = """import sys
sys.path += sys.argv[3:]
from verify.sandbox.inside import confine
confine.probe(confine.Setup.from_json(sys.argv[1]), sys.argv[2])
"""


@dataclass(frozen=True)
class Limits:
    """What one submission may take; processor time in seconds, memory and folder in MiB, output and answer in bytes.

    `seconds` is what all its workers use, summed; they may sleep or wait some times as long. `memory` is what a process
    can write to. `processes` counts threads.
    """

    seconds: float = 20.0
    memory: int = 2048
    output: int = 1 << 20
    answer: int = 64 << 20
    folder: int = 64
    processes: int = 64

    def __post_init__(self) -> None:
        """Raise BadInput where nothing could run within these limits."""
        if not 0 < self.seconds < float("inf"):
            raise BadInput(f"time limit {self.seconds} s: expected a number of seconds above 0, like 20")
        if self.memory < _LEAST_MEMORY:
            raise BadInput(f"memory limit {self.memory} MiB: NumPy needs {_LEAST_MEMORY}; expected more, like 2048")


@functools.cache
def offer(level: str) -> Offer:
    """Return what this machine offers on this level; tried once, in some tenths of a second."""
    why, no_filter = _tried(level)
    promises, leaves = _PROMISES[level], _LEAVES[level]
    if no_filter:
        leaves = (*leaves, _WITHOUT_FILTER[level].format(no_filter))
    else:
        promises = (*promises, _WITH_FILTER)
    return Offer(level, not why, why, promises, leaves)


def offers() -> tuple[Offer, ...]:
    """Return what this machine offers, the strongest level first."""
    return tuple(offer(level) for level in LEVELS)


def strongest() -> str:
    """Return the strongest level that this machine offers. Raises BadInput where there is none."""
    return require(None)


def require(level: str | None) -> str:
    """Return the level to use: the strongest that is available, at least as strong as `level`.

    Raises BadInput where there is none, with what is offered instead and what to do.
    """
    if level is not None and level not in LEVELS:
        raise BadInput(f"cage {level!r}: there is no such level; expected one of {', '.join(LEVELS)}")
    for one in LEVELS[: len(LEVELS) if level is None else LEVELS.index(level) + 1]:
        if offer(one).available:
            return one
    said = "; ".join(f"{one.level}: {one.why or 'available'}" for one in offers())
    if level is None:
        raise BadInput(f"no cage is available on this machine ({said}). Install what is missing")
    raise BadInput(
        f"neither the cage {level!r} nor a stronger one is available on this machine ({said}). "
        "Install what is missing, or ask for a lower level"
    )


def setup(level: str, limits: Limits, folder: str, driver: str, driver_path: str | None = None) -> Setup:
    """Return what the cage is told; `folder` is where it may write, `driver_path` a file that it may read too."""
    user = NOBODY if level == "user" else os.getuid()
    readable = _readable() if driver_path is None else (*_readable(), driver_path)
    return Setup(level, driver, limits.seconds, limits.memory, _tasks_of(user) + limits.processes, readable, folder)


def command(given: Setup, limits: Limits, driver_path: str | None = None) -> list[str]:
    """Return the command that starts a cage; it speaks with the judge through its standard input."""
    extra = [] if driver_path is None else [str(Path(driver_path).parent)]
    return [*_around(given, limits), *_python(), "-c", _START, json.dumps(asdict(given)), *_import_path(), *extra]


def environment(folder: str) -> dict[str, str]:
    """Return the environment in a cage: nothing of the judge's."""
    threads = dict.fromkeys(
        ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS", "BLIS_NUM_THREADS"), "1"
    )
    plain = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "HOME": folder, "TMPDIR": folder, "MPLBACKEND": "Agg"}
    return {**plain, **threads, "PYTHONHASHSEED": "0", "PYTHONDONTWRITEBYTECODE": "1", "PYTHONUTF8": "1"}


def _around(given: Setup, limits: Limits) -> list[str]:
    if given.level != "bubblewrap":
        return []
    return bubblewrap.command(shutil.which("bwrap") or "bwrap", given.readable, limits.folder)


def _python() -> list[str]:
    return [os.path.realpath(sys.executable), "-P", "-S", "-s", "-B"]


def _import_path() -> list[str]:
    """Return where packages lie that the judge can import: the site folders, and the folder above verify."""
    sites = [path for path in sys.path if Path(path).name in ("site-packages", "dist-packages") and Path(path).is_dir()]
    return list(dict.fromkeys([*sites, str(_verify().parent)]))


def _verify() -> Path:
    return Path(__file__).resolve().parents[1]


def _readable() -> tuple[str, ...]:
    """Return just what Python needs to read: the system's libraries, Python, its packages, verify."""
    sites = [path for path in _import_path() if path != str(_verify().parent)]
    stdlib = [sysconfig.get_path("stdlib"), sysconfig.get_path("platstdlib"), str(Path(os.__file__).parent)]
    python = [os.path.realpath(path) for path in (sys.base_prefix, sys.base_exec_prefix, *stdlib)]
    system = ["/usr", "/lib", "/lib64", "/lib32", "/etc/ld.so.cache", "/dev/urandom", "/dev/random"]
    found: list[str] = []
    for path in [*system, *sorted({*python, *sites, str(_verify())}, key=len)]:
        if os.path.exists(path) and not any(Path(path).is_relative_to(above) for above in found):
            found.append(path)
    return tuple(found)


def _tasks_of(user: int) -> int:
    """Return how many threads a user has now; the kernel's limit counts them too."""
    count = 0
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if entry.stat().st_uid == user:
                count += len(os.listdir(entry / "task"))
        except OSError:  # it has just ended
            continue
    return count


def _tried(level: str) -> tuple[str, str]:
    """Try a level; return why it is not available, and why it has no seccomp filter, each "" where it has."""
    missing = _missing(level)
    if missing:
        return missing, "not tried"
    limits = Limits()
    with temporary_folder("verify-canary-") as apart, temporary_folder("verify-trial-") as folder:
        canary = Path(apart, "canary")
        canary.touch(0o600)
        given = setup(level, limits, bubblewrap.FOLDER if level == "bubblewrap" else folder, driver="")
        words = [*_around(given, limits), *_python(), "-c", _TRY, json.dumps(asdict(given)), str(canary)]
        try:
            run = subprocess.run(
                [*words, *_import_path()],
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                env=environment(given.folder),
                timeout=_PATIENCE,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            return f"could not be started: {error}", "not tried"
    try:
        found = json.loads(run.stdout)
    except ValueError:
        last = (run.stderr.strip().splitlines() or [f"ended with status {run.returncode}"])[-1]
        return f"{last.removeprefix('OSError: ')[:200]}; {_REMEDY[level]}", "not tried"
    return _judged(level, found), found["seccomp"]


_REMEDY: Final[Mapping[str, str]] = {
    "bubblewrap": "needs bubblewrap 0.7 or newer and user namespaces (kernel.unprivileged_userns_clone, AppArmor)",
    "landlock": "needs Linux 5.13 or newer with Landlock switched on (lsm=landlock,... at boot)",
    "user": "needs root and a Python that the user nobody can read",
    "rlimits": "needs a Linux that allows setrlimit",
}


def _missing(level: str) -> str:
    if sys.platform != "linux":
        return f"needs Linux, this is {sys.platform}; run it in a container"
    if level == "bubblewrap" and shutil.which("bwrap") is None:
        return "the program bwrap is not installed; install the package bubblewrap"
    if level == "user" and os.geteuid() != 0:
        return "only root can become another user"
    return ""


def _judged(level: str, found: Mapping[str, str | bool]) -> str:
    """Return what a trial found wanting."""
    if level != "rlimits" and found["open"]:
        return f"a file outside could be read in it; {_REMEDY[level]}"
    if found["closed"]:
        return f"Python could not be read in it ({found['closed']}); {_REMEDY[level]}"
    if level == "landlock" and found["seccomp"]:
        return f"has no seccomp filter ({found['seccomp']}), without which files and the network stay open"
    return ""
