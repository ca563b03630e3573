"""How the function that holds a loop which trains is called: what each of its arguments is given."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import product
from typing import Final

from verify.nets.structure import Parameter, Structure
from verify.reading.program.functions import Function
from verify.reading.program.syntax import called_name
from verify.reading.program.training import Loop
from verify.reading.program.vocabulary import data_of, holds_samples, is_parameter, meaning_of, size_of
from verify.reading.wiring.batches import asked_for_batches, is_batch_size
from verify.reading.wiring.finding import Candidates
from verify.reading.wiring.plan import PENALTY, RATE, maker_arguments, meant
from verify.reading.wiring.plan_records import (
    Argument,
    ArrayBinding,
    Binding,
    Cut,
    FunctionBinding,
    MadeBinding,
    Path,
    TrainingMaker,
    ValueBinding,
)
from verify.reading.wiring.provenance import Source
from verify.reading.wiring.structure import BATCH, SIZES, made_up

_EPOCHS: Final = 1000  # that training is asked for: some count in tenths of it; no more than two are run
_OPTIONS: Final = (None, "penalty", "flag")  # meanings of arguments that choose what is computed


class Makers:
    """What the arguments of functions that train are given, by their names and by the submission's own calls."""

    def __init__(self, candidates: Candidates) -> None:
        self.candidates = candidates
        self.sources: dict[tuple[str, Argument], Source] = {}  # how it is known what each argument is given

    def of_loop(self, loop: Loop, sizes: tuple[int, ...]) -> TrainingMaker | None:
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

    def with_penalty(self, maker: TrainingMaker) -> tuple[TrainingMaker, str] | None:
        """Return how the same is called with a penalty that is 0 by default, and its name; None without one."""
        owner = maker.owner
        for one in self.candidates.functions:
            made = owner is not None and (one.name, one.owner) in ((owner.name, None), ("__init__", owner.name))
            called = (one.name, one.owner) == (maker.name, owner.name if owner is not None else None)
            given = {argument.name for argument in (owner.arguments if made and owner is not None else maker.arguments)}
            for name in _penalties(one) - given if made or called else ():
                more = (Argument(name, ValueBinding(PENALTY)),)
                if made and owner is not None:
                    return replace(maker, owner=replace(owner, arguments=(*owner.arguments, *more))), name
                return replace(maker, arguments=(*maker.arguments, *more)), name
        return None

    def in_batches(self, maker: TrainingMaker, loop: Loop, samples: int) -> TrainingMaker:
        """Return how the same function is called where its batches are to have so many samples."""
        owner = maker.owner.name if maker.owner is not None else None
        arguments = {(one.name, one.owner): one.arguments for one in self.candidates.functions}
        init = arguments.get(("__init__", owner), arguments.get((owner or "", None), ()))
        return asked_for_batches(maker, loop, samples, arguments.get((maker.name, owner), ()), init)

    def _made(self, name: str, sizes: tuple[int, ...]) -> MadeBinding | None:
        """Return what a class, or the function that makes the parameters, makes for these sizes."""
        init = next(
            (one for one in self.candidates.functions if (one.name, one.owner) in ((name, None), ("__init__", name))),
            None,
        )
        if init is None:
            return MadeBinding(name)
        given = maker_arguments(init, sizes, BATCH)
        return None if given is None else MadeBinding(name, (*given, *self._stated(init, name, given)))

    def _stated(self, init: Function, name: str, given: tuple[Argument, ...]) -> Iterator[Argument]:
        """Yield what the file itself gives arguments that have a default and mean no size: an activation, a penalty."""
        for one in sorted(set(init.defaults) - {argument.name for argument in given}):
            if meaning_of(one) in _OPTIONS:
                called = self._as_called(replace(init, name=name), one)
                if called is not None:
                    yield Argument(one, called[0])

    def _arguments(self, holder: Function, sizes: tuple[int, ...]) -> tuple[Argument, ...] | None:
        given: list[Argument] = []
        hidden = list(sizes[1:-1])
        parts: Mapping[str, tuple[Binding | None, Source]] = self._parts(
            [name for name in holder.arguments if is_parameter(name)], sizes
        )
        targets = any(data_of(name) == "Y" for name in holder.arguments)
        inputs = [name for name in holder.arguments if data_of(name) == "X" and not is_batch_size(name)]
        for name in holder.arguments:
            binding, source = parts.get(name) or (self._bound(name, sizes, hidden), Source("by name"))
            if inputs and is_batch_size(name):  # fit(X, y, batch=None)
                binding = ValueBinding(BATCH)
            if binding is None and targets and holds_samples(name):  # train(samples, answers)
                binding = ArrayBinding("X")
            if binding is None or meaning_of(name) == "flag":
                called = self._as_called(holder, name)
                binding, source = (binding, source) if called is None else called
            kept = name in holder.defaults and not (isinstance(binding, ArrayBinding) and _is_none(holder, name))
            if kept and meaning_of(name) in _OPTIONS and (called := self._as_called(holder, name)) is not None:
                (binding, source), kept = called, False
            if binding is None and not kept:
                return None
            if binding is not None and not kept:
                given.append(Argument(name, binding))
                self.sources.setdefault((holder.name, given[-1]), source)
        return tuple(given)

    @property
    def _makers(self) -> list[Function]:
        """The functions that make parameters."""
        return [one.init for one in self.candidates.roles if one.init is not None and not one.init.owner]

    def _as_called(self, holder: Function, name: str) -> tuple[Binding, Source] | None:
        """Return what the file itself gives an argument where it calls the function: a number, a text, a function."""
        functions = {one.name for one in self.candidates.functions if one.owner is None}
        for cell, call in self.candidates.program.nodes(ast.Call):
            if called_name(call) != holder.name:
                continue
            source = Source("stated", cell.place(call))
            given = dict(zip(holder.arguments, call.args, strict=False))
            given |= {one.arg: one.value for one in call.keywords if one.arg is not None}
            value = given.get(name)
            if isinstance(value, ast.Name) and value.id in functions:
                return FunctionBinding(value.id), source
            if isinstance(value, ast.Constant) and isinstance(value.value, str | int | float):
                return ValueBinding(value.value), source
        return None

    def _parts(self, names: Sequence[str], sizes: tuple[int, ...]) -> dict[str, tuple[Binding, Source]]:
        """Return which part of what the submission's own maker returns each parameter is, by its name or in order."""
        for maker in self._makers if len(names) > 1 else ():
            made, last = self._made(maker.name, sizes), maker.last_return
            count = len(last.elts) if isinstance(last, ast.Tuple) else 0
            if made is None or count != len(names):
                continue
            by_name = set(names) <= set(maker.returned)
            places = [maker.returned.index(name) if by_name else place for place, name in enumerate(names)]
            return {
                name: (replace(made, path=(("item", place),)), Source("by name" if by_name else "assumed"))
                for name, place in zip(names, places, strict=True)
            }
        return {}

    def _bound(self, name: str, sizes: tuple[int, ...], hidden: list[int]) -> Binding | None:
        meaning = meaning_of(name)
        data = data_of(name) if meaning in ("X", "Y", None) else None
        if data is not None:
            return ArrayBinding(data)
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
        return meant(size, sizes, hidden) if size in ("n_x", "n_h", "n_y", "sizes") else None

    def _net(self, sizes: tuple[int, ...]) -> Binding | None:
        """Return what stands for the parameters or the net: what the submission's own maker makes."""
        owners = [one.owner for one in self.candidates.roles if one.owner]
        for name in (*(one.name for one in self._makers), *owners):
            found = self._made(name, sizes)
            if found is not None:
                return found
        return None


def _is_none(function: Function, name: str) -> bool:
    """Whether an argument is None where nothing is given: a number of its own is no data, whatever it is called."""
    value = function.defaults.get(name)
    return isinstance(value, ast.Constant) and value.value is None


def _penalties(function: Function) -> set[str]:
    """Return the arguments that are the weight of a penalty, and 0 where nothing is given."""
    return {
        name for name, value in function.defaults.items()
        if meaning_of(name) == "penalty" and isinstance(value, ast.Constant) and type(value.value) in (int, float)
        and value.value == 0
    }  # fmt: skip


def given_shapes(maker: TrainingMaker, last: int) -> Iterator[Structure]:
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
            made = made_up(paths, (*SIZES, last), transposed=transposed, bias=bias)
            if made is not None:
                yield made
