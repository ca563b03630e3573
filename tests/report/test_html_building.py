"""report.html: how it is built, so that all can read it, and nothing is loaded or run."""

from __future__ import annotations

import re
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest

from tests.places import ROOT
from tests.report.evidences import (
    CLEAN,
    EVIDENCES,
    tiered,
)
from tests.report.page_tree import Element, caption, html, parsed, shape, tree
from verify.evidence.records import Evidence
from verify.report.document import document
from verify.report.html import page

LINKS = ("href", "xlink:href", "src", "srcset", "action", "formaction", "data", "poster", "background", "ping", "cite")


@pytest.fixture(params=tiered(EVIDENCES))
def root(request: pytest.FixtureRequest) -> Element:
    return parsed(request.param)


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


@pytest.mark.parametrize("name", tiered(["right", "hostile"]))
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


def test_that_this_would_be_seen() -> None:
    planted = html("right").replace("</main>", "<p onclick=x><script>alert(1)</script></p></main>")
    assert shape(planted) != shape(html("right"))
    with pytest.raises(AssertionError):
        test_nothing_is_loaded_and_nothing_runs(tree(planted))
