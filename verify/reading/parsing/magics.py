"""Magics and shell lines are not Python: they are blanked, and every line keeps its number."""

from __future__ import annotations

import re
from typing import Final

# Cell magics whose body is Python that runs in the notebook's own namespace.
_PYTHON_BODIES: Final = frozenset({"time", "timeit", "capture", "prun", "memit", "mprun", "snakeviz", "heat", "debug"})
_SUSPECT: Final = re.compile(r"^[ \t]*(?:[%!?]|pip |conda )|get_ipython|\?[ \t]*$|=[ \t]*[!%]", re.MULTILINE)
_CELL_MAGIC: Final = re.compile(r"[ \t]*%%(\w*)")
_LINE: Final = re.compile(
    r"[%!?]"  # %matplotlib inline, !pip install, ?name
    r"|(?:pip|conda)[ \t]+(?:install|uninstall|list)\b"
    r"|[\w.]+\?{1,2}[ \t]*$"  # name?
    r"|get_ipython\(\)"
)
_BOUND: Final = re.compile(r"(\w[\w ,.]*?)[ \t]*=[ \t]*(?:!|%|get_ipython\(\))")  # x = !ls
_LONGEST: Final = 300  # of what may stand before the = of x = !ls
_TIMED: Final = re.compile(r"%time[ \t]+(?=\S)")
_TOKEN: Final = re.compile(
    r"#.*"
    r"|(?P<triple>\"{3}|'{3})"
    r"|\"(?:\\.|[^\"\\])*(?:\"|(?P<in_double>\\$)|$)"
    r"|'(?:\\.|[^'\\])*(?:'|(?P<in_single>\\$)|$)"
    r"|(?P<opening>[(\[{])|(?P<closing>[)\]}])|(?P<continued>\\$)"
)
_ENDS: Final = {mark: re.compile(rf"(?:\\.|[^\\])*?{mark}") for mark in ('"""', "'''", '"', "'")}


def blank_magics(source: str, in_notebook: bool) -> str:
    """Return the source with as many lines, in which what only IPython understands is blank, `pass` or None.

    A line is looked at where a statement can start: not inside a string, brackets or a continued line.
    `in_notebook` says whether the text is a cell: then a first line like %%bash takes the whole of it.
    """
    if not _SUSPECT.search(source):
        return source
    lines = source.split("\n")
    if in_notebook and not _blank_cell_magics(lines):
        return "\n" * (len(lines) - 1)
    kept, state, magic = [], _Open(), False
    for line in lines:
        replaced = None if state.now else _replaced(line)
        if not state.now:
            magic = replaced is not None
        if replaced is not None:
            kept.append(replaced)
        else:
            kept.append("" if magic else line)  # a magic is carried on by a backslash, or by open brackets
        read = line
        if _TIMED.match(line.lstrip()) and replaced is not None:
            magic, read = False, kept[-1]
        shell = replaced is not None and magic and "get_ipython" not in read
        state.pass_over("\\" * read.endswith("\\") if shell else read)  # its quotes and brackets are the shell's
    return "\n".join(kept)


def _blank_cell_magics(lines: list[str]) -> bool:
    """Blank the %%magics that a cell starts with; return whether what follows is Python."""
    for number, line in enumerate(lines):
        if not line.strip():
            continue
        found = _CELL_MAGIC.match(line)
        if found is None:
            return True
        if found[1] not in _PYTHON_BODIES:
            return False
        lines[number] = ""
    return True


def _replaced(line: str) -> str | None:
    """Return what stands for a magic line, or None where the line is Python."""
    text = line.lstrip(" \t")
    indent = line[: len(line) - len(text)]
    if _TIMED.match(text):
        return indent + _TIMED.sub("", text, count=1)
    bound = _BOUND.match(text[:_LONGEST])
    if bound is not None:
        return f"{indent}{bound[1]} = None"
    if _LINE.match(text):
        return f"{indent}pass" if indent else ""
    return None


class _Open:
    """Whether a line starts in the middle of something: a string, brackets, or a line continued by a backslash."""

    def __init__(self) -> None:
        self.string, self.depth, self.continued = "", 0, False

    @property
    def now(self) -> bool:
        return bool(self.string) or self.depth > 0 or self.continued

    def pass_over(self, line: str) -> None:
        """Take in one more line."""
        self.continued = False
        at = 0
        while at <= len(line):
            if self.string:
                end = _ENDS[self.string].match(line, at)
                if end is None:
                    if len(self.string) == 1 and not line.endswith("\\"):
                        self.string = ""  # a broken line: the string ends with it
                    return
                self.string, at = "", end.end()
            token = _TOKEN.search(line, at)
            if token is None:
                return
            at = token.end()
            if token["triple"]:
                self.string = token["triple"]
            elif token["in_double"] is not None or token["in_single"] is not None:
                self.string = '"' if token["in_double"] is not None else "'"
                return
            elif token["opening"]:
                self.depth += 1
            elif token["closing"]:
                self.depth = max(0, self.depth - 1)
            elif token["continued"] is not None:
                self.continued = True
                return
