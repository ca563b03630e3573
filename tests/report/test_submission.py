"""What is shown of somebody's own code: what is wrong first, in every face, and nothing that its texts could do."""

from __future__ import annotations

import io
import json
import re
from collections import Counter
from dataclasses import replace
from functools import cache
from itertools import pairwise

import jsonschema
import pytest
from rich.console import Console

from tests.places import SCHEMA
from tests.report import page_tree as pages
from tests.report import test_html_building as building
from tests.report import test_markdown as texts
from tests.report.evidences import (
    HOSTILE,
    RIGHT_LINE,
    SUBMISSIONS,
    WRONG_LINE,
    script,
    submitted,
    submitted_full_of,
    unjudged,
)
from tests.there import there
from verify.evidence.records import Evidence
from verify.evidence.submission import Lines, Offer
from verify.integrations import display
from verify.report import html, markdown
from verify.report.blocks import Table
from verify.report.document import document
from verify.report.safe import visible
from verify.report.submission import known, place
from verify.report.terminal import console, render, render_cages

names = pytest.mark.parametrize("name", SUBMISSIONS)


def printed(evidence: Evidence) -> str:
    out = io.StringIO()
    render(evidence, console(out))
    return out.getvalue()


def in_order(text: str, *parts: str) -> bool:
    """Whether all parts stand in the text, each behind the one before."""
    at = -1
    for part in parts:
        at = text.find(part, at + 1)
        if at < 0:
            return False
    return True


# The terminal


def test_the_terminal_says_the_verdict_and_what_is_wrong_first() -> None:
    text = printed(submitted())
    assert text.splitlines()[0] == "Gradients of lab1 (1).ipynb"
    assert text.splitlines()[2] == submitted().sentence
    assert text.splitlines()[-1] == submitted().sentence
    assert in_order(
        text,
        "\nThe mistake\n  dZ1-one-minus-A1: 1 - A1 stands where 1 - A1^2 should.\n",
        f"  lab1 (1).ipynb, cell 4, line 12: {WRONG_LINE}\n",
        f"  it should be:                    {RIGHT_LINE}\n",
        "  The text of the lab says so too.\n",
        "\nWhat is wrong\n  W_cachee: dW_cachee[0, 1]: the backward pass gives 0.5, the derivative is 0.25; ratio 2.000\n",
        "\nWhat could not be judged\n  W_sortie: nothing was compared\n",
        "\nTwo questions\n  Is the backward pass the gradient of its own loss? No: By exact numbers.\n",
        "  Is that the loss of the lab? Yes: It is the mean cross-entropy.\n",
        "  Is there a third? Not known: Nobody asked.\n",
        "dW_cachee exact",
        "different",
        "db_sortie exact",
        "What each oracle saw\n  exact: 8 entries one by one, at 2 points\n",
        "  not judged: other sizes than those\n",
        "Power: what each oracle would have caught",
        "Findings",
        "How the file was read, found in 17 trial calls\n",
        "What was read of lab1 (1).ipynb\n",
        "Remarks\n  spoils-its-caller: It changes the array of its caller.\n    cell 4, line 3: A -= A.max()\n",
        "Run apart\n  in the cage bubblewrap, which promises no network; bounded memory\n",
        "  canary: came back exactly as wrong as it is\n",
        "replay: verify grads 'lab1 (1).ipynb'   seed 42",
    )


def test_the_terminal_shows_each_convention_and_how_it_is_known() -> None:
    lines = [line.split() for line in printed(submitted()).splitlines()]
    assert ["backward", "retropropagation", "by", "name,", "cell", "4,", "line", "1"] in lines
    assert ["labels", "one-hot", "by", "elimination"] in lines
    assert ["samples", "rows", "told"] in lines
    assert ["loss", "mean", "cross-entropy", "implied"] in lines


def test_the_terminal_puts_the_arguments_of_a_function_together_that_are_known_in_the_same_way() -> None:
    lines = [" ".join(line.split()) for line in printed(submitted()).splitlines()]
    given = "retropropagation(...) X = X; memoire = part 2 of what propagation returns by name"
    assert given in lines
    assert "retropropagation(...) k = Y by elimination" in lines
    assert "retropropagation(...) eps = its default stated, cell 4, line 1" in lines
    assert "global names taux = 0.375 by name" in lines


def test_the_words_for_how_something_is_known_are_explained_where_they_stand_and_no_others() -> None:
    text = " ".join(printed(submitted()).split())
    for word in ("told: by an option", "stated: the file's own text", "by name: it is called so", "assumed: one way"):
        assert word in text
    assert "by its numbers:" not in text


def test_the_terminal_counts_the_lines_by_reason_and_names_their_cells() -> None:
    text = printed(submitted())
    assert "  used: 15 lines (cells 2, 4)\n" in text
    assert "  dropped: 1 line (cell 1): loads data\n" in text
    assert "  dropped: 10 lines (cells 5, 7): a training loop\n" in text


def test_of_a_script_lines_are_named_and_not_cells_and_of_many_the_first() -> None:
    assert "  used: 30 lines (lines 1-30)\n" in printed(script())
    own = replace(there(script().submission), dropped=tuple(Lines(None, n, n, "x", "prints") for n in range(1, 12)))
    text = printed(replace(script(), submission=own))
    assert "  dropped: 11 lines (lines 1, 2, 3, 4, 5, 6, 7, 8 and 3 more): prints\n" in text


@names
def test_no_section_is_empty_or_about_what_a_submission_has_not(name: str) -> None:
    text = printed(SUBMISSIONS[name]())
    assert "network.py" not in text
    for title in ("Derivation", "Training", "Data", "planted", "Order of"):
        assert title not in text
    lines = text.splitlines()
    titles = [line for line, after in pairwise(lines) if line and not line.startswith(" ") and after.startswith("  ")]
    for title in ("The mistake", "What is wrong", "Two questions", "Findings", "Remarks", "Run apart"):
        assert (title in lines) == (title in titles)
    assert text.isascii()
    assert [line for line in lines if line != line.rstrip()] == []


def test_what_could_not_be_judged_has_no_table_and_no_mistake() -> None:
    text = printed(unjudged())
    assert text.splitlines()[2] == "Could not judge: found f, g; looked for backward."
    for absent in ("verdict", "The mistake", "Two questions", "How the file was read", "Power"):
        assert absent not in text
    assert "canary: not asked" in text


def test_a_mistake_that_nothing_explains_is_said_to_be_so_and_two_are_two() -> None:
    assert "no mistake of the catalogue gives these numbers; see the worst entries below" in printed(
        replace(submitted(), diagnoses=())
    )
    assert "\nThe mistakes\n" in printed(replace(submitted(), diagnoses=submitted().diagnoses * 2))
    bare = replace(submitted().diagnoses[0], should_be="", note="")
    assert "it should be" not in printed(replace(submitted(), diagnoses=(bare,)))


@pytest.mark.parametrize("width", [50, 80, 140])
def test_a_terminal_of_any_width_shows_it_without_shortened_words(width: int) -> None:
    out = io.StringIO()
    render(submitted(), Console(file=out, width=width, force_terminal=True, color_system=None, markup=False))
    assert "…" not in out.getvalue()
    assert max(map(len, out.getvalue().splitlines())) <= width


def test_the_evidence_of_the_lab_says_nothing_of_submissions() -> None:
    text = printed(replace(submitted(), submission=None))
    for absent in ("Two questions", "How the file was read", "Run apart", "canary"):
        assert absent not in text


@pytest.mark.parametrize(("cell", "first", "last", "said"), [
    (None, 7, 7, "line 7"), (None, 7, 9, "lines 7 to 9"), (3, 1, 1, "cell 3, line 1"), (3, 1, 5, "cell 3, lines 1 to 5"),
])  # fmt: skip
def test_a_place_is_said_in_words(cell: int | None, first: int, last: int, said: str) -> None:
    assert place(cell, first, last) == said


# Cages


def cages(*offers: Offer) -> str:
    out = io.StringIO()
    render_cages(offers, console(out))
    return out.getvalue()


def test_the_cages_are_shown_one_after_the_other_with_what_they_promise_and_leave() -> None:
    text = cages(
        Offer("bubblewrap", False, "bwrap is \x1b[31mnot installed", ("no network",), ("the kernel",)),
        Offer("landlock", True, "", ("no file",), ("names of files",)),
        Offer("rlimits", True, "", ("memory",), ("every file",)),
    )
    assert in_order(
        text,
        "\nbubblewrap: not available on this machine: bwrap is \\x1b[31mnot installed\n  would promise\n    - no network\n",
        "  leaves open\n    - the kernel\n",
        "\nlandlock: available, and used\n  promises\n    - no file\n  leaves open\n    - names of files\n",
        "\nrlimits: available\n",
        "\nverify grads SUBMISSION uses landlock; ",
    )
    assert "\x1b" not in text


def test_where_there_is_no_cage_it_says_so() -> None:
    text = cages(Offer("rlimits", False, "needs Linux", ("memory",), ("every file",)))
    assert text.endswith("No submission can be run on this machine: no cage is available.\n")


# The reports


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
