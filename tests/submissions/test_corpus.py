"""The corpus of submissions: nothing right is called wrong, nothing wrong is called correct, and the cause is named."""

from __future__ import annotations

import zlib
from typing import Any

import pytest

from tests.submissions.corpus_table import Judged, all_judged, expectations

pytestmark = pytest.mark.slow

SEED, EVERY = 1, 3  # of the sample: one file in three
# A single flat vector holds all parameters, which is not read yet.
NOT_JUDGED = ("right_flat_theta.py",)
# Where dA1 has no line of its own, what is wrong in it cannot be told from what is wrong in dZ1.
ALIKE = {"dA1": ("dA1", "dZ1")}


@pytest.fixture(scope="module", params=["sample", pytest.param("whole", marks=pytest.mark.campaign)])
def corpus(request: pytest.FixtureRequest) -> dict[str, Judged]:
    """The verdicts on a sample with a fixed seed, with all that stand alone in a test; in the campaign on every file."""
    names = [name for name, one in expectations().items() if request.param == "whole" or in_sample(name, one)]
    return {one.name: one for one in all_judged(names)}


def in_sample(name: str, expected: dict[str, Any]) -> bool:
    return "says" in expected or name in NOT_JUDGED or zlib.crc32(f"{SEED} {name}".encode()) % EVERY == 0


def test_the_corpus_is_large_and_mixed() -> None:
    found = expectations()
    assert len(found) >= 100
    assert sum(one["verdict"] == "correct" for one in found.values()) >= 40
    assert sum(bool(one.get("strange")) for one in found.values()) >= 15


def test_nothing_right_is_called_wrong_and_nothing_wrong_correct(corpus: dict[str, Judged]) -> None:
    mistaken = {name: one.verdict for name, one in corpus.items() if not one.right_verdict and name not in NOT_JUDGED}
    assert mistaken == {}


def test_what_is_not_judged_is_said_and_not_guessed(corpus: dict[str, Judged]) -> None:
    for name in NOT_JUDGED:
        assert corpus[name].verdict == "could not judge"
        assert "Could not judge: " in corpus[name].sentence


def test_the_true_reason_is_said_where_nothing_can_be_judged(corpus: dict[str, Judged]) -> None:
    said = {name: one.sentence for name, one in corpus.items() if "says" in one.expected}
    assert len(said) >= 6
    assert {name: text for name, text in said.items() if corpus[name].expected["says"] not in text} == {}


def test_the_cause_is_named_right(corpus: dict[str, Judged]) -> None:
    covered = [one for one in corpus.values() if one.expected.get("covered") and one.expected["verdict"] == "wrong"]
    missed = [(one.name, one.mistakes) for one in covered if not one.named_right]
    assert len(covered) >= 40 / EVERY - 5
    assert len(missed) <= 0.05 * len(covered), missed  # none of a sample


def test_the_line_is_named_right(corpus: dict[str, Judged]) -> None:
    covered = [one for one in corpus.values() if one.expected.get("covered") and one.expected["verdict"] == "wrong"]
    missed = [(one.name, one.places) for one in covered if not one.line_right]
    assert len(missed) <= 0.1 * len(covered) + 1, missed


def test_strange_mistakes_are_wrong_and_never_named_as_something_else(corpus: dict[str, Judged]) -> None:
    strange = [one for one in corpus.values() if one.expected.get("strange")]
    assert all(one.verdict == "wrong" for one in strange)
    assert {one.name: one.mistakes for one in strange if one.mistakes} == {}


def test_strange_mistakes_are_put_down_to_the_right_step(corpus: dict[str, Judged]) -> None:
    strange = [one for one in corpus.values() if one.expected.get("strange")]
    wrong = {
        one.name: (one.steps, one.expected["step"])
        for one in strange
        if not set(ALIKE.get(one.expected["step"], (one.expected["step"],))) & set(one.steps)
    }
    assert wrong == {}
