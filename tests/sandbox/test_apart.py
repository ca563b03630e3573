"""Running code apart: answers come back, failures have a name, and the judge survives all of them."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.patience import HANGS, becomes
from tests.places import DRIVER
from verify.errors import BadInput
from verify.sandbox.cage import Limits, offers, strongest
from verify.sandbox.clearing import clear
from verify.sandbox.inside.serve import serve
from verify.sandbox.session import KINDS, Failed, Sandbox
from verify.sandbox.wire import receive, send

pytestmark = pytest.mark.slow

LEVELS = [one.level for one in offers() if one.available]
GOOD = "import numpy as np\ndef f(x): return 2 * x"
TWICE = (
    "from verify.sandbox.inside import serve as s\nonce = s.send\ns.send = lambda *given: (once(*given), once(*given))"
)

RENUMBERED = """
from verify.sandbox.inside import serve as s
once = s.send
s.send = lambda sock, header, arrays=None: once(sock, {**header, "id": "0" * 32}, arrays)
"""
UNASKED = """
import os, threading, time

def speak():
    time.sleep(0.1)
    for number in range(3, 64):
        try:
            os.write(number, b"x")
        except OSError:
            pass

threading.Thread(target=speak).start()
"""


def _apart(level: str, **limits: Any) -> Sandbox:
    return Sandbox(level, Limits(**{"seconds": 10.0, "memory": 768, **limits}), "hostile_driver", str(DRIVER))


@pytest.fixture(params=LEVELS)
def apart(request: pytest.FixtureRequest) -> Iterator[Sandbox]:
    with _apart(request.param) as made:
        yield made


def _load(code: str) -> dict[str, Any]:
    return {"do": "load", "code": code}


CALL = {"do": "call", "call": "f"}


def test_arrays_go_there_and_come_back(apart: Sandbox) -> None:
    worker = apart.worker()
    assert worker.ask(_load(GOOD)) == ({}, {})
    x = np.arange(6.0).reshape(2, 3)
    header, arrays = worker.ask(CALL, {"x": x})
    assert header == {}
    np.testing.assert_array_equal(arrays["value"], 2 * x)


def test_workers_share_nothing_and_may_live_at_the_same_time(apart: Sandbox) -> None:
    one, other = apart.worker(), apart.worker()
    one.ask(_load("def f(x): return x + 1"))
    other.ask(_load("def f(x): return x + 2"))
    assert one.ask(CALL, {"x": np.zeros(())})[1]["value"] == 1
    assert other.ask(CALL, {"x": np.zeros(())})[1]["value"] == 2
    one.close()
    assert other.ask(CALL, {"x": np.zeros(())})[1]["value"] == 2


def test_an_error_is_an_answer_and_the_worker_lives_on(apart: Sandbox) -> None:
    worker = apart.worker()
    for code, said in (
        ("1 / 0", "ZeroDivisionError: division by zero"),
        ("raise SystemExit(3)", "SystemExit: 3"),
        ("raise KeyboardInterrupt", "KeyboardInterrupt"),
        ("raise ValueError('x' * 10000)", f"ValueError: {'x' * 2000}"),
        ("bytes(1 << 45)", "MemoryError"),
        ("def f(): f()\nf()", "RecursionError: maximum recursion depth exceeded"),
    ):
        header, _ = worker.ask(_load(code))
        assert str(header["error"]).startswith(said)
        assert len(str(header["error"])) <= 2020
    assert worker.ask(_load(GOOD)) == ({}, {})


def test_what_is_printed_is_kept_apart_from_the_answers(apart: Sandbox) -> None:
    worker = apart.worker()
    worker.ask(_load("import sys, os\nprint('one \\udcff é')\nprint('two', file=sys.stderr)\nos.write(1, b'\\xff')"))
    worker.close()
    assert worker.printed == "one \\udcff é\ntwo\n\\xff"


def test_a_flood_of_text_is_cut_and_said() -> None:
    with _apart(strongest(), output=100) as apart:
        worker = apart.worker()
        assert worker.ask(_load("for _ in range(1000): print('x' * 10000)")) == ({}, {})
        worker.close()
    assert worker.printed == "x" * 100 + "\n[cut: more was printed]"


@pytest.mark.parametrize(
    ("code", "kind", "said"),
    [
        ("while True: pass", "time", "processor time is used up, 0.4"),
        ("import os; os._exit(7)", "left", "with status 7"),
        ("import os; os.closerange(0, 99)\nwhile True: pass", "left", "closed the channel"),
        ("import os; os.closerange(3, 99)", "left", "closed the channel to the judge"),
        ("import ctypes; ctypes.string_at(0)", "crashed", "SIGSEGV"),
        ("import os; os.kill(os.getpid(), 9)", "memory", "memory runs out"),
    ],
)
def test_a_failure_has_a_kind_and_a_sentence(apart: Sandbox, code: str, kind: str, said: str) -> None:
    worker = apart.worker()
    with pytest.raises(Failed, match=said) as failed:
        worker.ask(_load(code), seconds=0.4)
    assert failed.value.kind == kind
    assert kind in KINDS
    with pytest.raises(Failed) as again:  # it is gone for good
        worker.ask(_load(GOOD))
    assert again.value is failed.value
    assert apart.worker().ask(_load(GOOD)) == ({}, {})  # a new one does not mind


def test_code_that_sleeps_is_waited_for_longer_and_then_told_as_that() -> None:
    with _apart(strongest(), seconds=0.5) as apart:
        worker = apart.worker()
        assert worker.ask(_load("import time; time.sleep(0.8)")) == ({}, {})
        assert apart.spent < 0.5
        with pytest.raises(Failed, match="it sleeps or waits for something") as failed:
            worker.ask(_load("import time; time.sleep(600)"))
        assert failed.value.kind == "time"
        with pytest.raises(Failed, match=r"waited for more than 1\.5 s, and the time limit is used up"):
            apart.worker().ask(_load(GOOD))


RESERVED = "import mmap\nmmap.mmap(-1, 6 << 30, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS, prot=mmap.PROT_READ)"
WRITABLE = "import mmap\nmmap.mmap(-1, 6 << 30, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)"
SHARED = "import mmap\nmmap.mmap(-1, 1 << 20)"
GROWING = "import mmap\nmmap.mmap(-1, 1 << 20, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | 0x100)"
ZERO = "import mmap, os\nmmap.mmap(os.open('/dev/zero', os.O_RDWR), 1 << 20)"


def test_addresses_that_are_only_reserved_are_no_memory() -> None:
    with _apart(strongest(), memory=512) as apart:
        worker = apart.worker()
        assert worker.ask(_load(RESERVED)) == ({}, {})
        for code in (WRITABLE, SHARED, GROWING, ZERO, "bytearray(1 << 30)"):
            header, _ = worker.ask(_load(code))
            assert "error" in header, code


def test_an_answer_that_is_too_large_is_a_flood() -> None:
    with _apart(strongest(), answer=1000) as apart:
        worker = apart.worker()
        worker.ask(_load("import numpy as np\ndef f(x): return np.zeros(126)"))
        with pytest.raises(Failed, match="too large") as failed:
            worker.ask(CALL, {"x": np.zeros(1)})
        assert failed.value.kind == "flood"


def test_a_second_answer_is_found_out(apart: Sandbox) -> None:
    worker = apart.worker()
    assert worker.ask(_load(TWICE)) == ({}, {})
    with pytest.raises(Failed) as failed:
        worker.ask(_load(GOOD))
    assert failed.value.kind == "message"


def test_an_answer_with_the_number_of_another_question_is_found_out(apart: Sandbox) -> None:
    worker = apart.worker()
    with pytest.raises(Failed, match="something else than it was asked") as failed:
        worker.ask(_load(RENUMBERED))
    assert failed.value.kind == "message"


def test_an_answer_that_was_not_asked_for_is_found_out(apart: Sandbox) -> None:
    worker = apart.worker()
    worker.ask(_load(UNASKED))
    time.sleep(0.5)
    with pytest.raises(Failed, match="without being asked") as failed:
        worker.ask(_load(GOOD))
    assert failed.value.kind == "message"


def test_the_time_of_all_workers_together_is_bounded() -> None:
    with _apart(strongest(), seconds=0.6) as apart:
        for _ in range(2):
            with pytest.raises(Failed) as failed:
                apart.worker().ask(_load("while True: pass"), seconds=0.4)
            assert failed.value.kind == "time"
        with pytest.raises(Failed, match=r"time limit of 0\.6 s of processor time is used up") as failed:
            apart.worker().ask(_load(GOOD))
        assert failed.value.kind == "time"


def test_a_cage_that_dies_is_a_failure_and_no_hang(apart: Sandbox) -> None:
    worker = apart.worker()
    worker.ask(_load(GOOD))
    assert apart._process is not None
    apart._process.send_signal(signal.SIGKILL)
    apart._process.wait()

    def ask_on() -> None:
        for _ in range(100):  # inside, the news may take some milliseconds
            worker.ask(CALL, {"x": np.zeros(1)})
            time.sleep(0.05)

    with pytest.raises(Failed) as failed:
        ask_on()
    assert failed.value.kind == "crashed"
    with pytest.raises(Failed, match="has ended"):
        apart.worker()


@pytest.mark.parametrize("level", LEVELS)
def test_a_driver_that_cannot_be_loaded_is_said(level: str) -> None:
    with Sandbox(level, Limits(), "no_such_driver") as apart, pytest.raises(Failed, match="no_such_driver") as failed:
        apart.worker()
    assert failed.value.kind == "crashed"


def test_an_unknown_rung_is_refused() -> None:
    with pytest.raises(BadInput, match="no such level"):
        _apart("docker")


def test_closing_at_once_and_twice_is_no_matter() -> None:
    apart = _apart(strongest())
    apart.close()
    apart.close()


def test_nothing_stays_open_in_the_judge() -> None:
    def opened() -> int:
        return len(os.listdir("/proc/self/fd"))

    def once() -> None:
        with _apart(strongest()) as apart:
            with pytest.raises(Failed):
                apart.worker().ask(_load("import os; os._exit(0)"))
            apart.worker().ask(_load(GOOD))
            apart.worker()

    once()
    before, threads = opened(), threading.active_count()
    for _ in range(3):
        once()
    assert opened() == before
    assert threading.active_count() == threads


@pytest.mark.parametrize("level", LEVELS)
def test_when_the_judge_is_killed_nothing_goes_on(level: str, tmp_path: Path) -> None:
    folders = tmp_path / "folders"
    folders.mkdir()
    driver = tmp_path / "hostile_driver.py"
    driver.write_text(DRIVER.read_text())
    judge = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import sys\nfrom verify.sandbox.session import Sandbox\nfrom verify.sandbox.cage import Limits\n"
            "with Sandbox(sys.argv[1], Limits(), 'hostile_driver', sys.argv[2]) as apart:\n"
            "    worker = apart.worker()\n    print('ready', flush=True)\n"
            "    worker.ask({'do': 'load', 'code': 'while True: pass'})",
            level,
            str(driver),
        ],
        stdout=subprocess.PIPE,
        env={**os.environ, "TMPDIR": str(folders)},
    )
    with judge:
        assert judge.stdout is not None
        assert judge.stdout.readline() == b"ready\n"
        time.sleep(0.2)
        judge.kill()
    assert becomes(lambda: not _running(driver))
    assert becomes(lambda: not list(folders.iterdir()))


def _running(driver: Path) -> list[str]:
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if os.fsencode(driver) in (entry / "cmdline").read_bytes():
                found.append(entry.name)
        except OSError:
            continue
    return found


class _Raises:
    def handle(self, header: dict[str, Any], arrays: dict[str, Any]) -> Any:
        if "raise" in header:
            raise {"exit": SystemExit(1), "interrupt": KeyboardInterrupt()}[header["raise"]]
        return header["return"] if "return" in header else ({}, {"x": np.array([None])})


def test_the_loop_of_a_worker_answers_whatever_its_driver_does() -> None:
    ours, theirs = socket.socketpair()
    loop = threading.Thread(target=serve, args=(theirs, _Raises))
    loop.start()
    with ours, theirs:
        for asked, said in (
            ({"raise": "exit"}, "SystemExit: 1"),
            ({"raise": "interrupt"}, "KeyboardInterrupt"),
            ({"return": 1}, "TypeError: "),
            ({}, "BadMessage: array 'x' has dtype object"),
        ):
            send(ours, {"id": "7", "ask": asked})
            header, arrays = receive(ours, largest=0, deadline=time.monotonic() + HANGS)
            assert header["id"] == "7"
            answer = header["answer"]
            assert isinstance(answer, dict)
            assert answer["error"].startswith(said)
            assert arrays == {}
        ours.shutdown(socket.SHUT_RDWR)
        loop.join(5)
        assert not loop.is_alive()


def test_clearing_follows_no_link_and_minds_no_depth(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "kept").write_text("kept")
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "link").symlink_to(outside)
    (folder / "a" / "b").mkdir(parents=True)
    (folder / "a" / "link").symlink_to(outside / "kept")
    (folder / "a" / "b").chmod(0)
    (folder / "a").chmod(0)
    here = os.getcwd()
    try:
        os.chdir(folder)
        for _ in range(2500):
            os.mkdir("d")
            os.chdir("d")
    finally:
        os.chdir(here)
    clear(str(folder))
    assert not folder.exists()
    assert (outside / "kept").read_text() == "kept"
    clear(str(folder))  # nothing there is no matter
