"""Signals: Ctrl-C, where the first one asks the work to end where it can be kept, and an end that leaves nothing."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType, TracebackType
from typing import Any, Final

_ENDING: Final = ("SIGTERM", "SIGHUP")  # what ends a process at once; Ctrl-C is an exception already


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
        self._previous = signal.signal(signal.SIGINT, self._handle)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        signal.signal(signal.SIGINT, self._previous)

    def _handle(self, number: int, frame: FrameType | None) -> None:
        if self._asked:
            raise KeyboardInterrupt
        self._asked = True
        self._say("Ctrl-C: ends after this epoch and keeps what was learned; once more ends at once.")


class _Ended(BaseException):
    """A signal came that ends the process."""


@contextmanager
def tidy_end() -> Iterator[None]:
    """While the context lasts, a signal that ends the process is an exception first, so that everybody cleans up.

    Afterwards the process ends by that signal, as it would have. Only the main thread may set handlers; elsewhere, and
    for a signal that somebody else handles, nothing is changed.
    """
    came: list[int] = []

    def handle(number: int, frame: FrameType | None) -> None:
        if not came:  # a second one must not disturb the cleaning up
            came.append(number)
            raise _Ended

    known = [getattr(signal, name) for name in _ENDING if hasattr(signal, name)]
    in_main = threading.current_thread() is threading.main_thread()
    ours = [one for one in known if in_main and signal.getsignal(one) is signal.SIG_DFL]
    try:
        for one in ours:
            signal.signal(one, handle)
        yield
    finally:
        for one in ours:
            signal.signal(one, signal.SIG_DFL)
        if came:
            signal.raise_signal(came[0])
