"""The running error bound holds: operations on rounded numbers against fractions and 50 digits."""

from __future__ import annotations

import operator
from fractions import Fraction

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.oracles.random_cases import CASES
from verify.lab import network
from verify.nets.cases import PARAMETERS, make_case
from verify.oracles.base import textbook_loss
from verify.oracles.difference import UNIT
from verify.oracles.roundoff import Rounded, bounded_forward, bounded_gradient, exp, log, loss_roundoff, tanh
from verify.oracles.symbolic import at_digits

quick = settings(max_examples=80, deadline=None)
SECOND_ORDER = 1 + 1e-6  # the analysis is to first order in the unit roundoff and in the errors that come in
magnitudes = st.floats(1e-6, 1e6).flatmap(lambda size: st.sampled_from([size, -size]))
relative_errors = st.sampled_from([0.0, UNIT, 1e-12, 1e-8])
shares = st.floats(-1, 1)


@st.composite
def rounded(draw, values=magnitudes) -> tuple[Rounded, Fraction]:
    """A float with a bound on its error, and a number that lies within this bound."""
    value = draw(values)
    error = abs(value) * draw(relative_errors)
    true = Fraction(value) + Fraction(error) * Fraction(draw(shares))
    return Rounded(np.array([[value]]), np.array([[error]])), true


def holds(found: Rounded, true) -> bool:
    """Whether |computed - true| <= bound, decided in exact or 50-digit numbers."""
    value, bound = found.value.item(), found.error.item() * SECOND_ORDER
    if isinstance(true, Fraction):
        return abs(Fraction(value) - true) <= Fraction(bound)
    return abs(mpmath.mpf(value) - true) <= mpmath.mpf(bound)


@quick
@given(rounded(), rounded(), st.sampled_from([operator.add, operator.sub, operator.mul, operator.truediv]))
def test_the_bound_of_arithmetic_holds(one, other, operation):
    (a, true_a), (b, true_b) = one, other
    assert holds(operation(a, b), operation(true_a, true_b))


@quick
@given(rounded(), magnitudes, st.sampled_from([operator.add, operator.sub, operator.mul, operator.truediv]))
def test_the_bound_holds_with_a_plain_number_on_either_side(one, number, operation):
    a, true = one
    assert holds(operation(a, number), operation(true, Fraction(number)))
    assert holds(operation(number, a), operation(Fraction(number), true))
    assert holds(operation(np.array([[number]]), a), operation(Fraction(number), true))


@quick
@given(rounded())
def test_a_turned_sign_and_a_transpose_add_no_error(one):
    a, true = one
    assert holds(-a, -true)
    assert np.array_equal((-a.T).error, a.error.T)


@quick
@given(st.data(), st.integers(1, 3), st.integers(1, 40), st.integers(1, 3))
def test_the_bound_of_a_matrix_product_holds(data, rows, terms, columns):
    generator = np.random.default_rng(data.draw(st.integers(0, 2**32)))
    exponent = data.draw(st.integers(0, 5))
    a, b = (
        generator.normal(size=s) * 10 ** generator.uniform(-exponent, exponent, s)
        for s in [(rows, terms), (terms, columns)]
    )
    e, f = (np.abs(x) * data.draw(relative_errors) for x in (a, b))
    found = Rounded(a, e) @ Rounded(b, f)
    fraction = np.vectorize(Fraction, otypes=[object])
    true = (fraction(a) + fraction(e * generator.uniform(-1, 1, e.shape))) @ (
        fraction(b) + fraction(f * generator.uniform(-1, 1, f.shape))
    )
    assert np.all(np.abs(fraction(found.value) - true) <= fraction(found.error * SECOND_ORDER))


def test_the_bound_of_a_matrix_product_takes_every_order_of_summation():
    generator = np.random.default_rng(0)
    a, b = generator.normal(size=(1, 500)), generator.normal(size=(500, 1))
    bound = (Rounded(a) @ Rounded(b)).error.item()
    exact = sum(Fraction(x) * Fraction(y) for x, y in zip(a[0].tolist(), b[:, 0].tolist(), strict=True))
    for _ in range(20):
        order = generator.permutation(500)
        assert abs(Fraction(float(sum(a[0, order] * b[order, 0]))) - exact) <= Fraction(bound)


@quick
@given(rounded(st.floats(-30, 30)))
def test_the_bound_of_tanh_holds(one):
    a, true = one
    with mpmath.workdps(50):
        assert holds(tanh(a), mpmath.tanh(mpmath.mpf(true.numerator) / true.denominator))


@quick
@given(rounded(st.floats(-600, 600)))
def test_the_bound_of_exp_holds(one):
    a, true = one
    with mpmath.workdps(50):
        assert holds(exp(a), mpmath.exp(mpmath.mpf(true.numerator) / true.denominator))


@quick
@given(rounded(st.floats(1e-300, 1e300) | st.floats(0.9, 1.1)))
def test_the_bound_of_log_holds(one):
    a, true = one
    with mpmath.workdps(50):
        assert holds(log(a), mpmath.log(mpmath.mpf(true.numerator) / true.denominator))


@pytest.mark.parametrize(
    ("operation", "wrong"),
    [
        (lambda a: a + 1, 3.0001),
        (lambda a: a * a, 4.0001),
        (lambda a: 1 / a, 0.50001),
        (exp, 7.39),
        (log, 0.6932),
        (tanh, 0.965),
    ],
)
def test_the_bound_is_not_so_wide_that_it_holds_for_anything(operation, wrong):
    found = operation(Rounded(np.array([[2.0]]), np.array([[1e-12]])))
    assert not holds(found, Fraction(wrong))
    assert 0 < found.error.item() < 1e-10


def test_a_number_that_is_given_has_no_error():
    assert not np.any(Rounded(np.array([[1.0, 2.0]])).error)


@settings(max_examples=30, deadline=None)
@given(CASES)
def test_the_bound_of_the_whole_gradient_holds(case):
    true = at_digits(case)
    for name, found in bounded_gradient(case).items():
        assert np.all(np.abs(found.value - true[name]) <= found.error)


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 7), st.sampled_from(["ordinary", "saturated"]), st.integers(0, 2**31))
def test_the_bound_of_the_loss_holds(m, weights, seed):
    case = make_case((3, 4, 3), m, "soft", weights, seed)
    values = bounded_forward(case.known())
    with mpmath.workdps(50):
        high = np.vectorize(mpmath.mpf, otypes=[object])
        elementwise = {name: np.frompyfunc(getattr(mpmath, name), 1, 1) for name in ("tanh", "exp", "log")}
        known = {name: high(value) for name, value in case.known().items()}
        Z2 = elementwise["tanh"](known["X"] @ known["W1"] + known["b1"]) @ known["W2"] + known["b2"]
        powers = elementwise["exp"](Z2)
        true = -np.sum(known["Y"] * elementwise["log"](powers / powers.sum(axis=1, keepdims=True))) / m
        J = textbook_loss(network.forward(case.params, case.X)[0], case.Y)
        assert abs(mpmath.mpf(float(J)) - true) <= loss_roundoff(values)


def test_the_bounds_are_keyed_and_shaped_as_the_parameters():
    case = make_case((4, 5, 3), 3)
    found = bounded_gradient(case)
    assert {name: value.error.shape for name, value in found.items()} == {n: case.params[n].shape for n in PARAMETERS}
