"""Changes that change nothing, chosen at random: the file stays right by construction."""

from __future__ import annotations

import ast
import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from tests.edits.bases import Base
from tests.edits.renaming import renamed
from tests.edits.shaping import augmented, commented, hinted, reordered, split, wrapped
from tests.edits.spelling import spelled


@dataclass(frozen=True)
class Change:
    """A text that computes the same: of which base, by which kinds of change, and the names that are others now."""

    base: str
    kind: str
    text: str
    names: dict[str, str]

    def __str__(self) -> str:
        return f"{self.base} [{self.kind}]"


KINDS: Final[dict[str, Callable[[ast.Module, random.Random], bool]]] = {
    "spelling": spelled, "reordered": reordered, "split": split, "augmented": augmented, "comments": commented,
    "hints": hinted, "wrapped": wrapped,
}  # fmt: skip


def drawn(base: Base, draw: random.Random) -> Change:
    """Return the file with one to three random changes that change nothing."""
    head, body = _head(base)
    tree, names, done = ast.parse(body), dict[str, str](), list[str]()
    wanted = draw.randint(1, 3)
    for kind in draw.sample([*KINDS, "renamed", "renamed", "spelling", "spelling"], 9):
        if len(done) == wanted:
            break
        if base.is_notebook and kind == "wrapped":
            continue
        if kind == "renamed":
            more = renamed(tree, draw)
            names |= {old: more.pop(new) for old, new in list(names.items()) if new in more} | more
            worked = bool(more)
        else:
            worked = KINDS[kind](tree, draw)
        tree = ast.parse(ast.unparse(ast.fix_missing_locations(tree)))
        if worked:
            done.append(kind)
    return Change(base.name, " + ".join(done), head + _written(tree, base), names)


def _head(base: Base) -> tuple[str, str]:
    """A notebook keeps its first lines; its other cells become one, which is read the same way."""
    return ("# %%\n", base.text) if base.is_notebook else ("", base.text)


def _written(tree: ast.Module, base: Base) -> str:
    text = ast.unparse(ast.fix_missing_locations(tree)) + "\n"
    if not base.is_notebook:
        return text
    # Each function, and what follows it, in a cell of its own.
    lines = text.splitlines()
    return "\n".join("# %%\n" + line if line.startswith(("def ", "for ")) else line for line in lines) + "\n"
