"""Campaigns over long lists: a few cases stay in the default tier, the others are slow; together they are all."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

OTHER_TIERS = ("tensorflow", "mnist", "browser", "mutants")


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


# Files whose tests are dear: so many of each stay in the default tier, spread evenly; the others are slow.
DEAR = {
    "tests/report/test_markdown.py": 30,
    "tests/report/test_html.py": 10,
    "tests/report/test_figures.py": 4,
    "tests/report/test_folder.py": 6,
    "tests/report/test_pictures_kill_matrix.py": 6,
    "tests/report/test_pictures_step_sizes.py": 6,
    "tests/training/test_end_to_end.py": 4,
    "tests/training/test_download.py": 12,
    "tests/training/test_checkpoint.py": 40,
    "tests/cli/test_command_line.py": 40,
    "tests/cli/test_train_mnist.py": 30,
    "tests/mistakes/test_every_mistake_is_caught_and_named.py": 20,
    "tests/mistakes/test_search.py": 6,
    "tests/submissions/test_judge.py": 6,
    "tests/architecture/test_light_start.py": 8,
    "tests/derivations/test_wrong_claims.py": 10,
    "tests/test_output.py": 6,
}


def tier_of(items: list[pytest.Item], root: Path) -> None:
    """Mark the tests of dear files slow, but for those that stay in the default tier."""
    for name, keep in DEAR.items():
        plain = [
            item
            for item in items
            if item.path == root / name and not any(item.get_closest_marker(tier) for tier in ("slow", *OTHER_TIERS))
        ]
        kept = {number * (len(plain) - 1) // max(keep - 1, 1) for number in range(keep)}
        for number, item in enumerate(plain):
            if number not in kept:
                item.add_marker(pytest.mark.slow)
