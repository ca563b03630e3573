"""Later passes of a training, and what it holds: is a step the same function of the parameters in every pass?

What keeps or counts something may be right in its first pass alone. Judged at a secret point, with samples that are all
alike: then every batch is the same, however it is drawn.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

import numpy as np

from verify.arrays import Array
from verify.evidence.records import FAILS, Evidence
from verify.nets.structure import Parameter
from verify.reading.program.vocabulary import bare, data_of, holds_samples
from verify.reading.wiring.batches import PART
from verify.reading.wiring.plan import RATE
from verify.reading.wiring.plan_records import AHEAD, SEED, Path, Slot
from verify.reading.wiring.points import Point
from verify.reading.wiring.structure import BATCH
from verify.submissions.diagnosis.updating import alike, of_one_sample, passed
from verify.submissions.execution.answers import Leaves, Refused, Where
from verify.submissions.execution.calling import Ask, Reading, make
from verify.submissions.execution.gradients import plain
from verify.submissions.trials.one_pass import is_gradient, last_name, root_of
from verify.submissions.trials.one_step import is_scheduled
from verify.submissions.trials.training_step import Trained

_PASSES: Final = (2, 3, 5, 10, 11, 51)  # the passes that are looked at: counts of tens are common
_FEW: Final = (2, 3)  # where a pass computes many numbers
_AROUND: Final = (0, 1, 2)  # passes may be counted from 0 or from 1, and change after one that is counted
_MOST_PASSES: Final = 6_000  # that are run for the numbers in a file; a pass takes about half a millisecond
SHORT: Final = RATE / 32  # the rate: after long steps a ReLU may be dead, and shows nothing
_REST: Final = 1e-6  # of parameters of about 1, whose roundings are 1e-16


def held_layers(trained: Trained, found: Evidence) -> tuple[str, ...]:
    """Return the parameters of whole layers that a pass leaves as they are, where these alone are found wrong.

    Nothing where a gradient of one of them is computed: then its update was forgotten.
    """
    reading, seen = trained.reading, trained.found
    held = _held(trained)
    layers = {_layer(one) for one in reading.structure.parameters if one.name in held}
    whole = all(one.name in held for one in reading.structure.parameters if _layer(one) in layers)
    computed = {
        plain(bare(last_name(path))) for section, path in seen
        if path and is_gradient(path) and (section != "update" or root_of(path) in trained.loop.names)
    }  # fmt: skip
    if not whole or held != _failed(found) or computed & {plain(name) for name in held}:
        return ()
    return tuple(sorted(held)) if len(held) < len(reading.structure.parameters) else ()


def _layer(one: Parameter) -> str:
    """Return the layer of a parameter: by the number in its name, or by its place."""
    return "".join(re.findall(r"\d+$", one.name)) or str(one.layer)


def _failed(found: Evidence) -> set[str]:
    return {row.parameter for row in found.summary if row.verdict in FAILS}


def _held(trained: Trained) -> set[str]:
    """Return the names of the parameters that the first pass leaves as they are."""
    point = trained.reading.point
    return {
        one.name for one in trained.reading.structure.parameters
        if np.array_equal(trained.found.get(("after", one.path), np.nan), point.params[one.name])
    }  # fmt: skip


def moved_later(ask: Ask, trained: Trained, found: Evidence, start: Point) -> tuple[str, ...]:
    """Return the parameters that only a later pass moves, where these alone are found wrong."""
    held = _held(trained)
    if not held or held != _failed(found):
        return ()
    for count in _counts(trained, ()):
        try:
            after = passed(ask, trained.reading, start, count)
        except (Refused, KeyError):
            return ()
        places = trained.reading.updated
        if any(np.shape(after[where]) != np.shape(start.params[name]) for name, where in places.items()):
            return ()  # another net stands there
        if any(not np.array_equal(after[places[name]], start.params[name]) for name in held):
            return tuple(sorted(held))
    return ()


def differs_later(ask: Ask, trained: Trained, start: Point, numbers: Sequence[int]) -> int | None:
    """Return the first pass whose step is another than that of a first pass from the same parameters; None if none is.

    Looked at are the first ones, and those around the `numbers` by which the file counts.

    Steps that are all one multiple of these may be those of another rate, unless the rate is known. Nothing is said of
    an optimiser with a state, nor where the data are others, or where the step depends on numbers that are drawn.
    """
    if trained.others:
        return None
    try:
        reading, same = with_one_sample(ask, trained.reading)
        short = {"rate": np.array(SHORT)} if reading.rates else {}
        alike_all = _Passes(ask, reading, of_one_sample(start), {**same, **short})
        as_they_are = _Passes(ask, trained.reading, start, short)
        for count in _counts(trained, numbers):
            one = alike_all.step(count)
            if one is None:
                return None
            if not one.has_come_to_rest:
                differs = one.differs
            else:  # of one sample nothing is left to learn
                other = as_they_are.step(count)
                differs = other is not None and other.differs and not as_they_are.has_other_data
            if differs:
                return None if one.is_drawn() else count
    except (Refused, KeyError):
        return None
    return None


@dataclass(frozen=True)
class _Step:
    """The step of a first pass from the parameters of a later one, and whether the later one's differs from it."""

    expected: Array
    differs: bool
    is_drawn: Callable[[], bool]  # whether it depends on numbers that are drawn in the pass

    @property
    def has_come_to_rest(self) -> bool:
        """Whether the step is so short that roundings of the parameters show in it."""
        return float(np.max(np.abs(self.expected), initial=0.0)) < _REST


@dataclass(frozen=True)
class _Passes:
    """The passes of a training from one point on."""

    ask: Ask
    reading: Reading
    start: Point
    more: Mapping[str, Array]

    @cached_property
    def has_other_data(self) -> bool:
        """Whether the second pass has other samples than the first, as far as its step shows."""
        second = self.step(2)
        return second is None or second.differs

    def step(self, count: int) -> _Step | None:
        """Return the step of a pass; None where it is known to have other data than the first."""
        reading = self.reading
        before = passed(self.ask, reading, self.start, count - 1, self.more)
        middle = {name: before[where] for name, where in reading.updated.items()}
        after = passed(self.ask, reading, self.start, count, self.more)
        again = replace(self.start, params=middle)
        anew = passed(self.ask, reading, again, 1, self.more)
        if not _same_data(after, anew):
            return None
        taken, expected = (_steps(one, reading.updated, middle) for one in (after, anew))
        rest = reading.part and alike(taken, expected * (BATCH % PART) / PART)  # the last batch is a smaller one
        other_rate = not reading.rates or is_scheduled(reading, after, SHORT)
        differs = not rest and is_another(taken, expected, other_rate=other_rate)

        def drawn() -> bool:
            seeds = {SEED: np.array(count), AHEAD: np.array(1 + count)}
            other = passed(self.ask, reading, again, 1, {**self.more, **seeds})
            return not alike(_steps(other, reading.updated, middle), expected)

        return _Step(expected, differs, drawn)


def with_one_sample(ask: Ask, reading: Reading) -> tuple[Reading, dict[str, Array]]:
    """Return the reading in which the first sample of the file's own data stands in the place of every other.

    Of data of ours the point does it.
    """
    made = make(ask, reading.container.maker, reading.arrays(reading.point), reading.settings)
    ours = {one.path for one in reading.data}
    own = {
        path: np.asarray(value) for path, value in made.items()
        if len(path) == 1 and path not in ours and np.ndim(value) > 0 and data_of(last_name(path)) is not None
    }  # fmt: skip
    inputs = [one for path, one in own.items() if data_of(last_name(path)) == "X"]
    targets = [one for path, one in own.items() if data_of(last_name(path)) == "Y"]
    last = bool(inputs and targets) and len(inputs[0]) != len(targets[0])
    alike_all = {
        path: np.ascontiguousarray(np.broadcast_to(one[..., :1] if last else one[:1], one.shape))
        for path, one in own.items()
    }
    slots = tuple(Slot(path, f"same {number}") for number, path in enumerate(alike_all))
    arrays = {f"same {number}": one for number, one in enumerate(alike_all.values())}
    return replace(reading, data=(*reading.data, *slots)), arrays


def _same_data(first: Leaves, second: Leaves) -> bool:
    """Whether what is called as data is the same after two passes, and the first had samples where the second has."""
    if any(np.size(value) == 0 < np.size(second.get(where, ())) for where, value in first.items()):
        return False
    return all(
        np.array_equal(value, second[where]) for where, value in first.items()
        if where[0] == "update" and where in second and _is_data(where[1])
    )  # fmt: skip


def _is_data(path: Path) -> bool:
    """Whether data stand there, by their own name, as a list too, or samples in a list of pairs."""
    listed = bool(path) and all(kind == "item" for kind, _ in path[1:])
    return bool(path) and (holds_samples(root_of(path)) or (listed and data_of(root_of(path)) is not None))


def _steps(found: Leaves, places: Mapping[str, Where], before: Mapping[str, Array]) -> Array:
    return np.concatenate([np.ravel(before[name] - found[where]) for name, where in places.items()])


def is_another(taken: Array, expected: Array, *, other_rate: bool) -> bool:
    """Whether steps are not those expected; where the rate may be another, whether they are no one multiple of them.

    A step against those expected is another whatever the rate: a schedule may have passed 0.
    """
    if not np.all(np.isfinite(taken)) or not np.all(np.isfinite(expected)) or not np.any(expected):
        return False
    factor = float(taken @ expected / (expected @ expected)) if other_rate else 1.0
    return factor < 0 or not alike(taken, factor * expected)


def _counts(trained: Trained, counted: Sequence[int]) -> tuple[int, ...]:
    if not trained.is_small:
        return _FEW
    found, left = {*_PASSES}, _MOST_PASSES
    for one in counted:
        left -= 2 * len(_AROUND) * one
        if left >= 0:
            found |= {one + more for more in _AROUND}
    return tuple(sorted(found))
