"""Little memory: what is done to need less of it, and how its lack is told from other errors."""

from __future__ import annotations

import errno
import os
from typing import Final

LACKING: Final = "memory ran out; allow more (300 MB of address space at least, see ulimit -v), or give a smaller net"
_NEEDED: Final = 184 << 20  # bytes that NumPy and SymPy take beside Python
_PLENTY: Final = 2 << 30  # bytes of address space in which NumPy may start a thread for each core
_SAID: Final = ("failed to map segment", "cannot allocate memory", "can't start new thread", "can't allocate lock")


def spare() -> None:
    """Where the address space is bounded, have NumPy's libraries start one thread, before they are loaded.

    Every thread takes room for its stack and its buffers, and there is one for each core. Raises OSError (ENOMEM)
    where there is too little room all the same: later, OpenBLAS would end the process with the status of a verdict.
    """
    try:
        import mmap
        import resource
    except ImportError:  # not on Windows, which has no such bound
        return
    bound = resource.getrlimit(resource.RLIMIT_AS)[0]
    if bound != resource.RLIM_INFINITY and bound < _PLENTY:
        for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
            os.environ.setdefault(name, "1")
        mmap.mmap(-1, _NEEDED).close()


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
