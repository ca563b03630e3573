"""MNIST as a folder with its four original files, in the IDX form: a big-endian header, then bytes."""

from __future__ import annotations

import gzip
import math
import os
import struct
from pathlib import Path
from typing import Any, BinaryIO, Final

import numpy as np
import numpy.typing as npt

from verify.errors import BadInput
from verify.training.reading import LARGEST, Arrays, Bytes, checked, open_regular, reason, shown

NAMES: Final = (  # in the order of Arrays
    "train-images-idx3-ubyte",
    "train-labels-idx1-ubyte",
    "t10k-images-idx3-ubyte",
    "t10k-labels-idx1-ubyte",
)
_UBYTE: Final = 0x0800  # the magic number is this plus the number of axes
_AGAIN: Final = "download it again"


def idx_form(array: Bytes) -> bytes:
    """Return the file that holds these bytes in the IDX form."""
    return struct.pack(f">{1 + array.ndim}I", _UBYTE + array.ndim, *array.shape) + array.tobytes()


def read_idx_folder(folder: Path) -> Arrays:
    """Return the four arrays of a folder of IDX files, plain or gzipped; BadInput, in one line, for anything else."""
    where = shown(folder)
    try:
        there = set(os.listdir(folder))
    except (OSError, ValueError) as error:  # ValueError: a zero byte in the name
        raise BadInput(
            f"{where}: can't be read ({reason(error)}); expected a folder with the four IDX files"
        ) from error
    paths = [_find(folder, name, there) for name in NAMES]
    missing = [name for name, path in zip(NAMES, paths, strict=True) if path is None]
    if missing:
        npz = next((f"; give {shown(folder / name)} itself" for name in sorted(there) if name == "mnist.npz"), "")
        raise BadInput(f"{where}: has no {', no '.join(missing)} (plain or .gz); expected the four IDX files{npz}")
    found = [path for path in paths if path is not None]
    arrays = [_read(path, axes) for path, axes in zip(found, (3, 1, 3, 1), strict=True)]
    return checked(arrays, [f"{shown(path)}:" for path in found])


def _find(folder: Path, name: str, there: set[str]) -> Path | None:
    """Return the path of this file under any of its usual names.

    Folders of the same names are passed over: a well-known archive of MNIST unpacks to files and folders side by side.
    """
    dotted = name.replace("-idx", ".idx")
    names = (name, dotted, f"{name}.gz", f"{dotted}.gz")
    return next((folder / one for one in names if one in there and not os.path.isdir(folder / one)), None)


def _read(path: Path, axes: int) -> npt.NDArray[Any]:
    where = shown(path)
    with open_regular(path) as file:
        try:
            # By content and not by name: browsers unpack a .gz and leave it its name.
            zipped = file.read(2) == b"\x1f\x8b"
            file.seek(0)
            if not zipped:
                return _content(file, axes, where)
            with gzip.GzipFile(fileobj=file) as unzipped:
                return _content(unzipped, axes, where)
        except BadInput:
            raise
        except Exception as error:  # OSError, EOFError or zlib.error, according to where the damage is
            if isinstance(error, OSError) and error.errno is not None:
                raise BadInput(f"{where}: can't be read ({reason(error)})") from error
            raise BadInput(f"{where}: is a broken gzip file ({reason(error)}); {_AGAIN}") from error


def _content(file: BinaryIO | gzip.GzipFile, axes: int, where: str) -> npt.NDArray[Any]:
    length, right = 4 * (1 + axes), _UBYTE + axes
    header = file.read(length)
    magic = int.from_bytes(header[:4], "big")
    if len(header) >= 4 and magic != right:
        kinds = {_UBYTE + 1: " (labels)", _UBYTE + 3: " (images)"}
        raise BadInput(f"{where}: has the magic number {magic}{kinds.get(magic, '')}, expected {right}{kinds[right]}")
    if len(header) < length:
        raise BadInput(f"{where}: ends after {len(header)} bytes, expected a header of {length}; {_AGAIN}")
    shape = struct.unpack(f">{axes}I", header[4:])
    promised = math.prod(shape)
    if promised > LARGEST:
        raise BadInput(f"{where}: its header promises {promised:,} bytes, expected at most {LARGEST:,}")
    data = file.read(promised + 1)  # one more shows that there is more, however far a gzip bomb would go on
    if len(data) != promised:
        held = f"{len(data):,}" if len(data) < promised else f"more than {promised:,}"
        raise BadInput(f"{where}: has {held} bytes of data, expected {promised:,} by its header {shape}; {_AGAIN}")
    return np.frombuffer(data, np.uint8).reshape(shape)
