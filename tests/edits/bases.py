"""The right files that the campaigns change: their text, and how it becomes a file that is handed in."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

FOLDER: Final = Path(__file__).with_name("bases")
_CELL: Final = re.compile(r"^# %%(.*)\n", re.MULTILINE)


@dataclass(frozen=True)
class Base:
    """A right file: its name, and its text as Python (a notebook's cells are divided by lines of `# %%`)."""

    name: str
    text: str

    @property
    def is_notebook(self) -> bool:
        return self.name.startswith("notebook")


def bases() -> dict[str, Base]:
    """Return every base file by its name."""
    return {path.stem: Base(path.stem, path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("*.py"))}


def handed_in(base: Base, text: str, folder: Path) -> Path:
    """Write a text of this base as the student hands it in, and return where; its name says nothing of what is true."""
    path = folder / ("homework.ipynb" if base.is_notebook else "homework.py")
    path.write_text(_notebook(text) if base.is_notebook else text, encoding="utf-8")
    return path


def _notebook(text: str) -> str:
    _, *parts = _CELL.split(text)
    cells = []
    for head, body in zip(parts[::2], parts[1::2], strict=True):
        cell: dict[str, object] = {
            "cell_type": "markdown" if "[markdown]" in head else "code",
            "metadata": {},
            "source": body.strip("\n"),
        }
        if cell["cell_type"] == "code":
            cell |= {"execution_count": None, "outputs": []}
        cells.append(cell)
    about = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}
    return json.dumps({"cells": cells, "metadata": about, "nbformat": 4, "nbformat_minor": 4}, indent=1)
