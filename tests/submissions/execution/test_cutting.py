"""A loop that is cut: our numbers stand before its first pass, it ends after so many, and unwatched it runs as always."""

from __future__ import annotations

import ast
import textwrap
from collections.abc import Callable
from typing import Any

import pytest

from verify.reading.wiring.plan_records import Cut
from verify.submissions.execution.inside.cutting import WATCH, How, Watch, cut

Names = dict[str, Any]


def loaded(text: str, *cuts: Cut, cell: int | None = None) -> tuple[Names, Watch]:
    """Return the names that a text defines with loops that are cut, and the watch."""
    watch = Watch()
    room: Names = {WATCH: watch}
    exec(compile(cut(ast.parse(textwrap.dedent(text)), cell, cuts), "handed_in", "exec"), room)
    return room, watch


def doubled(names: Names) -> Names:
    return {**names, "W": 2 * names["W"]}


LOOP = """\
def train(W, seen):
    for epoch in range(5):
        seen.append(W)
        W = W - 1
    return W
"""
AT = Cut(None, 2, ("W", "epoch", "seen"))


def run(
    text: str, at: Cut, passes: int = 1, put: Callable[[Names], Names] = doubled, W: float = 10
) -> tuple[Names, list[Any]]:
    room, watch = loaded(text, at)
    seen: list[Any] = []
    return watch.run(at, lambda: room["train"](W, seen), put, How(passes)), seen


def test_before_the_loop_its_names_are_given_and_nothing_of_it_runs() -> None:
    given: list[Names] = []

    def put(names: Names) -> Names:
        given.append(names)
        return names

    names, seen = run(LOOP, AT, passes=0, put=put)
    assert seen == []
    assert names == given[0]
    assert names["W"] == 10


@pytest.mark.parametrize("passes", [1, 2, 5])
def test_our_numbers_stand_before_the_first_pass_and_the_loop_ends_after_the_last(passes: int) -> None:
    names, seen = run(LOOP, AT, passes)
    assert seen == [20 - number for number in range(passes)]
    assert names["W"] == 20 - passes
    assert names["epoch"] == passes - 1


def test_more_passes_than_there_are_is_an_error_and_no_answer() -> None:
    with pytest.raises(RuntimeError, match="was not reached, or ended before a pass was over"):
        run(LOOP, AT, passes=6)


def test_a_loop_that_is_not_reached_is_an_error_and_no_answer() -> None:
    room, watch = loaded(LOOP, AT)
    with pytest.raises(RuntimeError, match="was not reached"):
        watch.run(AT, lambda: None, dict)
    with pytest.raises(RuntimeError, match="was not reached"):
        watch.run(Cut(None, 3, ("W",)), lambda: room["train"](1, []), dict)


def test_unwatched_the_loop_runs_as_it_always_did_before_and_after_it_was_watched() -> None:
    room, watch = loaded(LOOP, AT)
    seen: list[Any] = []
    assert room["train"](10, seen) == 5
    watch.run(AT, lambda: room["train"](10, []), doubled)
    assert room["train"](10, seen) == 5
    assert seen == 2 * [10, 9, 8, 7, 6]


def test_an_error_of_the_submission_ends_the_watch_and_is_raised() -> None:
    room, watch = loaded(LOOP, AT)
    with pytest.raises(TypeError):
        watch.run(AT, lambda: room["train"]("text", []), dict)
    assert room["train"](10, []) == 5


@pytest.mark.parametrize("word", ["continue", "break"])
def test_a_pass_that_ends_early_is_over_as_well(word: str) -> None:
    text = f"""\
    def train(W, seen):
        for epoch in range(5):
            W = W - 1
            if W > 0:
                if epoch >= 0:
                    {word}
            else:
                pass
            seen.append(W)
        return W
    """
    names, seen = run(text, AT)
    assert (names["W"], seen) == (19, [])


def test_what_ends_an_inner_loop_is_no_end_of_the_pass() -> None:
    text = """\
    def train(W, seen):
        for epoch in range(5):
            for part in range(3):
                W = W - 1
                if part == 1:
                    break
                continue
            while True:
                break
            seen.append(W)
        return W
    """
    names, seen = run(text, AT)
    assert (names["W"], seen) == (18, [18])
    assert names["epoch"] == 0


def test_a_pass_that_ends_inside_of_try_and_with_is_over() -> None:
    text = """\
    from contextlib import nullcontext
    def train(W, seen):
        for epoch in range(5):
            with nullcontext():
                try:
                    W = W - 1
                    continue
                except Exception:
                    seen.append("caught")
                finally:
                    seen.append("finally")
    """
    names, seen = run(text, Cut(None, 3, ("W", "epoch")))
    assert (names["W"], seen) == (19, ["finally"])


def test_no_handler_of_the_submission_catches_the_end() -> None:
    text = """\
    def train(W, seen):
        try:
            for epoch in range(5):
                W = W - 1
        except Exception:
            seen.append("caught")
    """
    names, seen = run(text, Cut(None, 3, ("W",)))
    assert (names["W"], seen) == (19, [])


def test_the_inner_loop_is_watched_alone_and_only_its_first_entry_is_given_our_numbers() -> None:
    text = """\
    def train(W, seen):
        for epoch in range(3):
            for batch in range(2):
                W = W - 1
                seen.append(W)
    """
    names, seen = run(text, Cut(None, 3, ("W", "batch", "epoch")), passes=3)
    assert seen == [19, 18, 17]
    assert (names["epoch"], names["batch"]) == (1, 0)


def test_global_names_are_set_and_seen() -> None:
    text = """\
    W = 10
    def train():
        global W, step
        while W > 0:
            step = 3
            W = W - step
    """
    at = Cut(None, 4, ("W", "step"))
    room, watch = loaded(text, at)
    names = watch.run(at, room["train"], doubled)
    assert (names["W"], names["step"], room["W"]) == (17, 3, 17)


def test_only_loops_of_the_named_cell_and_line_are_changed() -> None:
    tree = ast.parse(LOOP)
    before = ast.dump(tree)
    assert ast.dump(cut(tree, 4, [AT])) == before
    assert ast.dump(cut(tree, None, [])) == before
    assert ast.dump(cut(tree, None, [Cut(None, 1, ("W",))])) == before
    assert ast.dump(cut(tree, None, [AT])) != before


def test_the_lines_of_the_submission_stay_where_they_are() -> None:
    room, watch = loaded("def train(W, seen):\n    for epoch in range(5):\n        W = W - 1\n        W.missing\n", AT)
    with pytest.raises(AttributeError) as error:
        watch.run(AT, lambda: room["train"](10, []), dict)
    assert error.tb is not None
    frame = error.tb
    while frame.tb_next is not None:
        frame = frame.tb_next
    assert frame.tb_lineno == 4
