"""report.html and the fragment for a notebook: what stands where."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.report.evidences import (
    EVIDENCES,
    ONE_ENTRY,
    WRONG_DZ2,
    WRONG_SHAPE,
    reported,
    right,
    tiered,
    wrong,
)
from tests.report.page_tree import TITLES, caption, html, parsed, sections, tree
from verify import check_gradients
from verify.integrations import display
from verify.report.blocks import Table
from verify.report.document import document
from verify.report.html import fragment, page
from verify.report.safe import visible


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
    assert len(table.one("tbody").all("tr")) == len(right().summary) == 20
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


@pytest.mark.parametrize("name", [WRONG_DZ2, WRONG_SHAPE, ONE_ENTRY])
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


# In a notebook


@pytest.mark.parametrize("name", tiered(["right", "wrong-dZ2", "extreme", "hostile"]))
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
