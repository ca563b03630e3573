"""A server on the loopback that behaves well or badly, by the path that is asked for."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

GENEROUS = 120.0  # seconds in which a server that never ends must be given up, on the slowest machine
Behaviour = Callable[[BaseHTTPRequestHandler], None]


class Server(ThreadingHTTPServer):
    """A server on a free port of the loopback; each path has its behaviour."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, content: bytes) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.content, self.asked, self.over = content, list[str](), threading.Event()

    def url(self, behaviour: str) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/{behaviour}/mnist.npz"


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        behaviour = self.path.split("/")[1]
        self.server.asked.append(behaviour)
        with contextlib.suppress(OSError):  # whoever asked has gone
            BEHAVIOURS[behaviour](self)

    def begin(self, length: int | None, status: int = 200) -> None:
        self.send_response(status)
        if length is not None:
            self.send_header("Content-Length", str(length))
        self.end_headers()
        self.wfile.flush()

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def whole(self) -> None:
        self.begin(len(self.server.content))
        self.wfile.write(self.server.content)

    def whole_without_length(self) -> None:
        self.begin(None)
        self.wfile.write(self.server.content)

    def other(self) -> None:
        self.begin(4)
        self.wfile.write(b"PK??")

    def web_page(self) -> None:
        self.begin(None)
        self.wfile.write(b"<html>Please log in to this network.</html>")

    def truncated(self) -> None:
        self.begin(len(self.server.content))
        self.wfile.write(self.server.content[:-100])

    def truncated_without_length(self) -> None:
        self.begin(None)
        self.wfile.write(self.server.content[:-100])

    def missing(self) -> None:
        self.begin(0, 404)

    def odd_length(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "many")
        self.end_headers()

    def endless(self) -> None:
        self.begin(None)
        while not self.server.over.is_set():
            self.wfile.write(bytes(100_000))

    def round_about(self) -> None:
        self.send_response(302)
        self.send_header("Location", self.path)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def silent(self) -> None:
        self.server.over.wait(60)

    def silent_in_the_middle(self) -> None:
        self.begin(1_000_000)
        self.wfile.write(bytes(100_000))
        self.wfile.flush()
        self.server.over.wait(60)

    def dripping(self) -> None:
        self.begin(1_000_000)
        self.drip(b"x")

    def dripping_headers(self) -> None:
        self.wfile.write(b"HTTP/1.1 200 OK\r\n")
        self.drip(b"X-More: 1\r\n")

    def slow(self) -> None:
        """Often enough for any patience with silence, and never done."""
        self.begin(1_000_000_000)
        self.drip(bytes(20_000))

    def drip(self, piece: bytes) -> None:
        """Go on for longer than any test waits, and not for ever: a test of a patience that is gone must end too."""
        end = time.monotonic() + 2 * GENEROUS
        while time.monotonic() < end and not self.server.over.wait(0.05):
            self.wfile.write(piece)
            self.wfile.flush()


BEHAVIOURS: dict[str, Behaviour] = {
    name.replace("_", "-"): value for name, value in vars(Handler).items() if callable(value)
}
