"""MNIST from servers on the loopback: good ones, and those that refuse, lie, drip or fall silent."""

from __future__ import annotations

import contextlib
import gc
import hashlib
import os
import signal
import socket
import subprocess
import sys
import textwrap
import threading
import time
import warnings
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from tests.patience import HANGS
from tests.training.loopback import BEHAVIOURS, GENEROUS, Server
from tests.training.made_mnist import made, write_npz
from verify.training import data
from verify.training import download as module
from verify.training.data import find_dataset
from verify.training.download import MIRRORS, SHA256, DownloadFailed, Patience, download

SHORT, LONG = Patience(0.4, 30.0), Patience(30.0, 30.0)
POSIX = pytest.mark.skipif(os.name != "posix", reason="signals are sent as POSIX has them")


@pytest.fixture(scope="module")
def content(tmp_path_factory) -> bytes:
    return write_npz(tmp_path_factory.mktemp("content") / "mnist.npz").read_bytes()


@pytest.fixture(scope="module")
def sha256(content) -> str:
    return hashlib.sha256(content).hexdigest()


@pytest.fixture
def server(content) -> Iterator[Server]:
    with Server(content) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.over.set()
        server.shutdown()
        thread.join()
    for one in threading.enumerate():  # what was given up still holds its socket for a moment
        if one.name == "download":
            one.join(HANGS)
    with warnings.catch_warnings(action="ignore"):  # that nobody closed it is the point of giving up
        gc.collect()


@pytest.fixture(autouse=True)
def temporary(tmp_path, monkeypatch) -> Path:
    """The folder for temporary files, empty; and no proxy between here and the loopback."""
    for way in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(way, raising=False)
        monkeypatch.delenv(way.upper(), raising=False)
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    return folder


@pytest.fixture
def target(tmp_path) -> Path:
    return tmp_path / "keras" / "datasets" / "mnist.npz"


@pytest.fixture
def closed() -> str:
    """The address of a port on which nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{taken.getsockname()[1]}/mnist.npz"


def failed(target: Path, mirrors, sha256: str, patience: Patience) -> str:
    with pytest.raises(DownloadFailed) as said:
        download(target, mirrors, sha256, patience)
    assert str(said.value).isprintable()
    assert len(str(said.value)) < 160
    return str(said.value)


# What comes


@pytest.mark.parametrize("behaviour", ["whole", "whole-without-length"])
def test_the_right_file_is_read_and_kept_and_nothing_else_is(server, target, temporary, content, sha256, behaviour):
    found = download(target, [server.url(behaviour)], sha256, LONG)
    assert all(np.array_equal(one, other) for one, other in zip(found, made(), strict=True))
    assert target.read_bytes() == content
    assert list(target.parent.iterdir()) == [target]
    assert list(temporary.iterdir()) == []


@pytest.mark.parametrize("older", [b"", b"PK\3\4 cut short", b"<html>"])
def test_a_damaged_file_in_the_cache_is_replaced(server, target, content, sha256, older):
    target.parent.mkdir(parents=True)
    target.write_bytes(older)
    download(target, [server.url("whole")], sha256, LONG)
    assert target.read_bytes() == content
    assert list(target.parent.iterdir()) == [target]


FAILURES = {
    "other": (LONG, "the server sent another file than MNIST's"),
    "web-page": (LONG, "the server sent another file than MNIST's"),
    "truncated": (LONG, "the connection was lost on the way"),
    "truncated-without-length": (LONG, "the server sent another file than MNIST's"),
    "odd-length": (LONG, "the server sent another file than MNIST's"),
    "missing": (LONG, "the server answered with status 404"),
    "round-about": (LONG, "Exceeded 30 redirects"),
    "endless": (LONG, "the server sent more than 64,000,000 bytes"),
    "silent": (SHORT, "the server gave no answer for 0.4 seconds"),
    "silent-in-the-middle": (Patience(2.0, 30.0), "the server was silent for 2 seconds"),
    "dripping": (SHORT, "the server gave no answer for 0.4 seconds"),
    "dripping-headers": (SHORT, "the server gave no answer for 0.4 seconds"),
    "slow": (Patience(30.0, 0.5), "it was not complete after 0.5 seconds"),
}


@pytest.mark.parametrize("behaviour", FAILURES)
def test_a_bad_server_is_given_up_in_a_few_words_and_leaves_nothing(server, target, temporary, sha256, behaviour):
    patience, expected = FAILURES[behaviour]
    began = time.monotonic()
    said = failed(target, [server.url(behaviour)], sha256, patience)
    assert time.monotonic() - began < GENEROUS
    assert said.startswith(expected)
    assert not target.parent.exists()
    assert list(temporary.iterdir()) == []


def test_every_bad_behaviour_is_tried():
    told = {
        name for name in BEHAVIOURS if not name.startswith(("do-", "log-", "whole")) and name not in ("begin", "drip")
    }
    assert told == set(FAILURES)


def test_a_refused_connection_is_said(target, closed, sha256):
    assert failed(target, [closed], sha256, LONG) == "no connection to the server"


def test_a_name_that_is_no_address_is_said(target, sha256):
    assert failed(target, ["http://"], sha256, LONG)


def test_a_failure_leaves_an_older_file_alone(server, target, sha256):
    target.parent.mkdir(parents=True)
    target.write_bytes(b"older")
    failed(target, [server.url("other")], sha256, LONG)
    assert target.read_bytes() == b"older"
    assert list(target.parent.iterdir()) == [target]


# Mirrors


@pytest.mark.parametrize("first", ["other", "truncated", "missing", "silent", "dripping", "slow"])
def test_a_bad_mirror_is_passed_over_for_a_good_one(server, target, content, sha256, first):
    found = download(target, [server.url(first), server.url("whole")], sha256, Patience(2.0, 3.0))
    assert len(found.x_train) == 5
    assert target.read_bytes() == content
    assert server.asked == [first, "whole"]


def test_a_mirror_that_refuses_is_passed_over_for_a_good_one(server, target, closed, sha256):
    assert len(download(target, [closed, server.url("whole")], sha256, LONG).x_train) == 5


def test_after_a_good_mirror_no_other_is_asked(server, target, sha256):
    download(target, [server.url("whole"), server.url("silent")], sha256, LONG)
    assert server.asked == ["whole"]


def test_each_reason_is_said_once(server, target, closed, sha256):
    mirrors = [closed, server.url("missing"), closed]
    expected = "no connection to the server, then the server answered with status 404"
    assert failed(target, mirrors, sha256, LONG) == expected


def test_the_mirrors_are_asked_by_https_for_the_file_that_keras_names():
    assert len(MIRRORS) == len(set(MIRRORS)) >= 2
    assert all(url.startswith("https://") and url.endswith("/mnist.npz") for url in MIRRORS)
    assert len(bytes.fromhex(SHA256)) == 32


# Where it can't be kept, or not be done


def test_a_cache_that_can_not_be_made_is_no_obstacle(server, tmp_path, sha256, temporary):
    (tmp_path / "keras").write_bytes(b"a file where the folder would be")
    found = download(tmp_path / "keras" / "datasets" / "mnist.npz", [server.url("whole")], sha256, LONG)
    assert len(found.x_train) == 5
    assert list(temporary.iterdir()) == []


def test_a_cache_that_can_not_be_written_to_is_no_obstacle(server, target, sha256, monkeypatch, temporary):
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    assert len(download(target, [server.url("whole")], sha256, LONG).x_train) == 5
    assert not target.parent.exists()
    target.parent.mkdir(parents=True)
    assert len(download(target, [server.url("whole")], sha256, LONG).x_train) == 5
    assert list(target.parent.iterdir()) == []
    assert list(temporary.iterdir()) == []


@pytest.mark.parametrize("obstacle", ["a folder", "a name with a zero byte"])
def test_a_place_that_is_taken_is_no_obstacle(server, target, sha256, obstacle):
    if obstacle == "a folder":
        target.mkdir(parents=True)
    else:
        target = Path("\0", "mnist.npz")
    assert len(download(target, [server.url("whole")], sha256, LONG).x_train) == 5


def test_a_right_file_that_is_no_mnist_is_not_kept(target):
    with Server(b"PK no data") as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        said = failed(target, [server.url("whole")], hashlib.sha256(b"PK no data").hexdigest(), LONG)
        server.shutdown()
        thread.join()
    assert said == "the file has the right SHA-256 but can't be read"
    assert not target.parent.exists()


def test_a_missing_pooch_is_a_download_that_failed(server, target, sha256, monkeypatch):
    monkeypatch.setitem(sys.modules, "pooch", None)
    assert "pooch" in failed(target, [server.url("whole")], sha256, LONG)
    assert server.asked == []


def test_no_place_for_temporary_files_is_a_download_that_failed(server, target, sha256, monkeypatch, temporary):
    monkeypatch.setattr("tempfile.tempdir", str(temporary / "absent"))
    assert failed(target, [server.url("whole")], sha256, LONG).startswith(
        "nothing can be written into a temporary folder"
    )


# Nothing is said, nothing is loaded before


@pytest.mark.parametrize("behaviour", ["whole", "other", "truncated"])
def test_nothing_is_printed_and_poochs_logger_is_as_before(server, target, sha256, capfd, behaviour):
    import pooch

    assert not pooch.get_logger().disabled
    with contextlib.suppress(DownloadFailed):
        download(target, [server.url(behaviour)], sha256, LONG)
    assert not pooch.get_logger().disabled
    assert capfd.readouterr() == ("", "")


@pytest.mark.slow
@pytest.mark.parametrize("ways", ["cache", "offline", "digits"])
def test_pooch_and_requests_are_loaded_for_a_download_only(target, ways):
    if ways == "cache":
        target.parent.mkdir(parents=True)
        write_npz(target)
    wanted = "digits" if ways == "digits" else "auto"
    code = f"""
        import sys
        from verify.training.data import find_dataset
        find_dataset(wanted={wanted!r})
        print(*(name for name in ("pooch", "requests", "urllib3") if name in sys.modules))
        """
    assert in_process(code, target) == "\n"


def test_the_probe_says_what_a_download_loads(server, target, sha256):
    code = f"""
        import sys
        from pathlib import Path
        from verify.training.download import *
        download(Path({str(target)!r}), [{server.url("whole")!r}], {sha256!r})
        print(*(name for name in ("pooch", "requests", "urllib3") if name in sys.modules))
        """
    assert in_process(code, target) == "pooch requests urllib3\n"


def in_process(code: str, target: Path) -> str:
    environment = {**os.environ, "KERAS_HOME": str(target.parents[1])}
    environment.pop("VERIFY_MNIST", None)
    words = [sys.executable, "-W", "error", "-c", textwrap.dedent(code)]
    return subprocess.run(words, capture_output=True, text=True, check=True, env=environment, timeout=HANGS).stdout


# Interruptions, and two at once

CODE = """
import sys
from pathlib import Path
from verify.interrupts import Signals
from verify.training.download import Patience, download
with Signals():
    print(len(download(Path(sys.argv[1]), sys.argv[3:], sys.argv[2], Patience(50, 50)).x_train))
"""


def begun(target: Path, sha256: str, *mirrors: str) -> subprocess.Popen[str]:
    words = [sys.executable, "-c", CODE, str(target), sha256, *mirrors]
    return subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


@POSIX
@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
@pytest.mark.parametrize("behaviour", ["slow", "silent"])
def test_an_interruption_ends_it_at_once_and_leaves_nothing(server, target, temporary, sha256, behaviour, name):
    target.parent.mkdir(parents=True)
    process = begun(target, sha256, server.url(behaviour))
    while not server.asked or not list(temporary.iterdir()):
        assert process.poll() is None
        time.sleep(0.01)
    began = time.monotonic()
    process.send_signal(getattr(signal, name))
    _, err = process.communicate(timeout=HANGS)
    assert time.monotonic() - began < GENEROUS
    assert process.returncode == 128 + getattr(signal, name)
    assert err == ("verify: interrupted\n" if name == "SIGINT" else f"verify: ended by {name}\n")
    assert list(target.parent.iterdir()) == []
    assert list(temporary.iterdir()) == []


def test_two_at_once_do_not_break_each_other(server, target, temporary, content, sha256):
    both = [begun(target, sha256, server.url("whole")) for _ in range(2)]
    assert [process.communicate(timeout=HANGS) for process in both] == [("5\n", "")] * 2
    assert target.read_bytes() == content
    assert list(target.parent.iterdir()) == [target]
    assert list(temporary.iterdir()) == []


def test_in_another_thread_than_the_main_one_it_works_too(server, target, sha256):
    found = []
    thread = threading.Thread(target=lambda: found.append(download(target, [server.url("whole")], sha256, LONG)))
    thread.start()
    thread.join()
    assert len(found[0].x_train) == 5


# Through the search


def test_the_search_downloads_into_kerass_cache_and_finds_it_there_the_next_time(server, target, sha256, monkeypatch):
    monkeypatch.delenv("VERIFY_MNIST", raising=False)
    monkeypatch.delenv("VERIFY_OFFLINE")
    monkeypatch.setenv("KERAS_HOME", str(target.parents[1]))
    from_server = partial(download, mirrors=[server.url("whole")], sha256=sha256, patience=LONG)
    monkeypatch.setattr(data, "download", from_server)
    assert find_dataset().source == "a download of Keras's mnist.npz"
    assert find_dataset().source == "the Keras cache"
    assert server.asked == ["whole"]


def test_without_any_mirror_nothing_is_downloaded(target):
    with pytest.raises(DownloadFailed):
        module.download(target, [])
