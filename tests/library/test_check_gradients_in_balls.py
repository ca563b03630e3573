"""check_gradients in balls: kinks, fast swings, tiny parameters, rounded losses."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.library.functions import POINT, Params, called_wrong, quadratic, slope
from verify import check_gradients
from verify.errors import BadInput, WrongGradient

KINKS: dict[str, tuple[Any, Any, Any]] = {
    "|w| at 0": (lambda p: np.sum(np.abs(p["w"]) + 3 * p["w"]), lambda p: {"w": np.sign(p["w"]) + 3}, [0.0, 1.0]),
    "max(0, w) at 0": (lambda p: np.sum(np.maximum(0, p["w"])), lambda p: {"w": (p["w"] > 0) * 1.0}, [0.0, 1.0]),
    "a norm at 0": (lambda p: np.sqrt(np.sum(p["w"] ** 2)), lambda p: {"w": 0 * p["w"]}, [0.0, 0.0]),
}


@pytest.mark.parametrize("oracles", [None, "central-difference"], ids=["balls", "central-difference"])
@pytest.mark.parametrize("name", list(KINKS))
def test_at_a_kink_there_is_no_derivative_and_no_gradient_is_wrong(name: str, oracles: Any) -> None:
    loss, gradients, at = KINKS[name]
    evidence = check_gradients(loss, gradients, {"w": np.array(at)}, oracles=oracles)
    assert evidence.verdict == "could not judge"
    if oracles is None and "norm" not in name:
        assert "not differentiable by w here" in evidence.sentence


def test_a_kink_in_one_parameter_does_not_hide_a_mistake_in_another() -> None:
    def loss(p: Params) -> Any:
        return np.sum(np.abs(p["w"])) + np.sum(p["v"] ** 2)

    def gradients(p: Params) -> Params:
        return {"w": np.sign(p["w"]), "v": p["v"]}

    evidence = check_gradients(loss, gradients, {"w": np.zeros(2), "v": np.ones(2)})
    assert (evidence.verdict, called_wrong(evidence)) == ("wrong", {"v"})


@pytest.mark.parametrize("frequency", [3217.0, 3217.3, 1e5, 1e9])
def test_right_gradients_of_a_loss_that_swings_fast_are_right_and_wrong_ones_wrong(frequency: float) -> None:
    point = {"w": np.array([0.3, 0.7, -1.1])}

    def loss(p: Params) -> float:
        return float(np.sum(np.sin(frequency * p["w"])))

    right = check_gradients(loss, lambda p: {"w": frequency * np.cos(frequency * p["w"])}, point)
    assert (right.oracles, right.verdict) == (("balls",), "correct")
    assert (
        check_gradients(loss, lambda p: {"w": frequency * np.cos(frequency * p["w"]) * 1.0001}, point).verdict
        == "wrong"
    )


def test_parameters_around_a_millionth_of_a_millionth_are_judged() -> None:
    point = {"w": np.array([1e-12, -3e-12])}
    losses: list[tuple[Any, Any]] = [(quadratic, lambda w: 2 * w), (lambda p: np.sum(np.exp(p["w"])), np.exp)]
    for loss, slope_of in losses:
        for factor, verdict in ((1.0, "correct"), (1.001, "wrong")):

            def gradients(p: Params, factor: float = factor, slope_of: Any = slope_of) -> Params:
                return {"w": factor * slope_of(p["w"])}

            assert check_gradients(loss, gradients, point).verdict == verdict


@pytest.mark.parametrize("digits", [2, 3, 6])
def test_a_loss_that_is_rounded_to_be_shown_is_never_a_reason_for_wrong(digits: int) -> None:
    def by_python(p: Params) -> float:
        return round(float(quadratic(p)), digits)

    def by_numpy(p: Params) -> Any:
        return np.round(quadratic(p), digits)

    for loss in (by_python, by_numpy):
        for oracles in (None, "central-difference"):
            assert check_gradients(loss, slope, {"w": np.array([1.1, -2.3])}, oracles=oracles).verdict != "wrong"


def test_loops_arrays_made_inside_and_helpers_run_in_balls() -> None:
    def loss(p: Params) -> float:
        total, rows = 0.0, np.zeros(2)
        for row in range(2):
            for column in range(3):
                rows[row] += helper(p["w"][row, column])
            total += float(rows[row]) ** 2
        return total

    def gradients(p: Params) -> Params:
        found = np.zeros_like(p["w"])
        rows = [sum(helper(p["w"][row, column]) for column in range(3)) for row in range(2)]
        for row in range(2):
            found[row] = 2 * rows[row] * np.cos(p["w"][row])
        return {"w": found}

    point = {"w": np.arange(6.0).reshape(2, 3) / 7}
    evidence = check_gradients(loss, gradients, point, oracles="balls")
    assert evidence.verdict == "correct"
    assert evidence.caught[0].everywhere < 1e-14
    assert not check_gradients(loss, lambda p: {"w": 2 * gradients(p)["w"]}, point)


def helper(x: Any) -> Any:
    return np.sin(x)


def test_what_balls_cannot_follow_is_judged_by_differences_and_asked_for_by_name_it_is_refused() -> None:
    def loss(p: Params) -> float:
        return float(np.linalg.det(p["w"]))

    def gradients(p: Params) -> Params:
        return {"w": np.linalg.det(p["w"]) * np.linalg.inv(p["w"]).T}

    point = {"w": np.array([[2.0, 1.0], [0.5, 3.0]])}
    assert check_gradients(loss, gradients, point).oracles == ("central-difference",)
    assert check_gradients(loss, gradients, point).verdict == "correct"
    with pytest.raises(BadInput, match=r"the oracle balls does not apply: np\.det"):
        check_gradients(loss, gradients, point, oracles="balls")


def test_nothing_of_the_caller_is_changed_by_running_in_balls() -> None:
    before = dict(globals())
    check_gradients(lambda p: float(np.sum(helper(p["w"]))), lambda p: {"w": np.cos(p["w"])}, POINT)
    assert {name: value for name, value in globals().items() if before.get(name) is not value} == {}


def test_evidence_is_true_where_it_is_correct_and_raises_on_request_where_it_is_wrong() -> None:
    right, wrong = check_gradients(quadratic, slope, POINT), check_gradients(quadratic, lambda p: {"w": p["w"]}, POINT)
    flat = check_gradients(quadratic, slope, {"w": np.zeros(3)})
    assert right
    assert not wrong
    assert not flat
    assert right.raise_if_wrong() is right
    assert flat.raise_if_wrong() is flat
    with pytest.raises(WrongGradient, match="Wrong: dw is not the derivative of the loss"):
        wrong.raise_if_wrong()
