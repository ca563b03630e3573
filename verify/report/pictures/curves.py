"""The learning curves: loss and accuracy of every run of a training, over updates and over epochs."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import cycle
from typing import TYPE_CHECKING, Any, Final

from verify.evidence.records import Epoch, Evidence, Run
from verify.report.pictures.drawing import WIDTH, Picture, clean, picture, training

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_HUGE: Final = 1e100  # a greater number is drawn no more than infinity is: its axis could hold nothing else


@dataclass(frozen=True)
class _Look:
    """How the curves of one run are drawn; runs differ in lightness and in marker."""

    dark: str
    pale: str
    marker: str
    size: float


_LOOKS: Final = (
    _Look("#12304f", "#9db2c7", "o", 4.2),
    _Look("#cc7722", "#ecc79c", "^", 4.8),
    _Look("#5d7f5d", "#c3d3c3", "s", 3.8),
    _Look("#8c8c8c", "#d2d2d2", "D", 3.6),
)


def learning_curves(evidence: Evidence) -> Picture:
    """Return loss and accuracy of every run, over updates and over epochs. Raises BadInput without a training."""
    runs = training(evidence).runs
    about = "Loss and accuracy on the training set and the test set, over updates and over epochs."
    words = " ".join([about, *map(_in_words, runs)])
    return picture("learning-curves", "Learning curves", words, lambda: _curves(runs))


def _in_words(run: Run) -> str:
    said = f"{run.title}: no epoch was evaluated."
    if run.epochs:
        first, last = run.epochs[0], run.epochs[-1]
        names = [f"{part} {what}" for what in ("loss", "accuracy") for part in ("train", "test")]
        reached = ", ".join(f"{name} from {_said(first, name)} to {_said(last, name)}" for name in names)
        said = f"{run.title}: in {last.updates - first.updates:,} updates, to epoch {last.number}, {reached}."
    if run.status != "complete":
        said += f" It was {run.status} at update {run.updates:,}{f': {run.why}' if run.why else ''}."
    return said


def _said(epoch: Epoch, name: str) -> str:
    value = getattr(epoch, name.replace(" ", "_"))
    return "NaN" if math.isnan(value) else f"{value:.3f}" if abs(value) < 10_000 else f"{value:.3g}"


def _curves(runs: Sequence[Run]) -> Figure:
    """Return two rows, loss and accuracy, and two columns, over updates and over epochs."""
    from matplotlib.figure import Figure

    below, panel, between, above = 34.0, 166.0, 26.0, 26.0 + 15 * len(runs)
    height = below + 2 * panel + between + above
    figure = Figure(figsize=(WIDTH / 72, height / 72))
    axes = figure.subplots(2, 2, sharex="col", sharey="row", squeeze=False)
    figure.subplots_adjust(
        left=38 / WIDTH, right=1 - 8 / WIDTH, wspace=0.07,
        bottom=below / height, top=(below + 2 * panel + between) / height, hspace=between / panel,
    )  # fmt: skip
    for row, (what, unit) in zip(axes, (("loss", "nats"), ("accuracy", "fraction")), strict=True):
        for run, look in zip(runs, cycle(_LOOKS), strict=False):
            _over_updates(row[0], run, look, what)
            _over_epochs(row[1], run, look, what)
        row[0].set_ylabel(f"{what} ({unit})", rotation=0, ha="left", va="bottom")
        row[0].yaxis.set_label_coords(-30 / (0.45 * WIDTH), 1 + 7 / panel)
    _scale_updates(axes[1][0], max([1, *(run.updates for run in runs)]))
    _scale_epochs(axes[1][1], max([1, *(epoch.number for run in runs for epoch in run.epochs)]))
    _scale_loss(axes[0][0], [value for run in runs for value in _values(run, "loss")])
    _scale_accuracy(axes[1][0], [value for run in runs for value in _values(run, "accuracy")])
    _legend(figure, runs)
    return figure


def _over_updates(axes: Axes, run: Run, look: _Look, what: str) -> None:
    """Draw the history of the batches, each mean in the middle of its updates, and the evaluations.

    Between the net before the first update and the one after the first epoch there is no line: a straight one would
    cross most of a logarithmic axis where nothing was evaluated.
    """
    ends = [stretch.update for stretch in run.batches]
    middles = [(start + 1 + end) / 2 for start, end in zip([0, *ends], ends, strict=False)]
    means = [_drawable(getattr(stretch, what)) for stretch in run.batches]
    axes.plot(middles, means, color=look.pale, linewidth=0.7, zorder=1)
    later = [epoch for epoch in run.epochs if epoch.number > 0]
    marked = _thinned([math.log10(max(epoch.updates, 1)) for epoch in later], apart=0.22)
    for epochs, marks in ((run.epochs[: len(run.epochs) - len(later)], None), (later, marked)):
        _evaluations(axes, [epoch.updates for epoch in epochs], epochs, marks, look, what)
    if run.status != "complete":
        axes.axvline(run.updates, zorder=2, **_end(look))


def _over_epochs(axes: Axes, run: Run, look: _Look, what: str) -> None:
    numbers = [epoch.number for epoch in run.epochs]
    marks = _thinned(numbers, apart=max([1, *numbers]) / 10)
    _evaluations(axes, numbers, run.epochs, marks, look, what)
    if run.status != "complete" and numbers:
        axes.axvline(numbers[-1], zorder=2, **_end(look))


def _evaluations(
    axes: Axes, x: Sequence[int], epochs: Sequence[Epoch], marks: list[int] | None, look: _Look, what: str
) -> None:
    if epochs:
        train, test = ([_drawable(getattr(e, f"{part}_{what}")) for e in epochs] for part in ("train", "test"))
        axes.plot(x, train, markevery=marks, zorder=3, **_train(look))
        axes.plot(x, test, markevery=marks, zorder=4, **_test(look))


def _train(look: _Look) -> dict[str, Any]:
    return {"color": look.dark, "linewidth": 1.1, "linestyle": "-", "marker": look.marker, "markersize": look.size,
            "markeredgewidth": 0.8}  # fmt: skip


def _test(look: _Look) -> dict[str, Any]:
    return {**_train(look), "linestyle": (0, (3.2, 1.6)), "markerfacecolor": "white"}


def _end(look: _Look) -> dict[str, Any]:
    """Return the style of the line where a run did not go on; it claims no value, as the last one may be none."""
    return {"color": look.dark, "linewidth": 1.0, "linestyle": (0, (1, 1.5))}


def _drawable(value: float) -> float:
    return value if abs(value) < _HUGE else math.nan


def _values(run: Run, what: str) -> list[float]:
    """Return every value that is drawn."""
    values = [getattr(stretch, what) for stretch in run.batches]
    values += [getattr(epoch, f"{part}_{what}") for epoch in run.epochs for part in ("train", "test")]
    return [value for value in map(_drawable, values) if not math.isnan(value)]


def _thinned(places: Sequence[float], apart: float) -> list[int]:
    """Return which points get a marker: the last, and others so far apart on the axis."""
    chosen: list[int] = []
    for number in reversed(range(len(places))):
        if not chosen or places[chosen[-1]] - places[number] >= apart:
            chosen.append(number)
    return chosen[::-1]


def _scale_updates(axes: Axes, longest: int) -> None:
    """Make the axis logarithmic from 1 on, with a place for 0."""
    axes.set_xscale("symlog", linthresh=1, linscale=0.3)
    ticks = [0.0, *_log_ticks(1, longest)]
    axes.set_xticks(ticks, labels=[f"{tick:,.0f}" for tick in ticks])
    axes.minorticks_off()
    axes.set_xlim(-0.35, longest * 1.25)
    axes.set_xlabel("updates")


def _scale_epochs(axes: Axes, longest: int) -> None:
    from matplotlib.ticker import MaxNLocator

    axes.xaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 5, 10], integer=True))
    axes.set_xlim(-0.02 * longest, 1.02 * longest)
    axes.set_xlabel("epoch")


def _scale_loss(axes: Axes, values: Sequence[float]) -> None:
    """Make the axis logarithmic where every value that is drawn is positive."""
    low, high = min(values, default=0.0), max(values, default=1.0)
    if low <= 1 / _HUGE:
        room = 0.05 * (high - low) or 1.0
        axes.set_ylim(low - room, high + room)
        return
    room = max((high / low) ** 0.05, math.sqrt(5 * low / high))  # there are two ticks at least between 1 and 5
    low, high = low / room, high * room
    ticks = _log_ticks(low, high)
    axes.set_yscale("log")
    axes.set_yticks(ticks, labels=[f"{tick:g}" for tick in ticks])
    axes.minorticks_off()
    axes.set_ylim(low, high)


def _scale_accuracy(axes: Axes, values: Sequence[float]) -> None:
    low = min(8, max(0, math.floor(min(values, default=0.0) * 10)))
    ticks = [tenth / 10 for tenth in range(low, 11) if low > 5 or tenth % 2 == 0]
    axes.set_yticks(ticks, labels=[f"{tick:.1f}" for tick in ticks])
    axes.set_ylim(low / 10 - 0.02, 1.02)


def _log_ticks(low: float, high: float) -> list[float]:
    """Return round numbers from low to high: 1, 2, 5 in every decade, or fewer where there are many decades."""
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    steps = (1, 2, 5) if last - first <= 3 else (1,)
    powers = range(first, last + 1, -(-(last - first) // 8) or 1)
    return [tick for power in powers for step in steps if low <= (tick := step * 10.0**power) <= high]


def _legend(figure: Figure, runs: Sequence[Run]) -> None:
    """Draw one line a run above the axes: its name, its curves, and how it ended where it did not complete."""
    from matplotlib.lines import Line2D

    looks = [look for look, _ in zip(cycle(_LOOKS), runs, strict=False)]
    nothing = Line2D([], [], linestyle="none")
    columns = [
        [(nothing, _short(run.title)) for run in runs],
        [(Line2D([], [], **_train(look)), "train") for look in looks],
        [(Line2D([], [], **_test(look)), "test") for look in looks],
        [(Line2D([], [], color=look.pale, linewidth=1.2), "batches") for look in looks],
    ]
    if any(run.status != "complete" for run in runs):
        ended = zip([Line2D([], [], **_end(look)) for look in looks], runs, strict=True)
        columns.append([(nothing, "") if run.status == "complete" else (end, run.status) for end, run in ended])
    entries = [entry for column in columns for entry in column]
    figure.legend(
        [handle for handle, _ in entries], [label for _, label in entries], ncols=len(columns),
        loc="upper left", bbox_to_anchor=(-24.6 / WIDTH, 1), borderpad=0, borderaxespad=0.5, frameon=False,
        handlelength=2.8, handletextpad=0.6, columnspacing=1.4, labelspacing=0.45,
    )  # fmt: skip


def _short(text: str, most: int = 44) -> str:
    text = " ".join(clean(text).split())
    return text if len(text) <= most else text[: most - 1] + "…"
