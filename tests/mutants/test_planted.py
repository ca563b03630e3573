"""Mistakes planted in submissions of several styles are called wrong, and named with their line: a seeded sample."""

from __future__ import annotations

import itertools
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.mutants.campaign import table
from tests.mutants.expected import complaint, gaps
from tests.mutants.planting import ALIKE, Outcome, Planting, not_written, outcome, plantings, sample
from tests.mutants.spec import SPECS, Spec
from tests.mutants.styles import STYLES, Style, generate
from tests.mutants.transposing import HasNoTransposed, transposed
from tests.mutants.truth import is_right

COUNT, SEED = 25, 7


@pytest.mark.parametrize("spec", SPECS, ids=[one.title for one in SPECS])
@pytest.mark.parametrize("style", STYLES, ids=[one.title for one in STYLES])
def test_what_is_generated_without_a_mistake_is_right_by_central_differences(style: Style, spec: Spec) -> None:
    right = generate(style, spec)
    assert is_right(right)
    place = ("db", 1)
    assert not is_right(generate(style, spec, {place: f"1.001 * ({right.steps[place].split(' = ', 1)[1]})"}))


@pytest.mark.mutants
@pytest.mark.parametrize("style", STYLES, ids=[one.title for one in STYLES])
def test_what_is_generated_without_a_mistake_is_called_correct(style: Style, tmp_path: Path) -> None:
    from verify.submissions.judge import check_submission

    for spec in SPECS[1::2]:
        submission = generate(style, spec)
        path = tmp_path / submission.file_name
        path.write_text(submission.text, encoding="utf-8")
        assert check_submission(path, seed=42).verdict == "correct"


@pytest.mark.mutants
@pytest.mark.parametrize("planting", sample(COUNT, SEED), ids=str)
def test_a_planted_mistake_is_called_wrong_and_named_with_its_line_or_is_a_listed_gap(planting: Planting) -> None:
    assert complaint(outcome(planting)) == ""


def test_every_row_is_planted_and_every_style_is_used() -> None:
    found = plantings()
    from verify.mistakes.catalogue import CATALOGUE

    rows = {(row.step, row.name) for row in CATALOGUE if row.step != "gradient"}
    assert {(one.step, one.row) for one in found} == rows
    assert {(one.style, one.spec) for one in found} == {(style.title, spec.title) for style in STYLES for spec in SPECS}
    assert {one.row for one in not_written()} == {"reshaped-not-transposed"}


def test_rows_that_are_called_alike_give_the_same_numbers() -> None:
    met = set()
    for one in plantings():
        _, spec, row = one.parts
        for alike, other, holds in ALIKE:
            if (row.step, row.name) != alike or not holds(spec.net, one.layer):
                continue
            draw = np.random.default_rng(3)
            Ws = [draw.normal(size=pair) for pair in itertools.pairwise(spec.sizes)]
            bs = [draw.normal(size=(1, size)) for size in spec.sizes[1:]]
            X, Y = draw.normal(size=(5, spec.sizes[0])), np.eye(spec.sizes[-1])[np.arange(5) % spec.sizes[-1]]
            mine, its = (each.submission().measure(Ws, bs, X, Y) for each in (one, replace(one, row=other)))
            for found, expected in zip(mine[1] + mine[2], its[1] + its[2], strict=True):
                assert np.allclose(found, expected, rtol=1e-12, atol=1e-13), one
            met.add((alike, other))
    assert len(met) == len(ALIKE)


def test_a_listed_gap_is_a_planting() -> None:
    assert set(gaps()) <= {str(one) for one in plantings()}


def test_what_is_said_wrongly_is_a_complaint() -> None:
    planting = Planting("class", "tanh, softmax", "dZ", "one-minus-A{l}", 1)
    told = Outcome(planting, False, "wrong", ("dZ1-one-minus-A1",), ((None, 3),), (None, 3))
    assert complaint(told) == ""
    for other in (
        Outcome(planting, True),
        Outcome(planting, False, "correct", (), (), (None, 3)),
        Outcome(planting, False, "wrong", ("dZ1-sigmoid",), ((None, 3),), (None, 3)),
        Outcome(planting, False, "wrong", ("dZ1-one-minus-A1",), ((None, 4),), (None, 3)),
        Outcome(planting, False, "wrong", ("dZ1-one-minus-A1", "dW1-sign"), ((None, 3),), (None, 3)),
    ):
        assert complaint(other) != ""
    assert table([told]).splitlines()[-1].split() == ["all", "1", "0", "1", "1", "1", "0"]


@pytest.mark.parametrize(
    "text",
    [
        "A_prev.T @ dZ", "dA * (1 - np.square(A))", "np.sum(dZ, axis=0, keepdims=True)", "dZ[:1]", "dZ[-1:]",
        "A_prev[:-1].T @ dZ[:-1]", "np.sum(dZ) / dZ.size", "np.mean(dA, axis=1, keepdims=True) / dZ.shape[1]", "-dA",
        "dA * np.where(A > 0, 1, 0)", "np.outer(np.arange(A_prev.shape[1]) == 0, np.arange(dZ.shape[1]) == 0) * 3",
    ],
)  # fmt: skip
def test_a_transposed_text_gives_the_transposed_value(text: str) -> None:
    draw = np.random.default_rng(1)
    values = {name: draw.normal(size=(5, 4)) for name in ("A", "dZ", "dA")} | {"A_prev": draw.normal(size=(5, 3))}
    value = eval(text, {"np": np, **values})
    found = eval(transposed(text), {"np": np, **{name: held.T for name, held in values.items()}})
    assert np.allclose(np.transpose(value), found, rtol=1e-13)


def test_what_keeps_the_order_of_memory_has_no_transposed_text() -> None:
    with pytest.raises(HasNoTransposed):
        transposed("np.reshape(W, W.T.shape)")
