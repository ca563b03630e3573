"""Handwritten against oracle: errors, bound, worst entry, verdict, and the sentence that says it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from verify.evidence.records import Comparison, Word, Worst
from verify.exact import field
from verify.exact.numbers import ExactArray, NotExpressible
from verify.nets.cases import Case
from verify.oracles.base import Known

Gradients = Mapping[str, Any]

_WORDS: Final[Mapping[str, tuple[Word, Word]]] = {"exact": ("identical", "different"), "numeric": ("agrees", "differs")}


def handwritten(network: Any, known: Known) -> Gradients:
    """Return what the handwritten `backward` gives at the oracle's point, after its own `forward`."""
    outputs = network.forward(known.params, known.X)[1]
    return network.backward(known.X, known.params, outputs, known.Y)  # type: ignore[no-any-return]


def mismatches(known: Known, name: str, value: Any) -> Any:
    """Return a mask of the entries that differ; True alone where no real array of the parameter's shape is there."""
    shape = known.params[name].shape
    if _unusable(value, shape):
        return np.True_
    expected = known.gradient[name]
    if known.kind == "numeric":
        with np.errstate(invalid="ignore", over="ignore"):
            return ~(np.abs(np.asarray(value) - expected) <= known.bound[name])
    try:
        exact = value.value if isinstance(value, ExactArray) else known.X.world.constant(value).value
    except NotExpressible:  # NaN and infinity are no derivatives
        return np.ones(shape, dtype=bool)
    if known.directions is not None:
        along = field.total(field.multiply(exact, known.directions[name]), None, keepdims=False)
        return np.asarray(along != expected)
    return exact != expected


def _unusable(value: Any, shape: tuple[int, ...]) -> str | None:
    """Return what stands where an array of real numbers of this shape should, or None where one does."""
    if value is None:
        return "nothing"
    if getattr(value, "shape", None) != shape:
        return f"shape {getattr(value, 'shape', ())}"
    if not isinstance(value, ExactArray) and np.asarray(value).dtype.kind not in "biuf":
        return f"dtype {np.asarray(value).dtype}"
    return None


def compare(
    oracle: str, points: list[Known], network: Any, case: Case, vacuous: Mapping[str, bool]
) -> list[Comparison]:
    """Return one comparison a parameter: the worst of all points at which the oracle knows the gradient."""
    try:
        results = [(known, handwritten(network, known)) for known in points]
    except NotExpressible as missing:
        return not_expressible(oracle, case, missing)
    except MemoryError:
        raise  # the machine's, not the network's
    except Exception as error:
        said = f"backward stops with {type(error).__name__}: {error}"
        _, wrong = _WORDS[points[0].kind]
        return [_without(oracle, name, wrong, case, points[0].note, said) for name in case.params]
    return compare_gradients(oracle, results, case, vacuous)


def compare_gradients(
    oracle: str, results: list[tuple[Known, Gradients]], case: Case, vacuous: Mapping[str, bool]
) -> list[Comparison]:
    """Return one comparison a parameter for gradients that were computed at each of the oracle's points."""
    return [_compare(oracle, name, results, case, vacuous[name]) for name in case.params]


def not_expressible(oracle: str, case: Case, operation: NotExpressible) -> list[Comparison]:
    """Return *could not judge* for every parameter, with the name of the operation."""
    note = f"exact numbers can't express {operation}"
    return [_without(oracle, name, "could not judge", case, note) for name in case.params]


def _without(oracle: str, name: str, word: Word, case: Case, note: str, message: str | None = None) -> Comparison:
    size = case.params[name].size
    return Comparison(name, oracle, word, size, size if message else 0, None, None, None, note, message)


def _compare(oracle: str, name: str, results: list[tuple[Known, Gradients]], case: Case, vacuous: bool) -> Comparison:
    masks = [mismatches(known, name, gradients.get(name)) for known, gradients in results]
    mask, (known, gradients) = next(
        ((mask, result) for mask, result in zip(masks, results, strict=True) if np.any(mask)), (masks[0], results[0])
    )
    value = gradients.get(name)
    expected_shape, size = case.params[name].shape, case.params[name].size
    right, wrong = _WORDS[known.kind]
    given = _unusable(value, expected_shape)
    if given:
        message = f"d{name}: {known.who} gives {given}, expected real numbers of shape {expected_shape}"
        return Comparison(name, oracle, wrong, size, size, None, None, None, known.note, message)
    failed = bool(np.any(mask))
    worst = _worst_exact(mask, value) if known.kind == "exact" else _worst(known, name, value)
    relative = None if failed or vacuous else _relative_bounds(known, name)
    word: Word = wrong if failed else "vacuous" if vacuous else right
    said = _message(name, worst, known, case, value) if failed else None
    count = int(np.sum(mask))  # along a direction: one sum differs, of how many entries is not known
    return Comparison(
        name, oracle, word, size, count, worst,
        None if relative is None else float(np.max(relative)),
        None if relative is None else float(np.median(relative)),
        known.note, said,
    )  # fmt: skip


def _worst(known: Known, name: str, value: Any) -> Worst:
    expected, bound = np.asarray(known.gradient[name]), np.broadcast_to(known.bound[name], value.shape)
    with np.errstate(invalid="ignore", over="ignore", divide="ignore"):
        error = np.abs(value - expected)
        in_bounds = np.where(np.isfinite(error), error / bound, np.inf)
    in_bounds = np.where(np.isnan(in_bounds), 0.0, in_bounds)  # 0/0: no error where none is allowed
    index = np.unravel_index(int(np.argmax(in_bounds)), value.shape)
    return Worst(
        tuple(int(n) for n in index),
        float(value[index]),
        float(expected[index]),
        float(error[index]),
        float(bound[index]),
    )


def _worst_exact(mask: Any, value: Any) -> Worst | None:
    if np.ndim(mask) == 0 or not np.any(mask):
        return None
    index = tuple(int(n) for n in np.unravel_index(int(np.argmax(mask)), mask.shape))
    shadow = value.shadow if isinstance(value, ExactArray) else value
    return Worst(index, float(shadow[index]), None, None, None)


def _relative_bounds(known: Known, name: str) -> Any:
    """Return the relative error that would be caught, for each entry that the oracle tells from zero."""
    if known.kind == "exact":
        return np.zeros(1)
    size, bound = np.abs(known.gradient[name]), np.broadcast_to(known.bound[name], known.gradient[name].shape)
    told = size > bound
    return bound[told] / size[told] if np.any(told) else None


def all_zero(known: Known, name: str) -> bool:
    """Whether the oracle can't tell any entry of this gradient from zero."""
    if known.kind == "exact":
        return not np.any(known.gradient[name])
    return bool(np.all(np.abs(known.gradient[name]) <= known.bound[name]))


def _message(name: str, worst: Worst | None, known: Known, case: Case, value: Any) -> str:
    if worst is None:
        return f"d{name}: the derivative along a random direction is different as an exact number"
    where = f"d{name}[{', '.join(map(str, worst.index))}]"
    if worst.expected is None:
        return f"{where}: {known.who} gives {worst.handwritten:.6g}, which is not the derivative as an exact number"
    said = f"{where}: {known.who} gives {worst.handwritten:.6g}, the derivative is {worst.expected:.6g}"
    if not np.isfinite(worst.handwritten):
        return f"{said}; not a number can't be a gradient"
    if not worst.expected:
        return said
    ratio = worst.handwritten / worst.expected
    if abs(ratio - 1) < 1e-4:
        return f"{said}; off by {ratio - 1:.2g} of it"
    meaning = _ratio_meaning(ratio, case)
    constant = _constant_ratio(known, name, value)
    tail = f" = {meaning}" if meaning and constant else ", the same in every entry" if constant else ""
    return f"{said}; ratio {ratio:.3f}{tail}"


def _constant_ratio(known: Known, name: str, value: Any) -> bool:
    expected, bound = known.gradient[name], known.bound[name]
    told = np.abs(expected) > 1e3 * bound
    if np.sum(told) < 2:
        return False
    ratios = np.asarray(value)[told] / expected[told]
    return bool(np.ptp(ratios) <= 1e-3 * max(float(np.max(np.abs(ratios))), 1e-3))


def _ratio_meaning(ratio: float, case: Case) -> str | None:
    n_y = case.sizes[-1]
    known = {"-1": -1.0, "0": 0.0, "2": 2.0, "1/2": 0.5, "m": case.m, "1/m": 1 / case.m,
             "n_y": n_y, "1/n_y": 1 / n_y, "1/m^2": 1 / case.m**2}  # fmt: skip
    return next((name for name, number in known.items() if abs(ratio - number) <= 1e-4 * max(1, abs(number))), None)
