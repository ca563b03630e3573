"""MNIST as one file in Keras's layout: mnist.npz with x_train, y_train, x_test and y_test.

The members are read here and not by np.load, which trusts the shape that it reads: a small file could ask for all
memory.
"""

from __future__ import annotations

import io
import math
import warnings
import zipfile
from pathlib import Path
from typing import Any, BinaryIO, Final

import numpy as np
import numpy.typing as npt

from verify.errors import BadInput
from verify.training.reading import EXPECTED, LARGEST, Arrays, checked, open_regular, reason, shown

KEYS: Final = Arrays._fields
# What a file that is no npz begins with, and what it then is.
_OTHERS: Final = (
    (b"\x93NUMPY", "one array in a .npy file"),
    (b"%PDF", "a PDF"),
    (b"\x89HDF", "an HDF5 file"),
    (b"<", "a web page or XML"),
)
_IDX: Final = (b"\0\0\x08\x01", b"\0\0\x08\x03", b"\x1f\x8b")  # labels, images, either one gzipped
_AGAIN: Final = "download or write it again"


def read_npz(path: Path) -> Arrays:
    """Return the four arrays of Keras's mnist.npz; BadInput, in one line, for anything else."""
    where = shown(path)
    with open_regular(path) as file:
        try:
            begins = file.read(6)
            file.seek(0)
            if not begins.startswith(b"PK"):
                raise BadInput(f"{where}: {_what(path, begins)}")
            arrays = _members(file, where)
        except BadInput:
            raise
        except OSError as error:
            raise BadInput(f"{where}: can't be read ({reason(error)}); {EXPECTED}") from error
    return checked(arrays, [f"{where}: {key}" for key in KEYS])


def _what(path: Path, begins: bytes) -> str:
    """Say what a file is that is no npz, and what was expected."""
    if begins.startswith(_IDX) or "-ubyte" in path.name:
        return f"is one file of the IDX form; expected the folder that holds all four: {shown(path.parent)}"
    known = next((f" but {what}" for start, what in _OTHERS if begins.startswith(start)), "")
    return f"is no npz file{known}; {EXPECTED}"


def _members(file: BinaryIO, where: str) -> list[npt.NDArray[Any]]:
    try:
        archive = zipfile.ZipFile(file)
    except Exception as error:  # a damaged directory makes zipfile raise nearly anything
        raise BadInput(f"{where}: is truncated or damaged ({reason(error)}); {_AGAIN}") from error
    with archive:
        return [_member(archive, key, where) for key in KEYS]


def _member(archive: zipfile.ZipFile, key: str, where: str) -> npt.NDArray[Any]:
    there = archive.namelist()
    if f"{key}.npy" not in there:
        listed = ", ".join(shown(name.removesuffix(".npy"))[:40] for name in there[:8]) or "nothing"
        more = ", ..." if len(there) > 8 else ""
        raise BadInput(f"{where}: has no {key}; it holds {listed}{more}; expected {', '.join(KEYS)}")
    size = archive.getinfo(f"{key}.npy").file_size
    if size > LARGEST:
        raise BadInput(f"{where}: {key} would unpack to {size:,} bytes, expected at most {LARGEST:,}")
    try:
        return _array(archive.read(f"{key}.npy"), f"{where}: {key}")  # reads no more than `size`, and checks the CRC
    except BadInput:
        raise
    except Exception as error:  # damaged bytes make zipfile, zlib and NumPy raise nearly anything
        raise BadInput(f"{where}: {key} is damaged ({reason(error)}); {_AGAIN}") from error


def _array(member: bytes, name: str) -> npt.NDArray[Any]:
    """Return the array of a .npy file. No way leads from here to a pickle."""
    stream = io.BytesIO(member)
    version = np.lib.format.read_magic(stream)
    readers = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}
    if version not in readers:
        raise BadInput(f"{name} is in version {version[0]}.{version[1]} of .npy, expected 1.0 or 2.0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that Python 2 wrote the file is no reason to worry anybody
        shape, fortran, dtype = readers[version](stream)
    if dtype.hasobject:
        raise BadInput(
            f"{name} holds Python objects, expected uint8: objects are pickles, which can run code, and are not read"
        )
    data, promised = len(member) - stream.tell(), math.prod(shape) * dtype.itemsize
    if data != promised:
        raise BadInput(f"{name} has {data:,} bytes of data, expected the {promised:,} of its shape {shape}; {_AGAIN}")
    return np.frombuffer(member, dtype, offset=stream.tell()).reshape(shape, order="F" if fortran else "C")
