"""The folder of a report: whole or not at all, the same from its own evidence, and nobody else's files are touched."""

from __future__ import annotations

import errno
import os
import shutil
import stat
from dataclasses import replace
from pathlib import Path

import pytest

from tests.report.evidences import WRONG_DZ2, digits, extreme, hostile, right, wrong
from verify.errors import BadInput
from verify.evidence.records import Evidence
from verify.report.document import document
from verify.report.folder import check_report_folder, write_report
from verify.report.html import page
from verify.report.markdown import text

POSIX = pytest.mark.skipif(os.name != "posix", reason="links and modes are as POSIX has them")
ALWAYS = {"evidence.json", "report.html", "report.md"}
PICTURES = {"kill-matrix.svg", "kill-matrix.png", "step-sizes.svg", "step-sizes.png"}
LEARNING = {"learning-curves.svg", "learning-curves.png"}
DIGITS = {"digits.svg", "digits.png"}


def contents(folder: Path) -> dict[str, bytes]:
    """Return every file below a folder, links and hidden ones too."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One report, drawn once for all tests."""
    folder = tmp_path_factory.mktemp("once") / "reports" / "right"
    write_report(right(), folder)
    return folder


@pytest.fixture
def written(tmp_path: Path, once: Path) -> Path:
    return Path(shutil.copytree(once, tmp_path / "reports" / "right"))


@pytest.mark.slow
def test_a_report_is_its_evidence_both_texts_and_the_pictures(tmp_path: Path) -> None:
    for name, evidence, expected in (
        ("right", right(), ALWAYS | PICTURES),
        ("digits", digits(), ALWAYS | PICTURES | LEARNING | DIGITS),
        ("without", digits().without_digits(), ALWAYS | PICTURES | LEARNING),
    ):
        folder = tmp_path / "of" / "all" / name
        write_report(evidence, folder)
        found = contents(folder)
        assert set(found) == expected
        assert found["evidence.json"].decode() == evidence.to_json()
        assert found["report.html"].decode() == page(document(evidence))
        assert found["report.md"].decode() == text(document(evidence))
        for file, content in found.items():
            assert content.startswith(b"<svg ") or not file.endswith(".svg")
            assert content.startswith(b"\x89PNG") or not file.endswith(".png")
    assert sorted(path.name for path in (tmp_path / "of" / "all").iterdir()) == ["digits", "right", "without"]


@pytest.mark.slow
@pytest.mark.parametrize("make", [right, digits, extreme, hostile], ids=lambda make: make.__name__)
def test_it_is_the_same_byte_for_byte_from_its_own_evidence(tmp_path: Path, make) -> None:
    write_report(make(), tmp_path / "first")
    again = Evidence.from_json((tmp_path / "first" / "evidence.json").read_text(encoding="utf-8"))
    write_report(again, tmp_path / "second")
    assert contents(tmp_path / "first") == contents(tmp_path / "second")


def modes(folder: Path) -> set[int]:
    return {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}


@POSIX
def test_who_may_read_it_is_what_the_system_says_and_stays(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        write_report(right(), tmp_path / "report")
        assert (stat.S_IMODE((tmp_path / "report").stat().st_mode), modes(tmp_path / "report")) == (0o750, {0o640})
        (tmp_path / "report").chmod(0o705)
        for path in (tmp_path / "report").iterdir():
            path.chmod(0o604)
        write_report(right(), tmp_path / "report")
        assert (stat.S_IMODE((tmp_path / "report").stat().st_mode), modes(tmp_path / "report")) == (0o705, {0o604})
    finally:
        os.umask(before)


@pytest.mark.slow
def test_a_report_is_replaced_and_loses_the_pictures_that_it_no_longer_has(tmp_path: Path) -> None:
    folder = tmp_path / "report"
    write_report(digits(), folder)
    write_report(right(), folder)
    assert set(contents(folder)) == ALWAYS | PICTURES
    write_report(wrong(WRONG_DZ2), folder)
    assert contents(folder)["evidence.json"].decode() == wrong(WRONG_DZ2).to_json()
    assert [path.name for path in tmp_path.iterdir()] == ["report"]


def test_an_empty_folder_is_taken(tmp_path: Path) -> None:
    (tmp_path / "report").mkdir()
    write_report(right(), tmp_path / "report")
    assert set(contents(tmp_path / "report")) == ALWAYS | PICTURES


def test_a_folder_named_relative_to_here_is_meant_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write_report(right(), Path("report"))
    assert set(contents(tmp_path / "report")) == ALWAYS | PICTURES
    write_report(right(), Path("report"))
    assert [path.name for path in tmp_path.iterdir()] == ["report"]


# What is not ours


def other_file(folder: Path) -> None:
    (folder / "thesis.txt").write_text("mine", encoding="utf-8")


def other_folder(folder: Path) -> None:
    (folder / "figures").mkdir()


def other_picture(folder: Path) -> None:
    (folder / "holiday.png").write_bytes(b"mine")


def hidden(folder: Path) -> None:
    (folder / ".git").mkdir()


def no_evidence(folder: Path) -> None:
    (folder / "evidence.json").unlink()


def folder_of_our_name(folder: Path) -> None:
    (folder / "report.md").unlink()
    (folder / "report.md").mkdir()


def link_of_our_name(folder: Path) -> None:
    (folder / "report.md").unlink()
    (folder / "report.md").symlink_to("nowhere")


@POSIX
@pytest.mark.parametrize(
    "change", [other_file, other_folder, other_picture, hidden, no_evidence, folder_of_our_name, link_of_our_name]
)
def test_a_folder_that_is_no_report_is_left_alone(written: Path, change) -> None:
    change(written)
    before = contents(written)
    for refuse in (lambda: check_report_folder(written), lambda: write_report(digits(), written)):
        with pytest.raises(BadInput, match="only an older report is replaced; give another --name or --out") as refused:
            refuse()
        assert "\n" not in str(refused.value)
    assert contents(written) == before
    assert [path.name for path in written.parent.iterdir()] == ["right"]


@POSIX
@pytest.mark.parametrize("kind", ["file", "link to a file", "link to a folder", "link to nothing", "pipe"])
def test_what_is_no_folder_is_left_alone(tmp_path: Path, kind: str) -> None:
    place = tmp_path / "report"
    (tmp_path / "file").write_text("mine", encoding="utf-8")
    (tmp_path / "folder").mkdir()
    if kind == "file":
        place.write_text("mine", encoding="utf-8")
    elif kind == "pipe":
        os.mkfifo(place)
    else:
        place.symlink_to(kind.removeprefix("link to a ").replace("link to nothing", "nothing"))
    before = sorted(tmp_path.iterdir())
    with pytest.raises(BadInput, match="is a file or a link; expected a folder for the report, or a name that is free"):
        write_report(right(), place)
    assert sorted(tmp_path.iterdir()) == before
    assert (tmp_path / "file").read_text(encoding="utf-8") == "mine"
    assert not list((tmp_path / "folder").iterdir())


@pytest.mark.parametrize("place", ["file/report", "file/below/report"])
def test_a_place_below_a_file_is_refused(tmp_path: Path, place: str) -> None:
    (tmp_path / "file").write_text("mine", encoding="utf-8")
    with pytest.raises(BadInput, match="nothing can be written into file; give another --out"):
        write_report(right(), tmp_path / place)
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


@POSIX
def test_a_folder_that_may_not_be_written_is_refused_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda *_, **__: False)
    with pytest.raises(BadInput, match="nothing can be written into"):
        check_report_folder(tmp_path / "report")
    assert not list(tmp_path.iterdir())


# What goes wrong on the way


def no_space(*_: object, **__: object) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


def test_a_full_disk_leaves_the_old_report_whole_and_nothing_beside_it(
    written: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = contents(written.parent)
    monkeypatch.setattr(os, "fsync", no_space)
    with pytest.raises(BadInput, match=r"can't be written \(No space left on device\); nothing was changed"):
        write_report(digits(), written)
    assert contents(written.parent) == before
    assert [path.name for path in written.parent.iterdir()] == ["right"]


def test_a_full_disk_leaves_nothing_where_nothing_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "fsync", no_space)
    for folder in (tmp_path / "report", tmp_path / "reports" / "of" / "all"):
        with pytest.raises(BadInput, match="No space left"):
            write_report(right(), folder)
    assert not list(tmp_path.iterdir())


class Renaming:
    """Path.rename that fails, or is interrupted, at these calls."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, error: BaseException, *failing: int) -> None:
        self.calls, self.original = 0, Path.rename

        def rename(path: Path, target: Path) -> Path:
            self.calls += 1
            if self.calls in failing:
                raise error
            return self.original(path, target)

        monkeypatch.setattr(Path, "rename", rename)


@pytest.mark.slow
@pytest.mark.parametrize("failing", [1, 2])
@pytest.mark.parametrize("error", [OSError(errno.EACCES, "Permission denied"), KeyboardInterrupt()], ids=repr)
def test_a_move_that_fails_leaves_the_old_report_whole(
    written: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException, failing: int
) -> None:
    before = contents(written.parent)
    Renaming(monkeypatch, error, failing)
    with pytest.raises(KeyboardInterrupt if isinstance(error, KeyboardInterrupt) else BadInput):
        write_report(digits(), written)
    assert contents(written.parent) == before
    assert [path.name for path in written.parent.iterdir()] == ["right"]


@pytest.mark.slow
def test_where_even_the_old_report_can_not_be_moved_back_it_is_not_thrown_away(
    written: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = contents(written)
    Renaming(monkeypatch, OSError(errno.EIO, "Input/output error"), 2, 3)
    with pytest.raises((BadInput, OSError)):
        write_report(digits(), written)
    kept = {Path(name).name: content for name, content in contents(written.parent).items()}
    assert kept == before


def test_an_evidence_that_can_not_be_drawn_leaves_the_old_report_whole(written: Path) -> None:
    broken, before = digits(), contents(written.parent)
    assert broken.training is not None
    data = replace(broken.training.data, digits=(replace(broken.training.data.digits[0], rows=("zz",)),))
    with pytest.raises(BadInput, match="image 1 of the evidence"):
        write_report(replace(broken, training=replace(broken.training, data=data)), written)
    assert contents(written.parent) == before
