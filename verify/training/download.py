"""MNIST from the network: Keras's mnist.npz, known by its SHA-256, from the first mirror that gives it in time.

The bytes arrive in a temporary folder of our own and move into Keras's cache in one step, so nobody ever sees half a
file there. A thread waits for the server, and this one for the thread: no server, however slow, can hold it for longer.
"""

from __future__ import annotations

import contextlib
import threading
import time
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import BinaryIO, Final, NamedTuple

from verify.errors import BadInput
from verify.files import made, write_whole
from verify.temporary import temporary_folder
from verify.training.npz import read_npz
from verify.training.reading import Arrays, reason

MIRRORS: Final = (  # where Keras has its data now, and where it had them before
    "https://storage.googleapis.com/tensorflow/tf-keras-datasets/mnist.npz",
    "https://s3.amazonaws.com/img-datasets/mnist.npz",
)
SHA256: Final = "731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1"
_LARGEST: Final = 64_000_000  # bytes that are taken from a server; the file has 11.5 million
_CHUNK: Final = 16_384
_TICK: Final = 0.05  # seconds between two looks at what has arrived


class Patience(NamedTuple):
    """How many seconds a mirror may be silent, and may take in all."""

    silent: float
    whole: float


_PATIENCE: Final = Patience(silent=5.0, whole=60.0)


class DownloadFailed(Exception):
    """No mirror gave the file; the text says why, in a few words."""


def download(
    target: Path, mirrors: Sequence[str] = MIRRORS, sha256: str = SHA256, patience: Patience = _PATIENCE
) -> Arrays:
    """Return what the first mirror gives that has this SHA-256, and keep the file as `target` where that can be done.

    Nothing is printed, and nothing is left behind but the whole file. Raises DownloadFailed.
    """
    failures: dict[str, None] = {}  # in order, and each reason once
    try:
        with _silent_pooch(), temporary_folder("verify-") as folder:
            for number, url in enumerate(mirrors):
                try:
                    file = _fetch(url, sha256, Path(folder, str(number)), patience)
                    arrays = read_npz(file)
                except DownloadFailed as error:
                    failures[str(error)] = None
                except BadInput:
                    failures["the file has the right SHA-256 but can't be read"] = None
                else:
                    _keep(file, target)
                    return arrays
    except Exception as error:  # a broken installation, no place for temporary files: the search goes on
        raise DownloadFailed(reason(error)) from error
    raise DownloadFailed(", then ".join(failures))


@contextlib.contextmanager
def _silent_pooch() -> Iterator[None]:
    """Import pooch and requests without a word, and keep pooch from logging while the context lasts."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # requests warns of versions beside it that it does not know
        import pooch
        import requests  # noqa: F401  # here and not in the thread, where the seconds are counted
    logger = pooch.get_logger()
    before, logger.disabled = logger.disabled, True
    try:
        yield
    finally:
        logger.disabled = before


def _fetch(url: str, sha256: str, folder: Path, patience: Patience) -> Path:
    """Return the file that came from this mirror, in this new folder. Raises DownloadFailed."""
    import pooch

    folder.mkdir()
    transfer, answers = _Transfer(patience), SimpleQueue[str | Exception]()

    def run() -> None:
        try:
            answers.put(pooch.retrieve(url, f"sha256:{sha256}", "mnist.npz", folder, downloader=transfer))
        except Exception as error:
            answers.put(error)

    threading.Thread(target=run, name="download", daemon=True).start()  # a daemon, since nobody may wait for it
    try:
        answer = _answer(answers, transfer, patience)
    finally:
        transfer.given_up = True
    if isinstance(answer, Exception):
        raise DownloadFailed(_why(answer)) from answer
    return Path(answer)


def _answer(answers: SimpleQueue[str | Exception], transfer: _Transfer, patience: Patience) -> str | Exception:
    """Wait for the thread's answer as long as bytes arrive often enough and the time is not over."""
    began = heard = time.monotonic()
    received = 0
    while True:
        with contextlib.suppress(Empty):
            return answers.get(timeout=_TICK)
        now = time.monotonic()
        if transfer.received != received:
            received, heard = transfer.received, now
        if now - heard > patience.silent:
            what = "was silent" if received else "gave no answer"
            raise DownloadFailed(f"the server {what} for {patience.silent:g} seconds")
        if now - began > patience.whole:
            raise DownloadFailed(f"it was not complete after {patience.whole:g} seconds")


class _Transfer:
    """What pooch calls to download: it counts the bytes, and stops where nobody waits for them any more."""

    def __init__(self, patience: Patience) -> None:
        self.received = 0
        self.given_up = False
        self._patience = patience
        self._file: BinaryIO

    def __call__(self, url: str, output_file: str, pooch: object) -> None:
        from pooch import HTTPDownloader

        # Longer than the patience, so that it is the waiting thread that says so; this only lets the other one end.
        get = HTTPDownloader(chunk_size=_CHUNK, timeout=2 * self._patience.silent)
        with open(output_file, "wb") as self._file:
            get(url, self, pooch)

    def write(self, chunk: bytes) -> None:
        self.received += len(chunk)
        if self.given_up:
            raise DownloadFailed("nobody waits for it any more")
        if self.received > _LARGEST:
            raise DownloadFailed(f"the server sent more than {_LARGEST:,} bytes")
        self._file.write(chunk)

    def flush(self) -> None:
        self._file.flush()


def _why(error: Exception) -> str:
    """Return in a few words what went wrong; what requests says would be a paragraph."""
    import requests

    said: tuple[tuple[type[Exception], str], ...] = (  # the special before the general
        (DownloadFailed, str(error)),
        (requests.exceptions.SSLError, "no trusted connection to the server"),
        (requests.exceptions.ProxyError, "no connection through the proxy"),
        (requests.exceptions.Timeout, "the server gave no answer in time"),
        (requests.exceptions.ConnectionError, "no connection to the server"),
        (requests.exceptions.ChunkedEncodingError, "the connection was lost on the way"),
        (requests.exceptions.RequestException, reason(error)),
        (ValueError, "the server sent another file than MNIST's"),  # pooch's word for a wrong hash
    )
    response = getattr(error, "response", None)
    if isinstance(error, requests.exceptions.HTTPError) and response is not None:
        return f"the server answered with status {response.status_code}"
    return next((words for kind, words in said if isinstance(error, kind)), reason(error))


def _keep(file: Path, target: Path) -> None:
    """Keep the file for the next time; a cache that can't be written to is no reason to stop."""
    # ValueError: BadInput, or a zero byte in the name
    with contextlib.suppress(OSError, ValueError), made(target.parent):
        write_whole(target, file.read_bytes())
