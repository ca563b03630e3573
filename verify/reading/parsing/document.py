"""What somebody handed in, as it was read: cells of code with their lines, and where each thing stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ast


@dataclass(frozen=True, order=True)
class Place:
    """Where something stands: the line, counted from 1 in its cell; `cell` is None in a .py file.

    `cell` counts all cells of the notebook from 1, as a reader who scrolls does.
    """

    cell: int | None
    line: int

    def __str__(self) -> str:
        return f"line {self.line}" if self.cell is None else f"cell {self.cell}, line {self.line}"


@dataclass(frozen=True)
class Cell:
    """One cell of code (a .py file is a single one): its text with magics blanked, parsed on its own.

    `tree` is None where the cell cannot be parsed; `problem` says why. `nodes` are all nodes of the tree, level by
    level, as ast.walk gives them. `mended` are the lines that were changed so that Python 3 takes them.
    """

    number: int | None
    source: str
    tree: ast.Module | None = field(repr=False, compare=False)
    problem: str | None = None
    nodes: Sequence[ast.AST] = field(default=(), repr=False, compare=False)
    mended: tuple[int, ...] = ()

    def place(self, node: ast.AST) -> Place:
        """Return where a node of this cell's tree stands."""
        return Place(self.number, getattr(node, "lineno", 1))

    def line(self, number: int) -> str:
        """Return the text of a line, without the spaces around it."""
        lines = self.source.split("\n")
        return lines[number - 1].strip() if 0 < number <= len(lines) else ""


@dataclass(frozen=True)
class Document:
    """A submission: its cells of code in order, and the local modules beside it that it imports."""

    name: str
    kind: str
    sha256: str
    cells: tuple[Cell, ...]
    neighbours: Mapping[str, Document] = field(default_factory=dict)  # module name -> the .py beside it

    def cell(self, number: int | None) -> Cell:
        """Return the cell with this number."""
        return next(cell for cell in self.cells if cell.number == number)

    def text(self, place: Place) -> str:
        """Return the line of code at a place."""
        return self.cell(place.cell).line(place.line)
