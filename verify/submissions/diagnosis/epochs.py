"""The passes of an epoch with the file's own data: how many there are, and those whose step is not down their own loss.

A rare label, a masked sample or another branch may stand in a later batch alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from typing import Final

import numpy as np

from verify.arrays import Array
from verify.reading.wiring.plan_records import SEED, ArrayBinding, Path, TrainingMaker
from verify.reading.wiring.points import Point
from verify.submissions.diagnosis.updating import passed
from verify.submissions.execution.answers import Refused, unpacked
from verify.submissions.execution.calling import Ask, Reading
from verify.submissions.trials.training_step import Trained

_LONGEST: Final = 256  # passes of an epoch
_SOME: Final = 24  # passes of an epoch that are looked at
_MOVE: Final = 1e-5  # along a random direction, for a central difference
_APART: Final = 1e-4  # of what is expected: more than a central difference is off


def epoch_of(ask: Ask, trained: Trained, start: Point) -> int | None:
    """Return how many passes go by before a loop around the one that trains counts on, or None."""
    reading, counters = trained.reading, trained.loop.counters

    def outer(count: int) -> dict[Path, float]:
        found = passed(ask, reading, start, count)
        return {
            path: float(np.asarray(value).reshape(())) for (section, path), value in found.items()
            if section == "update" and len(path) == 1 and path[0][1] in counters and np.size(value) == 1
        }  # fmt: skip

    first = outer(1)
    if not first:
        return None
    few, many = 1, 2
    while outer(many) == first:
        few, many = many, 2 * many
        if few > _LONGEST:
            return None
    while many - few > 1:
        middle = (few + many) // 2
        few, many = (middle, many) if outer(middle) == first else (few, middle)
    return few


def takes_ours(reading: Reading) -> bool:
    """Whether training is given data of ours, and not the file's own."""
    maker = reading.container.maker
    given = list(maker.arguments) if isinstance(maker, TrainingMaker) else []
    given += maker.owner.arguments if isinstance(maker, TrainingMaker) and maker.owner is not None else ()
    return bool(reading.data) or any(isinstance(one.binding, ArrayBinding) for one in given)


def strange_passes(ask: Ask, trained: Trained, start: Point) -> Iterator[tuple[int, Reading]]:
    """Yield the passes of the first epoch, run with the file's own data, whose step is not the slope of their loss.

    Told by a central difference along one direction; what is so told is still to be judged.
    """
    maker = trained.reading.container.maker
    if not isinstance(maker, TrainingMaker) or trained.reading.loss is None or not trained.is_small:
        return
    if takes_ours(trained.reading):
        return  # data of ours are alike in every batch
    try:
        length = epoch_of(ask, trained, start)
    except (Refused, KeyError):
        return
    for skipped in np.unique(np.linspace(0, length - 1, _SOME).astype(int)).tolist() if length else ():
        reading = trained.reading.made_by(replace(maker, skipped=maker.skipped + skipped))
        with suppress(Refused, KeyError):
            if not _goes_down(ask, reading, start):
                yield maker.skipped + skipped + 1, reading


def _goes_down(ask: Ask, reading: Reading, start: Point) -> bool:
    """Whether what a pass takes is the slope of its loss, along one direction; also where that can't be told."""
    generator = np.random.default_rng(start.drawn_for("a direction"))
    direction = {name: generator.normal(size=np.shape(value)) for name, value in start.params.items()}
    found = passed(ask, reading, start, 1)
    slopes = {
        name: (start.params[name] - found[where]) / reading.rate if reading.applied else found[where]
        for name, where in reading.gradients.items()
    }
    if set(slopes) != set(direction):
        return True
    given = sum(float(np.sum(np.reshape(slopes[name], np.shape(one)) * one)) for name, one in direction.items())
    losses = [_loss(ask, reading, start, direction, sign * _MOVE) for sign in (1, -1)]
    expected = (losses[0] - losses[1]) / (2 * _MOVE)
    scale = max(sum(float(np.sum(np.abs(slopes[name] * one))) for name, one in direction.items()), abs(expected))
    return not np.isfinite(expected) or abs(given - expected) <= _APART * scale + _APART * _MOVE * abs(losses[0])


def _loss(ask: Ask, reading: Reading, start: Point, direction: dict[str, Array], by: float) -> float:
    moved = replace(start, params={name: value + by * direction[name] for name, value in start.params.items()})
    arrays = reading.arrays(moved)
    found = unpacked(*ask(reading.run(reading.forward_steps, local_names=True), {**arrays, SEED: arrays["X"]}))
    assert reading.loss is not None
    return float(np.real(np.asarray(found[reading.loss])).reshape(()))
