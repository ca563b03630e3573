"""Ctrl-C, SIGTERM and SIGHUP at any moment: whole files, nothing beside them, one line and a status."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.command_line import command
from tests.patience import HANGS, becomes
from tests.places import RIGHT as SUBMISSION
from tests.places import ROOT
from verify.evidence.records import Evidence
from verify.files import write_whole
from verify.interrupts import CtrlC, Ended, Signals, deferred

pytestmark = pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="needs the signals of POSIX")
SAID = {
    signal.SIGINT: (130, "verify: interrupted\n"),
    signal.SIGTERM: (143, "verify: ended by SIGTERM\n"),
    signal.SIGHUP: (129, "verify: ended by SIGHUP\n"),
}
SENDING = """
import os, signal, sys
number, moment = int(sys.argv[1]), sys.argv[2]
original = getattr(os, moment)
def sending(*given, **named):
    os.kill(os.getpid(), number)
    done = original(*given, **named)
    os.kill(os.getpid(), number)
    return done
setattr(os, moment, sending)
sys.argv[:] = ["verify", *sys.argv[3:]]
from verify.__main__ import main
main()
"""
SMALL = ("--sizes", "2,3,2", "--oracle", "exact")
WRITING = [
    ("grads", *SMALL, "--json", "out"),
    ("grads", str(SUBMISSION), "--write-convention", "out"),
    ("train-mnist", "--dataset", "digits", "--epochs", "1", "--save", "out.npz"),
    ("train-mnist", "--dataset", "digits", "--epochs", "1", "--figures", "out"),
    ("report", "--quick", "--out", ".", "--name", "out"),
]


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT)}


@pytest.mark.parametrize("moment", ["fsync", "replace", "rename"])
@pytest.mark.parametrize("number", SAID, ids=lambda number: number.name)
def test_a_signal_while_a_file_is_written_waits_until_it_is_whole(tmp_path: Path, number: int, moment: str) -> None:
    words = WRITING[4] if moment == "rename" else WRITING[0]
    done = subprocess.run(
        [sys.executable, "-c", SENDING, str(int(number)), moment, *words],
        capture_output=True, text=True, cwd=tmp_path, env=environment(), timeout=HANGS, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == SAID[signal.Signals(number)]
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
    written = tmp_path / "out" / "evidence.json" if moment == "rename" else tmp_path / "out"
    assert Evidence.from_json(written.read_text(encoding="utf-8")).verdict == "correct"


@pytest.mark.slow
@pytest.mark.parametrize("words", WRITING, ids=lambda words: f"{words[0]} {words[-2]}")
def test_every_command_that_writes_leaves_nothing_beside_its_files(tmp_path: Path, words: tuple[str, ...]) -> None:
    done = subprocess.run(
        [sys.executable, "-c", SENDING, str(int(signal.SIGTERM)), "fsync", *words],
        capture_output=True, text=True, cwd=tmp_path, env=environment(), timeout=HANGS, check=False,
    )  # fmt: skip
    assert done.returncode == 143
    assert done.stderr.endswith("verify: ended by SIGTERM\n")
    assert "Traceback" not in done.stderr
    assert {path.name for path in tmp_path.iterdir()} <= {"out", "out.npz"}
    assert list(tmp_path.iterdir())
    assert not list(tmp_path.rglob(".verify-*"))


def caught(pid: int, number: int) -> bool:
    """Whether a process handles a signal by now, as the kernel says."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return True
    mask = next(line for line in status.splitlines() if line.startswith("SigCgt"))
    return bool(int(mask.split()[1], 16) >> (number - 1) & 1)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(8))
def test_a_signal_at_a_random_moment_leaves_nothing(tmp_path: Path, seed: int) -> None:
    chosen = random.Random(seed)
    number = chosen.choice(list(SAID))
    words = chosen.choice([WRITING[1], WRITING[4], ("grads", str(SUBMISSION), "--require-cage", "rlimits")])
    temporary, place = tmp_path / "temporary", tmp_path / "place"
    temporary.mkdir()
    place.mkdir()
    process = subprocess.Popen(
        command(*words), cwd=place, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
        env={**environment(), "TMPDIR": str(temporary)}, start_new_session=True,
    )  # fmt: skip
    assert becomes(
        lambda: process.poll() is not None or caught(process.pid, signal.SIGTERM)
    )  # Python catches SIGINT itself
    time.sleep(chosen.uniform(0.0, 3.0))
    process.send_signal(number)
    _, said = process.communicate(timeout=HANGS)
    last = "".join(said.splitlines(keepends=True)[-1:])  # before it, a warning of a file that the signal left open
    assert (process.returncode, last) in (SAID[number], (0, ""))
    assert "Traceback" not in said
    assert {path.name for path in place.iterdir()} <= {"out"}
    # A cage that had just begun ends and clears its folder by itself.
    assert becomes(lambda: not list(temporary.iterdir()))


def test_an_interrupt_while_a_text_is_executed_ends_with_the_status_as_well(tmp_path: Path) -> None:
    """As within the making of a named tuple or in Typer, where Python alone would end by the signal."""
    text = """
import verify.cli.main, verify.report.safe
from verify.__main__ import main
def executing(*given, **named):
    exec("raise KeyboardInterrupt")
verify.cli.main.app = executing
main()
"""
    (tmp_path / "executing.py").write_text(text, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "executing"], capture_output=True, text=True, timeout=HANGS, check=False,
        cwd=tmp_path, env=environment(),
    )  # fmt: skip
    assert (done.returncode, done.stderr) == SAID[signal.SIGINT]


@pytest.mark.parametrize("number", SAID, ids=lambda number: number.name)
def test_a_deferred_signal_is_raised_at_the_end(number: int) -> None:
    reached = False
    with pytest.raises(SystemExit) as stopped, Signals(), deferred():  # noqa: PT012
        signal.raise_signal(number)
        reached = True
    assert reached
    assert stopped.value.code == SAID[signal.Signals(number)][0]


def test_a_second_signal_does_not_interrupt_the_cleaning_up() -> None:
    cleaned = False
    with pytest.raises(SystemExit) as stopped, Signals():  # noqa: PT012
        try:
            signal.raise_signal(signal.SIGHUP)
        finally:
            signal.raise_signal(signal.SIGTERM)
            cleaned = True
    assert (cleaned, stopped.value.code) == (True, 129)


def test_a_signal_that_is_ignored_stays_ignored() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with Signals():
            signal.raise_signal(signal.SIGHUP)
    finally:
        signal.signal(signal.SIGHUP, before)


def test_a_signal_in_a_finalizer_that_can_not_raise_is_not_lost() -> None:
    class Finalized:
        def __del__(self) -> None:
            signal.raise_signal(signal.SIGTERM)

    with pytest.raises(SystemExit) as stopped, Signals():  # noqa: PT012
        Finalized()
        becomes(lambda: False)
    assert stopped.value.code == 143


def test_the_handlers_of_before_are_back_afterwards() -> None:
    before = [signal.getsignal(number) for number in SAID]
    with Signals():
        assert signal.getsignal(signal.SIGTERM) not in before
    assert [signal.getsignal(number) for number in SAID] == before


def test_no_handler_of_errors_catches_that_the_process_is_to_end() -> None:
    assert not issubclass(Ended, Exception)


def test_the_second_ctrl_c_of_a_training_waits_for_a_file_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    original = os.fsync

    def interrupted(descriptor: int) -> None:
        signal.raise_signal(signal.SIGINT)
        original(descriptor)

    monkeypatch.setattr(os, "fsync", interrupted)
    said: list[str] = []
    with pytest.raises(KeyboardInterrupt), CtrlC(said.append) as stop:  # noqa: PT012
        signal.raise_signal(signal.SIGINT)
        assert stop.asked()
        write_whole(tmp_path / "file", "whole")
    assert len(said) == 1
    assert [path.read_text() for path in tmp_path.iterdir()] == ["whole"]
