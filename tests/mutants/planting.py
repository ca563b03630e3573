"""Every row of the catalogue, planted in every style: what verify says of it, and what it should say."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Final

from tests.mutants.spec import SPECS, Spec
from tests.mutants.styles import STYLES, Style, Submission, planted
from tests.mutants.transposing import HasNoTransposed
from tests.mutants.truth import is_right
from verify.mistakes.catalogue import BY_ID, CATALOGUE, with_constant
from verify.mistakes.mistake import Mistake, activation_of, places
from verify.mistakes.names import known_as
from verify.nets.net import Net

CONSTANTS: Final = {
    ("dW", "weight-decay"): Fraction(1, 8), ("dW", "clipped"): Fraction(1, 100), ("db", "clipped"): Fraction(1, 100),
    ("dW", "one-entry"): Fraction(1, 16),
}  # fmt: skip


def _own_loss(net: Net, layer: int) -> bool:
    """dZ_L is c (Yhat - Y), and 2 c (Yhat - Y) "without a derivative"."""
    return activation_of(net, layer) in ("softmax", "sigmoid")


def _softmax(net: Net, layer: int) -> bool:
    """Each row of dZ_L adds up to zero, and so does all of it."""
    return activation_of(net, layer) == "softmax"


def _relu(net: Net, layer: int) -> bool:
    """The activation is its own mask times Z."""
    return activation_of(net, layer) == "relu"


# Rows that give the same numbers: the planted one, the other, and where.
ALIKE: Final[tuple[tuple[tuple[str, str], str, Callable[[Net, int], bool]], ...]] = (
    (("dZL", "without-{f}"), "doubled", _own_loss),
    (("db", "mean-over-everything"), "summed-over-everything", _softmax),
    (("db", "summed-over-everything-and-averaged"), "summed-over-everything", _softmax),
    (("db", "summed-over-everything-not-averaged"), "summed-over-everything", _softmax),
    (("db", "summed-over-classes-not-averaged"), "summed-over-classes", _softmax),
    (("db", "mean-over-classes"), "summed-over-classes", _softmax),
    (("dZ", "times-A{l}"), "relu-of-A-as-value", _relu),
)


@dataclass(frozen=True)
class Planting:
    """A row of the catalogue in a layer of a network, in a style; all by their names, so that it travels."""

    style: str
    spec: str
    step: str
    row: str
    layer: int

    @property
    def parts(self) -> tuple[Style, Spec, Mistake]:
        style = next(one for one in STYLES if one.title == self.style)
        spec = next(one for one in SPECS if one.title == self.spec)
        return style, spec, next(one for one in _rows() if (one.step, one.name) == (self.step, self.row))

    @property
    def name(self) -> str:
        """The name that verify should say."""
        _, spec, row = self.parts
        return known_as(row, spec.net, self.layer)

    @property
    def other_names(self) -> tuple[str, ...]:
        """The names of other rows that give the same numbers there, by algebra."""
        _, spec, row = self.parts
        return tuple(
            known_as(BY_ID[row.step, other], spec.net, self.layer)
            for alike, other, holds in ALIKE
            if (row.step, row.name) == alike and holds(spec.net, self.layer)
        )

    def __str__(self) -> str:
        return f"{self.style} | {self.spec} | {self.name}"

    def submission(self) -> Submission:
        style, spec, row = self.parts
        return planted(style, spec, row, self.layer)


@dataclass(frozen=True)
class Outcome:
    """What is true of a planting, and what was said of it."""

    planting: Planting
    right: bool  # by central differences: the row gives the gradient itself
    verdict: str = ""
    names: tuple[str, ...] = ()
    places: tuple[tuple[int | None, int], ...] = ()
    place: tuple[int | None, int] | None = None
    sentence: str = ""

    @property
    def named(self) -> bool:
        """Whether the name is the row's, or that of a row that gives the same numbers there."""
        return len(self.names) == 1 and self.names[0] in {self.planting.name, *self.planting.other_names}

    @property
    def line_told(self) -> bool:
        return bool(self.places) and self.places[0] == self.place

    @property
    def as_it_should_be(self) -> bool:
        return self.verdict == "wrong" and self.named and self.line_told

    @property
    def said(self) -> str:
        """What was said, in the words of gaps.txt."""
        if self.verdict != "wrong":
            return self.verdict
        where = "its line" if self.line_told else "another line" if self.places else "no line"
        return f"{'; '.join(self.names) or 'no name'}, {where}"


@cache
def _rows() -> tuple[Mistake, ...]:
    """Return the rows of the catalogue that stand at a step, each with the constant that it needs."""
    return tuple(
        with_constant(row.step, row.name, CONSTANTS[row.step, row.name]) if (row.step, row.name) in CONSTANTS else row
        for row in CATALOGUE
        if row.step != "gradient"
    )


@cache
def plantings() -> tuple[Planting, ...]:
    """Return every planting that can be written."""
    return tuple(one for one in _everywhere() if _can_be_written(one))


@cache
def not_written() -> tuple[Planting, ...]:
    """Return what has no form in the convention of columns."""
    return tuple(one for one in _everywhere() if not _can_be_written(one))


def _everywhere() -> Iterator[Planting]:
    """Go through all rows at all places of all networks; the style goes round."""
    number = 0
    for spec in SPECS:
        for step, layer in places(spec.depth):
            for row in _rows():
                if row.step == step and row.when.holds(spec.net, layer, penalty=spec.penalty):
                    number += 1
                    yield Planting(STYLES[number % len(STYLES)].title, spec.title, step, row.name, layer)


def _can_be_written(one: Planting) -> bool:
    try:
        one.submission()
    except HasNoTransposed:
        return False
    return True


def sample(count: int, seed: int) -> list[Planting]:
    """Return a few plantings, as many of each style."""
    draw = random.Random(seed)
    found = []
    for number in range(count):
        style = STYLES[number % len(STYLES)].title
        found.append(draw.choice([one for one in plantings() if one.style == style]))
    return found


def outcome(planting: Planting) -> Outcome:
    """Return what is true of a planting and what `check_submission` says of it."""
    from verify.submissions.judge import check_submission

    submission = planting.submission()
    if is_right(submission):
        return Outcome(planting, right=True)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / submission.file_name
        path.write_text(submission.text, encoding="utf-8")
        evidence = check_submission(path, seed=42)
    return Outcome(
        planting,
        right=False,
        verdict=evidence.verdict,
        names=tuple(one.name for one in evidence.diagnoses),
        places=tuple((one.cell, one.line) for one in evidence.diagnoses),
        place=submission.place((planting.step, planting.layer)),
        sentence=evidence.sentence,
    )


def outcomes(chosen: Iterable[Planting], processes: int) -> Iterator[Outcome]:
    """Judge these, several at once."""
    with ProcessPoolExecutor(processes) as pool:
        yield from pool.map(outcome, chosen, chunksize=4)
