"""The parts of docs/architecture.md that follow from the table of the house; run as a program, it renews them.

python -m tests.architecture.house_page
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from tests.architecture.house import EXCEPTIONS, GROUND, HOUSE, NEVER

ROOT: Final = Path(__file__).parents[2]
PAGE: Final = ROOT / "docs" / "architecture.md"

# The first room of each floor; the rooms after it in the table stand on the same floor.
FLOORS: Final = {
    "derivations": "Ground: data and vocabulary",
    "verify.oracles": "First floor: libraries that know no submission",
    "verify.lab": "Second floor: three subjects side by side",
    "verify.training": "Third floor and roof",
}


def parts() -> dict[str, str]:
    """Return the generated parts of the page by the name of their marker."""
    return {"rooms": _rooms(), "exceptions": _exceptions(), "never": _never()}


def between(page: str, name: str) -> str | None:
    """Return what stands in the page between the two markers of this name; None where they are missing."""
    found = re.search(f"{_start(name)}(.*?){_end(name)}", page, re.DOTALL)
    return found and found[1].strip("\n")


def renewed(page: str) -> str:
    """Return the page with its generated parts as they follow from today's table."""
    for name, text in parts().items():
        if between(page, name) is None:
            raise ValueError(f"{PAGE.name}: the markers of the part {name!r} are missing; put {_start(name)} back")
        head, rest = page.split(_start(name))
        page = f"{head}{_start(name)}\n{text}\n{_end(name)}{rest.split(_end(name))[1]}"
    return page


def _start(name: str) -> str:
    return f"<!-- {name}: from tests/architecture/house.py -->"


def _end(name: str) -> str:
    return f"<!-- end of {name} -->"


def place(room: str) -> str:
    """Return the folder or the file of a room."""
    path = room.replace(".", "/")
    if room == "verify":
        return "verify/__init__.py"
    return f"{path}/" if (ROOT / path).is_dir() else f"{path}.py"


def _rooms() -> str:
    lines = ["| room | what it holds | may import |", "|---|---|---|"]
    for room, (may, purpose) in HOUSE.items():
        if room in FLOORS:
            lines.append(f"| **{FLOORS[room]}** | | |")
        lines.append(f"| `{place(room)}` | {purpose} | {_allowed(may)} |")
    return "\n".join(lines)


def _allowed(may: tuple[str, ...]) -> str:
    """Return what a room may import in words; all the modules of the ground together are called so."""
    words = []
    if set(GROUND) <= set(may):
        words, may = ["the ground"], tuple(one for one in may if one not in GROUND)
    return ", ".join([*words, *may]) or "nothing of ours"


def _exceptions() -> str:
    if not EXCEPTIONS:
        return "None."
    lines = ["| module | imports | ended by |", "|---|---|---|"]
    return "\n".join([*lines, *(f"| `{one}` | `{other}` | {why} |" for (one, other), why in EXCEPTIONS.items())])


def _never() -> str:
    lines = ["| importing | never loads |", "|---|---|"]
    return "\n".join([*lines, *(f"| `{name}` | {', '.join(others)} |" for name, others in NEVER.items())])


if __name__ == "__main__":
    PAGE.write_text(renewed(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
