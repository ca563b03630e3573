"""Text that fits: how wide a label is, and how it is cut or broken where there is less room."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from functools import lru_cache

from verify.report.pictures.drawing import clean
from verify.report.safe import visible


@lru_cache(maxsize=4096)
def width(text: str, size: float) -> float:
    """Return how wide a line of text is, in points, in the font of all pictures."""
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import text_to_path

    wide, _, _ = text_to_path.get_text_width_height_descent(
        text, FontProperties(family="DejaVu Sans", size=size), False
    )
    return float(wide)


def one_line(text: str) -> str:
    """Return the text on one line, with control and formatting characters written out."""
    return " ".join(clean(visible(text)).split())


def fitted(text: str, size: float, room: float) -> str:
    """Return the text on one line, cut so that it is no wider than `room`."""
    text = one_line(text)[:400]
    if width(text, size) <= room:
        return text
    longest = bisect_left(range(1, len(text)), True, key=lambda end: width(f"{text[:end]}…", size) > room)
    return f"{text[:longest].rstrip()}…"


def broken(words: Sequence[str], size: float, room: float) -> list[str]:
    """Return lines of words, each no wider than `room` unless it is a single word."""
    lines: list[str] = []
    for word in words:
        if lines and width(f"{lines[-1]} {word}", size) <= room:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines


def listed(names: Sequence[str]) -> str:
    """Return "a", "a and b", "a, b and c"."""
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
