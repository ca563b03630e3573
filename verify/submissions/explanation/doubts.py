"""What keeps a verdict back although gradients were had: they are not what was asked for, or not always the same."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from verify.reading.program.placeholders import placeholders
from verify.reading.program.vocabulary import bare
from verify.reading.wiring.plan_records import CallMaker, GlobalsMaker, TrainingMaker
from verify.submissions.execution.answers import Leaves
from verify.submissions.execution.calling import Reading
from verify.submissions.execution.gradients import plain
from verify.submissions.execution.shapes import fits, has_more_axes
from verify.submissions.explanation.reasons import not_attempted

Given = Mapping[str, Any]


def doubt_about(reading: Reading, given: Given) -> str:
    """Return why gradients that were had cannot be judged, or nothing."""
    return _guessed(reading, given) or _own_sizes(reading, given) or _unwritten(reading)


def _guessed(reading: Reading, given: Given) -> str:
    """Return why shapes that were only guessed can't be judged: a gradient of as many entries lies in another way."""
    if isinstance(reading.container.maker, CallMaker | GlobalsMaker | TrainingMaker):
        return ""
    for one in reading.structure.parameters:
        value = given.get(one.name)
        if value is not None and np.size(value) == np.prod(one.shape) and not fits(value, one.shape):
            return (
                f"nothing in the file makes {one.name}, so it was given the shape {one.shape}; "
                f"its gradient has the shape {np.shape(value)}, and which of them is meant is not known"
            )
    return ""


def has_other_axes(reading: Reading, given: Given) -> str:
    """Return that a right gradient has more axes than its parameter: an update may stop at that, or take it."""
    for one in reading.structure.parameters:
        value = given.get(one.name)
        if value is not None and not reading.applied and has_more_axes(value, one.shape):
            return (
                f"its gradients have the right numbers, but that of {one.name} has the shape {np.shape(value)} and "
                f"{one.name} the shape {one.shape}: {one.name} -= would stop at that, and what is done with it is not "
                "known"
            )
    return ""


def _own_sizes(reading: Reading, given: Given) -> str:
    """Return that no gradient has as many entries as its parameter: then the code made parameters of its own."""
    sizes = {one.name: np.prod(one.shape) for one in reading.structure.parameters}
    had = {name: value for name, value in given.items() if name in sizes}
    if len(had) < 2 or any(np.size(value) == sizes[name] for name, value in had.items()):
        return ""
    name = next(iter(had))
    shape = next(one.shape for one in reading.structure.parameters if one.name == name)
    return (
        f"every gradient has another size than its parameter, {name} {np.shape(had[name])} and not {shape}: the code "
        "makes parameters of its own, or others are meant"
    )


def incomplete(reading: Reading) -> str:
    """Return which parameters have no gradient that was found.

    Not found is never wrong.
    """
    missing = [one.name for one in reading.structure.parameters if one.name not in reading.gradients]
    return (
        f"no gradient of {', '.join(missing)} was found among what the code returns, keeps or changes"
        if missing
        else ""
    )


def unjudged(reading: Reading, leaves: Leaves) -> str:
    """Return that a gradient is returned of something that is kept beside the parameters and was not taken for one."""
    known = {one.path for one in reading.structure.parameters}
    given = set(reading.gradients.values())
    kept = {
        plain(str(path[-1][1])): np.shape(value) for (section, path), value in leaves.items()
        if section == "container" and path and path not in known and path[-1][0] != "item"
    }  # fmt: skip
    for (section, path), value in leaves.items():
        if section in ("backward", "update") and path and (section, path) not in given and path[-1][0] != "item":
            name = str(path[-1][1])
            inner = reading.batch in np.shape(value)  # dZ1, with a row or a column for each sample
            if np.ndim(value) > 0 and not inner and kept.get(plain(bare(name))) == np.shape(value):
                return f"the code has a gradient of {bare(name)} as well, which was not found to be a parameter"
    return ""


def by_name(reading: Reading) -> bool:
    """Whether every gradient that was found is called after its parameter."""
    return all(
        where[1] and plain(bare(str(where[1][-1][1]))) == plain(name) for name, where in reading.gradients.items()
    )


def _unwritten(reading: Reading) -> str:
    """Return that the backward pass is not written to its end, where a gradient is missing for that."""
    judged = reading.roles.backward or reading.roles.update
    missing = [one for one in reading.structure.parameters if one.name not in reading.gradients]
    waiting = placeholders(judged) if judged is not None and missing else ()
    return not_attempted(judged, waiting) if judged is not None and waiting else ""


def not_deterministic(names: tuple[str, ...]) -> str:
    """Return that a second call gives something else, which no gradient that is added up explains."""
    return (
        f"not deterministic: a second call with the same arguments gives another gradient of {', '.join(names)}, "
        "though every random number generator was started anew; something is kept from one call to the next"
    )
