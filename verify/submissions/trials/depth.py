"""Code for nets of any depth is read at more than one: what is right with two layers may be wrong with three."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Final, NamedTuple

import numpy as np

from verify.nets.structure import Structure
from verify.reading.parsing.trees import nodes_of
from verify.reading.program.functions import Function
from verify.reading.program.vocabulary import roles_of, size_of
from verify.reading.wiring.plan import Container, maker_arguments, maker_of
from verify.reading.wiring.plan_records import CallMaker, DictMaker, ListsMaker, Path, ValueBinding
from verify.reading.wiring.structure import BATCH, SIZES, chain, made_up
from verify.submissions.execution.answers import Refused
from verify.submissions.execution.calling import Reading, make
from verify.submissions.trials.containers import name_of
from verify.submissions.trials.search import Trials

DEPTHS: Final = (2, 3, 4)


class Stopped(NamedTuple):
    """A depth at which the loss can be had, and the backward pass stops or gives arrays of other shapes."""

    layers: int
    refused: Refused
    what: str = "its backward pass stops"


def other_depths(trials: Trials, reading: Reading) -> Iterator[Reading | Stopped]:
    """Yield the reading with nets of other depths, as far as the code makes and runs them, or where it stops."""
    own, last = len(reading.structure.sizes) - 1, reading.structure.sizes[-1]
    for depth in DEPTHS:
        if depth != own:
            distinct, equal = (*SIZES[:depth], last), (SIZES[0], *[SIZES[1]] * (depth - 1), last)
            found = _read_at(trials, reading, distinct)
            if isinstance(found, Stopped) and depth > 2:  # where widths are confused, equal ones may hide the stop
                again = _read_at(trials, reading, equal)
                if isinstance(again, Reading):
                    yield again
            if found is not None:
                yield found


def _read_at(trials: Trials, reading: Reading, sizes: tuple[int, ...]) -> Reading | Stopped | None:
    """Return the reading with a net of these sizes; where its backward pass stops; None where the code makes none."""
    for structure, container in _of_depth(trials, reading, sizes):
        deeper = replace(reading, structure=structure, container=container)
        try:
            found = trials.again(deeper)
        except Refused as refused:
            if trials.has_loss(deeper):
                return Stopped(len(sizes) - 1, refused)
            continue
        if len(found.gradients) == len(structure.parameters):
            if not found.fits and trials.has_loss(deeper):
                misfits = Refused("one of them has another shape than its parameter")
                return Stopped(len(sizes) - 1, misfits, "its gradients do not fit")
            if found.fits:
                return found
    return None


def _of_depth(trials: Trials, reading: Reading, sizes: tuple[int, ...]) -> Iterator[tuple[Structure, Container]]:
    maker = reading.container.maker
    if isinstance(maker, CallMaker):
        for init in _makers(trials, reading):
            given = maker_arguments(init, sizes, BATCH)
            if given is None or ValueBinding(sizes) not in [one.binding for one in given]:
                continue
            container = replace(reading.container, maker=maker_of(replace(reading.roles, init=init), given))
            try:
                made = make(trials.ask, container.maker, {"X": np.ones((BATCH, sizes[0]))})
            except Refused:
                continue
            structure = chain([(name_of(path, init), path, np.shape(value)) for path, value in made.items()])
            if structure is not None and structure.sizes == sizes:
                yield structure, container
    elif isinstance(maker, DictMaker | ListsMaker) and _counts_layers(reading):
        yield from _named(reading, sizes)


def _makers(trials: Trials, reading: Reading) -> list[Function]:
    """Return the functions that may make a net of any depth: the one that was read, and others that take all widths."""
    own = [reading.roles.init] if reading.roles.init is not None else []
    others = [
        one for one in trials.candidates.functions
        if one.owner is None and reading.roles.owner is None and one not in own and "init" in roles_of(one.name)
        and any(size_of(name) == "sizes" for name in one.arguments)
    ]  # fmt: skip
    return own + others


def _counts_layers(reading: Reading) -> bool:
    """Whether the code counts its layers: it makes keys like "W" + str(l), or runs over lists of weights."""
    if isinstance(reading.container.maker, ListsMaker):
        return True
    functions = [
        one for one in (reading.roles.forward, reading.roles.backward, reading.roles.update) if one is not None
    ]
    texts = {node.value for one in functions for node in nodes_of(one.tree) if isinstance(node, ast.Constant)}
    return "W" in texts


def _named(reading: Reading, sizes: tuple[int, ...]) -> Iterator[tuple[Structure, Container]]:
    """Yield the parameters of so many layers, which lie as those of the reading do."""
    first = reading.structure.parameters
    weights = next(one for one in first if one.kind != "b")
    bias = next((one for one in first if one.kind == "b" and one.layer == weights.layer), None)
    lies = "row" if bias is None or bias.shape[:1] == (1,) else "flat" if len(bias.shape) == 1 else "column"
    container = reading.container
    names: list[tuple[str, Path]] = []
    for layer in range(1, len(sizes)):
        for one in (weights, bias) if bias is not None else (weights,):
            name = re.sub(r"1$", str(layer), one.name)
            path: Path = (("key", name),) if len(one.path) == 1 else (one.path[0], ("item", layer - 1))
            names.append((name, path))
    structure = made_up(names, sizes, transposed=weights.transposed, bias=lies)
    if isinstance(container.maker, ListsMaker):
        container = replace(container, maker=replace(container.maker, length=len(sizes) - 1))
    if structure is not None and structure.sizes == sizes:
        yield structure, container
