"""What is said of a gradient that is wrong: where, what was given, what it should be, and what their ratio means."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from verify.arrays import Array
from verify.errors import said
from verify.evidence.records import Worst
from verify.exact.numbers import ExactArray
from verify.exact.stand_in import StandIn
from verify.oracles.derivative import Derivative

_SAME: Final = 1e-4  # ratios that are nearer to 1 are said as a difference
_CONSTANT: Final = 1e-3  # spread of ratios that count as one
_TOLD: Final = 1e3  # bounds that an entry must be away from zero for its ratio to count
_LOST: Final = 1e-9  # what rounding leaves of an entry that exact numbers know, relative to the largest


@dataclass(frozen=True)
class Subject:
    """Whose gradient is judged: what gave it, and the sizes by which it may be too large or too small, by name."""

    who: str = "backward"
    sizes: Mapping[str, int] = field(default_factory=dict)


def misfit(subject: Subject, name: str, got: str, shape: tuple[int, ...]) -> str:
    """Return the message for what is no array of real numbers of the parameter's shape."""
    return f"d{name}: {subject.who} gives {got}, expected real numbers of shape {shape}"


def stopped(subject: Subject, error: Exception) -> str:
    """Return the message for code that gave nothing because it stopped."""
    return f"{subject.who} stops with {said(error)}"


def said_of(subject: Subject, name: str, worst: Worst | None, known: Derivative, value: Array) -> str:
    """Return the message for a gradient that has wrong entries, of which `worst` is one."""
    if worst is None:
        how = "as an exact number" if known.kind == "exact" else "in 50 digits"
        return f"d{name}: the derivative along a random direction is different {how}"
    given = f"d{name}[{', '.join(map(str, worst.index))}]: {subject.who} gives {worst.handwritten:.6g}"
    if not np.isfinite(worst.handwritten):
        expected = "" if worst.expected is None else f", the derivative is {worst.expected:.6g}"
        return f"{given}{expected}; not a number can't be a gradient"
    if worst.expected is None:
        return f"{given}, which is not the derivative as an exact number"
    said = f"{given}, the derivative is {worst.expected:.6g}"
    if not worst.expected:
        return said
    ratio = worst.handwritten / worst.expected
    if abs(ratio - 1) < _SAME:
        return f"{said}; off by {ratio - 1 or (worst.error or 0.0) / abs(worst.expected):.2g} of it"
    meaning = _meaning(ratio, subject.sizes)
    constant = _is_constant(known, name, value)
    tail = f" = {meaning}" if meaning and constant else ", the same in every entry" if constant else ""
    return f"{said}; ratio {ratio:.3f}{tail}"


def _is_constant(known: Derivative, name: str, value: Array) -> bool:
    """Whether the ratio is one number in every entry that is well told from zero, and there are two of them."""
    if known.kind == "exact":
        expected, given = known.near[name], value.shadow if isinstance(value, ExactArray) else value
        bound = _LOST * np.max(np.abs(expected)) / _TOLD
    else:
        expected, bound = known.gradient[name], known.bound[name]
        given = value.shadow if isinstance(value, StandIn) else np.asarray(value)
    told = np.abs(expected) > _TOLD * bound
    if np.sum(told) < 2:
        return False
    ratios = given[told] / expected[told]
    return bool(np.ptp(ratios) <= _CONSTANT * max(float(np.max(np.abs(ratios))), _CONSTANT))


def _meaning(ratio: float, sizes: Mapping[str, int]) -> str | None:
    """Return what a factor stands for: a small number, or a size of the net or the batch."""
    known = {"-1": -1.0, "0": 0.0, "2": 2.0, "1/2": 0.5}
    for name, size in sizes.items():
        known |= {name: float(size), f"1/{name}": 1 / size}
    if "m" in sizes:
        known["1/m^2"] = 1 / sizes["m"] ** 2
    return next((name for name, number in known.items() if abs(ratio - number) <= _SAME * max(1, abs(number))), None)
