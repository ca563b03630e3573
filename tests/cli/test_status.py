"""The exit status says the verdict; a fault of verify and an interruption come before it."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

import pytest

from tests.report.evidences import submitted
from verify.cli.status import FAULT, IN_WORDS, INTERRUPTED, OF_VERDICT, USAGE, status
from verify.evidence.records import Evidence, Verdict


@pytest.mark.parametrize(("verdict", "expected"), [("correct", 0), ("wrong", 1), ("could not judge", 3)])
def test_every_verdict_has_its_status(verdict: Verdict, expected: int) -> None:
    assert status(replace(submitted(), verdict=verdict)) == expected


def test_no_verdict_is_without_a_status_and_no_two_share_one() -> None:
    assert set(OF_VERDICT) == set(get_args(Verdict))
    assert len({*OF_VERDICT.values(), USAGE, FAULT, INTERRUPTED}) == len(OF_VERDICT) + 3


@pytest.mark.parametrize("verdict", get_args(Verdict))
def test_a_fault_of_verify_is_never_the_status_of_a_verdict(verdict: Verdict) -> None:
    assert status(replace(submitted(), verdict=verdict, kind="fault of verify")) == FAULT


@pytest.mark.parametrize("verdict", get_args(Verdict))
def test_an_interruption_is_said_whatever_was_found_by_then(monkeypatch: pytest.MonkeyPatch, verdict: Verdict) -> None:
    monkeypatch.setattr(Evidence, "interrupted", True)
    assert status(replace(submitted(), verdict=verdict)) == INTERRUPTED


def test_the_words_of_the_help_name_every_status() -> None:
    assert all(f"{one} " in IN_WORDS for one in (*OF_VERDICT.values(), USAGE, FAULT, INTERRUPTED))
