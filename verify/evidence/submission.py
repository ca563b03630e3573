"""What the evidence says of a submission besides its gradients: how it was read, called, run and answered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Lines:
    """Some lines of the file: what stands there, and why they were used or dropped. `cell` is null in a .py file."""

    cell: int | None
    first: int
    last: int
    text: str
    why: str


# Told by an option; stated by the file's own text; by a name; what is left when nothing else runs or fits; the usual
# way, which ran, where others were not tried or would do as well; implied by the output layer, where the file has no
# loss; by its numbers: recognised at random points.
How = Literal["told", "stated", "by name", "by elimination", "assumed", "implied", "by its numbers"]


@dataclass(frozen=True)
class Setting:
    """One thing that the submission was taken to mean: its value, how that is known, and the place that says it."""

    name: str
    value: str
    how: How
    where: str = ""


@dataclass(frozen=True)
class Bound:
    """What one argument of a function was given, or a global name where there is no function, and how that is known."""

    function: str
    argument: str
    value: str
    how: How
    where: str = ""


@dataclass(frozen=True)
class Answer:
    """One of the two questions: is backward the gradient of the code's own loss, and is that the assignment's loss?"""

    question: str
    answer: Literal["yes", "no", "not known"]
    sentence: str


@dataclass(frozen=True)
class ParameterVerdict:
    """The verdict on the gradient of one parameter, by the student's name, with its worst entry in words."""

    parameter: str
    verdict: Literal["correct", "wrong", "could not judge"]
    worst: str


@dataclass(frozen=True)
class Remark:
    """Something in the code that is worth knowing and makes no gradient wrong, with its place."""

    name: str
    sentence: str
    cell: int | None
    line: int
    text: str


@dataclass(frozen=True)
class Submission:
    """A file that was handed in: what was read, how it was called, in which cage it ran, and what was answered."""

    file: str
    kind: Literal["py", "ipynb"]
    sha256: str
    used: tuple[Lines, ...]
    dropped: tuple[Lines, ...]
    convention: tuple[Setting, ...]
    trials: int
    answers: tuple[Answer, ...]
    parameters: tuple[ParameterVerdict, ...]
    remarks: tuple[Remark, ...]
    cage: str
    promises: tuple[str, ...]
    canary: str
    bindings: tuple[Bound, ...] = ()


@dataclass(frozen=True)
class Offer:
    """One level of the ladder: whether it can be had here, why not, what it promises and what it does not."""

    level: str
    available: bool
    why: str
    promises: tuple[str, ...]
    leaves: tuple[str, ...]
