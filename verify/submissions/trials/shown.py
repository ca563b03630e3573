"""The numbers that a pass of training shows and that look like a loss: each may be it, and may be there to be seen.

Their expressions and what they depend on say it; whether a gradient is right plays no part.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

import numpy as np

from verify.arrays import Array
from verify.reading.program.shown import SECTION, Shown
from verify.reading.program.training import Loop
from verify.reading.wiring.plan_records import Path
from verify.submissions.execution.answers import Leaves, Where

_MOST: Final = 3  # numbers that are looked at


def shown_losses(
    found: Leaves, loop: Loop, made: Mapping[Path, Array], named: Where | None, why_not: Callable[[Where], str]
) -> tuple[Where, ...]:
    """Return where numbers stand that the pass shows or computes, look like a loss, and are of the step's own point.

    Not the one that is known by its name, nor any that is equal to another.
    """
    values = {float(np.asarray(found[named]).reshape(()))} if named is not None else set()
    chosen: list[Where] = []
    for where in _candidates(found, loop, made):
        value = found.get(where)
        if value is None or np.size(value) != 1 or np.asarray(value).dtype.kind != "f":
            continue
        number = float(np.asarray(value).reshape(()))
        if np.isfinite(number) and number not in values and len(chosen) < _MOST and not why_not(where):
            chosen.append(where)
            values.add(number)
    return tuple(chosen)


def place_in(one: Shown) -> Where:
    """Return where a number that is shown stands in an answer."""
    return SECTION, (("key", one.how), ("key", one.line), ("key", one.text))


def shown_at(where: Where | None) -> Shown | None:
    """Return what is shown at a place of an answer, or None where it is no such place."""
    if where is None or where[0] != SECTION or len(where[1]) != 3:
        return None
    (_, how), (_, line), (_, text) = where[1]
    return Shown("append" if how == "append" else "print", int(line), str(text))


def _candidates(found: Leaves, loop: Loop, made: Mapping[Path, Array]) -> list[Where]:
    shown = [place_in(one) for one in loop.shown]
    named: list[Where] = []
    for section, path in found:
        if section in ("update", f"locals {loop.function}") and len(path) == 1 and path[0][1] in loop.computed:
            before = made.get(path)
            adds_up = path[0][1] in loop.sums
            if not adds_up or (before is not None and np.size(before) == 1 and not np.any(before)):
                named.append((section, path))
    return [*shown, *named]
