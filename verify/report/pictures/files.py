"""The pictures as files in a folder."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from verify.errors import BadInput
from verify.evidence.records import Evidence
from verify.files import check_folder, check_writable, made, write_whole
from verify.report.pictures.curves import learning_curves
from verify.report.pictures.digits import ten_digits
from verify.report.pictures.drawing import Picture
from verify.report.pictures.kill_matrix import kill_matrix
from verify.report.pictures.step_sizes import step_sizes


def write_figures(evidence: Evidence, folder: Path, *, digits: bool = True) -> tuple[Path, ...]:
    """Write every picture that the evidence has, each as .svg and .png, into a folder that is made where it is missing.

    They are learning-curves, digits (unless they are not wanted), kill-matrix and step-sizes. All are drawn before
    the first is written. Raises BadInput where there is nothing to draw, or where a file can't be written.
    """
    pictures = _pictures(evidence, digits=digits)
    files: dict[Path, str | bytes] = {}
    for picture in pictures:
        files[folder / f"{picture.name}.svg"] = picture.svg
        files[folder / f"{picture.name}.png"] = picture.png
    try:
        with made(folder):
            _write(files, folder)
    except (FileExistsError, NotADirectoryError) as error:
        raise BadInput(f"{folder}: is a file, or lies below one; expected a folder to write into") from error
    except OSError as error:
        raise BadInput(f"{folder}: the folder can't be made ({error.strerror or error})") from error
    return tuple(files)


def _write(files: Mapping[Path, str | bytes], folder: Path) -> None:
    check_folder(folder)
    for path in files:
        check_writable(path)
    for path, content in files.items():
        write_whole(path, content)


def _pictures(evidence: Evidence, *, digits: bool) -> list[Picture]:
    found = []
    if evidence.training is not None:
        found.append(learning_curves(evidence))
        if digits and evidence.training.data.digits:
            found.append(ten_digits(evidence))
    found += [picture for picture in (kill_matrix(evidence), step_sizes(evidence)) if picture is not None]
    if not found:
        raise BadInput("the evidence holds no training, no power and no order; expected something to draw")
    return found
