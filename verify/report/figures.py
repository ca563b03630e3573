"""The pictures of a training, drawn by Matplotlib: learning curves and the first ten digits, as SVG and PNG.

The same evidence gives the same bytes. The SVG starts at its root element and can stand inside an HTML page: its ids
begin with the picture's name, it has no style sheet of its own and asks for nothing from elsewhere.
"""

from __future__ import annotations

import logging
import math
import re
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from itertools import cycle
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from xml.etree import ElementTree

from verify.errors import BadInput
from verify.evidence import Digit, Epoch, Evidence, Run, Training
from verify.files import check_folder, check_writable, write_whole

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Matplotlib tells its user by this logger that it builds a font cache or has nowhere to keep it.
logging.getLogger("matplotlib").addHandler(logging.NullHandler())

_SVG: Final = "http://www.w3.org/2000/svg"
_XLINK: Final = "http://www.w3.org/1999/xlink"
_FONTS: Final = "'DejaVu Sans', Verdana, Arial, Helvetica, sans-serif"
_DPI: Final = 168  # a digit of 48 points is then 112 pixels wide: 4 for each of 28 pixels, 14 for each of 8
_DIGIT, _GAP, _MARGIN = 48.0, 10.0, 3.0  # in points
_COUNTS: Final = ("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_HUGE: Final = 1e100  # a greater number is drawn no more than infinity is: its axis could hold nothing else
_GREY: Final = "#4d4d4d"
_STYLE: Final[dict[Any, Any]] = {
    "svg.fonttype": "none",
    "font.family": ["DejaVu Sans"],  # comes with Matplotlib, so the layout is the same everywhere
    "font.size": 8.5,
    "text.parse_math": False,
    "axes.edgecolor": _GREY,
    "axes.linewidth": 0.6,
    "axes.spines.top": False,
    "axes.spines.right": False,
    **{f"{axis}tick.color": _GREY for axis in "xy"},
    **{f"{axis}tick.labelcolor": "black" for axis in "xy"},
    **{f"{axis}tick.major.width": 0.6 for axis in "xy"},
}


@dataclass(frozen=True)
class Picture:
    """One picture: the name of its files, what it shows in words, and both files."""

    name: str
    alternative: str
    svg: str
    png: bytes


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


def write_figures(evidence: Evidence, folder: Path, *, digits: bool = True) -> tuple[Path, ...]:
    """Write learning-curves and digits, each as .svg and .png, into a folder that is made where it is missing.

    Evidence without images gives no picture of digits. All are drawn before the first is written.
    Raises BadInput where there is no training, or where a file can't be written.
    """
    pictures = [learning_curves(evidence)]
    if digits and _training(evidence).data.digits:
        pictures.append(ten_digits(evidence))
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError) as error:
        raise BadInput(f"{folder}: is a file, or lies below one; expected a folder to write into") from error
    except OSError as error:
        raise BadInput(f"{folder}: the folder can't be made ({error.strerror or error})") from error
    check_folder(folder)
    files: dict[Path, str | bytes] = {}
    for picture in pictures:
        files[folder / f"{picture.name}.svg"] = picture.svg
        files[folder / f"{picture.name}.png"] = picture.png
    for path in files:
        check_writable(path)
    for path, content in files.items():
        write_whole(path, content)
    return tuple(files)


def learning_curves(evidence: Evidence) -> Picture:
    """Return loss and accuracy of every run, over updates and over epochs. Raises BadInput without a training."""
    runs = _training(evidence).runs
    about = "Loss and accuracy on the training set and the test set, over updates and over epochs."
    words = " ".join([about, *map(_in_words, runs)])
    return _picture("learning-curves", "Learning curves", words, lambda: _curves(runs))


def ten_digits(evidence: Evidence) -> Picture:
    """Return the first images with their labels. Raises BadInput where there are none or one is malformed."""
    data = _training(evidence).data
    digits = data.digits[:10]
    if not digits:
        raise BadInput("the evidence holds no images; expected at least one to draw")
    labels = ", ".join(str(digit.label) for digit in digits)
    images = "training image" if len(digits) == 1 else f"{_COUNTS[len(digits) - 2]} training images"
    words = f"The first {images} of {data.name}, in white on black, labelled {labels}."
    pixels = [_pixels(digit, data.shape, number) for number, digit in enumerate(digits, 1)]
    return _picture("digits", "First digits", words, lambda: _row_of_digits(digits, pixels, max(1, data.white)))


def _training(evidence: Evidence) -> Training:
    if evidence.training is None:
        raise BadInput("the evidence holds no training; expected that of verify train-mnist")
    return evidence.training


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


@contextmanager
def _style(name: str) -> Iterator[None]:
    """Draw as this module says, whatever the user's matplotlibrc says; afterwards all is as it was."""
    import matplotlib

    with matplotlib.rc_context(), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "(Glyph .* missing from font|Matplotlib currently does not support)")
        matplotlib.rcdefaults()
        matplotlib.rcParams.update({**_STYLE, "svg.hashsalt": name})
        yield


def _curves(runs: Sequence[Run]) -> Figure:
    """Return two rows, loss and accuracy, and two columns, over updates and over epochs."""
    from matplotlib.figure import Figure

    width, below, panel, between, above = 576.0, 34.0, 166.0, 26.0, 26.0 + 15 * len(runs)
    height = below + 2 * panel + between + above
    figure = Figure(figsize=(width / 72, height / 72))
    axes = figure.subplots(2, 2, sharex="col", sharey="row", squeeze=False)
    figure.subplots_adjust(
        left=38 / width, right=1 - 8 / width, wspace=0.07,
        bottom=below / height, top=(below + 2 * panel + between) / height, hspace=between / panel,
    )  # fmt: skip
    for row, (what, unit) in zip(axes, (("loss", "nats"), ("accuracy", "fraction")), strict=True):
        for run, look in zip(runs, cycle(_LOOKS), strict=False):
            _over_updates(row[0], run, look, what)
            _over_epochs(row[1], run, look, what)
        row[0].set_ylabel(f"{what} ({unit})", rotation=0, ha="left", va="bottom")
        row[0].yaxis.set_label_coords(-30 / (0.45 * width), 1 + 7 / panel)
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
        loc="upper left", bbox_to_anchor=(-24.6 / 576, 1), borderpad=0, borderaxespad=0.5, frameon=False,
        handlelength=2.8, handletextpad=0.6, columnspacing=1.4, labelspacing=0.45,
    )  # fmt: skip


def _short(text: str, most: int = 44) -> str:
    text = " ".join(_clean(text).split())
    return text if len(text) <= most else text[: most - 1] + "…"


def _pixels(digit: Digit, shape: tuple[int, int], number: int) -> list[list[int]]:
    height, width = shape
    if len(digit.rows) != height or not all(re.fullmatch(f"([0-9a-fA-F]{{2}}){{{width}}}", row) for row in digit.rows):
        raise BadInput(f"image {number} of the evidence: expected {height} rows of {width} pixels, two hex digits each")
    return [list(bytes.fromhex(row)) for row in digit.rows]


def _row_of_digits(digits: Sequence[Digit], pixels: Sequence[list[list[int]]], white: int) -> Figure:
    from matplotlib.figure import Figure

    width = 2 * _MARGIN + len(digits) * (_DIGIT + _GAP) - _GAP
    height = _MARGIN + _DIGIT + 18
    figure = Figure(figsize=(width / 72, height / 72))
    for number, (digit, rows) in enumerate(zip(digits, pixels, strict=True)):
        axes = figure.add_axes(
            ((_MARGIN + number * (_DIGIT + _GAP)) / width, _MARGIN / height, _DIGIT / width, _DIGIT / height)
        )
        axes.imshow(rows, cmap="gray", vmin=0, vmax=white, interpolation="nearest")
        axes.set_title(str(digit.label), fontsize=10, pad=4)
        axes.set_axis_off()
    return figure


def _picture(name: str, heading: str, words: str, draw: Callable[[], Figure]) -> Picture:
    words = _clean(words)
    svg, png = BytesIO(), BytesIO()
    with _style(name):
        figure = draw()
        figure.savefig(svg, format="svg", dpi=_DPI, metadata={"Date": None, "Creator": None})
        figure.savefig(png, format="png", dpi=_DPI, metadata={"Software": None, "Title": heading, "Description": words})
    return Picture(name, words, _inline(svg.getvalue(), name, heading, words), png.getvalue())


def _clean(text: str) -> str:
    """Return the text without characters that XML can't hold."""
    return re.sub("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "\ufffd", text)


def _inline(svg: bytes, name: str, heading: str, words: str) -> str:
    """Return Matplotlib's SVG from its root element on, made fit to stand beside others in a page."""
    root = ElementTree.fromstring(svg)
    for parent in list(root.iter()):
        for child in [child for child in parent if child.tag in (f"{{{_SVG}}}metadata", f"{{{_SVG}}}style")]:
            parent.remove(child)  # the style would hold for the whole page
    for element in root.iter():
        for key, value in element.attrib.items():
            if key == "id":
                element.set(key, f"{name}-{value}")
            elif key in ("href", f"{{{_XLINK}}}href") and value.startswith("#"):
                element.set(key, f"#{name}-{value[1:]}")
            else:
                value = re.sub(r"url\(#([^)]+)\)", rf"url(#{name}-\1)", value)
                element.set(key, value.replace("'DejaVu Sans'", _FONTS))
    for place, (tag, text) in enumerate((("title", heading), ("desc", words))):
        root.insert(place, ElementTree.Element(f"{{{_SVG}}}{tag}", {"id": f"{name}-{tag}"}))
        root[place].text, root[place].tail = text, "\n "
    root.attrib.update({"role": "img", "aria-labelledby": f"{name}-title {name}-desc", "stroke-linejoin": "round"})
    ElementTree.register_namespace("", _SVG)
    ElementTree.register_namespace("xlink", _XLINK)
    return ElementTree.tostring(root, encoding="unicode") + "\n"
