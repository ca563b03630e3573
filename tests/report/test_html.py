"""report.html: what stands where, nothing loaded, nothing run, and nothing in it that text from outside could do."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import dataclass, field, replace
from functools import cache
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from tests.places import ROOT
from tests.report.evidences import (
    CLEAN,
    EVIDENCES,
    HOSTILE,
    ONE_ENTRY,
    WRONG_DZ2,
    WRONG_SHAPE,
    full_of,
    reported,
    right,
    tiered,
    with_formula,
    without_drawing,
    wrong,
)
from tests.tiers import sampled
from verify import check_gradients
from verify.evidence.records import Evidence
from verify.integrations import display
from verify.report.blocks import Table
from verify.report.document import document
from verify.report.html import fragment, page
from verify.report.safe import visible

VOID = {"meta", "br", "img", "link", "input", "hr", "base", "source", "embed"}
LINKS = ("href", "xlink:href", "src", "srcset", "action", "formaction", "data", "poster", "background", "ping", "cite")
TITLES = {
    "wrong": "What is wrong",
    "shown": "What was shown",
    "gradients": "The gradients",
    "derivation": "The derivation",
    "power": "What would have been seen",
    "steps": "Error against step size",
    "learning": "Does it learn?",
    "findings": "Findings in the lab",
    "trusted": "What is trusted",
    "replay": "To replay every figure",
}


@dataclass
class Element:
    tag: str
    attributes: dict[str, str]
    inside: list[Element | str] = field(default_factory=list)

    @property
    def text(self) -> str:
        joined = "".join(one if isinstance(one, str) else one.text for one in self.inside)
        return " ".join(joined.split())

    def all(self, *tags: str) -> list[Element]:
        found = [self] if not tags or self.tag in tags else []
        return found + [one for child in self.inside if isinstance(child, Element) for one in child.all(*tags)]

    def one(self, tag: str) -> Element:
        (found,) = self.all(tag)
        return found


class Tree(HTMLParser):
    """The page as a tree; what is not well nested fails."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open = [Element("", {})]
        self.others: list[str] = []
        self.feed(text)
        self.close()
        assert [one.tag for one in self.open] == [""]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len({name for name, _ in attrs}) == len(attrs)
        element = Element(tag, {name: value or "" for name, value in attrs})
        self.open[-1].inside.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open[-1].inside.append(Element(tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop().tag == tag

    def handle_data(self, data: str) -> None:
        self.open[-1].inside.append(data)

    def handle_comment(self, data: str) -> None:
        self.others.append(data)

    def handle_pi(self, data: str) -> None:
        self.others.append(data)

    def unknown_decl(self, data: str) -> None:
        self.others.append(data)


@cache
def html(name: str) -> str:
    return page(reported(name))


def tree(text: str) -> Element:
    parsed = Tree(text)
    assert not parsed.others
    return parsed.open[0]


def sections(root: Element) -> dict[str, Element]:
    return {section.attributes["id"]: section for section in root.all("section")}


def caption(table: Element) -> str:
    return table.one("caption").text


@cache
def parsed(name: str) -> Element:
    return tree(html(name))


@pytest.fixture(params=tiered(EVIDENCES))
def root(request: pytest.FixtureRequest) -> Element:
    return parsed(request.param)


# What stands where


@pytest.mark.parametrize(
    ("name", "expected"),
    tiered(
        [
            ("right", "shown gradients derivation power steps findings trusted replay"),
            ("wrong-shape", "wrong shown gradients derivation power steps trusted replay"),
            ("wrong-dZ2", "wrong shown gradients derivation power steps trusted replay"),
            ("digits", "shown gradients derivation power steps learning findings trusted replay"),
            ("digits-wrong", "wrong shown gradients derivation power steps learning trusted replay"),
            ("interrupted", "shown gradients derivation power learning findings trusted replay"),
            ("extreme", "shown gradients derivation power steps learning findings trusted replay"),
            ("hostile", "wrong shown gradients derivation power steps learning findings trusted replay"),
        ]
    ),
)
def test_the_sections_stand_in_their_order_and_the_contents_lead_there(name: str, expected: str) -> None:
    root = parsed(name)
    assert list(sections(root)) == expected.split()
    assert [one.one("h2").text for one in root.all("section")] == [TITLES[anchor] for anchor in expected.split()]
    links = root.one("nav").all("a")
    assert [link.attributes["href"] for link in links] == [f"#{anchor}" for anchor in expected.split()]
    assert [link.text for link in links] == [TITLES[anchor] for anchor in expected.split()]


@pytest.mark.parametrize(
    ("name", "verdict"),
    tiered([("right", "Correct"), ("wrong-dZ2", "Wrong"), ("digits", "Correct"), ("interrupted", "Could not judge")]),
)
def test_the_verdict_is_the_heading_and_its_sentence_does_not_say_it_again(name: str, verdict: str) -> None:
    root, evidence = parsed(name), EVIDENCES[name]()
    assert root.one("h1").text == verdict
    assert root.one("head").one("title").text == f"{verdict}: Gradients of {evidence.subject}"
    (sentence,) = [p.text for p in root.all("p") if p.attributes.get("class") == "sentence"]
    assert sentence.lower() == evidence.sentence.lower().removeprefix(f"{verdict.lower()}: ")


def test_a_right_report_says_nothing_of_wrong_and_shows_every_row() -> None:
    root = parsed("right")
    found = sections(root)
    table = found["gradients"].one("table")
    assert len(table.one("tbody").all("tr")) == len(right().summary) == 16
    assert [head.text for head in table.one("thead").all("th")][:3] == ["gradient", "oracle", "verdict"]
    assert "no mistake" not in root.text.lower()
    assert "wrong" not in {
        name for one in root.all("main")[0].all() for name in one.attributes.get("class", "").split()
    }
    assert "could not have failed, which shows nothing: 1-2-1 m=3 one-hot ordinary" in found["shown"].text
    assert "nothing was trained" in found["shown"].text
    assert len(found["derivation"].all("math")) == 2 * len(right().derivation)
    for finding in right().findings:
        assert f"{finding.name}: {finding.sentence}" in found["findings"].text
    for trusted in right().trusted:
        assert trusted in found["trusted"].text
    assert right().replay.command in found["replay"].text
    assert right().replay.sha256["network.py"] in found["replay"].text
    for package, version in right().replay.versions.items():
        assert package in found["replay"].text
        assert version in found["replay"].text


def test_every_planted_mistake_has_its_row_folded_away() -> None:
    details = sections(parsed("right"))["power"].one("details")
    rows = details.one("tbody").all("tr")
    assert [row.one("th").text for row in rows] == list(right().mistakes)
    assert "open" not in details.attributes
    assert details.one("summary").text == caption(details.one("table"))


@pytest.mark.parametrize("name", sampled([WRONG_DZ2, WRONG_SHAPE, ONE_ENTRY], 1))
def test_a_wrong_report_begins_with_the_mistake_its_line_the_right_one_and_the_formula(name: str) -> None:
    evidence = wrong(name)
    found = sections(tree(page(document(evidence))))["wrong"]
    (diagnosis,) = evidence.diagnoses
    said = found.text
    parts = (diagnosis.name, diagnosis.sentence, f"line {diagnosis.line}", diagnosis.text, diagnosis.should_be)
    places = [said.index(" ".join(part.split())) for part in parts]
    assert places == sorted(places)
    table = found.one("table")
    assert caption(table) == "The formula that is violated"
    (row,) = table.one("tbody").all("tr")
    assert row.one("th").text == diagnosis.step
    assert len(row.all("math")) == 2
    assert said.index("The formula that is violated") > places[-1]
    for one in evidence.summary:
        if one.message and one.worst and one.worst.expected is not None:
            assert f"d{one.parameter}" in said
    assert any(one.message and one.message in said for one in evidence.summary)


def test_wrong_comes_before_the_table_of_gradients_and_is_marked_in_words_and_not_only_in_colour() -> None:
    text = html("wrong-dZ2")
    assert text.index("What is wrong</h2>") < text.index("Gradients by oracle</caption>")
    cells = [cell for cell in tree(text).all("td") if cell.attributes.get("class") == "wrong"]
    assert cells
    assert all(cell.text in ("differs", "different") for cell in cells)


def test_a_wrong_gradient_that_no_mistake_explains_is_said_to_be_so() -> None:
    evidence = replace(wrong(WRONG_DZ2), diagnoses=())
    assert "No mistake of the catalogue gives these numbers." in sections(tree(page(document(evidence))))["wrong"].text


def test_a_training_shows_its_curves_epochs_checks_and_digits() -> None:
    evidence = EVIDENCES["digits"]()
    assert evidence.training is not None
    found = sections(parsed("digits"))["learning"]
    assert [one.attributes["class"] for one in found.all("figure")] == ["learning-curves", "digits"]
    reached, checked = found.all("table")
    assert len(reached.one("tbody").all("tr")) == sum(len(run.epochs) for run in evidence.training.runs)
    assert [row.all("td")[-1].text for row in checked.one("tbody").all("tr")] == [
        check.sentence for check in evidence.training.checks
    ]
    assert evidence.training.data.note in sections(parsed("digits"))["shown"].text
    for name, md5 in evidence.training.data.md5.items():
        assert name in sections(parsed("digits"))["replay"].text
        assert md5 in sections(parsed("digits"))["replay"].text


@pytest.mark.slow
def test_what_a_mistake_costs_is_said() -> None:
    found = sections(parsed("digits-wrong"))["learning"].text
    assert "What the mistake costs." in found
    assert "caught by exact: dW1, db1" in found


@pytest.mark.slow
def test_a_training_that_was_interrupted_is_said_to_be_so() -> None:
    found = sections(parsed("interrupted"))
    assert "intended: interrupted, after epoch 1" in found["learning"].text
    assert "How far the training would have come: it was interrupted, after epoch 1" in found["shown"].text


@pytest.mark.slow
def test_numbers_at_the_end_of_what_there_is_are_words() -> None:
    found = sections(parsed("extreme"))
    cells = [cell.text for cell in found["gradients"].one("tbody").all("td")]
    for word in ("NaN", "infinity", "0", "1.0e-300"):
        assert any(word.lower() == cell.lower() or (word == "infinity" and cell == "inf") for cell in cells), word
    assert "1,000,000 of 1,000,000" in cells
    learned = [cell.text.lower() for cell in found["learning"].all("table")[0].one("tbody").all("td")]
    assert "nan" in learned
    assert "inf" in learned or "infinity" in learned
    assert "-inf" in learned or "-infinity" in learned
    assert max(map(len, learned)) < 20  # 1e308 is not written out


# How it is built


def test_there_is_one_first_heading_and_the_others_follow_in_order(root: Element) -> None:
    headings = [int(one.tag[1]) for one in root.all("h1", "h2", "h3", "h4", "h5", "h6")]
    assert headings[0] == 1
    assert headings.count(1) == 1
    assert all(later <= earlier + 1 for earlier, later in pairwise(headings))
    assert all(one.text for one in root.all("h1", "h2"))


def test_every_table_has_a_caption_and_every_head_its_scope(root: Element) -> None:
    assert len(root.all("table")) >= 5
    for table in root.all("table"):
        assert caption(table)
        heads = table.one("thead").all("th")
        assert all(head.attributes["scope"] == "col" and head.text for head in heads)
        for row in table.one("tbody").all("tr"):
            assert [head.attributes["scope"] for head in row.all("th")] == ["row"]
            assert len(row.all("th", "td")) == len(heads)
            assert all(cell.text for cell in row.all("th", "td"))


def test_every_picture_has_a_title_and_says_in_words_what_it_shows(root: Element) -> None:
    assert root.all("svg")
    for svg in root.all("svg"):
        first, second = (one for one in svg.inside if isinstance(one, Element) and one.tag in ("title", "desc"))
        assert svg.attributes["role"] == "img"
        assert svg.attributes["aria-labelledby"] == f"{first.attributes['id']} {second.attributes['id']}"
        assert first.text
        assert len(second.text) > 40
    assert not root.all("img")


def test_every_id_is_there_once_and_what_refers_to_one_finds_it(root: Element) -> None:
    ids = [one.attributes["id"] for one in root.all() if "id" in one.attributes]
    assert len(ids) == len(set(ids))
    for element in root.all():
        for name in ("aria-labelledby", "aria-describedby"):
            assert set(element.attributes.get(name, "").split()) <= set(ids)
        for name in ("href", "xlink:href"):
            target = element.attributes.get(name, "#")
            assert not target.startswith("#") or target == "#" or target[1:] in ids
        for value in element.attributes.values():
            assert set(re.findall(r"url\(#([^)]+)\)", value)) <= set(ids)


def test_nothing_is_loaded_and_nothing_runs(root: Element) -> None:
    assert not root.all("script", "link", "iframe", "object", "embed", "base", "form", "foreignobject", "img", "a:a")
    for element in root.all():
        assert not [name for name in element.attributes if name.startswith("on")]
        for name in LINKS:
            target = element.attributes.get(name, "#")
            assert target.startswith(("#", "data:image/png;base64,")), target
            assert target.startswith("#") or element.tag == "image"
        assert "url(" not in re.sub(r"url\(#", "", element.attributes.get("style", ""))
    (style,) = root.all("style")
    assert not re.search(r"@import|url\(|expression|behavior", style.text)
    assert not [one for one in root.all("meta") if "http-equiv" in one.attributes]


@pytest.mark.parametrize("name", tiered(CLEAN))
def test_no_address_stands_in_it_but_the_names_of_xml(name: str) -> None:
    names = ("http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink", "http://www.w3.org/1998/Math/MathML")
    text = html(name)
    for address in names:
        text = text.replace(f'="{address}"', "")
    assert "http" not in text
    assert "file:" not in text
    assert str(Path.home()) + "/" not in text


@pytest.mark.parametrize("name", tiered(EVIDENCES))
def test_it_is_small_and_is_text_without_signs_that_do_something(name: str) -> None:
    text = html(name)
    assert len(text.encode()) < 2_000_000
    assert text.startswith("<!DOCTYPE html>\n<html lang=")
    assert not [sign for sign in set(text) if ord(sign) < 32 and sign != "\n"]
    assert not set(text) & set("\u202e\u2028\u200b\x7f\x9b")


@pytest.mark.parametrize("name", sampled(["right", "hostile"], 1))
def test_the_same_evidence_gives_the_same_page(name: str) -> None:
    evidence = EVIDENCES[name]()
    assert page(document(evidence)) == html(name)
    assert page(document(Evidence.from_json(evidence.to_json()))) == html(name)


@pytest.mark.slow
def test_another_process_with_other_hashes_gives_the_same_page(tmp_path: Path) -> None:
    (tmp_path / "e.json").write_text(EVIDENCES["digits"]().to_json(), encoding="utf-8")
    code = (
        "import sys; from pathlib import Path; from verify.evidence.records import Evidence; from verify.report import html;"
        "from verify.report.document import document;"
        "e = Evidence.from_json(Path(sys.argv[1]).read_text(encoding='utf-8'));"
        "Path(sys.argv[2]).write_text(html.page(document(e)), encoding='utf-8')"
    )
    words = [sys.executable, "-W", "error", "-c", code, str(tmp_path / "e.json"), str(tmp_path / "e.html")]
    subprocess.run(words, check=True, cwd=ROOT, env={"PYTHONHASHSEED": "7", "MPLCONFIGDIR": str(tmp_path), "LANG": "C"})
    assert (tmp_path / "e.html").read_text(encoding="utf-8") == html("digits")


# Text from outside


@cache
def harmless() -> list[tuple[str, frozenset[str]]]:
    """Every element of a page that is full of a harmless word, with the names of its attributes."""
    return shape(page(document(full_of("word"))))


@pytest.fixture
def undrawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the time that it takes to draw: pictures are those of another report."""
    without_drawing(monkeypatch)


def shape(text: str) -> list[tuple[str, frozenset[str]]]:
    root = tree(text)
    for svg in root.all("svg"):  # as many letters as fit: how it is drawn depends on its texts
        assert {one.tag for one in svg.all()} <= {"svg", "title", "desc", "g", "path", "defs", "use", "rect", "text",
                                                  "tspan", "clippath", "image", "pattern"}  # fmt: skip
        assert not [name for one in svg.all() for name in one.attributes if name.startswith("on")]
        svg.inside.clear()
    return [(one.tag, frozenset(one.attributes)) for one in root.all()]


@pytest.mark.parametrize("text", sampled(HOSTILE, 4))
@pytest.mark.usefixtures("undrawn")
def test_a_page_full_of_hostile_text_is_built_as_one_full_of_a_word(text: str) -> None:
    written = page(document(full_of(text)))
    assert shape(written) == harmless()
    root = tree(written)
    expected = " ".join(visible(text).split())
    assert expected in root.one("head").one("title").text
    for anchor in set(TITLES) - {"steps"}:
        assert expected in sections(root)[anchor].text


@pytest.mark.slow
def test_a_page_of_many_hostile_texts_is_built_so_too() -> None:
    assert shape(html("hostile")) == harmless()
    assert "{{ 7*7 }}" in parsed("hostile").text


def test_that_this_would_be_seen() -> None:
    planted = html("right").replace("</main>", "<p onclick=x><script>alert(1)</script></p></main>")
    assert shape(planted) != shape(html("right"))
    with pytest.raises(AssertionError):
        test_nothing_is_loaded_and_nothing_runs(tree(planted))


@pytest.mark.parametrize(
    "text", sampled([*HOSTILE, "{", "}", "\\frac", "x_", "\\left(", "x_a_b", "{" * 2000, "\\unicode{x}"], 6)
)
@pytest.mark.usefixtures("undrawn")
def test_a_formula_from_elsewhere_is_drawn_or_shown_as_it_is_written(text: str) -> None:
    root = tree(page(document(with_formula(text))))
    for table in root.all("table"):
        if table.attributes.get("class") == "derivation":
            for row in table.one("tbody").all("tr"):
                assert all(len(cell.all("math", "code")) == 1 for cell in row.all("td")[:2])
    known = {tag for tag, _ in shape(html("wrong-dZ2"))} | {
        "mtext",
        "mover",
        "mrow",
        "msup",
        "msub",
        "msubsup",
        "mspace",
    }
    assert {one.tag for one in root.all()} - {one.tag for svg in root.all("svg") for one in svg.all()} <= known


# In a notebook


@pytest.mark.parametrize("name", sampled(["right", "wrong-dZ2", "extreme", "hostile"], 1))
def test_the_fragment_is_the_verdict_and_the_table_of_gradients(name: str) -> None:
    evidence = EVIDENCES[name]()
    root = tree(fragment(evidence))
    assert display.html(evidence) == fragment(evidence)
    captions = [caption(table) for table in root.all("table")]
    assert captions == ["Gradients by oracle"]
    assert len(root.one("tbody").all("tr")) == len(evidence.summary)
    assert not root.all("script", "style", "h1", "h2")
    assert visible(evidence.sentence)[-20:].strip() in root.one("strong").text


def test_an_evidence_of_the_library_has_a_page() -> None:
    evidence = check_gradients(
        loss=lambda p: float(p["w"] @ p["w"]),
        gradients=lambda p: {"w": 3 * p["w"]},
        params={"w": np.array([0.5, -0.25])},
    )
    root = tree(page(document(evidence)))
    assert root.one("h1").text == "Wrong"
    assert next(iter(sections(root))) == "wrong"
    assert "network.py" not in root.text
    assert all(table.one("tbody").all("tr") for table in root.all("table"))


def test_an_evidence_of_nothing_has_a_page() -> None:
    empty = replace(right(), derivation=(), summary=(), cases=(), mistakes={}, caught=(), findings=(), trusted=(),
                    oracles=(), replay=replace(right().replay, versions={}, sha256={}))  # fmt: skip
    root = tree(page(document(empty)))
    assert set(sections(root)) <= {"shown", "replay"}
    assert all(table.one("tbody").all("tr") for table in root.all("table"))


@pytest.mark.slow
def test_every_table_of_a_report_is_as_wide_in_each_row_as_its_head() -> None:
    for name in EVIDENCES:
        for section in reported(name).sections:
            for block in section.blocks:
                if isinstance(block, Table):
                    assert {len(row) for row in block.rows} <= {len(block.columns)}
