"""How the kill matrix is laid out and drawn: dark is seen, pale is seen by some, a cross is not seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from verify.report.pictures.drawing import GREY, WIDTH
from verify.report.pictures.lettering import broken, fitted, listed, width
from verify.report.pictures.matrix import Cell, Level, Matrix

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_SIZE: Final = 7.2  # of every text, in points: 10 pixels where the picture is 800 pixels wide
_LINE, _ROW, _BETWEEN, _EDGE, _SWATCH = 9.0, 10.2, 4.5, 3.0, 28.0
_NARROWEST: Final = 13.0  # a column, with its name turned upright
_LONGEST: Final = (160.0, 150.0)  # the name of a mistake, the name of a case that stands upright
_DARK, _PALE, _HATCH = "#3a5673", "#c3d0dc", "#a6a6a6"
_SAID: Final = {
    Level.EVERY: "seen by every oracle that ran there",
    Level.SOME: "by some of them",
    Level.NONE: "by none",
    Level.VACUOUS: "vacuous: nothing there can fail",
    Level.UNTRIED: "not tried",
}


@dataclass(frozen=True)
class _Box:
    """A rectangle, in points from the top left corner of the picture."""

    left: float
    top: float
    wide: float
    high: float

    @property
    def middle(self) -> tuple[float, float]:
        return self.left + self.wide / 2, self.top + self.high / 2


def drawn(matrix: Matrix) -> Figure:
    """Return the figure: a legend, the names of the cases, the matrix, how many each sees, and who is blind."""
    from matplotlib.figure import Figure

    names = [fitted(name, _SIZE, _LONGEST[0]) for name in matrix.mistakes]
    left = _EDGE + max(width(name, _SIZE) for name in [*names, _total(matrix)]) + 5
    column = max(_NARROWEST, min(150.0, (WIDTH - _EDGE - left) / len(matrix.cases)))
    wide = max(WIDTH, left + column * len(matrix.cases) + _EDGE)
    upright, heads = _heads(matrix.cases, column)
    legend = _legend(matrix, wide)
    head = max(max(width(line, _SIZE) for lines in heads for line in lines) if upright else _LINE * len(lines)
               for lines in heads)  # fmt: skip
    top = _EDGE + legend[-1].top + legend[-1].high + 10 + head + 4
    boxes = _grid(matrix, left, top, column)
    bottom = boxes[-1][0].top + _ROW
    notes = _notes(matrix, wide - 2 * _EDGE)
    high = bottom + _LINE + 8 + (_LINE * len(notes) + 4 if notes else 0)

    figure = Figure(figsize=(wide / 72, high / 72))
    axes = figure.add_axes((0, 0, 1, 1), xlim=(0, wide), ylim=(high, 0))
    axes.set_axis_off()
    _draw_legend(axes, matrix, legend)
    for place, lines in enumerate(heads):
        _draw_head(axes, lines, left + (place + 0.5) * column, top - 4, upright=upright)
    for name, (first, *_) in zip(names, boxes, strict=True):
        _write(axes, name, (left - 4, first.middle[1]), ha="right")
    _draw_cells(axes, matrix, boxes)
    _draw_totals(axes, matrix, boxes, left, bottom + 3 + _LINE / 2)
    for number, note in enumerate(notes):
        _write(axes, note, (_EDGE, bottom + _LINE + 8 + (number + 0.5) * _LINE))
    return figure


def _heads(cases: Sequence[str], column: float) -> tuple[bool, list[list[str]]]:
    """Return the lines of the names of the cases, and whether they stand upright: where one would not fit across."""
    heads = [broken(name.split(), _SIZE, column - 4) for name in cases]
    if all(len(lines) <= 5 and all(width(line, _SIZE) <= column - 4 for line in lines) for lines in heads):
        return False, heads
    return True, [[fitted(name, _SIZE, _LONGEST[1])] for name in cases]


def _grid(matrix: Matrix, left: float, top: float, column: float) -> list[list[_Box]]:
    boxes = []
    for group in matrix.groups:
        for _ in group:
            boxes.append([_Box(left + place * column, top, column, _ROW) for place in range(len(matrix.cases))])
            top += _ROW
        top += _BETWEEN
    return boxes


def _levels(matrix: Matrix) -> list[Level]:
    """Return the levels that the legend explains: what is seen and unseen always, the others where they occur."""
    found = {cell.level for row in matrix.rows for cell in row}
    return [level for level in Level if level in found or level in (Level.EVERY, Level.NONE)]


def _legend(matrix: Matrix, wide: float) -> list[_Box]:
    """Return where each level is explained, in as many lines as they need."""
    boxes: list[_Box] = []
    left, top = _EDGE, _EDGE
    for level in _levels(matrix):
        need = _SWATCH + 4 + width(_SAID[level], _SIZE)
        if boxes and left + need > wide - _EDGE:
            left, top = _EDGE, top + _ROW + 4
        boxes.append(_Box(left, top, _SWATCH, _ROW))
        left += need + 14
    return boxes


def _draw_legend(axes: Axes, matrix: Matrix, boxes: Sequence[_Box]) -> None:
    partial = next((cell for row in matrix.rows for cell in row if cell.level is Level.SOME), None)
    for level, box in zip(_levels(matrix), boxes, strict=True):
        cell = partial if level is Level.SOME and partial else Cell(level)
        _draw_level(axes, level, [box])
        if level is Level.SOME:
            _write(axes, _count(cell, box.wide), box.middle, ha="center")
        _write(axes, _SAID[level], (box.left + box.wide + 4, box.middle[1]))


def _draw_head(axes: Axes, lines: Sequence[str], middle: float, bottom: float, *, upright: bool) -> None:
    if upright:
        _write(axes, lines[0], (middle, bottom), ha="center", va="bottom", rotation=90)
        return
    for number, line in enumerate(reversed(lines)):
        _write(axes, line, (middle, bottom - (number + 0.5) * _LINE), ha="center")


def _draw_cells(axes: Axes, matrix: Matrix, boxes: Sequence[Sequence[_Box]]) -> None:
    for level in (Level.EVERY, Level.SOME, Level.NONE, Level.UNTRIED):
        pairs = [pair for row, places in zip(matrix.rows, boxes, strict=True) for pair in zip(row, places, strict=True)]
        found = [(cell, box) for cell, box in pairs if cell.level is level]
        _draw_level(axes, level, [box for _, box in found])
        if level is Level.SOME:
            for cell, box in found:
                _write(axes, _count(cell, box.wide), box.middle, ha="center")
    for place, cell in enumerate(matrix.rows[0]):
        if cell.level is Level.VACUOUS:
            first, last = boxes[0][place], boxes[-1][place]
            whole = _Box(first.left, first.top, first.wide, last.top + last.high - first.top)
            _draw_level(axes, Level.VACUOUS, [whole])
            across = width("vacuous", _SIZE) + 12 < whole.wide
            _write(axes, "vacuous", whole.middle, ha="center", rotation=0 if across else 90, behind="white")


def _draw_level(axes: Axes, level: Level, boxes: Sequence[_Box]) -> None:
    """Draw all cells of one level as one shape, and the marks in them."""
    if not boxes:
        return
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    looks = {
        Level.EVERY: {"facecolor": _DARK, "linewidth": 0},
        Level.SOME: {"facecolor": _PALE, "linewidth": 0},
        Level.NONE: {"facecolor": "white", "edgecolor": "black", "linewidth": 0.7},
        Level.VACUOUS: {"facecolor": "white", "edgecolor": _HATCH, "hatch": "////", "linewidth": 0.5},
        Level.UNTRIED: {"facecolor": "white", "linewidth": 0},
    }
    shapes = []
    for box in boxes:
        (x, y), (right, below) = (box.left + 0.6, box.top + 0.6), (box.left + box.wide - 0.6, box.top + box.high - 0.6)
        shapes.append(Path([(x, y), (right, y), (right, below), (x, below), (x, y)], closed=True))
    axes.add_patch(PathPatch(Path.make_compound_path(*shapes), **looks[level]))
    marks = {Level.NONE: ("x", 5.0, "black"), Level.UNTRIED: (".", 1.5, GREY)}
    if level in marks:
        marker, size, colour = marks[level]
        x_all, y_all = zip(*(box.middle for box in boxes), strict=True)
        axes.plot(x_all, y_all, marker, markersize=size, markeredgewidth=1.2, color=colour)


def _count(cell: Cell, room: float) -> str:
    """Return how many oracles see the mistake, as fully as there is room for."""
    forms = (f"{cell.seeing} of {cell.ran}", f"{cell.seeing}/{cell.ran}", f"{cell.seeing}")
    return next((form for form in forms if width(form, _SIZE) <= room - 3), "")


def _total(matrix: Matrix) -> str:
    return f"seen, of {len(matrix.mistakes)}"


def _draw_totals(axes: Axes, matrix: Matrix, boxes: Sequence[Sequence[_Box]], left: float, middle: float) -> None:
    _write(axes, _total(matrix), (left - 4, middle), ha="right", style="italic")
    for place, box in enumerate(boxes[0]):
        levels = [cell.level for cell in matrix.column(place)]
        seen = sum(level in (Level.EVERY, Level.SOME) for level in levels)
        text = "–" if Level.VACUOUS in levels else f"{seen}"
        _write(axes, text, (box.middle[0], middle), ha="center")


def _notes(matrix: Matrix, room: float) -> list[str]:
    """Return one line for each set of oracles that is blind where others see: which, and to what."""
    partly = list(matrix.partly().items())
    notes = [
        f"Pale: {listed(blind)} {'does' if len(blind) == 1 else 'do'} not see {', '.join(names)}"
        for blind, names in partly[:3]
    ]
    if len(partly) > 3:
        notes[2:] = [f"Pale: {len(partly) - 2} other sets of oracles do not see what others see"]
    return [fitted(note, _SIZE, room) for note in notes]


def _write(
    axes: Axes, text: str, at: tuple[float, float], *, ha: str = "left", va: str = "center_baseline",
    rotation: float = 0, style: str = "normal", behind: str | None = None,
) -> None:  # fmt: skip
    """Write one line of text, in points from the top left corner."""
    box = {"facecolor": behind, "edgecolor": "none", "boxstyle": "square,pad=0.25"} if behind else None
    axes.text(*at, text, fontsize=_SIZE, ha=ha, va=va, rotation=rotation, style=style, bbox=box)
