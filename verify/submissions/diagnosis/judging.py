"""Comparing a gradient with what it should be: by exact numbers, complex step, and central differences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np

from verify.evidence.records import Comparison, Word, Worst
from verify.exact import pair_field
from verify.exact.numbers import ExactArray
from verify.nets.observation import Observation
from verify.submissions.execution.calling import Reading
from verify.submissions.execution.measuring import Slopes

_ROUNDOFF: Final = 1e-11  # of the largest entry: some hundred roundings of a small net, and of a larger one
_ROUNDOFF_IN_FLOAT32: Final = 2e-4
_EPSILON: Final = 1e-5  # what an eps or a clip in the loss may move its own derivative, of the largest entry


def fits(value: Any, shape: tuple[int, ...]) -> bool:
    """Whether an array can stand for a gradient of this shape: as many entries, and it broadcasts to no other shape."""
    try:
        return np.size(value) == np.prod(shape) and np.broadcast_shapes(np.shape(value), shape) == shape
    except ValueError:
        return False


def _shaped(value: Any, shape: tuple[int, ...]) -> Any:
    return value.reshape(shape)


def compare_exactly(
    reading: Reading, points: Sequence[Observation], truths: Sequence[Mapping[str, Any]]
) -> list[Comparison]:
    """Return one comparison a parameter: identical at every exact point, or different."""
    return [_exactly(one.name, one.shape, points, truths) for one in reading.structure.parameters]


def _exactly(
    name: str, shape: tuple[int, ...], points: Sequence[Observation], truths: Sequence[Mapping[str, Any]]
) -> Comparison:
    size = int(np.prod(shape))
    note = "exact numbers, every entry"
    for at, truth in zip(points, truths, strict=True):
        value = at.given.get(name)
        if value is None or not fits(value, shape) or not isinstance(value, ExactArray):
            said = _misfit(name, value, shape)
            return Comparison(name, "exact", "different", size, size, None, None, None, note, said)
        mask = ~pair_field.same(_shaped(value, shape).value, np.broadcast_to(truth[name].value, shape))
        if np.any(mask):
            shadow = np.asarray(_shaped(value, shape).shadow, dtype=float)
            index = tuple(int(n) for n in np.unravel_index(int(np.argmax(mask)), shape))
            expected = float(np.broadcast_to(truth[name].shadow, shape)[index])
            known = expected if np.isfinite(expected) else None
            worst = Worst(
                index, float(shadow[index]), known, None if known is None else abs(float(shadow[index]) - known), None
            )
            return Comparison(
                name, "exact", "different", size, int(mask.sum()), worst, None, None, note, _said(name, worst)
            )
    zero = all(not np.any(truth[name].value >> np.uint64(32)) for truth in truths)
    word: Word = "vacuous" if zero else "identical"
    return Comparison(name, "exact", word, size, 0, None, None if zero else 0.0, None if zero else 0.0, note, None)


def _misfit(name: str, value: Any, shape: tuple[int, ...]) -> str:
    got = "nothing" if value is None else f"shape {np.shape(value)}"
    return f"the gradient of {name} has {got}, expected real numbers of shape {shape}"


def compare_slopes(
    reading: Reading, oracle: str, at: Observation, slopes: Slopes, *, epsilon: bool
) -> list[Comparison]:
    """Return one comparison a parameter with derivatives of the submission's own loss, within their bounds."""
    return [_within(reading, oracle, one.name, one.shape, at, slopes, epsilon) for one in reading.structure.parameters]


def _within(
    reading: Reading, oracle: str, name: str, shape: tuple[int, ...], at: Observation, slopes: Slopes, epsilon: bool
) -> Comparison:
    value, size = at.given.get(name), int(np.prod(shape))
    asked = np.isfinite(slopes.gradient[name])
    note = f"{int(asked.sum())} of {size} entries" + (
        ", within what the eps or clip in the loss moves" if epsilon else ""
    )
    if value is None or not fits(value, shape) or np.asarray(value).dtype.kind not in "biuf":
        return Comparison(name, oracle, "differs", size, size, None, None, None, note, _misfit(name, value, shape))
    given, expected = _shaped(np.asarray(value, dtype=float), shape), slopes.gradient[name]
    scale = float(np.nanmax(np.abs(expected), initial=0.0))
    largest = max(float(np.nanmax(np.abs(one), initial=0.0)) for one in slopes.gradient.values())
    roundoff = _ROUNDOFF_IN_FLOAT32 if reading.single_precision else _ROUNDOFF
    bound = slopes.bound[name] + roundoff * (scale + 1e-3 * largest) + (_EPSILON * scale if epsilon else 0.0)
    with np.errstate(invalid="ignore"):
        error = np.abs(given - expected)
        mask = asked & ~(error <= bound)
        ratio = np.where(asked, np.where(np.isfinite(error), error / bound, np.inf), -1.0)
    index = tuple(int(n) for n in np.unravel_index(int(np.argmax(ratio)), shape))
    worst = Worst(index, float(given[index]), float(expected[index]), float(error[index]), float(bound[index]))
    failed = bool(np.any(mask))
    told = asked & (np.abs(expected) > bound)
    word: Word = "differs" if failed else "agrees" if np.any(told) else "vacuous"
    relative = bound[told] / np.abs(expected[told]) if np.any(told) and not failed else None
    return Comparison(
        name, oracle, word, int(asked.sum()), int(mask.sum()), worst,
        None if relative is None else float(np.max(relative)),
        None if relative is None else float(np.median(relative)),
        note, _said(name, worst) if failed else None,
    )  # fmt: skip


def _said(name: str, worst: Worst) -> str:
    where = f"the gradient of {name} at [{', '.join(map(str, worst.index))}]"
    if worst.expected is None:
        return f"{where} is {worst.handwritten:.6g}, which is not the derivative as an exact number"
    said = f"{where} is {worst.handwritten:.6g}, the derivative is {worst.expected:.6g}"
    if worst.expected and np.isfinite(worst.handwritten):
        ratio = worst.handwritten / worst.expected
        said += f"; ratio {ratio:.3f}" if abs(ratio - 1) > 1e-4 else f"; off by {ratio - 1:.2g} of it"
    return said
