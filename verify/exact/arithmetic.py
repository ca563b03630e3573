"""What exact numbers are made of: the operations that a field offers, and the refusal of all that none can do."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Protocol

import numpy as np

from verify.arrays import Array
from verify.exact.field import Field


class NotExpressible(Exception):
    """The code does something that exact numbers can't: the operation is named, nothing is judged."""


class Arithmetic(Hashable, Protocol):
    """The functions of `field` and of `pair_field`, on whole arrays of uint64."""

    @property
    def ONE(self) -> Field:
        """The number one."""

    @property
    def MINUS_ONE(self) -> Field:
        """The number minus one."""

    def add(self, x: Field, y: Field) -> Field:
        """Return x + y."""

    def subtract(self, x: Field, y: Field) -> Field:
        """Return x - y."""

    def multiply(self, x: Field, y: Field) -> Field:
        """Return x y."""

    def total(self, x: Field, axis: int | tuple[int, ...] | None, *, keepdims: bool) -> Field:
        """Return the sum of x over the axes."""

    def inverse(self, x: Field) -> Field:
        """Return 1/x. Raises ZeroDivisionError where an entry has none."""

    def matmul(self, x: Field, y: Field) -> Field:
        """Return the matrix product x @ y, with NumPy's rules for stacks of matrices."""

    def from_fraction(self, numerator: int, denominator: int) -> int:
        """Return numerator/denominator. Raises ValueError where the denominator has no inverse."""

    def random(self, shape: tuple[int, ...], generator: np.random.Generator) -> Field:
        """Return independent uniform numbers."""

    def same(self, x: Field, y: Field) -> Array:
        """Return a mask of the entries that are equal as numbers."""
