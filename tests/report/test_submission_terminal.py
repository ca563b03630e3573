"""What the terminal shows of somebody's own code: what is wrong first."""

from __future__ import annotations

import io
from dataclasses import replace
from itertools import pairwise

import pytest
from rich.console import Console

from tests.report.evidences import (
    RIGHT_LINE,
    SUBMISSIONS,
    WRONG_LINE,
    script,
    submitted,
    unjudged,
)
from tests.report.submission_text import in_order, printed
from tests.there import there
from verify.evidence.submission import Lines, Offer
from verify.report.submission import place
from verify.report.terminal import console, render, render_cages

names = pytest.mark.parametrize("name", SUBMISSIONS)


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
