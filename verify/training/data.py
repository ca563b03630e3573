"""The data to train on: MNIST where it can be found, else handwritten digits that are always there.

The first of these that answers: the path given, the environment variable VERIFY_MNIST, Keras's cache, a
download, scikit-learn's digits. What was named must be readable; what was merely found may be passed over.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from verify.errors import BadInput
from verify.training.download import DownloadFailed, download
from verify.training.idx import NAMES, idx_form, read_idx_folder
from verify.training.npz import read_npz
from verify.training.reading import SHAPE, Arrays, Bytes, shown

Wanted = Literal["auto", "mnist", "digits"]

VARIABLE: Final = "VERIFY_MNIST"
OFFLINE: Final = "VERIFY_OFFLINE"  # set by those who want no download
HELP: Final = (
    "Give MNIST by --data mnist.npz (Keras's file), by --data FOLDER with the four IDX files, "
    f"or by the environment variable {VARIABLE}."
)
MNIST: Final = dict(  # the MD5 sums of MNIST's four files, unpacked
    zip(
        NAMES,
        (
            "6bbc9ace898e44ae57da46a324031adb",
            "a25bea736e30d166cdddb491f175f624",
            "2646ac647ad5339dbf082846283269ea",
            "27ae3e4e09519cfbb04c329615203637",
        ),
        strict=True,
    )
)
_DIGITS: Final = "scikit-learn's 1,797 handwritten digits of 8 by 8 pixels"


@dataclass(frozen=True, eq=False)
class Dataset:
    """Images as bytes, n_x a row, and their labels 0 to 9; `white` is the byte that stands for 1.0."""

    name: str
    source: str  # how a person would say where it came from; never a folder, so that evidence names no machine
    X_train: Bytes
    y_train: Bytes
    X_test: Bytes
    y_test: Bytes
    shape: tuple[int, int]
    white: int
    md5: Mapping[str, str]  # of the four arrays in the IDX form, by the names of MNIST's files
    note: str = ""  # one loud line where this isn't MNIST


def find_dataset(path: Path | None = None, wanted: Wanted = "auto") -> Dataset:
    """Return the data to train on: from `path`, else from the first place that has MNIST, else scikit-learn's digits.

    Raises BadInput where `path` or VERIFY_MNIST can't be read, or where "mnist" is wanted and not found.
    """
    if wanted == "digits":
        if path is not None:
            raise BadInput(f"{shown(path)}: given together with scikit-learn's digits; expected only one of the two")
        return _digits(f"NOT MNIST: these are {_DIGITS}, as asked for.")
    if path is not None:
        return _named(_read(path), _said("the folder given" if os.path.isdir(path) else "the file given", path))
    given = os.environ.get(VARIABLE)
    if given:
        try:
            return _named(_read(Path(given)), _said(VARIABLE, Path(given)))
        except BadInput as error:
            raise BadInput(f"{VARIABLE}: {error}") from error
    arrays = _cached()
    if arrays is not None:
        return _named(arrays, "the Keras cache")
    if os.environ.get(OFFLINE, "0") not in ("", "0"):
        why = f"{OFFLINE} is set, so it was not downloaded"
    else:
        try:
            return _named(download(_cache()), "a download of Keras's mnist.npz")
        except DownloadFailed as error:
            why = f"The download failed: {error}"
    if wanted == "mnist":
        raise BadInput(f"MNIST: none was found. {why}. {HELP}")
    return _digits(f"NOT MNIST: no MNIST was found, so this runs on {_DIGITS}. {why}. {HELP}")


def _read(path: Path) -> Arrays:
    return read_idx_folder(path) if os.path.isdir(path) else read_npz(path)


def _said(source: str, path: Path) -> str:
    return f"{source}, {shown(path.name)}" if path.name else source


def _cache() -> Path:
    """Return where Keras keeps MNIST, whether it is there or not."""
    home = os.path.expanduser(os.environ.get("KERAS_HOME") or "~/.keras")
    return Path(home, "datasets", "mnist.npz")


def _cached() -> Arrays | None:
    """Return what is in Keras's cache, or None where nothing usable is, so that a damaged file stops nobody."""
    try:
        return read_npz(_cache())
    except BadInput:
        return None


def _named(arrays: Arrays, source: str) -> Dataset:
    """Return the data under the name that its MD5 sums give it."""
    md5 = _sums(arrays)
    others = [name for name in NAMES if md5[name] != MNIST[name]]
    if not others:
        return _dataset("MNIST", source, arrays, md5)
    note = f"NOT MNIST: other MD5 sums have {', '.join(others)}; this runs on unknown data in MNIST's form."
    return _dataset("unknown data in MNIST's form", source, arrays, md5, note=note)


def _digits(note: str) -> Dataset:
    from verify.training import digits

    arrays, version = digits.read_digits()
    name, source, md5 = "scikit-learn's 8 by 8 digits", f"scikit-learn {version}", _sums(arrays)
    return _dataset(name, source, arrays, md5, shape=digits.SHAPE, white=digits.WHITE, note=note)


def _dataset(
    name: str,
    source: str,
    arrays: Arrays,
    md5: Mapping[str, str],
    *,
    shape: tuple[int, int] = SHAPE,
    white: int = 255,
    note: str = "",
) -> Dataset:
    """Return the data with each image as one row; the shape and the white are MNIST's unless said."""
    x_train, x_test = (images.reshape(len(images), -1) for images in (arrays.x_train, arrays.x_test))
    return Dataset(name, source, x_train, arrays.y_train, x_test, arrays.y_test, shape, white, md5, note)


def _sums(arrays: Arrays) -> dict[str, str]:
    """Return the MD5 sums of the four arrays in the IDX form; they recognise MNIST, they secure nothing."""
    files = (hashlib.md5(idx_form(array), usedforsecurity=False) for array in arrays)
    return dict(zip(NAMES, (file.hexdigest() for file in files), strict=True))
