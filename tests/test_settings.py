"""Every setting out of its range, and every word that is no choice, is one line that says what would be right."""

from __future__ import annotations

import math
from typing import Any

import pytest

from verify.errors import BadInput
from verify.settings import CHOICES, LONGEST, RANGES, check_choice, check_settings


@pytest.mark.parametrize("name", RANGES)
def test_a_range_holds_its_two_ends_and_nothing_beyond(name: str) -> None:
    low, high, _ = RANGES[name]
    check_settings({name: low})
    check_settings({name: high})
    for beyond in (low - 1, high + 1):
        with pytest.raises(BadInput, match=rf"^--{name} {beyond}: expected a whole number.* from {low} to {high}$"):
            check_settings({name: beyond})


@pytest.mark.parametrize("name", CHOICES)
def test_a_choice_is_one_of_its_words(name: str) -> None:
    for word in CHOICES[name]:
        check_settings({name: word})
    with pytest.raises(BadInput, match=rf"^--{name} nonsense: expected one of {', '.join(CHOICES[name])}$"):
        check_settings({name: "nonsense"})


@pytest.mark.parametrize(
    ("name", "good", "bad"),
    [
        ("timeout", (0.1, LONGEST), (0, -1, LONGEST + 1, math.nan)),
        ("eta", (1e-300, 1e300), (0, -1, math.inf, math.nan)),
    ],
)
def test_seconds_and_rates_are_above_zero_and_finite(name: str, good: tuple[Any, ...], bad: tuple[Any, ...]) -> None:
    for value in good:
        check_settings({name: value})
    for value in bad:
        with pytest.raises(BadInput, match=rf"^--{name} "):
            check_settings({name: value})


def test_what_was_not_given_is_not_checked_and_the_first_mistake_is_the_one_that_is_told() -> None:
    check_settings(dict.fromkeys([*RANGES, *CHOICES, "timeout", "eta"]))
    with pytest.raises(BadInput, match=r"^--seed -1"):
        check_settings({"batch": 5, "seed": -1, "epochs": 0})


def test_a_near_word_is_asked_for() -> None:
    with pytest.raises(BadInput, match=r"^--samples colums: expected one of rows, columns, did you mean columns\?$"):
        check_choice("samples", "colums", ("rows", "columns"))
    check_choice("samples", None, ("rows", "columns"))
