"""What is true of a changed file, without verify: its own loss, moved by central differences of sixth order.

The file's code runs on numbers of 80 bits, so that a difference quotient is known to about twelve digits; each one is
measured with several steps, and what two of them disagree about is its error. What is not clear is said to be that.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import signal
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np

from tests.edits.code import Code
from tests.edits.probes import PROBES, Probe, Values, copied

Word = Literal["right", "wrong", "not defined"]
POINTS: Final = 2
REDRAWN: Final = 4  # a point next to a kink is drawn anew so often
STEPS: Final = (2e-3, 1e-4, 1e-6)
# What is equal differs by less than the first, what is not by more than the second; between them nothing is said.
EQUAL, UNEQUAL = 1e-10, 1e-8
SECONDS: Final = 30


@dataclass(frozen=True)
class Truth:
    """What is true, and what was found that says so."""

    word: Word
    why: str = ""


class NotDefined(Exception):
    """Nothing can be said of this file, and why."""


def truth(base: str, text: str, names: Mapping[str, str] | None = None, seed: int | None = None) -> Truth:
    """Return whether the gradients and the updates of a text of this base are those of its own loss.

    The points are secret; `seed` replays them. `names` says what the names of the base are called in the text.
    """
    draw = np.random.default_rng(secrets.randbits(60) if seed is None else seed)
    with _quietly():
        try:
            code = Code(text, names or {})
            found = [_at_a_point(code, PROBES[base], draw) for _ in range(POINTS)]
        except NotDefined as stopped:
            return Truth("not defined", str(stopped))
        except Exception as error:  # whatever the changed code does
            return Truth("not defined", f"it stops: {type(error).__name__}: {error}"[:160])
    return next((one for word in ("wrong", "not defined") for one in found if one.word == word), found[0])


def _at_a_point(code: Code, probe: Probe, draw: Any) -> Truth:
    for _ in range(REDRAWN):
        p = {name: np.longdouble(draw.normal(0, 0.6, shape)) for name, shape in probe.shapes.items()}
        data = probe.data(draw)
        slopes = _slopes(lambda q: probe.loss(code, q, *data), p)  # noqa: B023
        if slopes is not None:
            return _compared(code, probe, p, data, slopes)
    raise NotDefined("its loss is not smooth")


def _slopes(loss: Callable[[Values], Any], p: Values) -> Values | None:
    """Return the derivative of the loss in every entry, or None where two steps do not agree."""
    found = {}
    for name, value in p.items():
        slope = np.zeros(value.shape, np.longdouble)
        for index in np.ndindex(value.shape):
            known = _slope(loss, p, name, index)
            if known is None:
                return None
            slope[index] = known
        found[name] = slope
    return found


def _slope(loss: Callable[[Values], Any], p: Values, name: str, index: tuple[int, ...]) -> Any:
    def at(step: float) -> Any:
        moved = copied(p)
        moved[name][index] += np.longdouble(step)
        value = np.longdouble(loss(moved))
        if value.size != 1:
            raise NotDefined("its loss is not one number")
        if not np.isfinite(value):
            raise NotDefined("its loss is not finite")
        return value.reshape(())

    def quotient(h: float) -> Any:
        return sum(c * (at(n * h) - at(-n * h)) for n, c in ((1, 45), (2, -9), (3, 1))) / (60 * np.longdouble(h))

    for h in STEPS:
        wide, narrow = quotient(h), quotient(h / 2)
        if abs(wide - narrow) < EQUAL / 10 * max(1, abs(narrow)):
            return narrow
    return None


def _compared(code: Code, probe: Probe, p: Values, data: tuple[Any, ...], slopes: Values) -> Truth:
    shapes = ""
    if probe.gradient is not None:
        given = probe.gradient(code, copied(p), *data)
        for name, slope in slopes.items():
            word = _same(given[name], slope)
            if word == "wrong":
                return Truth("wrong", f"the gradient of {name}")
            shapes = shapes or word
    if probe.trained is not None:
        found = _steps(code, probe, p, data, slopes)
        if found.word != "right":
            return found
    return Truth("not defined", shapes) if shapes else Truth("right")


def _same(given: Any, slope: Any) -> str:
    """Return nothing where they are the same, "wrong" where they are not, or what is unclear."""
    value = np.asarray(given, np.longdouble)
    shape = np.shape(value)
    if not np.all(np.isfinite(value)):
        raise NotDefined("a gradient is not finite")
    try:
        if np.broadcast_shapes(shape, slope.shape) != slope.shape:
            return "wrong"  # what is subtracted makes another shape of the parameter
    except ValueError:
        return "wrong"
    scale = max(1.0, float(np.max(np.abs(slope))))
    error = float(np.max(np.abs(value - slope))) / scale
    if error > UNEQUAL:
        return "wrong"
    if error > EQUAL:
        raise NotDefined(f"its error is {error:.0e}")
    return "" if shape == slope.shape else f"right but for its shape, {shape} for {slope.shape}"


def _steps(code: Code, probe: Probe, p: Values, data: tuple[Any, ...], slopes: Values) -> Truth:
    """Compare what one pass and two passes of the training do with the slopes."""
    assert probe.trained is not None
    once, twice = (probe.trained(code, copied(p), *data, passes) for passes in (1, 2))
    after = _slopes(lambda q: probe.loss(code, q, *data), {name: np.longdouble(once[name]) for name in p})
    rates: list[float] = []
    for start, end, slope in ((p, once, slopes), (once, twice, after or {})):
        for name in slope:
            rate = _rate(np.asarray(end[name], np.longdouble), np.asarray(start[name], np.longdouble), slope[name])
            if rate is None or rate <= 0:
                return Truth("wrong", f"the update of {name}")
            rates.append(rate)
    if max(rates) - min(rates) > 1e-7 * max(rates):
        return Truth("not defined", "each parameter is updated by its own gradient, but not at one rate")
    if probe.gradient is None and abs(rates[0] - probe.rate) > 1e-7:
        return Truth("not defined", "the updates are the gradients at another rate")
    return Truth("right")


def _rate(end: Any, start: Any, slope: Any) -> float | None:
    """Return the rate at which a parameter went down this slope, or None where it went another way."""
    if np.shape(end) != np.shape(start):
        return None
    step = end - start
    if not np.all(np.isfinite(step)):
        raise NotDefined("a parameter is not finite after an update")
    if not np.any(slope):
        raise NotDefined("the loss does not depend on a parameter")
    rate = -np.sum(step * slope) / np.sum(slope * slope)
    return float(rate) if float(np.max(np.abs(step + rate * slope))) < UNEQUAL else None


@contextlib.contextmanager
def _quietly() -> Iterator[None]:
    """Nothing is printed or warned of, and what never ends is ended."""

    def over(*_: Any) -> None:
        raise TimeoutError("no end")

    before = signal.signal(signal.SIGALRM, over)
    signal.alarm(SECONDS)
    try:
        with open(os.devnull, "w") as nowhere, contextlib.redirect_stdout(nowhere), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with np.errstate(all="ignore"):
                yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)
