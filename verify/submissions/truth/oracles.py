"""What the oracles say together: balls first, exact numbers beside them, floats only where balls do not apply.

Truth is the derivative of the code's own loss. Where the net is one that is known, its textbook formula is compared as
well, so that a loss that lies is found. Oracles that apply and contradict each other give no verdict.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from verify.balls.refusal import NoBalls, NotSmooth
from verify.evidence.records import FAILS, PASSES, Comparison
from verify.exact.numbers import NotExpressible
from verify.judgement.comparison import without_numbers
from verify.nets.observation import Observation
from verify.oracles.derivative import Derivative
from verify.reading.wiring.points import Point
from verify.submissions.diagnosis.bounds import MOVED, MOVED_FAR
from verify.submissions.diagnosis.by_machine import Machine
from verify.submissions.diagnosis.comparing import as_derivative, exactly, within_bounds
from verify.submissions.execution.answers import Leaves
from verify.submissions.execution.calling import Ask, Reading
from verify.submissions.execution.gradients import truth
from verify.submissions.execution.measuring import central_slopes, complex_slopes, own_slopes
from verify.submissions.truth.balls import (
    Given,
    against_differences,
    against_its_loss,
    against_the_textbook,
    floats_against_its_loss,
)

IDENTITY: Final = (
    "exact numbers do not know exp(log(a)) = a, or another identity that this code relies on; 50 digits do"
)
MAYBE_A_GUARD: Final = "it is off by so little that an eps or a clip in the code may make it"
_SAME_LOSS: Final = 1e-13  # a loss that misses the textbook's by more has something of its own, such as an eps


@dataclass(frozen=True)
class Seen:
    """Every gradient that the submission gave, before anything that decides was asked."""

    floats: list[Observation]
    exact: list[Observation]
    balls: list[Given]
    leaves: Leaves
    adds: bool  # a later call gives the gradient added to that of the call before it
    changed: tuple[str, ...]  # the parameters whose gradient is another one in a second call
    sound: bool
    large: bool  # more numbers on the way than balls are asked for
    notes: list[str]  # why no exact numbers or no balls are there


def compared(
    ask: Ask, reading: Reading, points: Sequence[Point], seen: Seen, guarded: bool, machine: Machine | None
) -> tuple[list[Comparison], list[str]]:
    """Return the comparisons by every oracle that applies, and why others do not."""
    notes, known = list(seen.notes), reading.net is not None and reading.objective is not None
    try:
        if machine is not None and machine.steps and reading.loss is not None:
            return against_differences(ask, reading, points[0], seen.floats[0], machine), notes
        balls = _by_balls(ask, reading, points, seen, known)
    except NotSmooth as reason:
        return [], [f"there is no derivative to compare with: {reason}"]
    except NoBalls as reason:
        balls = []
        notes.append(f"balls do not apply: {reason}")
    exact = _by_exact_numbers(ask, reading, points, seen, known, notes)
    if balls:
        return _together(reading, points, seen, (balls, exact), notes), notes
    numeric = _in_floats(ask, reading, points[0], seen, guarded, notes) if reading.loss is not None else []
    unsure = {one.parameter for one in numeric if one.note == MAYBE_A_GUARD}
    exact = [_unsure(one) if one.parameter in unsure and one.verdict in FAILS else one for one in exact]
    found = _settled(exact, numeric, notes)
    return found or (_by_formula(reading, seen.floats[0]) if known else []), notes


def _by_balls(ask: Ask, reading: Reading, points: Sequence[Point], seen: Seen, known: bool) -> list[Comparison]:
    if seen.large:
        raise NoBalls("too many numbers on the way")
    if reading.loss is not None and not reading.torch:
        if seen.balls:
            return against_its_loss(ask, reading, points, seen.balls)
        return floats_against_its_loss(ask, reading, points[0], seen.floats[0])
    return against_the_textbook(reading, points, seen.balls) if known and seen.balls else []


def _by_exact_numbers(
    ask: Ask, reading: Reading, points: Sequence[Point], seen: Seen, known: bool, notes: list[str]
) -> list[Comparison]:
    """Compare with the textbook's derivative where the net is known, else with that of its own loss."""
    try:
        truths: list[Derivative] = []
        if known:
            truths = [as_derivative(reading, at, truth(reading, at.params, at.X, at.Y)) for at in seen.exact]
        elif reading.loss is not None:
            pairs = zip(seen.exact, points, strict=False)
            truths = [own_slopes(ask, reading, point, at.X.world.key) for at, point in pairs]
        return exactly(reading, seen.exact, truths, "formula" if known else "own loss") if truths else []
    except NotExpressible as operation:
        notes.append(f"exact numbers can't express {operation}")
        return []


def _together(
    reading: Reading,
    points: Sequence[Point],
    seen: Seen,
    said: tuple[Sequence[Comparison], Sequence[Comparison]],
    notes: list[str],
) -> list[Comparison]:
    """Return what balls and exact numbers say: balls settle what exact numbers call different; no dissent is hidden."""
    (balls, exact), known = said, reading.net is not None and reading.objective is not None
    of_its_loss = {one.parameter: one.verdict for one in balls}
    by_both = [one for one in exact if of_its_loss[one.parameter] in (*PASSES, *FAILS)]
    dissent = {
        one.parameter for one in by_both if (one.verdict in FAILS) != (of_its_loss[one.parameter] in FAILS)
    }  # fmt: skip
    if known and reading.loss is not None and not exact and seen.balls:
        textbook = against_the_textbook(reading, points, seen.balls)
        by_both = textbook
        dissent = {one.parameter for one in textbook if (one.verdict in FAILS) != (of_its_loss[one.parameter] in FAILS)}
    if not dissent:
        return [*balls, *exact]
    found = [one for one in by_both if one.parameter in dissent]
    rejected = {one.parameter for one in found if one.verdict in FAILS}  # by the other; balls accept them
    kept = [one for one in exact if one.parameter not in dissent]
    if rejected == dissent and (not known or not exact or _agrees_in_digits(reading, points, seen, rejected)):
        if exact:
            notes.append(IDENTITY)
            return [*balls, *kept]
    if known and reading.misfit > _SAME_LOSS:
        notes.append("its loss is not quite the textbook's; its own is what counts")
        return [*balls, *kept]
    why = "the derivative of its own loss, in 50 digits, contradicts " + (
        "the textbook's formula for the same loss" if known else "that in exact numbers"
    )
    notes.append(why)
    return [
        without_numbers("balls", one.parameter, "could not judge", one.entries, why)
        if one.parameter in dissent
        else one
        for one in balls
    ] + kept


def _agrees_in_digits(reading: Reading, points: Sequence[Point], seen: Seen, names: set[str]) -> bool:
    if not seen.balls:
        return False
    textbook = {one.parameter: one.verdict for one in against_the_textbook(reading, points, seen.balls)}
    return all(textbook[name] not in FAILS for name in names)


def _in_floats(
    ask: Ask, reading: Reading, point: Point, seen: Seen, guarded: bool, notes: list[str]
) -> list[Comparison]:
    """Compare with complex step and central differences of the submission's own loss, as far as they apply."""
    known = reading.net is not None and reading.objective is not None
    epsilon = reading.misfit > _SAME_LOSS if known else guarded
    central = central_slopes(ask, reading, point)
    if central is None:
        notes.append("its loss cannot be had at points nearby")
    imaginary = complex_slopes(ask, reading, point)
    if imaginary is None:
        notes.append("its loss does not take complex numbers")
    elif central is not None and _contradict(imaginary, central):
        notes.append("the complex step does not apply: its loss is not analytic")
        imaginary = None
    found = []
    for name, slopes in (("complex-step", imaginary), ("central-difference", central)):
        if slopes is not None:
            rows = within_bounds(reading, name, seen.floats[0], slopes, moved=MOVED if epsilon else 0.0)
            if epsilon and any(one.verdict in FAILS for one in rows):
                wide = within_bounds(reading, name, seen.floats[0], slopes, moved=MOVED_FAR)
                pairs = zip(rows, wide, strict=True)
                rows = [_unsure(one) if one.verdict in FAILS and far.verdict in PASSES else one for one, far in pairs]
            found += rows
    return found


def _unsure(one: Comparison) -> Comparison:
    return without_numbers(one.oracle, one.parameter, "could not judge", one.entries, MAYBE_A_GUARD)


def _contradict(imaginary: Derivative, central: Derivative) -> bool:
    """Whether the two are further apart than the bound on the central difference and the round-off of both."""
    for name, value in imaginary.gradient.items():
        bound = central.bound[name] + 1e-9 * float(np.max(np.abs(value), where=np.isfinite(value), initial=0.0))
        with np.errstate(invalid="ignore"):
            if np.any(np.abs(value - central.gradient[name]) > bound):
                return True
    return False


def _settled(exact: Sequence[Comparison], numeric: Sequence[Comparison], notes: list[str]) -> list[Comparison]:
    """Return the comparisons without a dissent that is settled: identical is right whatever floats say."""
    words: dict[str, set[str]] = {}
    for one in (*exact, *numeric):
        words.setdefault(one.parameter, set()).add(one.verdict)
    found = []
    for one in (*exact, *numeric):
        said = words[one.parameter]
        if "identical" in said and one.verdict in FAILS:
            notes.append(f"the oracle {one.oracle} differs for {one.parameter}; exact numbers are identical")
            continue
        if "identical" not in said and said & set(FAILS) and said & set(PASSES):
            why = f"oracles that apply contradict each other for {one.parameter}"
            notes.append(why)
            found.append(without_numbers(one.oracle, one.parameter, "could not judge", one.entries, why))
        else:
            found.append(one)
    return found


def _by_formula(reading: Reading, at: Observation) -> list[Comparison]:
    """Compare with the textbook formula in floats, where nothing else is there: tensors of a net without a loss."""
    expected = truth(reading, at.params, at.X, at.Y)
    zero = {name: np.zeros(np.shape(value)) for name, value in expected.items()}
    note = "the textbook formula in floats"
    formula = Derivative(kind="numeric", gradient=expected, bound=zero, note=note, against="formula")
    return within_bounds(reading, "symbolic", at, formula)
