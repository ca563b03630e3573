"""What is known of the derivative of a loss: numbers with their bounds, or exact numbers. No net is needed for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np

from verify.arrays import Array


@dataclass(frozen=True, kw_only=True)
class Derivative:
    """The derivative of the loss by every entry of every parameter, as some oracle knows it.

    Numeric: floats, each within `bound`; NaN in the entries that were not asked. Balls: Arb balls in an array of
    objects, None in the entries that were not asked; `bound` holds what else a right gradient may be off by. Exact:
    the values of exact numbers of `world`, and no bound; `near` holds floats close to them where they are known.
    `against` is what was differentiated, where it may be more than one thing: the code's own loss, or a formula.
    With `directions`, `gradient` holds the derivative along each parameter's direction instead of one number an entry.
    """

    kind: Literal["exact", "numeric", "balls"]
    gradient: Mapping[str, Array]
    bound: Mapping[str, Array] = field(default_factory=dict)
    note: str = ""
    world: Array = None
    near: Mapping[str, Array] = field(default_factory=dict)
    directions: Mapping[str, Array] | None = None
    against: Literal["", "own loss", "formula"] = ""

    def shape(self, name: str) -> tuple[int, ...]:
        """Return the shape of a parameter."""
        return np.shape(self.gradient[name] if self.directions is None else self.directions[name])

    def asked(self, name: str) -> Array:
        """Return a mask of the entries that the oracle was asked for."""
        if self.kind == "exact":
            return np.ones(self.shape(name), dtype=bool)
        if self.kind == "balls":
            if self.directions is not None:
                return np.ones(self.shape(name), dtype=bool)
            return np.array([ball is not None for ball in self._flat(name)], dtype=bool).reshape(self.shape(name))
        return ~(np.isnan(self.gradient[name]) | np.isnan(self.bound[name]))

    def told_from_zero(self, name: str) -> Array:
        """Return a mask of what this oracle knows not to be zero: of the entries, or of the sum along a direction."""
        if self.kind == "exact":
            return ~self.world.field.same(self.gradient[name], np.uint64(0))
        if self.kind == "balls":
            told = [ball is not None and not ball.contains(0) for ball in self._flat(name)]
            return np.array(told, dtype=bool).reshape(np.shape(self.gradient[name]))
        with np.errstate(invalid="ignore"):
            return np.abs(self.gradient[name]) > self.bound[name]

    def in_floats(self) -> Derivative:
        """Return balls as the floats next to their midpoints, within a bound that holds radius and rounding."""
        if self.kind != "balls":
            return self
        gradient, bound = {}, {}
        for name in self.gradient:
            flat, shape = self._flat(name), np.shape(self.gradient[name])
            gradient[name] = np.array([np.nan if ball is None else float(ball.mid()) for ball in flat]).reshape(shape)
            radius = np.array([np.nan if ball is None else float(ball.rad()) for ball in flat]).reshape(shape)
            bound[name] = radius + self.bound.get(name, 0.0)
        return replace(self, kind="numeric", gradient=gradient, bound=bound)

    def _flat(self, name: str) -> list[Array]:
        found: list[Array] = np.asarray(self.gradient[name], dtype=object).reshape(-1).tolist()
        return found
