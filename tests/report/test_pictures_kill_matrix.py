"""The kill matrix: its cells are the evidence's, what is not seen is named, and nothing covers anything."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from xml.etree import ElementTree

import pytest

from tests.there import there
from verify.evidence.records import CaseEvidence, Comparison, Evidence, Power, Replay
from verify.lab.planting import MISTAKES
from verify.report.pictures import Picture, kill_matrix
from verify.report.pictures.drawing import style
from verify.report.pictures.kill_matrix import _matrix
from verify.report.pictures.matrix import Level
from verify.report.pictures.matrix_drawing import drawn

SVG = "{http://www.w3.org/2000/svg}"
ORACLES = ("symbolic", "exact", "central-difference", "complex-step")
CATALOGUE = {one.name: one.sentence for one in MISTAKES}
NAMES = ("2-3-2 m=3 one-hot ordinary", "784-128-10 m=4 one-hot ordinary", "update 23,450, m=96")


def case(name: str, seen: dict[str, tuple[str, ...]], oracles=ORACLES, vacuous=()) -> CaseEvidence:
    comparisons = tuple(Comparison("W1", one, "agrees", 1, 0, None, None, None, "") for one in oracles)
    power = Power(seen, vacuous, "the gradient is 0" if vacuous else None)
    return CaseEvidence(name, (2, 3, 2), 3, "one-hot", "ordinary", 42, comparisons, power, None)


def evidence(*cases: CaseEvidence, mistakes=CATALOGUE) -> Evidence:
    replay = Replay("verify grads", 42, {}, {})
    return Evidence("a net", "correct", "Correct.", ORACLES, (), (), cases, mistakes, (), (), (), (), replay)


@pytest.fixture(scope="module")
def mixed() -> Evidence:
    """Three cases: one sees all but one mistake, one has two oracles, one is vacuous."""
    every: dict[str, tuple[str, ...]] = dict.fromkeys(CATALOGUE, ORACLES)
    return evidence(
        case("first", {**every, "dW1-clipped": (), "dW1-one-entry": ("symbolic", "exact", "complex-step")}),
        case("full net", dict.fromkeys(CATALOGUE, ("symbolic", "exact")), oracles=("symbolic", "exact")),
        case("one class", every, vacuous=("W1", "b1")),
    )


@pytest.fixture(scope="module")
def picture(mixed):
    return kill_matrix(mixed)


def drawn_of(given: Evidence) -> Picture:
    return there(kill_matrix(given))


def figure(given: Evidence):
    with style("test"):
        made = drawn(_matrix(given))
        made.draw_without_rendering()
    return made


def words(made) -> list[str]:
    return [element.text or "" for element in ElementTree.fromstring(made.svg).iter(f"{SVG}text")]


def test_every_cell_says_what_the_evidence_says(mixed):
    matrix = _matrix(mixed)
    assert matrix.cases == ("first", "full net", "one class")
    assert matrix.mistakes == tuple(CATALOGUE)
    assert [group[0].split("-")[0] for group in matrix.groups] == ["dZ2", "dW2", "db2", "dA1", "dZ1", "dW1", "db1"]
    cells = dict(zip(matrix.mistakes, matrix.rows, strict=True))
    assert [cell.level for cell in cells["dZ2-sign"]] == [Level.EVERY, Level.EVERY, Level.VACUOUS]
    assert cells["dW1-clipped"][0].level is Level.NONE
    partly = cells["dW1-one-entry"][0]
    assert (partly.level, partly.seeing, partly.ran, partly.blind) == (Level.SOME, 3, 4, ("central-difference",))
    levels = [cell.level for row in matrix.rows for cell in row]
    assert [levels.count(level) for level in Level] == [98, 1, 1, 50, 0]


def test_an_oracle_that_could_not_judge_did_not_run(mixed):
    first = mixed.cases[0]
    silent = replace(first.comparisons[2], verdict="could not judge")
    one = replace(first, comparisons=(*first.comparisons[:2], silent, first.comparisons[3]),
                  power=replace(first.power, seen={"dZ2-sign": ("symbolic", "exact", "complex-step")}))  # fmt: skip
    assert _matrix(evidence(one, mistakes={"dZ2-sign": ""})).rows[0][0].level is Level.EVERY


def test_the_cells_are_drawn_as_they_are(mixed):
    axes = figure(mixed).axes[0]
    shapes = [len(patch.get_path().vertices) // 5 for patch in axes.patches]
    assert sorted(shapes) == [1, 1, 1, 1, 1, 1, 1, 98]  # four in the legend, four levels
    crosses = [line for line in axes.lines if line.get_marker() == "x"]
    assert sorted(len(line.get_xdata()) for line in crosses) == [1, 1]
    hatched = [patch for patch in axes.patches if patch.get_hatch()]
    assert len(hatched) == 2


def test_the_picture_says_in_words_what_it_shows(picture):
    said = picture.alternative
    assert said.startswith("Which of 50 planted mistakes each of 3 cases sees. first: 49 of 50, not dW1-clipped. ")
    assert "full net: 50 of 50." in said
    assert "Not seen by central-difference, but by others, in some case: dW1-one-entry." in said
    assert said.endswith("Vacuous, so that nothing there can fail: one class.")
    assert picture.name == "kill-matrix"
    drawn_words = words(picture)
    assert set(CATALOGUE) <= set(drawn_words)
    assert [drawn_words.count(word) for word in ("vacuous", "3 of 4", "49", "seen, of 50")] == [1, 2, 1, 1]
    assert "Pale: central-difference does not see dW1-one-entry" in drawn_words


def test_the_legend_explains_the_levels_that_occur(mixed, picture):
    every = words(kill_matrix(evidence(case("a", dict.fromkeys(CATALOGUE, ORACLES)))))
    assert "seen by every oracle that ran there" in every
    assert "by none" in every
    assert not {"by some of them", "vacuous", "not tried"} & set(every)
    assert {"by some of them", "vacuous: nothing there can fail"} <= set(words(picture))


def test_the_levels_differ_in_grey(mixed):
    def lightness(colour) -> float:
        red, green, blue, _ = colour
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    shades = sorted({round(lightness(patch.get_facecolor()), 3) for patch in figure(mixed).axes[0].patches})
    assert len(shades) == 3
    assert all(pale - dark > 0.15 for dark, pale in pairwise(shades))


def test_the_same_evidence_gives_the_same_bytes(mixed, picture):
    assert kill_matrix(Evidence.from_json(mixed.to_json())) == picture


def test_the_svg_can_stand_beside_others(picture):
    root = ElementTree.fromstring(picture.svg)
    assert there(root.find(f"{SVG}desc")).text == picture.alternative
    ids = [found for element in root.iter() if (found := element.get("id"))]
    assert len(ids) == len(set(ids))
    assert all(one.startswith("kill-matrix-") for one in ids)
    assert "url(#kill-matrix-" in picture.svg  # the hatch
    assert len(picture.svg) < 100_000


def wide_evidence(number: int, mistakes: int = 50) -> Evidence:
    cases = []
    for place in range(number):
        seen = {name: ORACLES[: (place + row) % 5] for row, name in enumerate(list(CATALOGUE)[:mistakes])}
        cases.append(case(NAMES[place % 3], seen, vacuous=("W1",) if place % 4 == 3 else ()))
    return evidence(*cases, mistakes=dict(list(CATALOGUE.items())[:mistakes]))


@pytest.mark.parametrize(("number", "mistakes"), [(1, 50), (3, 50), (9, 50), (12, 50), (48, 6)])
def test_no_text_covers_another_or_leaves_the_picture(number, mistakes):
    made = figure(wide_evidence(number, mistakes))
    with style("test"):
        texts = [text for text in made.axes[0].texts if text.get_text()]
        boxes = [text.get_window_extent().padded(-0.3 * made.dpi / 72) for text in texts]
    assert len(boxes) > mistakes + number
    for place, box in enumerate(boxes):
        assert made.bbox.x0 <= box.x0 < box.x1 <= made.bbox.x1, texts[place].get_text()
        assert made.bbox.y0 <= box.y0 < box.y1 <= made.bbox.y1, texts[place].get_text()
        covered = [texts[other].get_text() for other in range(place) if box.overlaps(boxes[other])]
        assert not covered, (texts[place].get_text(), covered)
    points = texts[0].get_fontsize() * 600 / (made.get_figwidth() * 72)  # where the picture is 800 pixels wide
    assert points >= 7 or number > 30


def test_names_that_fit_stand_across_and_others_upright():
    for number, rotation in ((3, 0), (9, 0), (12, 90)):
        texts = figure(wide_evidence(number, 6)).axes[0].texts
        assert {text.get_rotation() for text in texts if text.get_text().startswith("update")} == {rotation}


@pytest.mark.parametrize("name", [r"$x$ and $\frac$", "<script>alert(1)</script>", "a & b"])
def test_a_hostile_name_is_drawn_as_it_is_written(name):
    made = drawn_of(evidence(case(name, {name: ()}, oracles=()), mistakes={name: "x"}))
    assert name in words(made)
    assert f"{name}: 0 of 1, not {name}." in made.alternative
    assert "<script" not in made.svg


@pytest.mark.parametrize("name", ["", "long " * 500, "あ 🙂 שלום", "a\0b\x1b\ud800\n\u202e", "-", "dZ2-"])
def test_any_name_is_drawn_without_warnings(name):
    made = drawn_of(evidence(case(name, {name: ("exact",)}), case(name, {}), mistakes={name: name}))
    ElementTree.fromstring(made.svg)
    assert "\u202e" not in made.alternative


def test_general_mistakes_are_one_group():
    general: dict[str, tuple[str, ...]] = dict.fromkeys(("zero", "sign", "doubled", "one-percent"), ("complex-step",))
    matrix = _matrix(evidence(case("the given point", general, oracles=("complex-step",)), mistakes=general))
    assert matrix.groups == (tuple(general),)


def test_a_mistake_that_was_not_tried_is_neither_seen_nor_unseen():
    made = drawn_of(
        evidence(case("a", {"x": ORACLES}), case("b", {"x": (), "y": ORACLES}), mistakes={"x": "", "y": ""})
    )
    assert "a: 1 of 1. b: 1 of 2, not x." in made.alternative
    assert "not tried" in words(made)


def test_evidence_that_says_nothing_of_power_has_no_kill_matrix(mixed):
    without = replace(mixed.cases[0], power=None)
    assert kill_matrix(replace(mixed, cases=())) is None
    assert kill_matrix(replace(mixed, cases=(without,))) is None
    assert kill_matrix(evidence(case("a", {}), mistakes={})) is None
    assert _matrix(replace(mixed, cases=(without, mixed.cases[1]))).cases == ("full net",)
