"""How it is known what an argument is given, or a choice is: told, stated by the file, or only by what it is called."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NamedTuple

from verify.reading.parsing.document import Place
from verify.reading.wiring.plan_records import Argument

How = Literal["told", "stated", "by name", "by elimination", "assumed"]


class Source(NamedTuple):
    """How something is known, and the place of the file that says it."""

    how: How
    place: Place | None = None


class Width(NamedTuple):
    """How many units the output layer has, and how that is known."""

    value: int
    source: Source


Sources = Mapping[tuple[str, Argument], Source]  # by the name of a function and what one of its arguments is given
