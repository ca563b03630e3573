"""Which known mistakes give exactly the student's numbers: searched in floats, confirmed in exact numbers."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final, Protocol

import numpy as np

from verify.arrays import Array
from verify.exact import pair_field
from verify.exact.numbers import ExactArray, NotExpressible, holds_reals
from verify.mistakes.apply import mutated
from verify.mistakes.catalogue import OF_A_STEP, with_constant
from verify.mistakes.mistake import Mistake, Place, places
from verify.nets.net import Gradient, Net, Objective
from verify.nets.observation import Observation
from verify.nets.structure import Structure

_SAME: Final = 1e-9
_SAME_IN_FLOAT32: Final = 2e-4
_SMALL: Final = 1e-5  # of the size of ordinary gradients: what is below is compared absolutely
_PAIRS: Final = 12  # first mistakes of a pair that are gone into, those that explain most first


Guess = tuple[tuple[Place, Mistake], ...]  # ((step, layer), mistake) for each place of the mistake


class Judged(Protocol):
    """What is to be known of the code whose gradient is wrong: its net, its loss, and how its parameters lie."""

    @property
    def structure(self) -> Structure:
        """The parameters, by layer."""

    @property
    def net(self) -> Net | None:
        """The network that its forward pass computes."""

    @property
    def objective(self) -> Objective | None:
        """Its loss."""

    @property
    def rate(self) -> float:
        """The learning rate of its update."""

    @property
    def applied(self) -> bool:
        """Whether the gradient was had from an update, (before - after) / rate."""

    @property
    def single_precision(self) -> bool:
        """Whether it computes in float32."""


@dataclass(frozen=True)
class Named:
    """A mistake that reproduces the student's numbers, in one place or in several."""

    guess: Guess
    exactly: bool


def name_mistakes(judged: Judged, floats: Sequence[Observation], exact: Sequence[Observation]) -> tuple[Named, ...]:
    """Return the mistakes that together reproduce the gradient at all points: one, or a pair; none where none fits.

    None too where two different guesses of the same size fit: then it would be a guess.
    """
    tolerance = _SAME_IN_FLOAT32 if judged.single_precision else _SAME
    try:
        with np.errstate(all="ignore"):
            search = _Search(judged, floats[0], tolerance)
            for guesses in (search.singles(), search.repeated(), search.pairs()):
                fitting = [guess for guess in guesses if _fits(judged, guess, floats[1:], tolerance)]
                fitting = _distinct(judged, fitting, floats[0], tolerance)
                if len(fitting) == 1:
                    return _confirmed(judged, fitting[0], exact, tolerance)
                if fitting:
                    return ()
    except (ArithmeticError, ValueError, IndexError):
        return ()
    return ()


class _Search:
    """Guesses that reproduce the gradient at the first point."""

    def __init__(self, judged: Judged, at: Observation, tolerance: float) -> None:
        self.judged, self.at, self.tolerance = judged, at, tolerance
        self.steps = [
            (place, mistake)
            for place in places(len(judged.structure.sizes) - 1)
            for mistake in OF_A_STEP
            if mistake.step == place[0]
        ]
        self.right = _own(judged, (), at)
        self.steps += self._decays()
        self.wrong = (
            [name for name in self.right or {} if not _same(at.given.get(name), self.right[name], tolerance)]
            if self.right
            else []
        )
        self.alone: list[tuple[int, tuple[Place, Mistake]]] = []

    def _decays(self) -> list[tuple[Place, Mistake]]:
        """Return a penalty's derivative for each weight matrix to which a multiple of itself was added."""
        found: list[tuple[Place, Mistake]] = []
        for one in self.judged.structure.parameters:
            given = self.at.given.get(one.name)
            if one.kind != "W" or self.right is None or given is None or np.shape(given) != one.shape:
                continue
            if not holds_reals(given):
                continue
            W, rest = self.at.params[one.name], given - self.right[one.name]
            k = float(np.sum(rest * W) / np.sum(np.square(W)))
            if abs(k) > _SMALL and np.max(np.abs(rest - k * W)) <= self.tolerance * np.max(np.abs(k * W)):
                found.append((("dW", one.layer), with_constant("dW", "weight-decay", Fraction(f"{k:.9g}"))))
        return found

    def singles(self) -> list[Guess]:
        """Return the single mistakes that fit, and keep how much each explains."""
        found: list[Guess] = []
        for one in self.steps:
            own = _own(self.judged, (one,), self.at)
            if own is None or self._same_as_right(own):
                continue
            explained = [name for name in own if _same(self.at.given.get(name), own[name], self.tolerance)]
            if len(explained) == len(own):
                found.append((one,))
            self.alone.append((sum(name in explained for name in self.wrong), one))
        return found

    def repeated(self) -> list[Guess]:
        """Return the mistakes that fit when they are made in every layer."""
        found = []
        for mistake in OF_A_STEP:
            where = [place for place, other in self.steps if other is mistake]
            for count in range(2, len(where) + 1):
                for chosen in itertools.combinations(where, count):
                    guess = tuple((place, mistake) for place in chosen)
                    own = _own(self.judged, guess, self.at)
                    if own is not None and not self._same_as_right(own) and self._all_same(own):
                        found.append(guess)
        return found

    def pairs(self) -> list[Guess]:
        """Return the pairs that fit; the first of a pair explains at least one wrong gradient alone."""
        found = []
        first = sorted((entry for entry in self.alone if entry[0] > 0), key=lambda entry: -entry[0])
        for _, one in first[: _PAIRS * 4]:
            for other in self.steps:
                if other[0] == one[0]:
                    continue
                guess = tuple(
                    sorted((one, other), key=lambda entry: places(9).index(entry[0]) if entry[0] in places(9) else 0)
                )
                own = _own(self.judged, guess, self.at)
                if own is not None and self._all_same(own) and guess not in found:
                    found.append(guess)
        return found

    def _same_as_right(self, own: Mapping[str, Array]) -> bool:
        return self.right is not None and all(_same(own[name], self.right[name], self.tolerance) for name in own)

    def _all_same(self, own: Mapping[str, Array]) -> bool:
        return all(_same(self.at.given.get(name), own[name], self.tolerance) for name in own)


def _own(judged: Judged, guess: Guess, at: Observation) -> dict[str, Array] | None:
    """Return the gradient with these mistakes by the student's names, or None where a mistake has no meaning."""
    gradient = with_mistakes(judged, guess, at)
    if gradient is None:
        return None
    found = _in_shapes(judged, gradient)
    for one in judged.structure.parameters if judged.applied else ():
        if found[one.name].size == 1 and np.prod(one.shape) > 1:  # an update spreads one number over all entries
            found[one.name] = found[one.name].reshape(()) + at.params[one.name] * 0
    return found


def with_mistakes(judged: Judged, guess: Guess, at: Observation) -> Gradient | None:
    """Return every step of the gradient with these mistakes in it."""
    assert judged.net is not None
    assert judged.objective is not None
    layers = judged.structure.layers(dict(at.params))
    trace = judged.net.forward(layers, at.X)
    return mutated(judged.net, judged.objective, trace, layers, at.Y, dict(guess), rate=judged.rate)


def _in_shapes(judged: Judged, gradient: Gradient) -> dict[str, Array]:
    try:
        return {
            one.name: judged.structure.in_own_shape(one, gradient.dW[one.layer], gradient.db[one.layer])
            for one in judged.structure.parameters
        }
    except ValueError:  # a bias's gradient of another shape, as summing along a wrong axis gives
        found = {}
        for one in judged.structure.parameters:
            value = gradient.db[one.layer] if one.kind == "b" else one.own(gradient.dW[one.layer])
            found[one.name] = value.reshape(one.shape) if value.size == np.prod(one.shape) else value
        return found


def _same(value: Array, candidate: Array, tolerance: float) -> bool:
    """Whether a gradient is this candidate, whatever its shape; one number may have been spread over all entries."""
    if value is None or not holds_reals(value) or value.size != candidate.size:
        return False
    left, right = value.reshape(-1), candidate.reshape(-1)
    if isinstance(left, ExactArray) or isinstance(right, ExactArray):
        if not (isinstance(left, ExactArray) and isinstance(right, ExactArray)):
            return False
        return bool(np.all(pair_field.same(left.value, right.value)))
    scale = max(float(np.max(np.abs(right))), _SMALL)  # a sum of dZ over everything is zero but for round-off
    return bool(np.all(np.abs(left - right) <= tolerance * scale))


def _fits(judged: Judged, guess: Guess, points: Sequence[Observation], tolerance: float) -> bool:
    for at in points:
        own = _own(judged, guess, at)
        if own is None or not all(_same(at.given.get(name), own[name], tolerance) for name in own):
            return False
    return True


def _distinct(judged: Judged, guesses: Sequence[Guess], at: Observation, tolerance: float) -> list[Guess]:
    """Return one guess of those that give the same numbers by the same mistake at one step."""
    found: list[Guess] = []
    for guess in guesses:
        if not any([place for place, _ in guess] == [place for place, _ in other] for other in found):
            found.append(guess)
    return found


def _confirmed(judged: Judged, guess: Guess, exact: Sequence[Observation], tolerance: float) -> tuple[Named, ...]:
    """Return the guess as mistakes, if exact numbers say so too, or where they can't say."""
    try:
        exactly = bool(exact) and _fits(judged, guess, exact, tolerance)
    except (NotExpressible, ArithmeticError, TypeError, ValueError):
        exactly = False
        exact = ()
    if exact and not exactly:
        return ()
    kinds = dict.fromkeys(mistake for _, mistake in guess)
    return tuple(Named(tuple(one for one in guess if one[1] is mistake), exactly) for mistake in kinds)
