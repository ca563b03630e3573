"""One pass through a plan: the container with the arrays of the request, and what each step returned."""

from __future__ import annotations

import copy
import types
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from verify.arrays import Array
from verify.exact.numbers import ExactArray
from verify.exact.stand_in import StandIn
from verify.exact.world import PairWorld
from verify.reading.program.shown import SECTION
from verify.reading.wiring.plan_records import (
    AHEAD,
    Argument,
    ArrayBinding,
    Binding,
    CallMaker,
    FunctionBinding,
    GlobalsMaker,
    ListMaker,
    ListsMaker,
    MadeBinding,
    Maker,
    ObjectMaker,
    ParamBinding,
    ParamsBinding,
    Plan,
    ResultBinding,
    Step,
    TrainingMaker,
    ValueBinding,
)
from verify.submissions.execution.inside.containers import Container
from verify.submissions.execution.inside.cutting import How, Watch, data_of
from verify.submissions.execution.inside.paths import Value, at, found_at, identical, replaced
from verify.submissions.execution.inside.seeding import draw_ahead

if TYPE_CHECKING:
    from verify.balls.world import BallWorld

Arrays = Mapping[str, Array]


class Values:
    """The arrays of a request, each handed out as a fresh copy: plain, exact, or as a tensor."""

    def __init__(self, arrays: Arrays, world: PairWorld | BallWorld | None, torch: bool) -> None:
        self.arrays, self.world, self.torch = arrays, world, torch
        self.changed: dict[str, Value] = {}

    def __getitem__(self, name: str) -> Value:
        if name in self.changed:
            return self.changed[name]
        if f"{name}.value" in self.arrays and isinstance(self.world, PairWorld):
            slope = self.arrays.get(f"{name}.slope")
            parts = (self.arrays[f"{name}.value"].copy(), None if slope is None else slope.copy())
            return ExactArray(self.world, *parts, self.arrays[name].copy())
        found = self.arrays[name].copy()
        if self.world is not None and not isinstance(self.world, PairWorld) and found.dtype.kind == "f":
            return self.world.number(found)
        if self.torch:
            import torch

            return torch.from_numpy(found)
        return found[()] if found.ndim == 0 else found


class Call:
    """One pass through the plan: the container, what each step returned."""

    def __init__(self, space: dict[str, Value], watch: Watch, plan: Plan, values: Values, container: Container) -> None:
        self.space, self.watch, self.plan, self.values = space, watch, plan, values
        self.results: dict[str, Value] = {}
        training = isinstance(plan.maker, TrainingMaker)  # its container is there when its loop begins
        self.container = {} if training else container.fresh(values.__getitem__)
        for name, binding in plan.settings:
            self.space[name] = self._bound(binding)

    def _filled(self, container: Value) -> Value:
        """Return the container with the arrays of the request where the plan says, under every name that they have."""
        old = [(path, name, found_at(container, path)) for path, name in self.plan.params]
        for path, name, value in old:
            others = identical(container, value) if isinstance(value, np.ndarray | StandIn) else []
            ours = self.values[name]
            for place in dict.fromkeys((path, *others)):
                container = replaced(container, place, ours)
        return container

    def _begun(self, container: Value) -> Value:
        """Return the container filled, as a loop that trains begins with it; other numbers are drawn if asked."""
        ahead = self.values.arrays.get(AHEAD)
        if ahead is not None:
            draw_ahead(container, int(ahead))
        return self._filled(container)

    def trained(self, maker: TrainingMaker, passes: int) -> dict[str, Value]:
        """Return the names that stand after so many passes of the loop that trains, or before it where that is 0."""
        given = {name for name, _ in self.plan.settings}
        _cleared(self.space, given, self.watch)
        _restored(self.space, [name for name in data_of(self.space) if name not in given], self.watch.kept)
        self.watch.program.data = self.values.__getitem__
        holder = self.space if maker.owner is None else _Methods(self._bound(maker.owner))
        call = holder[maker.name]
        how = How(passes, maker.skipped, maker.once)
        put = self._begun if passes else dict
        return self.watch.run(maker.cut, lambda: call(**self._given(maker.arguments)), put, how)

    def all_steps(self) -> None:
        """Call every step of the plan in order."""
        for step in self.plan.steps:
            self.results[step.role] = self._called(step)

    def _called(self, step: Step) -> Value:
        if isinstance(self.plan.maker, TrainingMaker) and step.role == "update":
            self.container = self.trained(self.plan.maker, self.plan.maker.passes)
            if self.watch.recorded.values:
                self.results[SECTION] = self.watch.recorded.values
            return self.container
        owner = self.container
        if step.method and isinstance(self.plan.maker, TrainingMaker):  # the object that trains, or is trained
            owner = next(value for value in self.container.values() if hasattr(type(value), step.name))
        function = method_of(owner, step.name) if step.method else self.space[step.name]
        return function(**self._given(step.arguments))

    def _given(self, arguments: Sequence[Argument]) -> dict[str, Value]:
        return {name: self._bound(binding) for name, binding in arguments}

    def _bound(self, binding: Binding) -> Value:
        match binding:
            case ParamsBinding(as_tuple):
                return tuple(self.container) if as_tuple else self.container
            case ParamBinding(path):
                return at(self.container, path)
            case ArrayBinding(name):
                return self.values[name]
            case ResultBinding(role, path):
                return at(self.results[role], path)
            case FunctionBinding(name):
                return self.space[name]
            case MadeBinding(name, arguments, path):
                return at(self.space[name](**self._given(arguments)), path)
        return _plain_value(self.space, binding)


def made(space: dict[str, Value], maker: Maker, values: Values) -> Value:
    """Return the container as the maker makes it, from arrays and plain values alone."""
    match maker:
        case GlobalsMaker():
            return space
        case CallMaker(name, arguments):
            given = {
                one: values[bound.name] if isinstance(bound, ArrayBinding) else _plain_value(space, bound)
                for one, bound in arguments
            }
            return copy.copy(space[name](**given))
        case ListsMaker(names, length):
            return {name: [None] * length for name in names}
        case ListMaker(length):
            return [None] * length
        case ObjectMaker():
            return types.SimpleNamespace()
    return {}


def _plain_value(space: dict[str, Value], binding: Binding) -> Value:
    if isinstance(binding, FunctionBinding):
        return space[binding.name]
    assert isinstance(binding, ValueBinding)  # nothing else is there before the container is
    return list(binding.value) if isinstance(binding.value, tuple) else binding.value


def method_of(container: Value, name: str) -> Value:
    """Return a method of an object; a private name as Python mangles it in the class that defines it."""
    if name.startswith("__") and not name.endswith("__"):
        for owner in type(container).__mro__:
            mangled = f"_{owner.__name__.lstrip('_')}{name}"
            if mangled in vars(owner):
                return getattr(container, mangled)
    return getattr(container, name)


class _Methods:
    """The methods of an object by their names."""

    def __init__(self, owner: Value) -> None:
        self._owner = owner

    def __getitem__(self, name: str) -> Value:
        return method_of(self._owner, name)


def _cleared(space: dict[str, Value], given: set[str], watch: Watch) -> None:
    """Take away the global names of data that an earlier run made: they are not there before the first."""
    if watch.first is None:
        watch.first = frozenset(space)
    for name in [one for one in data_of(space) if one not in watch.first and one not in given]:
        del space[name]


def _restored(space: dict[str, Value], names: Sequence[str], kept: dict[str, Value]) -> None:
    """Give the global names of a loop the values that they had before its first run; remember these at first."""
    for name in names:
        try:
            if name not in kept:
                kept[name] = copy.deepcopy(space[name])
            space[name] = copy.deepcopy(kept[name])
        except Exception:  # what can't be copied is no number: a file that is open, a name that is missing
            continue
