"""The records that a plan is made of: what is run, what makes the parameters, and which function gets what.

They stand in wiring, the lowest stage that makes plans: execution sends them, and its driver follows them in the cage.
Nothing is imported here but Python's own, because the driver loads this file too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple

SEED: Final = "seed"  # the array of a request from which random numbers are drawn, where that is not X
AHEAD: Final = "ahead"  # the array of a request that says how many numbers are drawn before the loop that trains begins
PROGRAM = "__program__"  # the name of the function begins so that runs a cell as a main program
PathStep = tuple[str, str | int]  # ("key", name or number), ("item", number) or ("attribute", name)
Path = tuple[PathStep, ...]  # where something stands inside what a student's code builds


@dataclass(frozen=True)
class Runnable:
    """A piece of code that a worker runs when it loads a submission, and the names that it defines.

    `line` is the line of its first line in the cell; `module` is None in the submission itself.
    """

    cell: int | None
    line: int
    code: str
    module: str | None = None
    defines: tuple[str, ...] = ()


@dataclass(frozen=True)
class ArrayBinding:
    """An array of the request, by its name."""

    name: str


@dataclass(frozen=True)
class ValueBinding:
    """A plain number or a text; whole numbers in a tuple reach the student's code as a list."""

    value: float | str | tuple[int, ...]


@dataclass(frozen=True)
class ParamsBinding:
    """The whole container of the parameters, as a tuple where the code takes it apart."""

    tuple: bool = False


@dataclass(frozen=True)
class ParamBinding:
    """One parameter, by its path in the container."""

    path: Path


@dataclass(frozen=True)
class ResultBinding:
    """A part of what an earlier step returned; the step by its role."""

    role: str
    path: Path = ()


@dataclass(frozen=True)
class FunctionBinding:
    """A function of the submission, by its name."""

    name: str


@dataclass(frozen=True)
class MadeBinding:
    """What a function or a class of the submission makes, or a part of it: a net, parameters, one of them."""

    name: str
    arguments: tuple[Argument, ...] = ()
    path: Path = ()


Binding = ArrayBinding | ValueBinding | ParamsBinding | ParamBinding | ResultBinding | FunctionBinding | MadeBinding


class Argument(NamedTuple):
    """A name, of an argument or a global, and what it is given."""

    name: str
    binding: Binding


@dataclass(frozen=True)
class Step:
    """One call of a function, or of a method of the container; its role names what it returns."""

    name: str
    role: str
    arguments: tuple[Argument, ...]
    method: bool = False


@dataclass(frozen=True)
class GlobalsMaker:
    """The parameters are global names of the submission."""


@dataclass(frozen=True)
class CallMaker:
    """The submission's own function or class makes the container."""

    name: str
    arguments: tuple[Argument, ...] = ()


@dataclass(frozen=True)
class DictMaker:
    """An empty dictionary that the parameters are put into."""


@dataclass(frozen=True)
class ObjectMaker:
    """An object whose attributes become the parameters."""


@dataclass(frozen=True)
class ListMaker:
    """A list of so many parameters."""

    length: int


@dataclass(frozen=True)
class ListsMaker:
    """A dictionary of lists of so many parameters each: all W, all b."""

    names: tuple[str, ...]
    length: int


@dataclass(frozen=True)
class Cut:
    """A loop that trains, which can be ended after a pass: its place, and the names that it uses."""

    cell: int | None
    line: int
    names: tuple[str, ...]


@dataclass(frozen=True)
class TrainingMaker:
    """The submission's own training: the container are the names that stand before the first pass of its loop.

    `name` holds the loop; `owner` makes the object where that is a method. The loop is ended after so many passes
    beyond those that are skipped: these go by as they are, before anything is put in. `once` ends it after each
    pass, so that the next is the first of another run.
    """

    cut: Cut
    name: str
    arguments: tuple[Argument, ...] = ()
    owner: MadeBinding | None = None
    passes: int = 1
    skipped: int = 0
    once: bool = False


Maker = GlobalsMaker | CallMaker | DictMaker | ObjectMaker | ListMaker | ListsMaker | TrainingMaker


class Slot(NamedTuple):
    """Where in the container an array of the request is put, and the name of the array."""

    path: Path
    name: str


@dataclass(frozen=True)
class Plan:
    """How the functions of a submission are called: the container, what is put into it, the steps in order."""

    maker: Maker
    params: tuple[Slot, ...] = ()
    steps: tuple[Step, ...] = ()
    settings: tuple[Argument, ...] = ()  # global names that are given a value
    torch: bool = False  # arrays are handed over as tensors
