"""The points are the recipe of their docstrings, followed by hand, number for number."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from verify.nets.cases import FULL_SIZES, PARAMETERS, SMALL_SIZES, Targets, initial_params, make_case, make_cases

ONE_HOT: Targets
SOFT: Targets
ANY: Targets
ONE_HOT, SOFT, ANY = "one-hot", "soft", "any"


def test_the_sizes_are_those_of_the_design() -> None:
    assert SMALL_SIZES == ((1, 2, 1), (2, 3, 2), (3, 4, 3), (4, 5, 3))
    assert FULL_SIZES == (784, 128, 10)
    assert PARAMETERS == ("W1", "b1", "W2", "b2")


def drawn(seed: int, sizes: tuple[int, int, int], factors: tuple[float, float] = (1, 1)) -> dict[str, Any]:
    """Return N(0, 0.3^2) in the lab's order, written out."""
    draw, (n_x, n_h, n_y) = np.random.RandomState(seed), sizes
    return {
        "W1": 0.3 * draw.normal(size=(n_x, n_h)) * factors[0], "b1": 0.3 * draw.normal(size=(1, n_h)) * factors[0],
        "W2": 0.3 * draw.normal(size=(n_h, n_y)) * factors[1], "b2": 0.3 * draw.normal(size=(1, n_y)) * factors[1],
    }  # fmt: skip


def test_initial_parameters_are_drawn_in_the_lab_s_order() -> None:
    found, expected = initial_params(np.random.RandomState(9), (3, 4, 2)), drawn(9, (3, 4, 2))
    for name in PARAMETERS:
        assert np.allclose(found[name], expected[name], rtol=1e-14, atol=0)


@pytest.mark.parametrize(("weights", "factors"), [("ordinary", (1, 1)), ("saturated", (16, 4))])
@pytest.mark.parametrize("sizes", [(3, 4, 2), (783, 1, 1)])
def test_a_case_is_drawn_as_it_says(weights: Any, factors: tuple[float, float], sizes: tuple[int, int, int]) -> None:
    found = make_case(sizes, 5, ONE_HOT, weights, seed=11)
    for name, expected in drawn(11, sizes, factors).items():
        assert np.allclose(found.params[name], expected, rtol=1e-14, atol=0)
    assert np.array_equal(found.X, np.random.default_rng([11, 5, *sizes]).normal(size=(5, sizes[0])))


def test_the_pixels_of_the_full_net_are_bytes() -> None:
    sizes = (784, 2, 3)
    X = make_case(sizes, 40, seed=3).X
    expected = np.random.default_rng([3, 40, *sizes]).choice(256, (40, 784))
    assert set(np.unique(np.rint(X * 255))) == set(range(256)) == set(np.unique(expected))
    assert np.allclose(X * 255, np.rint(X * 255), rtol=0, atol=1e-12)


def test_one_hot_targets_go_through_the_classes() -> None:
    Y = make_case((2, 3, 4), 9, ONE_HOT).Y
    draw = np.random.default_rng([42, 9, 2, 3, 4])
    draw.normal(size=(9, 2))
    assert Y.argmax(axis=1).tolist() == [int(one) % 4 for one in draw.permutation(9)]
    assert sorted(Y.sum(axis=0).tolist()) == [2, 2, 2, 3]


def test_soft_targets_are_any_targets_divided_by_their_sum() -> None:
    soft, anything = (make_case((2, 3, 4), 500, kind).Y for kind in (SOFT, ANY))
    assert np.allclose(soft, anything / anything.sum(axis=1)[:, None], rtol=1e-14)
    # Twice a uniform number between 0.1 and 1.
    assert 0.2 <= anything.min() < 0.21
    assert 1.99 < anything.max() <= 2.0


def test_the_cases_of_a_check_are_those_of_the_design() -> None:
    found = [(one.sizes, one.m, one.targets, one.weights, one.seed) for one in make_cases()]
    assert found == [
        ((1, 2, 1), 1, ONE_HOT, "ordinary", 42), ((1, 2, 1), 4, SOFT, "saturated", 42),
        ((2, 3, 2), 3, ONE_HOT, "ordinary", 42), ((2, 3, 2), 6, SOFT, "saturated", 42),
        ((3, 4, 3), 5, SOFT, "ordinary", 42), ((3, 4, 3), 2, ONE_HOT, "saturated", 42),
        ((4, 5, 3), 7, ONE_HOT, "ordinary", 42), ((4, 5, 3), 4, SOFT, "saturated", 42),
        ((784, 128, 10), 4, ONE_HOT, "ordinary", 42),
    ]  # fmt: skip


def test_the_cases_of_sizes_that_are_given() -> None:
    found = [(one.sizes, one.m, one.targets, one.weights, one.seed) for one in make_cases([(2, 2, 2), (30, 40, 5)])]
    assert found == [
        ((2, 2, 2), 3, ONE_HOT, "ordinary", 42), ((2, 2, 2), 4, SOFT, "saturated", 42),
        ((2, 2, 2), 5, SOFT, "ordinary", 42), ((2, 2, 2), 2, ONE_HOT, "saturated", 42),
        ((30, 40, 5), 4, ONE_HOT, "ordinary", 42),
    ]  # fmt: skip
    assert {(one.m, one.seed) for one in make_cases([(2, 2, 2), (30, 40, 5)], m=8, seed=5)} == {(8, 5)}
    assert {(one.m, one.seed) for one in make_cases(m=8, seed=5)} == {(8, 5)}
    assert make_case((2, 3, 2), 4).seed == 42


def test_a_net_counts_as_full_from_a_thousand_entries_on() -> None:
    assert make_case((35, 27, 1), 1).entries == 1000
    assert make_case((497, 2, 1), 1).entries == 999
    assert make_case((35, 27, 1), 1).full
    assert not make_case((497, 2, 1), 1).full


def test_a_batch_counts_as_full_where_entries_times_samples_are_ten_thousand() -> None:
    assert make_case((4, 5, 3), 1).entries == 43
    assert not make_case((4, 5, 3), 232).full  # 43 * 232 = 9976
    assert make_case((4, 5, 3), 233).full  # 43 * 233 = 10019
    assert make_case((30, 3, 1), 1).entries == 97
    assert not make_case((30, 3, 1), 103).full  # 97 * 103 = 9991
    assert make_case((6, 2, 2), 500).full  # 20 * 500 = 10000
