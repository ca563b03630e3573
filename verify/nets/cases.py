"""The small nets and batches that gradients are checked on, and the lab's own full net.

The ordinary weights at seed 42 are those of the lab's `init_params`, to the last bit.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Targets = Literal["one-hot", "soft", "any"]
Weights = Literal["ordinary", "saturated", "trained"]

SMALL_SIZES: Final = ((1, 2, 1), (2, 3, 2), (3, 4, 3), (4, 5, 3))
FULL_SIZES: Final = (784, 128, 10)
PARAMETERS: Final = ("W1", "b1", "W2", "b2")
_KINDS: Final[tuple[tuple[Targets, Weights], ...]] = (
    ("one-hot", "ordinary"),
    ("soft", "saturated"),
    ("soft", "ordinary"),
    ("one-hot", "saturated"),
)
# Batch, kind of targets and weights: two cases a size, so that every batch from 1 to 7 and every kind is met.
_PAIRS: Final = (((1, 0), (4, 1)), ((3, 0), (6, 1)), ((5, 2), (2, 3)), ((7, 0), (4, 1)))
_FULL_BATCH: Final = 4
_FULL: Final = 1_000  # entries from which a net counts as full-sized: structured oracles, no 50 digits


@dataclass(frozen=True, eq=False)
class Case:
    """A net of sizes (n_x, n_h, n_y), its parameters, and a batch of m samples X (m x n_x), Y (m x n_y)."""

    sizes: tuple[int, int, int]
    m: int
    targets: Targets
    weights: Weights
    seed: int
    X: Floats = field(repr=False)
    Y: Floats = field(repr=False)
    params: dict[str, Floats] = field(repr=False)
    title: str = ""

    @property
    def name(self) -> str:
        """The case in one line, as reports name it."""
        return self.title or f"{'-'.join(map(str, self.sizes))} m={self.m} {self.targets} {self.weights}"

    @property
    def entries(self) -> int:
        """How many partial derivatives the case has."""
        return sum(value.size for value in self.params.values())

    @property
    def full(self) -> bool:
        """Whether net or batch are too large for an oracle that runs the net once per entry."""
        return self.entries >= _FULL or self.entries * self.m >= 10 * _FULL

    def known(self) -> dict[str, Any]:
        """Return X, Y and the parameters in one dictionary, copied."""
        return {"X": self.X.copy(), "Y": self.Y.copy(), **{name: value.copy() for name, value in self.params.items()}}


def initial_params(draw: np.random.RandomState, sizes: tuple[int, int, int]) -> dict[str, Floats]:
    """Return W1, b1, W2, b2 from N(0, 0.3^2), drawn in the lab's order; `init_params` draws them with seed 42."""
    n_x, n_h, n_y = sizes
    shapes = {"W1": (n_x, n_h), "b1": (1, n_h), "W2": (n_h, n_y), "b2": (1, n_y)}
    return {name: draw.normal(0, 0.3, shape) for name, shape in shapes.items()}


def make_case(
    sizes: tuple[int, int, int], m: int, targets: Targets = "one-hot", weights: Weights = "ordinary", seed: int = 42
) -> Case:
    """Return the case with these sizes, batch, targets and weights, the same at every call.

    `soft` targets are rows of a positive distribution; `any` targets do not sum to 1, which breaks
    the hypothesis of dZ2. `saturated` weights drive tanh close to -1 and 1.
    """
    n_x, _, n_y = sizes
    params = initial_params(np.random.RandomState(seed), sizes)
    if weights == "saturated":
        params = {name: value * (16.0 if name in ("W1", "b1") else 4.0) for name, value in params.items()}
    generator = np.random.default_rng([seed, m, *sizes])
    X = generator.normal(size=(m, n_x)) if n_x < FULL_SIZES[0] else generator.integers(0, 256, (m, n_x)) / 255.0
    if targets == "one-hot":
        Y = np.eye(n_y)[generator.permutation(m) % n_y]
    else:
        positive = generator.uniform(0.1, 1.0, (m, n_y))
        Y = positive / positive.sum(axis=1, keepdims=True) if targets == "soft" else 2.0 * positive
    return Case(sizes, m, targets, weights, seed, X, Y, params)


def make_cases(sizes: Sequence[tuple[int, int, int]] | None = None, m: int | None = None, seed: int = 42) -> list[Case]:
    """Return the cases of a whole check: without `sizes` two for each small net, and the lab's full net.

    Each of the `sizes` given is checked with every kind of targets and weights, in batches of m or of several sizes.
    """
    return list(_cases(sizes, m, seed))


def _cases(sizes: Sequence[tuple[int, int, int]] | None, m: int | None, seed: int) -> Iterator[Case]:
    for number, size in enumerate(SMALL_SIZES if sizes is None else sizes):
        if make_case(size, 1, seed=seed).full:
            yield make_case(size, m or _FULL_BATCH, seed=seed)
            continue
        for batch, kind in _PAIRS[number] if sizes is None else ((3, 0), (4, 1), (5, 2), (2, 3)):
            targets, weights = _KINDS[kind]
            yield make_case(size, m or batch, targets, weights, seed)
    if sizes is None:
        yield make_case(FULL_SIZES, m or _FULL_BATCH, seed=seed)
