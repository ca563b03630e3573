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
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

import numpy as np

from tests.edits.code import Code
from tests.edits.probes import PROBES, Probe, Values, copied

Word = Literal["right", "wrong", "not defined"]
POINTS: Final = 2
DIRECTIONS: Final = 2
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
    stops: bool = False  # its loss or its backward pass ends in an error on a batch that it should take


class NotDefined(Exception):
    """Nothing can be said of this file, and why."""


class Stops(Exception):
    """The loss or the backward pass ends in an error of its own."""


def truth(
    base: str, text: str, names: Mapping[str, str] | None = None, *, at_its_rate: bool = True, seed: int | None = None
) -> Truth:
    """Return whether the gradients and the updates of a text of this base are those of its own loss.

    The points are secret; `seed` replays them. `names` says what the names of the base are called in the text.
    Where only updates are seen, `at_its_rate` says that they are to be the gradients at the rate of the base.
    """
    draw = np.random.default_rng(secrets.randbits(60) if seed is None else seed)
    with _quietly():
        try:
            code = Code(text, names or {})
            return _at_all_points(code, PROBES[base] if at_its_rate else replace(PROBES[base], rate=None), draw)
        except Stops as stopped:
            return Truth("not defined", f"it stops: {stopped}"[:160], stops=True)
        except NotDefined as stopped:
            return Truth("not defined", str(stopped))
        except Exception as error:  # whatever the changed code does
            return Truth("not defined", f"it stops: {type(error).__name__}: {error}"[:160])


def _at_all_points(code: Code, probe: Probe, draw: Any) -> Truth:
    found = Truth("right")
    for _ in range(POINTS):
        one = _at_a_point(code, probe, draw)
        if one.word == "wrong":
            return one
        found = one if found.word == "right" else found
    return found


def _at_a_point(code: Code, probe: Probe, draw: Any) -> Truth:
    for _ in range(REDRAWN):
        p = {name: np.longdouble(draw.normal(0, 0.6, shape)) for name, shape in probe.shapes.items()}
        data = probe.data(draw)
        along = {name: _directions(draw, value.shape) for name, value in p.items()}
        slopes = _slopes(lambda q: probe.loss(code, q, *data), p, along)  # noqa: B023
        if slopes is not None:
            return _compared(code, probe, p, data, along, slopes)
    raise NotDefined("its loss is not smooth")


def _directions(draw: Any, shape: tuple[int, ...]) -> list[Any]:
    """Return random directions of length 1: a gradient that is wrong in any entry is wrong along them."""
    found = [np.longdouble(draw.normal(size=shape)) for _ in range(DIRECTIONS)]
    return [one / np.sqrt(np.sum(one * one)) for one in found]


def _slopes(loss: Callable[[Values], Any], p: Values, along: Values) -> Values | None:
    """Return the derivative of the loss along each direction, or None where two steps do not agree."""
    found: Values = {}
    for name, directions in along.items():
        known = [_slope(loss, p, name, direction) for direction in directions]
        if any(one is None for one in known):
            return None
        found[name] = np.array(known, np.longdouble)
    return found


def _slope(loss: Callable[[Values], Any], p: Values, name: str, direction: Any) -> Any:
    def at(step: float) -> Any:
        moved = copied(p)
        moved[name] += np.longdouble(step) * direction
        with _said_to_stop():
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


def _compared(code: Code, probe: Probe, p: Values, data: tuple[Any, ...], along: Values, slopes: Values) -> Truth:
    shapes = ""
    if probe.gradient is not None:
        with _said_to_stop():
            given = probe.gradient(code, copied(p), *data)
        for name in p:
            word = _same(given[name], np.shape(p[name]), along[name], slopes[name])
            if word == "wrong":
                return Truth("wrong", f"the gradient of {name}")
            shapes = shapes or word
    if probe.trained is not None:
        found = _steps(code, probe, p, data, along, slopes)
        if found.word != "right":
            return found
    return Truth("not defined", shapes) if shapes else Truth("right")


def _same(given: Any, shape: tuple[int, ...], directions: list[Any], slopes: Any) -> str:
    """Return nothing where they are the same, "wrong" where they are not, or what is unclear."""
    value = np.asarray(given, np.longdouble)
    if not np.all(np.isfinite(value)):
        raise NotDefined("a gradient is not finite")
    try:
        if np.broadcast_shapes(value.shape, shape) != shape:
            return "wrong"  # what is subtracted makes another shape of the parameter
    except ValueError:
        return "wrong"
    full = np.broadcast_to(value, shape)
    found = np.array([np.sum(full * direction) for direction in directions])
    error = float(np.max(np.abs(found - slopes))) / max(1.0, float(np.max(np.abs(slopes))))
    if error > UNEQUAL:
        return "wrong"
    if error > EQUAL:
        raise NotDefined(f"its error is {error:.0e}")
    return "" if value.shape == shape else f"right but for its shape, {value.shape} for {shape}"


def _steps(code: Code, probe: Probe, p: Values, data: tuple[Any, ...], along: Values, slopes: Values) -> Truth:
    """Compare what one pass and two passes of the training do with the slopes."""
    assert probe.trained is not None
    once, twice = (probe.trained(code, copied(p), *data, passes) for passes in (1, 2))
    for name in p:
        if np.shape(once[name]) != np.shape(p[name]):
            return Truth("wrong", f"the update changes the shape of {name}")
    between = {name: np.array(once[name], np.longdouble) for name in p}
    after = _slopes(lambda q: probe.loss(code, q, *data), between, along)
    rates: list[float] = []
    for start, end, slope in ((p, once, slopes), (between, twice, after or {})):
        for name in slope:
            step = np.asarray(end[name], np.longdouble) - start[name]
            if not np.all(np.isfinite(step)):
                raise NotDefined("a parameter is not finite after an update")
            if np.min(np.abs(slope[name])) < EQUAL:
                raise NotDefined(f"the loss hardly depends on {name}")
            found = [-np.sum(step * direction) for direction in along[name]] / slope[name]
            if np.ptp(found) > UNEQUAL * max(1, 1 / np.min(np.abs(slope[name]))) or np.min(found) <= 0:
                return Truth("wrong", f"the update of {name}")
            rates.append(float(found[0]))
    if probe.gradient is None and probe.rate is not None:
        return Truth("right") if np.allclose(rates, probe.rate, 1e-6) else Truth("wrong", "a factor of the updates")
    if max(rates) - min(rates) > 1e-6 * max(rates):
        return Truth("not defined", "each parameter is updated by its own gradient, but not at one rate")
    return Truth("right")


@contextlib.contextmanager
def _said_to_stop() -> Iterator[None]:
    try:
        yield
    except (TimeoutError, NotDefined):
        raise
    except Exception as error:  # whatever the changed code does
        raise Stops(f"{type(error).__name__}: {error}") from None


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
