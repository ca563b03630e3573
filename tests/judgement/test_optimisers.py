"""Known optimisers, written out here as their papers have them, are known by their steps; slips in them are not."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from verify.arrays import Array
from verify.judgement.optimisers import rule_of

Stepper = Callable[[Array, dict[str, Array], int], Array]
NUMBERS = (0.9, 0.999, 1e-8, 0.01, 0.5)


def momentum(g: Array, state: dict[str, Array], t: int) -> Array:
    state["v"] = 0.9 * state["v"] + 0.01 * g
    return state["v"]


def averaged(g: Array, state: dict[str, Array], t: int) -> Array:
    state["v"] = 0.9 * state["v"] + 0.1 * g
    return 0.01 * state["v"]


def nesterov(g: Array, state: dict[str, Array], t: int) -> Array:
    before = state["v"]
    state["v"] = 0.9 * before - 0.01 * g
    return 0.9 * before - 1.9 * state["v"]


def adagrad(g: Array, state: dict[str, Array], t: int) -> Array:
    state["v"] = state["v"] + g**2
    return 0.01 * g / (np.sqrt(state["v"]) + 1e-8)


def rmsprop(g: Array, state: dict[str, Array], t: int) -> Array:
    state["v"] = 0.9 * state["v"] + 0.1 * g**2
    return 0.01 * g / np.sqrt(state["v"] + 1e-8)


def adam(g: Array, state: dict[str, Array], t: int) -> Array:
    state["m"] = 0.9 * state["m"] + 0.1 * g
    state["v"] = 0.999 * state["v"] + 0.001 * g**2
    return 0.01 * state["m"] / (1 - 0.9**t) / (np.sqrt(state["v"] / (1 - 0.999**t)) + 1e-8)


def adam_by_its_rate(g: Array, state: dict[str, Array], t: int) -> Array:
    adam(g, state, t)
    return 0.01 * np.sqrt(1 - 0.999**t) / (1 - 0.9**t) * state["m"] / (np.sqrt(state["v"]) + 1e-8)


def uncorrected(g: Array, state: dict[str, Array], t: int) -> Array:
    adam(g, state, t)
    return 0.01 * state["m"] / (np.sqrt(state["v"]) + 1e-8)


def not_squared(g: Array, state: dict[str, Array], t: int) -> Array:
    state["m"] = 0.9 * state["m"] + 0.1 * g
    state["v"] = 0.999 * state["v"] + 0.001 * np.abs(g)
    return 0.01 * state["m"] / (1 - 0.9**t) / (np.sqrt(state["v"] / (1 - 0.999**t)) + 1e-8)


def corrected_by_the_other(g: Array, state: dict[str, Array], t: int) -> Array:
    adam(g, state, t)
    return 0.01 * state["m"] / (1 - 0.9**t) / (np.sqrt(state["v"] / (1 - 0.9**t)) + 1e-8)


def half_corrected(g: Array, state: dict[str, Array], t: int) -> Array:
    adam(g, state, t)
    return 0.01 * state["m"] / (1 - 0.9**t) / (np.sqrt(state["v"]) + 1e-8)


def counted_late(g: Array, state: dict[str, Array], t: int) -> Array:
    return adam(g, state, t + 1)


def same_beta(g: Array, state: dict[str, Array], t: int) -> Array:
    state["m"] = 0.9 * state["m"] + 0.1 * g
    state["v"] = 0.9 * state["v"] + 0.1 * g**2
    return 0.01 * state["m"] / (1 - 0.9**t) / (np.sqrt(state["v"] / (1 - 0.9**t)) + 1e-8)


def no_root(g: Array, state: dict[str, Array], t: int) -> Array:
    state["v"] = 0.9 * state["v"] + 0.1 * g**2
    return 0.01 * g / (state["v"] + 1e-8)


def upwards(g: Array, state: dict[str, Array], t: int) -> Array:
    return -momentum(g, state, t)


def growing(g: Array, state: dict[str, Array], t: int) -> Array:
    state["v"] = 1.1 * state["v"] + 0.01 * g
    return state["v"]


def never_zeroed(g: Array, state: dict[str, Array], t: int) -> Array:
    state["v"] = state["v"] + 0.01 * g
    return state["v"]


def forgetful(g: Array, state: dict[str, Array], t: int) -> Array:
    state["v"] = 0.9 * g + 0.01 * state["v"] ** 2
    return state["v"]


def rooted_first(g: Array, state: dict[str, Array], t: int) -> Array:
    return adagrad(g, state, t) + (0.001 * g if t == 1 else 0.0)


def _seen(stepper: Stepper) -> tuple[list[list[Array]], list[list[Array]]]:
    """Return gradients of a bowl and the steps that are made of them."""
    W, state = np.linspace(-2, 3, 17), {"m": np.zeros(17), "v": np.zeros(17)}
    gradients: list[list[Array]] = []
    steps: list[list[Array]] = []
    for t in range(1, 7):
        g = np.sin(W) + 0.3 * W
        step = stepper(g, state, t)
        gradients.append([g[:1], g[1:]])
        steps.append([step[:1], step[1:]])
        W = W - step
    return gradients, steps


@pytest.mark.parametrize(
    ("stepper", "name"),
    [
        (momentum, "momentum (beta = 0.9)"),
        (averaged, "momentum (beta = 0.9)"),
        (nesterov, "Nesterov's momentum (beta = 0.9)"),
        (adagrad, "Adagrad (eps = 1e-08)"),
        (rmsprop, "RMSprop (beta = 0.9, eps = 1e-08)"),
        (adam, "Adam (beta_1 = 0.9, beta_2 = 0.999, eps = 1e-08)"),
        (adam_by_its_rate, "Adam (beta_1 = 0.9, beta_2 = 0.999, eps = 1e-08)"),
        (uncorrected, "Adam without its corrections (beta_1 = 0.9, beta_2 = 0.999, eps = 1e-08)"),
    ],
)
def test_a_known_optimiser_is_known_by_its_steps(stepper: Stepper, name: str) -> None:
    assert str(rule_of(*_seen(stepper), NUMBERS)) == name


@pytest.mark.parametrize(
    "stepper",
    [
        not_squared, corrected_by_the_other, half_corrected, counted_late, same_beta, no_root, upwards, growing, never_zeroed,
        forgetful, rooted_first,
    ],
)  # fmt: skip
def test_a_slip_in_an_optimiser_follows_no_known_rule(stepper: Stepper) -> None:
    assert rule_of(*_seen(stepper), NUMBERS) is None


def test_steps_that_are_not_numbers_or_too_few_follow_no_rule() -> None:
    gradients, steps = _seen(adam)
    assert rule_of(gradients[:2], steps[:2], NUMBERS) is None
    assert rule_of(gradients, [*steps[:5], [one * np.nan for one in steps[5]]], NUMBERS) is None


def test_some_parameters_may_be_moved_along_their_gradients_alone() -> None:
    gradients, steps = _seen(momentum)
    plain = [[0.01 * row[0], step[1]] for row, step in zip(gradients, steps, strict=True)]
    assert str(rule_of(gradients, plain, NUMBERS)) == "momentum (beta = 0.9)"
    other = [[row[0] ** 2, step[1]] for row, step in zip(gradients, steps, strict=True)]
    assert rule_of(gradients, other, NUMBERS) is None
