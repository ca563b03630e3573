"""Parameters that no name tells: E, g and c beside W1 and b1. What is stepped at the rate and felt by the loss is one.

Whether a gradient is right plays no part.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np

from verify.arrays import Array
from verify.reading.wiring.plan import RATE
from verify.reading.wiring.plan_records import Path, Step
from verify.submissions.execution.answers import Leaves, Refused, unpacked
from verify.submissions.execution.calling import Ask, Reading
from verify.submissions.trials.one_pass import is_data_or_gradient
from verify.submissions.trials.one_point import is_felt_by_the_loss

_ALIKE: Final = 1e-6  # of the largest entry: the difference of two near numbers is known to fewer digits
_MOST: Final = 12


def unnamed_parameters(
    ask: Ask, reading: Reading, one_pass: tuple[Step, ...], made: Mapping[Path, Array], moved: Mapping[Path, Array]
) -> tuple[Path, ...]:
    """Return where arrays stand that are stepped from as parameters are, besides those of the reading.

    At twice the rate their step is twice as long, and the loss feels them: that of a velocity it does not feel, and
    what a pass only leaves behind is no longer at twice the rate. Where no rate is known, what stands in one dictionary
    with parameters is one. A number may begin as a whole one, such as m = 0; a count makes no longer step.
    """
    known = {one.path for one in reading.structure.parameters}
    others = [
        path for path, value in moved.items()
        if path not in known and path not in reading.rates and np.asarray(value).dtype.kind in "fiu"
        and not is_data_or_gradient(path)
    ][:_MOST]  # fmt: skip
    if not others or reading.loss is None:
        return ()
    try:
        if reading.rates:
            first, twice = (_after(ask, reading, one_pass, factor * RATE) for factor in (1, 2))
            stepped = [path for path in others if _is_doubled(path, made, first, twice)]
        else:
            holders = {path[:-1] for path in known if len(path) > 1 and path[-1][0] == "key"}
            stepped = [path for path in others if path[:-1] in holders]
        return tuple(path for path in stepped if is_felt_by_the_loss(ask, reading, path, made[path]))
    except (Refused, KeyError):
        return ()


def _after(ask: Ask, reading: Reading, one_pass: tuple[Step, ...], rate: float) -> Leaves:
    return unpacked(*ask(reading.run(one_pass, after=True), {**reading.arrays(reading.point), "rate": np.array(rate)}))


def _is_doubled(path: Path, made: Mapping[Path, Array], first: Leaves, twice: Leaves) -> bool:
    step, longer = first["update", path] - made[path], twice["update", path] - made[path]
    size = float(np.max(np.abs(longer), initial=0.0))
    return bool(0 < size < np.inf and np.max(np.abs(2 * step - longer)) <= _ALIKE * size)
