"""Of a large campaign a sample runs every day, more of it in `make test`, and nothing is in neither of the three."""

from __future__ import annotations

import itertools
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from tests.places import ROOT
from tests.tiers import EVERY_DAY, mark, sample, shows

NAMES, ORACLES = [f"mistake {n}" for n in range(30)], ["exact", "complex-step", "central-difference"]
FILE = next(iter(sorted(EVERY_DAY)))


class Test:
    """What the sample asks of a test; a real one is not made without a session."""

    __test__ = False

    def __init__(self, function: str, marks: tuple[str, ...] = (), path: str = FILE, **parameters: str) -> None:
        self.name = self.originalname = function
        self.marks, self.path = set(marks), ROOT / path
        self.nodeid = f"{path}::{function}[{'-'.join(parameters.values())}]"
        if parameters:
            self.callspec = SimpleNamespace(params=parameters)

    def get_closest_marker(self, name: str) -> str | None:
        return name if name in self.marks else None

    def add_marker(self, mark: pytest.MarkDecorator) -> None:
        self.marks.add(mark.name)


def campaign() -> list[Any]:
    """Every mistake by every oracle, every mistake alone, three tests without parameters, and a slow one."""
    return [
        *(Test("by oracle", name=name, oracle=oracle) for name, oracle in itertools.product(NAMES, ORACLES)),
        *(Test("alone", name=name) for name in NAMES),
        *(Test(function) for function in ("one", "two", "three")),
        Test("dear", ("slow",)),
    ]


def of_tier(items: list[Any], every_day: int, *tiers: str) -> list[Any]:
    return [item for item, tier in zip(items, sample(items, every_day), strict=True) if tier in tiers]


def everything(items: list[Any]) -> set[tuple[str, str]]:
    return set().union(*map(shows, items))


@pytest.mark.parametrize("every_day", [0, 1, 10, 1000])
def test_every_function_and_every_value_is_in_make_test(every_day: int) -> None:
    items = campaign()
    assert everything(of_tier(items, every_day, "every day", "make test")) == everything(items)
    assert of_tier(items, every_day, "campaign")


def test_so_many_run_every_day_and_they_show_all_functions_first() -> None:
    daily = of_tier(campaign(), 5, "every day")
    assert len(daily) == 5
    assert {item.originalname for item in daily} == {"by oracle", "alone", "one", "two", "three"}
    assert "dear" not in {item.originalname for item in of_tier(campaign(), 1000, "every day")}


def test_no_test_of_make_test_shows_what_others_showed_already() -> None:
    assert len(of_tier(campaign(), 0, "make test")) <= len(NAMES) + len(("alone", "one", "two", "three", "dear"))


def test_the_sample_does_not_depend_on_the_order_of_the_tests() -> None:
    there, back = campaign(), campaign()[::-1]
    assert {one.nodeid for one in of_tier(there, 8, "every day")} == {
        one.nodeid for one in of_tier(back, 8, "every day")
    }
    assert {one.nodeid for one in of_tier(there, 8, "campaign")} == {one.nodeid for one in of_tier(back, 8, "campaign")}


def test_the_tiers_are_marks_and_files_that_are_not_in_the_table_have_none() -> None:
    inside, outside = campaign(), [Test("other", path="tests/test_other.py", name=name) for name in NAMES]
    shown = [Test("shown", ("browser",), name=name, width=width) for name in NAMES for width in ("375", "1280")]
    mark(cast(list[pytest.Item], [*inside, *outside]), ROOT)
    assert not any(item.marks for item in outside)
    assert all("slow" in item.marks for item in inside if "campaign" in item.marks)
    assert sum(not item.marks for item in inside) == min(EVERY_DAY[FILE], 33)
    mark(cast(list[pytest.Item], shown), ROOT)
    assert {frozenset(item.marks) for item in shown} == {frozenset({"browser"}), frozenset({"browser", "campaign"})}


@pytest.mark.parametrize("name", EVERY_DAY)
def test_every_file_of_the_table_is_there(name: str) -> None:
    assert (ROOT / Path(name)).is_file()
