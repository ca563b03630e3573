"""Which shapes a submission may give a gradient, and the same gradient in the shape of its parameter."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from verify.submissions.execution.calling import Reading


def fits(value: Any, shape: tuple[int, ...]) -> bool:
    """Whether an array can stand for a gradient of this shape: as many entries, and it broadcasts to no other shape."""
    try:
        return np.size(value) == np.prod(shape) and np.broadcast_shapes(np.shape(value), shape) == shape
    except ValueError:
        return False


def in_shape(reading: Reading, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return gradients in the shapes of their parameters; what does not fit stays as it is."""
    shapes = {one.name: one.shape for one in reading.structure.parameters}
    return {
        name: value.reshape(shapes[name]) if name in shapes and fits(value, shapes[name]) else value
        for name, value in given.items()
    }
