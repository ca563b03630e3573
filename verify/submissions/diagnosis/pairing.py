"""Are the targets of a step those of its samples? Seen by moving the inputs of one sample and the target of another.

What x_i and y_j do together to a step is f(x_i', y_j') - f(x_i', y_j) - f(x_i, y_j') + f(x_i, y_j); where samples stand
beside their own targets, it is 0 for j != i, and not for j = i.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Final, NamedTuple

import numpy as np

from verify.arrays import Array
from verify.reading.program.vocabulary import data_of
from verify.reading.wiring.plan_records import SEED, Path, Slot, TrainingMaker
from verify.reading.wiring.points import Point
from verify.submissions.diagnosis.epochs import epoch_of, takes_ours
from verify.submissions.diagnosis.updating import passed
from verify.submissions.execution.answers import Refused
from verify.submissions.execution.calling import Ask, Reading, make
from verify.submissions.trials.one_pass import last_name
from verify.submissions.trials.training_step import Trained

_NOTHING: Final = 1e-9  # of what a moved target does to the step: what two things do together is less than this
_MOVE: Final = 0.25
_OURS: Final = ("X", "Y")
_OWN: Final = ("own X", "own Y")
_SLOW: Final = 1e-6  # the rate, where a pass is to change next to nothing of the parameters
_LITTLE: Final = 1e-3  # of what a moved target does: so little two things do together through a pass at that rate


class _Data(NamedTuple):
    """Inputs and targets: where they are put, the axis along which samples lie in each, and both, by their names."""

    slots: tuple[Slot, ...]
    axes: tuple[int, int]
    names: tuple[str, str]
    arrays: Mapping[str, Array]


def mispaired(ask: Ask, trained: Trained, start: Point) -> int | None:
    """Return the pass of a training whose step takes the inputs of one sample with the target of another, or None.

    Looked at are the first two passes, each begun with samples beside their targets, and then what is made of them from
    one pass to the next: from the first, and from the last of an epoch.
    """
    maker = trained.reading.container.maker
    if not isinstance(maker, TrainingMaker) or (trained.others and trained.reading.applied):
        return None
    first = maker.skipped
    turns = [(first, 1), (first + 1, 1)]
    if trained.is_small:
        turns.append((first, 2))
        with suppress(Refused, KeyError):
            length = epoch_of(ask, trained, start)
            turns += [(first + length - 1, 2)] if length else []
    for skipped, passes in turns:
        reading = trained.reading.made_by(replace(maker, skipped=skipped))
        with suppress(Refused, KeyError):
            if any(
                _is_mispaired(_Steps(ask, reading, start, data, passes), data) for data in _data(ask, reading, start)
            ):
                return skipped + passes
    return None


class _Steps:
    """What a pass makes of the parameters, with some data moved; the last of several passes at next to no rate."""

    def __init__(self, ask: Ask, reading: Reading, start: Point, data: _Data, passes: int) -> None:
        if passes > 1 and reading.applied and not reading.rates:
            raise Refused("what its first pass does to the second is not known to be little")
        self._ask, self._start, self._passes = ask, start, passes
        self._reading = replace(reading, data=(*reading.data, *data.slots))
        rate = {"rate": np.array(_SLOW)} if passes > 1 and reading.rates else {}
        self._data, self._more = data, {SEED: data.arrays[data.names[0]], **rate}
        self.nothing = _NOTHING if passes == 1 else _LITTLE

    def at(self, X: Sequence[int] = (), Y: Sequence[int] = ()) -> Array:
        """Return the named gradients, or else what a pass makes of parameters, with some inputs and targets moved."""
        arrays, (inputs, targets) = dict(self._data.arrays), self._data.names
        arrays[inputs] = _moved(arrays[inputs], self._data.axes[0], X)
        arrays[targets] = _relabelled(arrays[targets], self._data.axes[1], Y)
        after = self._row(self._passes, arrays)
        return after - self._row(self._passes - 1, arrays) if self._reading.applied and self._passes > 1 else after

    def _row(self, passes: int, arrays: Mapping[str, Array]) -> Array:
        found = passed(self._ask, self._reading, self._start, passes, {**arrays, **self._more})
        places = self._reading.updated if self._reading.applied else self._reading.gradients
        return np.concatenate([np.ravel(found[where]) for where in places.values()])


def _is_mispaired(steps: _Steps, data: _Data) -> bool:
    count = data.arrays[data.names[0]].shape[data.axes[0]]
    base, every = steps.at(), [*range(count)]
    least = steps.nothing * float(np.max(np.abs(base), initial=0.0))
    if any(not np.max(np.abs(moved - base)) > least for moved in (steps.at(every), steps.at((), every))):
        return False  # of other data; a pass before it may change the parameters a little
    sample = _felt(steps, base, every)
    rest = [one for one in every if one != sample]
    alone = steps.at([sample])
    return not _together(steps, base, alone, sample, [sample]) and _together(steps, base, alone, sample, rest)


def _felt(steps: _Steps, base: Array, samples: list[int]) -> int:
    """Return a sample whose inputs the step feels: of those whose inputs it feels together, in ever smaller halves."""
    least = steps.nothing * float(np.max(np.abs(steps.at(samples) - base)))
    while len(samples) > 1:
        half = samples[: len(samples) // 2]
        samples = half if np.max(np.abs(steps.at(half) - base)) > least else samples[len(half) :]
    return samples[0]


def _together(steps: _Steps, base: Array, alone: Array, sample: int, others: Sequence[int]) -> bool:
    """Whether the inputs of one sample and the targets of some do something together."""
    targets, both = steps.at((), others), steps.at([sample], others)
    if not all(np.all(np.isfinite(one)) for one in (base, alone, targets, both)):
        return True
    scale = float(np.max(np.abs(targets - base), initial=0.0))
    return scale > 0 and bool(np.max(np.abs(both - alone - targets + base)) > steps.nothing * scale)


def _moved(X: Array, axis: int, samples: Sequence[int]) -> Array:
    moved = np.array(X, dtype=float)
    part = (slice(None),) * axis + (list(samples),)
    moved[part] = moved[part] + _MOVE
    return moved


def _relabelled(Y: Array, axis: int, samples: Sequence[int]) -> Array:
    """Return the targets with those of other samples, which are others, in the places of some."""
    rows = np.moveaxis(Y, axis, 0)
    changed = rows.copy()
    for sample in samples:
        changed[sample] = next((one for one in rows if not np.array_equal(one, rows[sample])), rows[sample])
    return np.ascontiguousarray(np.moveaxis(changed, 0, axis))


def _data(ask: Ask, reading: Reading, start: Point) -> Iterator[_Data]:
    """Yield inputs and targets that training takes: ours, and pairs of the file's own that are as many."""
    arrays = reading.arrays(start)
    if takes_ours(reading) and reading.samples != "vector" and reading.batch > 1:
        lies = 1 if reading.samples == "columns" else 0
        ours = {name: arrays[name] for name in _OURS}
        yield _Data((), (lies, lies if arrays["Y"].ndim == 2 else 0), _OURS, ours)
    placed = {one.path for one in reading.data}
    made = make(ask, reading.container.maker, arrays, reading.settings)
    own = {
        path: np.asarray(value) for path, value in made.items()
        if len(path) == 1 and path not in placed and np.ndim(value) in (1, 2) and np.size(value) > 1
    }  # fmt: skip
    for inputs, X in own.items():
        for targets, Y in own.items():
            if data_of(last_name(inputs)) == "X" and data_of(last_name(targets)) == "Y" and X.ndim == 2:
                axes = _axes(X, Y)
                if axes is not None:
                    yield _of_own(inputs, targets, X, Y, axes)


def _of_own(inputs: Path, targets: Path, X: Array, Y: Array, axes: tuple[int, int]) -> _Data:
    slots = (Slot(inputs, _OWN[0]), Slot(targets, _OWN[1]))
    return _Data(slots, axes, _OWN, {_OWN[0]: X, _OWN[1]: Y})


def _axes(X: Array, Y: Array) -> tuple[int, int] | None:
    """Return along which axes samples lie, where inputs and targets have equally many in one way only."""
    found = [(one, other) for one in range(X.ndim) for other in range(Y.ndim) if X.shape[one] == Y.shape[other] > 1]
    same = [pair for pair in found if pair[0] == pair[1] or Y.ndim == 1]
    return max(same, key=lambda pair: X.shape[pair[0]], default=None)
