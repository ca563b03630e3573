"""A file is written whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from verify.errors import BadInput
from verify.files import check_writable, write_whole


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
