"""Being asked to end: Ctrl-C, SIGTERM and SIGHUP unwind the work, so that whatever was begun is cleaned up.

Every signal passes one gate. While a file is being written the gate is closed, and a signal waits for the few
moments that this takes; the file is then whole, and the work ends.
"""

from __future__ import annotations

import _thread
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType, TracebackType
from typing import Any, Final

from verify.output import end_in_one_line

_SIGNALS: Final = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))
_SAME_WISH: Final = 2.0  # seconds in which a further signal asks for nothing new: the cleaning up goes on
_AGAIN: Final = 0.02  # seconds until a signal is given once more that was lost where nothing can be raised


class Ended(BaseException):
    """The process was asked to end by a signal other than Ctrl-C; no handler of errors is to catch it."""

    def __init__(self, number: int) -> None:
        super().__init__(signal.Signals(number).name)
        self.number = number


class _Gate:
    """How many writes are going on, the signal that waits for them, and when the last one was let through."""

    def __init__(self) -> None:
        self.closed = 0
        self.open()

    def open(self) -> None:
        self.waiting: int | None = None
        self.passed = float("-inf")


_gate = _Gate()


def end(number: int, frame: FrameType | None = None) -> None:
    """Handle a signal: raise KeyboardInterrupt or Ended, or wait where a file is being written."""
    if _gate.closed:
        _gate.waiting = _gate.waiting or number
        return
    now = time.monotonic()
    if now - _gate.passed < _SAME_WISH:
        return
    _gate.passed = now
    raise KeyboardInterrupt if number == signal.SIGINT else Ended(number)


@contextmanager
def deferred() -> Iterator[None]:
    """While the context lasts, a signal waits; it is raised when the context ends.

    Signals are handled in the main thread only, so in others there is nothing to wait for.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    _gate.closed += 1
    try:
        yield
    finally:
        _gate.closed -= 1
        if not _gate.closed and _gate.waiting is not None:
            number, _gate.waiting = _gate.waiting, None
            end(number)


class Signals:
    """While the context lasts, SIGTERM and SIGHUP unwind as Ctrl-C does; it then ends in one line and a status.

    A signal that is ignored, as under nohup, stays ignored, and one that somebody handles stays theirs.
    """

    def __init__(self) -> None:
        self._before: dict[int, Any] = {}
        self._unraisable: Any = None

    def __enter__(self) -> Signals:
        if threading.current_thread() is threading.main_thread():
            _gate.open()
            self._unraisable, sys.unraisablehook = sys.unraisablehook, self._again
            for number in _SIGNALS:
                if signal.getsignal(number) in (signal.SIG_DFL, signal.default_int_handler):
                    self._before[number] = signal.signal(number, end)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)
        if self._unraisable is not None:
            sys.unraisablehook = self._unraisable
        if isinstance(error, KeyboardInterrupt):
            end_in_one_line("interrupted", 128 + signal.SIGINT)
        if isinstance(error, Ended):
            end_in_one_line(f"ended by {error}", 128 + error.number)

    def _again(self, lost: sys.UnraisableHookArgs) -> None:
        """Give a signal once more that came while Python ran something, like a finalizer, that can't raise."""
        if not isinstance(lost.exc_value, KeyboardInterrupt | Ended):
            self._unraisable(lost)
            return
        number = lost.exc_value.number if isinstance(lost.exc_value, Ended) else signal.SIGINT
        _gate.passed = float("-inf")
        timer = threading.Timer(_AGAIN, _thread.interrupt_main, (number,))
        timer.daemon = True
        timer.start()


class CtrlC:
    """While the context lasts, the first Ctrl-C only sets what `asked` returns, and is told by `say`.

    `say` is called within the signal's handler, in the middle of whatever was going on.
    """

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say
        self._asked = False
        self._previous: Any = None

    def asked(self) -> bool:
        """Whether Ctrl-C was pressed."""
        return self._asked

    def __enter__(self) -> CtrlC:
        _gate.open()
        self._previous = signal.getsignal(signal.SIGINT)
        if self._previous != signal.SIG_IGN:
            signal.signal(signal.SIGINT, self._handle)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        signal.signal(signal.SIGINT, self._previous)

    def _handle(self, number: int, frame: FrameType | None) -> None:
        if self._asked:
            end(number)
            return
        self._asked = True
        self._say("Ctrl-C: ends after this epoch and keeps what was learned; once more ends at once.")
