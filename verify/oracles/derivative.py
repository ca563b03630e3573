"""What is known of the derivative of a loss: numbers with their bounds, or exact numbers. No net is needed for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from verify.arrays import Array


@dataclass(frozen=True, kw_only=True)
class Derivative:
    """The derivative of the loss by every entry of every parameter, as some oracle knows it.

    Numeric: floats, each within `bound`; NaN in the entries that were not asked. Exact: the values of exact
    numbers of `world`, and no bound; `near` holds floats close to them where they are known. With `directions`,
    `gradient` holds the derivative along each parameter's direction instead of one number an entry.
    """

    kind: Literal["exact", "numeric"]
    gradient: Mapping[str, Array]
    bound: Mapping[str, Array] = field(default_factory=dict)
    note: str = ""
    world: Array = None
    near: Mapping[str, Array] = field(default_factory=dict)
    directions: Mapping[str, Array] | None = None

    def shape(self, name: str) -> tuple[int, ...]:
        """Return the shape of a parameter."""
        return np.shape(self.gradient[name] if self.directions is None else self.directions[name])

    def asked(self, name: str) -> Array:
        """Return a mask of the entries that the oracle was asked for."""
        if self.kind == "exact":
            return np.ones(self.shape(name), dtype=bool)
        return ~(np.isnan(self.gradient[name]) | np.isnan(self.bound[name]))

    def told_from_zero(self, name: str) -> Array:
        """Return a mask of what this oracle knows not to be zero: of the entries, or of the sum along a direction."""
        if self.kind == "exact":
            return ~self.world.field.same(self.gradient[name], np.uint64(0))
        with np.errstate(invalid="ignore"):
            return np.abs(self.gradient[name]) > self.bound[name]
