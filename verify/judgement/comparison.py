"""What was given against what is known: errors, bound, worst entry, verdict, for any subject and any oracle."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import numpy as np

from verify.arrays import Array
from verify.balls.array import Balls
from verify.balls.digits import in_digits
from verify.balls.quotient import along
from verify.evidence.records import Comparison, Word, Worst
from verify.exact.numbers import ExactArray, NotExpressible, holds_reals
from verify.exact.stand_in import StandIn
from verify.judgement.messages import Subject, misfit, said_of
from verify.oracles.derivative import Derivative

Gradients = Mapping[str, Array]
Result = tuple[Derivative, Gradients]  # what is known at a point, and what was given there

WORDS: Final[Mapping[str, tuple[Word, Word]]] = {
    "exact": ("identical", "different"), "numeric": ("agrees", "differs"), "balls": ("agrees", "differs"),
}  # fmt: skip


def compare(
    oracle: str,
    results: Sequence[Result],
    subject: Subject,
    names: Iterable[str],
    vacuous: Mapping[str, bool] | None = None,
) -> list[Comparison]:
    """Return one comparison a parameter: the first of the oracle's points at which its gradient is wrong, or the first.

    `vacuous` says of which parameters agreement shows nothing; without it, of those that this oracle finds to be 0.
    """
    return [_compare(oracle, name, results, subject, None if vacuous is None else vacuous[name]) for name in names]


def mismatches(known: Derivative, name: str, value: Array) -> Array:
    """Return a mask of the entries that differ; True alone where no real array of the parameter's shape is there."""
    shape = known.shape(name)
    if unusable(value, shape):
        return np.True_
    expected = known.gradient[name]
    if known.kind == "numeric":
        with np.errstate(invalid="ignore", over="ignore"):
            return known.asked(name) & ~(np.abs(np.asarray(value) - expected) <= known.bound[name])
    if known.kind == "balls":
        return _apart(known, name, value)
    try:
        exact = known.world.exact(value).value
    except NotExpressible:  # NaN and infinity are no derivatives
        lost = ~np.isfinite(value)
        return lost if np.any(lost) else np.ones(shape, dtype=bool)
    field = known.world.field
    if known.directions is not None:
        exact = field.total(field.multiply(exact, known.directions[name]), None, keepdims=False)
    return np.asarray(~field.same(exact, expected))


def _apart(known: Derivative, name: str, value: Balls) -> Array:
    """Return a mask of the balls that do not overlap, by more than what the bound allows besides."""
    more, asked = known.bound.get(name, 0.0), known.asked(name)
    if known.directions is not None:
        return np.asarray(_are_apart(known.gradient[name], along(value, known.directions[name]), float(more)))
    flat = zip(np.ravel(known.gradient[name]), value.value.reshape(-1), np.ravel(asked), strict=True)
    allowed = np.broadcast_to(more, np.shape(asked)).reshape(-1).tolist()
    apart = [ask and _are_apart(true, given, by) for (true, given, ask), by in zip(flat, allowed, strict=True)]
    return np.array(apart, dtype=bool).reshape(np.shape(asked))


def _are_apart(true: Array, given: Array, allowed: float) -> bool:
    with in_digits():
        return bool(abs(true - given) > allowed) if allowed else not true.overlaps(given)


def all_zero(known: Derivative, name: str) -> bool:
    """Whether the oracle can't tell any entry of this gradient from zero."""
    return not np.any(known.told_from_zero(name))


def unusable(value: Array, shape: tuple[int, ...]) -> str | None:
    """Return what stands where an array of real numbers of this shape should, or None where one does."""
    if value is None:
        return "nothing"
    if getattr(value, "shape", None) != shape:
        return f"shape {getattr(value, 'shape', ())}"
    if not holds_reals(value):
        return f"dtype {np.asarray(value).dtype}"
    return None


def without_numbers(oracle: str, name: str, word: Word, size: int, note: str, message: str | None = None) -> Comparison:
    """Return a comparison in which no number could be held against another; with a message, every entry is wrong."""
    return Comparison(name, oracle, word, size, size if message else 0, None, None, None, note, message)


def _compare(oracle: str, name: str, results: Sequence[Result], subject: Subject, vacuous: bool | None) -> Comparison:
    masks = [mismatches(known, name, given.get(name)) for known, given in results]
    number = next((number for number, mask in enumerate(masks) if np.any(mask)), 0)
    mask, (known, given) = masks[number], results[number]
    value, shape = given.get(name), known.shape(name)
    right, wrong = WORDS[known.kind]
    size, asked = int(np.prod(shape)), int(np.sum(known.asked(name)))
    note = known.note if asked == size else f"{asked} of {size} entries; {known.note}"
    got = unusable(value, shape)
    if got:
        return without_numbers(oracle, name, wrong, size, note, misfit(subject, name, got, shape))
    failed = bool(np.any(mask))
    if vacuous is None:
        vacuous = all(all_zero(known, name) for known, _ in results)
    worst = _worst_exact(known, name, mask, value) if known.kind == "exact" else _worst(known, name, value)
    shown = known.in_floats()
    relative = None if failed or vacuous else _relative_bounds(shown, name)
    word: Word = wrong if failed else "vacuous" if vacuous else right
    along_one = known.directions is not None
    count = int(np.sum(mask))  # along a direction: one sum differs, of how many entries is not known
    return Comparison(
        name, oracle, word, asked, count, worst,
        None if relative is None else float(np.max(relative)),
        None if relative is None else float(np.median(relative)),
        note, said_of(subject, name, worst, shown, value) if failed else None, len(results), along_one, known.against,
    )  # fmt: skip


def _worst(known: Derivative, name: str, value: Array) -> Worst | None:
    asked = known.asked(name)
    if not np.any(asked) or known.directions is not None:
        return None
    off = _off(known, name, value) if known.kind == "balls" else None
    known = known.in_floats()
    expected = known.gradient[name]
    given = np.asarray(value.shadow if isinstance(value, StandIn) else value, dtype=float)
    bound = np.broadcast_to(known.bound[name], value.shape)
    with np.errstate(invalid="ignore", over="ignore", divide="ignore"):
        error = np.abs(given - expected) if off is None else off
        in_bounds = np.where(np.isfinite(error), error / bound, np.inf)
    in_bounds = np.where(np.isnan(in_bounds), 0.0, in_bounds)  # 0/0: no error where none is allowed
    index = np.unravel_index(int(np.argmax(np.where(asked, in_bounds, -1.0))), value.shape)
    return Worst(
        tuple(int(n) for n in index), float(given[index]), float(expected[index]), float(error[index]),
        float(bound[index]),
    )  # fmt: skip


def _off(known: Derivative, name: str, value: Balls) -> Array:
    """Return how far each ball is from the derivative, as floats; NaN where it was not asked."""
    pairs = zip(np.ravel(known.gradient[name]), value.value.reshape(-1), strict=True)
    with in_digits():
        off = [np.nan if true is None else float(abs(true - given).mid()) for true, given in pairs]
    return np.array(off).reshape(value.shape)


def _worst_exact(known: Derivative, name: str, mask: Array, value: Array) -> Worst | None:
    """Return the first entry that differs, with the floats that lie near both numbers as far as they are known."""
    if np.ndim(mask) != len(known.shape(name)) or known.directions is not None or not np.any(mask):
        return None
    index = tuple(int(n) for n in np.unravel_index(int(np.argmax(mask)), mask.shape))
    given = float((value.shadow if isinstance(value, ExactArray) else value)[index])
    near = float(known.near[name][index]) if name in known.near else np.nan
    return (
        Worst(index, given, near, abs(given - near), None)
        if np.isfinite(near)
        else Worst(index, given, None, None, None)
    )


def _relative_bounds(known: Derivative, name: str) -> Array:
    """Return the relative error that would be caught, for each entry that the oracle tells from zero."""
    if known.kind == "exact":
        return np.zeros(1)
    told = known.told_from_zero(name)
    size, bound = np.abs(known.gradient[name]), np.broadcast_to(known.bound[name], told.shape)
    return bound[told] / size[told] if np.any(told) else None
