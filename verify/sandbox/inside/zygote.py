"""The first process in the cage: loads NumPy and the driver once, then forks a worker for each wish of the judge.

Somebody's code never runs here. The judge speaks through standard input, one packet for each wish.
"""

from __future__ import annotations

import gc
import importlib
import os
import signal
import socket
import sys
import time
import traceback
from contextlib import suppress
from types import ModuleType
from typing import Final, TextIO

from verify.sandbox.clearing import clear
from verify.sandbox.inside.confine import Setup, adopt_orphans, confine
from verify.sandbox.messages import (
    CUT_OFF,
    PACKET,
    Clock,
    End,
    Ended,
    Forked,
    NotForked,
    Ready,
    Reply,
    Used,
    Wish,
    packet_of,
    wish_in,
)

_SCHEDULED: Final = 2  # CPUCLOCK_SCHED: nanoseconds in which it really ran
_TURNS: Final = 50  # rounds of killing what was left behind, in case that it forks on


def main(text: str) -> None:
    """Serve the judge until it hangs up, then end all workers and this process."""
    setup = Setup.from_json(text)
    sys.argv[:] = ["submission.py"]
    control = socket.socket(fileno=os.dup(0))
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.chdir(setup.folder)
    adopt_orphans()
    driver = importlib.import_module(setup.driver)
    importlib.import_module("verify.sandbox.inside.serve")
    gc.collect()
    gc.freeze()
    workers: set[int] = set()
    with suppress(OSError):  # the judge is gone
        control.send(packet_of(Ready()))
        while (heard := _heard(control)) is not None:
            control.send(packet_of(_done(*heard, setup, driver, control, workers)))
            prepare = vars(driver).pop("prepare", None)
            if prepare is not None:  # while the first worker is busy: what later ones need and it does not
                prepare()
    for pid in workers:
        _end(pid, 0.0)
    _end_strays(set())
    if setup.level != "bubblewrap":  # there the folder ends with this process; a judge that was killed clears none
        clear(setup.folder)
    os._exit(0)


def _heard(control: socket.socket) -> tuple[Wish, list[int]] | None:
    """Return the judge's next wish and the descriptors attached to it; None when the judge has hung up."""
    packet, fds, _, _ = socket.recv_fds(control, PACKET, 2)
    return (wish_in(packet), fds) if packet else None


def _done(
    wish: Wish, fds: list[int], setup: Setup, driver: ModuleType, control: socket.socket, workers: set[int]
) -> Reply:
    if isinstance(wish, End):
        workers.discard(wish.pid)
        ended = _end(wish.pid, wish.grace)
        _end_strays(workers)
        return ended
    if isinstance(wish, Clock):
        return Used(_used(wish.pid) if wish.pid in workers else -1.0)
    here = os.getpid()
    try:
        pid = os.fork()
    except OSError as error:
        return NotForked(str(error.strerror))
    finally:
        if os.getpid() == here:
            for one in fds:
                os.close(one)
    if pid == 0:
        try:
            control.close()
            _work(setup, driver, here, *fds)
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(1)
    workers.add(pid)
    return Forked(pid)


def _work(setup: Setup, driver: ModuleType, parent: int, channel: int, pipe: int) -> None:
    """Be a worker: print into the pipe, take the cage's limits, serve."""
    from verify.sandbox.inside.serve import serve

    os.setsid()
    os.dup2(pipe, 1)
    os.dup2(pipe, 2)
    os.close(pipe)
    sys.stdout, sys.stderr = _printer(1), _printer(2)
    confine(setup)
    if os.getppid() == parent:  # otherwise it has died before the kernel knew that we go with it
        serve(socket.socket(fileno=channel), driver.Driver)
        os._exit(CUT_OFF)


def _printer(number: int) -> TextIO:
    return open(number, "w", buffering=1, encoding="utf-8", errors="backslashreplace", closefd=False)


def _used(pid: int) -> float:
    """Return the processor time of a worker, all its threads together."""
    try:
        return time.clock_gettime((~pid << 3) | _SCHEDULED)  # the number that Linux gives the clock of a process
    except OSError:
        return -1.0


def _end(pid: int, grace: float) -> Ended:
    """Reap a worker, killing it after the grace; return its wait status and whether it was killed."""
    until = time.monotonic() + grace
    while True:
        done, status = os.waitpid(pid, os.WNOHANG)
        if done:
            return Ended(status, False)
        if time.monotonic() >= until:
            break
        time.sleep(0.002)
    os.kill(pid, signal.SIGKILL)
    return Ended(os.waitpid(pid, 0)[1], True)


def _end_strays(workers: set[int]) -> None:
    """Kill what dead workers have left behind; it became this process's children."""
    for _ in range(_TURNS):
        try:
            with open(f"/proc/self/task/{os.getpid()}/children") as file:
                strays = {int(pid) for pid in file.read().split()} - workers
        except OSError:  # no /proc in bubblewrap: all end with this process, which is the first one there
            return
        if not strays:
            return
        for pid in strays:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
