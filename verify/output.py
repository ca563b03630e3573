"""Standard output and standard error that raise nothing: what can't be written is said once, at the end.

A pipe that is closed early, as by `| head`, is no error; any other output that can't be written ends with status 2.
"""

from __future__ import annotations

import errno
import io
import os
import sys
from contextlib import suppress
from types import TracebackType
from typing import TYPE_CHECKING, Final, NoReturn, TextIO

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

_CANNOT_WRITE: Final = 2
_VERDICTS: Final = (None, 0, 1, 3)  # statuses that say less than that the output is lost
_CLOSED: Final = "standard output is closed; expected a terminal, a file or a pipe"


class Output:
    """While the context lasts, `sys.stdout` and `sys.stderr` take all text and raise nothing.

    What a test or a notebook has put in their place is left alone.
    """

    def __init__(self) -> None:
        self._out: _Steady | None = None

    def __enter__(self) -> Output:
        """Put steady streams in their place. Ends at once, with status 2, where standard output is closed."""
        was_closed = _open_all_three()
        if sys.stderr is sys.__stderr__:
            sys.stderr = _text(_Steady(2), sys.stderr, line_buffering=True)
        if sys.stdout is sys.__stdout__:
            if sys.stdout is None or 1 in was_closed:
                end_in_one_line(_CLOSED, _CANNOT_WRITE)
            self._out = _Steady(1)
            sys.stdout = _text(self._out, sys.stdout, line_buffering=self._out.isatty())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._out is None:
            return
        if not isinstance(error, Exception | SystemExit | None):  # asked to end: no reader is waited for
            self._out.failed = OSError(errno.EPIPE, "")
        sys.stdout.flush()
        failed = self._out.failed
        if failed is None or failed.errno == errno.EPIPE:
            return
        if error is None or (isinstance(error, SystemExit) and error.code in _VERDICTS):
            end_in_one_line(f"standard output can't be written ({failed.strerror or failed})", _CANNOT_WRITE)


def end_in_one_line(message: str, status: int) -> NoReturn:
    """Say the line on standard error, where there is one, and end with this status."""
    with suppress(OSError, ValueError, AttributeError):
        sys.stderr.write(f"verify: {message}\n")
        sys.stderr.flush()
    raise SystemExit(status)


class _Steady(io.FileIO):
    """A file that takes everything; from its first error on, nothing is written any more."""

    def __init__(self, number: int) -> None:
        super().__init__(number, "w", closefd=False)
        self.failed: OSError | None = None

    def write(self, data: ReadableBuffer) -> int:
        """Write, or keep the error; either way all of the data is taken."""
        size = memoryview(data).nbytes
        if self.failed is not None:
            return size
        try:
            written = super().write(data)
        except OSError as error:
            self.failed = error
            return size
        return size if written is None else written


def _text(raw: _Steady, before: TextIO | None, *, line_buffering: bool) -> TextIO:
    """Return a stream of text: in UTF-8, or in a terminal's own encoding with ? for what that can't hold."""
    if before is not None:
        with suppress(OSError, ValueError):
            before.flush()
    encoding = (before.encoding if before is not None and raw.isatty() else None) or "utf-8"
    return io.TextIOWrapper(io.BufferedWriter(raw), encoding, errors="replace", line_buffering=line_buffering)


def _open_all_three() -> set[int]:
    """Open the null device where one of the three standard descriptors is closed, so that no file gets its number."""
    closed = set()
    for number in (0, 1, 2):
        try:
            os.fstat(number)
        except OSError:
            closed.add(number)
            null = os.open(os.devnull, os.O_RDWR)
            if null != number:
                os.dup2(null, number)
                os.close(null)
    return closed
