"""Whether the loss of a training pass and its step belong to one point: the same parameters and the same samples.

A loop may measure its loss on all samples and take a batch for its step; it may begin with what the pass before has
computed, average its loss over the passes, or hold a parameter that is not known to be one. What a number depends on is
found by moving one thing after the other; whether a gradient is right plays no part.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Final

import numpy as np

from verify.arrays import Array
from verify.reading.wiring.plan import RATE
from verify.reading.wiring.plan_records import AHEAD, SEED, Path, Slot, Step, TrainingMaker
from verify.submissions.execution.answers import Leaves, Refused, unpacked
from verify.submissions.execution.calling import Ask, Reading, make
from verify.submissions.trials.one_pass import is_gradient, last_name, may_be_kept

LEFT_OUT: Final = "its step depends on samples that its loss leaves out"
_MOVE: Final = 0.37  # what is added to every number of what is moved
_GOLDEN: Final = 0.6180339887498949  # multiples of it have no two fractions alike, in rows of any length
_ALIKE: Final = 1e-9  # of the largest entry: steps in floats that are this near are one and the same
_MOVED: Final = "moved"
_MOST: Final = 12  # other things that are moved
_DRAWN: Final = 3  # numbers that are drawn ahead
_PARTS: Final = 6  # samples of the file's own data that are moved


def why_not(
    ask: Ask,
    reading: Reading,
    one_pass: tuple[Step, ...],
    fixed: Mapping[Path, Array],
    others: Mapping[Path, Array],
    states: Mapping[Path, Array],
) -> str:
    """Return why the loss of a reading is not that of its step, or nothing where it is.

    `fixed` are the inputs that stand before the loop, `others` the numbers that the pass changes and that are neither
    parameters nor data nor the rate; `states` may be those of an optimiser, on which the step depends and not the loss.
    """
    if reading.loss is None:
        return ""
    try:
        here = _seen(ask, reading, one_pass)
        if _is_constant(ask, reading, one_pass):  # a step that feels nothing is of no other samples
            return _of_other_parameters(ask, reading, here[1])
        return (
            _of_other_samples(ask, reading, one_pass, here)
            or _of_other_parameters(ask, reading, here[1])
            or _of_other_targets(ask, reading, one_pass, here)
            or _of_other_data(ask, reading, one_pass, here, fixed)
            or _of_other_draws(ask, reading, one_pass, here)
            or _carried(ask, reading, one_pass, here, others, states)
        )
    except (Refused, KeyError) as error:
        return f"its loss is not there in every pass: {error}"


def felt_by(ask: Ask, reading: Reading, one_pass: tuple[Step, ...]) -> list[bool]:
    """Return for each of our samples whether the step is another where it is moved."""
    base = _steps(ask, reading, one_pass)
    arrays = reading.arrays(reading.point)
    moved = [_steps(ask, reading, one_pass, {"X": X}) for X in _samples_moved(arrays["X"], reading.samples)]
    return [not all(map(np.array_equal, base, one)) for one in moved]


def is_felt_by_the_loss(ask: Ask, reading: Reading, path: Path, value: Array) -> bool:
    """Whether the loss is another where an array before the loop is moved."""
    moved = {_MOVED: _elsewhere(value)}
    return not np.array_equal(_loss(ask, _beside(reading, path), moved), _loss(ask, reading))


def besides(ask: Ask, reading: Reading, one_pass: tuple[Step, ...], made: Mapping[Path, Array]) -> str:
    """Return the name of an array before the loop on which the step depends besides parameters and data of ours."""
    known = {one.path for one in reading.structure.parameters} | {one.path for one in reading.data}
    others = {
        path: value for path, value in made.items()
        if path and path not in known and np.ndim(value) > 0 and np.asarray(value).dtype.kind == "f"
    }  # fmt: skip
    felt = _first_felt(ask, reading, one_pass, others)
    return "" if felt is None else last_name(felt) or "another array"


def keeps_a_state(ask: Ask, reading: Reading, one_pass: tuple[Step, ...], moved: Mapping[Path, Array]) -> bool:
    """Whether the step depends on an array like a parameter that the pass changes besides: a velocity, a moment.

    What the pass before has only left behind, such as a layer's output, changes no step. What is called a gradient is
    one where it is not just added to the gradient of the pass: that is a sum that is not zeroed.
    """
    shapes = {one.shape for one in reading.structure.parameters if one.shape}
    known = {one.path for one in reading.structure.parameters} | set(reading.rates)
    others = {
        path: value for path, value in moved.items()
        if path not in known and np.shape(value) in shapes and may_be_kept(path)
    }  # fmt: skip
    if _first_felt(ask, reading, one_pass, others) is not None or len(others) > _MOST:
        return True
    called = {
        path: value for path, value in moved.items()
        if path not in known and path not in others and np.shape(value) in shapes and is_gradient(path)
    }  # fmt: skip
    path = _first_felt(ask, reading, one_pass, called)
    return path is not None and not _is_a_sum(ask, reading, one_pass, path, called[path])


def begins_a_state(
    ask: Ask, reading: Reading, one_pass: tuple[Step, ...], made: Mapping[Path, Array], found: Leaves
) -> bool:
    """Whether the first pass makes an array like a parameter on which the step of the second depends: v was None.

    A parameter under another name, such as net.W1 where self.W1 is known, is no state.
    """
    shapes = {one.shape for one in reading.structure.parameters if one.shape}
    known = [found.get(("update", one.path)) for one in reading.structure.parameters]
    new = [
        path for (section, path), value in found.items()
        if section == "update" and path and path not in made and np.shape(value) in shapes
        and not any(one is not None and np.array_equal(one, value) for one in known)
    ]  # fmt: skip
    maker = reading.container.maker
    if not new or not isinstance(maker, TrainingMaker):
        return False
    second = reading.made_by(replace(maker, skipped=maker.skipped + 1))
    try:
        begun = make(ask, second.container.maker, _arrays(second, None), second.settings)
        return _first_felt(ask, second, one_pass, {path: begun[path] for path in new if path in begun}) is not None
    except (Refused, KeyError):
        return False


def _is_a_sum(ask: Ask, reading: Reading, one_pass: tuple[Step, ...], path: Path, value: Array) -> bool:
    """Whether the step is longer by just as much, times the rate, as a gradient before the pass is moved by."""
    base = _steps(ask, reading, one_pass)
    step = _steps(ask, _beside(reading, path), one_pass, {_MOVED: _elsewhere(value)})
    expected = RATE * (_elsewhere(value) - value)
    differences = [after - before for before, after in zip(base, step, strict=True)]
    return any(_kind(expected, one) == "same" for one in differences if np.shape(one) == np.shape(expected))


def _is_constant(ask: Ask, reading: Reading, one_pass: tuple[Step, ...]) -> bool:
    """Whether the step is the same from other parameters and with other inputs of ours."""
    base = _steps(ask, reading, one_pass)
    for sign in (1, -1):
        moved = {one.name: sign * _elsewhere(reading.point.params[one.name]) for one in reading.structure.parameters}
        for more in ({}, {"X": _elsewhere(reading.arrays(reading.point)["X"])}):
            steps = _steps(ask, reading, one_pass, {**moved, **more})
            if any(_kind(before, after) != "same" for before, after in zip(base, steps, strict=True)):
                return False
    return True


def _first_felt(ask: Ask, reading: Reading, one_pass: tuple[Step, ...], others: Mapping[Path, Array]) -> Path | None:
    """Return the first of the arrays before the loop that the step feels where it is moved."""
    base = _steps(ask, reading, one_pass)
    for path, value in list(others.items())[:_MOST]:
        step = _steps(ask, _beside(reading, path), one_pass, {_MOVED: _elsewhere(value)})
        if not all(map(np.array_equal, base, step)):
            return path
    return None


def _beside(reading: Reading, path: Path) -> Reading:
    """Return the reading in which an array of ours stands at a place before the loop besides all others."""
    return replace(reading, data=(*reading.data, Slot(path, _MOVED)))


def _of_other_samples(ask: Ask, reading: Reading, one_pass: tuple[Step, ...], here: tuple[Array, Array]) -> str:
    if reading.batch == 1:
        return ""
    arrays = reading.arrays(reading.point)
    for X in _samples_moved(arrays["X"], reading.samples):
        step, loss = _seen(ask, reading, one_pass, {"X": X})
        if np.array_equal(step, here[0]) != np.array_equal(loss, here[1]):
            return "its loss is of other samples than its step"
    return ""


def _of_other_parameters(ask: Ask, reading: Reading, here: Array) -> str:
    """Say which parameter the loss does not depend on: where an array has two names, we may have put in another."""
    params = reading.point.params
    for one in reading.structure.parameters:
        moved = {one.name: _elsewhere(params[one.name])}
        if np.array_equal(_loss(ask, reading, moved), here):
            return f"its loss does not depend on {one.name} as it stands before the loop"
    return ""


def _of_other_data(
    ask: Ask, reading: Reading, one_pass: tuple[Step, ...], here: tuple[Array, Array], fixed: Mapping[Path, Array]
) -> str:
    # Data that the file itself draws are others where another point was asked for: what stands there now is moved.
    now = make(ask, reading.container.maker, _arrays(reading, None), reading.settings) if fixed else {}
    for path in list(fixed)[:_MOST]:
        value = now.get(path, fixed[path])
        step, loss = _seen(ask, _beside(reading, path), one_pass, {_MOVED: _elsewhere(value)})
        if np.array_equal(step, here[0]) != np.array_equal(loss, here[1]):
            return "its loss is of other data than its step"
        felt = set[tuple[bool, bool]]()
        for moved in _parts_moved(np.asarray(value)):
            step, loss = _seen(ask, _beside(reading, path), one_pass, {_MOVED: moved})
            felt.add((not np.array_equal(step, here[0]), not np.array_equal(loss, here[1])))
        if {(True, True), (True, False)} <= felt:
            return LEFT_OUT
        if felt & {(True, False), (False, True)}:
            return "its loss is of other samples than its step"
    return ""


def _of_other_targets(ask: Ask, reading: Reading, one_pass: tuple[Step, ...], here: tuple[Array, Array]) -> str:
    """Say where the loss feels targets of ours and the step does not; a step need not show them everywhere."""
    step, loss = _seen(ask, reading, one_pass, {"Y": _others_than(reading.arrays(reading.point)["Y"], reading)})
    apart = np.array_equal(step, here[0]) and not np.array_equal(loss, here[1])
    return "its loss is of other targets than its step" if apart else ""


def _others_than(targets: Array, reading: Reading) -> Array:
    """Return targets in the place of ours of which each is another: the next class, or 1 for 0."""
    classes = max(reading.structure.sizes[-1], 2)
    if reading.labels.startswith("integers"):
        return np.asarray((targets + 1) % classes)
    if reading.structure.sizes[-1] == 1:
        return np.asarray(1 - targets)
    return np.roll(targets, 1, axis=0 if reading.samples == "columns" else -1)


def _of_other_draws(ask: Ask, reading: Reading, one_pass: tuple[Step, ...], here: tuple[Array, Array]) -> str:
    """Return that the step depends on numbers that are drawn in the pass, such as a mask, and its loss does not.

    Data that are drawn before it stay as they are.
    """
    step, loss = _seen(ask, reading, one_pass, {AHEAD: np.array(_DRAWN)})
    apart = _kind(here[0], step) != "same" and np.array_equal(loss, here[1])  # the order of samples only rounds
    return "its step depends on random numbers, and its loss does not" if apart else ""


def _parts_moved(value: Array) -> Iterator[Array]:
    """Yield an array of the file's own with some rows moved, one after the other; columns, where these are more."""
    if value.ndim < 2 or max(value.shape) < 2:
        return
    axis = int(np.argmax(value.shape))
    for place in np.unique(np.linspace(0, value.shape[axis] - 1, _PARTS).astype(int)):
        moved = value.copy()
        part = (slice(None),) * axis + (place,)
        moved[part] = _elsewhere(value[part])
        yield moved


def _carried(
    ask: Ask,
    reading: Reading,
    one_pass: tuple[Step, ...],
    here: tuple[Array, Array],
    others: Mapping[Path, Array],
    states: Mapping[Path, Array],
) -> str:
    for path, value in list({**others, **states}.items())[:_MOST]:
        step, loss = _seen(ask, _beside(reading, path), one_pass, {_MOVED: _elsewhere(value)})
        steps, shows = not np.array_equal(step, here[0]), not np.array_equal(loss, here[1])
        if steps and shows:
            continue  # of both it is an input, as the state of a recurrent net is
        if shows or (steps and path not in states):
            return f"it goes on from {last_name(path)} of the pass before, which is not known to be a parameter"
    return ""


def true_rates(ask: Ask, reading: Reading, one_pass: tuple[Step, ...]) -> tuple[Path, ...]:
    """Return which of the numbers that are called rates are: at twice the number a step is twice as long, or as it was.

    Another number may be called so as well: the slope of a leaky ReLU, the weight of a penalty.
    """
    base = _steps(ask, reading, one_pass)
    found = []
    for path in reading.rates:
        twice = _steps(ask, _beside(reading, path), one_pass, {_MOVED: np.array(2 * RATE)})
        kinds = {_kind(before, after) for before, after in zip(base, twice, strict=True)}
        if "other" not in kinds and "doubled" in kinds:
            found.append(path)
    return tuple(found)


def _kind(before: Array, after: Array) -> str:
    if not np.all(np.isfinite(before)) or not np.all(np.isfinite(after)):
        return "other"
    scale = _ALIKE * max(float(np.max(np.abs(after), initial=0.0)), 1e-300)
    if np.max(np.abs(before - after), initial=0.0) <= scale:
        return "same"
    return "doubled" if np.max(np.abs(2 * before - after), initial=0.0) <= scale else "other"


def _elsewhere(value: Array) -> Array:
    """Return a value with its entries moved, not all by the same: a softmax whose inputs all are does not see it."""
    numbers = np.asarray(value, dtype=float)
    return numbers + _MOVE * (1 + (_GOLDEN * np.arange(numbers.size)).reshape(numbers.shape) % 1)


def _seen(
    ask: Ask, reading: Reading, one_pass: tuple[Step, ...], moved: Mapping[str, Array] | None = None
) -> tuple[Array, Array]:
    """Return the steps of all parameters in one row, and the loss."""
    return np.concatenate([np.ravel(one) for one in _steps(ask, reading, one_pass, moved)]), _loss(ask, reading, moved)


def _steps(
    ask: Ask, reading: Reading, one_pass: tuple[Step, ...], moved: Mapping[str, Array] | None = None
) -> list[Array]:
    arrays = _arrays(reading, moved)
    after = unpacked(*ask(reading.run(one_pass, after=True), arrays))
    with np.errstate(all="ignore"):
        return [np.asarray(arrays[one.name] - after["after", one.path]) for one in reading.structure.parameters]


def _arrays(reading: Reading, moved: Mapping[str, Array] | None) -> dict[str, Array]:
    """Return the point with something moved; random numbers stay as they are."""
    arrays = reading.arrays(reading.point)
    return {**arrays, SEED: arrays["X"], **(moved or {})}


def _loss(ask: Ask, reading: Reading, moved: Mapping[str, Array] | None = None) -> Array:
    arrays = _arrays(reading, moved)
    found = unpacked(*ask(reading.run(reading.forward_steps, local_names=True), arrays))
    assert reading.loss is not None
    return np.asarray(found[reading.loss])


def _samples_moved(X: Array, samples: str) -> Iterator[Array]:
    """Yield the data with one sample after the other moved."""
    for place in range(X.shape[1 if samples == "columns" else 0]):
        moved = X.copy()
        moved[(slice(None), place) if samples == "columns" else place] += _MOVE
        yield moved
