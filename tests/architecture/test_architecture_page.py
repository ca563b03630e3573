"""The map of the code, docs/architecture.md, is true: its tables follow from the house, and what it names exists."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import get_args, get_type_hints

import pytest

from tests.architecture.house import EXCEPTIONS, GROUND, HOUSE, NEVER
from tests.architecture.house_page import FLOORS, PAGE, ROOT, between, parts, place, renewed
from verify.cli.status import COULD_NOT_JUDGE, FAULT, INTERRUPTED, OF_VERDICT, USAGE
from verify.evidence.records import Step, Verdict, Word

TEXT = PAGE.read_text(encoding="utf-8")
PAGES = ("README.md", "CONTRIBUTING.md", "docs/architecture.md", "tests/README.md")


def rows(page: str, heading: str) -> list[list[str]]:
    """The cells of the tables under a heading, without their heads."""
    section = re.split(r"^#+ ", page.partition(f"# {heading}\n")[2], flags=re.MULTILINE)[0]
    lines = [line for line in section.splitlines() if line.startswith("|") and not line.startswith("|--")]
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines]


def out_of_date(page: str) -> list[str]:
    return [name for name, text in parts().items() if between(page, name) != text]


def missing_files(page: str) -> list[str]:
    """Every path of ours in backticks that does not exist; NAME stands for a name that a reader chooses."""
    named = re.findall(r"`((?:verify|derivations|tests|docs|reports)/[\w./-]*)`", page)
    return [path for path in named if "NAME" not in path and not (ROOT / path).exists()]


def missing_names(page: str) -> list[str]:
    """Every name in the table of questions that its file does not define."""
    found = []
    for _, where, name in rows(page, "Where is what")[1:]:
        path = ROOT / where.strip("`")
        if path.is_file() and name.strip("`") not in defined(path.read_text()):
            found.append(f"{where.strip('`')} defines no {name.strip('`') or 'name: name one'}")
    return found


def missing_targets(page: str) -> list[str]:
    """Every `make` target that a page tells of and the Makefile does not have."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    return [
        target for target in re.findall(r"`make (\w+)`", page) if not re.search(rf"^{target}:", makefile, re.MULTILINE)
    ]


def defined(source: str) -> set[str]:
    tree = ast.parse(source).body
    tables = {node.target.id for node in tree if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)}
    return tables | {node.name for node in tree if isinstance(node, (ast.FunctionDef, ast.ClassDef))}


def missing_words(page: str) -> list[str]:
    """Every word of a verdict, and every exit status, that the page does not tell."""
    table = rows(page, "Fixed words and exit statuses")
    told = {word for cells in table for cell in cells[1:] for word in cell.split(", ")}
    statuses = {cells[0]: cells[1] for cells in table if cells[0].isdigit()}
    words = [word for word in words_of_verdicts() if word not in told]
    for verdict, number in OF_VERDICT.items():
        words += [] if statuses.get(str(number), "").startswith(verdict) else [f"{number} {verdict}"]
    return words + [str(number) for number in (USAGE, FAULT, INTERRUPTED) if str(number) not in statuses]


def words_of_verdicts() -> Iterator[str]:
    yield from (*get_args(Verdict), *get_args(Word), "proved", "not proved")


def test_its_tables_follow_from_the_house():
    assert out_of_date(TEXT) == [], "run: python -m tests.architecture.house_page"
    assert renewed(TEXT) == TEXT


def test_every_room_stands_in_it_with_exactly_what_it_may_import():
    told = {cells[0].strip("`"): cells[2] for cells in rows(TEXT, "Floors and rooms")[1:] if cells[2]}
    ground = set(GROUND)
    assert set(told) == {place(room) for room in HOUSE}
    for room, (may, _) in HOUSE.items():
        words = [] if told[place(room)] == "nothing of ours" else told[place(room)].split(", ")
        assert {one for word in words for one in (ground if word == "the ground" else {word})} == set(may), room


def test_its_words_for_the_ground_name_every_module_of_it():
    (said,) = re.findall(r"\*The ground\* is short for the modules of one idea each: ([^.]*)\.", TEXT)
    assert set(re.split(r",\s+|\s+and\s+", said)) == set(GROUND)


def test_every_floor_begins_with_a_room_of_the_house():
    assert [room for room in FLOORS if room not in HOUSE] == []
    assert next(iter(FLOORS)) == next(iter(HOUSE))


def test_every_exception_and_every_light_import_is_named():
    assert [one for pair in EXCEPTIONS for one in pair if f"`{one}`" not in TEXT] == []
    assert [name for name in NEVER if f"| `{name}` |" not in TEXT] == []


@pytest.mark.parametrize("page", PAGES)
def test_every_file_that_a_page_names_exists(page):
    assert missing_files((ROOT / page).read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("page", PAGES)
def test_every_make_target_that_a_page_tells_of_exists(page):
    assert missing_targets((ROOT / page).read_text(encoding="utf-8")) == []


def test_every_name_in_the_table_of_questions_is_defined_in_its_file():
    assert len(rows(TEXT, "Where is what")) > 20
    assert missing_names(TEXT) == []


def test_every_word_of_a_verdict_and_every_exit_status_is_told():
    assert OF_VERDICT["could not judge"] == COULD_NOT_JUDGE
    assert set(get_args(get_args(get_type_hints(Step)["proofs"])[1])) == {"proved", "not proved"}
    assert missing_words(TEXT) == []


# Each rule is shown to say no.


@pytest.mark.parametrize(
    ("old", "new", "name"),
    [
        ("| `verify/exact/` |", "| `verify/exactly/` |", "rooms"),
        ("| nothing of ours |", "| errors |", "rooms"),
        ("end of rooms", "end of the rooms", "rooms"),
        ("| `verify.cli.main` | numpy, ", "| `verify.cli.main` | ", "never"),
    ],
)
def test_a_table_that_does_not_follow_is_reported(old, new, name):
    assert old in TEXT
    assert out_of_date(TEXT.replace(old, new, 1)) == [name]


def test_an_exception_that_is_left_out_is_reported(monkeypatch):
    pair = ("verify.exact.field", "verify.nets.net")
    monkeypatch.setitem(EXCEPTIONS, pair, "issue 99")
    assert out_of_date(TEXT) == ["exceptions"]
    assert "| `verify.exact.field` | `verify.nets.net` | issue 99 |" in renewed(TEXT)


def test_a_house_without_exceptions_says_so(monkeypatch):
    monkeypatch.setattr("tests.architecture.house_page.EXCEPTIONS", {})
    assert parts()["exceptions"] == "None."


def test_a_file_that_is_not_there_is_reported():
    assert missing_files("See `verify/nowhere.py` and `verify/errors.py`.") == ["verify/nowhere.py"]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "`derivations/proof.py` | `prove`",
            "`derivations/proof.py` | `proven`",
            "derivations/proof.py defines no proven",
        ),
        ("`verify/errors.py` | `VerifyError`", "`verify/errors.py` | ", "verify/errors.py defines no name: name one"),
    ],
)
def test_a_name_that_its_file_does_not_define_is_reported(old, new, said):
    assert missing_names(TEXT.replace(old, new, 1)) == [said]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [("agrees, differs", "agrees", ["differs"]), ("| 4 |", "| 5 |", ["4"]), ("| 1 | wrong", "| 1 | bad", ["1 wrong"])],
)
def test_a_word_or_status_that_is_not_told_is_reported(old, new, said):
    assert missing_words(TEXT.replace(old, new, 1)) == said


def test_markers_that_are_missing_are_told():
    with pytest.raises(ValueError, match="the markers of the part 'rooms' are missing"):
        renewed(TEXT.replace("end of rooms", "end"))
