"""Words that stand in many sentences: a number with its noun, and what was probably meant."""

from __future__ import annotations

import difflib
from collections.abc import Sequence


def count(number: int, noun: str, plural: str = "") -> str:
    """Return `1 case` or `3 cases`."""
    return f"{number:,} {noun if number == 1 else plural or f'{noun}s'}"


def nearest(name: str, known: Sequence[str]) -> str:
    """Return a question for the likeliest word, or nothing."""
    close = difflib.get_close_matches(name, known, n=1)
    return f", did you mean {close[0]}?" if close else ""
