"""The wiring that a submission states itself: its own training, ended after one pass of its loop.

Nothing is guessed that the loop says: which function gets what, in which order gradients are unpacked, which of two
definitions is in force, and what is done with the gradients. Whether they are right plays no part.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Final

import numpy as np

from verify.arrays import Array
from verify.nets.structure import Parameter, Structure
from verify.submissions.execution.answers import Leaves, Refused, Where, unpacked
from verify.submissions.execution.calling import STILL, Ask, Reading, make
from verify.submissions.execution.gradients import plain
from verify.submissions.execution.messages import RETURNED
from verify.submissions.program.functions import Function
from verify.submissions.program.syntax import called_name
from verify.submissions.program.training import Loop
from verify.submissions.program.vocabulary import bare, is_parameter, meaning_of, roles_of, size_of
from verify.submissions.wiring.containers import name_of
from verify.submissions.wiring.finding import Candidates
from verify.submissions.wiring.losses import is_loss
from verify.submissions.wiring.plan import PENALTY, RATE, Container, defaulted, maker_arguments
from verify.submissions.wiring.plan_records import (
    Argument,
    ArrayBinding,
    Binding,
    Cut,
    FunctionBinding,
    MadeBinding,
    Path,
    ResultBinding,
    Step,
    TrainingMaker,
    ValueBinding,
)
from verify.submissions.wiring.points import Point, make_point
from verify.submissions.wiring.roles import Roles
from verify.submissions.wiring.structure import BATCH, OUTPUTS, SIZES, chain, made_up

_ALIKE: Final = 1e-9  # of the largest entry: steps in floats that are this near are one and the same
_LABELS: Final = (("one-hot", "flat"), ("one-hot", "integers"))  # of one output, of several
_EPOCHS: Final = 1000  # that training is asked for: some count in tenths of it; no more than two are run
_LOOPS: Final = 6  # loops that are tried
_STEP: Final = (Step("one pass", "update", ()),)
_AT_REST: Final = (Step(STILL, "update", ()),)
_LOSS: Final = re.compile(r"^(?!.*(grad|prev|best|old|val|test|last|min|d_?(loss|cost))).*(loss|cost)")
_STATE: Final = re.compile(
    r"v|m|s|vel|velocit(y|ies)|momentums?|mom|moments?|[vms]_?(d?[wb]\d*|t|hat|db|dw).*|adam.*|cache.*|squared.*"
)
_DATA: Final = ("X", "Y", "Yhat", "cache", "epochs", "m")


@dataclass(frozen=True)
class Trained:
    """A training step of the submission, read: how it is run, and what is known of the step besides the gradients."""

    reading: Reading
    loop: Loop
    outputs: int | None  # how many units its output layer has, where the shapes of its parameters say
    tried: bool  # nothing in the file says how many units its output layer has: the shapes of its parameters are tried
    others: bool  # more than the parameters changes in the pass: velocities, or counts of an optimiser


class Trainings:
    """The search for the training step of a submission."""

    def __init__(self, ask: Ask, candidates: Candidates) -> None:
        self.ask, self.candidates = ask, candidates
        given: dict[str, Binding] = {"X": ArrayBinding("X"), "Y": ArrayBinding("Y"), "m": ValueBinding(BATCH)}
        missing = [(name, meaning_of(name)) for name in candidates.slice.missing]
        self.settings = tuple(Argument(name, given[str(one)]) for name, one in missing if one in given)
        self.complaints: list[Refused] = []

    def find(self, fixed: Mapping[str, str], outputs: int | None) -> Trained | None:
        """Return the first training step that runs and changes parameters; best one that computes a loss."""
        best: Trained | None = None
        for loop in self.candidates.loops[:_LOOPS]:
            for found in self._of(loop, fixed, outputs):
                if found.reading.loss is not None:
                    return found
                best = best or found
        return best

    def _of(self, loop: Loop, fixed: Mapping[str, str], outputs: int | None) -> Iterator[Trained]:
        for last, depth in product((OUTPUTS, 1) if outputs is None else (outputs,), (3, 2)):
            maker = self._maker(loop, (*SIZES[:depth], last))
            if maker is None:
                return
            tried = product(self._given_shapes(maker, last), ("rows", "columns", "vector"), _LABELS[last > 1])
            for shapes, samples, labels in tried:
                if fixed.get("samples") in (None, samples) and fixed.get("labels") in (None, labels):
                    try:
                        yield self._run(loop, maker, shapes, samples, labels)
                    except Refused as refused:
                        self.complaints.append(refused)
                    else:
                        return

    def _given_shapes(self, maker: TrainingMaker, last: int) -> Iterator[Structure]:
        """Yield the shapes that parameters may have which are arguments of what trains and which nothing makes."""
        names = [name for name, one in maker.arguments if one == ArrayBinding(name) and name not in ("X", "Y")]
        paths: list[tuple[str, Path]] = [(name, (("key", name),)) for name in names]
        if not names:
            yield Structure((), (SIZES[0], last))
        elif len(names) == 1:
            for shape in ((SIZES[0], last), (last, SIZES[0]), (SIZES[0],)) if last == 1 else ((SIZES[0], last),):
                yield Structure((Parameter(*paths[0], shape, 1),), (SIZES[0], last))
        else:
            for transposed, bias in product((False, True), ("row", "flat", "column")):
                made = made_up(paths, SIZES[:2], transposed=transposed, bias=bias)
                if made is not None:
                    yield made_up(paths, (*SIZES[:2], last), transposed=transposed, bias=bias) or made

    def _maker(self, loop: Loop, sizes: tuple[int, ...]) -> TrainingMaker | None:
        """Return how the function that holds the loop is called, or None where an argument is not understood."""
        cut = Cut(loop.cell, loop.place.line, loop.names)
        holder = next(
            (one for one in self.candidates.functions if (one.name, one.owner) == (loop.function, loop.owner)), None
        )
        if holder is None:
            return TrainingMaker(cut, loop.function) if loop.code else None
        owner = None
        if loop.owner is not None:
            owner = self._made(loop.owner, sizes)
            if owner is None:
                return None
        given = self._arguments(holder, sizes)
        return None if given is None else TrainingMaker(cut, loop.function, given, owner)

    def _made(self, name: str, sizes: tuple[int, ...]) -> MadeBinding | None:
        """Return what a class, or the function that makes the parameters, makes for these sizes."""
        init = next(
            (one for one in self.candidates.functions if (one.name, one.owner) in ((name, None), ("__init__", name))),
            None,
        )
        if init is None:
            return MadeBinding(name)
        given = maker_arguments(init, sizes, BATCH)
        return None if given is None else MadeBinding(name, given)

    def _arguments(self, holder: Function, sizes: tuple[int, ...]) -> tuple[Argument, ...] | None:
        given: list[Argument] = []
        hidden = list(sizes[1:-1])
        parts = self._parts([name for name in holder.arguments if is_parameter(name)], sizes)
        for name in holder.arguments:
            binding = parts.get(name) or self._bound(name, sizes, hidden)
            if binding is None or meaning_of(name) == "flag":
                binding = self._as_called(holder, name) or binding
            kept = name in defaulted(holder) and not isinstance(binding, ArrayBinding)
            if binding is None and not kept:
                return None
            if binding is not None and not kept:
                given.append(Argument(name, binding))
        return tuple(given)

    def _as_called(self, holder: Function, name: str) -> Binding | None:
        """Return what the file itself gives an argument where it calls the function: a number, a text, a function."""
        functions = {one.name for one in self.candidates.functions if one.owner is None}
        for _, call in self.candidates.program.nodes(ast.Call):
            if called_name(call) != holder.name:
                continue
            given = dict(zip(holder.arguments, call.args, strict=False))
            given |= {one.arg: one.value for one in call.keywords if one.arg is not None}
            value = given.get(name)
            if isinstance(value, ast.Name) and value.id in functions:
                return FunctionBinding(value.id)
            if isinstance(value, ast.Constant) and isinstance(value.value, str | int | float):
                return ValueBinding(value.value)
        return None

    def _parts(self, names: Sequence[str], sizes: tuple[int, ...]) -> dict[str, Binding]:
        """Return which part of what the submission's own maker returns each parameter is, by its name or in order."""
        makers = [one.init for one in self.candidates.roles if one.init is not None and not one.init.owner]
        for maker in makers if len(names) > 1 else ():
            made, last = self._made(maker.name, sizes), maker.last_return
            count = len(last.elts) if isinstance(last, ast.Tuple) else 0
            if made is None or count != len(names):
                continue
            by_name = set(names) <= set(maker.returned)
            places = [maker.returned.index(name) if by_name else place for place, name in enumerate(names)]
            return {name: replace(made, path=(("item", place),)) for name, place in zip(names, places, strict=True)}
        return {}

    def _bound(self, name: str, sizes: tuple[int, ...], hidden: list[int]) -> Binding | None:
        meaning = meaning_of(name)
        if meaning in ("X", "Y"):
            return ArrayBinding(str(meaning))
        plain: dict[str, float] = {
            "rate": RATE,
            "penalty": PENALTY,
            "epochs": _EPOCHS,
            "m": BATCH,
            "flag": 0,
            "seed": 0,
        }
        if meaning in plain:
            return ValueBinding(plain[str(meaning)])
        if meaning == "params" or is_parameter(name):
            return (self._net(sizes) if meaning == "params" else None) or ArrayBinding(name)
        size = size_of(name)
        if size == "n_h":
            return ValueBinding(hidden.pop(0)) if hidden else None
        asked: dict[str, float | tuple[int, ...]] = {"n_x": sizes[0], "n_y": sizes[-1], "sizes": sizes}
        return ValueBinding(asked[str(size)]) if size in asked else None

    def _net(self, sizes: tuple[int, ...]) -> Binding | None:
        """Return what stands for the parameters or the net: what the submission's own maker makes."""
        makers = [one.init for one in self.candidates.roles if one.init is not None and not one.init.owner]
        owners = [one.owner for one in self.candidates.roles if one.owner]
        for name in (*(one.name for one in makers), *owners):
            found = self._made(name, sizes)
            if found is not None:
                return found
        return None

    def _run(self, loop: Loop, maker: TrainingMaker, shapes: Structure, samples: str, labels: str) -> Trained:
        """Return the step with data that lie so; the widths are those of the parameters that stand before the loop."""
        widths = (shapes.sizes[0], shapes.sizes[-1])
        base = self._before(loop, maker, shapes, samples, labels)
        made = self._at(base, maker)
        try:
            return self._pass(loop, base, made)
        except Refused as refused:
            for own in _widths(made):
                if own != widths and BATCH not in own:
                    base = self._before(loop, maker, Structure((), own), samples, labels)
                    try:
                        return self._pass(loop, base, self._at(base, maker))
                    except Refused as again:
                        self.complaints.append(again)
            raise refused from None

    def _pass(self, loop: Loop, base: Reading, made: Mapping[Path, Array]) -> Trained:
        """Return the step as one pass shows it: what changes, by which rate, and the loss on the way."""
        found = unpacked(*self.ask(base.run(_STEP, local_names=True, after=True), base.arrays(_point(base))))
        moved = _moved(made, found)
        if _reshaped(made, found):
            raise Refused("a parameter has another shape after the pass: what is taken from it was broadcast")
        moved |= _left_alone(made, moved)
        structure, others = _structure_of(moved, base.structure.sizes)
        if structure is None:
            raise Refused("no parameter changes in one pass of the loop that trains")
        if any(BATCH in own for own in _widths(moved)):
            raise Refused("the loop that trains takes samples for features, or features for samples")
        rates = tuple(path for path, value in made.items() if _is_rate(path) and np.size(value) == 1)
        reading = replace(base, structure=structure, rates=rates, forward_steps=_AT_REST if rates else _STEP)
        found = unpacked(*self.ask(reading.run(_STEP, local_names=True, after=True), reading.arrays(_point(reading))))
        tried = bool(base.structure.parameters)
        usable = bool(rates) or loop.keeps_loss
        reading = replace(reading, loss=_loss_in(found) if usable else None)
        if reading.loss is None:
            reading = self._with_own_loss(reading, found)
        return Trained(
            _with_gradients(reading, found, loop, others),
            loop,
            None if tried else _outputs(made, structure),
            tried,
            others,
        )

    def _with_own_loss(self, reading: Reading, found: Leaves) -> Reading:
        """Return the reading with a loss of the file that training does not compute, on what the pass computed."""
        names = dict.fromkeys(_root(path) for section, path in found if section == "update")
        for one in self.candidates.functions:
            usable = is_loss(one) and (bool(reading.rates) or not one.owner)
            given = _from_the_pass(one, list(names), bool(reading.rates)) if usable else None
            if given is None:
                continue
            steps = (*reading.forward_steps, Step(one.name, "loss", given, method=bool(one.owner)))
            try:
                values = unpacked(*self.ask(reading.run(steps, local_names=True), reading.arrays(_point(reading))))
            except Refused as refused:
                self.complaints.append(refused)
                continue
            place = next((where for where, value in values.items() if where[0] == "loss" and np.size(value) == 1), None)
            if place is not None and np.all(np.isfinite(values[place])):
                return replace(reading, loss=place, forward_steps=steps)
        return reading

    def _at(self, base: Reading, maker: TrainingMaker) -> dict[Path, Array]:
        return make(self.ask, maker, base.arrays(_point(base)))

    def _before(self, loop: Loop, maker: TrainingMaker, shapes: Structure, samples: str, labels: str) -> Reading:
        roles = self.candidates.roles[0] if self.candidates.roles else Roles(loop.owner, None, None, None, None, None)
        batch = 1 if samples == "vector" else BATCH
        return Reading(
            roles, shapes, Container(maker), samples, labels, batch, self.settings, _STEP, _STEP,
            applied=True, torch=self.candidates.torch,
        )  # fmt: skip


def _point(reading: Reading) -> Point:
    return make_point(reading.structure, reading.batch, seed=3)


def _last(path: Path) -> str:
    """Return the last name in a path: W1 of params["W1"], weights of self.weights[0]."""
    return next((str(name) for kind, name in reversed(path) if kind != "item"), "")


def _root(path: Path) -> str:
    return str(path[0][1]) if path else ""


def _is_rate(path: Path) -> bool:
    return meaning_of(_last(path)) == "rate"


def _is_gradient(path: Path) -> bool:
    names = [str(name) for kind, name in path if kind != "item"]
    called = any(meaning_of(name) == "grads" or name.lower() in ("g", "gs") for name in names[: max(1, len(names) - 1)])
    return called or any(bare(name) != name.lower().replace("_", "").strip() for name in names[-1:])


def _is_state(path: Path) -> bool:
    """Whether a name is that of an optimiser's state: velocities, moments, caches of squares."""
    return any(_STATE.fullmatch(str(name).lower()) for kind, name in path if kind != "item")


def _parameter_like(made: Mapping[Path, Array]) -> dict[Path, Array]:
    """Return the arrays that may be parameters, those that are named so where any is."""
    arrays = {
        path: value for path, value in made.items()
        if np.asarray(value).dtype.kind == "f" and not _is_state(path) and not _is_gradient(path)
        and meaning_of(_root(path)) not in _DATA
        and meaning_of(_last(path)) not in ("X", "Y", "Yhat", "rate", "penalty")
    }  # fmt: skip
    named = {path: value for path, value in arrays.items() if is_parameter(_last(path))}
    if named and any(np.ndim(value) > 0 for value in named.values()):
        return named
    return {path: value for path, value in arrays.items() if np.ndim(value) > 0 or _last(path).lower().startswith("b")}


def _shapes(found: Mapping[Path, Array]) -> list[tuple[str, Path, tuple[int, ...]]]:
    return [(name_of(path, None), path, np.shape(value)) for path, value in found.items()]


def _moved(made: Mapping[Path, Array], found: Leaves) -> dict[Path, Array]:
    """Return the numbers that stand before the loop and are others after the pass."""
    after = {path: value for (section, path), value in found.items() if section == "update"}
    return {
        path: value for path, value in made.items()
        if path in after and np.shape(after[path]) == np.shape(value) and np.asarray(value).dtype.kind in "fiu"
        and not np.array_equal(after[path], value, equal_nan=True)
    }  # fmt: skip


def _reshaped(made: Mapping[Path, Array], found: Leaves) -> bool:
    return any(
        np.shape(found["update", path]) != np.shape(value)
        for path, value in _parameter_like(made).items() if is_parameter(_last(path)) and ("update", path) in found
    )  # fmt: skip


def _left_alone(made: Mapping[Path, Array], moved: Mapping[Path, Array]) -> dict[Path, Array]:
    """Return the parameters that the pass leaves as they are although it changes others: their update is forgotten."""
    names = {plain(name_of(path, None)) for path in moved}
    found = {path: value for path, value in _parameter_like(made).items() if is_parameter(_last(path))}
    mine = {path for path in moved if is_parameter(_last(path))}
    return {
        path: value for path, value in found.items()
        if mine and path not in moved and plain(name_of(path, None)) not in names
    }  # fmt: skip


def _structure_of(moved: Mapping[Path, Array], sizes: tuple[int, ...]) -> tuple[Structure | None, bool]:
    """Return the parameters among what changed, and whether anything else of their shapes changed too."""
    mine = _parameter_like(moved)
    if not mine:
        return None, False
    shapes = {np.shape(value) for value in mine.values()}
    others = any(
        path not in mine and np.shape(value) in shapes and np.ndim(value) > 0 and not _is_gradient(path)
        for path, value in moved.items()
    )
    plain = all(np.ndim(value) in (1, 2) for value in mine.values())
    for lies in (None, True) if plain else ():
        found = chain(_shapes(mine), transposed=lies)
        if found is not None and len({one.name for one in found.parameters}) == len(mine):
            if (found.sizes[0], found.sizes[-1]) == (sizes[0], sizes[-1]):
                return found, others
    names: dict[str, int] = {}
    parameters = []
    for name, path, shape in _shapes(mine):
        names[name] = names.get(name, 0) + 1
        told = name if names[name] == 1 else f"{name}_{names[name]}"
        parameters.append(Parameter(told, path, shape, 1, "W" if len(shape) == 2 else "b"))
    return Structure(tuple(parameters), sizes), others


def _outputs(made: Mapping[Path, Array], structure: Structure) -> int | None:
    every = {last for _, last in _widths(made)}
    if len(structure.sizes) > 2 or len(every) == 1:
        return structure.sizes[-1] if len(structure.sizes) > 2 else every.pop()
    return None


def _widths(made: Mapping[Path, Array]) -> list[tuple[int, int]]:
    """Return the widths of input and output that parameters of these shapes may have, read either way."""
    shapes = _shapes({path: value for path, value in _parameter_like(made).items() if np.ndim(value) in (1, 2)})
    found = [chain(shapes, transposed=lies) for lies in (None, True)]
    return list(dict.fromkeys((one.sizes[0], one.sizes[-1]) for one in found if one is not None))


def _loss_in(found: Leaves) -> Where | None:
    """Return the loss that was computed in the pass: a number that is called so, or that a function called so gave."""
    candidates: list[tuple[int, int, Where]] = []
    for where, value in found.items():
        section, path = where
        if np.size(value) != 1 or np.asarray(value).dtype.kind != "f" or not path or not np.all(np.isfinite(value)):
            continue
        function, last = section.removeprefix("locals "), _last(path).lower()
        given = section.startswith("locals ") and path == (("key", RETURNED),)
        if given and "loss" in roles_of(function)[:1]:
            candidates.append((0, len(candidates), where))
        elif last in ("loss", "cost", "j", "perte", "cout"):
            candidates.append((1, len(candidates), where))
        elif _LOSS.search(last):
            candidates.append((2, len(candidates), where))
        elif last in ("error", "err", "mse", "e", "erreur") and section in ("update", f"locals {function}"):
            candidates.append((3, len(candidates), where))
    return min(candidates)[2] if candidates else None


def _from_the_pass(function: Function, names: Sequence[str], at_rest: bool) -> tuple[Argument, ...] | None:
    """Return what a loss is given of the names of a pass: the same name, or the one name that means the same."""
    given: list[Argument] = []
    for name in function.arguments:
        meaning = meaning_of(name)
        alike = [other for other in names if meaning is not None and meaning_of(other) == meaning]
        other = name if name in names else alike[0] if len(alike) == 1 else None
        if other is None or (meaning == "params" and not at_rest):
            if name in defaulted(function):
                continue
            return None
        given.append(Argument(name, ResultBinding("update", (("key", other),))))
    return tuple(given)


def _with_gradients(reading: Reading, found: Leaves, loop: Loop, others: bool) -> Reading:
    """Return the reading with the place of every gradient: what the step does to the parameters, over its rate.

    Where an optimiser or a decay stands between, and every gradient has a name in the pass, it is the named one.
    """
    places = {one.name: ("after", one.path) for one in reading.structure.parameters}
    step = replace(reading, gradients=places, applied=True, rate=RATE if reading.rates else loop.rate)
    named = _named_gradients(reading, found)
    if len(named) < len(reading.structure.parameters):
        return replace(reading, gradients={}) if others else step  # what an optimiser makes of them is not judged
    as_named = replace(reading, gradients=named, applied=False)
    rates = [] if others else _rates(reading, found, named)
    if not rates:
        return as_named
    sizes = sorted(abs(rate) for rate in rates if rate)
    same = bool(sizes) and sizes[-1] - sizes[0] <= _ALIKE * sizes[-1]
    if same and not reading.rates:
        return replace(step, rate=_as_written(sizes[0]))
    return step if same or min(rates) <= 0 < max(rates) else as_named


def _named_gradients(reading: Reading, found: Leaves) -> dict[str, Where]:
    named: dict[str, Where] = {}
    for one in reading.structure.parameters:
        for where, value in found.items():
            section, path = where
            inside = section == "update" or section.startswith("locals ")
            if inside and path and _is_gradient(path) and np.shape(value) == one.shape:
                if plain(bare(name_of(path, None))) == plain(one.name):
                    named[one.name] = where
                    break
    return named


def _rates(reading: Reading, found: Leaves, named: Mapping[str, Where]) -> list[float]:
    """Return by which multiple of its named gradient every parameter goes down, or nothing where it is no multiple."""
    point, rates = _point(reading), []
    for one in reading.structure.parameters:
        after, slope = found.get(("after", one.path)), np.asarray(found[named[one.name]], dtype=float)
        if after is None or np.shape(after) != one.shape or not np.any(slope):
            return []
        step = point.params[one.name] - after
        rate = float(np.vdot(step, slope) / np.vdot(slope, slope))
        if np.max(np.abs(step - rate * slope)) > _ALIKE * max(float(np.max(np.abs(step))), 1e-300):
            return []
        rates.append(rate)
    return rates


def _as_written(rate: float) -> float:
    """Return the short decimal that somebody wrote for this rate."""
    short = float(f"{rate:.7g}")
    return short if abs(short - rate) <= _ALIKE * rate else rate
