"""The picture of the error against the step: one line a case, a reference for each slope, any numbers."""

from __future__ import annotations

import math
from dataclasses import replace
from xml.etree import ElementTree

import pytest

from tests.there import there
from verify.errors import BadInput
from verify.evidence.records import CaseEvidence, Evidence, Order, Power, Replay
from verify.report.pictures import step_sizes, write_figures
from verify.report.pictures.drawing import style
from verify.report.pictures.step_sizes import _drawable, _vees

SVG = "{http://www.w3.org/2000/svg}"
STEPS = tuple(0.25 / 2**k for k in range(24))


def vee(scale: float, observed: float | None = 2.0) -> Order:
    return Order(STEPS, tuple(scale * h * h + 1e-17 / h for h in STEPS), observed)


def with_orders(*orders: Order | None) -> Evidence:
    cases = tuple(CaseEvidence("a", (2, 3, 2), 3, "one-hot", "ordinary", 42, (), None, order) for order in orders)
    return Evidence("", "correct", "", (), (), (), cases, {}, (), (), (), (), Replay("verify grads", 42, {}, {}))


@pytest.fixture(scope="module")
def three() -> Evidence:
    return with_orders(vee(1, 1.98), vee(0.1, 2.01), None, Order(STEPS, (0.0,) * 24, None))


def figure(given: Evidence):
    with style("test"):
        made = _vees([points for one in given.cases if one.order and (points := _drawable(one.order))])
        made.draw_without_rendering()
    return made


def words(made) -> list[str]:
    return [element.text or "" for element in ElementTree.fromstring(made.svg).iter(f"{SVG}text")]


def test_every_case_is_one_line_of_its_errors(three):
    axes = figure(three).axes[0]
    solid = [line for line in axes.lines if line.get_linestyle() == "-"]
    for line, one in zip(solid, three.cases, strict=False):
        assert list(line.get_xdata()) == sorted(one.order.steps)
        assert list(line.get_ydata()) == list(one.order.errors)[::-1]
    assert (len(solid), axes.get_xscale(), axes.get_yscale()) == (2, "log", "log")


def test_the_reference_lines_have_the_slopes_that_stand_beside_them(three):
    axes = figure(three).axes[0]
    slopes = []
    for line in (line for line in axes.lines if line.get_linestyle() == "--"):
        (x0, x1), (y0, y1) = line.get_xdata(), line.get_ydata()
        slopes.append((math.log(y1) - math.log(y0)) / (math.log(x1) - math.log(x0)))
    assert slopes == pytest.approx([2, -1])
    assert {"slope 2: truncation", "slope −1: round-off"} <= {text.get_text() for text in axes.texts}


def test_the_picture_says_in_words_what_it_shows(three):
    picture = there(step_sizes(three))
    assert "in 2 cases, for h from 3e-08 to 0.25." in picture.alternative
    assert (
        "Observed order 1.98 to 2.01, expected 2.00. 24 errors, zero or not finite, are left out."
        in picture.alternative
    )
    assert {"step h", "error of the central difference", "10⁻⁶"} <= set(words(picture))
    least = min(error for one in three.cases[:2] for error in one.order.errors)
    assert f"The least error is {least:.1e}, " in picture.alternative
    unknown = there(step_sizes(with_orders(vee(1, None))))
    assert "No order was observed, expected 2.00." in unknown.alternative
    assert "left out" not in unknown.alternative


def test_the_same_evidence_gives_the_same_bytes(three):
    assert step_sizes(Evidence.from_json(three.to_json())) == step_sizes(three)


def test_ids_begin_with_the_name_of_the_picture(three):
    picture = there(step_sizes(three))
    ids = [found for one in ElementTree.fromstring(picture.svg).iter() if (found := one.get("id"))]
    assert len(ids) == len(set(ids))
    assert all(one.startswith("step-sizes-") for one in ids)


EXTREME = {
    "as it is": vee(1),
    "a zero": Order(STEPS[:4], (1e-2, 0.0, 1e-4, 1e-5), 2.0),
    "one point": Order((0.25,), (1e-3,), None),
    "the same error": Order(STEPS, (1e-9,) * 24, 0.0),
    "tiny": Order(STEPS[:3], (1e-300, 1e-90, 1e-3), math.nan),
    "huge": Order(STEPS[:3], (1e300, 1e90, 1e-3), math.inf),
    "all decades": Order(tuple(10.0**k for k in range(-99, 100)), tuple(10.0**k for k in range(-99, 100)), 1.0),
    "not finite": Order((0.5, math.nan, math.inf, 0.1, -1.0), (math.nan, 1e-3, 1e-3, 1e-3, 1e-3), -math.inf),
    "too few errors": Order(STEPS, (1e-3, 1e-4), 2.0),
}


@pytest.mark.parametrize("name", EXTREME)
def test_any_numbers_are_drawn_without_warnings_and_no_label_covers_another(name):
    given = with_orders(EXTREME[name])
    ElementTree.fromstring(there(step_sizes(given)).svg)
    made = figure(given)
    axes = made.axes[0]
    ticks = [tick.label1 for axis in (axes.xaxis, axes.yaxis) for tick in axis.get_major_ticks()]
    with style("test"):
        boxes = [one.get_window_extent() for one in [*ticks, *axes.texts, axes.xaxis.label, axes.yaxis.label]]
    assert len(ticks) >= 4
    for place, box in enumerate(boxes):
        assert made.bbox.x0 <= box.x0 < box.x1 <= made.bbox.x1
        assert made.bbox.y0 <= box.y0 < box.y1 <= made.bbox.y1
        assert not any(box.overlaps(other) for other in boxes[:place])


@pytest.mark.parametrize("orders", [(), (None,), (Order((), (), None),), (Order((0.1, 0.2), (0.0, math.nan), None),)])
def test_where_nothing_can_be_drawn_there_is_no_picture(orders):
    assert step_sizes(with_orders(*orders)) is None


def test_the_files_are_those_of_the_pictures_that_there_are(three, tmp_path):
    written = write_figures(three, tmp_path / "a")
    assert [path.name for path in written] == ["step-sizes.svg", "step-sizes.png"]
    one = replace(with_orders(None).cases[0], power=Power({"zero": ("exact",)}, (), None))
    seen = replace(three, cases=(one,))
    assert [path.stem for path in write_figures(seen, tmp_path / "b")] == ["kill-matrix"] * 2
    with pytest.raises(BadInput, match="no training, no power and no order"):
        write_figures(with_orders(None), tmp_path / "c")
    assert not (tmp_path / "c").exists()
