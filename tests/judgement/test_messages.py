"""The wording of what is wrong: one for every subject, with its own words as data."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from verify.exact.numbers import World
from verify.judgement.comparison import compare
from verify.judgement.messages import Subject, misfit, stopped
from verify.oracles.derivative import Derivative

G = np.array([[1.0, -2.0, 4.0]])
SIZES = {"m": 5, "n_y": 3}


BACKWARD = Subject("backward", SIZES)


def said(value: Any, subject: Subject = BACKWARD, gradient: Any = G, bound: float = 1e-9) -> str:
    known = Derivative(kind="numeric", gradient={"W1": gradient}, bound={"W1": np.full(gradient.shape, bound)})
    (found,) = compare("central-difference", [(known, {"W1": value})], subject, ["W1"])
    assert found.message is not None
    return found.message


@pytest.mark.parametrize(
    ("factor", "tail"),
    [
        (2.0, "ratio 2.000 = 2"),
        (0.5, "ratio 0.500 = 1/2"),
        (-1.0, "ratio -1.000 = -1"),
        (5.0, "ratio 5.000 = m"),
        (0.2, "ratio 0.200 = 1/m"),
        (0.04, "ratio 0.040 = 1/m^2"),
        (3.0, "ratio 3.000 = n_y"),
        (1 / 3, "ratio 0.333 = 1/n_y"),
        (0.0, "ratio 0.000 = 0"),
        (0.7, "ratio 0.700, the same in every entry"),
        (1 + 1e-6, "off by 1e-06 of it"),
    ],
)
def test_a_factor_is_told_with_what_it_means(factor: float, tail: str) -> None:
    assert said(factor * G) == f"dW1[0, 2]: backward gives {4 * factor:.6g}, the derivative is 4; {tail}"


def test_a_ratio_of_one_entry_alone_means_nothing() -> None:
    assert said(G * [1.0, 1.0, 2.0]) == "dW1[0, 2]: backward gives 8, the derivative is 4; ratio 2.000"


def test_sizes_are_data_and_mean_nothing_where_there_are_none() -> None:
    message = said(5 * G, Subject("gradients(params)"))
    assert message == "dW1[0, 2]: gradients(params) gives 20, the derivative is 4; ratio 5.000, the same in every entry"


def test_no_ratio_is_taken_of_zero() -> None:
    assert said(np.array([[1.0, 3.0]]), gradient=np.array([[1.0, 0.0]])) == (
        "dW1[0, 1]: backward gives 3, the derivative is 0"
    )


@pytest.mark.parametrize("lost", [np.nan, np.inf])
def test_what_is_no_number_is_said_to_be_none(lost: float) -> None:
    assert said(np.array([[1.0, lost, 4.0]])) == (
        f"dW1[0, 1]: backward gives {lost}, the derivative is -2; not a number can't be a gradient"
    )


def exactly(value: Any, near: bool) -> str:
    number = World(1).constant(G)
    known = Derivative(
        kind="exact", gradient={"W1": number.value}, world=number.world, near={"W1": number.shadow} if near else {}
    )
    (found,) = compare("exact", [(known, {"W1": value})], Subject("the backward pass", SIZES), ["W1"])
    assert found.message is not None
    return found.message


def test_exact_numbers_are_told_by_the_floats_near_them() -> None:
    assert exactly(2 * G, near=True) == ("dW1[0, 0]: the backward pass gives 2, the derivative is 1; ratio 2.000 = 2")
    assert exactly(G * [1.0, 3.0, 1.0], near=True) == (
        "dW1[0, 1]: the backward pass gives -6, the derivative is -2; ratio 3.000"
    )
    assert exactly(2 * G, near=False) == (
        "dW1[0, 0]: the backward pass gives 2, which is not the derivative as an exact number"
    )
    assert exactly(np.array([[1.0, np.nan, 4.0]]), near=False) == (
        "dW1[0, 1]: the backward pass gives nan; not a number can't be a gradient"
    )


def test_a_near_number_that_is_not_known_is_not_told() -> None:
    number = World(1).constant(G)
    known = Derivative(
        kind="exact", gradient={"W1": number.value}, world=number.world, near={"W1": np.full(G.shape, np.nan)}
    )
    (found,) = compare("exact", [(known, {"W1": 2 * G})], Subject(), ["W1"])
    assert found.message == "dW1[0, 0]: backward gives 2, which is not the derivative as an exact number"


def test_misfits_and_stops_name_who_and_what() -> None:
    subject = Subject("the backward pass")
    assert misfit(subject, "b2", "shape (2,)", (1, 2)) == (
        "db2: the backward pass gives shape (2,), expected real numbers of shape (1, 2)"
    )
    assert stopped(subject, ValueError("no axis 3")) == "the backward pass stops with ValueError: no axis 3"
