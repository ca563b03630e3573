"""A worker's loop: read a request, let the driver handle it, answer under the number of the request."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final, Protocol

from verify.errors import said
from verify.sandbox.messages import Answered, Json
from verify.sandbox.wire import BadMessage, Closed, receive, send

if TYPE_CHECKING:
    import socket

_LARGEST: Final = 1 << 30  # bytes of arrays; the judge is trusted here
_LONGEST: Final = 2000  # characters of an error


class Driver(Protocol):
    """What handles the requests of one worker."""

    def handle(self, header: Json, arrays: dict[str, Any]) -> tuple[Json, dict[str, Any]]:
        """Return the answer to one request: a header and arrays."""


def serve(sock: socket.socket, make: Callable[[], Driver]) -> None:
    """Answer requests until the judge hangs up; whatever a request raises is the answer to it."""
    driver = make()
    while True:
        try:
            asked, arrays = receive(sock, largest=_LARGEST, deadline=None)
        except (BadMessage, Closed):
            return
        number, request = str(asked["id"]), asked["ask"]
        assert isinstance(request, dict)  # the judge is trusted here
        try:
            header, found = driver.handle(request, arrays)
            _flush()
            send(sock, Answered(id=number, answer=header), found)
        except Closed:
            return
        except BaseException as error:  # nothing was sent: send forms the whole message first
            _flush()
            send(sock, Answered(id=number, answer={"error": said(error, _LONGEST, BaseException)}))


def _flush() -> None:
    for stream in (sys.stdout, sys.stderr):
        with suppress(BaseException):  # somebody's code may have put anything there
            stream.flush()
