"""The first ten digits of the data, with their labels."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from verify.errors import BadInput
from verify.evidence.records import Digit, Evidence
from verify.report.pictures.drawing import Picture, picture, training

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_DIGIT, _GAP, _MARGIN = 48.0, 10.0, 3.0  # in points
_COUNTS: Final = ("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


def ten_digits(evidence: Evidence) -> Picture:
    """Return the first images with their labels. Raises BadInput where there are none or one is malformed."""
    data = training(evidence).data
    digits = data.digits[:10]
    if not digits:
        raise BadInput("the evidence holds no images; expected at least one to draw")
    labels = ", ".join(str(digit.label) for digit in digits)
    images = "training image" if len(digits) == 1 else f"{_COUNTS[len(digits) - 2]} training images"
    words = f"The first {images} of {data.name}, in white on black, labelled {labels}."
    pixels = [_pixels(digit, data.shape, number) for number, digit in enumerate(digits, 1)]
    return picture("digits", "First digits", words, lambda: _row_of_digits(digits, pixels, max(1, data.white)))


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
