"""Campaigns over long lists: a few cases stay in the default tier, the others are slow; together they are all."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest


def sampled(values: Iterable[Any], keep: int = 3, *, rows: bool = False) -> list[Any]:
    """Return every value as a parameter; all are marked slow but so many, spread evenly over the list.

    `rows` says that each value is the row of several parameters.
    """
    every = list(values)
    kept = {number * (len(every) - 1) // max(keep - 1, 1) for number in range(keep)}
    return [
        one if number in kept else pytest.param(*(one if rows else [one]), marks=pytest.mark.slow)
        for number, one in enumerate(every)
    ]
