"""check_gradients: anybody's loss and gradients are judged rightly, or refused with a reason."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from verify import Evidence, VerifyError, check_gradients
from verify.errors import BadInput, ChangedArgument, NotDeterministic, NotFinite, WrongGradient, WrongShape, WrongType
from verify.mistakes.apply import spoiled
from verify.mistakes.catalogue import GENERAL
from verify.mistakes.mistake import Mistake

Params = dict[str, Any]
POINT = {"w": np.array([1.0, -2.0])}


def quadratic(p: Params) -> Any:
    return np.sum(p["w"] ** 2)


def slope(p: Params) -> Params:
    return {"w": 2 * p["w"]}


def softmax_net(seed: int) -> tuple[Callable[[Params], Any], Callable[[Params], Params], Params]:
    """Return loss, gradients and parameters of one layer with softmax and cross-entropy."""
    generator = np.random.default_rng(seed)
    X, labels = generator.normal(size=(5, 4)), generator.integers(0, 3, 5)
    Y = np.eye(3)[labels]

    def probabilities(p: Params) -> Any:
        exponentials = np.exp(X @ p["W"] + p["b"])
        return exponentials / np.sum(exponentials, axis=1, keepdims=True)

    def loss(p: Params) -> Any:
        return -np.sum(Y * np.log(probabilities(p))) / len(X)

    def gradients(p: Params) -> Params:
        dZ = (probabilities(p) - Y) / len(X)
        return {"W": X.T @ dZ, "b": np.sum(dZ, axis=0, keepdims=True)}

    return loss, gradients, {"W": generator.normal(size=(4, 3)), "b": generator.normal(size=(1, 3))}


def called_wrong(evidence: Evidence) -> set[str]:
    return {row.parameter for row in evidence.summary if row.verdict == "differs"}


# Right and wrong


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


# Refusals, each with its own class and text


def spoiling_loss(p: Params) -> float:
    p["w"] *= 2
    return float(np.sum(p["w"]))


def spoiling_gradients(p: Params) -> Params:
    p["w"] *= 2
    return {"w": p["w"]}


def popping_loss(p: Params) -> float:
    return float(np.sum(p.pop("w") ** 2))


def counting(result: Callable[[int], Any]) -> Callable[[Params], Any]:
    """Return a function of params that answers differently at each call."""
    calls = iter(range(10**6))
    return lambda p: result(next(calls))


REFUSALS: dict[str, tuple[Any, Any, Any, type[BadInput], str]] = {
    "gradient of another shape": (quadratic, lambda p: {"w": np.zeros(3)}, POINT, WrongShape,
                                  r"gradients\(params\)\['w'\] has shape \(3,\), expected \(2,\)"),
    "gradient that would broadcast": (quadratic, lambda p: {"w": np.float64(1)}, POINT, WrongShape,
                                      r"has shape \(\), expected \(2,\)"),
    "transposed gradient": (quadratic, lambda p: {"w": p["w"].T}, {"w": np.ones((2, 3))}, WrongShape,
                            r"has shape \(3, 2\), expected \(2, 3\)"),
    "loss of each sample": (lambda p: p["w"] ** 2, slope, POINT, WrongShape,
                            r"loss\(params\) has shape \(2,\), expected one number; sum or average it"),
    "empty array": (quadratic, slope, {"w": np.zeros((0, 2))}, WrongShape, r"params\['w'\] is empty, shape \(0, 2\)"),
    "ragged list": (quadratic, slope, {"w": [[1.0, 2.0], [1.0]]}, WrongShape, r"params\['w'\].*rows of equal length"),
    "integers": (quadratic, slope, {"w": np.array([1, 2])}, WrongType,
                 r"params\['w'\] holds integers \(int64\).*x \* 1.0"),
    "a Python integer": (quadratic, slope, {"w": 3}, WrongType, "holds integers"),
    "booleans": (quadratic, slope, {"w": np.array([True])}, WrongType, r"integers \(bool\)"),
    "objects": (quadratic, slope, {"w": np.array([1.0, None], object)}, WrongType, "dtype object; expected an array"),
    "text": (quadratic, slope, {"w": "text"}, WrongType, "expected an array of floats"),
    "complex params": (quadratic, slope, {"w": np.array([1j])}, WrongType, "dtype complex128; expected an array"),
    "integer gradient": (quadratic, lambda p: {"w": np.array([2, -4])}, POINT, WrongType,
                         r"gradients\(params\)\['w'\] holds integers"),
    "object gradient": (quadratic, lambda p: {"w": np.array([2.0, None], object)}, POINT, WrongType, "dtype object"),
    "gradients not a dictionary": (quadratic, lambda p: 2 * p["w"], POINT, WrongType,
                                   r"gradients\(params\) is a ndarray; expected a dictionary with w"),
    "gradients return nothing": (quadratic, lambda p: None, POINT, WrongType, "is a NoneType; expected a dictionary"),
    "loss returns nothing": (lambda p: None, slope, POINT, WrongType, "type NoneType; expected one float"),
    "complex loss": (lambda p: 1j, slope, POINT, WrongType, "type complex; expected one float"),
    "NaN params": (quadratic, slope, {"w": np.array([1.0, np.nan])}, NotFinite, r"params\['w'\] is nan at \(1,\)"),
    "infinite params": (quadratic, slope, {"w": np.array([-np.inf])}, NotFinite, r"params\['w'\] is -inf at \(0,\)"),
    "NaN gradient": (quadratic, lambda p: {"w": np.array([1.0, np.nan])}, POINT, NotFinite,
                     r"gradients\(params\)\['w'\] is nan at \(1,\)"),
    "infinite gradient": (quadratic, lambda p: {"w": np.full(2, np.inf)}, POINT, NotFinite, r"is inf at \(0,\)"),
    "NaN loss": (lambda p: float("nan"), slope, POINT, NotFinite, r"loss\(params\) is nan"),
    "infinite loss": (lambda p: float("inf"), slope, POINT, NotFinite, r"loss\(params\) is inf"),
    "loss of chance": (counting(float), slope, POINT, NotDeterministic,
                       r"loss\(params\) gave two results for the same params; seed"),
    "gradients of chance": (quadratic, counting(lambda n: {"w": np.array([2.0, -4.0]) + n}), POINT, NotDeterministic,
                            r"gradients\(params\) gave two results"),
    "loss that writes": (spoiling_loss, slope, POINT, ChangedArgument,
                         r"loss\(params\) changed params\['w'\] in place"),
    "loss that removes": (popping_loss, slope, POINT, ChangedArgument, r"loss\(params\) changed params\['w'\]"),
    "gradients that write": (quadratic, spoiling_gradients, POINT, ChangedArgument,
                             r"gradients\(params\) changed params\['w'\] in place"),
    "missing gradient": (quadratic, lambda p: {}, POINT, BadInput, r"gradients\(params\) lacks w; expected exactly w"),
    "gradient too many": (quadratic, lambda p: {**slope(p), "z": 1.0}, POINT, BadInput, "has z too many; expected"),
    "misnamed gradient": (quadratic, lambda p: {"dw": 2 * p["w"]}, POINT, BadInput, "lacks w and has dw too many"),
    "params is a list": (quadratic, slope, [1.0], BadInput, "params must be a dictionary with at least one array"),
    "params is an array": (quadratic, slope, np.ones(2), BadInput, "params must be a dictionary with at least one array"),
    "params is nothing": (quadratic, slope, None, BadInput, "params must be a dictionary with at least one array"),
    "no params": (quadratic, slope, {}, BadInput, "with at least one"),
    "keys that are numbers": (lambda p: 1.0, slope, {0: np.ones(2)}, BadInput, "key 0; expected names"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSALS)
def test_what_cannot_be_checked_is_refused_with_its_own_error_and_a_text_that_helps(name: str) -> None:
    loss, gradients, params, kind, text = REFUSALS[name]
    with pytest.raises(kind, match=text) as raised:
        check_gradients(loss, gradients, params)
    assert type(raised.value) is kind
    assert isinstance(raised.value, VerifyError)
    assert isinstance(raised.value, ValueError)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    ("oracles", "text"),
    [(("nope",), "nope is not one of balls, central-difference, complex-step"), ((), "none is not one of"),
     (("central-difference", "exact"), "exact is not one of")],
)  # fmt: skip
def test_an_unknown_oracle_is_refused_with_the_names_of_the_known(oracles: tuple[str, ...], text: str) -> None:
    with pytest.raises(BadInput, match=text):
        check_gradients(quadratic, slope, POINT, oracles=oracles)


@pytest.mark.parametrize(
    "loss",
    [lambda p: float(np.sum(p["w"] ** 2)), lambda p: np.sum(np.abs(p["w"]) ** 2), lambda p: np.sum(p["w"].real ** 2)],
    ids=["float()", "abs", "real"],
)  # fmt: skip
def test_the_complex_step_refuses_a_loss_that_drops_the_imaginary_part(loss: Callable[[Params], Any]) -> None:
    with pytest.raises(BadInput, match=r"complex-step needs a loss that (takes|returns) complex"):
        check_gradients(loss, slope, POINT, oracles=("complex-step",))
    assert check_gradients(loss, slope, POINT).verdict == "correct"


def test_the_loss_s_own_error_reaches_the_caller_unchanged() -> None:
    with pytest.raises(ZeroDivisionError):
        check_gradients(lambda p: 1 / 0, slope, POINT)


@pytest.mark.parametrize(
    "loss",
    [lambda p: np.sum(np.abs(p["w"]) + p["w"]), lambda p: np.sum(p["w"] * np.conj(p["w"]) + p["w"])],
    ids=["abs", "conj"],
)
def test_a_loss_that_is_not_analytic_is_refused_by_complex_step_and_never_judged(loss):
    with pytest.raises(BadInput, match=r"not analytic.*use the oracle central-difference"):
        check_gradients(lambda p: loss(p), lambda p: {"w": p["w"]}, {"w": np.array([0.5, 1.5])}, oracles="complex-step")


def test_a_loss_that_is_infinite_one_step_away_says_where():
    def loss(p):
        return float(np.sum(p["w"])) if np.all(p["w"] <= 1.0) else np.inf

    with pytest.raises(NotFinite, match=r"near the given point|loss\(params\) is inf"):
        check_gradients(loss, lambda p: {"w": np.ones(2)}, {"w": np.array([1.0, 1.0])})


def test_params_too_large_for_a_step_are_refused():
    with pytest.raises(BadInput, match=r"params\['w'\] holds 1e\+150; no step can be taken"):
        check_gradients(quadratic, slope, {"w": np.array([1e150])})


# Balls


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
