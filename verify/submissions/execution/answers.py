"""What a worker answered, checked as it comes in: a process that runs somebody's code may answer anything at all.

Raises Failed ("message") for an answer that is not formed as agreed; Refused where the code stopped with an error.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final

import numpy as np

from verify.arrays import Array
from verify.balls.array import Balls
from verify.balls.packing import are_packed
from verify.balls.packing import unpacked as balls_of
from verify.balls.world import BallWorld
from verify.exact.numbers import ExactArray
from verify.exact.world import PairWorld
from verify.reading.wiring.plan_records import Path
from verify.sandbox.session import Failed
from verify.submissions.execution.coding import LONGEST_NAME, Malformed, each, fields, number, text, to_path
from verify.submissions.execution.messages import (
    MET,
    Broken,
    Leaf,
    Listed,
    Loaded,
    Operand,
    Operation,
    StoodIn,
    Stopped,
)
from verify.submissions.execution.stopping import error_in_words, told_of

Header = Mapping[str, object]
Where = tuple[str, Path]  # the section of an answer, and the path in it
Leaves = dict[Where, Array]

_LONGEST: Final = 500  # characters of an error
_LONGEST_AXIS: Final = 1 << 20  # entries along one axis of a parameter; the points that are made have axes as long
_LARGEST_LINE: Final = 1 << 31
_LONGEST_TEXT: Final = 60  # characters of one side of a calculation, and of a name
_MOST_AXES: Final = 8
_MOST: Final = 50  # names for which something stands in


class Refused(Exception):
    """A trial call ended in an error of the student's code: its text, and the place as (cell, line).

    Where shapes do not fit, the text names them; `conclusion` says that they do not, `advice` what would make them fit.
    """

    def __init__(
        self,
        said: str,
        place: tuple[int | None, int] | None = None,
        step: str = "",
        conclusion: str = "",
        advice: str = "",
    ) -> None:
        super().__init__(said)
        self.place, self.step, self.conclusion, self.advice = place, step, conclusion, advice


def unpacked(
    header: Header, arrays: Mapping[str, Array], world: PairWorld | None = None, balls: BallWorld | None = None
) -> Leaves:
    """Return the leaves of an answer by section and path; exact numbers or balls in the given world."""
    refuse(header)
    leaves = to_listed(header).leaves
    if len({leaf.array for leaf in leaves}) < len(leaves):  # so that there are no more leaves than arrays
        raise malformed("an array is listed twice")
    found: Leaves = {}
    for leaf in leaves:
        if leaf.array not in arrays:
            raise malformed(f"the array {leaf.array[:20]!r} is listed and was not sent")
        value = arrays[leaf.array]
        if world is not None and f"{leaf.array}.value" in arrays:
            value = _exact(world, arrays, leaf.array)
        if balls is not None and f"{leaf.array}.ball" in arrays:
            value = _balls(balls, arrays[f"{leaf.array}.ball"], np.shape(value))
        found[leaf.section, leaf.path] = value
    return found


def made(header: Header, arrays: Mapping[str, Array]) -> dict[Path, Array]:
    """Return the arrays in the container that was made; without those that are empty or too long for a parameter."""
    found = unpacked(header, arrays)
    if any(section != "made" for section, _ in found):
        raise malformed("it lists more than what was made")
    return {path: value for (_, path), value in found.items() if all(0 < n <= _LONGEST_AXIS for n in np.shape(value))}


def refuse(header: Header) -> None:
    """Raise Refused where the answer is an error of the student's code."""
    if "error" in header:
        stopped = to_stopped(header)
        told = told_of(stopped)
        raise Refused(told.said, stopped.place, conclusion=told.conclusion, advice=told.advice)


def losses(header: Header, arrays: Mapping[str, Array], count: int) -> Array:
    """Return the losses at so many points, as floats or complex numbers."""
    refuse(header)
    J = arrays.get("losses")
    if J is None or J.shape != (count,) or J.dtype.kind not in "fc":
        got = "nothing" if J is None else f"an array of {J.dtype} of shape {J.shape}"
        raise malformed(f"{count} losses were asked for, and {got} was sent")
    return J


def ball_losses(header: Header, arrays: Mapping[str, Array], count: int, world: BallWorld) -> Balls:
    """Return the losses at so many points as balls."""
    refuse(header)
    J = arrays.get("losses")
    if J is None:
        raise malformed(f"{count} losses were asked for, and nothing was sent")
    return _balls(world, J, (count,))


def met(arrays: Mapping[str, Array]) -> tuple[str, ...]:
    """Return which of MET a computation in balls met."""
    flags = arrays.get("met")
    if flags is None or flags.shape != (len(MET),) or flags.dtype.kind != "b":
        raise malformed("it does not say what was met on the way")
    return tuple(word for word, flag in zip(MET, flags.tolist(), strict=True) if flag)


def loaded(header: Header, count: int) -> tuple[Broken, ...]:
    """Return which of so many pieces of code failed when the submission was loaded, each error in plain words."""
    if "error" in header:
        raise Failed("crashed", f"the code stopped while it was loaded: {told_of(to_stopped(header)).said}")
    failed = to_loaded(header).failed
    numbers = [one.index for one in failed]
    if numbers != sorted(set(numbers)) or not all(0 <= one < count for one in numbers):
        raise malformed(f"what failed are not statements among the {count} that were sent, each named once")
    return tuple(Broken(one.index, error_in_words(one.error)) for one in failed)


def stood_in(header: Header, count: int) -> tuple[StoodIn, ...]:
    """Return for which names, in which of so many pieces of code, something else stands in."""
    found = to_loaded(header).stood_in
    if not all(0 <= one.index < count for one in found):
        raise malformed(f"what something stands in for is not imported by one of the {count} statements that were sent")
    return found


def to_listed(header: Header) -> Listed:
    """Return the list of leaves that an answer holds."""
    with _as_agreed("it lists no leaves"):
        return Listed(each(fields(header, "the answer", "leaves")["leaves"], "leaves", _to_leaf))


def to_loaded(header: Header) -> Loaded:
    """Return the list of what failed that an answer holds."""
    with _as_agreed("it does not say which statements failed"):
        whole = fields({"stood in": [], **header}, "the answer", "failed", "stood in")
        return Loaded(
            each(whole["failed"], "failed", _to_broken), each(whole["stood in"], "stood in", _to_stood_in)[:_MOST]
        )


def to_stopped(header: Header) -> Stopped:
    """Return the error that an answer holds, cut; a place that is none is left out."""
    with _as_agreed("its error is no text"):
        said = text(header.get("error"), "error")[:_LONGEST]
    return Stopped(said, _place(header.get("place")), _operation(header.get("operation")))


def _to_broken(value: object, where: str) -> Broken:
    one = fields(value, where, "index", "error")
    return Broken(number(one["index"], where), text(one["error"], where)[:_LONGEST])


def _to_stood_in(value: object, where: str) -> StoodIn:
    if not isinstance(value, list) or len(value) != 2:
        raise Malformed(f"{where} is not listed as [index, name]")
    return StoodIn(number(value[0], where), text(value[1], where)[:_LONGEST_TEXT])


def _to_leaf(value: object, where: str) -> Leaf:
    if not isinstance(value, list) or len(value) != 3:
        raise Malformed(f"{where} is not listed as [section, path, array]")
    section, array = text(value[0], where), text(value[2], where)
    if len(section) > LONGEST_NAME:
        raise Malformed(f"{where} has a section of {len(section)} characters")
    return Leaf(section, to_path(value[1], where), array)


def _exact(world: PairWorld, arrays: Mapping[str, Array], array: str) -> ExactArray:
    shadow, value, slope = arrays[array], arrays[f"{array}.value"], arrays.get(f"{array}.slope")
    wrong = value.dtype != np.uint64 or value.shape != shadow.shape or shadow.dtype.kind not in "biuf"
    if wrong or (
        slope is not None
        and (slope.dtype != np.uint64 or slope.ndim != value.ndim + 1 or slope.shape[1:] != value.shape)
    ):
        raise malformed("an exact number is not a value with its slopes and its shadow")
    return ExactArray(world, value, slope, shadow)


def _balls(world: BallWorld, array: Array, shape: tuple[int, ...]) -> Balls:
    if not are_packed(array, shape):
        raise malformed(
            f"balls of shape {shape} were asked for, and an array of {array.dtype} of {array.shape} was sent"
        )
    return balls_of(world, array)


def _place(place: object) -> tuple[int | None, int] | None:
    if isinstance(place, list) and len(place) == 2 and _is_line(place[1]) and (place[0] is None or _is_line(place[0])):
        return place[0], place[1]
    return None


def _operation(value: object) -> Operation | None:
    """Return the calculation in which the code stopped; None for what is none, for it only serves a sentence."""
    if not isinstance(value, list) or len(value) != 2 or not isinstance(value[1], list) or len(value[1]) > 2:
        return None
    try:
        return Operation(text(value[0], "sign")[:2], each(value[1], "operands", _to_operand))
    except Malformed:
        return None


def _to_operand(value: object, where: str) -> Operand:
    if not isinstance(value, list) or len(value) != 3:
        raise Malformed(f"{where} is not listed as [text, shape, type]")
    shape = None if value[1] is None else each(value[1], where, number)[:_MOST_AXES]
    return Operand(text(value[0], where)[:_LONGEST_TEXT], shape, text(value[2], where)[:_LONGEST_TEXT])


def _is_line(value: object) -> bool:
    return type(value) is int and 0 <= value < _LARGEST_LINE


@contextmanager
def _as_agreed(what: str) -> Iterator[None]:
    """Turn what the checks of a message say into the failure of a worker."""
    try:
        yield
    except Malformed as error:
        raise malformed(f"{what}: {error}") from None


def malformed(what: str) -> Failed:
    """Return the failure of a worker whose answer is not formed as agreed."""
    return Failed("message", f"its process answered something that is not formed as agreed: {what}")
