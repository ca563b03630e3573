"""check_gradients at many points, shapes, types and scales, drawn by Hypothesis."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from verify import Evidence, check_gradients
from verify.errors import NotFinite, WrongType

Params = dict[str, Any]


def quadratic(p: Params) -> Any:
    return np.sum(p["w"] ** 2)


def slope(p: Params) -> Params:
    return {"w": 2 * p["w"]}


def called_wrong(evidence: Evidence) -> set[str]:
    return {row.parameter for row in evidence.summary if row.verdict == "differs"}


Term = tuple[Callable[[Any], Any], Callable[[Any], Any]]
TERMS: dict[str, Term] = {
    "sin": (np.sin, np.cos),
    "exp": (lambda x: np.exp(x / 4), lambda x: np.exp(x / 4) / 4),
    "quadratic": (lambda x: x**2 + 3 * x, lambda x: 2 * x + 3),
    "product": (lambda x: np.sin(x) * np.exp(-x / 8), lambda x: (np.cos(x) - np.sin(x) / 8) * np.exp(-x / 8)),
    "tanh": (np.tanh, lambda x: 1 - np.tanh(x) ** 2),
}
MANY = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))


@st.composite
def smooth(draw: st.DrawFn) -> tuple[Callable[[Params], Any], Callable[[Params], Params], Params]:
    """Draw a smooth loss c * (sum of terms + coupling of all parameters), its gradients, and a point."""
    generator = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    scale = draw(st.sampled_from([1e-9, 1e-3, 1.0, 1e5]))
    spread = draw(st.sampled_from([0.01, 1.0, 5.0]))
    names = draw(st.sampled_from([("w",), ("W", "b")]))
    terms = {name: TERMS[draw(st.sampled_from(sorted(TERMS)))] for name in names}
    params, weights = {}, {}
    for name in names:
        shape = draw(st.lists(st.integers(1, 3), max_size=3).map(tuple))
        dtype = draw(st.sampled_from([np.float64, np.float32]))
        params[name] = np.asarray(spread * generator.normal(size=shape)).astype(dtype)
        weights[name] = generator.uniform(0.5, 2.0, shape)

    def mixed(p: Params) -> Any:
        return sum(np.sum(weights[name] * p[name]) for name in names) / 4

    def loss(p: Params) -> Any:
        return scale * (sum(np.sum(weights[name] * terms[name][0](p[name])) for name in names) + np.sin(mixed(p)))

    def gradients(p: Params) -> Params:
        outer = np.cos(mixed(p)) / 4
        return {name: scale * weights[name] * (terms[name][1](p[name]) + outer) for name in names}

    return loss, gradients, params


ORACLE = st.sampled_from(["balls", "central-difference", "complex-step"])


@MANY
@given(smooth(), ORACLE)
def test_right_gradients_of_smooth_losses_are_never_wrong(case: Any, oracle: str) -> None:
    loss, gradients, params = case
    evidence = check_gradients(loss, gradients, params, oracles=(oracle,))
    assert evidence.verdict != "wrong", evidence.summary


@MANY
@given(smooth(), ORACLE, st.data())
def test_an_entry_off_by_a_percent_of_the_largest_is_never_correct(case: Any, oracle: str, data: st.DataObject) -> None:
    loss, right, params = case
    name = data.draw(st.sampled_from(sorted(params)))
    index = tuple(data.draw(st.integers(0, size - 1)) for size in np.shape(params[name]))
    sign = data.draw(st.sampled_from([-1.0, 1.0]))
    at = {key: np.asarray(value, np.float64) for key, value in params.items()}
    assume(np.max(np.abs(right(at)[name])) > 1e-3 * max(np.max(np.abs(value)) for value in right(at).values()))

    def gradients(p: Params) -> Mapping[str, Any]:
        given_out = {key: np.array(value) for key, value in right(p).items()}
        given_out[name][index] += sign * 0.01 * np.max(np.abs(given_out[name]))
        return given_out

    evidence = check_gradients(loss, gradients, params, oracles=(oracle,))
    assert evidence.verdict == "wrong"
    assert called_wrong(evidence) == {name}


@MANY
@given(
    st.lists(st.integers(1, 4), max_size=3).map(tuple),
    st.sampled_from([np.float64, np.float32, np.float16]),
    st.sampled_from([np.nan, np.inf, -np.inf]),
    st.data(),
)
def test_params_not_finite_anywhere_are_refused(shape: Any, dtype: Any, bad: float, data: st.DataObject) -> None:
    value = np.ones(shape, dtype)
    index = tuple(data.draw(st.integers(0, size - 1)) for size in shape)
    value[index] = bad
    with pytest.raises(NotFinite) as raised:
        check_gradients(quadratic, slope, {"w": value})
    assert str(index) in str(raised.value)


@MANY
@given(
    st.lists(st.integers(1, 4), max_size=3).map(tuple),
    st.sampled_from(["i1", "i4", "i8", "u1", "u8", "?"]),
    st.sampled_from(["first", "second"]),
)
def test_integers_are_refused_whatever_their_type_and_wherever_they_stand(shape: Any, dtype: str, place: str) -> None:
    params = {"w": np.ones(2), "v": np.ones(2)}
    params["w" if place == "first" else "v"] = np.ones(shape, dtype)
    with pytest.raises(WrongType, match="holds integers"):
        check_gradients(quadratic, slope, params)
