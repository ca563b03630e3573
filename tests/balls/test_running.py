"""Functions run on balls unchanged, and so does what they call; nothing of the caller's is changed."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from verify.balls.array import Balls
from verify.balls.refusal import NoBalls
from verify.balls.running import on_balls
from verify.balls.world import BallWorld


def helper(x: Any) -> Any:
    made = np.zeros(2)
    made[0], made[1] = float(x), math.exp(x)
    return made


def calls_a_helper(x: Any, times: int = 2, *, more: float = 0.5) -> Any:
    return times * np.sum(helper(x)) + more


class Net:
    factor = 3

    def loss(self, x: Any) -> Any:
        return self.factor * np.sum(helper(x))


def test_arrays_made_inside_hold_balls_and_defaults_are_kept() -> None:
    world = BallWorld()
    found = on_balls(calls_a_helper, world)(world.number(np.array(0.25)))
    assert isinstance(found, Balls)
    assert float(found.shadow) == pytest.approx(2 * (0.25 + math.exp(0.25)) + 0.5)
    assert calls_a_helper(0.25) == pytest.approx(float(found.shadow))
    assert helper.__globals__["np"] is np


def test_closures_lambdas_and_methods_run_too() -> None:
    world, scale, exp = BallWorld(), 2.0, np.exp

    def inner(x: Any) -> Any:
        return exp(x) * scale

    x = world.number(np.array(0.5))
    assert isinstance(on_balls(lambda x: float(inner(x)), world)(x), Balls)
    assert isinstance(on_balls(Net().loss, world)(x), Balls)


def test_what_is_no_function_of_python_stays_as_it_is() -> None:
    assert on_balls(np.sum, BallWorld()) is np.sum


def test_a_name_of_a_closure_without_a_value_is_no_obstacle() -> None:
    def outer() -> Any:
        def f(x: Any) -> Any:
            return x if True else later

        found = on_balls(f, BallWorld())
        later = 1
        return found(later)

    assert outer() == 1


def test_a_refusal_comes_through() -> None:
    world = BallWorld()
    with pytest.raises(NoBalls):
        on_balls(lambda x: np.linalg.inv(x), world)(world.number(np.eye(2)))
