"""Text from outside is shown, and does nothing."""

from __future__ import annotations

from dataclasses import replace

import pytest

from verify.lab.check import check_network
from verify.nets.cases import make_case
from verify.report.safe import made_visible, visible


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31mred\x1b[0m", r"\x1b[31mred\x1b[0m"),
        ("bell\x07 and \x08back", r"bell\x07 and \x08back"),
        ("one\ntwo\tthree", "one two three"),
        ("\u202egnp.exe", r"\u202egnp.exe"),
        ("zero\u200bwidth", r"zero\u200bwidth"),
        ("\u2028line", r"\u2028line"),
        ("\udc80", r"\udc80"),
        ("\x9b31m", r"\x9b31m"),
        ("Ŷ − Σ é 数 <b>", "Ŷ − Σ é 数 <b>"),
    ],
)
def test_signs_that_do_something_are_written_out(text, shown):
    assert visible(text) == shown


def test_every_text_of_an_evidence_is_made_visible():
    evidence = check_network(cases=[make_case((2, 3, 2), 2)], oracles=("exact",))
    hostile = replace(
        evidence,
        subject="\x1b[2J",
        mistakes={"\x07name": "\x1b"},
        trusted=("\x9b",),
        replay=replace(evidence.replay, sha256={"\x1b]0;x\x07": "\x00"}),
    )
    cleaned = made_visible(hostile)
    text = cleaned.to_json()
    assert not any(ord(sign) < 32 and sign != "\n" for sign in text)
    assert "\\u001b" not in text
    assert cleaned.subject == r"\x1b[2J"
    assert made_visible(evidence) == evidence
