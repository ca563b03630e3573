"""Random numbers are drawn the same in every call: all generators of a submission start from one state each time."""

from __future__ import annotations

import random
import sys
import zlib
from collections.abc import Iterable, Mapping
from typing import Any, Final, TypeAlias

import numpy as np

from verify.reading.wiring.plan_records import SEED

Value: TypeAlias = Any  # whatever a student's code builds
Space: TypeAlias = Mapping[str, Value]
_MOST: Final = 10_000  # values that are looked at for generators

_unseeded: Final = np.random.default_rng
_KINDS: Final = (np.random.Generator, np.random.RandomState, random.Random)  # as NumPy has them
_made = [0, 0]  # the seed of this call, and how many generators were made in it without a seed


def seed_of(arrays: Mapping[str, np.ndarray[Any, Any]]) -> int:
    """Return the seed of a point: the same wherever the same X is asked for, another for other points."""
    drawn = arrays.get(SEED, arrays.get("X"))
    return 0 if drawn is None else zlib.crc32(np.ascontiguousarray(drawn).tobytes())


def default_rng(seed: Value = None) -> np.random.Generator:
    """Stand for np.random.default_rng: a generator that is made without a seed gets one that repeats."""
    if seed is None:
        _made[1] += 1
        return _unseeded([*_made])
    return _unseeded(seed)


class RandomState(np.random.RandomState):
    """Stand for np.random.RandomState: a generator that is made without a seed gets one that repeats."""

    def __init__(self, seed: Value = None) -> None:
        if seed is None:
            _made[1] += 1
            seed = _made
        super().__init__(seed)


def stand_in() -> None:
    """Let the submission find generators that repeat."""
    np.random.default_rng = default_rng
    np.random.RandomState = RandomState  # type: ignore[misc]


def draw_ahead(space: Space, count: int) -> None:
    """Draw so many numbers from every generator that stands in a namespace, and from those that all share."""
    random.random()
    np.random.random(count)
    for one in _generators(space):
        if isinstance(one, random.Random):
            one.random()
        else:
            one.random(count) if isinstance(one, np.random.Generator) else one.random_sample(count)


class Generators:
    """The generators that stand in the namespaces of a submission, with the state in which each was left."""

    def __init__(self, spaces: Iterable[Space]) -> None:
        found = {id(one): one for space in spaces for one in _generators(space)}
        self._kept = [(one, _state(one)) for one in found.values()]

    def start(self, seed: int) -> None:
        """Put every generator into the state in which a call begins."""
        _made[:] = [seed, 0]
        random.seed(seed)
        np.random.seed(seed)
        for one, state in self._kept:
            _restore(one, state)
        torch = sys.modules.get("torch")
        if torch is not None and hasattr(torch, "manual_seed"):
            torch.manual_seed(seed)


def _generators(space: Space) -> Iterable[Value]:
    """Yield the generators among the values of a namespace, its classes and its objects."""
    waiting, seen = list(space.values()), set[int]()
    while waiting and len(seen) < _MOST:
        value = waiting.pop()
        if id(value) in seen:
            continue
        seen.add(id(value))
        if isinstance(value, _KINDS):
            yield value
        elif type(value) in (dict, list, tuple):
            waiting += list(value.values() if type(value) is dict else value)
        elif isinstance(value, type) and value.__module__ == "submission":
            waiting += list(vars(value).values())
        elif type(type(value)) is type and type(value).__module__ == "submission":
            waiting += list(getattr(value, "__dict__", {}).values())


def _state(one: Value) -> Value:
    if isinstance(one, np.random.Generator):
        return one.bit_generator.state
    return one.getstate() if isinstance(one, random.Random) else one.get_state()


def _restore(one: Value, state: Value) -> None:
    if isinstance(one, np.random.Generator):
        one.bit_generator.state = state
    elif isinstance(one, random.Random):
        one.setstate(state)
    else:
        one.set_state(state)
