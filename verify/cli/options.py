"""What the options of the command line may be; each mistake in them is one line that says what would be right."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, TypeVar

from verify.errors import BadInput
from verify.files import check_folder, check_writable
from verify.wording import nearest

Known = TypeVar("Known")

LARGEST: Final = 5_000_000  # entries of a net that fits in memory several times over


def sizes(text: str) -> tuple[int, int, int]:
    """Return n_x, n_h, n_y. Raises BadInput for anything but three whole numbers from 1, of a net that fits."""
    right = "expected three whole numbers from 1, n_x,n_h,n_y, like --sizes 2,3,2"
    if not re.fullmatch(r"\s*[0-9]{1,12}\s*(,\s*[0-9]{1,12}\s*){2}", text):
        raise BadInput(f"--sizes {text}: {right}")
    numbers = [int(part) for part in text.split(",")]
    if min(numbers) < 1:
        raise BadInput(f"--sizes {text}: {right}")
    n_x, n_h, n_y = numbers
    if (n_x + 1) * n_h + (n_h + 1) * n_y > LARGEST:
        raise BadInput(f"--sizes {text}: more than {LARGEST:,} parameters; the lab's own net has 101,770")
    return n_x, n_h, n_y


def oracles(given: Sequence[str] | None, names: tuple[str, ...]) -> tuple[str, ...] | None:
    """Return the oracles that are meant, in their usual order; None where none was named."""
    if not given:
        return None
    if "all" in given:
        return names
    for name in given:
        if name not in names:
            raise BadInput(f"--oracle {name}: no such oracle; expected one of {', '.join(names)}, or all")
    return tuple(name for name in names if name in given)


def mistake(name: str | None, known: Mapping[str, Known]) -> Known | None:
    """Return the mistake of the catalogue with this name; None where none was named."""
    if name is None:
        return None
    if name not in known:
        raise BadInput(f"--mistake {name}: no such mistake{nearest(name, list(known))}; see: verify mistakes")
    return known[name]


def check_outputs(json: str | None, save: str | None = None, figures: str | None = None) -> None:
    """Raise BadInput where something could not be written later: before the work is done, not after."""
    if json == "":
        raise BadInput("--json: expected the path of a file to write, or - for standard output")
    if json not in (None, "-"):
        check_writable(Path(str(json)))
    if save is not None:
        if Path(save).suffix != ".npz":
            raise BadInput(f"--save {save}: expected the name of a file that ends in .npz")
        check_writable(Path(save))
    if figures is not None:
        check_folder(Path(figures))


def check_given(**paths: str | None) -> None:
    """Raise BadInput for the first path that is given as nothing."""
    for name, path in paths.items():
        if path == "":
            raise BadInput(f"--{name}: expected a path, got nothing")


def report_folder(out: str, name: str) -> Path:
    """Return where a report goes. Raises BadInput for a name that is no plain name of a folder."""
    if not out:
        raise BadInput("--out: expected a folder, got nothing")
    if not re.fullmatch(r"[\w][\w .-]*", name) or name.strip() != name:
        raise BadInput(f"--name {name}: expected the name of a folder: letters, digits, and - _ . between them")
    return Path(out) / name


def folder_name(stem: str) -> str:
    """Return the name of the folder for the report on a file of this name; what is no plain letter becomes a dash."""
    return re.sub(r"[^\w.-]+", "-", stem).strip("-.") or "submission"


def words(**options: object) -> list[str]:
    """Return options as they are typed, those that are None left out: eta=0.1 is --eta 0.1."""
    return [word for name, value in options.items() if value is not None for word in (f"--{name}", str(value))]
