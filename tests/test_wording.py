"""Words that stand in many sentences."""

from __future__ import annotations

import pytest

from verify.wording import count, nearest


@pytest.mark.parametrize(
    ("number", "noun", "plural", "expected"),
    [
        (0, "case", "", "0 cases"),
        (1, "case", "", "1 case"),
        (2, "case", "", "2 cases"),
        (1_437, "sample", "", "1,437 samples"),
        (1, "entry", "entries", "1 entry"),
        (3, "entry", "entries", "3 entries"),
    ],
)
def test_a_number_stands_with_its_noun(number: int, noun: str, plural: str, expected: str) -> None:
    assert count(number, noun, plural) == expected


def test_the_likeliest_word_is_asked_for_and_none_where_none_is_near() -> None:
    assert nearest("sigmoyd", ("tanh", "sigmoid")) == ", did you mean sigmoid?"
    assert nearest("colums", ("rows", "columns")) == ", did you mean columns?"
    assert nearest("x", ("rows", "columns")) == ""
    assert nearest("rows", ()) == ""
