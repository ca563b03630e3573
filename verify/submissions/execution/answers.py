"""What a worker answered, checked as it comes in: a process that runs somebody's code may answer anything at all.

Raises Failed ("message") for an answer that is not formed as agreed; Refused where the code stopped with an error.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from verify.exact.numbers import ExactArray
from verify.sandbox.session import Failed
from verify.submissions.wiring.structure import Path

Where = tuple[str, Path]  # the section of an answer, and the path in it
Leaves = dict[Where, Any]

_LONGEST: Final = 500  # characters of an error
_KINDS: Final = ("key", "item", "attribute")


class Refused(Exception):
    """A trial call ended in an error of the student's code: its text, and the place as (cell, line)."""

    def __init__(self, said: str, place: tuple[int | None, int] | None = None, step: str = "") -> None:
        super().__init__(said)
        self.place, self.step = place, step


def unpacked(header: Mapping[str, Any], arrays: Mapping[str, Any], world: Any = None) -> Leaves:
    """Return the leaves of an answer by section and path; exact numbers in the given world."""
    refuse(header)
    listed = header.get("leaves")
    if not isinstance(listed, list):
        raise _malformed("it lists no leaves")
    found: Leaves = {}
    for one in listed:
        section, path, number = _entry(one)
        if number not in arrays:
            raise _malformed(f"the array {number[:20]!r} is listed and was not sent")
        value = arrays[number]
        if world is not None and f"{number}.value" in arrays:
            value = _exact(world, arrays, number)
        found[section, path] = value
    return found


def refuse(header: Mapping[str, Any]) -> None:
    """Raise Refused where the answer is an error of the student's code."""
    if "error" in header:
        raise Refused(str(header["error"])[:_LONGEST], _place(header.get("place")))


def losses(header: Mapping[str, Any], arrays: Mapping[str, Any], count: int) -> Any:
    """Return the losses at so many points, as floats or complex numbers."""
    refuse(header)
    J = arrays.get("losses")
    if J is None or J.shape != (count,) or J.dtype.kind not in "fc":
        got = "nothing" if J is None else f"an array of {J.dtype} of shape {J.shape}"
        raise _malformed(f"{count} losses were asked for, and {got} was sent")
    return J


@dataclass(frozen=True)
class Broken:
    """A statement that failed when it was run, and its error."""

    error: str


def loaded(header: Mapping[str, Any]) -> list[Broken]:
    """Return which statements failed when the submission was loaded."""
    if "error" in header:
        raise Failed("crashed", f"the code stopped while it was loaded: {str(header['error'])[:_LONGEST]}")
    failed = header.get("failed")
    if not isinstance(failed, list) or not all(isinstance(one, dict) and "error" in one for one in failed):
        raise _malformed("it does not say which statements failed")
    return [Broken(str(one["error"])[:_LONGEST]) for one in failed]


def _entry(one: Any) -> tuple[str, Path, str]:
    if not isinstance(one, list) or len(one) != 3 or not isinstance(one[0], str) or not isinstance(one[1], list):
        raise _malformed("a leaf is not listed as [section, path, number]")
    section, path, number = one
    steps = []
    for step in path:
        if not isinstance(step, list) or len(step) != 2 or step[0] not in _KINDS or not _fits(*step):
            raise _malformed("a path is not made of steps like [key, name]")
        steps.append((str(step[0]), step[1]))
    return section, tuple(steps), str(number)


def _fits(kind: str, name: Any) -> bool:
    """Whether the name of a step is of its kind: numbers count items, texts name attributes, keys are either."""
    whole = isinstance(name, int) and not isinstance(name, bool)
    return {"key": whole or isinstance(name, str), "item": whole, "attribute": isinstance(name, str)}[kind]


def _exact(world: Any, arrays: Mapping[str, Any], number: str) -> ExactArray:
    shadow, value, slope = arrays[number], arrays[f"{number}.value"], arrays.get(f"{number}.slope")
    wrong = value.dtype != np.uint64 or value.shape != shadow.shape or shadow.dtype.kind not in "biuf"
    if wrong or (slope is not None and (slope.dtype != np.uint64 or slope.shape[1:] != value.shape)):
        raise _malformed("an exact number is not a value with its slopes and its shadow")
    return ExactArray(world, value, slope, shadow)


def _place(place: Any) -> tuple[int | None, int] | None:
    if isinstance(place, list) and len(place) == 2 and type(place[1]) is int and type(place[0]) in (int, type(None)):
        return place[0], place[1]
    return None


def _malformed(what: str) -> Failed:
    return Failed("message", f"its process answered something that is not formed as agreed: {what}")
