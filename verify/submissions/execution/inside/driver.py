"""What a worker does in the cage: loads a submission, calls its functions on arrays, answers with arrays.

Nothing is decided here. The judge sends a plan (which function gets what) and a point; every array that
comes out is sent back under the path where it stood.
"""

from __future__ import annotations

import gc
import importlib
import sys
import types
import warnings
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np

from verify.arrays import Array
from verify.exact.numbers import ExactArray
from verify.exact.numpy_proxy import proxy
from verify.exact.numpy_proxy import stand_ins as in_numpy
from verify.exact.stand_in import StandIn
from verify.exact.world import PairWorld
from verify.reading.wiring.plan_records import PROGRAM, GlobalsMaker, Maker, Plan, TrainingMaker
from verify.submissions.execution.coding import LONGEST_NAME, decoded, encoded_answer, is_path_step
from verify.submissions.execution.inside import stand_ins
from verify.submissions.execution.inside.calls import Arrays, Call, Values, made
from verify.submissions.execution.inside.containers import Container
from verify.submissions.execution.inside.cutting import Watch
from verify.submissions.execution.inside.loading import FILE, load, place_of, said_inside
from verify.submissions.execution.inside.operands import operation_of
from verify.submissions.execution.inside.paths import Found, Value, at, each_once, is_tensor, leaves
from verify.submissions.execution.inside.seeding import Generators, seed_of, stand_in
from verify.submissions.execution.messages import (
    KIND,
    MET,
    RETURNED,
    Answer,
    BallLosses,
    Computed,
    Digits,
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

if TYPE_CHECKING:
    from verify.balls.world import BallWorld


def prepare() -> None:
    """Load what the workers need that are forked after the first: the balls, a quarter of a cage's start."""
    for module in ("packing", "quotient", "stand_ins", "world"):
        importlib.import_module(f"verify.balls.{module}")
    gc.freeze()


class Driver:
    """One submission in one worker."""

    def __init__(self) -> None:
        self.space: dict[str, Value] = {}
        self.watch = Watch()
        self.generators = Generators(())
        stand_in()
        warnings.simplefilter("ignore")
        np.seterr(all="ignore")

    def handle(self, header: Mapping[str, object], arrays: Arrays) -> tuple[dict[str, object], dict[str, Array]]:
        """Return the answer to one request of the judge; an error of the student's code is an answer too.

        So is a request that is not formed as agreed: its error begins with Malformed.
        """
        try:
            answer, found = self.answer(decoded(header), arrays)
        except BaseException as error:
            return encoded_answer(Stopped(said_inside(error), place_of(error), operation_of(error))), {}
        return encoded_answer(answer), found

    def answer(self, request: Request, arrays: Arrays) -> tuple[Answer, dict[str, Array]]:
        """Return the answer to a request, and the arrays that belong to it."""
        if not isinstance(request, Load):
            self._prepare_program(request.maker if isinstance(request, Make) else request.plan.maker, arrays)
        match request:
            case Load():
                return self.load(request), {}
            case Make():
                return self.make(request, arrays)
            case Run():
                return self.run(request, arrays)
            case Losses():
                return Computed(), {"losses": self.losses(request, arrays)}
            case BallLosses():
                return Computed(), self.ball_losses(request, arrays)

    def load(self, request: Load) -> Loaded:
        """Run the statements of the slice; answer what failed."""
        self.generators.start(0)
        self.space, failed, stood_in = load(request.statements, request.cuts, self.watch)
        self.generators = Generators(self._spaces())
        return Loaded(tuple(failed), tuple(stood_in))

    def make(self, request: Make, arrays: Arrays) -> tuple[Listed, dict[str, Array]]:
        """Build the container of the parameters as the student's code does; answer the arrays in it."""
        call = self._calls(Plan(request.maker, settings=request.settings), arrays)(Values(arrays, None, False))
        maker = request.maker
        found = call.trained(maker, 0) if isinstance(maker, TrainingMaker) else call.container
        if isinstance(request.maker, GlobalsMaker):
            found = {name: value for name, value in found.items() if not name.startswith("__")}
        return _packed({"made": each_once(found)})

    def run(self, request: Run, arrays: Arrays) -> tuple[Listed, dict[str, Array]]:
        """Call the functions of the plan one after the other; answer every array that came out."""
        plan = request.plan
        world = _world(request)
        called = Counter[str]()
        with self._standing_in(world), _watched(request.locals, called if request.calls else None) as seen:
            call = self._calls(plan, arrays, world)(Values(arrays, world, plan.torch))
            call.all_steps()
        found = {name: leaves(value) for name, value in call.results.items()}
        found |= {
            f"{KIND}{role}": _kind(call.results[role]) for role, parts in found.items() if not _can_be_sent(parts)
        }
        if request.after:
            found["after"] = {path: at(call.container, path) for path, _ in plan.params}
        if request.locals or request.container:
            whole = isinstance(plan.maker, GlobalsMaker | TrainingMaker)  # what they hold are names, listed elsewhere
            found["container"] = leaves({} if whole else call.container)
        for function, names in seen.items():
            found[f"locals {function}"] = leaves(names)
        found |= {f"calls {function}": {(): times} for function, times in called.items()}
        listed, packed = _packed(_only(found, request.only) if request.only else found)
        return listed, packed | _met(world)

    def ball_losses(self, request: BallLosses, arrays: Arrays) -> dict[str, Array]:
        """Return the loss in balls at many points, each of which moves one parameter, and what was met on the way."""
        from verify.balls.packing import packed
        from verify.balls.quotient import moved

        section, plan, world = request.section, request.plan, _ball_world(request.digits)
        out = []
        calls = self._calls(plan, arrays, world)
        for parameter, entry, delta in zip(*(arrays[key].tolist() for key in ("which", "entry", "delta")), strict=True):
            name = plan.params[parameter].name
            values = Values(arrays, world, plan.torch)
            where = arrays[f"along.{name}"] if entry < 0 else entry
            values.changed[name] = moved({name: values[name]}, name, where, delta)[name]
            with self._standing_in(world), _watched(section.startswith("locals ")) as seen:
                call = calls(values)
                call.all_steps()
            inside = seen.get(section.removeprefix("locals "), call.container)
            loss = at(call.results.get(section, inside), request.path)
            out.append(packed(world.exact(loss).reshape(())))
        return {"losses": np.array(out), **_met(world)}

    def losses(self, request: Losses, arrays: Arrays) -> Array:
        """Return the loss at many points, each of which moves one entry of one parameter."""
        section, plan = request.section, request.plan
        which, entry, delta = arrays["which"].tolist(), arrays["entry"].tolist(), arrays["delta"].tolist()
        out = np.zeros(len(which), dtype=arrays["delta"].dtype)
        calls = self._calls(plan, arrays)
        for number, (parameter, index, moved) in enumerate(zip(which, entry, delta, strict=True)):
            name = plan.params[parameter].name
            values = Values(arrays, None, plan.torch)
            base = np.array(values[name], dtype=np.result_type(arrays[name], out.dtype))
            base.reshape(-1)[index] += moved
            values.changed[name] = base
            with _watched(section.startswith("locals ")) as seen:
                call = calls(values)
                call.all_steps()
            inside = seen.get(section.removeprefix("locals "), call.container)
            out[number] = _plain(at(call.results.get(section, inside), request.path)).reshape(())
        return out

    def _calls(
        self, plan: Plan, arrays: Arrays, world: PairWorld | BallWorld | None = None
    ) -> Callable[[Values], Call]:
        """Return what begins a pass through the plan: random numbers start anew, the container is as just made."""
        seed = seed_of(arrays)
        stand_ins.samples_of(arrays)
        self.generators.start(seed)
        given = Values(arrays, world, plan.torch)
        container = Container(plan, lambda: made(self.space, plan.maker, given), self.space)

        def begun(values: Values) -> Call:
            self.generators.start(seed)
            call = Call(self.space, self.watch, plan, values, container)
            self.generators.start(seed)
            return call

        return begun

    def _prepare_program(self, maker: Maker, arrays: Arrays) -> None:
        """Find which statements of a main program are left out, where one is run; in floats, before it is asked."""
        if not isinstance(maker, TrainingMaker) or not maker.name.startswith(PROGRAM):
            self.watch.program.running = False
            return
        calls = self._calls(Plan(maker), arrays)
        kinds = tuple((name, arrays[name].shape, arrays[name].dtype.kind) for name in ("X", "Y") if name in arrays)
        key = (maker.cut.cell, maker.cut.line, kinds)
        self.watch.program.learn(key, lambda: calls(Values(arrays, None, False)).trained(maker, 0))

    def _spaces(self) -> list[dict[str, Value]]:
        """Return the names of the submission, and those of each module beside it."""
        return [self.space] + [
            vars(module) for name, module in list(sys.modules.items())
            if isinstance(module, types.ModuleType) and vars(module).get("input", self) is self.space.get("input")
        ]  # fmt: skip

    @contextmanager
    def _standing_in(self, world: PairWorld | BallWorld | None) -> Iterator[None]:
        """Let NumPy's functions, for balls also float and math, give our numbers while the student's code runs."""
        if world is None:
            yield
            return
        in_balls = not isinstance(world, PairWorld)
        kept = []
        for space in self._spaces():
            for name, ours in _stand_ins(space, proxy(world), in_balls).items():
                kept.append((space, name, space.get(name, _standing_in_for_nothing)))
                space[name] = ours
        try:
            yield
        finally:
            for space, name, value in kept:
                space[name] = value
                if value is _standing_in_for_nothing:
                    del space[name]


_standing_in_for_nothing = object()


def _stand_ins(space: Mapping[str, Value], numpy: Value, in_balls: bool) -> dict[str, Value]:
    """Return what stands in for names of a namespace: for NumPy's, and for balls also for float and math."""
    if not in_balls:
        return in_numpy(space, numpy)
    from verify.balls.stand_ins import others

    return in_numpy(space, numpy) | others(space)


def _world(request: Run) -> PairWorld | BallWorld | None:
    if request.digits is not None:
        return _ball_world(request.digits)
    return None if request.key is None else PairWorld(request.key)


def _ball_world(digits: Digits) -> BallWorld:
    from verify.balls.world import BallWorld

    return BallWorld(guards=digits.guards, jitter=digits.jitter)


def _met(world: PairWorld | BallWorld | None) -> dict[str, Array]:
    if world is None or isinstance(world, PairWorld):
        return {}
    return {"met": np.array([word in world.met for word in MET])}


def _only(
    found: Mapping[str, Mapping[Found, Value]], wanted: Sequence[tuple[str, Found]]
) -> dict[str, dict[Found, Value]]:
    """Return these leaves alone, as far as they are there: to write a ball as floats takes long."""
    kept: dict[str, dict[Found, Value]] = {}
    for section, path in wanted:
        if path in found.get(section, {}):
            kept.setdefault(section, {})[path] = found[section][path]
    return kept


def _can_be_sent(parts: Mapping[Found, Value]) -> bool:
    return any(all(is_path_step(kind, name) for kind, name in path) for path in parts)


def _kind(value: Value) -> dict[Found, Value]:
    """Return the type of a result in which there is no array, as the name of a leaf."""
    return {(("key", type(value).__name__[:LONGEST_NAME]),): 0.0}


@contextmanager
def _watched(wanted: bool, called: Counter[str] | None = None) -> Iterator[dict[str, dict[str, Value]]]:
    """Give the last local names of every function of the submission that returns meanwhile, and count the calls."""
    seen: dict[str, dict[str, Value]] = {}

    def watch(frame: types.FrameType, event: str, argument: object) -> None:
        if called is not None and event == "call" and frame.f_code.co_filename.startswith(FILE):
            called[frame.f_code.co_qualname] += 1
        if event == "return" and frame.f_code.co_filename.startswith(FILE):
            seen[frame.f_code.co_name] = {**frame.f_locals, RETURNED: argument}

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
            elif isinstance(leaf, StandIn):
                from verify.balls.packing import packed_or_none

                balls = packed_or_none(leaf)
                if balls is None:
                    continue
                arrays[f"{number}.ball"], arrays[number] = balls, balls[..., 0]
            else:
                array = _plain(leaf)
                if array.dtype.kind not in "biufc" or array.dtype.itemsize > 16:
                    continue
                arrays[number] = array
            listed.append(Leaf(section, path, number))
    return Listed(tuple(listed)), arrays
