"""The complex step knows a gradient to its last digits, on small nets and on the lab's."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings

from tests.oracles.random_cases import CASES
from verify.lab import network
from verify.nets.cases import FULL_SIZES, PARAMETERS, make_case
from verify.oracles.base import textbook_loss
from verify.oracles.complex_step import complex_step
from verify.oracles.imaginary import STEP
from verify.oracles.symbolic import at_digits

FULL = make_case(FULL_SIZES, 4)


def known_of(case):
    (known,) = complex_step(network, case, textbook_loss)
    return known


@cache
def known_at_full_size():
    return known_of(FULL)


@pytest.mark.parametrize("sizes", [(2, 3, 2), (3, 4, 3), (4, 5, 3)])
@pytest.mark.parametrize("targets", ["one-hot", "soft"])
def test_it_agrees_with_50_digits_to_13(sizes, targets):
    case = make_case(sizes, 4, targets)
    known, true = known_of(case), at_digits(case)
    for name in PARAMETERS:
        np.testing.assert_allclose(known.gradient[name], true[name], rtol=1e-13, atol=1e-13 * np.abs(true[name]).max())


@settings(max_examples=25, deadline=None)
@given(CASES)
def test_its_bound_holds_on_random_cases(case):
    known, true = known_of(case), at_digits(case)
    for name in PARAMETERS:
        assert np.all(np.abs(known.gradient[name] - true[name]) <= known.bound[name])


@pytest.mark.parametrize("name", PARAMETERS)
def test_one_entry_that_is_wrong_by_a_billionth_is_outside_the_bound(name):
    case = make_case((4, 5, 3), 4)
    known = known_of(case)
    value = network.backward(case.X, case.params, network.forward(case.params, case.X)[1], case.Y)[name]
    assert np.all(np.abs(value - known.gradient[name]) <= known.bound[name])
    index = np.unravel_index(np.argmax(np.abs(value)), value.shape)
    value[index] *= 1 + 1e-9
    outside = np.abs(value - known.gradient[name]) > known.bound[name]
    assert [tuple(where) for where in np.argwhere(outside)] == [index]


def test_the_point_is_left_as_it_was():
    case = make_case((2, 3, 2), 3)
    before = case.known()
    known_of(case)
    assert all(np.array_equal(value, before[name]) for name, value in case.known().items())


@pytest.mark.parametrize("name", PARAMETERS)
def test_structured_derivatives_at_full_size_are_those_of_the_naive_loop(name):
    known = known_at_full_size()
    generator = np.random.default_rng(5)
    params = {key: value.astype(complex) for key, value in FULL.params.items()}
    scale = np.abs(known.gradient[name]).max()
    for index in zip(*(generator.integers(0, n, 15) for n in params[name].shape), strict=True):
        kept = params[name][index]
        params[name][index] = kept + STEP * 1j
        naive = textbook_loss(network.forward(params, FULL.X)[0], FULL.Y).imag / STEP
        params[name][index] = kept
        assert known.gradient[name][index] == pytest.approx(naive, rel=1e-12, abs=1e-14 * scale)


@pytest.mark.parametrize("name", PARAMETERS)
def test_the_bound_holds_on_every_entry_at_full_size_and_a_millionth_does_not(name):
    known = known_at_full_size()
    true = network.backward(FULL.X, FULL.params, network.forward(FULL.params, FULL.X)[1], FULL.Y)[name]
    assert np.all(np.abs(true - known.gradient[name]) <= known.bound[name])
    told = np.abs(true) > 0.01 * np.abs(true).max()
    assert np.all(np.abs(true * (1 + 1e-6) - known.gradient[name])[told] > known.bound[name][told])
