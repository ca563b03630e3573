"""Print statements of Python 2 become calls, so that the rest of a file can be read; every line keeps its number."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

_PRINT: Final = re.compile(r"(?P<before>(?:.*?:)?[ \t]*)print(?=[ \t]*[^\s(=.]|[ \t]*$|[ \t]*\()(?P<what>.*)$")
_START: Final = re.compile(r"[ \t]*(?:(?:if|for|while|else|elif|try|finally)\b.*?:[ \t]*)?print\b")
_CAUGHT: Final = re.compile(r"^(?P<start>[ \t]*except[ \t]+[\w.() ,]+?)[ \t]*,[ \t]*(?P<name>\w+)[ \t]*:")


class Mended(NamedTuple):
    """A text in which prints are calls, and the lines that were changed."""

    source: str
    lines: tuple[int, ...]


def mend_prints(source: str) -> Mended | None:
    """Return the text with print statements as calls and `except X, e` as `except X as e`; None where there are none.

    >>> mend_prints("print 'loss', J")
    Mended(source="print('loss', J)", lines=(1,))
    """
    lines, changed = source.split("\n"), []
    for number, line in enumerate(lines):
        mended = _CAUGHT.sub(r"\g<start> as \g<name>:", _with_call(line))
        if mended != line:
            lines[number] = mended
            changed.append(number + 1)
    return Mended("\n".join(lines), tuple(changed)) if changed else None


def _with_call(line: str) -> str:
    """Return a line in which a print statement that starts it, or stands behind a colon, is a call."""
    if not _START.match(line):
        return line
    found = _PRINT.match(line)
    if found is None:
        return line
    what = found["what"].strip()
    if what.startswith("(") and what.endswith(")") and "%" not in what.rpartition(")")[0][-1:] and _closes(what):
        return line
    code, comment = _without_comment(what)
    code = code.rstrip().removesuffix(",")
    if code.startswith(">>"):
        return f"{found['before']}pass{comment}"
    return f"{found['before']}print({code}){comment}"


def _closes(text: str) -> bool:
    """Whether the bracket that starts a text is closed by its last character."""
    depth = 0
    for number, one in enumerate(text):
        depth += (one in "([{") - (one in ")]}")
        if depth == 0:
            return number == len(text) - 1
    return False


def _without_comment(text: str) -> tuple[str, str]:
    """Return a text and the comment behind it; a # inside quotes is no comment."""
    quote = ""
    for number, one in enumerate(text):
        if quote:
            quote = "" if one == quote else quote
        elif one in "'\"":
            quote = one
        elif one == "#":
            return text[:number].rstrip(), f"  {text[number:]}"
    return text, ""
