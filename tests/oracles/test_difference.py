"""The one central difference: asked in batches, safe where a slope bends or jumps, and with a noise that it measures."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from verify.library import check_gradients
from verify.oracles.difference import UNIT, best_step, differentiate, measured_noise, noise_of, power_of_two
from verify.oracles.imaginary import imaginary_slopes
from verify.oracles.moving import one_at_a_time, some_entries


def difference(function, at, noise=1e-15, **settings):
    params = {"x": np.atleast_1d(np.asarray(at, dtype=float))}
    return differentiate(one_at_a_time(lambda p: function(p["x"]), params), some_entries(params), noise, **settings)


def test_the_losses_are_asked_for_twice_whatever_the_number_of_entries() -> None:
    params, asked = {"W": np.arange(12.0).reshape(3, 4), "b": np.ones(2)}, []
    losses = one_at_a_time(lambda p: float(np.sum(np.sin(p["W"])) + np.sum(p["b"] ** 2)), params)

    def counted(which, entry, delta):
        asked.append(len(delta))
        return losses(which, entry, delta)

    moves = some_entries(params)
    found = differentiate(counted, moves, 1e-14)
    assert asked == [4 * 14 + 1, 2 * 14 + 1]
    arranged, bound = moves.arranged(found.value), moves.arranged(found.bound)
    for name, true in (("W", np.cos(params["W"])), ("b", 2 * params["b"])):
        assert np.all(np.abs(arranged[name] - true) <= bound[name])
        assert np.all(bound[name] < 1e-7)
    assert len(asked) == 2
    measured_noise(counted, moves)
    assert asked[2:] == [2 * 3 * 9]


@settings(max_examples=300, deadline=None)
@given(st.floats(-14, -1), st.sampled_from([-1.0, 1.0]), st.floats(0.1, 3))
def test_a_slope_that_bends_near_the_point_is_never_known_too_narrowly(digits, side, jump) -> None:
    """J = sin(x) + jump relu(x - kink): the derivative at 1 is that of the side on which 1 lies."""
    kink = 1.0 + side * 10.0**digits
    found = difference(lambda x: float(np.sin(x[0]) + jump * max(0.0, x[0] - kink)), 1.0)
    true = np.cos(1.0) + jump * (kink < 1.0)
    assert abs(found.value[0] - true) <= found.bound[0]


def test_a_bend_at_the_point_itself_shows_in_the_bound() -> None:
    assert difference(lambda x: float(abs(x[0])), 0.0).bound[0] > 1
    assert difference(lambda x: float(np.sin(x[0])), 0.0).bound[0] < 1e-8


def test_a_bend_far_away_costs_nothing() -> None:
    found = difference(lambda x: float(np.sin(x[0]) + max(0.0, x[0] - 1.01)), 1.0)
    assert found.bound[0] < 1e-8


@pytest.mark.parametrize("digits", [4, 5, 6, 7])
def test_a_loss_that_is_rounded_makes_no_right_derivative_wrong(digits) -> None:
    for at in np.linspace(0.3, 1.2, 40):
        params = {"x": np.array([at])}
        losses = one_at_a_time(lambda p: float(np.round(np.exp(p["x"][0]), digits)), params)
        moves = some_entries(params)
        found = differentiate(losses, moves, measured_noise(losses, moves))
        assert abs(found.value[0] - np.exp(at)) <= found.bound[0], at


def test_a_loss_that_is_nowhere_known_gives_no_derivative() -> None:
    found = difference(lambda x: float("nan"), 1.0)
    assert np.isnan(found.value[0])
    found = difference(lambda x: np.inf if x[0] > 1 else 1.0, 1.0)
    assert not np.isfinite(found.bound[0]) or np.isnan(found.value[0])


def test_losses_in_float32_are_known_within_their_bound_and_a_wrong_hundredth_is_seen() -> None:
    def J(x):
        return float(np.sum(np.sin(x.astype(np.float32))))

    params = {"x": np.linspace(0.1, 1.2, 9)}
    losses, moves = one_at_a_time(lambda p: J(p["x"]), params), some_entries(params)
    noise = measured_noise(losses, moves, UNIT * 2**29)
    found = differentiate(losses, moves, noise, 2.0**-7)
    true = np.cos(params["x"])
    assert np.all(np.abs(found.value - true) <= found.bound)
    assert np.all(found.bound < 0.01 * np.abs(true))


def test_noise_is_measured_in_the_size_of_the_jitter() -> None:
    generator = np.random.default_rng(1)
    for size in (1e-12, 1e-6):
        along = 1 + size * generator.normal(size=(4, 9))
        assert 0.5 * size <= noise_of(along) <= 12 * size
    assert noise_of(np.full((2, 9), 1 / 3)) == pytest.approx(4 / 3 * UNIT)


def test_a_loss_that_does_not_move_and_has_few_digits_may_be_rounded_to_them() -> None:
    assert noise_of(np.full((2, 9), 1.0)) == 4
    assert noise_of(np.full((2, 9), 0.25)) == pytest.approx(0.04)
    assert noise_of(np.zeros((2, 9))) < 1e-300


def test_noise_comes_from_the_loudest_parameter() -> None:
    params = {"quiet": np.ones(3), "loud": np.ones(2)}
    losses = one_at_a_time(lambda p: float(np.sum(p["quiet"]) + np.sum(p["loud"].astype(np.float32))), params)
    assert measured_noise(losses, some_entries(params)) > 1e-9
    quiet = one_at_a_time(lambda p: float(np.sum(p["quiet"]) + np.sum(p["loud"])), params)
    assert measured_noise(quiet, some_entries(params)) < 1e-13


@given(st.floats(1e-18, 1e-6), st.floats(1e-6, 1e6))
def test_at_the_best_step_both_parts_are_of_one_size_or_it_is_the_largest(noise, third) -> None:
    h = float(best_step(noise, third, 2.0**-4))
    assert h <= 2.0**-4
    if h < 2.0**-4:
        assert h**2 * third / 6 == pytest.approx(noise / h / 2)
    assert best_step(noise, 0.0, 2.0**-4) == 2.0**-4


def test_a_step_is_a_power_of_two() -> None:
    steps = power_of_two(np.array([1e-3, 0.3, 7.0]))
    assert np.all(np.log2(steps) % 1 == 0)
    assert np.all(np.abs(np.log2(steps / np.array([1e-3, 0.3, 7.0]))) <= 0.5)


def test_both_ways_to_differentiate_agree_on_an_analytic_loss_and_not_on_another() -> None:
    params = {"W": np.random.default_rng(2).normal(size=(3, 2))}
    moves = some_entries(params)

    def analytic(p):
        return np.sum(np.tanh(p["W"]) ** 2)

    def not_analytic(p):
        return np.sum(np.abs(p["W"]) ** 2)

    for J, agrees in ((analytic, True), (not_analytic, False)):
        losses = one_at_a_time(J, params)
        found = differentiate(losses, moves, 1e-14)
        within = np.abs(imaginary_slopes(losses, moves) - found.value) <= found.bound
        assert np.all(within) == agrees


def relu_net(seed: int, sizes: tuple[int, int, int, int]):
    """The loss of a net with a ReLU, its gradient by hand, and its parameters: many entries bend nearby."""
    n_x, n_h, n_y, m = sizes
    generator = np.random.default_rng(seed)
    X, Y = generator.normal(size=(m, n_x)), np.eye(n_y)[generator.integers(n_y, size=m)]
    params = {
        "W1": generator.normal(size=(n_x, n_h)) / np.sqrt(n_x), "b1": generator.normal(size=n_h) * 0.1,
        "W2": generator.normal(size=(n_h, n_y)) / np.sqrt(n_h), "b2": np.zeros(n_y),
    }  # fmt: skip

    def forward(p):
        Z = X @ p["W1"] + p["b1"]
        S = np.maximum(Z, 0) @ p["W2"] + p["b2"]
        S = S - S.max(axis=1, keepdims=True)
        return Z, S - np.log(np.exp(S).sum(axis=1, keepdims=True))

    def gradients(p):
        Z, L = forward(p)
        dZ2 = (np.exp(L) - Y) / m
        dZ1 = (dZ2 @ p["W2"].T) * (Z > 0)
        return {"W1": X.T @ dZ1, "b1": dZ1.sum(0), "W2": np.maximum(Z, 0).T @ dZ2, "b2": dZ2.sum(0)}

    return (lambda p: float(-np.sum(Y * forward(p)[1]) / m)), gradients, params


@pytest.mark.parametrize(
    ("seed", "sizes"),
    [
        (1, (4, 5, 2, 12)),
        pytest.param(1, (10, 20, 3, 32), marks=pytest.mark.slow),
        pytest.param(1, (8, 16, 4, 200), marks=pytest.mark.slow),
        *(pytest.param(n, (6, 10, 3, 64), marks=pytest.mark.slow) for n in range(100, 160)),
    ],
)
def test_a_kink_is_no_noise_so_a_right_gradient_of_a_relu_is_correct_and_one_percent_too_much_is_wrong(seed, sizes):
    loss, gradients, params = relu_net(seed, sizes)
    assert check_gradients(loss, gradients, params).verdict == "correct"
    spoiled = check_gradients(loss, lambda p: {**gradients(p), "W2": 1.01 * gradients(p)["W2"]}, params)
    assert spoiled.verdict == "wrong"


def test_values_that_are_rounded_are_told_from_values_that_bend() -> None:
    smooth = np.zeros((2, 9))
    bent = np.maximum(0, np.arange(-4, 5)) * 1.2345e-5 + 0.1
    rounded = np.round(0.1 + np.arange(9) * 6.1e-5, 4)
    assert noise_of(np.vstack([smooth, bent])) < 1e-15
    assert noise_of(np.vstack([smooth, rounded])) >= 1e-4


def test_the_noise_that_is_allowed_for_bends_is_no_more_than_the_noise() -> None:
    def difference_of(size: float) -> float:
        params = {"x": np.array([0.3])}
        losses = one_at_a_time(lambda p: float(abs(p["x"][0] - 0.3)), params)
        return float(differentiate(losses, some_entries(params), size).bound[0])

    assert difference_of(1e-12) > 0.5
    assert difference_of(1e-9) > 0.5
