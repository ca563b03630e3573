"""Balls go through a channel of floats and come back; what is no ball is refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from verify.balls.digits import arb, in_digits
from verify.balls.packing import PARTS, are_packed, packed, packed_or_none, unpacked
from verify.balls.refusal import NoBalls
from verify.balls.world import BallWorld, objects


def test_there_and_back_a_ball_holds_what_it_held_and_is_hardly_wider() -> None:
    world = BallWorld()
    a: Any = np.exp(world.number(np.array([[0.1, -30.0], [1e-12, 50.0]]))) / 3
    back = unpacked(world, packed(a))
    assert back.shape == (2, 2)
    with in_digits():
        for one, other in zip(a.value.ravel(), back.value.ravel(), strict=True):
            assert other.contains(one)
            assert other.rad() < one.rad() * 2 + abs(one) * arb(10) ** -60


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_what_is_not_finite_is_not_sent(value: float) -> None:
    a = BallWorld().number(np.array([value]))
    with pytest.raises(NoBalls, match="not finite"):
        packed(a)
    assert packed_or_none(a) is None


def test_a_number_that_no_float_can_hold_is_refused() -> None:
    with in_digits():
        huge = arb(10) ** 400
    with pytest.raises(NoBalls, match="no float can hold"):
        packed(BallWorld().exact(objects([huge], (1,))))


GOOD = np.zeros((2, PARTS))


@pytest.mark.parametrize(
    "array",
    [
        np.zeros((2, PARTS - 1)), np.zeros((3, PARTS)), np.zeros(PARTS), np.zeros((2, PARTS), np.float32),
        np.zeros((2, PARTS), int), np.zeros((2, PARTS), complex), np.full((2, PARTS), np.nan), np.full((2, PARTS), np.inf),
        np.concatenate([GOOD[:, 1:], np.full((2, 1), -1e-300)], axis=1),
    ],
)  # fmt: skip
def test_what_cannot_be_balls_is_told(array: np.ndarray) -> None:
    assert are_packed(GOOD, (2,))
    assert not are_packed(array, (2,))
