"""From a wrong gradient to what a student is told: the mistake, its line, what should stand there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final

import numpy as np

from verify.arrays import Array
from verify.evidence.records import Comparison, Diagnosis
from verify.exact.numbers import holds_reals
from verify.judgement.coverage import listed
from verify.mistakes.catalogue import with_constant
from verify.mistakes.mistake import Mistake
from verify.mistakes.names import known_as, sentence_of
from verify.mistakes.search import Guess, Named, name_mistakes, with_mistakes
from verify.nets.net import Gradient
from verify.nets.observation import Observation
from verify.reading.parsing.document import Document, Place
from verify.reading.program.functions import Function
from verify.reading.wiring.plan_records import TrainingMaker
from verify.submissions.diagnosis.lines import Found, Names, calls_one_of, find_after, find_step, names_at
from verify.submissions.diagnosis.suggesting import Step, suggested
from verify.submissions.diagnosis.where import cell_of, in_words, of_step, place_of, suspects
from verify.submissions.execution.answers import Leaves
from verify.submissions.execution.calling import Reading
from verify.submissions.execution.gradients import truth
from verify.submissions.execution.shapes import fits

_CLOSE: Final = 1e-6


@dataclass(frozen=True)
class Wrong:
    """What was found at the points: the reading, the gradient there, the names of everything that was held."""

    document: Document
    functions: Sequence[Function]
    reading: Reading
    floats: Sequence[Observation]
    exact: Sequence[Observation]
    leaves: Leaves
    comparisons: Sequence[Comparison]


def diagnose(wrong: Wrong) -> tuple[Diagnosis, ...]:
    """Return the mistakes that were named with certainty; else one entry that says where to look, and why."""
    if wrong.reading.net is None or wrong.reading.objective is None:
        return (_unnamed(wrong),)
    named = name_mistakes(wrong.reading, wrong.floats, wrong.exact)
    special = () if named else _special(wrong)
    if not named:
        return special or (_unnamed(wrong),)
    guess = tuple(part for one in named for part in one.guess)
    gradient = with_mistakes(wrong.reading, guess, wrong.floats[0])
    names = _names(wrong, gradient)
    return tuple(_named(wrong, one, names, guess) for one in named)


def _names(wrong: Wrong, gradient: Gradient | None) -> dict[str, Names]:
    reading, at = wrong.reading, wrong.floats[0]
    assert reading.net is not None
    layers = reading.structure.layers(dict(at.params))
    trace = reading.net.forward(layers, at.X)
    right = with_mistakes(reading, (), at)
    assert right is not None
    return names_at(
        reading, wrong.leaves, _ordered(wrong), trace, layers, wrong=gradient or right, right=right,
        Y=at.Y,
    )  # fmt: skip


def _ordered(wrong: Wrong) -> list[Function]:
    """Return the functions, the backward pass first: names are looked for there before anywhere else."""
    first = [one for one in (wrong.reading.roles.backward, wrong.reading.roles.update) if one is not None]
    return [*first, *(one for one in _called(wrong) if one not in first)]


def _called(wrong: Wrong) -> list[Function]:
    """Return the functions that ran: those of a class that is not judged have lines of the same names."""
    called = {section.removeprefix("calls ") for section, _ in wrong.leaves if section.startswith("calls ")}
    ran = [one for one in wrong.functions if (f"{one.owner}.{one.name}" if one.owner else one.name) in called]
    return ran or list(wrong.functions)


def _named(wrong: Wrong, one: Named, names: Mapping[str, Names], guess: Guess) -> Diagnosis:
    reading = wrong.reading
    assert reading.net is not None
    (step, layer), mistake = one.guess[0]
    place, found = _place(wrong, step, layer, names)
    elsewhere = [_place(wrong, kind, number, names)[0] for (kind, number), _ in one.guess[1:]]
    rest = tuple(part for part in guess if part != one.guess[0])
    notes = [f"The same stands at {place}." for place in elsewhere]
    scales = "right for a loss that is" if mistake.name in ("not-averaged", "averaged-twice") and step == "dZL" else ""
    if scales:
        notes.append(_normalisation(mistake.name, reading))
    if not one.exactly:
        notes.append("It gives the same numbers in floats; exact numbers could not say so.")
    return Diagnosis(
        "; ".join(dict.fromkeys(_told_as(wrong, mistake, number) for (_, number), _ in one.guess)),
        f"{'dZ' if step == 'dZL' else step}{layer}",
        tuple(_parameters(reading, step, layer)),
        _sentence(wrong, mistake, layer),
        place.line,
        wrong.document.text(place),
        _suggested(wrong, step, layer, names, found, rest),
        wrong.document.name,
        place.cell,
        " ".join(notes),
    )


def _told_as(wrong: Wrong, mistake: Mistake, layer: int) -> str:
    """Return the name of a mistake in this file: another where the usual one tells of something that is not there."""
    assert wrong.reading.net is not None
    name = known_as(mistake, wrong.reading.net, layer)
    if _is_unturned(wrong, mistake):
        return name.replace("reshaped-not-transposed", "not-transposed")
    return f"dZ{layer}-of-another-loss" if _is_of_another_loss(wrong, mistake) else name


def _sentence(wrong: Wrong, mistake: Mistake, layer: int) -> str:
    net = wrong.reading.net
    assert net is not None
    if _is_unturned(wrong, mistake):
        return f"W{layer + 1} is square and not transposed: its rows and columns are mixed up on the way back."
    if _is_of_another_loss(wrong, mistake):
        return f"The plain difference of output and targets is not the derivative of this loss through {net.output}."
    return sentence_of(mistake, net, layer)


def _is_unturned(wrong: Wrong, mistake: Mistake) -> bool:
    """Whether a square matrix is not transposed where a reshape would leave it as it is too, and none is written."""
    written = any("reshape" in cell.source for cell in wrong.document.cells)
    return mistake.name == "reshaped-not-transposed" and not written


def _is_of_another_loss(wrong: Wrong, mistake: Mistake) -> bool:
    """Whether the difference stands there though the loss is no squared error, of which alone it is a part."""
    loss = None if wrong.reading.objective is None else wrong.reading.objective.loss
    return mistake.step == "dZL" and mistake.name.startswith("without-{f}") and loss != "squared-error"


def _normalisation(name: str, reading: Reading) -> str:
    assert reading.objective is not None
    if name == "not-averaged":
        return "It is the normalisation of the whole gradient, one mistake: right for the loss summed over the samples."
    return "It is the whole gradient's normalisation, one mistake: every array is divided by m once too often."


def _parameters(reading: Reading, step: str, layer: int) -> list[str]:
    """Return the parameters whose gradients a step reaches: its own, or all of its layer and of those before it."""
    if step in ("dW", "db"):
        other = "b" if step == "dW" else "W"
        return [one.name for one in reading.structure.parameters if one.layer == layer and one.kind != other]
    return [one.name for one in reading.structure.parameters if one.layer <= layer]


def _place(wrong: Wrong, step: str, layer: int, names: Mapping[str, Names]) -> tuple[Place, Found | None]:
    """Return where a step is computed, and the statement where it is the one that computes it.

    Where no name tells it, or the statement only calls a function, what leads to the wrong gradients alone does.
    """
    found = find_step(step, layer, wrong.reading, names)
    if found is not None and not calls_one_of(found, _called(wrong)):
        return found.place, found
    failed = _parameters(wrong.reading, step, layer)
    lines = suspects(wrong.document, _called(wrong), wrong.reading, failed)
    if lines is not None and (lines.alone or found is None):
        return Place(cell_of(wrong.reading), of_step(lines, step).line), None
    found = found or find_after(step, layer, wrong.reading, names)
    return (_judged_place(wrong) if found is None else found.place), None


def _suggested(
    wrong: Wrong, step: str, layer: int, names: Mapping[str, Names], found: Found | None, rest: Guess
) -> str:
    """Return the line that should stand there, as far as the other mistakes allow; nothing where it may not help."""
    right = None if found is None else with_mistakes(wrong.reading, rest, wrong.floats[0])
    if found is None or right is None:
        return ""
    value = getattr(right, "dZ" if step == "dZL" else step)[layer]
    known = names[found.function.name]
    return suggested(Step(step, layer, value, wrong.floats[0].params), wrong.reading, known, found)


def _special(wrong: Wrong) -> tuple[Diagnosis, ...]:
    """Name what depends on a constant of the student's: a penalty that the loss has not, a gradient that is clipped."""
    at, reading = wrong.floats[0], wrong.reading
    right = _right(wrong)
    bad = [one for one in reading.structure.parameters if not _same(at.given.get(one.name), right[one.name], one.shape)]
    if not bad or any(at.given.get(one.name) is None or not fits(at.given[one.name], one.shape) for one in bad):
        return ()
    rest = {one.name: at.given[one.name].reshape(one.shape) - right[one.name] for one in bad}
    ratios = [
        float(np.sum(rest[one.name] * at.params[one.name]) / np.sum(np.square(at.params[one.name]))) for one in bad
    ]
    decays = all(
        _same(rest[one.name], ratio * at.params[one.name], one.shape) for one, ratio in zip(bad, ratios, strict=True)
    )
    names = _names(wrong, None)
    if decays and all(one.kind == "W" for one in bad):
        return tuple(
            _told(wrong, with_constant("dW", "weight-decay", Fraction(ratio)), one.layer, names)
            for one, ratio in zip(bad, ratios, strict=True)
        )
    limits = [float(np.max(np.abs(at.given[one.name]))) for one in bad]
    if all(
        _same(at.given[one.name], np.clip(right[one.name], -limit, limit), one.shape)
        for one, limit in zip(bad, limits, strict=True)
    ):
        return tuple(
            _told(wrong, with_constant("db" if one.kind == "b" else "dW", "clipped", Fraction(limit)), one.layer, names)
            for one, limit in zip(bad, limits, strict=True)
        )
    return ()


def _told(wrong: Wrong, mistake: Mistake, layer: int, names: Mapping[str, Names]) -> Diagnosis:
    step, net = mistake.step, wrong.reading.net
    assert net is not None
    place, found = _place(wrong, step, layer, names)
    return Diagnosis(
        known_as(mistake, net, layer), f"{step}{layer}", tuple(_parameters(wrong.reading, step, layer)),
        sentence_of(mistake, net, layer), place.line, wrong.document.text(place),
        _suggested(wrong, step, layer, names, found, ()), wrong.document.name, place.cell,
    )  # fmt: skip


def _right(wrong: Wrong) -> dict[str, Any]:
    at = wrong.floats[0]
    return truth(wrong.reading, at.params, at.X, at.Y)


def _same(value: Array, expected: Array, shape: tuple[int, ...]) -> bool:
    if value is None or not fits(value, shape):
        return False
    scale = float(np.max(np.abs(expected))) or 1.0
    return bool(np.max(np.abs(np.reshape(value, shape) - expected)) <= _CLOSE * scale)


def _unnamed(wrong: Wrong) -> Diagnosis:
    """Say which step is wrong and what narrows it down; nothing is named that is not certain."""
    reading = wrong.reading
    failed = list(dict.fromkeys(one.parameter for one in wrong.comparisons if one.verdict in ("different", "differs")))
    step, layer = _step_of(wrong, failed)
    lines = suspects(wrong.document, _called(wrong), reading, failed, _known_right(wrong))
    place = _judged_place(wrong) if lines is None else place_of(lines, cell_of(reading))
    told = "" if lines is None else in_words(lines)
    shown = f"{'dZ' if step == 'dZL' else step}{layer}"
    return Diagnosis(
        "not in the catalogue", shown, tuple(failed),
        " ".join(filter(None, ("No known mistake gives these numbers.", told, _narrowed(wrong, failed)))),
        place.line, wrong.document.text(place), "", wrong.document.name, place.cell,
        "The line is the first that may hold it; everything behind it follows from it." if told else
        "Where in it the mistake is, the text does not show.",
    )  # fmt: skip


def _judged_place(wrong: Wrong) -> Place:
    """Return where the judged code begins."""
    maker = wrong.reading.container.maker
    loop = maker.cut if isinstance(maker, TrainingMaker) else None  # whatever its pass calls may be wrong
    return _ordered(wrong)[0].place if loop is None else Place(loop.cell, loop.line)


def _known_right(wrong: Wrong) -> set[int]:
    """Return the lines of steps that are held under a name and are right; what leads to them is not the mistake."""
    reading = wrong.reading
    if reading.net is None or reading.objective is None:
        return set()
    names = _names(wrong, None)
    kinds = [(kind, layer) for layer in range(1, len(reading.structure.sizes)) for kind in ("dA", "dZ", "dW", "db")]
    found = [find_step(kind, layer, reading, names) for kind, layer in kinds]
    return {one.place.line for one in found if one is not None and one.by_value}


def _step_of(wrong: Wrong, failed: Sequence[str]) -> tuple[str, int]:
    """Return the step that all wrong gradients have in common: the one in which they begin to be wrong."""
    mine = [one for one in wrong.reading.structure.parameters if one.name in failed]
    if not mine:
        return "dZL", len(wrong.reading.structure.sizes) - 1
    depth, top = len(wrong.reading.structure.sizes) - 1, max(one.layer for one in mine)
    kinds = {one.kind for one in mine if one.layer == top}
    below = [one for one in mine if one.layer < top]
    whole = {one.kind for one in wrong.reading.structure.parameters if one.layer == top}
    if kinds != whole and not below:
        return ("db" if kinds == {"b"} else "dW"), top
    if top == depth and (below or depth == 1 or kinds == whole):
        return "dZL", top
    return ("dA" if _holds_wrong(wrong, "dA", top) else "dZ"), top


def _holds_wrong(wrong: Wrong, step: str, layer: int) -> bool:
    """Whether the student holds this quantity under its usual name, and it is none of the right values."""
    if wrong.reading.net is None or wrong.reading.objective is None:
        return False
    known = _names(wrong, None)
    if any(f"{step}{layer}" in names.of for names in known.values()):
        return False
    return any(
        where[1] and str(where[1][-1][1]).lower().replace("_", "") in (f"da{layer}", f"dh{layer}")
        for where in wrong.leaves
    )


def _narrowed(wrong: Wrong, failed: Sequence[str]) -> str:
    """Return what is striking in the wrong gradients: a constant ratio, zeros, not numbers, a single column."""
    reading, at = wrong.reading, wrong.floats[0]
    if reading.net is None or reading.objective is None:
        still = [name for name in failed if reading.applied and not np.any(at.given.get(name, 1.0))]
        return f"{listed(still)} {'is' if len(still) == 1 else 'are'} not changed at all." if still else ""
    right, said = _right(wrong), []
    for one in reading.structure.parameters:
        value = at.given.get(one.name)
        if one.name not in failed or value is None:
            continue
        if not fits(value, one.shape):
            said.append(f"{one.name}: shape {np.shape(value)}, expected {one.shape}.")
            continue
        said.append(f"{one.name}: {_striking(np.reshape(value, one.shape), right[one.name])}")
    return " ".join(text for text in said[:3] if text)


def _striking(value: Array, right: Array) -> str:
    if not holds_reals(value):
        return f"holds {value.dtype} numbers, expected real ones."
    if not np.all(np.isfinite(value)):
        return "holds something that is not a number."
    if not np.any(value):
        return "zero in every entry."
    scale = float(np.max(np.abs(right))) or 1.0
    wrong = np.abs(value - right) > _CLOSE * scale
    with np.errstate(all="ignore"):
        ratios = (value / right)[np.abs(right) > 1e-3 * scale]
    if ratios.size > 1 and np.ptp(ratios) <= 1e-5 * max(1.0, float(np.max(np.abs(ratios)))):
        return f"{float(np.median(ratios)):.6g} times the right one in every entry."
    for axis, what in ((0, "column"), (1, "row")):
        if value.ndim == 2 and min(value.shape) > 1:
            touched = np.flatnonzero(np.any(wrong, axis=axis))
            if len(touched) == 1:
                return f"only {what} {int(touched[0])} is wrong."
    if value.ndim == 2 and value.shape == right.T.shape and np.allclose(value, right.T):
        return "it is the transpose of the right one."
    return f"{int(wrong.sum())} of {value.size} entries are wrong."
