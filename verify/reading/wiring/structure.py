"""The parameters of a submission: where each array stands in its container, which layer it belongs to, how it lies."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from verify.nets.structure import Parameter, Structure
from verify.reading.program.vocabulary import bare, is_parameter
from verify.reading.wiring.plan_records import Path

DEEPEST: Final = 24  # layers of a net that is judged
# Sizes of the small net, all different from each other, from the batch, and from each other plus one.
SIZES: Final = (4, 7, 9, 13, *range(16, 16 + 3 * (DEEPEST - 4), 3))
OUTPUTS: Final = 3
MOST_OUTPUTS: Final = 10_000  # units of an output layer: a larger number in a file is not its width
BATCH: Final = 11
_Found = tuple[str, Path, tuple[int, ...]]  # an array: its name, where it stands, its shape


def chain(found: Sequence[_Found], *, transposed: bool | None = None) -> Structure | None:
    """Return the layers that arrays of these names and shapes make up, or None where they make none.

    Weights follow each other by their numbers or in the order given; every bias goes to the layer whose
    width it has. `transposed` decides where a single layer could be read both ways.
    """
    named = [one for one in found if is_parameter(one[0]) and bare(one[0]) == one[0].lower().replace("_", "").strip()]
    arrays = [one for one in (named or found) if len(one[2]) in (0, 1, 2)]
    weights = [one for one in arrays if len(one[2]) == 2 and not _is_bias(one[0], one[2])]
    biases = [one for one in arrays if one not in weights]
    weights.sort(key=lambda one: _number(one[0]))
    biases.sort(key=lambda one: _number(one[0]))
    if not 0 < len(weights) <= DEEPEST:
        return None
    for lies in (False, True) if transposed is None else (transposed,):
        for extra in (0, 1):
            if extra and biases:
                continue
            structure = _joined(weights, biases, transposed=lies, extra=extra)
            if structure:
                return structure
    return None


def _joined(weights: Sequence[_Found], biases: Sequence[_Found], *, transposed: bool, extra: int) -> Structure | None:
    shapes = [shape[::-1] if transposed else shape for _, _, shape in weights]
    if any(left[1] + extra != right[0] for left, right in itertools.pairwise(shapes)):
        return None
    parameters = []
    left = list(biases)
    for number, ((name, path, shape), (_, n_out)) in enumerate(zip(weights, shapes, strict=True), 1):
        kind = "Wb" if extra else "W"
        parameters.append(Parameter(name, path, shape, number, kind, transposed))
        mine = next((one for one in left if int(np.prod(one[2])) == n_out), None)
        if mine:
            left.remove(mine)
            parameters.append(Parameter(mine[0], mine[1], mine[2], number, "b"))
    if left:
        return None
    sizes = (shapes[0][0] - extra, *(shape[1] for shape in shapes))
    return Structure(tuple(parameters), sizes)


def _is_bias(name: str, shape: tuple[int, ...]) -> bool:
    low = name.lower().strip("_")
    if re.match(r"(b(ias|iais)?(es)?|sesgo)[\d_]*|b[ohxy]", low):
        return True
    return 1 in shape and not low.startswith(("w", "theta", "syn", "v", "u", "p", "layer", "camada", "couche"))


def _number(name: str) -> int:
    digits = re.findall(r"\d+", name)
    last = re.search(r"(o|out|output|hy|y)$", name.lower().strip("_"))
    return int(digits[-1]) if digits else 99 if last else 0


def made_up(
    names: Iterable[tuple[str, Path]], depth_sizes: Sequence[int], *, transposed: bool, bias: str
) -> Structure | None:
    """Return a structure for parameters that are known by name only; `bias` is row, flat, column, or inside W."""
    every = list(names)
    weights = [one for one in every if not _is_bias(one[0], (2, 2))]
    biases = [one for one in every if one not in weights]
    weights.sort(key=lambda one: _number(one[0]))
    biases.sort(key=lambda one: _number(one[0]))
    if not 0 < len(weights) <= DEEPEST or len(biases) not in (0, len(weights)):
        return None
    sizes = (*depth_sizes[: len(weights)], depth_sizes[-1])
    parameters = []
    for number, (name, path) in enumerate(weights, 1):
        inside = bias == "inside" and not biases
        shape = (sizes[number - 1] + inside, sizes[number])
        kind = "Wb" if inside else "W"
        parameters.append(Parameter(name, path, shape[::-1] if transposed else shape, number, kind, transposed))
        if biases:
            n = sizes[number]
            where = {"row": (1, n), "flat": (n,), "column": (n, 1), "inside": (1, n)}[bias]
            parameters.append(Parameter(*biases[number - 1], where, number, "b"))
    return Structure(tuple(parameters), tuple(sizes))


def resized(structure: Structure, sizes: Sequence[int]) -> Structure:
    """Return the same parameters in a net of other sizes: every axis that had an old width gets the new one."""
    parameters = []
    for one in structure.parameters:
        n_in, n_out = sizes[one.layer - 1], sizes[one.layer]
        if one.kind == "b":
            shape = tuple(n_out if length == structure.sizes[one.layer] else length for length in one.shape)
        else:
            shape = (n_in + (one.kind == "Wb"), n_out)
            shape = shape[::-1] if one.transposed else shape
        parameters.append(replace(one, shape=shape))
    return Structure(tuple(parameters), tuple(sizes))
