"""A file is written whole or not at all."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from verify.errors import BadInput
from verify.files import check_folder, check_writable, read_text, write_whole
from verify.report.folder import check_report_folder


def test_a_file_is_written_and_replaced(tmp_path: Path):
    path = tmp_path / "evidence.json"
    write_whole(path, "one")
    write_whole(path, "two")
    assert path.read_text() == "two"
    assert list(tmp_path.iterdir()) == [path]


def test_a_link_is_written_through_and_stays_a_link(tmp_path: Path):
    real, link = tmp_path / "real.json", tmp_path / "link.json"
    real.write_text("old")
    link.symlink_to(real)
    write_whole(link, "new")
    assert link.is_symlink()
    assert real.read_text() == "new"


def test_a_disk_that_is_full_leaves_the_older_file_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path = tmp_path / "evidence.json"
    path.write_text("older")

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(BadInput, match=r"No space left on device.*nothing was changed"):
        write_whole(path, "newer")
    assert path.read_text() == "older"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    ("name", "said"),
    [("folder", "is a folder"), ("missing/file", "there is no folder"), ("pipe", "is a device or a pipe")],
)
def test_what_can_not_be_written_is_refused_before_any_work(tmp_path: Path, name: str, said: str):
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(BadInput, match=said):
        check_writable(tmp_path / name)


def test_ctrl_c_in_the_middle_leaves_the_older_file_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path = tmp_path / "evidence.json"
    path.write_text("older")

    def interrupted(descriptor: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_whole(path, "newer")
    assert path.read_text() == "older"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.skipif(os.name != "posix", reason="signals are sent as POSIX has them")
def test_a_signal_that_ends_the_process_waits_until_the_file_is_whole(tmp_path: Path):
    path = tmp_path / "evidence.json"
    path.write_text("older")
    code = """
import os, signal, sys
from pathlib import Path
from verify.files import write_whole
from verify.interrupts import Signals
os.fsync = lambda descriptor: signal.raise_signal(signal.SIGTERM)
with Signals():
    write_whole(Path(sys.argv[1]), "newer")
"""
    done = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (128 + signal.SIGTERM, b"verify: ended by SIGTERM\n")
    assert path.read_text() == "newer"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    "question", [check_writable, check_folder, check_report_folder, lambda path: read_text(path, "a text")]
)
def test_a_name_that_the_system_can_not_take_is_refused_in_one_line(question, tmp_path: Path):
    with pytest.raises(
        BadInput, match=r"aaa\.\.\.: can't be used \(File name too long\); give another path"
    ) as refused:
        question(tmp_path / ("a" * 300))
    assert len(str(refused.value)) < 200
