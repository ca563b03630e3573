"""The claims in 50 digits, against float64, and against the mathematics written out in mpmath."""

from __future__ import annotations

from types import SimpleNamespace

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings

from tests.oracles.random_cases import CASES
from verify.lab import network
from verify.nets.cases import FULL_SIZES, PARAMETERS, make_case
from verify.oracles.base import textbook_loss
from verify.oracles.symbolic import DIGITS, at_digits, symbolic


def handwritten(case) -> dict[str, np.ndarray]:
    return network.backward(case.X, case.params, network.forward(case.params, case.X)[1], case.Y)


@settings(max_examples=40, deadline=None)
@given(CASES)
def test_the_handwritten_float64_gradient_lies_within_the_bound_of_50_digits(case):
    (known,) = symbolic(network, case, textbook_loss)
    value = handwritten(case)
    for name in PARAMETERS:
        assert np.all(np.abs(value[name] - known.gradient[name]) <= known.bound[name])


@settings(max_examples=15, deadline=None)
@given(CASES)
def test_more_digits_give_the_same_numbers(case):
    fifty, eighty = at_digits(case, DIGITS), at_digits(case, 80)
    assert all(np.array_equal(fifty[name], eighty[name]) for name in PARAMETERS)


def test_few_digits_do_not():
    case = make_case((4, 5, 3), 4)
    few, fifty = at_digits(case, 8), at_digits(case)
    assert not any(np.array_equal(few[name], fifty[name]) for name in PARAMETERS)


@pytest.mark.parametrize("sizes", [(2, 3, 2), (4, 5, 3)])
def test_the_bound_is_near_the_rounding_of_float64(sizes):
    (known,) = symbolic(network, make_case(sizes, 4), textbook_loss)
    for name in PARAMETERS:
        relative = known.bound[name] / np.abs(known.gradient[name]).max()
        assert np.all(relative < 1e-13)
        assert np.all(relative > 1e-17)


def test_an_entry_that_is_wrong_in_its_tenth_digit_is_outside_the_bound():
    case = make_case((4, 5, 3), 4)
    (known,) = symbolic(network, case, textbook_loss)
    for name in PARAMETERS:
        wrong = known.gradient[name] * (1 + 1e-10)
        assert np.all(np.abs(wrong - known.gradient[name]) > known.bound[name])


def test_neither_the_network_nor_its_loss_is_run():
    def never(outputs, Y):
        raise AssertionError("the loss was run")

    (known,) = symbolic(SimpleNamespace(), make_case((2, 3, 2), 3), never)
    assert set(known.gradient) == set(PARAMETERS)


def test_one_entry_is_the_derivative_of_the_loss_written_out_in_mpmath():
    case = make_case((2, 3, 2), 3, "soft")
    with mpmath.workdps(40):
        known = {name: mpmath.matrix(value.tolist()) for name, value in case.known().items()}

        def J(change):
            total = mpmath.mpf(0)
            for i in range(case.m):
                Z1 = [sum(known["X"][i, a] * known["W1"][a, j] for a in range(2)) + known["b1"][j] for j in range(3)]
                Z1[1] += known["X"][i, 0] * change
                Z2 = [sum(mpmath.tanh(Z1[j]) * known["W2"][j, k] for j in range(3)) + known["b2"][k] for k in range(2)]
                whole = sum(mpmath.exp(z) for z in Z2)
                total -= sum(known["Y"][i, k] * mpmath.log(mpmath.exp(Z2[k]) / whole) for k in range(2))
            return total / case.m

        derivative = float(mpmath.diff(J, 0))
    # The rows of Y are rounded to float64, so they sum to 1 only that nearly.
    assert at_digits(case)["W1"][0, 1] == pytest.approx(derivative, rel=1e-14)


def test_the_full_net_is_known_in_float64_with_twice_the_bound():
    case = make_case(FULL_SIZES, 2)
    (known,) = symbolic(network, case, textbook_loss)
    assert known.note == "claims in float64"
    value = handwritten(case)
    assert all(np.all(np.abs(value[name] - known.gradient[name]) <= known.bound[name]) for name in PARAMETERS)
