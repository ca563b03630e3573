"""The parameters of a network as somebody keeps them: which layer each belongs to, and how it lies."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from verify.arrays import Array
from verify.nets.net import Layer

Path = tuple[tuple[str, str | int], ...]  # where an array stands in somebody's container


@dataclass(frozen=True)
class Parameter:
    """One array of the student's: its name, where it stands, its shape, and what it is in the network."""

    name: str
    path: Path
    shape: tuple[int, ...]
    layer: int = 0
    kind: str = "W"  # W, b, or Wb: a weight matrix that holds the bias as its first or last row
    transposed: bool = False  # the student's W is the transpose of n_in x n_out
    bias_first: bool = False

    def canonical(self, array: Array) -> Array:
        """Return the student's array as W (n_in x n_out) or b (1 x n_out)."""
        if self.kind == "b":
            return array.reshape(1, -1)
        return array.T if self.transposed else array

    def own(self, array: Array) -> Array:
        """Return a canonical array in the student's shape."""
        if self.kind == "b":
            return array.reshape(self.shape)
        return array.T if self.transposed else array


@dataclass(frozen=True)
class Structure:
    """All parameters, in the order of the layers, and the sizes n_0, ..., n_L that they have."""

    parameters: tuple[Parameter, ...]
    sizes: tuple[int, ...]

    @property
    def entries(self) -> int:
        """How many numbers the parameters hold."""
        return sum(int(np.prod(one.shape)) for one in self.parameters)

    def layers(self, values: dict[str, Array]) -> list[Layer]:
        """Return the layers of the network from the student's arrays, by name."""
        found: list[Layer] = []
        for number in range(1, len(self.sizes)):
            mine = {one.kind: one for one in self.parameters if one.layer == number}
            if "Wb" in mine:
                whole = mine["Wb"].canonical(values[mine["Wb"].name])
                row = slice(0, 1) if mine["Wb"].bias_first else slice(-1, None)
                rest = slice(1, None) if mine["Wb"].bias_first else slice(0, -1)
                found.append(Layer(whole[rest], whole[row]))
                continue
            W = mine["W"].canonical(values[mine["W"].name])
            b = mine["b"].canonical(values[mine["b"].name]) if "b" in mine else None
            found.append(Layer(W, b))
        return found

    def in_own_shape(self, parameter: Parameter, dW: Array, db: Array) -> Array:
        """Return a layer's gradient in the shape of the student's parameter."""
        if parameter.kind == "b":
            return parameter.own(db)
        if parameter.kind == "Wb":
            parts = (db, dW) if parameter.bias_first else (dW, db)
            return parameter.own(np.concatenate(parts, axis=0))
        return parameter.own(dW)
