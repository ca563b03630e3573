"""Small data in MNIST's form, and the files that hold it."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np

from verify.training.idx import NAMES, idx_form
from verify.training.npz import KEYS
from verify.training.reading import Arrays


def made(train: int = 5, test: int = 3) -> Arrays:
    draw = np.random.default_rng(0)

    def images(m: int):
        return draw.integers(0, 256, (m, 28, 28), dtype=np.uint8)

    def labels(m: int):
        return draw.integers(0, 10, m, dtype=np.uint8)

    return Arrays(images(train), labels(train), images(test), labels(test))


def write_npz(path: Path, **changed) -> Path:
    """Write made data as Keras does, but for the arrays given; None leaves one out."""
    arrays = {**made()._asdict(), **changed}
    assert set(arrays) == set(KEYS)
    np.savez_compressed(path, **{key: array for key, array in arrays.items() if array is not None})
    return path


def write_idx(folder: Path, dotted: bool = False, zipped: bool = False, arrays: Arrays | None = None) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, array in zip(NAMES, arrays or made(), strict=True):
        file = folder / ((name.replace("-idx", ".idx") if dotted else name) + (".gz" if zipped else ""))
        file.write_bytes(gzip.compress(idx_form(array)) if zipped else idx_form(array))
    return folder
