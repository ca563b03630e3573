"""Which array of an answer is the gradient of which parameter: by name, by order, by shape."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from verify.arrays import Array
from verify.nets.net import backward
from verify.reading.program.functions import Function
from verify.reading.program.vocabulary import bare
from verify.reading.wiring.plan_records import CallMaker, GlobalsMaker, TrainingMaker
from verify.reading.wiring.points import Point
from verify.submissions.execution.answers import Leaves, Where
from verify.submissions.execution.calling import Reading
from verify.submissions.execution.shapes import fits, has_more_axes


def match_gradients(reading: Reading, found: Leaves, point: Point) -> Reading:
    """Return the reading with the place of every gradient: returned, kept, or what an update changed."""
    judged = reading.roles.backward
    if judged is not None:
        named = [(where, _name(where, judged), value) for where, value in found.items() if where[0] == "backward"]
        matched = _matched(reading, named)
        if matched and not _are_updated(reading, matched, found, point):
            return replace(reading, gradients=matched, applied=False)
    kept = [
        (where, str(where[1][-1][1]), value) for where, value in found.items() if where[0] == "container" and where[1]
    ]
    changed = _changed(reading, found, point)
    if changed:
        return replace(reading, gradients=changed, applied=True)
    parameters = {one.path for one in reading.structure.parameters}
    by_name = _by_name(reading, [one for one in kept if one[0][1] not in parameters])
    if by_name:
        return replace(reading, gradients=by_name, applied=False)
    updated = [
        (where, str(where[1][-1][1]), value) for where, value in found.items()
        if where[0] in ("update", "backward") and where[1] and np.ndim(value) > 0
    ]  # fmt: skip
    after = _after(reading, updated, point)
    return replace(reading, gradients=after, applied=True) if after else replace(reading, gradients={})


def _are_updated(reading: Reading, matched: Mapping[str, Where], found: Leaves, point: Point) -> bool:
    """Whether what was returned are the parameters themselves, after an update in their container."""
    after = _changed(reading, found, point)
    return bool(after) and all(np.array_equal(found[matched[name]], found[after[name]]) for name in matched)


def _changed(reading: Reading, found: Leaves, point: Point) -> dict[str, Where]:
    places = reading.updated
    if not all(where in found for where in places.values()):
        return {}
    moved = [
        name for name, where in places.items()
        if found[where].shape != point.params[name].shape or not np.array_equal(found[where], point.params[name])
    ]  # fmt: skip
    return places if moved else {}


def _after(reading: Reading, updated: list[tuple[Where, str, Array]], point: Point) -> dict[str, Where]:
    """Return the parameters that an update gave back instead of changing them in place."""
    places = {}
    names = [name.lower() for _, name, _ in updated]
    for one in reading.structure.parameters:
        mine = [entry for entry in updated if entry[1].lower() == one.name.lower() and entry[2].shape == one.shape]
        mine = mine or [entry for entry in updated if entry[2].shape == one.shape and one.name.lower() not in names]
        if not mine:
            return {}
        places[one.name] = mine[0][0]
    return places


def _matched(reading: Reading, named: list[tuple[Where, str, Array]]) -> dict[str, Where]:
    by_name = _by_name(reading, named)
    parameters = reading.structure.parameters
    if len(by_name) == len(parameters):
        return by_name
    left = [entry for entry in named if entry[0] not in by_name.values() and np.ndim(entry[2]) > 0]
    for one in parameters:
        if one.name in by_name:
            continue
        mine = next((entry for entry in left if entry[2].shape == one.shape), None)
        if mine is None and int(np.prod(one.shape)) > 1:
            mine = next((entry for entry in left if entry[2].size == np.prod(one.shape)), None)
        if mine is not None:
            left.remove(mine)
            by_name[one.name] = mine[0]
    single = [entry for entry in named if entry[0] not in by_name.values() and np.ndim(entry[2]) == 0]
    without = [one for one in parameters if one.name not in by_name]
    if len(single) == len(without) == 1 and np.prod(without[0].shape) == 1:  # the one bias of one output
        by_name[without[0].name] = single[0][0]
    return by_name if len(by_name) * 2 >= len(parameters) else {}


def _by_name(reading: Reading, named: list[tuple[Where, str, Array]]) -> dict[str, Where]:
    found = {}
    for one in reading.structure.parameters:
        mine = [where for where, name, _ in named if plain(bare(name)) == plain(one.name) and name]
        if mine:
            found[one.name] = mine[0]
    return found


def plain(name: str) -> str:
    """Return a name without its decoration: weights1 and W_1 are w1, biases1 is b1."""
    low = name.lower().strip("_").replace("_", "")
    return re.sub(r"^(weights?|poids|pesos?)", "w", re.sub(r"^(bias(es)?|biais|sesgos?)", "b", low))


def _name(where: Where, function: Function) -> str:
    """Return what a returned array is called, with its number in a list of them."""
    names = [str(name) for kind, name in where[1] if kind != "item"]
    numbers = [int(name) for kind, name in where[1] if kind == "item"]
    if names:
        return names[-1] + "".join(str(number + 1) for number in numbers)
    returned = function.returned
    if numbers and len(returned) > 1 and numbers[0] < len(returned) and returned[numbers[0]]:
        return str(returned[numbers[0]]) + "".join(str(number + 1) for number in numbers[1:])
    if len(returned) == 1 and returned[0] and numbers:
        return str(returned[0]) + "".join(str(number + 1) for number in numbers)
    return ""


def given_gradients(reading: Reading, found: Leaves, before: Mapping[str, Array]) -> dict[str, Array]:
    """Return the submission's gradients by the names of the parameters; what was only applied is undone by the rate."""
    given = {}
    for name, where in reading.gradients.items():
        value = found.get(where)
        if value is not None and reading.applied:
            shape = np.shape(before[name])
            value = (before[name] - value) / reading.rate if np.shape(value) == shape else value
        if value is not None:
            given[name] = value
    return given


def with_fit(reading: Reading, found: Leaves, point: Point) -> Reading:
    """Return the reading with a word on whether every gradient has the entries of its parameter.

    Where nothing in the file makes the parameter, its shape is only tried: then the gradient has to lie as it does.
    """
    given = given_gradients(reading, found, point.params)
    tried = not isinstance(reading.container.maker, CallMaker | GlobalsMaker | TrainingMaker)
    every = [(given.get(one.name, np.zeros(0)), one.shape) for one in reading.structure.parameters]
    alike = [
        fits(value, shape) and not has_more_axes(value, shape) if tried else np.size(value) == np.prod(shape)
        for value, shape in every
    ]
    single = any(where[0] == "backward" and np.size(value) == 1 for where, value in found.items())
    wide = [np.size(value) for value, shape in every if np.prod(shape) > 1]
    summed = 1 in wide or (0 in wide and single)
    return replace(reading, fits=all(alike), summed=summed)


def truth(reading: Reading, params: Mapping[str, Array], X: Array, Y: Array) -> dict[str, Array]:
    """Return the textbook gradient of the reading's objective, in the student's shapes."""
    assert reading.net is not None
    assert reading.objective is not None
    layers = reading.structure.layers(dict(params))
    trace = reading.net.forward(layers, X)
    exact = backward(reading.net, reading.objective, trace, layers, Y)
    return in_own_shapes(reading, exact.dW, exact.db)


def in_own_shapes(reading: Reading, dW: Array, db: Array) -> dict[str, Array]:
    """Return gradients by layer as gradients by the student's parameters."""
    own = reading.structure.in_own_shape
    return {one.name: own(one, dW[one.layer], db[one.layer]) for one in reading.structure.parameters}
