"""python2-print: the file is Python 2; its prints were mended so that it could be read."""

from __future__ import annotations

import ast
from typing import Final

from verify.submissions.remarks.facts import Facts
from verify.submissions.remarks.rule import Rule, Told

_SENTENCE: Final = (
    "This is Python 2: its print statements were read as calls, and the rest was judged as Python 3, in which 1 / 2 is "
    "0.5 and not 0."
)


def _find(facts: Facts) -> Told:
    for cell in facts.cells:
        if cell.mended:
            yield cell, ast.Pass(lineno=cell.mended[0], col_offset=0), _SENTENCE


RULE: Final = Rule("python2-print", _find)
