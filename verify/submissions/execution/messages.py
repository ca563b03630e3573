"""What the judge asks a worker and what it answers, as records. How they are written as JSON is told in coding.py."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from verify.reading.wiring.plan_records import Argument, Cut, Maker, Path, Plan, Runnable

RETURNED: Final = "(returned)"  # what a function returned, among its local names

MET: Final = ("guard", "constant", "rounding")  # what code may meet on its way through balls

# A section of an answer begins so where a step returned no array: under it stands the type of what was returned.
KIND: Final = "type of "


@dataclass(frozen=True)
class Load:
    """Run these pieces of code, one by one; the answer is Loaded. The loops in `cuts` can be ended after a pass."""

    statements: tuple[Runnable, ...]
    cuts: tuple[Cut, ...] = ()


@dataclass(frozen=True)
class Make:
    """Build the container of the parameters; the answer are the Leaves in it, in the section "made"."""

    maker: Maker
    settings: tuple[Argument, ...] = ()  # global names that are given a value


@dataclass(frozen=True)
class Digits:
    """Compute in balls of 50 digits.

    Without `guards` a tiny number that is added inside a logarithm counts as absent; with a `jitter` above 0 the floats
    that stand in the code are off by some units in the last place, drawn from it.
    """

    guards: bool = True
    jitter: int = 0


@dataclass(frozen=True)
class Run:
    """Follow a plan; the answer are the Leaves of what every step returned, a section for each.

    With a key in the exact numbers of the world that it makes, with digits in balls. `locals` adds the local names of
    every function, `after` the parameters after the last step, `container` all that the container holds then, `calls`
    how often each function was called. Where `only` names some (section, path), nothing else is sent.
    """

    plan: Plan
    key: int | None = None
    locals: bool = False
    after: bool = False
    container: bool = False
    calls: bool = False
    digits: Digits | None = None
    only: tuple[tuple[str, Path], ...] = ()


@dataclass(frozen=True)
class Losses:
    """Follow a plan at many points, and answer Computed; the loss stands in this section under this path.

    The arrays "which", "entry" and "delta" say which entry of which parameter is moved by how much at each point.
    """

    plan: Plan
    section: str
    path: Path = ()


@dataclass(frozen=True)
class BallLosses:
    """As Losses, in balls; entry -1 stands for a whole parameter, which moves along the direction in "along.NAME"."""

    plan: Plan
    section: str
    path: Path
    digits: Digits


Request = Load | Make | Run | Losses | BallLosses


@dataclass(frozen=True)
class Broken:
    """A piece of code that failed when it was run, by its number among those that were sent, and its error."""

    index: int
    error: str


@dataclass(frozen=True)
class StoodIn:
    """A piece of code that imports what is not there, by its number, and the name for which something stands in."""

    index: int
    name: str


@dataclass(frozen=True)
class Loaded:
    """Which pieces of code failed, and for which names something else stands in."""

    failed: tuple[Broken, ...] = ()
    stood_in: tuple[StoodIn, ...] = ()


@dataclass(frozen=True)
class Leaf:
    """Where one array of the answer stood: in which section, under which path; and its name in the answer."""

    section: str
    path: Path
    array: str


@dataclass(frozen=True)
class Listed:
    """Every array of the answer."""

    leaves: tuple[Leaf, ...] = ()


@dataclass(frozen=True)
class Computed:
    """The losses are the array "losses" of the answer; in balls "met" says what was met on the way."""


@dataclass(frozen=True)
class Operand:
    """One side of a calculation: its text in the code, and its shape, or else the type of what stands there."""

    text: str
    shape: tuple[int, ...] | None = None
    type: str = ""


@dataclass(frozen=True)
class Operation:
    """The calculation in which the student's code ended: its sign, like @ or +, and both sides."""

    sign: str
    operands: tuple[Operand, ...]


@dataclass(frozen=True)
class Stopped:
    """The student's code ended in an error, at this place as (cell, line) and in this calculation where known."""

    error: str
    place: tuple[int | None, int] | None = None
    operation: Operation | None = None


Answer = Loaded | Listed | Computed | Stopped
