"""check_gradients: what can't be checked is refused, each with its own class and a text that helps."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from tests.library.functions import POINT, Params, quadratic, slope, spoiling_loss
from verify import VerifyError, check_gradients
from verify.errors import BadInput, ChangedArgument, NotDeterministic, NotFinite, WrongShape, WrongType


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
