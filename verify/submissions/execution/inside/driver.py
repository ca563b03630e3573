"""What a worker does in the cage: loads a submission, calls its functions on arrays, answers with arrays.

Nothing is decided here. The judge sends a plan (which function gets what) and a point; every array that
comes out is sent back under the path where it stood.
"""

from __future__ import annotations

import copy
import sys
import types
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager

import numpy as np

from verify.arrays import Array
from verify.exact.numbers import ExactArray
from verify.exact.numpy_proxy import proxy
from verify.exact.world import PairWorld
from verify.submissions.execution.coding import LONGEST_NAME, decoded, encoded_answer, is_path_step
from verify.submissions.execution.inside import stand_ins
from verify.submissions.execution.inside.containers import Container
from verify.submissions.execution.inside.loading import FILE, load, place_of, said
from verify.submissions.execution.inside.operands import operation_of
from verify.submissions.execution.inside.paths import Found, Value, at, each_once, is_tensor, leaves
from verify.submissions.execution.inside.seeding import Generators, default_rng, seed_of
from verify.submissions.execution.messages import (
    KIND,
    Answer,
    Computed,
    Leaf,
    Listed,
    Load,
    Loaded,
    Losses,
    Make,
    Request,
    Run,
    Stopped,
)
from verify.submissions.wiring.plan_records import (
    Argument,
    ArrayBinding,
    Binding,
    CallMaker,
    FunctionBinding,
    GlobalsMaker,
    ListMaker,
    ListsMaker,
    Maker,
    ObjectMaker,
    ParamBinding,
    ParamsBinding,
    Plan,
    ResultBinding,
    Step,
    ValueBinding,
)

Arrays = Mapping[str, Array]


class Driver:
    """One submission in one worker."""

    def __init__(self) -> None:
        self.space: dict[str, Value] = {}
        self.generators = Generators(())
        np.random.default_rng = default_rng
        warnings.simplefilter("ignore")
        np.seterr(all="ignore")

    def handle(self, header: Mapping[str, object], arrays: Arrays) -> tuple[dict[str, object], dict[str, Array]]:
        """Return the answer to one request of the judge; an error of the student's code is an answer too.

        So is a request that is not formed as agreed: its error begins with Malformed.
        """
        try:
            answer, found = self.answer(decoded(header), arrays)
        except BaseException as error:
            return encoded_answer(Stopped(said(error), place_of(error), operation_of(error))), {}
        return encoded_answer(answer), found

    def answer(self, request: Request, arrays: Arrays) -> tuple[Answer, dict[str, Array]]:
        """Return the answer to a request, and the arrays that belong to it."""
        match request:
            case Load():
                return self.load(request), {}
            case Make():
                return self.make(request, arrays)
            case Run():
                return self.run(request, arrays)
            case Losses():
                return Computed(), {"losses": self.losses(request, arrays)}

    def load(self, request: Load) -> Loaded:
        """Run the statements of the slice; answer what failed."""
        self.generators.start(0)
        self.space, failed, stood_in = load(request.statements)
        self.generators = Generators(self._spaces())
        return Loaded(tuple(failed), tuple(stood_in))

    def make(self, request: Make, arrays: Arrays) -> tuple[Listed, dict[str, Array]]:
        """Build the container of the parameters as the student's code does; answer the arrays in it."""
        made = self._calls(Plan(request.maker), arrays)(_Values(arrays, None, False)).container
        if isinstance(request.maker, GlobalsMaker):
            made = {name: value for name, value in made.items() if not name.startswith("__")}
        return _packed({"made": each_once(leaves(made))})

    def run(self, request: Run, arrays: Arrays) -> tuple[Listed, dict[str, Array]]:
        """Call the functions of the plan one after the other; answer every array that came out."""
        plan = request.plan
        world = None if request.key is None else PairWorld(request.key)
        with self._exact(world), _watched(request.locals) as seen:
            call = self._calls(plan, arrays, world)(_Values(arrays, world, plan.torch))
            call.all_steps()
        found = {name: leaves(value) for name, value in call.results.items()}
        found |= {
            f"{KIND}{role}": _kind(call.results[role]) for role, parts in found.items() if not _can_be_sent(parts)
        }
        if request.after:
            found["after"] = {path: at(call.container, path) for path, _ in plan.params}
        if request.locals or request.container:
            found["container"] = leaves({} if isinstance(plan.maker, GlobalsMaker) else call.container)
        for function, names in seen.items():
            found[f"locals {function}"] = leaves(names)
        return _packed(found)

    def losses(self, request: Losses, arrays: Arrays) -> Array:
        """Return the loss at many points, each of which moves one entry of one parameter."""
        section, plan = request.section, request.plan
        which, entry, delta = arrays["which"].tolist(), arrays["entry"].tolist(), arrays["delta"].tolist()
        out = np.zeros(len(which), dtype=arrays["delta"].dtype)
        calls = self._calls(plan, arrays)
        for number, (parameter, index, moved) in enumerate(zip(which, entry, delta, strict=True)):
            name = plan.params[parameter].name
            values = _Values(arrays, None, plan.torch)
            base = np.array(values[name], dtype=np.result_type(arrays[name], out.dtype))
            base.reshape(-1)[index] += moved
            values.changed[name] = base
            with _watched(section.startswith("locals ")) as seen:
                call = calls(values)
                call.all_steps()
            inside = seen.get(section.removeprefix("locals "), call.container)
            out[number] = _plain(at(call.results.get(section, inside), request.path)).reshape(())
        return out

    def _calls(self, plan: Plan, arrays: Arrays, world: PairWorld | None = None) -> Callable[[_Values], _Call]:
        """Return what begins a pass through the plan: random numbers start anew, the container is as just made."""
        seed = seed_of(arrays)
        stand_ins.samples_of(arrays)
        self.generators.start(seed)
        given = _Values(arrays, world, plan.torch)
        container = Container(plan, lambda: _made(self.space, plan.maker, given), self.space)

        def begun(values: _Values) -> _Call:
            self.generators.start(seed)
            call = _Call(self.space, plan, values, container)
            self.generators.start(seed)
            return call

        return begun

    def _spaces(self) -> list[dict[str, Value]]:
        """Return the names of the submission, and those of each module beside it."""
        return [self.space] + [
            vars(module) for name, module in list(sys.modules.items())
            if isinstance(module, types.ModuleType) and getattr(module, "input", None) is self.space.get("input")
        ]  # fmt: skip

    @contextmanager
    def _exact(self, world: PairWorld | None) -> Iterator[None]:
        """Let creation functions of NumPy give exact numbers while the student's code runs on them."""
        if world is None:
            yield
            return
        stand_in = proxy(world)
        kept = []
        for space in self._spaces():
            for name, value in list(space.items()):
                ours = stand_in if value is np else None
                own = getattr(value, "__name__", None)
                if ours is None and isinstance(own, str) and callable(value) and getattr(np, own, None) is value:
                    ours = getattr(stand_in, own)
                if ours is not None and ours is not value:
                    kept.append((space, name, value))
                    space[name] = ours
        try:
            yield
        finally:
            for space, name, value in kept:
                space[name] = value


class _Values:
    """The arrays of a request, each handed out as a fresh copy: plain, exact, or as a tensor."""

    def __init__(self, arrays: Arrays, world: PairWorld | None, torch: bool) -> None:
        self.arrays, self.world, self.torch = arrays, world, torch
        self.changed: dict[str, Value] = {}

    def __getitem__(self, name: str) -> Value:
        if name in self.changed:
            return self.changed[name]
        if f"{name}.value" in self.arrays and self.world is not None:
            slope = self.arrays.get(f"{name}.slope")
            parts = (self.arrays[f"{name}.value"].copy(), None if slope is None else slope.copy())
            return ExactArray(self.world, *parts, self.arrays[name].copy())
        found = self.arrays[name].copy()
        if self.torch:
            import torch

            return torch.from_numpy(found)
        return found[()] if found.ndim == 0 else found


class _Call:
    """One pass through the plan: the container, what each step returned."""

    def __init__(self, space: dict[str, Value], plan: Plan, values: _Values, container: Container) -> None:
        self.space, self.plan, self.values = space, plan, values
        self.results: dict[str, Value] = {}
        self.container = container.fresh(values.__getitem__)
        for name, binding in plan.settings:
            self.space[name] = self._bound(binding)

    def all_steps(self) -> None:
        """Call every step of the plan in order."""
        for step in self.plan.steps:
            self.results[step.role] = self._called(step)

    def _called(self, step: Step) -> Value:
        function = method_of(self.container, step.name) if step.method else self.space[step.name]
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
        return _plain_value(self.space, binding)


def _made(space: dict[str, Value], maker: Maker, values: _Values) -> Value:
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


def _can_be_sent(parts: Mapping[Found, Value]) -> bool:
    return any(all(is_path_step(kind, name) for kind, name in path) for path in parts)


def _kind(value: Value) -> dict[Found, Value]:
    """Return the type of a result in which there is no array, as the name of a leaf."""
    return {(("key", type(value).__name__[:LONGEST_NAME]),): 0.0}


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


@contextmanager
def _watched(wanted: bool) -> Iterator[dict[str, dict[str, Value]]]:
    """Give the last local names of every function of the submission that returns meanwhile."""
    seen: dict[str, dict[str, Value]] = {}

    def watch(frame: types.FrameType, event: str, argument: object) -> None:
        if event == "return" and frame.f_code.co_filename.startswith(FILE):
            seen[frame.f_code.co_name] = dict(frame.f_locals)

    if not wanted:
        yield seen
        return
    sys.setprofile(watch)
    try:
        yield seen
    finally:
        sys.setprofile(None)


def _plain(value: Value) -> Array:
    if is_tensor(value):
        value = value.detach().numpy()
    return np.asarray(value)


def _packed(found: Mapping[str, Mapping[Found, Value]]) -> tuple[Listed, dict[str, Array]]:
    """Return the leaves of every section as numbered arrays, and where each stood."""
    listed: list[Leaf] = []
    arrays: dict[str, Array] = {}
    for section, parts in found.items():
        for path, leaf in parts.items():
            if len(section) > LONGEST_NAME or not all(is_path_step(kind, name) for kind, name in path):
                continue
            number = str(len(listed))
            if isinstance(leaf, ExactArray):
                arrays[f"{number}.value"], arrays[number] = leaf.value, np.asarray(leaf.shadow, dtype=float)
                if leaf.slope is not None:
                    arrays[f"{number}.slope"] = np.ascontiguousarray(leaf.slope)
            else:
                array = _plain(leaf)
                if array.dtype.kind not in "biufc" or array.dtype.itemsize > 16:
                    continue
                arrays[number] = array
            listed.append(Leaf(section, path, number))
    return Listed(tuple(listed)), arrays
