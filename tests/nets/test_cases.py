"""The cases: the lab's weights, every kind of target, every batch, and the same numbers at every call."""

from __future__ import annotations

import numpy as np
import pytest

from verify.lab import network
from verify.nets.cases import FULL_SIZES, PARAMETERS, SMALL_SIZES, make_case, make_cases

ALL_SIZES = [*SMALL_SIZES, FULL_SIZES]


@pytest.mark.parametrize("sizes", ALL_SIZES)
def test_ordinary_weights_at_seed_42_are_init_params_to_the_bit(sizes):
    ours, labs = make_case(sizes, 2).params, network.init_params(*sizes)
    assert tuple(ours) == tuple(labs) == PARAMETERS
    assert all(np.array_equal(ours[name], labs[name]) for name in PARAMETERS)


def test_another_seed_gives_other_weights_and_another_batch():
    one, other = make_case((2, 3, 2), 4, seed=1), make_case((2, 3, 2), 4, seed=2)
    assert not np.array_equal(one.params["W1"], other.params["W1"])
    assert not np.array_equal(one.X, other.X)


def test_making_a_case_leaves_the_global_generator_alone():
    np.random.seed(5)
    first = np.random.normal()
    np.random.seed(5)
    make_case((2, 3, 2), 4)
    assert np.random.normal() == first


@pytest.mark.parametrize("sizes", ALL_SIZES)
def test_one_hot_rows_hold_a_single_one(sizes):
    Y = make_case(sizes, 6, "one-hot").Y
    assert set(np.unique(Y)) <= {0.0, 1.0}
    assert Y.sum(axis=1).tolist() == [1.0] * 6


def test_one_hot_targets_meet_every_class_where_the_batch_is_large_enough():
    assert np.all(make_case((4, 5, 3), 3).Y.sum(axis=0) > 0)


@pytest.mark.parametrize("sizes", SMALL_SIZES)
def test_soft_rows_are_positive_distributions(sizes):
    Y = make_case(sizes, 6, "soft").Y
    assert np.all(Y > 0)
    np.testing.assert_allclose(Y.sum(axis=1), 1, rtol=0, atol=4e-16)


@pytest.mark.parametrize("sizes", SMALL_SIZES)
def test_any_rows_break_the_hypothesis_that_they_sum_to_one(sizes):
    Y = make_case(sizes, 6, "any").Y
    assert np.all(np.abs(Y.sum(axis=1) - 1) > 1e-3)


def test_saturated_weights_drive_tanh_near_its_ends():
    ordinary, saturated = (make_case((4, 5, 3), 7, weights=kind) for kind in ("ordinary", "saturated"))
    reach = [np.abs(network.forward(case.params, case.X)[1]["A1"]).mean() for case in (ordinary, saturated)]
    assert reach[0] < 0.7
    assert reach[1] > 0.9


def test_every_batch_from_1_to_7_occurs():
    assert {case.m for case in make_cases()} >= set(range(1, 8))


def test_all_sizes_of_the_design_occur_and_the_labs_full_net():
    assert {case.sizes for case in make_cases()} == {(1, 2, 1), (2, 3, 2), (3, 4, 3), (4, 5, 3), (784, 128, 10)}


ALL_KINDS = {(t, w) for t in ("one-hot", "soft") for w in ("ordinary", "saturated")}


def test_every_kind_of_target_and_weight_occurs_and_every_small_net_has_several_cases():
    small = [case for case in make_cases() if not case.full]
    assert {(case.targets, case.weights) for case in small} == ALL_KINDS
    assert all(sum(case.sizes == sizes for case in small) >= 2 for sizes in SMALL_SIZES)


def test_a_size_that_is_asked_for_meets_every_kind_of_target_and_weight():
    assert {(case.targets, case.weights) for case in make_cases([(6, 2, 3)])} == ALL_KINDS


def test_the_same_call_gives_the_same_numbers():
    for one, again in zip(make_cases(), make_cases(), strict=True):
        assert one.name == again.name
        assert all(np.array_equal(value, again.known()[name]) for name, value in one.known().items())


def test_sizes_and_batch_that_are_asked_for_are_the_only_ones():
    cases = make_cases([(5, 2, 4)], m=9)
    assert {(case.sizes, case.m) for case in cases} == {((5, 2, 4), 9)}


def test_shapes_are_the_labs_with_rows_as_samples():
    case = make_case((4, 5, 3), 7)
    shapes = {name: value.shape for name, value in case.known().items()}
    assert shapes == {"X": (7, 4), "Y": (7, 3), "W1": (4, 5), "b1": (1, 5), "W2": (5, 3), "b2": (1, 3)}
    assert case.entries == 43


def test_only_the_labs_net_counts_as_full():
    assert [case.sizes for case in make_cases() if case.full] == [FULL_SIZES]
    assert make_case(FULL_SIZES, 1).entries == 101_770


def test_known_gives_copies():
    case = make_case((2, 3, 2), 4)
    case.known()["W1"][:] = 0
    case.known()["X"][:] = 0
    assert np.any(case.params["W1"])
    assert np.any(case.X)


def test_pixels_of_the_full_net_lie_between_0_and_1():
    X = make_case(FULL_SIZES, 4).X
    assert X.min() == 0
    assert X.max() == 1
