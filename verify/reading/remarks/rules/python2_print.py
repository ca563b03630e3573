"""python2-print: the file is Python 2; its prints and names were mended so that it could be read."""

from __future__ import annotations

import ast
from typing import Final

from verify.reading.remarks.facts import Facts
from verify.reading.remarks.rule import Rule, Told

_SENTENCE: Final = (
    "This is Python 2: its print statements, xrange and the like were read as Python 3 has them, and it was judged as "
    "Python 3, in which a / b of two whole numbers is no whole number; where a file with print statements divides "
    "numbers that are whole for certain, such as 1 / m, it is 0 as in Python 2."
)


def _find(facts: Facts) -> Told:
    for cell in facts.cells:
        if cell.mended:
            yield cell, ast.Pass(lineno=cell.mended[0], col_offset=0), _SENTENCE


RULE: Final = Rule("python2-print", _find)
