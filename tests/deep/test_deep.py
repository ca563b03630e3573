"""Nets of 2 to 8 layers in five styles: right ones are called correct, ones wrong deep below wrong, or it is listed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.deep.nets import DEPTHS, Deep, complaint, gaps, nets, twelve, verdict
from tests.deep.styles import MISTAKES, STYLES
from verify.cli.status import OF_VERDICT

SECONDS = 180  # ends a search that has no end on a slow machine; it takes a tenth of this


def test_what_is_true_by_central_differences() -> None:
    for net in nets():
        assert net.is_right() == (not net.mistake), net


def test_every_style_is_as_deep_as_all_and_makes_every_mistake() -> None:
    found = {(net.style, net.layers) for net in nets() if not net.mistake}
    assert found == {(style.title, layers) for style in STYLES for layers in DEPTHS}
    made = {(net.style, net.mistake) for net in nets() if net.mistake}
    assert made == {(style.title, mistake) for style in STYLES for mistake in MISTAKES}


def test_the_mistake_stands_below_the_second_layer_from_the_top() -> None:
    """With fewer layers nothing is wrong."""
    for style in STYLES:
        for mistake in MISTAKES:
            assert Deep(style.title, 2, mistake).is_right()
            assert not Deep(style.title, 3, mistake).is_right()


def test_a_listed_gap_is_a_net() -> None:
    assert set(gaps()) <= {str(net) for net in (*nets(), *twelve())}


def test_what_is_said_wrongly_is_a_complaint() -> None:
    for net in nets():
        assert bool(complaint(net, "correct" if net.mistake else "wrong")) == (
            gaps().get(str(net)) not in ("correct", "wrong")
        )
        assert bool(complaint(net, net.should_be)) == (str(net) in gaps())


@pytest.mark.slow
@pytest.mark.parametrize("net", nets(), ids=str)
def test_a_deep_net_is_judged_as_it_should_be_or_is_a_listed_gap(net: Deep) -> None:
    assert complaint(net, verdict(net)) == ""


@pytest.mark.slow
@pytest.mark.campaign
@pytest.mark.parametrize("net", twelve(), ids=str)
def test_twelve_layers_end_and_are_not_judged_falsely(net: Deep, tmp_path: Path) -> None:
    assert net.is_right() == (not net.mistake)
    path = tmp_path / "homework.py"
    path.write_text(net.text, encoding="utf-8")
    command = [sys.executable, "-m", "verify", "grads", str(path)]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)
    said = next((verdict for verdict, status in OF_VERDICT.items() if status == ended.returncode), "fault")
    assert said == "could not judge" or complaint(net, said) == "", ended.stdout
    assert "Traceback" not in ended.stderr
