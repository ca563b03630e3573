"""A training step in which no loss is computed: the net that its pass shows, and data of ours in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Final

import numpy as np

from verify.arrays import Array
from verify.nets.net import OVER_SAMPLES
from verify.nets.structure import Structure
from verify.reading.program.vocabulary import data_of
from verify.reading.wiring.plan_records import Path, Slot
from verify.reading.wiring.points import Point
from verify.submissions.execution.answers import Leaves, Where
from verify.submissions.execution.calling import Reading
from verify.submissions.trials.recognition import canonical_output, recognise_net

_SAME: Final = 1e-9
_MOST: Final = 200  # samples of its own that are replaced by ours


def with_net(reading: Reading, found: Leaves) -> Reading:
    """Return the reading with the net whose output stands among what the pass computed, where one of a known kind does.

    That its numbers are those of our own inputs shows that these were used.
    """
    structure, point = reading.structure, reading.point
    weights = [one.layer for one in structure.parameters if one.kind != "b"]
    if sorted(weights) != list(range(1, len(structure.sizes))) or not _lie_right(structure):
        return reading
    layers = structure.layers(point.params)
    known = recognise_net(layers, point.X, found)
    if known is None or known[0].output in OVER_SAMPLES:
        return reading
    net, where = known
    if net.output == "softmax" and structure.sizes[-1] == 1:
        return reading
    if net.output == "identity":  # what was seen may be the z that the output is made of
        z = net.forward(layers, point.X).Yhat
        for output in ("sigmoid", "tanh", "relu", *(("softmax",) if structure.sizes[-1] > 1 else ())):
            other = replace(net, output=output)
            made = other.forward(layers, point.X).Yhat
            place = None if np.allclose(made, z) else _place_of(made, found)  # relu of what is positive is no relu
            if place is not None:
                net, where = other, place
                break
    return replace(reading, net=net, yhat=where)


def is_net_at(reading: Reading, found: Leaves, point: Point) -> bool:
    """Whether the net of a reading is also that of another point: with one sample alone two may look alike at one."""
    if reading.net is None or reading.yhat is None or reading.yhat not in found:
        return False
    expected = reading.net.forward(reading.structure.layers(point.params), point.X).Yhat
    seen = canonical_output(np.asarray(found[reading.yhat]), *expected.shape)
    return seen is not None and np.allclose(seen, expected, rtol=_SAME, atol=_SAME)


def _lie_right(structure: Structure) -> bool:
    """Whether every weight matrix leads from a layer to the next, and every bias has an entry for each unit."""
    for one in structure.parameters:
        n_in, n_out = structure.sizes[one.layer - 1 : one.layer + 1]
        wanted = (n_in + (one.kind == "Wb"), n_out)
        if one.kind == "b" and int(np.prod(one.shape)) != n_out:
            return False
        if one.kind != "b" and one.shape != (wanted[::-1] if one.transposed else wanted):
            return False
    return True


def _place_of(Yhat: Array, found: Leaves) -> Where | None:
    m, K = Yhat.shape
    for where, value in found.items():
        if 0 < np.ndim(value) <= 2 and np.asarray(value).dtype.kind == "f":
            turned = canonical_output(np.asarray(value), m, K)
            if turned is not None and np.allclose(turned, Yhat, rtol=_SAME, atol=_SAME):
                return where
    return None


def own_data(made: Mapping[Path, Array], sizes: tuple[int, ...]) -> Iterator[tuple[tuple[Slot, ...], str, str, int]]:
    """Yield where inputs and targets of one kind stand before the loop, how both lie, and the number of samples."""
    n_x, K = sizes[0], sizes[-1]
    named = {path: (data_of(str(path[-1][1])), np.shape(value)) for path, value in made.items() if path}
    for m in sorted({shape[0] for _, shape in named.values() if shape} | {s[-1] for _, s in named.values() if s}):
        for samples, X in (("rows", (m, n_x)), ("columns", (n_x, m))):
            for labels, Y in _targets(samples, m, K):
                slots = [Slot(path, "X") for path, (what, shape) in named.items() if what == "X" and shape == X]
                targets = [Slot(path, "Y") for path, (what, shape) in named.items() if what == "Y" and shape == Y]
                if slots and targets and 1 < m <= _MOST:
                    yield (*slots, *targets), samples, labels, m


def _targets(samples: str, m: int, K: int) -> list[tuple[str, tuple[int, ...]]]:
    flat = [("flat", (m,))] if K == 1 else [("integers", (m,))]
    return [("one-hot", (m, K) if samples == "rows" else (K, m)), *flat]
