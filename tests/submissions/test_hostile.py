"""Hostile code, in every cage that this machine offers: nothing outside is touched, nothing hangs, the judge goes on.

The first line of a file in hostile/ says what may come of it: "answer", "error TypeName" or the kind of a failure.
A file with "promise: files" is run where the level promises to keep files closed. An attack that succeeds prints REACHED.
"""

from __future__ import annotations

import os
import re
import shutil
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from tests.patience import HANGS
from tests.places import SUBMISSIONS as HERE
from verify.sandbox.cage import Limits, offer, offers
from verify.sandbox.session import Failed, Sandbox, Worker

pytestmark = pytest.mark.slow

FILES = sorted((HERE / "hostile").glob("*.py"))
LEVELS = [one.level for one in offers() if one.available]
LIMITS = Limits(seconds=2.0, memory=768, output=1 << 16)
X = np.arange(3.0)


@pytest.fixture
def driver(tmp_path: Path) -> Path:
    """A copy of the driver of these tests, whose path tells the processes of this test from all others."""
    return Path(shutil.copy(HERE / "hostile_driver.py", tmp_path / "hostile_driver.py"))


@pytest.fixture
def canary(tmp_path: Path) -> Path:
    """A file of this test's own, outside of every cage, that nobody but its owner may read."""
    path = tmp_path / "outside" / "canary"
    path.parent.mkdir()
    path.write_text("the canary sings")
    path.chmod(0o600)
    return path


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        yield server


def _apart(level: str, driver: Path) -> Sandbox:
    return Sandbox(level, LIMITS, "hostile_driver", str(driver))


def _outcome(worker: Worker, source: str) -> str:
    try:
        header, _ = worker.ask({"do": "load", "code": source})
        if "error" not in header and "def f(" in source:
            header, _ = worker.ask({"do": "call", "call": "f"}, {"x": X})
    except Failed as failure:
        return failure.kind if 0 < len(failure.reason) < 600 else "a failure without a sentence"
    return f"error {str(header['error']).partition(':')[0]}" if "error" in header else "answer"


def _left_running(driver: Path) -> list[bytes]:
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            words = (entry / "cmdline").read_bytes()
        except OSError:
            continue
        if os.fsencode(driver) in words:
            found.append(words)
    return found


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_hostile_code_stays_in_its_cage(
    level: str,
    path: Path,
    driver: Path,
    canary: Path,
    listener: socket.socket,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    text = path.read_text()
    if "# promise: files" in text and level == "rlimits":
        assert any("every file" in one for one in offer(level).leaves)  # it is said that this is not kept
        pytest.skip("this level does not promise it")
    expected = re.match(r"# expect: (.*)\n", text)
    assert expected, f"{path.name} does not say what is expected of it"
    monkeypatch.setenv("VERIFY_TEST_SECRET", "REACHED the environment")
    source = text.replace("@CANARY@", str(canary)).replace("@PORT@", str(listener.getsockname()[1]))
    source = source.replace("@PID@", str(os.getpid()))
    begin = time.monotonic()
    with _apart(level, driver) as apart:
        worker = apart.worker()
        outcome = _outcome(worker, source)
        folder = apart._folder
    took = time.monotonic() - begin
    wanted = [one.strip() for one in expected[1].split("|")]
    assert any(outcome == one or outcome.startswith(f"{one} ") for one in wanted), (outcome, worker.printed[-500:])
    assert "REACHED" not in worker.printed
    assert "sings" not in worker.printed
    assert len(worker.printed) <= LIMITS.output + 100
    assert took < HANGS
    assert canary.read_text() == "the canary sings"
    assert canary.stat().st_mode & 0o777 == 0o600
    assert not (canary.parent / "canary.new").exists()
    with pytest.raises(BlockingIOError):
        listener.accept()
    assert _left_running(driver) == []
    assert folder is None or not os.path.exists(folder)
    with _apart(level, driver) as apart:  # the next submission is none the worse
        worker = apart.worker()
        assert worker.ask({"do": "load", "code": "import numpy as np\ndef f(x): return np.sum(x) * 2"}) == ({}, {})
        _, arrays = worker.ask({"do": "call", "call": "f"}, {"x": X})
        assert arrays["value"] == 6.0


def test_there_are_many_hostile_files_and_a_cage_to_put_them_in() -> None:
    assert len(FILES) >= 30
    assert LEVELS


@pytest.mark.parametrize("level", LEVELS)
def test_what_a_submission_prints_in_one_worker_does_not_reach_the_next(level: str, driver: Path) -> None:
    with _apart(level, driver) as apart:
        first, second = apart.worker(), apart.worker()
        assert first.ask({"do": "load", "code": "print('first'); import numpy; numpy.sum = None; kept = 1"}) == ({}, {})
        answer, _ = second.ask({"do": "load", "code": "import numpy; print(numpy.sum([1, 2])); print(kept)"})
        assert str(answer["error"]).startswith("NameError")
        first.close()
        second.close()
        assert first.printed == "first\n"
        assert second.printed == "3\n"
