"""`check_gradients`: anybody's loss and gradients, as a library, with the same Evidence.

>>> import numpy as np
>>> from verify import check_gradients
>>> evidence = check_gradients(
...     loss=lambda p: float(np.sum(p["w"] ** 2)),
...     gradients=lambda p: {"w": 2 * p["w"]},
...     params={"w": np.array([1.0, -2.0])},
... )
>>> evidence.verdict
'correct'
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

import numpy as np

from verify.arrays import Array
from verify.balls.refusal import NoBalls
from verify.errors import BadInput, ChangedArgument, NotDeterministic, NotFinite, WrongShape, WrongType
from verify.evidence.records import FAILS, CaseEvidence, Comparison, Evidence, Power, Replay, Row
from verify.faults import Theirs, judged_or_fault
from verify.judgement.comparison import all_zero, compare, mismatches, without_numbers
from verify.judgement.coverage import coverage
from verify.judgement.messages import Subject
from verify.judgement.order import order_along
from verify.judgement.sentences import wrong_sentence
from verify.judgement.verdicts import caught, summary, verdict_of
from verify.mistakes.apply import spoiled
from verify.mistakes.catalogue import GENERAL
from verify.nets.cases import Floats
from verify.oracles.derivative import Derivative
from verify.oracles.difference import NOISE_SPACINGS, NOISE_STEPS, UNIT, differentiate, noise_of
from verify.oracles.imaginary import STEP, imaginary_slopes
from verify.oracles.moving import Moves, one_at_a_time, some_entries
from verify.oracles.of_functions import InFloats, known_in_balls
from verify.version import versions

Params = dict[str, Floats]
LossFunction = Callable[[Params], Any]
GradientFunction = Callable[[Params], Mapping[str, Any]]

ORACLES: Final = ("balls", "central-difference", "complex-step")
_TRUSTED_BALLS: Final = ("python-flint's balls hold what they say; the code does in balls what it does in floats",)
_TRUSTED: Final = ("the loss is smooth within 2^-9 of the point", "the noise of the loss, measured along one direction")
_KINK: Final = 0.01  # a bend of more than this part of the slope is one
_BENT: Final = "its slope bends within the step of a central difference"
_LARGEST: Final = 1e90  # the cube of a step is taken
_SMALLEST: Final = float(np.finfo(np.float64).smallest_subnormal)  # what underflow may lose
_BACKWARD: Final = 64.0  # operations in front of an entry of somebody's gradient, in units of its largest entry


@judged_or_fault
def check_gradients(
    loss: LossFunction,
    gradients: GradientFunction,
    params: Mapping[str, Any],
    *,
    oracles: str | Sequence[str] | None = None,
    subject: str = "gradients",
) -> Evidence:
    """Return the verdict on `gradients`: is gradients(params)[name] = d loss / d params[name], in every entry?

    `loss(params) -> float` and `gradients(params) -> {name: array of the parameter's shape}` get copies
    of `params` in float64. Without `oracles`: balls, which run the same code in 50 digits; central differences where
    that can't be done. The oracle complex-step needs a loss that takes complex parameters.
    Hypothesis of central differences: the loss is three times differentiable within 2^-9 of the point, where its third
    derivative changes little.

    Raises WrongType (integers), WrongShape, NotFinite (NaN, infinity), NotDeterministic,
    ChangedArgument, or BadInput for anything else that can't be checked.
    """
    point = _points(params)
    asked = None if oracles is None else (oracles,) if isinstance(oracles, str) else tuple(oracles)
    unknown = [name for name in asked or () if name not in ORACLES]
    if unknown or asked == ():
        raise BadInput(f"oracles: {', '.join(unknown) or 'none'} is not one of {', '.join(ORACLES)}")
    J = _Watched("loss", loss, point)
    at_point = J(point)
    if np.ndim(at_point) != 0:
        raise WrongShape(f"loss(params) has shape {np.shape(at_point)}, expected one number; sum or average it")
    _number(at_point)
    G = _Watched("gradients", gradients, point)
    given = _gradients(G(point), point)
    with np.errstate(all="ignore"):
        noise = _noise(J, point)
        known, kinks = _all_known(asked, J, G, point, given, noise)
        strength = _power(known, given)
        found = _compared(known, kinks, given, strength)
        order = order_along(lambda moved: float(J(moved)), point, given, noise, seed=1)
    sizes = tuple(sum(v.shape) for v in point.values())
    result = CaseEvidence("the given point", sizes, 1, "given", "given", 0, tuple(found), strength, order)
    return _evidence(subject, point, result, tuple(known))


def _all_known(
    asked: tuple[str, ...] | None, J: _Watched, G: _Watched, point: Params, given: Params, noise: float
) -> tuple[dict[str, Derivative], dict[str, str]]:
    """Return what the oracles know that were asked for, or the first that applies; and where there is no derivative."""
    known: dict[str, Derivative] = {}
    kinks: dict[str, str] = {}
    if asked is None or "balls" in asked:
        try:
            balls = known_in_balls(J.function, G.function, point, InFloats(float(J(point)), given, G))
            known["balls"], kinks = balls.known, dict(balls.kinks)
        except NoBalls as reason:
            if asked is not None:
                raise BadInput(f"the oracle balls does not apply: {reason}") from None
    others = [name for name in asked or () if name != "balls"] or ([] if known else ["central-difference"])
    if others:
        moves = some_entries(point)
        by_difference = _differences(J, moves, noise)
        kinks |= {name: _BENT for name in _bent(by_difference) if name not in kinks and "balls" not in known}
        known |= {name: _with_roundoff(_known(name, J, moves, noise, by_difference), given) for name in others}
    return {name: known[name] for name in asked or known}, kinks


def _bent(known: Derivative) -> list[str]:
    """Return the parameters in which no central difference is told from a kink: its bound is as large as itself."""
    return [name for name, value in known.gradient.items() if np.any(np.isnan(value))]


def _compared(
    known: Mapping[str, Derivative], kinks: Mapping[str, str], given: Params, strength: Power
) -> list[Comparison]:
    """Return one comparison an oracle and parameter; where the loss has a kink there is nothing to compare with."""
    subject, vacuous = Subject("gradients(params)"), {name: name in strength.vacuous for name in given}
    found = []
    for oracle, derivative in known.items():
        for one in compare(oracle, [(derivative, given)], subject, given, vacuous):
            why = kinks.get(one.parameter)
            if why is None:
                found.append(one)
            else:
                note = f"the loss is not differentiable by {one.parameter} here: {why}"
                found.append(without_numbers(oracle, one.parameter, "could not judge", one.entries, note))
    return found


def _evidence(subject: str, point: Params, case: CaseEvidence, oracles: tuple[str, ...]) -> Evidence:
    rows = summary([case], oracles)
    digest = hashlib.sha256(b"".join(name.encode() + array.tobytes() for name, array in point.items())).hexdigest()
    return Evidence(
        subject=subject,
        verdict=verdict_of(rows),
        sentence=_sentence(point, case, rows),
        oracles=oracles,
        derivation=(),
        summary=rows,
        cases=(case,),
        mistakes={one.name: one.sentence for one in GENERAL},
        caught=caught(rows),
        diagnoses=(),
        findings=(),
        trusted=_TRUSTED_BALLS if oracles == ("balls",) else _TRUSTED,
        replay=Replay("check_gradients", 0, versions("numpy"), {"params": digest}),
        coverage=coverage((case,), {"": "the loss that was given"}),
    )


def _sentence(point: Params, case: CaseEvidence, rows: Sequence[Row]) -> str:
    verdict = verdict_of(rows)
    if verdict == "wrong":
        return wrong_sentence({one.parameter: one for one in case.comparisons if one.verdict in FAILS})
    if verdict == "could not judge":
        notes = dict.fromkeys(one.note for one in case.comparisons if one.verdict == "could not judge")
        whys = [*notes, *([case.power.why] if case.power and case.power.why else [])]
        return f"Could not judge: {'; '.join(whys)}." if whys else "Could not judge."
    names, every = ", ".join(f"d{name}" for name in point), sum(value.size for value in point.values())
    asked = max(sum(row.entries for row in rows if row.oracle == oracle) for oracle in {row.oracle for row in rows})
    entries = f"{asked:,} of {every:,}" if asked < every else f"{every:,}"
    return f"Correct: {names} agree with the derivative of the loss in {entries} entries."


class _Watched:
    """A function that is called with copies, and must neither change them nor answer differently twice."""

    def __init__(self, name: str, function: Callable[[Params], Any], point: Params) -> None:
        self.name, self.function = name, function
        first, second = self(point), self(point)
        if not _same(first, second):
            raise NotDeterministic(
                f"{name}(params) gave two results for the same params; seed what is random inside it"
            )

    def __call__(self, point: Mapping[str, Array]) -> Array:
        given = {name: value.copy() for name, value in point.items()}
        try:
            result = self.function(given)
        except Exception as error:
            raise Theirs(error) from error
        for name, value in point.items():
            after = given.get(name)
            if after is None or np.shape(after) != value.shape or not np.array_equal(after, value, equal_nan=True):
                raise ChangedArgument(
                    f"{self.name}(params) changed params[{name!r}] in place; work on a copy, or return the new value"
                )
        return result


def _same(first: Array, second: Array) -> bool:
    if isinstance(first, Mapping) and isinstance(second, Mapping):
        return first.keys() == second.keys() and all(_same(first[name], second[name]) for name in first)
    return bool(np.array_equal(np.asarray(first), np.asarray(second), equal_nan=np.asarray(first).dtype.kind in "fc"))


def _points(params: Mapping[str, Any]) -> Params:
    if not isinstance(params, Mapping) or not params:
        raise BadInput("params must be a dictionary with at least one array, like {'W1': array}")
    unnamed = [name for name in params if not isinstance(name, str)]
    if unnamed:
        raise BadInput(f"params has the key {unnamed[0]!r}; expected names, like {{'W1': array}}")
    point = {name: _floats(f"params[{name!r}]", value) for name, value in params.items()}
    for name, value in point.items():
        if np.max(np.abs(value)) > _LARGEST:
            raise BadInput(
                f"params[{name!r}] holds {np.max(np.abs(value)):.3g}; no step can be taken there, scale it down"
            )
    return point


def _floats(what: str, value: Array) -> Floats:
    try:
        array = np.asarray(value)
    except ValueError as error:  # a list of lists of unequal lengths
        raise WrongShape(f"{what} is not an array of one shape; expected rows of equal length") from error
    if array.dtype.kind in "iub":
        raise WrongType(
            f"{what} holds integers ({array.dtype}); a step of 1e-6 is lost in them: give floats, like x * 1.0"
        )
    if array.dtype.kind != "f":
        raise WrongType(f"{what} has dtype {array.dtype}; expected an array of floats")
    if array.size == 0:
        raise WrongShape(f"{what} is empty, shape {array.shape}; there is nothing to check")
    with np.errstate(over="ignore"):
        array = array.astype(np.float64)
    if not np.all(np.isfinite(array)):
        index = tuple(int(n) for n in np.argwhere(~np.isfinite(array))[0])
        raise NotFinite(f"{what} is {array[index]} at {index}; give finite numbers")
    return array


def _gradients(result: object, point: Params) -> Params:
    if not isinstance(result, Mapping):
        raise WrongType(
            f"gradients(params) is a {type(result).__name__}; expected a dictionary with {', '.join(point)}"
        )
    missing = [name for name in point if name not in result]
    extra = [str(name) for name in result if name not in point]
    if missing or extra:
        said = [f"lacks {', '.join(missing)}"] if missing else []
        said += [f"has {', '.join(extra)} too many"] if extra else []
        raise BadInput(f"gradients(params) {' and '.join(said)}; expected exactly {', '.join(point)}")
    checked = {}
    for name, value in point.items():
        array = np.asarray(result[name])
        if array.shape != value.shape:
            raise WrongShape(f"gradients(params)[{name!r}] has shape {array.shape}, expected {value.shape}")
        checked[name] = _floats(f"gradients(params)[{name!r}]", array)
    return checked


def _number(value: Array, what: str = "loss(params)") -> float:
    array = np.asarray(value)
    if array.dtype.kind not in "fiu":
        raise WrongType(f"{what} is of type {type(value).__name__}; expected one float")
    if not np.isfinite(array):
        raise NotFinite(f"{what} is {float(array)}; check it at a point where it is finite")
    return float(array)


def _noise(J: _Watched, point: Params) -> float:
    """Return how far J may be off by round-off, measured along one direction of all parameters."""
    generator = np.random.default_rng(0)
    direction = {name: generator.normal(size=array.shape) for name, array in point.items()}
    along = [
        [
            _number(J({name: array + spacing * step * direction[name] for name, array in point.items()}))
            for step in NOISE_STEPS
        ]
        for spacing in NOISE_SPACINGS
    ]
    return noise_of(along)


def _with_roundoff(known: Derivative, given: Params) -> Derivative:
    """Return the derivative with the bound that the round-off of the gradient under test makes wider."""
    roundoff = {name: _BACKWARD * UNIT * np.max(np.abs(value)) for name, value in given.items()}
    return replace(known, bound={name: value + roundoff[name] for name, value in known.bound.items()})


def _known(oracle: str, J: _Watched, moves: Moves, noise: float, by_difference: Derivative) -> Derivative:
    if oracle == "central-difference":
        return by_difference
    gradient = moves.arranged(imaginary_slopes(one_at_a_time(lambda moved: _complex(J, moved), moves.params), moves))
    bound = {}
    for name, value in gradient.items():
        own = 8 * _BACKWARD * UNIT * np.max(np.abs(value)) + noise + _SMALLEST / STEP
        bound[name] = np.full_like(value, own)
        if not np.all(np.abs(value - by_difference.gradient[name]) <= by_difference.bound[name] + own):
            raise BadInput(
                f"the oracle complex-step contradicts central differences for {name}: the loss holds something that is "
                "not analytic, like np.abs, .real or np.conj; use the oracle central-difference"
            )
    return Derivative(kind="numeric", gradient=gradient, bound=bound, note=f"h = {STEP:.0e} i")


def _differences(J: _Watched, moves: Moves, noise: float) -> Derivative:
    """Return the central difference in every entry, and its bound."""

    def loss(moved: dict[str, Any]) -> float:
        value = J(moved)
        finite = np.asarray(value).dtype.kind in "fiu" and np.all(np.isfinite(value))
        return _number(value, "loss(params)" if finite else _nearby(moves.params, moved))

    found = differentiate(one_at_a_time(loss, moves.params), moves, noise)
    value = np.where(found.bend > _KINK * np.abs(found.value), np.nan, found.value)
    return Derivative(
        kind="numeric", gradient=moves.arranged(value), bound=moves.arranged(found.bound), note="J''' measured"
    )


def _nearby(point: Mapping[str, Any], moved: Mapping[str, Any]) -> str:
    """Return which loss it is, where one entry is moved away from the point."""
    for name, value in moved.items():
        for index in np.argwhere(value != point[name])[:1].tolist():
            x = value[tuple(index)]
            return f"loss(params) with params[{name!r}]{index} = {x:.6g}, near the given point,"
    return "loss(params)"


def _complex(J: _Watched, moved: Mapping[str, Array]) -> Array:
    try:
        result = J(moved)
    except (ChangedArgument, MemoryError):
        raise
    except Exception as error:
        raise BadInput(
            f"the oracle complex-step needs a loss that takes complex parameters; it said: {error}"
        ) from error
    if not np.iscomplexobj(result):
        raise BadInput(
            "the oracle complex-step needs a loss that returns complex numbers; do not cast to float inside it"
        )
    return result


def _is_flat(known: Derivative, name: str) -> bool:
    """Whether nothing of this gradient is told from zero; where no entry could be asked for, that is no reason."""
    return bool(np.any(known.asked(name))) and all_zero(known, name)


def _power(known: Mapping[str, Derivative], given: Params) -> Power:
    zero = tuple(name for name in given if all(_is_flat(point, name) for point in known.values()))
    seen = {}
    for mistake in GENERAL:
        by = [
            oracle
            for oracle, point in known.items()
            if all(
                name in zero or np.any(mismatches(point, name, spoiled(mistake, point.gradient[name])))
                for name in given
            )
        ]
        seen[mistake.name] = tuple(by) if len(zero) < len(given) else ()
    why = (
        f"the derivative of the loss by {', '.join(zero)} is 0 at this point in every entry, so zeros, a doubled "
        "gradient and a turned sign agree too; take another point"
        if zero
        else None
    )
    return Power(seen, zero, why)
