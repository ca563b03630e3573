"""The difference quotient in balls is the derivative where there is one, and says where there is none."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from verify.balls.array import Balls
from verify.balls.digits import arb, in_digits
from verify.balls.quotient import STEP, along, direction, moved, slope
from verify.balls.refusal import NoBalls, NotSmooth
from verify.balls.world import BallWorld


def derivative(f: Callable[[Balls], Any], x: float) -> Any:
    world = BallWorld()
    point = {"x": world.number(np.array([x]))}
    J = [f(moved(point, "x", 0, delta)["x"][0]).value[()] for delta in (STEP, 0.0, -STEP)]
    return slope(*J)


SMOOTH: dict[str, tuple[Callable[[Balls], Any], Callable[[Any], Any], float]] = {
    "sin": (np.sin, lambda x: x.cos(), 0.3),
    "exp": (np.exp, lambda x: x.exp(), -2.0),
    "a root": (np.sqrt, lambda x: 1 / (2 * x.sqrt()), 2.0),
    "a fast swing": (lambda x: np.sin(1e5 * x), lambda x: 100000 * (100000 * x).cos(), 0.7),
    "a tiny point": (lambda x: x**2, lambda x: 2 * x, 1e-12),
    "abs away from 0": (np.abs, lambda x: arb(-1), -0.1),
    "a tiny loss": (lambda x: 2.0**-900 * x**3, lambda x: 3 * x**2 / arb(2) ** 900, 0.5),
}


@pytest.mark.parametrize("name", SMOOTH)
def test_it_is_the_derivative_to_20_digits_or_more(name: str) -> None:
    f, slope_of, x = SMOOTH[name]
    found = derivative(f, x)
    with in_digits():
        true = slope_of(arb(x))
        assert found.overlaps(true)
        assert found.rad() < abs(true) * arb(10) ** -17


@pytest.mark.parametrize("f", [np.abs, lambda x: np.maximum(0, x), lambda x: np.where(x > 0, 1.0 + 0 * x, 0 * x)])
def test_a_kink_or_a_jump_at_the_point_is_said(f: Callable[[Balls], Any]) -> None:
    with pytest.raises(NotSmooth, match="not differentiable at this point"):
        derivative(f, 0.0)


def test_a_loss_that_changes_from_call_to_call_has_no_derivative() -> None:
    calls = iter([0, 5, 1])
    with pytest.raises(NotSmooth, match="not the same from call to call"):
        derivative(lambda x: x + next(calls), 1.0)


def test_balls_that_are_too_wide_say_nothing() -> None:
    with pytest.raises(NoBalls, match="too wide"):
        slope(arb(1, 0.1), arb(1, 0.1), arb(1, 0.1))


def test_a_loss_that_is_zero_but_for_its_own_rounding_has_the_derivative_zero() -> None:
    found = derivative(lambda x: np.log(np.exp(x)) - x, 0.5)
    assert found.contains(0)
    assert found.rad() < 1e-20


def test_a_loss_that_does_not_move_has_the_derivative_zero() -> None:
    assert derivative(lambda x: 0 * x + 3, 1.0).contains(0)


def test_along_a_direction_is_the_sum_over_the_entries() -> None:
    world, generator = BallWorld(), np.random.default_rng(1)
    W = world.number(generator.normal(size=(3, 2)))
    where = direction((3, 2), generator)
    J = [np.sum(np.sin(moved({"W": W}, "W", where, delta)["W"])).value[()] for delta in (STEP, 0.0, -STEP)]
    right: Any = np.cos(W)
    wrong = right.copy()
    wrong[1, 1] = wrong[1, 1] * (1 + np.float64(2.0**-50))
    assert slope(*J).overlaps(along(right, where))
    assert not slope(*J).overlaps(along(wrong, where))
    assert np.all(where != 0)


def test_moving_changes_no_other_entry_and_not_the_point() -> None:
    world = BallWorld()
    point = {"W": world.number(np.ones((2, 2))), "b": world.number(np.ones(2))}
    there = moved(point, "W", 3, STEP)
    assert there["b"] is point["b"]
    changed = [
        one.overlaps(other) for one, other in zip(there["W"].value.ravel(), point["W"].value.ravel(), strict=True)
    ]
    assert changed == [True, True, True, False]
    assert point["W"].shadow.tolist() == [[1.0, 1.0], [1.0, 1.0]]
