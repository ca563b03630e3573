"""What the kill matrix holds: how well each case sees each planted mistake."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Level(Enum):
    """By how many of the oracles that ran in the case a mistake is seen."""

    EVERY = "every"
    SOME = "some"
    NONE = "none"
    VACUOUS = "vacuous"
    UNTRIED = "not tried"


@dataclass(frozen=True)
class Cell:
    """One mistake in one case: how well it is seen, by how many of how many oracles, and which are blind to it."""

    level: Level
    seeing: int = 0
    ran: int = 0
    blind: tuple[str, ...] = ()


@dataclass(frozen=True)
class Matrix:
    """A row for each mistake, in groups of one step, and a column for each case."""

    groups: tuple[tuple[str, ...], ...]
    cases: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]

    @property
    def mistakes(self) -> tuple[str, ...]:
        """The names of the rows."""
        return tuple(name for group in self.groups for name in group)

    def column(self, case: int) -> list[Cell]:
        """Return the cells of one case."""
        return [row[case] for row in self.rows]

    def partly(self) -> dict[tuple[str, ...], list[str]]:
        """Return the mistakes that a case sees by some oracles only, by the oracles that are blind to them."""
        found: dict[tuple[str, ...], dict[str, None]] = {}
        for name, row in zip(self.mistakes, self.rows, strict=True):
            for cell in row:
                if cell.level is Level.SOME:
                    found.setdefault(cell.blind, {})[name] = None
        return {blind: list(names) for blind, names in found.items()}
