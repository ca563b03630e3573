"""Standard output that is full, closed, cut off or of another encoding; little memory; no temporary folder."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from tests.command_line import Run, command
from tests.patience import HANGS
from tests.places import RIGHT
from verify import memory
from verify.memory import LACKING, ran_out

SUBMISSION = str(RIGHT)
SMALL = ("grads", "--sizes", "2,3,2", "--oracle", "exact")
VERIFY = [SMALL, (*SMALL, "--json", "-"), ("mistakes",), ("explain", "W1"), ("--help",)]
WRITERS = [command(*VERIFY[0]), [sys.executable, "-m", "derivations", "--sizes", "2,1,2,2"],
           *(command(*words) for words in VERIFY[1:])]  # fmt: skip
FULL = pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")
EACH = pytest.mark.parametrize("words", WRITERS, ids=lambda words: " ".join(words[2:]))
ONE = pytest.mark.parametrize("words", WRITERS, ids=lambda words: " ".join(words[2:]))


def shell(words: list[str], redirected: str, **environment: str) -> tuple[int, str, str]:
    """Run a command with what a shell puts behind it; return its own status, and what was printed."""
    done = subprocess.run(
        ["bash", "-c", f'"$@" {redirected}; exit ${{PIPESTATUS[0]}}', "bash", *words],
        capture_output=True, timeout=HANGS, check=False, env={**os.environ, **environment},
    )  # fmt: skip
    return done.returncode, done.stdout.decode("utf-8"), done.stderr.decode("utf-8")


@FULL
@EACH
def test_a_full_disk_is_one_line_and_status_2(words: list[str]) -> None:
    status, _, said = shell(words, "> /dev/full")
    assert (status, said.count("\n")) == (2, 1)
    assert said.endswith("standard output can't be written (No space left on device)\n")


@pytest.mark.slow
@EACH
def test_a_closed_output_is_one_line_and_status_2(words: list[str]) -> None:
    status, _, said = shell(words, ">&-")
    assert (status, said.count("\n")) == (2, 1)
    assert "closed" in said


@EACH
def test_a_pipe_that_is_closed_early_is_silent_and_keeps_the_status(words: list[str]) -> None:
    assert shell(words, "| true") == (0, "", "")


@pytest.mark.slow
def test_a_wrong_gradient_keeps_its_status_in_a_closed_pipe_and_writes_its_file(tmp_path: Path) -> None:
    words = command(*SMALL, "--mistake", "dW1-sign", "--json", str(tmp_path / "out"))
    assert shell(words, "| true") == (1, "", "")
    assert (tmp_path / "out").exists()


@ONE
@pytest.mark.slow
@pytest.mark.parametrize("redirected", ["2>&-", "2> /dev/null <&-"])
def test_without_standard_error_or_input_the_answer_is_the_same(words: list[str], redirected: str) -> None:
    status, printed, _ = shell(words, redirected)
    assert status == 0
    assert printed == shell(words, "")[1]


def test_a_refusal_without_standard_error_still_has_its_status() -> None:
    assert shell(command("grads", "--sizes", "2"), "2>&-") == (2, "", "")


@ONE
@pytest.mark.slow
@pytest.mark.parametrize("encoding", ["cp1252", "ascii"])
def test_a_pipe_is_given_utf_8_whatever_its_encoding_is_said_to_be(words: list[str], encoding: str) -> None:
    assert shell(words, "", PYTHONIOENCODING=encoding) == shell(words, "", PYTHONIOENCODING="utf-8")


# Memory


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="needs a bound on the address space")
def test_300_megabytes_are_enough_for_a_submission_and_a_hundred_are_one_line() -> None:
    words = command("grads", SUBMISSION)
    begin = ["bash", "-c", 'ulimit -v "$1"; shift; exec "$@"', "bash"]
    enough, little = (
        subprocess.run([*begin, size, *words], capture_output=True, text=True, timeout=HANGS, check=False)
        for size in ("300000", "150000")
    )
    assert (enough.returncode, enough.stderr) == (0, "")
    said = "verify: could not judge: judging takes 300 MB of address space, and 154 MB are allowed; "
    assert (little.returncode, little.stdout, little.stderr) == (3, "", f"{said}allow more (ulimit -v)\n")


@pytest.mark.skipif(sys.platform != "linux", reason="needs a bound on the address space")
def test_a_training_with_little_memory_is_refused_before_it_could_hang() -> None:
    words = command("train-mnist", "--dataset", "digits", "--epochs", "1")
    begin = ["bash", "-c", 'ulimit -v 460000; exec "$@"', "bash"]
    done = subprocess.run([*begin, *words], capture_output=True, text=True, timeout=120, check=False)
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr.startswith("verify: could not judge: training takes 1500 MB of address space")


@pytest.mark.parametrize(
    "error", [MemoryError(), OSError(errno.ENOMEM, "Cannot allocate memory"), RuntimeError("can't start new thread")]
)
def test_lack_of_memory_anywhere_is_could_not_judge(
    run: Run, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def lacking(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr("verify.lab.network.backward", lacking)
    monkeypatch.setattr("verify.lab.check.check_network", lacking)
    said = run(*SMALL)
    assert (said.status, said.out, said.err) == (3, "", f"verify: could not judge: {LACKING}\n")


def test_a_network_that_lacks_memory_is_not_called_wrong(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def lacking(*_: object, **__: object) -> None:
        raise MemoryError

    monkeypatch.setattr("verify.lab.comparing.handwritten", lacking)
    said = run(*SMALL)
    assert said.status == 3
    assert LACKING in " ".join((said.out + said.err).split())


def test_another_error_is_no_lack_of_memory() -> None:
    assert not ran_out(ImportError("No module named 'x'"))
    assert not ran_out(OSError(errno.EACCES, "Permission denied"))


def test_where_memory_is_bounded_one_thread_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    resource = pytest.importorskip("resource")
    monkeypatch.delenv("OPENBLAS_NUM_THREADS", raising=False)
    monkeypatch.setattr(resource, "getrlimit", lambda _: (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    memory.spare()
    assert "OPENBLAS_NUM_THREADS" not in os.environ
    monkeypatch.setattr(resource, "getrlimit", lambda _: (300 << 20, 300 << 20))
    monkeypatch.setattr(os, "environ", dict(os.environ))
    memory.spare()
    assert os.environ["OPENBLAS_NUM_THREADS"] == "1"


# Temporary folders


@pytest.mark.parametrize("words", [("cage",), ("grads", SUBMISSION)], ids=lambda words: words[0])
def test_without_a_temporary_folder_it_could_not_judge(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, words: tuple[str, ...]
) -> None:
    from verify.sandbox.cage import offer

    offer.cache_clear()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "absent"))
    said = run(*words)
    offer.cache_clear()
    assert (said.status, said.out, said.err.count("\n")) == (3, "", 1)
    assert said.err.startswith("verify: could not judge: nothing can be written into a temporary folder (")
    assert "give another one by TMPDIR" in said.err
