"""What the lab's network promises, as a type: the module itself, or a copy of it with a mistake planted."""

from __future__ import annotations

from typing import Protocol

from verify.arrays import Array
from verify.oracles.base import Forward


class Network(Forward, Protocol):
    """The hand-written functions of the lab; the oracles see only the first three."""

    def init_params(self, nx: int, nh: int, ny: int) -> dict[str, Array]:
        """Return the parameters that a training starts from."""

    def backward(self, X: Array, params: dict[str, Array], outputs: dict[str, Array], Y: Array) -> dict[str, Array]:
        """Return the gradient by the names of the parameters."""

    def sgd(self, params: dict[str, Array], grads: dict[str, Array], eta: float) -> dict[str, Array]:
        """Return the parameters after one update."""
