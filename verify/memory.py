"""Little memory: what is done to need less of it, and how its lack is told from other errors."""

from __future__ import annotations

import errno
import math
import os
from typing import Final

from verify.errors import CouldNotJudge

LACKING: Final = "memory ran out; allow more (300 MB of address space at least, see ulimit -v), or give a smaller net"
JUDGING: Final = 300  # MB of address space in which a file, or the lab's network, can be judged
TRAINING: Final = 1500  # MB of address space in which the training runs, with its threads and on the real MNIST
_PLENTY: Final = 2 << 30  # bytes of address space in which NumPy may start a thread for each core
_SAID: Final = ("failed to map segment", "cannot allocate memory", "can't start new thread", "can't allocate lock")


def spare() -> None:
    """Where the address space is bounded, have NumPy's libraries start one thread, before they are loaded.

    Every thread takes room for its stack and its buffers, and there is one for each core.
    """
    if _bound() < _PLENTY:
        for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
            os.environ.setdefault(name, "1")


def require(megabytes: int, work: str) -> None:
    """Raise CouldNotJudge where less address space is allowed than the work takes.

    It is asked before NumPy is loaded: where its library of linear algebra lacks memory it tries for ever, or ends the
    process with the status of a wrong gradient.
    """
    if _bound() < megabytes * 10**6:
        allowed = _bound() / 10**6
        raise CouldNotJudge(
            f"{work} takes {megabytes} MB of address space, and {allowed:.0f} MB are allowed; allow more (ulimit -v)"
        )


def _bound() -> float:
    """Return how many bytes of address space are allowed."""
    try:
        import resource
    except ImportError:  # not on Windows, which has no such bound
        return math.inf
    bound = resource.getrlimit(resource.RLIMIT_AS)[0]
    return math.inf if bound == resource.RLIM_INFINITY else bound


def ran_out(error: BaseException | None) -> bool:
    """Whether memory was lacking: Python says so by a MemoryError, the system by an error of its own."""
    while error is not None:
        if isinstance(error, MemoryError) or (isinstance(error, OSError) and error.errno == errno.ENOMEM):
            return True
        if isinstance(error, ImportError | RuntimeError | OSError):
            if any(said in str(error).lower() for said in _SAID):
                return True
        error = error.__cause__ or error.__context__
    return False
