"""What a worker does in the cage: loads a submission, calls its functions on arrays, answers with arrays.

Nothing is decided here. The judge sends a plan (which function gets what) and a point; every array that
comes out is sent back under the path where it stood.
"""

from __future__ import annotations

import copy
import sys
import types
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np

from verify.exact.numbers import ExactArray
from verify.exact.numpy_proxy import proxy
from verify.exact.world import PairWorld
from verify.submissions.execution.inside.loading import FILE, inventory, load, place_of, said
from verify.submissions.execution.inside.paths import Path, at, is_tensor, leaves, replaced

Answer = tuple[dict[str, Any], dict[str, Any]]


class Driver:
    """One submission in one worker."""

    def __init__(self) -> None:
        self.space: dict[str, Any] = {}
        warnings.simplefilter("ignore")
        np.seterr(all="ignore")

    def handle(self, header: dict[str, Any], arrays: Mapping[str, Any]) -> Answer:
        """Return the answer to one request of the judge; an error of the student's code is an answer too."""
        work: dict[str, Callable[[dict[str, Any], Mapping[str, Any]], Answer]] = {
            "load": self.load, "make": self.make, "run": self.run, "losses": self.losses,
        }  # fmt: skip
        try:
            return work[header["do"]](header, arrays)
        except BaseException as error:
            return {"error": said(error), "place": place_of(error)}, {}

    def load(self, header: dict[str, Any], arrays: Mapping[str, Any]) -> Answer:
        """Run the statements of the slice; answer what failed and which functions and classes there are."""
        self.space, failed = load(header["statements"])
        return {"failed": failed, **inventory(self.space)}, {}

    def make(self, header: dict[str, Any], arrays: Mapping[str, Any]) -> Answer:
        """Build the container of the parameters as the student's code does; answer the arrays in it."""
        call = _Call(self.space, header, _Values(arrays, None, False), None)
        made = call.container
        if header["maker"]["kind"] == "globals":
            made = {name: value for name, value in made.items() if not name.startswith("__")}
        return _packed({"made": leaves(made)})

    def run(self, header: dict[str, Any], arrays: Mapping[str, Any]) -> Answer:
        """Call the functions of the plan one after the other; answer every array that came out."""
        world = PairWorld(int(header["key"])) if "key" in header else None
        values = _Values(arrays, world, bool(header.get("torch")))
        with self._exact(world), _watched(bool(header.get("locals"))) as seen:
            call = _Call(self.space, header, values, world)
            call.all_steps()
        found = {name: leaves(value) for name, value in call.results.items()}
        if header.get("after"):
            found["after"] = {tuple(path): at(call.container, tuple(path)) for path, _ in call.params}
        if header.get("locals") or header.get("container"):
            found["container"] = leaves(call.container if header["maker"]["kind"] != "globals" else {})
        for function, names in seen.items():
            found[f"locals {function}"] = leaves(names)
        return _packed(found)

    def losses(self, header: dict[str, Any], arrays: Mapping[str, Any]) -> Answer:
        """Answer the loss at many points, each of which moves one entry of one parameter."""
        step, path = header["loss"]["step"], _path(header["loss"]["path"])
        which, entry, delta = arrays["which"].tolist(), arrays["entry"].tolist(), arrays["delta"].tolist()
        out = np.zeros(len(which), dtype=arrays["delta"].dtype)
        for number, (parameter, index, moved) in enumerate(zip(which, entry, delta, strict=True)):
            name = header["params"][parameter][1]
            values = _Values(arrays, None, bool(header.get("torch")))
            base = np.array(values[name], dtype=np.result_type(arrays[name], out.dtype))
            base.reshape(-1)[index] += moved
            values.changed[name] = base
            with _watched(step.startswith("locals ")) as seen:
                call = _Call(self.space, header, values, None)
                call.all_steps()
            inside = seen.get(step.removeprefix("locals "), call.container)
            out[number] = _plain(at(call.results.get(step, inside), path)).reshape(())
        return {}, {"losses": out}

    @contextmanager
    def _exact(self, world: Any) -> Iterator[None]:
        """Let creation functions of NumPy give exact numbers while the student's code runs on them."""
        if world is None:
            yield
            return
        stand_in = proxy(world)
        spaces = [self.space] + [
            vars(module) for name, module in list(sys.modules.items())
            if isinstance(module, types.ModuleType) and getattr(module, "input", None) is self.space.get("input")
        ]  # fmt: skip
        kept = []
        for space in spaces:
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

    def __init__(self, arrays: Mapping[str, Any], world: Any, torch: bool) -> None:
        self.arrays, self.world, self.torch = arrays, world, torch
        self.changed: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
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

    def __init__(self, space: dict[str, Any], plan: Mapping[str, Any], values: Any, world: Any) -> None:
        self.space, self.plan, self.values = space, plan, values
        self.params = [(_path(path), name) for path, name in plan.get("params", ())]
        self.results: dict[str, Any] = {}
        self.container = self._made(plan["maker"])
        for path, name in self.params:
            self.container = replaced(self.container, path, values[name])
        for name, binding in plan.get("set", ()):
            self.space[name] = self._bound(binding)

    def all_steps(self) -> None:
        """Call every step of the plan in order."""
        for step in self.plan["steps"]:
            self.results[step["as"]] = self._called(step)

    def _made(self, maker: Mapping[str, Any]) -> Any:
        kind = maker["kind"]
        if kind == "globals":
            return self.space
        if kind == "call":
            return copy.copy(self._called(maker))
        if kind == "lists":
            return {name: [None] * int(maker["length"]) for name in maker["names"]}
        if kind == "object":
            return types.SimpleNamespace()
        return {} if kind == "dict" else [None] * int(maker["length"])

    def _called(self, step: Mapping[str, Any]) -> Any:
        function = getattr(self.container, step["method"]) if "method" in step else self.space[step["call"]]
        positional, named = [], {}
        for name, binding in step["arguments"]:
            value = self._bound(binding)
            if name is None:
                positional.append(value)
            else:
                named[name] = value
        return function(*positional, **named)

    def _bound(self, binding: Mapping[str, Any]) -> Any:
        kind = binding["is"]
        if kind == "params":
            return tuple(self.container) if binding.get("tuple") else self.container
        if kind == "param":
            return at(self.container, _path(binding["path"]))
        if kind == "array":
            return self.values[binding["name"]]
        if kind == "result":
            return at(self.results[binding["step"]], _path(binding["path"]))
        if kind == "function":
            return self.space[binding["name"]]
        return copy.deepcopy(binding["value"])


@contextmanager
def _watched(wanted: bool) -> Iterator[dict[str, dict[str, Any]]]:
    """Give the last local names of every function of the submission that returns meanwhile."""
    seen: dict[str, dict[str, Any]] = {}

    def watch(frame: Any, event: str, argument: Any) -> None:
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


def _path(path: Any) -> Path:
    return tuple((str(kind), name) for kind, name in path)


def _plain(value: Any) -> Any:
    if is_tensor(value):
        value = value.detach().numpy()
    return np.asarray(value)


def _packed(found: Mapping[str, Mapping[Path, Any]]) -> Answer:
    """Return the leaves of every section as numbered arrays, and where each stood."""
    index: list[list[Any]] = []
    arrays: dict[str, Any] = {}
    for section, parts in found.items():
        for path, leaf in parts.items():
            if not all(isinstance(name, str | int) for _, name in path):
                continue
            number = str(len(index))
            if isinstance(leaf, ExactArray):
                arrays[f"{number}.value"], arrays[number] = leaf.value, np.asarray(leaf.shadow, dtype=float)
                if leaf.slope is not None:
                    arrays[f"{number}.slope"] = np.ascontiguousarray(leaf.slope)
            else:
                array = _plain(leaf)
                if array.dtype.kind not in "biufc" or array.dtype.itemsize > 16:
                    continue
                arrays[number] = array
            index.append([section, [list(step) for step in path], number])
    return {"leaves": index}, arrays
