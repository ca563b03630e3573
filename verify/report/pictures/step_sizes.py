"""The error of the central difference against its step: truncation falls with slope 2, round-off rises."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import median
from typing import TYPE_CHECKING, Final

from verify.evidence.records import Evidence, Order
from verify.report.pictures.drawing import GREY, WIDTH, Picture, picture

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Point = tuple[float, float]

_HUGE: Final = 1e100  # what is greater, or smaller than its inverse, is left out: the axes could hold nothing else
_LEFT, _RIGHT, _BELOW, _PANEL, _ABOVE = 38.0, 12.0, 34.0, 230.0, 30.0  # in points
_DARK: Final = "#12304f"
_RAISED: Final = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def step_sizes(evidence: Evidence) -> Picture | None:
    """Return the error against the step, a line for each case; None where no case has an error that can be drawn."""
    orders = [case.order for case in evidence.cases if case.order is not None]
    lines = [points for points in map(_drawable, orders) if points]
    if not lines:
        return None
    words = _in_words(orders, lines)
    return picture("step-sizes", "Error of the central difference", words, lambda: _vees(lines))


def _drawable(order: Order) -> list[Point]:
    """Return the steps with their errors, as far as a logarithmic axis has a place for both."""
    pairs = zip(order.steps, order.errors, strict=False)
    return sorted((h, error) for h, error in pairs if all(1 / _HUGE < value < _HUGE for value in (h, error)))


def _in_words(orders: Sequence[Order], lines: Sequence[Sequence[Point]]) -> str:
    points = [point for line in lines for point in line]
    least = min(points, key=lambda point: point[1])
    number = "one case" if len(lines) == 1 else f"{len(lines)} cases"
    said = [
        f"Error of the central difference along one direction, against the step h, both logarithmic, in {number}, for "
        f"h from {min(points)[0]:.2g} to {max(points)[0]:.2g}. The least error is {least[1]:.1e}, "
        f"at h = {least[0]:.1e}."
    ]
    observed = [order.observed for order in orders if order.observed is not None and math.isfinite(order.observed)]
    expected = ", ".join(dict.fromkeys(f"{order.expected:.2f}" for order in orders))
    if observed:
        said.append(f"Observed order {min(observed):.2f} to {max(observed):.2f}, expected {expected}.")
    else:
        said.append(f"No order was observed, expected {expected}.")
    left_out = sum(len(order.errors) for order in orders) - len(points)
    if left_out:
        errors = "1 error, zero or not finite, is" if left_out == 1 else f"{left_out} errors, zero or not finite, are"
        said.append(f"{errors} left out.")
    return " ".join(said)


def _vees(lines: Sequence[Sequence[Point]]) -> Figure:
    """Return one panel with a line for each case and two reference lines, each with its slope beside it."""
    from matplotlib.figure import Figure

    high = _BELOW + _PANEL + _ABOVE
    figure = Figure(figsize=(WIDTH / 72, high / 72))
    axes = figure.add_axes((_LEFT / WIDTH, _BELOW / high, (WIDTH - _LEFT - _RIGHT) / WIDTH, _PANEL / high))
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.minorticks_off()
    x = _scale([h for line in lines for h, _ in line], room=0.15)
    y = _scale([error for line in lines for _, error in line], room=0.6)
    for axis, (low, top) in ((axes.xaxis, x), (axes.yaxis, y)):
        ticks = _ticks(low, top)
        axis.set_ticks(
            [10.0**power for power in ticks], labels=[f"10{str(power).translate(_RAISED)}" for power in ticks]
        )
    axes.set_xlim(10.0 ** x[0], 10.0 ** x[1])
    axes.set_ylim(10.0 ** y[0], 10.0 ** y[1])
    axes.set_xlabel("step h")
    axes.set_ylabel("error of the central difference", rotation=0, ha="left", va="bottom")
    axes.yaxis.set_label_coords(-30 / (WIDTH - _LEFT - _RIGHT), 1 + 9 / _PANEL)
    for line in lines:
        alone = len(line) == 1
        axes.plot([h for h, _ in line], [error for _, error in line], color=_DARK, linewidth=0.8, alpha=0.75,
                  marker="." if alone else None, zorder=3)  # fmt: skip
    said = "one case" if len(lines) == 1 else f"one line for each of {len(lines)} cases"
    axes.text(1, 1 + 9 / _PANEL, said, transform=axes.transAxes, ha="right", va="bottom", color=GREY)
    _references(axes, lines, x, y)
    return figure


def _scale(values: Sequence[float], room: float) -> tuple[float, float]:
    """Return the powers of ten where an axis begins and ends; it is 2 decades long at least."""
    low, high = math.log10(min(values)) - room, math.log10(max(values)) + room
    more = max(0.0, 2 - (high - low)) / 2
    return low - more, high + more


def _ticks(low: float, high: float) -> list[int]:
    """Return the powers of ten that are named: all, or every second, third, ..., of them."""
    every = max(1, math.ceil((high - low) / 9))
    return [power for power in range(math.ceil(low), math.floor(high) + 1) if power % every == 0]


def _references(axes: Axes, lines: Sequence[Sequence[Point]], x: tuple[float, float], y: tuple[float, float]) -> None:
    """Draw a line of slope 2 below the truncation and one of slope -1 above the round-off, where they are in view."""
    logs = [[(math.log10(h), math.log10(error)) for h, error in line] for line in lines if len(line) >= 4]
    if not logs:
        return
    below = min(median(error - 2 * h for h, error in line[len(line) // 2 :]) for line in logs) - 0.7
    above = max(median(error + h for h, error in line[: len(line) // 4 or 1]) for line in logs) + 0.7
    meeting = (above - below) / 3
    _reference(axes, (max(meeting, (y[0] - below) / 2), x[1]), 2, below, "slope 2: truncation")
    _reference(axes, (max(x[0], above - y[1]), meeting - 0.8), -1, above, "slope −1: round-off")


def _reference(axes: Axes, x: tuple[float, float], slope: int, offset: float, text: str) -> None:
    """Draw y = slope x + offset, in powers of ten, from x to x, with its label in the middle, on its free side."""
    if x[1] - x[0] < 0.5:
        return
    ends = [10.0**place for place in x]
    axes.plot(ends, [10.0 ** (slope * place + offset) for place in x], color=GREY, linewidth=0.8, linestyle=(0, (4, 2)))
    (left, right), (low, high) = axes.get_xlim(), axes.get_ylim()
    decade = (WIDTH - _LEFT - _RIGHT) / math.log10(right / left), _PANEL / math.log10(high / low)
    middle = sum(x) / 2
    falls = slope < 0
    beyond = math.log10(right) - middle < 0.25 * math.log10(right / left)  # there is no room to the right
    axes.annotate(
        text, (10.0**middle, 10.0 ** (slope * middle + offset)), (4, 4) if falls else (-5, 2) if beyond else (5, -2),
        textcoords="offset points", ha="right" if beyond and not falls else "left",
        va="bottom" if falls or beyond else "top", color=GREY,
        rotation=math.degrees(math.atan2(slope * decade[1], decade[0])) if falls else 0,
    )  # fmt: skip
