"""report.md: Markdown that GitHub shows as it is meant, with the sections of the page, and nothing that text could do."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from functools import cache
from html.parser import HTMLParser

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token

from tests.report.evidences import (
    CLEAN,
    EVIDENCES,
    HOSTILE,
    full_of,
    reported,
    right,
    tiered,
    with_formula,
    without_drawing,
)
from verify.integrations import display
from verify.report.blocks import Code, Derivation, Drawing, Points, Table
from verify.report.document import document
from verify.report.markdown import code, escaped, fragment, text
from verify.report.safe import visible

MATH = re.compile(r"^\$\$\n([^\n]+)\n\$\$$", re.MULTILINE)


@cache
def written(name: str) -> str:
    return text(reported(name))


@cache
def parser() -> MarkdownIt:
    """CommonMark with GitHub's tables, struck-out words and links of bare addresses."""
    return MarkdownIt("commonmark").enable(["table", "strikethrough"])


def parsed(markdown: str) -> list[Token]:
    """Return all tokens, the inner ones after those that hold them; formulas are taken out, as GitHub does."""
    tokens = parser().parse(MATH.sub("FORMULA", markdown))
    return [one for token in tokens for one in (token, *(token.children or ()))]


def plain(token: Token) -> str:
    return "".join(one.content for one in token.children or () if one.type in ("text", "code_inline"))


def headings(tokens: list[Token]) -> list[tuple[str, str]]:
    return [(one.tag, plain(tokens[place + 1])) for place, one in enumerate(tokens) if one.type == "heading_open"]


def rows(tokens: list[Token]) -> list[list[list[str]]]:
    """Return every table as rows of cells."""
    tables: list[list[list[str]]] = []
    for place, one in enumerate(tokens):
        if one.type == "table_open":
            tables.append([])
        elif one.type == "tr_open":
            tables[-1].append([])
        elif one.type in ("th_open", "td_open"):
            tables[-1][-1].append(plain(tokens[place + 1]))
    return tables


# What stands where


@pytest.mark.parametrize("name", tiered(EVIDENCES))
def test_its_headings_are_the_verdict_and_the_sections_of_the_page(name: str) -> None:
    report = reported(name)
    expected = [("h1", report.verdict.capitalize()), *(("h2", section.title) for section in report.sections)]
    assert headings(parsed(written(name))) == expected


@pytest.mark.parametrize("name", tiered(EVIDENCES))
def test_the_contents_lead_to_the_headings_as_github_names_them(name: str) -> None:
    tokens = parsed(written(name))
    links = [str(one.attrs["href"]) for one in tokens if one.type == "link_open"]
    named = [re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for tag, title in headings(tokens) if tag == "h2"]
    assert links == [f"#{one}" for one in named]


@pytest.mark.parametrize("name", tiered(EVIDENCES))
def test_every_table_is_one_with_five_columns_at_most(name: str) -> None:
    tokens = parsed(written(name))
    found = rows(tokens)
    tables = [block for section in reported(name).sections for block in section.blocks if isinstance(block, Table)]
    assert len(found) == len(tables)
    for cells, table in zip(found, tables, strict=True):
        assert len(cells) == 1 + len(table.rows)
        assert {len(row) for row in cells} == {min(5, len(table.columns))}
        for row, wanted in zip(cells[1:], table.rows, strict=True):
            read = [" ".join(cell.replace("\u200b", "").split()) for cell in row]
            meant = [" ".join(cell.text.split()) for cell in wanted]
            assert read[:4] == meant[:4]
            assert all(text in read[4] for text in meant[4:])
    in_tables = {cell for cells in found for row in cells for cell in row}
    lines = [plain(one) for one in tokens if one.type == "inline"]
    assert not [line for line in lines if re.search(r"^\||\| --|:-- \|", line) and line not in in_tables]


@pytest.mark.parametrize("name", tiered(CLEAN))
def test_columns_that_have_no_place_are_named_in_the_last(name: str) -> None:
    (gradients,) = [table for table in rows(parsed(written(name))) if table[0][:3] == ["gradient", "oracle", "verdict"]]
    for row in gradients[1:]:
        assert "in the case" in row[4]
        assert re.search(r"[\d,]+ of [\d,]+", row[4])


@pytest.mark.parametrize("name", tiered(EVIDENCES))
def test_pictures_are_those_of_the_report_beside_the_file_and_are_said_in_words(name: str) -> None:
    images = [one for one in parsed(written(name)) if one.type == "image"]
    blocks = [block for section in reported(name).sections for block in section.blocks]
    drawn = [block.picture for block in blocks if isinstance(block, Drawing)]
    assert [one.attrs["src"] for one in images] == [f"{picture.name}.svg" for picture in drawn]
    for one, picture in zip(images, drawn, strict=True):
        assert one.content.replace("\\", "").replace("\u200b", "") == picture.alternative.replace("\\", "")


@pytest.mark.parametrize("name", tiered(EVIDENCES))
def test_every_formula_is_a_block_of_its_own(name: str) -> None:
    lines = written(name).splitlines()
    fences = [place for place, line in enumerate(lines) if line == "$$"]
    assert name == "hostile" or written(name).count("$") == 2 * len(fences)
    blocks = [block for section in reported(name).sections for block in section.blocks]
    steps = [step for block in blocks if isinstance(block, Derivation) for step in block.steps]
    assert len(fences) == 2 * len(steps)
    assert MATH.findall(written(name)) == [f"{step.left} = {step.right}" for step in steps]
    for start, end in zip(fences[::2], fences[1::2], strict=True):
        assert (end - start, lines[start - 1], lines[end + 1]) == (2, "", "")
        formula = lines[start + 1]
        assert formula.count("{") == formula.count("}")
        assert not re.search(r"\$|`|<|\\\\", formula)


@pytest.mark.parametrize("name", tiered(EVIDENCES))
def test_every_list_and_every_piece_of_code_is_one(name: str) -> None:
    tokens = parsed(written(name))
    blocks = [block for section in reported(name).sections for block in section.blocks]
    items = sum(len(block.points) for block in blocks if isinstance(block, Points)) + len(reported(name).sections)
    assert sum(one.type == "list_item_open" for one in tokens) == items
    fenced = [one.content for one in tokens if one.type == "fence"]
    assert fenced == ["\n".join(block.lines) + "\n" for block in blocks if isinstance(block, Code)]
    assert not [one for one in tokens if one.type == "code_block"]


@pytest.mark.parametrize("name", tiered(CLEAN))
def test_what_is_wrong_is_marked_and_no_mark_is_left_over(name: str) -> None:
    tokens = parsed(written(name))
    assert not [one.content for one in tokens if one.type == "text" and re.search(r"\*\*|\\|&\w+;|^#|```", one.content)]
    in_gradients = written(name).split("## The gradients")[1].split("\n## ")[0]
    assert ("**differs**" in in_gradients) == (reported(name).verdict == "wrong")


@pytest.mark.parametrize("name", tiered(CLEAN))
def test_its_html_is_only_what_folds_a_table(name: str) -> None:
    found = [tag for one in parsed(written(name)) if one.type.startswith("html") for tag in tags(one.content)]
    assert set(found) <= {"details", "summary"}


@pytest.mark.parametrize("name", tiered(EVIDENCES))
def test_it_ends_with_one_line_end_and_holds_no_sign_that_does_something(name: str) -> None:
    assert written(name).endswith("\n")
    assert not written(name).endswith("\n\n")
    assert "\n\n\n" not in written(name)
    assert not [sign for sign in set(written(name)) if ord(sign) < 32 and sign != "\n"]
    assert not set(written(name)) & set("\u202e\u2028\x7f\x9b")
    assert text(document(EVIDENCES[name]())) == written(name)


# Text from outside


def tags(markup: str) -> list[str]:
    found: list[str] = []

    class Tags(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            found.append(" ".join([tag, *(name for name, _ in attrs)]))

    Tags().feed(markup)
    return found


def shape(markdown: str) -> Counter[str]:
    """Count the tokens by kind; what is no words."""
    tokens = parsed(markdown)
    kinds = Counter(f"{one.type} {one.tag}" for one in tokens if one.type not in ("text", "text_special", "inline"))
    kinds.update(f"html {tag}" for one in tokens if one.type.startswith("html") for tag in tags(one.content))
    return kinds


@pytest.fixture
def harmless(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    without_drawing(monkeypatch, "word")
    return shape(text(document(full_of("word"))))


@pytest.mark.parametrize("outside", HOSTILE)
def test_a_report_full_of_hostile_text_is_built_as_one_full_of_a_word(
    monkeypatch: pytest.MonkeyPatch, harmless: Counter[str], outside: str
) -> None:
    without_drawing(monkeypatch, visible(outside))
    markdown = text(document(full_of(outside)))
    assert shape(markdown) == harmless
    assert len(MATH.findall(markdown)) == len(re.findall(r"^\$\$$", markdown, re.MULTILINE)) / 2
    tokens = parsed(markdown)
    expected = " ".join(visible(outside).split())
    shown = [" ".join(plain(one).replace("\u200b", "").split()) for one in tokens if one.type == "inline"]
    assert sum(expected in one for one in shown) > 100
    assert not re.search(r"https?://[a-z]|(?<!\u200b)www\.[a-z]|\w@\w", MATH.sub("", without_code(markdown)))


def without_code(markdown: str) -> str:
    """Return the Markdown without what GitHub makes no links of: code."""
    return re.sub(r"^```text\n.*?^```$|(`+)[^\n]*?\1", "", markdown, flags=re.MULTILINE | re.DOTALL)


@pytest.mark.slow
def test_a_report_of_many_hostile_texts_is_built_so_too() -> None:
    assert shape(written("hostile")) == shape(text(document(full_of("word"))))


def test_that_this_would_be_seen() -> None:
    for planted in (
        "[x](y)",
        "<b>x</b>",
        "# x",
        "- x",
        "`x`",
        "![x](y)",
        "| a | b |\n|--|--|\n| c | d |",
        "<http://x.y>",
    ):
        assert shape(f"{written('right')}\n{planted}\n") != shape(written("right")) + shape("a word")


@pytest.mark.parametrize("outside", [*HOSTILE, "}", "\\frac", "\\href{javascript:alert(1)}{x}", "<b>", "\\unicode{x}"])
def test_a_formula_from_elsewhere_stays_within_its_block(monkeypatch: pytest.MonkeyPatch, outside: str) -> None:
    without_drawing(monkeypatch)
    clean, markdown = text(document(with_formula("x"))), text(document(with_formula(outside)))
    for kind in (
        "heading_open",
        "link_open",
        "image",
        "html_inline",
        "html_block",
        "list_item_open",
        "hr",
        "table_open",
    ):
        assert sum(one.type == kind for one in parsed(markdown)) == sum(one.type == kind for one in parsed(clean)), kind
    for formula in MATH.findall(markdown):
        assert not re.search(r"\$|`|<|\\href|\\unicode|\\\\", formula)
    assert len(MATH.findall(markdown)) == len(re.findall(r"^\$\$$", markdown, re.MULTILINE)) / 2


@pytest.mark.parametrize("outside", HOSTILE)
@pytest.mark.parametrize("around", ["{}", "word {}", "{} word", "- {}", "> {}", "**{}**", "*{}*"])
def test_an_escaped_text_is_read_as_it_was(outside: str, around: str) -> None:
    said = visible(outside)
    markdown = around.format(escaped(said))
    tokens = parsed(markdown)
    (inline,) = [one for one in tokens if one.type == "inline"]
    expected = around.strip("->* ").format(" ".join(said.split()))
    assert " ".join(plain(inline).replace("\u200b", "").split()) == expected
    kinds = {one.type for one in inline.children or ()} - {"text", "text_special"}
    allowed = {"**{}**": {"strong_open", "strong_close"}, "*{}*": {"em_open", "em_close"}}.get(around, set())
    assert kinds <= allowed


@pytest.mark.parametrize("outside", HOSTILE)
def test_code_in_a_cell_is_read_as_it_was(outside: str) -> None:
    said = visible(outside).strip()
    (table,) = rows(parsed(f"| a | b |\n| -- | -- |\n| {code(said)} | x |\n"))
    assert table == [["a", "b"], [said, "x"]]


# In a notebook


@pytest.mark.parametrize("name", tiered(["right", "wrong-dZ2", "hostile"]))
def test_the_fragment_is_the_verdict_and_the_table_of_gradients(name: str) -> None:
    evidence = EVIDENCES[name]()
    assert display.markdown(evidence) == fragment(evidence)
    tokens = parsed(fragment(evidence))
    (table,) = rows(tokens)
    assert len(table) == 1 + len(evidence.summary)
    assert {one.type for one in tokens} <= {
        "paragraph_open", "paragraph_close", "inline", "text", "text_special", "strong_open", "strong_close", "table_open",
        "thead_open", "tr_open", "th_open", "th_close", "tr_close", "thead_close", "tbody_open", "td_open", "td_close",
        "tbody_close", "table_close", "code_inline",
    }  # fmt: skip


def test_an_evidence_of_nothing_has_a_text() -> None:
    empty = replace(right(), derivation=(), summary=(), cases=(), mistakes={}, caught=(), findings=(), trusted=(),
                    oracles=(), replay=replace(right().replay, versions={}, sha256={}))  # fmt: skip
    assert all(len(table) > 1 for table in rows(parsed(text(document(empty)))))
