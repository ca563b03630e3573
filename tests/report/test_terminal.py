"""The terminal's face of an Evidence, on wide and narrow terminals, in colour and plain."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from rich.console import Console

from verify.evidence.records import Evidence
from verify.lab.check import check_network
from verify.lab.planting import BY_NAME
from verify.nets.cases import make_cases
from verify.report.terminal import console, render


@pytest.fixture(scope="module")
def wrong() -> Evidence:
    return check_network(mistake=BY_NAME["db1-mean"], cases=make_cases([(2, 3, 2)]))


def printed(evidence: Evidence, width: int) -> str:
    out = io.StringIO()
    render(evidence, Console(file=out, width=width, force_terminal=True, color_system=None, markup=False))
    return out.getvalue()


@pytest.mark.parametrize("width", [50, 60, 78, 80, 100, 114, 140])
def test_a_terminal_of_any_width_shows_every_gradient_oracle_and_verdict_in_full(wrong, width):
    text = printed(wrong, width)
    assert "…" not in text
    rows = [line.split() for line in text.splitlines()]
    for gradient in ("dW1", "db1", "dW2", "db2"):
        assert any(row[:2] == [gradient, "balls"] for row in rows)
    assert sum(row[:1] == ["symbolic"] for row in rows) >= 4
    assert sum(row[:1] == ["central-difference"] for row in rows) >= 4
    assert max(map(len, text.splitlines())) <= width


def test_a_wide_terminal_shows_where_and_a_narrow_one_leaves_it_out(wrong):
    assert "in the case" in printed(wrong, 114)
    assert "in the case" not in printed(wrong, 80)
    assert "dW1[" in printed(wrong, 80)


def test_a_file_gets_plain_text_without_trailing_spaces(wrong):
    out = io.StringIO()
    render(wrong, console(out))
    assert "\x1b" not in out.getvalue()
    assert [line for line in out.getvalue().splitlines() if line != line.rstrip()] == []


def test_what_is_wrong_stands_before_the_power_and_the_verdict_comes_last(wrong):
    text = printed(wrong, 118)
    assert text.index("What is wrong") < text.index("The mistake") < text.index("Power:")
    assert text.rstrip().splitlines()[-1].strip() == "Wrong: db1 is not the derivative of the textbook loss."


def test_text_from_outside_is_no_markup(wrong):
    import dataclasses

    text = printed(dataclasses.replace(wrong, subject="[bold red]x[/] :smile:"), 118)
    assert "[bold red]x[/] :smile:" in text


def test_escapes_in_texts_from_outside_are_shown_and_do_nothing(wrong):
    hostile = replace(wrong, subject="\x1b[2J\x1b]0;title\x07", sentence="Wrong: \u202egnp.exe\r")
    text = printed(hostile, 100)
    assert not any(sign in text for sign in ("\x1b[2J", "\x07", "\u202e", "\r"))
    assert r"\x1b[2J\x1b]0;title\x07" in text
    assert r"\u202egnp.exe" in text
