"""What a loss of the file is given, which training does not compute: names of the pass that mean the same."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from verify.arrays import Array
from verify.submissions.execution.answers import Leaves
from verify.submissions.program.functions import Function
from verify.submissions.program.vocabulary import meaning_of
from verify.submissions.trials.one_pass import root_of
from verify.submissions.wiring.plan import defaulted
from verify.submissions.wiring.plan_records import Argument, ResultBinding


def from_the_pass(
    function: Function, names: Sequence[str], updated: set[str], own: Sequence[str]
) -> tuple[Argument, ...] | None:
    """Return what a loss is given of the names of a pass: the same name, or the one name that means the same.

    Where several do, it is the one that stands in the loop itself.
    """
    given: list[Argument] = []
    for name in function.arguments:
        meaning = meaning_of(name)
        alike = [other for other in names if meaning is not None and meaning_of(other) == meaning]
        alike = alike if len(alike) < 2 else [other for other in alike if other in own]
        other = name if name in names else alike[0] if len(alike) == 1 else None
        if other is None or other in updated:
            if name in defaulted(function):
                continue
            return None
        given.append(Argument(name, ResultBinding("update", (("key", other),))))
    return tuple(given)


def of_several(found: Leaves) -> set[str]:
    """Return the meanings, X or Y, under which a pass holds different data: all samples, and a batch of them."""
    held: dict[str, list[Array]] = {}
    for (section, path), value in found.items():
        meaning = meaning_of(root_of(path))
        if section == "update" and len(path) == 1 and meaning in ("X", "Y") and np.ndim(value) > 0:
            if not re.search(r"test|val|dev", root_of(path).lower()):
                held.setdefault(str(meaning), []).append(value)
    return {
        meaning for meaning, values in held.items()
        if any(not np.array_equal(np.ravel(one), np.ravel(values[0])) for one in values)
    }  # fmt: skip
