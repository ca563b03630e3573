"""The judge's side of a cage: starts it, has workers forked in it, asks them, stops what takes too long, cleans up."""

from __future__ import annotations

import os
import secrets
import select
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from types import TracebackType
from typing import Any, Final

from verify.errors import BadInput
from verify.interrupts import deferred
from verify.sandbox import bubblewrap, cage
from verify.sandbox.clearing import clear
from verify.sandbox.inside.confine import NOBODY
from verify.sandbox.messages import (
    CUT_OFF,
    PACKET,
    Asked,
    Clock,
    End,
    Ended,
    Fork,
    Forked,
    Json,
    NotForked,
    Ready,
    Reply,
    Used,
    Wish,
    packet_of,
    reply_in,
)
from verify.sandbox.wire import BadMessage, Closed, Deadline, TimedOut, TooLarge, receive, send
from verify.temporary import nameless_file, new_folder

KINDS: Final = ("time", "memory", "crashed", "left", "flood", "message")
_START_SECONDS: Final = 60.0  # for Python and NumPy, on a slow and busy machine
_ZYGOTE_SECONDS: Final = 10.0
_WAITING: Final = 3.0  # times the limit of processor time: so long code may sleep, or wait for a busy machine
_UNTOLD: Final = 0.01  # seconds below which nobody is asked how much of them was processor time
_LEAST: Final = 0.02  # seconds that are waited at least before it is asked again
_GRACE: Final = 0.2  # seconds that a worker which hung up has to end by itself, so that we learn how


class Failed(Exception):
    """A worker gave no answer that can be used: its kind, one of KINDS, and a sentence for the reader."""

    def __init__(self, kind: str, reason: str) -> None:
        super().__init__(reason)
        self.kind, self.reason = kind, reason


class Sandbox:
    """A cage for one submission: starts at once in the background; the first worker waits for it.

    Use it, from start to close, in one thread: the kernel ends the cage when that thread ends.
    """

    def __init__(self, level: str, limits: cage.Limits, driver: str, driver_path: str | None = None) -> None:
        """Begin the start of a cage. Raises BadInput where there is no level of this name, CouldNotJudge without a
        temporary folder.

        `driver` is the module of the class Driver; where it is none of verify's, `driver_path` is its file.
        """
        if level not in cage.LEVELS:
            raise BadInput(f"cage {level!r}: there is no such level; expected one of {', '.join(cage.LEVELS)}")
        self.level, self.limits = level, limits
        self.spent = 0.0  # seconds of processor time that its workers used
        self.waited = 0.0  # seconds that they were waited for
        self._workers: list[Worker] = []
        self._ready = False
        self._folder: str | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._errors = nameless_file()
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        try:
            with theirs, deferred():
                if level != "bubblewrap":
                    self._folder = new_folder("verify-apart-")
                self._start(theirs, driver, driver_path)
        except BaseException:
            self.close()
            raise

    def _start(self, theirs: socket.socket, driver: str, driver_path: str | None) -> None:
        given = cage.setup(self.level, self.limits, self._folder or bubblewrap.FOLDER, driver, driver_path)
        if self.level == "user" and self._folder:
            os.chown(self._folder, NOBODY, NOBODY)
        try:
            self._process = subprocess.Popen(
                cage.command(given, self.limits, driver_path),
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=self._errors,
                env=cage.environment(given.folder),
                cwd="/",
                start_new_session=True,  # an interrupt from the keyboard is the judge's
            )
        except OSError as error:
            self._errors.write(str(error).encode())

    def __enter__(self) -> Sandbox:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def worker(self) -> Worker:
        """Return a fresh process that has NumPy and the driver and nothing of the submission yet.

        Raises Failed ("crashed") where the cage could not be started or has ended.
        """
        if not self._ready:
            if not isinstance(self._heard(_START_SECONDS), Ready):
                raise self._broken()
            self._ready = True
        ours, theirs = socket.socketpair()
        reading, writing = os.pipe()
        try:
            answer = self._wish(Fork(), [theirs.fileno(), writing])
        except Failed:
            ours.close()
            os.close(reading)
            raise
        finally:
            theirs.close()
            os.close(writing)
        if not isinstance(answer, Forked):
            ours.close()
            os.close(reading)
            if isinstance(answer, NotForked):
                raise Failed("crashed", f"no process could be started in the cage: {answer.error}")
            raise self._broken()
        made = Worker(self, answer.pid, ours, reading)
        self._workers.append(made)
        return made

    def close(self) -> None:
        """End the cage and everything in it, whatever it forked, and remove its folder."""
        try:
            self._control.close()  # the zygote then ends its workers and itself
            if self._process is not None:
                try:
                    self._process.wait(_ZYGOTE_SECONDS)
                except subprocess.TimeoutExpired:
                    os.killpg(self._process.pid, signal.SIGKILL)
                    self._process.wait()
            for one in self._workers:
                one.close()
        finally:
            self._errors.close()
            with deferred():
                if self._folder is not None:
                    clear(self._folder)
                self._folder = None

    def end(self, pid: int, grace: float) -> Ended:
        """End one worker; return its wait status, and whether it had to be killed after the grace."""
        answer = self._wish(End(pid, grace), [])
        if not isinstance(answer, Ended):
            raise self._broken()
        return answer

    def used(self, pid: int) -> float | None:
        """Return the seconds of processor time that a worker has used so far, or None where that cannot be known."""
        answer = self._wish(Clock(pid), [])
        if not isinstance(answer, Used):
            raise self._broken()
        return answer.seconds if answer.seconds >= 0 else None

    def _wish(self, wish: Wish, fds: list[int]) -> Reply:
        try:
            socket.send_fds(self._control, [packet_of(wish)], fds)
        except OSError as error:
            raise self._broken() from error
        return self._heard(_ZYGOTE_SECONDS)

    def _heard(self, seconds: float) -> Reply:
        try:
            self._control.settimeout(seconds)
            return reply_in(self._control.recv(PACKET))
        except (OSError, ValueError) as error:
            raise self._broken() from error

    def _broken(self) -> Failed:
        with suppress(OSError, ValueError):
            self._errors.seek(0)
        said = "" if self._errors.closed else self._errors.read().decode(errors="replace").strip()
        last = said.splitlines()[-1][:300] if said else "it said nothing"
        what = "has ended" if self._ready else "did not start"
        return Failed("crashed", f"the cage ({self.level}) {what}: {last}")


class _Patience(Deadline):
    """How long an answer is waited for: its processor time is what counts, and code that sleeps waits some more."""

    def __init__(self, worker: Worker, limit: float, wait: float) -> None:
        self._worker, self._limit, self._wait = worker, limit, wait
        self._begin = time.monotonic()
        self._end = self._begin + min(limit, wait)
        self._used: float | None = None  # seconds of processor time, as far as they were asked for

    @property
    def waited(self) -> float:
        """The seconds since it began."""
        return time.monotonic() - self._begin

    def left(self) -> float:
        """Return the seconds that may still be waited, before this is asked again; 0 where no more may."""
        now = time.monotonic()
        if now < self._end:
            return self._end - now
        rest = min(self._limit - self._taken(), self._begin + self._wait - now)
        if rest > 0:
            self._end = now + max(rest, _LEAST)
        return max(rest, 0.0)

    def _taken(self) -> float:
        """Return the seconds of processor time since it began; where they are not known, those that were waited."""
        used = self._worker.processor_time()
        self._used = self.waited if used is None else used
        return self._used

    def used(self) -> float:
        """Return the seconds of processor time since it began, when the answer is there or the process has ended."""
        if self.waited < _UNTOLD:
            return self.waited
        if self._worker.is_open:
            return self._taken()
        return self.waited if self._used is None else self._used

    def said(self, whole: float) -> str:
        """Return that the time was up, and whether the code computed or waited."""
        used = self.waited if self._used is None else self._used
        if used < 0.5 * self._limit:
            return (
                f"the code was stopped after {self.waited:.3g} s in which it computed for {used:.2g} s only: it sleeps "
                "or waits for something"
            )
        return f"the time limit of {whole:g} s of processor time is used up, {used:.3g} s of it by the last call"


class Worker:
    """One forked process in a cage. `printed` is complete after close, and may hold control characters."""

    def __init__(self, apart: Sandbox, pid: int, sock: socket.socket, reading: int) -> None:
        self._apart, self._pid, self._sock = apart, pid, sock
        self._failed: Failed | None = None
        self._counted = 0.0  # seconds of processor time that are counted already
        self._open = True
        self._text = bytearray()
        self._cut = False
        self._drain = threading.Thread(target=self._drained, args=(reading,), daemon=True)
        self._drain.start()

    @property
    def is_open(self) -> bool:
        """Whether the process has not been ended."""
        return self._open

    @property
    def printed(self) -> str:
        """What the code wrote to standard output and standard error, up to the limit of the cage."""
        text = bytes(self._text).decode(errors="backslashreplace")
        return f"{text}\n[cut: more was printed]" if self._cut else text

    def ask(
        self, header: Json, arrays: Mapping[str, Any] | None = None, seconds: float | None = None
    ) -> tuple[Json, dict[str, Any]]:
        """Return the answer, waiting no longer than `seconds` and what is left of the submission's time.

        Raises Failed where there is none; the worker has then ended, and asking again raises the same.
        """
        if self._failed is not None:
            raise self._failed
        limits = self._apart.limits
        left = limits.seconds - self._apart.spent
        wait = _WAITING * limits.seconds - self._apart.waited
        if left <= 0 or wait <= 0:
            raise self._fail("time", self._used_up(left))
        if not self._open:
            raise self._fail("left", "the worker was closed before it was asked")
        limit = left if seconds is None else min(seconds, left)
        if self._speaks():
            raise self._fail("message", "its process wrote to the judge without being asked")
        number, patience = secrets.token_hex(16), _Patience(self, limit, min(_WAITING * limit, wait))
        try:
            send(self._sock, Asked(id=number, ask=header), arrays, deadline=patience)
            answer, found = self._answer(patience)
        except TimedOut:
            raise self._fail("time", patience.said(limits.seconds)) from None
        except Closed:
            raise self._fail(*self._how_it_ended()) from None
        finally:
            self._apart.waited += patience.waited
            self._count(patience.used())
        said = answer.get("answer")
        if answer.get("id") != number or not isinstance(said, dict):
            raise self._fail("message", "its process answered something else than it was asked")
        return said, found

    def processor_time(self) -> float | None:
        """Return the seconds of processor time that were used and not counted yet, None where that is not known."""
        try:
            used = self._apart.used(self._pid) if self._open else None
        except Failed:  # the cage has ended
            return None
        return None if used is None else max(0.0, used - self._counted)

    def _count(self, used: float) -> None:
        self._counted += used
        self._apart.spent += used

    def _used_up(self, left: float) -> str:
        if left <= 0:
            return f"the time limit of {self._apart.limits.seconds:g} s of processor time is used up"
        return (
            f"the code waited for more than {_WAITING * self._apart.limits.seconds:g} s, and the time limit is used up"
        )

    def close(self) -> None:
        """End the process, and read the rest of what it printed."""
        if not self._open:
            return
        self._open = False
        self._sock.close()
        with suppress(Failed):  # the cage is closed already, and nothing in it is left
            self._apart.end(self._pid, 0.0)
        self._drain.join(1.0)

    def _answer(self, deadline: Deadline) -> tuple[Json, dict[str, Any]]:
        try:
            return receive(self._sock, largest=self._apart.limits.answer, deadline=deadline)
        except TooLarge as error:
            raise self._fail("flood", f"the answer is too large: {error}") from error
        except BadMessage as error:
            raise self._fail("message", f"the answer is not formed as agreed: {error}") from error

    def _speaks(self) -> bool:
        """Whether something waits to be read; that the other side has hung up is no speech."""
        if not select.select([self._sock], [], [], 0)[0]:
            return False
        try:
            return bool(self._sock.recv(1, socket.MSG_PEEK))
        except OSError:
            return False

    def _fail(self, kind: str, reason: str) -> Failed:
        self._failed = Failed(kind, reason)
        self.close()
        return self._failed

    def _how_it_ended(self) -> tuple[str, str]:
        try:
            status, killed = self._apart.end(self._pid, _GRACE)
        except Failed as error:
            return error.kind, error.reason
        self._open = False
        self._sock.close()
        self._drain.join(1.0)
        if killed:
            return (
                "left",
                "the code closed the channel to the judge, as os.close does, and went on without it",
            )
        if not os.WIFSIGNALED(status):
            code = os.waitstatus_to_exitcode(status)
            if code == CUT_OFF:
                return "left", "the code closed the channel to the judge, as os.close and os.closerange do"
            return "left", f"the code ended its own process with status {code}, as os._exit does"
        number = os.WTERMSIG(status)
        name = signal.Signals(number).name if number in set(signal.Signals) else f"signal {number}"
        if number == signal.SIGKILL:
            return "memory", "its process was killed, by its own code or by the system when memory runs out"
        if number == signal.SIGXCPU:
            return "time", "the time limit of processor time is used up"
        return "crashed", f"its process crashed with {name}: an error in compiled code, or a recursion too deep"

    def _drained(self, reading: int) -> None:
        most = self._apart.limits.output
        with open(reading, "rb", buffering=0) as pipe:
            while piece := pipe.read(1 << 16):
                room = most - len(self._text)
                self._text += piece[:room]
                self._cut = self._cut or len(piece) > room
