"""Nets of 2 to 8 layers in five styles: right ones are called correct, ones wrong deep below wrong, or it is listed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.deep.nets import DEPTHS, Deep, complaint, gaps, nets, verdict
from tests.deep.styles import MISTAKES, STYLES

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
    assert set(gaps()) <= {str(net) for net in nets()}


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
@pytest.mark.parametrize("mistake", ["", *list(MISTAKES)[:1]])
@pytest.mark.parametrize("style", [style.title for style in STYLES])
def test_twelve_layers_end_and_are_not_judged_falsely(style: str, mistake: str, tmp_path: Path) -> None:
    net = Deep(style, 12, mistake)
    assert net.is_right() == (not mistake)
    path = tmp_path / "homework.py"
    path.write_text(net.text, encoding="utf-8")
    ended = subprocess.run(
        [sys.executable, "-m", "verify", "grads", str(path)],
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    allowed = {1 if mistake else 0, 3}  # as it is, or could not judge
    assert ended.returncode in allowed, ended.stdout
    assert "Traceback" not in ended.stderr
