"""What every form of MNIST has in common: files opened without surprises, and four arrays that fit together."""

from __future__ import annotations

import os
import stat
from collections.abc import Sequence
from pathlib import Path
from typing import Any, BinaryIO, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from verify.errors import BadInput

Bytes = npt.NDArray[np.uint8]

LARGEST: Final = 1_000_000_000  # bytes that one array may unpack to; MNIST's largest has 47 million
EXPECTED: Final = "expected Keras's mnist.npz or a folder with the four IDX files"
SHAPE: Final = (28, 28)


class Arrays(NamedTuple):
    """The images (m, 28, 28) and labels (m,) of MNIST's form, all uint8, for training and for testing."""

    x_train: Bytes
    y_train: Bytes
    x_test: Bytes
    y_test: Bytes


def shown(name: str | Path) -> str:
    """Return a name from outside as it may stand in a line of text: line breaks and the like escaped."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in str(name))


def reason(error: BaseException) -> str:
    """Return what an exception says, in a few words on one line."""
    said = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return shown(" ".join(said.split())[:120]) or type(error).__name__


def open_regular(path: Path) -> BinaryIO:
    """Open a file for reading; BadInput, in one line, for what is no file, is empty, or can't be read."""
    where = shown(path)
    try:
        found = os.stat(path)
        if stat.S_ISDIR(found.st_mode):
            raise BadInput(f"{where}: is a folder; expected a file")
        if not stat.S_ISREG(found.st_mode):  # opening a pipe could wait for ever, a device could never end
            raise BadInput(f"{where}: is a device or a pipe; {EXPECTED}")
        if found.st_size == 0:
            raise BadInput(f"{where}: is empty; {EXPECTED}")
        return open(path, "rb")
    except FileNotFoundError as error:
        raise BadInput(f"{where}: no such file; {EXPECTED}") from error
    except BadInput:
        raise
    except (OSError, ValueError) as error:  # ValueError: a zero byte in the name
        raise BadInput(f"{where}: can't be read ({reason(error)}); {EXPECTED}") from error


def checked(arrays: Sequence[Any], names: Sequence[str]) -> Arrays:
    """Return the images and labels for training, then those for testing, as bytes, copied and C-contiguous.

    `names` are the four beginnings of the messages: where each array came from. Raises BadInput.
    """
    x_train, y_train, x_test, y_test = (np.asarray(array) for array in arrays)
    for images, labels, first in ((x_train, y_train, 0), (x_test, y_test, 2)):
        _check_images(images, names[first])
        _check_labels(labels, names[first + 1], len(images))
    return Arrays(*(np.array(array, dtype=np.uint8, order="C") for array in (x_train, y_train, x_test, y_test)))


def _check_images(images: npt.NDArray[Any], name: str) -> None:
    if images.ndim != 3 or images.shape[1:] != SHAPE:
        hint = "give the images as bytes of 28 by 28 pixels"
        if images.ndim > 1 and images.size == len(images) * 784:
            hint = "these are flat or have an axis too many; reshape them"
        raise BadInput(f"{name} has shape {images.shape}, expected (m, 28, 28): {hint}")
    if images.dtype != np.uint8:
        raise BadInput(f"{name} holds {images.dtype}, expected uint8: store bytes 0 to 255")
    if len(images) == 0:
        raise BadInput(f"{name} has no samples, expected at least one image")


def _check_labels(labels: npt.NDArray[Any], name: str, m: int) -> None:
    if labels.ndim != 1:
        hint = "give the labels before to_categorical" if labels.shape == (m, 10) else "give them as one row"
        raise BadInput(f"{name} has shape {labels.shape}, expected ({m},): one label 0 to 9 an image; {hint}")
    if labels.dtype.kind not in "iu":
        raise BadInput(f"{name} holds {labels.dtype}, expected whole numbers: one label 0 to 9 an image")
    if len(labels) != m:
        raise BadInput(f"{name} has {len(labels)} labels for {m} images, expected one label 0 to 9 an image")
    outside = np.flatnonzero((labels < 0) | (labels > 9))
    if outside.size:
        first = int(outside[0])
        raise BadInput(f"{name} has the label {labels[first]} at [{first}], expected 0 to 9")
