"""What a report is made of, whatever it is written in: sections of paragraphs, tables and pictures."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from verify.report.pictures import Picture

Tone = Literal["", "good", "wrong", "warning"]


@dataclass(frozen=True)
class Cell:
    """One cell of a table: words, a name of the code, or a formula in LaTeX."""

    text: str = ""
    kind: Literal["words", "code", "formula"] = "words"
    tone: Tone = ""


@dataclass(frozen=True)
class Column:
    """The head of a column; figures stand on the right, prose may be broken into lines."""

    title: str
    figures: bool = False
    prose: bool = False


@dataclass(frozen=True)
class Table:
    """Rows under heads. The first cell of a row is its head."""

    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    folded: bool = False  # long, and not needed at first sight


@dataclass(frozen=True)
class Paragraph:
    """A paragraph of words."""

    text: str
    tone: Tone = ""


@dataclass(frozen=True)
class Points:
    """A list, each point with a name in front, or without one."""

    points: tuple[tuple[str, str], ...]
    tone: Tone = ""


@dataclass(frozen=True)
class Code:
    """Lines of a program or of a shell, as they stand."""

    lines: tuple[str, ...]
    label: str


@dataclass(frozen=True)
class Formula:
    """A step of a derivation: left = right, because; what it needs, and how it is shown."""

    name: str
    left: str
    right: str
    because: str
    shown: str
    needs: str
    tone: Tone = ""


@dataclass(frozen=True)
class Derivation:
    """The steps of a derivation, in order."""

    steps: tuple[Formula, ...]
    caption: str


@dataclass(frozen=True)
class Drawing:
    """A picture with what is said under it."""

    picture: Picture
    caption: str


Block = Paragraph | Points | Table | Code | Derivation | Drawing


@dataclass(frozen=True)
class Section:
    """A part of the report under a heading."""

    anchor: str
    title: str
    blocks: tuple[Block, ...] = field(default_factory=tuple)


@dataclass(frozen=True)
class Report:
    """The whole report: its title, its verdict, and its sections."""

    title: str
    verdict: str
    tone: Tone
    sentence: str
    sections: tuple[Section, ...]
