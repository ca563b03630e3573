"""Central differences: the bound decides, it holds, and no scale of the loss changes a verdict."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.oracles.random_cases import CASES
from verify.lab import network
from verify.nets.cases import FULL_SIZES, PARAMETERS, Case, make_case
from verify.oracles.base import textbook_loss
from verify.oracles.central_difference import central_difference, third_derivative_bound
from verify.oracles.difference import UNIT, differentiate, ladder
from verify.oracles.moving import one_at_a_time, some_entries
from verify.oracles.structured import moved_losses
from verify.oracles.symbolic import at_digits

FULL = make_case(FULL_SIZES, 4)
FUNCTIONS: dict[str, tuple[Callable[[float], float], Callable[[float], float], float]] = {
    "sin": (np.sin, np.cos, 0.7),
    "exp": (np.exp, np.exp, 1.3),
    "cube": (lambda x: x**3, lambda x: 3 * x**2, -1.1),
    "steep tanh": (lambda x: np.tanh(20 * x), lambda x: 20 / np.cosh(20 * x) ** 2, 0.03),
}


def derivative_of(function, at, noise):
    """Differentiate a function of one number."""
    params = {"x": np.array([at])}
    return differentiate(one_at_a_time(lambda p: float(function(p["x"][0])), params), some_entries(params), noise)


def known_of(case):
    (known,) = central_difference(network, case, textbook_loss)
    return known


@cache
def known_at_full_size():
    return known_of(FULL)


@settings(max_examples=20, deadline=None)
@given(CASES)
def test_the_bound_holds_on_random_cases(case):
    known, true = known_of(case), at_digits(case)
    for name in PARAMETERS:
        assert np.all(np.abs(known.gradient[name] - true[name]) <= known.bound[name])


@pytest.mark.parametrize("sizes", [(2, 3, 2), (4, 5, 3)])
def test_the_bound_is_narrow_enough_to_tell_one_part_in_a_hundred_thousand(sizes):
    case = make_case(sizes, 4)
    known, true = known_of(case), at_digits(case)
    for name in PARAMETERS:
        assert np.all(known.bound[name] < 1e-5 * np.abs(true[name]).max())
        assert np.any(np.abs(true[name] * (1 + 1e-5) - known.gradient[name]) > known.bound[name])


@pytest.mark.parametrize("scale", [1e-6, 1.0, 1e6])
def test_targets_that_scale_the_loss_change_no_verdict(scale):
    case = make_case((3, 4, 3), 4, "soft")
    true = {name: scale * value for name, value in at_digits(case).items()}
    case.Y[:] *= scale
    known = known_of(case)
    for name in PARAMETERS:
        assert np.all(np.abs(true[name] - known.gradient[name]) <= known.bound[name])
        assert np.all(np.abs(1.01 * true[name] - known.gradient[name]) > known.bound[name])


@pytest.mark.parametrize("scale", [1e-6, 1.0, 1e6])
@pytest.mark.parametrize("name", FUNCTIONS)
def test_known_functions_at_any_scale_lie_within_the_bound_and_one_percent_does_not(name, scale):
    function, derivative, at = FUNCTIONS[name]
    true = scale * float(derivative(at))
    found = derivative_of(lambda x: scale * float(function(x)), at, 4 * UNIT * scale * abs(float(function(at))))
    assert abs(found.value - true) <= found.bound
    assert abs(found.value - 1.01 * true) > found.bound
    assert found.bound < 1e-4 * abs(true)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(sorted(FUNCTIONS)), st.floats(-2, 2))
def test_the_bound_holds_wherever_the_function_is_differentiated(name, at):
    function, derivative, _ = FUNCTIONS[name]
    near = max(abs(float(function(at + t))) for t in (-(2.0**-8), 0.0, 2.0**-8))
    # What J is off by: its own rounding, and that of its argument.
    noise = 4 * UNIT * (near + abs(float(derivative(at)) * at) + 2.0**-8 * abs(float(derivative(at))))
    found = derivative_of(lambda x: float(function(x)), at, noise)
    assert abs(found.value - float(derivative(at))) <= found.bound


@pytest.mark.parametrize("power", [-30, 30])
@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_loss_times_a_power_of_two_has_the_same_step_and_the_bound_times_it(name, power):
    function, _, at = FUNCTIONS[name]
    noise = 4 * UNIT * abs(float(function(at)))
    one = derivative_of(lambda x: float(function(x)), at, noise)
    scaled = derivative_of(lambda x: 2.0**power * float(function(x)), at, 2.0**power * noise)
    assert scaled.step == one.step
    assert (scaled.value, scaled.bound) == (2.0**power * one.value, 2.0**power * one.bound)


def test_more_noise_takes_a_larger_step_and_gives_a_larger_bound():
    quiet, loud = (derivative_of(lambda x: float(np.sin(x)), 0.7, noise) for noise in (1e-16, 1e-12))
    assert loud.step > quiet.step
    assert loud.bound > 10 * quiet.bound


@pytest.mark.parametrize("at", [0.0, 1e-3, 1.0, 1e3])
def test_a_straight_line_is_known_almost_to_the_last_digit(at):
    found = derivative_of(lambda x: 3.0 * x, at, UNIT * 3 * max(1.0, at))
    assert abs(found.value - 3) <= found.bound < 1e-8 * max(1.0, at)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_the_observed_order_of_convergence_is_two(name):
    function, _, at = FUNCTIONS[name]
    found = ladder(lambda t: float(function(at + t)), 4 * UNIT * abs(float(function(at))))
    assert found.order == pytest.approx(2, abs=0.05)


@pytest.mark.parametrize("weights", ["ordinary", "saturated"])
def test_the_observed_order_on_a_net_is_two(weights):
    case = make_case((3, 4, 3), 4, "soft", weights)
    direction = {name: np.random.default_rng(1).normal(size=value.shape) for name, value in case.params.items()}

    def J(t):
        moved = {name: value + t * direction[name] for name, value in case.params.items()}
        return float(textbook_loss(network.forward(moved, case.X)[0], case.Y))

    assert ladder(J, 1e-15).order == pytest.approx(2, abs=0.05)


def test_a_kink_in_the_slope_shows_as_order_one():
    assert ladder(lambda t: t * abs(t) + float(np.sin(t)), 1e-16).order == pytest.approx(1, abs=0.05)


def test_no_order_is_claimed_where_there_is_only_noise():
    assert ladder(lambda t: 3 * t, 1e-16).order is None


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 2**31), st.sampled_from(["one-hot", "soft", "any"]), st.sampled_from(["ordinary", "saturated"]))
def test_the_third_derivative_bound_bounds_a_measured_third_derivative(seed, targets, weights):
    case = make_case((2, 3, 3), 2, targets, weights, seed)
    A1 = network.forward(case.params, case.X)[1]["A1"]
    high = np.vectorize(mpmath.mpf, otypes=[object])
    function = {name: np.frompyfunc(getattr(mpmath, name), 1, 1) for name in ("tanh", "exp", "log")}
    h = mpmath.mpf(10) ** -8
    with mpmath.workdps(50):
        known = {name: high(value) for name, value in case.known().items()}

        def J():
            Z2 = function["tanh"](known["X"] @ known["W1"] + known["b1"]) @ known["W2"] + known["b2"]
            powers = function["exp"](Z2)
            return -np.sum(known["Y"] * function["log"](powers / powers.sum(axis=1, keepdims=True))) / case.m

        for name in PARAMETERS:
            bound = np.broadcast_to(third_derivative_bound(case, A1, name), case.params[name].shape)
            for index in np.ndindex(bound.shape):
                kept, values = known[name][index], {}
                for n in (-2, -1, 1, 2):
                    known[name][index] = kept + n * h
                    values[n] = J()
                known[name][index] = kept
                third = (values[2] - 2 * values[1] + 2 * values[-1] - values[-2]) / (2 * h**3)
                assert abs(float(third)) <= bound[index]


def test_the_third_derivative_bound_is_within_a_few_hundred_of_the_truth():
    # Two classes, logits equal: L''' = 0 there, but near log(2 + sqrt 3) it is at its largest, R^3 / (6 sqrt 3).
    case = make_case((1, 1, 2), 1)
    bound = third_derivative_bound(case, np.ones((1, 1)), "b2")
    assert np.all(bound >= 1 / (6 * np.sqrt(3)))
    assert np.all(bound < 1)


def with_black_pixels() -> Case:
    seen = np.random.default_rng(5).uniform(size=FULL.X.shape) < 0.2
    seen[:, 7] = False  # a pixel that is black in every image
    return replace(FULL, X=FULL.X * seen)


@pytest.mark.parametrize("case", [FULL, with_black_pixels()], ids=["bright", "mostly black"])
@pytest.mark.parametrize("name", PARAMETERS)
def test_what_moves_at_full_size_is_what_moves_in_the_naive_loop(name, case):
    generator = np.random.default_rng(3)
    steps = generator.choice([-1, 1], case.params[name].shape) * 2.0**-8
    structured = moved_losses(network, case, name, steps) - moved_losses(network, case, name, 0 * steps)
    params = {key: value.copy() for key, value in case.params.items()}
    before, moves = textbook_loss(network.forward(params, case.X)[0], case.Y), 0
    for index in zip(*(generator.integers(0, n, 60) for n in steps.shape), strict=True):
        params[name][index] = case.params[name][index] + steps[index]
        naive = textbook_loss(network.forward(params, case.X)[0], case.Y) - before
        params[name][index] = case.params[name][index]
        assert structured[index] == pytest.approx(naive, rel=0, abs=1e-14)
        moves += abs(naive) > 1e-10
    assert moves > 20


def test_a_pixel_that_is_black_in_every_image_moves_nothing():
    assert not np.any(moved_losses(network, with_black_pixels(), "W1", 1e-100j)[7].imag)


@pytest.mark.parametrize("name", PARAMETERS)
def test_full_size_differences_equal_the_naive_loop_within_the_bound(name):
    known, h = known_at_full_size(), 2.0**-12
    generator = np.random.default_rng(4)
    params = {key: value.copy() for key, value in FULL.params.items()}
    assert np.all(known.bound[name] < 1e-6)
    for index in zip(*(generator.integers(0, n, 30) for n in params[name].shape), strict=True):
        losses = []
        for sign in (1, -1):
            params[name][index] = FULL.params[name][index] + sign * h
            losses.append(float(textbook_loss(network.forward(params, FULL.X)[0], FULL.Y)))
        params[name][index] = FULL.params[name][index]
        third = np.broadcast_to(
            third_derivative_bound(FULL, np.ones((FULL.m, FULL.sizes[1])), name), known.bound[name].shape
        )
        allowed = known.bound[name][index] + h**2 * third[index] / 6 + 1e-14 / h
        assert abs((losses[0] - losses[1]) / (2 * h) - known.gradient[name][index]) <= allowed


@pytest.mark.parametrize("name", PARAMETERS)
def test_the_bound_holds_on_every_entry_at_full_size(name):
    known = known_at_full_size()
    true = network.backward(FULL.X, FULL.params, network.forward(FULL.params, FULL.X)[1], FULL.Y)[name]
    assert np.all(np.abs(true - known.gradient[name]) <= known.bound[name])
    told = np.abs(true) > 0.1 * np.abs(true).max()
    assert np.all(np.abs(1.001 * true - known.gradient[name])[told] > known.bound[name][told])
