"""Which shapes a submission may give a gradient, and the same gradient in the shape of its parameter."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from verify.arrays import Array
from verify.submissions.execution.calling import Reading


def fits(value: Array, shape: tuple[int, ...]) -> bool:
    """Whether an array can stand for a gradient of this shape: as many entries, and it broadcasts to no more."""
    try:
        return bool(np.size(value) == np.prod(shape) == np.prod(np.broadcast_shapes(np.shape(value), shape)))
    except ValueError:
        return False


def has_more_axes(value: Array, shape: tuple[int, ...]) -> bool:
    """Whether an array that fits has axes of length 1 before those of the parameter: b - db is right, b -= db stops."""
    return fits(value, shape) and np.ndim(value) > len(shape)


def in_shape(reading: Reading, given: Mapping[str, Array]) -> dict[str, Array]:
    """Return gradients in the shapes of their parameters; what does not fit stays as it is."""
    shapes = {one.name: one.shape for one in reading.structure.parameters}
    return {
        name: value.reshape(shapes[name]) if name in shapes and fits(value, shapes[name]) else value
        for name, value in given.items()
    }
