"""LaTeX as MathML, for the small part of LaTeX that the derivation is written in."""

from __future__ import annotations

import re
from functools import cache
from typing import Final

import latex2mathml.converter

KNOWN: Final = frozenset(
    ("frac", "hat", "partial", "left", "right", "top", "odot", "oslash", "mathbf", "delta", "varepsilon", "log", "sum")
)


def checked(latex: str) -> str:
    r"""Return the formula as it is. Raises ValueError for a command or a sign that is not known to come out right."""
    unknown = set(re.findall(r"\\([A-Za-z]+)", latex)) - KNOWN
    if unknown or not re.fullmatch(r"(?:\\[A-Za-z]+|[A-Za-z0-9 {}^_+\-=(),.'/\[\]])*", latex):
        raise ValueError(f"{latex}: {', '.join(sorted(unknown)) or 'a sign'} is not in the tested part of LaTeX")
    return latex


@cache
def mathml(latex: str) -> str:
    r"""Return the formula as one `<math>` element, to stand on a line of its own in a cell.

    Raises ValueError for what `checked` refuses, and where anything is left untranslated.
    """
    checked(latex)
    try:
        element = str(latex2mathml.converter.convert(latex))
    except Exception as error:  # the library has errors of its own for each kind of bad LaTeX
        raise ValueError(f"{latex}: is no LaTeX ({type(error).__name__})") from error
    if "\\" in element or "&amp;" in element or "merror" in element:
        raise ValueError(f"{latex}: not all of it could be written as MathML")
    return element
