"""A file is written whole or not at all."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from verify.errors import BadInput
from verify.files import check_folder, check_writable, made, read_text, write_whole
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


@pytest.fixture
def umask(request: pytest.FixtureRequest) -> Iterator[int]:
    before = os.umask(request.param)
    yield request.param
    os.umask(before)


POSIX = pytest.mark.skipif(os.name != "posix", reason="permissions are as POSIX has them")


@POSIX
@pytest.mark.parametrize("umask", [0o022, 0o077, 0o002], indirect=True, ids=oct)
def test_who_may_read_a_new_file_is_what_the_system_says(tmp_path: Path, umask: int):
    write_whole(tmp_path / "new", "text")
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o666 & ~umask


@POSIX
@pytest.mark.parametrize("umask", [0o022, 0o077], indirect=True, ids=oct)
@pytest.mark.parametrize("mode", [0o600, 0o640, 0o664, 0o444], ids=oct)
def test_who_may_read_a_file_stays_and_is_nobody_else_meanwhile(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, umask: int, mode: int
):
    path, opened = tmp_path / "older", []
    path.write_text("older")
    path.chmod(mode)
    original = os.open

    def watched(name, flags, permissions=0o777, **named):
        opened.append(permissions)
        return original(name, flags, permissions, **named)

    monkeypatch.setattr(os, "open", watched)
    write_whole(path, "newer")
    assert path.read_text() == "newer"
    assert stat.S_IMODE(path.stat().st_mode) == mode
    assert opened == [0o600]


def fail_in(folder: Path, error: BaseException, kept: Path | None = None) -> None:
    with made(folder):
        assert folder.is_dir()
        if kept is not None:
            kept.write_text("kept")
        raise error


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()], ids=repr)
def test_folders_that_were_made_for_work_that_fails_go_again(tmp_path: Path, error: BaseException):
    (tmp_path / "there").mkdir()
    for folder in (tmp_path / "there" / "a" / "b", tmp_path / "there"):
        with pytest.raises(type(error)):
            fail_in(folder, error)
    assert [path.name for path in tmp_path.rglob("*")] == ["there"]


def test_folders_that_were_made_stay_where_the_work_is_done_or_something_is_in_them(tmp_path: Path):
    with made(tmp_path / "a" / "b"):
        pass
    with pytest.raises(OSError, match="late"):
        fail_in(tmp_path / "c" / "d", OSError("late"), tmp_path / "c" / "kept")
    assert sorted(str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*")) == ["a", "a/b", "c", "c/kept"]


def test_of_folders_of_which_only_some_could_be_made_none_stays(tmp_path: Path):
    with pytest.raises(OSError, match="too long"), made(tmp_path / "a" / ("b" * 300)):
        raise AssertionError("never reached")
    assert not list(tmp_path.iterdir())


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
