"""What is shown of somebody's own code: what is wrong first, in every face, and nothing that its texts could do."""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import replace
from functools import cache

import jsonschema
import pytest

from tests.places import SCHEMA
from tests.report import page_tree as pages
from tests.report import test_html_building as building
from tests.report import test_markdown as texts
from tests.report.evidences import (
    HOSTILE,
    RIGHT_LINE,
    SUBMISSIONS,
    WRONG_LINE,
    submitted,
    submitted_full_of,
)
from tests.report.submission_text import in_order, printed
from tests.there import there
from verify.evidence.records import Evidence
from verify.evidence.submission import Lines
from verify.integrations import display
from verify.report import html, markdown
from verify.report.blocks import Table
from verify.report.document import document
from verify.report.safe import visible
from verify.report.submission import known, place

names = pytest.mark.parametrize("name", SUBMISSIONS)


@cache
def page(name: str) -> str:
    return html.page(document(SUBMISSIONS[name]()))


@pytest.mark.parametrize(
    ("name", "anchors"),
    [
        ("notebook", "wrong questions gradients shown convention lines remarks cage findings trusted replay"),
        ("script", "questions gradients shown convention lines cage trusted replay"),
        ("unjudged", "lines cage trusted replay"),
    ],
)
def test_the_sections_stand_in_their_order_and_none_is_empty(name: str, anchors: str) -> None:
    found = pages.sections(pages.tree(page(name)))
    assert list(found) == anchors.split()
    for section in found.values():
        assert len(section.text) > len(section.one("h2").text)


def test_the_page_begins_with_the_verdict_and_what_is_wrong() -> None:
    root = pages.tree(page("notebook"))
    assert root.one("h1").text == "Wrong"
    assert root.one("head").one("title").text == "Wrong: Gradients of lab1 (1).ipynb"
    assert in_order(
        pages.sections(root)["wrong"].text,
        "dZ1-one-minus-A1: 1 - A1 stands where 1 - A1^2 should.",
        "lab1 (1).ipynb, cell 4, line 12",
        WRONG_LINE,
        "It should be",
        RIGHT_LINE,
        "The text of the lab says so too.",
        "W_cachee: dW_cachee[0, 1]: the backward pass gives 0.5",
        "What could not be judged:",
        "W_sortie: nothing was compared",
    )


def found_in(anchor: str) -> str:
    """The text of a section of the page about the notebook."""
    return pages.sections(pages.tree(page("notebook")))[anchor].text


def rows(name: str, anchor: str) -> list[list[str]]:
    """The rows of all tables in a section."""
    section = pages.sections(pages.tree(page(name)))[anchor]
    return [[cell.text for cell in row.all("th", "td")] for body in section.all("tbody") for row in body.all("tr")]


def test_the_page_holds_all_that_the_submission_says() -> None:
    own = submitted().submission
    assert own is not None
    assert rows("notebook", "questions") == [[one.question, one.answer, one.sentence] for one in own.answers]
    found = rows("notebook", "gradients")
    assert found[:3] == [[one.parameter, one.verdict, one.worst] for one in own.parameters]
    assert [row[:3] for row in found[3:]] == [[f"d{r.parameter}", r.oracle, r.verdict] for r in submitted().summary]
    assert rows("notebook", "convention") == [
        *([one.name, one.value, known(one)] for one in own.convention),
        *([one.function or "global names", one.argument, one.value, known(one)] for one in own.bindings),
    ]
    assert "exact" in found_in("shown")
    assert all(one.sentence in found_in("shown") for one in submitted().coverage)
    assert "Other sizes than those." in found_in("shown")
    lines = [[place(one.cell, one.first, one.last), one.text, one.why] for one in (*own.used, *own.dropped)]
    assert rows("notebook", "lines") == lines
    assert rows("notebook", "remarks") == [
        ["spoils-its-caller", "cell 4, line 3", "A -= A.max()", "It changes the array of its caller."]
    ]
    found_text = pages.sections(pages.tree(page("notebook")))
    for text in (own.cage, *own.promises, own.canary):
        assert text in found_text["cage"].text
    for text in ("verify grads 'lab1 (1).ipynb'", "c0ffee", "f00d"):
        assert text in found_text["replay"].text
    assert "trained" not in found_text["shown"].text
    assert "17 trial calls" in found_text["convention"].text


def test_the_lines_are_folded_away_and_counted() -> None:
    section = pages.sections(pages.tree(page("notebook")))["lines"]
    assert [one.one("summary").text for one in section.all("details")] == [
        "Lines that were used, and what for",
        "Lines that were dropped, and why",
    ]
    assert len(section.all("details")) == len(section.all("table"))
    assert "15 lines of lab1 (1).ipynb were used." in section.text
    assert "11 lines of lab1 (1).ipynb were dropped." in section.text


@names
def test_the_page_is_built_as_every_other(name: str) -> None:
    root = pages.tree(page(name))
    building.test_there_is_one_first_heading_and_the_others_follow_in_order(root)
    building.test_every_id_is_there_once_and_what_refers_to_one_finds_it(root)
    building.test_nothing_is_loaded_and_nothing_runs(root)
    for table in root.all("table"):
        assert all(cell.text for cell in table.all("th", "td"))
    assert html.page(document(Evidence.from_json(SUBMISSIONS[name]().to_json()))) == page(name)


@names
def test_the_markdown_has_the_sections_of_the_page_and_its_tables_are_tables(name: str) -> None:
    report = document(SUBMISSIONS[name]())
    written = markdown.text(report)
    tokens = texts.parsed(written)
    expected = [("h1", report.verdict.capitalize()), *(("h2", section.title) for section in report.sections)]
    assert texts.headings(tokens) == expected
    links = [str(one.attrs["href"]) for one in tokens if one.type == "link_open"]
    named = [re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for tag, title in expected if tag == "h2"]
    assert links == [f"#{one}" for one in named]
    tables = [block for section in report.sections for block in section.blocks if isinstance(block, Table)]
    assert [len(found) for found in texts.rows(tokens)] == [1 + len(table.rows) for table in tables]


def test_empty_texts_leave_no_empty_cell() -> None:
    emptied = pages.tree(html.page(document(empty())))
    for table in emptied.all("table"):
        if "Hashes" not in pages.caption(table):
            assert all(cell.text for cell in table.one("tbody").all("th", "td"))
    assert "Traceback" not in printed(empty())


def empty() -> Evidence:
    """A submission in which every text that may be empty is."""
    own = submitted().submission
    assert own is not None
    return replace(
        submitted(),
        submission=replace(
            own,
            used=(Lines(2, 1, 1, "", ""),),
            convention=(replace(own.convention[0], value=""),),
            answers=tuple(replace(one, sentence="") for one in own.answers),
            parameters=tuple(replace(one, worst="") for one in own.parameters),
            remarks=tuple(replace(one, sentence="", text="") for one in own.remarks),
            cage="", promises=(), canary="",
        ),
    )  # fmt: skip


def test_a_long_line_is_cut_in_the_table() -> None:
    own = submitted().submission
    long = replace(
        submitted(), submission=replace(there(own), used=(Lines(2, 1, 1, "x = " + "1" * 5000, "assignment"),))
    )
    text = html.page(document(long))
    assert "x = " + "1" * 96 + "..." in text
    assert "1" * 97 not in text


# Text from outside


@cache
def harmless_page() -> list[tuple[str, frozenset[str]]]:
    return pages.shape(html.page(document(submitted_full_of("word"))))


@cache
def harmless_text() -> Counter[str]:
    return texts.shape(markdown.text(document(submitted_full_of("word"))))


@pytest.mark.parametrize("outside", HOSTILE)
def test_hostile_texts_are_shown_and_do_nothing(outside: str) -> None:
    evidence = submitted_full_of(outside)
    written = html.page(document(evidence))
    assert pages.shape(written) == harmless_page()
    expected = " ".join(visible(outside).split())
    found = pages.sections(pages.tree(written))
    for anchor in ("wrong", "questions", "gradients", "convention", "lines", "remarks", "cage", "replay"):
        assert expected in found[anchor].text
    text = markdown.text(document(evidence))
    assert texts.shape(text) == harmless_text()
    shown = printed(evidence)
    assert not [sign for sign in set(shown + written + text) if ord(sign) < 32 and sign != "\n"]
    assert not set(shown + written + text) & set("\u202e\u2028\x7f\x9b")
    assert " ".join(shown.split()).count(expected) > 20


def test_that_this_would_be_seen() -> None:
    planted = html.page(document(submitted())).replace("</main>", "<script>alert(1)</script></main>")
    assert pages.shape(planted) != pages.shape(html.page(document(submitted())))


# JSON


@names
def test_the_json_carries_it_all_and_the_schema_knows_it(name: str) -> None:
    evidence = SUBMISSIONS[name]()
    schema = json.loads(SCHEMA.read_text())
    validator = jsonschema.Draft202012Validator(schema)
    found = json.loads(evidence.to_json())
    validator.validate(found)
    assert Evidence.from_json(evidence.to_json()) == evidence
    assert not validator.is_valid({**found, "submission": {**found["submission"], "kind": "exe"}})


@names
def test_in_a_notebook_it_is_the_verdict_and_the_tables_of_gradients(name: str) -> None:
    evidence = SUBMISSIONS[name]()
    captions = [pages.caption(table) for table in pages.tree(display.html(evidence)).all("table")]
    both = ["Each gradient, by the name of its parameter", "Gradients by oracle"]
    assert captions == ([] if name == "unjudged" else both)
    assert len(texts.rows(texts.parsed(display.markdown(evidence)))) == len(captions)
