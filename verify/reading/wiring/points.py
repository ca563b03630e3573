"""Random points at which a submission is called: parameters, X and Y of a small net, the same at every call."""

from __future__ import annotations

from dataclasses import dataclass, replace
from hashlib import blake2b
from typing import Final

import numpy as np

from verify.arrays import Array
from verify.nets.structure import Parameter, Structure

POINTS: Final = 2
_BEYOND: Final = 2.0  # so many times a limit


@dataclass(frozen=True)
class Point:
    """X (m x n_x), Y (m x n_y) and the parameters by the student's names, in the student's shapes.

    Whatever else is drawn at the point follows from its seed, so that the whole judgement can be replayed.
    """

    X: Array
    Y: Array
    params: dict[str, Array]
    seed: int

    def drawn_for(self, purpose: str) -> int:
        """Return 60 bits for one purpose: whoever knows those of one purpose does not know those of another."""
        digest = blake2b(f"{self.seed} {purpose}".encode(), digest_size=8).digest()
        return int.from_bytes(digest, "little") >> 4


def make_point(structure: Structure, batch: int, seed: int) -> Point:
    """Return a point with moderate weights: no activation is saturated, no probability is near 0 or 1."""
    generator = np.random.default_rng([seed, batch, *structure.sizes])
    n_x, K = structure.sizes[0], structure.sizes[-1]
    params = {}
    alone = all(one.shape == () for one in structure.parameters)
    for one in structure.parameters:
        scale = 0.3 if one.kind == "b" else 0.7 / np.sqrt(max(1.0, _inputs_of(one, structure.sizes) / 4))
        params[one.name] = generator.normal(0, scale, one.shape)
        if alone:  # the numbers of a curve often stand in a logarithm or a root
            params[one.name] = 0.25 + np.abs(params[one.name])
    X = generator.normal(size=(batch, n_x))
    first = seed if batch == 1 else 0  # one sample alone has another label at another point: 0 hides what forgets y
    classes = generator.permutation((np.arange(batch) + first) % max(K, 2))
    Y = one_hot(classes, K) if K > 1 else classes.astype(float).reshape(batch, 1)
    return Point(X, Y, params, seed)


def _inputs_of(one: Parameter, sizes: tuple[int, ...]) -> int:
    """Return how many numbers a weight sums over; the most that its shape allows, where it belongs to no layer."""
    around = sizes[one.layer - 1 : one.layer + 1]
    known = any(size in one.shape for size in around) or not one.shape
    return around[0] if known else max(one.shape)


def points_of(structure: Structure, batch: int, seed: int) -> list[Point]:
    """Return the points at which a gradient is judged: of a seed that was drawn just now, nobody knew them before."""
    return [make_point(structure, batch, seed + 7 * number) for number in range(POINTS)]


def points_beyond(structure: Structure, point: Point, limit: float) -> list[Point]:
    """Return a point at which what stands below the last layer passes a limit, and two at which the last layer does.

    Parameters are made larger, and no inputs: these may be the file's own. A single output passes a limit at one of its
    sides only, so that the last layer is turned as well.
    """
    last = {one.name for one in structure.parameters if one.layer == len(structure.sizes) - 1}
    large = {name: value * _BEYOND * limit for name, value in point.params.items()}
    below = {**large, **{name: point.params[name] for name in last}}
    above = [{**point.params, **{name: sign * large[name] for name in last}} for sign in (1, -1)]
    return [replace(point, params=params) for params in ([below, *above] if len(last) < len(large) else above)]


def one_hot(classes: Array, K: int) -> Array:
    """Return a row for each class (from 0) with a 1 in its column; m x K."""
    Y = np.zeros((len(classes), K))
    Y[np.arange(len(classes)), classes] = 1.0
    return Y


def labels_for(Y: Array, samples: str, labels: str) -> Array:
    """Return the targets (m x n_y) as the submission wants them."""
    if labels == "one-hot":
        return Y[0] if samples == "vector" else Y if samples == "rows" else Y.T.copy()
    classes = np.argmax(Y, axis=1) if Y.shape[1] > 1 else Y[:, 0]
    if labels == "integers-column":
        return classes.reshape(-1, 1) if samples == "rows" else classes.reshape(1, -1)
    return classes if samples != "vector" else classes[0]
