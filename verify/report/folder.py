"""The folder of a report: evidence.json, report.html, report.md and the pictures, written whole or not at all."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from verify.errors import BadInput
from verify.evidence.records import Evidence
from verify.files import about_a_path, made, mode_of, unfinished, write_through
from verify.interrupts import deferred
from verify.report import html, markdown
from verify.report.blocks import Drawing
from verify.report.document import document

EVIDENCE: Final = "evidence.json"
_PICTURES: Final = ("learning-curves", "digits", "kill-matrix", "step-sizes")
_OURS: Final = (
    EVIDENCE,
    "report.html",
    "report.md",
    *(f"{name}{end}" for name in _PICTURES for end in (".svg", ".png")),
)


@about_a_path
def check_report_folder(folder: Path) -> None:
    """Raise BadInput where a report can't be written at this place; a folder that holds another report is replaced."""
    if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
        raise BadInput(f"{folder}: is a file or a link; expected a folder for the report, or a name that is free")
    if folder.is_dir():
        strange = sorted(path.name for path in folder.iterdir() if not _is_ours(path))
        if strange or (any(folder.iterdir()) and not (folder / EVIDENCE).exists()):
            what = f"holds {', '.join(strange[:3])}" if strange else "is no report"
            raise BadInput(f"{folder}: {what}; only an older report is replaced; give another --name or --out")
    parent = next(parent for parent in folder.absolute().parents if parent.exists())
    if not parent.is_dir() or not os.access(parent, os.W_OK):
        raise BadInput(f"{folder}: nothing can be written into {parent.name or parent}; give another --out")


def write_report(evidence: Evidence, folder: Path) -> None:
    """Write the report beside its place and move it there; an older report stays whole until then.

    A signal waits until the end: there is then the whole new report, and nothing beside it.
    Raises BadInput where the disk is full, or the folder can't be written or is of another kind.
    """
    check_report_folder(folder)
    report = document(evidence)
    contents: dict[str, str | bytes] = {
        EVIDENCE: evidence.to_json(),
        "report.html": html.page(report),
        "report.md": markdown.text(report),
    }
    for block in (block for section in report.sections for block in section.blocks):
        if isinstance(block, Drawing):
            name = block.picture.name
            contents |= {f"{name}.svg": block.picture.svg, f"{name}.png": block.picture.png}
    with deferred():
        _write_all(contents, folder)


def _write_all(contents: Mapping[str, str | bytes], folder: Path) -> None:
    new = unfinished(folder.parent)
    try:
        with made(folder.parent):
            try:
                _fill(new, contents, folder)
                _put_in_place(new, folder)
            finally:
                shutil.rmtree(new, ignore_errors=True)
    except OSError as error:
        raise BadInput(f"{folder}: can't be written ({error.strerror or error}); nothing was changed") from error


def _fill(new: Path, contents: Mapping[str, str | bytes], older: Path) -> None:
    """Make the folder with its files; who may read them is as for the older ones, or as the system gives it."""
    mode = mode_of(older)
    new.mkdir(0o777 if mode is None else 0o700)
    for name, content in contents.items():
        write_through(new / name, content.encode() if isinstance(content, str) else content, older / name)
    if mode is not None:
        new.chmod(mode | 0o700)


def _put_in_place(new: Path, folder: Path) -> None:
    """Give the new folder the old one's name; where that fails, the old one gets its name back."""
    if not folder.exists():
        new.rename(folder)
        return
    aside = unfinished(folder.parent)
    old = aside / "old"
    aside.mkdir(0o700)
    try:
        folder.rename(old)
        new.rename(folder)
    finally:
        if old.exists() and not folder.exists():
            old.rename(folder)
        # Not reached where the old report could not be moved back: it is kept.
        shutil.rmtree(aside, ignore_errors=True)


def _is_ours(path: Path) -> bool:
    return path.is_file() and not path.is_symlink() and path.name in _OURS
