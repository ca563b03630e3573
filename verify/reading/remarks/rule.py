"""What a rule is: an id that stays, and a search through the facts of a submission that tells what it found."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from typing import NamedTuple

from verify.reading.parsing.document import Cell
from verify.reading.remarks.facts import Facts

Told = Iterator[tuple[Cell, ast.AST, str]]  # the cell, the node that is remarkable, the sentence


class Rule(NamedTuple):
    """A rule of remarks: its id, which stands in the evidence, and how it finds what is remarkable."""

    id: str
    find: Callable[[Facts], Told]
