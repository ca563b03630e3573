"""check_gradients: anybody's loss and gradients are judged rightly."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.library.functions import POINT, Params, called_wrong, quadratic, slope, softmax_net, spoiling_loss
from verify import Evidence, check_gradients
from verify.errors import ChangedArgument
from verify.mistakes.apply import spoiled
from verify.mistakes.catalogue import GENERAL
from verify.mistakes.mistake import Mistake


@pytest.mark.parametrize(
    "oracles",
    [("balls",), ("central-difference",), ("complex-step",), ("central-difference", "complex-step")],
    ids="+".join,
)
def test_right_gradients_are_correct_and_every_oracle_that_was_asked_says_so(oracles: tuple[str, ...]) -> None:
    evidence = check_gradients(quadratic, slope, POINT, oracles=oracles)
    assert evidence.verdict == "correct"
    assert evidence.sentence.startswith("Correct: dw ")
    assert [(row.oracle, row.verdict, row.entries) for row in evidence.summary] == [
        (name, "agrees", 2) for name in oracles
    ]
    loss, gradients, params = softmax_net(1)
    assert check_gradients(loss, gradients, params, oracles=oracles).verdict == "correct"


@pytest.mark.parametrize("mistake", GENERAL, ids=[one.name for one in GENERAL])
@pytest.mark.parametrize("parameter", ["W", "b"])
@pytest.mark.parametrize("oracle", ["balls", "central-difference", "complex-step"])
def test_a_wrong_gradient_is_wrong_in_that_parameter_alone(mistake: Mistake, parameter: str, oracle: str) -> None:
    loss, right, params = softmax_net(2)

    def gradients(p: Params) -> Params:
        return {key: spoiled(mistake, value) if key == parameter else value for key, value in right(p).items()}

    evidence = check_gradients(loss, gradients, params, oracles=(oracle,))
    assert evidence.verdict == "wrong"
    assert called_wrong(evidence) == {parameter}
    assert evidence.sentence == f"Wrong: d{parameter} is not the derivative of the loss."


def test_the_message_says_where_which_and_the_ratio() -> None:
    evidence = check_gradients(quadratic, lambda p: {"w": 2 * p["w"] * np.array([1.0, 1.5])}, POINT)
    (row,) = evidence.summary
    assert row.message is not None
    for word in ("dw[1]", "gives -6", "the derivative is -4", "1.5"):
        assert word in row.message
    assert row.mismatched == 1


@pytest.mark.parametrize("scale", [1e-300, 1e-30, 1e-12, 1e-6, 1.0, 1e6, 1e30, 1e290])
def test_the_size_of_the_loss_does_not_matter(scale: float) -> None:
    def loss(p: Params) -> float:
        return scale * float(np.sum(np.sin(p["w"])))

    assert check_gradients(loss, lambda p: {"w": scale * np.cos(p["w"])}, POINT).verdict == "correct"
    for factor in (2.0, 0.5, -1.0, 1.001, 0.0):

        def gradient(p: Params, factor: float = factor) -> Params:
            return {"w": factor * scale * np.cos(p["w"])}

        wrong = check_gradients(loss, gradient, POINT)
        assert wrong.verdict == "wrong", factor


@pytest.mark.parametrize("scale", [1e-310, 1e-320])
def test_a_loss_near_underflow_never_makes_a_right_gradient_wrong(scale: float) -> None:
    for oracle in ("central-difference", "complex-step"):
        evidence = check_gradients(
            lambda p: scale * quadratic(p), lambda p: {"w": scale * 2 * p["w"]}, POINT, oracles=(oracle,)
        )
        assert evidence.verdict != "wrong", oracle


@pytest.mark.parametrize("oracle", ["central-difference", "complex-step"])
def test_a_flat_point_could_not_be_judged_and_the_reason_is_said(oracle: str) -> None:
    evidence = check_gradients(quadratic, slope, {"w": np.zeros(3)}, oracles=(oracle,))
    assert evidence.verdict == "could not judge"
    assert {row.verdict for row in evidence.summary} == {"vacuous"}
    assert "is 0 at this point in every entry" in evidence.sentence
    assert "take another point" in evidence.sentence


def test_one_flat_parameter_is_enough_for_could_not_judge_but_not_to_hide_what_is_wrong() -> None:
    params = {**POINT, "idle": np.ones(2)}
    right = check_gradients(quadratic, lambda p: {**slope(p), "idle": np.zeros(2)}, params)
    wrong = check_gradients(quadratic, lambda p: {"w": 3 * p["w"], "idle": np.zeros(2)}, params)
    idle = check_gradients(quadratic, lambda p: {**slope(p), "idle": np.full(2, 1e-3)}, params)
    assert right.verdict == "could not judge"
    assert "by idle is 0" in right.sentence
    assert (wrong.verdict, called_wrong(wrong)) == ("wrong", {"w"})
    assert (idle.verdict, called_wrong(idle)) == ("wrong", {"idle"})


def test_the_complex_step_sees_one_part_in_a_billion_in_one_entry_that_differences_miss() -> None:
    loss, right, params = softmax_net(3)

    def gradients(p: Params) -> Params:
        value = right(p)
        value["W"][2, 1] *= 1 + 1e-9
        return value

    evidence = check_gradients(loss, gradients, params, oracles=("complex-step",))
    assert (evidence.verdict, called_wrong(evidence)) == ("wrong", {"W"})
    (row,) = [row for row in evidence.summary if row.parameter == "W"]
    assert row.worst is not None
    assert row.worst.index == (2, 1)
    assert row.mismatched == 1
    in_balls = check_gradients(loss, gradients, params)
    assert (in_balls.oracles, in_balls.verdict, called_wrong(in_balls)) == (("balls",), "wrong", {"W"})
    by_differences = check_gradients(loss, gradients, params, oracles="central-difference")
    assert by_differences.verdict == "correct"
    assert by_differences.caught[0].everywhere > 1e-9  # and it says so


def test_a_loss_that_computes_in_float32_inside_does_not_make_right_gradients_wrong() -> None:
    def loss(p: Params) -> float:
        return float(np.sum(np.sin(p["w"].astype(np.float32))))

    def gradients(p: Params) -> Params:
        return {"w": np.cos(p["w"])}

    assert check_gradients(loss, gradients, POINT).verdict == "correct"
    assert check_gradients(loss, lambda p: {"w": 1.5 * np.cos(p["w"])}, POINT).verdict == "wrong"


@pytest.mark.parametrize(
    "value",
    [np.array([1, -2], np.float32), np.array([1, -2], np.float16), [1.0, -2.0], 3.0, np.float64(3), np.array(3.0),
     np.ones((2, 3, 2)), np.asfortranarray(np.arange(6.0).reshape(2, 3)), np.arange(8.0)[::-2]],
    ids=["float32", "float16", "list", "float", "scalar", "0-d", "3-d", "Fortran", "strided"],
)  # fmt: skip
def test_any_floats_are_taken_and_a_doubled_gradient_is_wrong_for_each(value: Any) -> None:
    assert check_gradients(quadratic, slope, {"w": value}).verdict == "correct"
    assert check_gradients(quadratic, lambda p: {"w": 4 * p["w"]}, {"w": value}).verdict == "wrong"


def test_the_functions_get_float64_copies_and_the_caller_s_arrays_stay_as_they_were() -> None:
    w = np.array([1.0, -2.0], np.float32)
    w.setflags(write=False)
    got: list[Any] = []

    def loss(p: Params) -> float:
        got.append(p["w"])
        return float(quadratic(p))

    check_gradients(loss, slope, {"w": w})
    assert all(value.dtype == np.float64 for value in got)
    assert not any(np.shares_memory(value, w) for value in got)
    assert w.dtype == np.float32
    assert w.tolist() == [1.0, -2.0]


def test_the_caller_s_arrays_survive_functions_that_write_into_what_they_get() -> None:
    w = np.array([1.0, -2.0])
    with pytest.raises(ChangedArgument):
        check_gradients(spoiling_loss, slope, {"w": w})
    assert w.tolist() == [1.0, -2.0]


def test_the_evidence_round_trips_through_json_and_names_its_subject_and_its_params() -> None:
    evidence = check_gradients(quadratic, slope, POINT, subject="my net")
    assert Evidence.from_json(evidence.to_json()) == evidence
    assert evidence.subject == "my net"
    other = check_gradients(quadratic, slope, {"w": POINT["w"] + 1})
    assert evidence.replay.sha256["params"] != other.replay.sha256["params"]


def test_the_same_call_gives_the_same_evidence() -> None:
    assert check_gradients(*softmax_net(4)).to_json() == check_gradients(*softmax_net(4)).to_json()
