"""Text that fits: how wide a label is, and how it is cut or broken where there is less room."""

from __future__ import annotations

from collections.abc import Sequence

from verify.report.pictures.drawing import clean


def width(text: str, size: float) -> float:
    """Return how wide a line of text is, in points, in the font of all pictures."""
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import text_to_path

    wide, _, _ = text_to_path.get_text_width_height_descent(text, FontProperties(size=size), False)
    return float(wide)


def one_line(text: str) -> str:
    """Return the text on one line, without characters that XML can't hold."""
    return " ".join(clean(text).split())


def fitted(text: str, size: float, room: float) -> str:
    """Return the text on one line, cut so that it is no wider than `room`."""
    text = one_line(text)[:400]
    if width(text, size) <= room:
        return text
    while text and width(f"{text}…", size) > room:
        text = text[:-1]
    return f"{text.rstrip()}…"


def broken(words: Sequence[str], size: float, room: float) -> list[str]:
    """Return lines of words, each no wider than `room` unless it is a single word."""
    lines: list[str] = []
    for word in words:
        if lines and width(f"{lines[-1]} {word}", size) <= room:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines
