"""A gradient as it was given at one point."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from verify.arrays import Array


@dataclass(frozen=True)
class Observation:
    """The gradient that some code gave at one point: the point in floats or exact numbers, and what was given there."""

    X: Array
    Y: Array
    params: Mapping[str, Array]
    given: Mapping[str, Array]
