"""A gradient as it was given at one point."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Observation:
    """The gradient that some code gave at one point: the point in floats or exact numbers, and what was given there."""

    X: Any
    Y: Any
    params: Mapping[str, Any]
    given: Mapping[str, Any]
