"""report.html: text from outside is shown as it is written, and does nothing."""

from __future__ import annotations

from functools import cache

import pytest

from tests.report.evidences import (
    HOSTILE,
    full_of,
    with_formula,
    without_drawing,
)
from tests.report.page_tree import TITLES, html, parsed, sections, shape, tree
from verify.report.document import document
from verify.report.html import page
from verify.report.safe import visible


@cache
def harmless() -> list[tuple[str, frozenset[str]]]:
    """Every element of a page that is full of a harmless word, with the names of its attributes."""
    return shape(page(document(full_of("word"))))


@pytest.fixture
def undrawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the time that it takes to draw: pictures are those of another report."""
    without_drawing(monkeypatch)


@pytest.mark.parametrize("text", HOSTILE)
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


@pytest.mark.parametrize("text", [*HOSTILE, "{", "}", "\\frac", "x_", "\\left(", "x_a_b", "{" * 2000, "\\unicode{x}"])
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
