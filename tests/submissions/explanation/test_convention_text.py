"""The convention of a submission as a file: what is known is told, what is not stands in comments."""

from __future__ import annotations

import tomllib
from dataclasses import replace

import pytest

from tests.report.evidences import submitted
from verify.errors import BadInput
from verify.reading.wiring.conventions import KEYS
from verify.submissions.explanation.convention_text import convention_text


def test_evidence_about_no_submission_has_no_convention() -> None:
    with pytest.raises(BadInput, match=r"^a convention: the evidence is not about a submission"):
        convention_text(replace(submitted(), submission=None))


def test_the_file_is_toml_and_tells_only_keys_that_there_are() -> None:
    text = convention_text(submitted())
    told = tomllib.loads(text)
    assert told
    assert set(told) <= set(KEYS)


def test_every_key_stands_there_once_told_or_in_a_comment() -> None:
    lines = convention_text(submitted()).splitlines()
    for key, meaning in KEYS.items():
        assert lines.count(f"# {meaning}") == 1
        assert sum(line.removeprefix("# ").startswith(f"{key} = ") for line in lines) == 1
