"""Every row of the catalogue: its value is that of a formula written by hand, applied and planted as source alike."""

from __future__ import annotations

import ast
import itertools
from dataclasses import replace
from fractions import Fraction
from functools import cache
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from tests.mistakes.references import APPLY, CONSTANTS, REFERENCES, SLOPES
from verify.mistakes.apply import mutated, spoiled, value
from verify.mistakes.catalogue import BY_ID, CATALOGUE, GENERAL, OF_A_STEP, with_constant
from verify.mistakes.mistake import Mistake, Place, activation_of, places
from verify.mistakes.names import known_as, sentence_of
from verify.mistakes.plant import plant
from verify.mistakes.text import derivative_text, expanded, names_in
from verify.nets.net import ACTIVATIONS, Layer, Net, Objective, Trace, backward

M, RATE = 11, 0.3
SIZES = (4, 7, 5, 3)
MEAN = Fraction(1, M)
NETS = [
    (Net(("tanh", "sigmoid"), "softmax"), Objective("cross-entropy", "mean", MEAN)),
    (Net(("relu", "tanh"), "sigmoid"), Objective("binary-cross-entropy", "mean", MEAN, Fraction(1, 50))),
    (Net(("softplus", "identity"), "tanh"), Objective("squared-error", "mean", MEAN)),
    (Net(("sigmoid", "leaky-relu(0.1)"), "identity"), Objective("squared-error", "mean", MEAN)),
    (Net(("tanh", "relu"), "sigmoid"), Objective("squared-error", "mean", MEAN)),
]
ROWS = [replace(row, k=CONSTANTS.get((row.step, row.name))) for row in CATALOGUE]
IDS = [f"{row.step}-{row.name}" for row in ROWS]
OF_STEPS = [row for row in ROWS if row.step != "gradient"]
STEP_IDS = [f"{row.step}-{row.name}" for row in OF_STEPS]

# What is the right gradient by algebra, on these nets.
NOT_WRONG = {
    ("dZL", "without-{f}-halved", "softmax"): "c (Yhat - Y) is right for a softmax with the cross-entropy",
    ("dZL", "without-{f}-halved", "sigmoid"): "c (Yhat - Y) is right for a sigmoid with the binary cross-entropy",
    ("dW", "from-dA{l}", "identity"): "the derivative of the identity is 1",
    ("db", "from-dA{l}", "identity"): "the derivative of the identity is 1",
    ("dW", "from-Z{l-1}", "after identity"): "Z is A",
}


@cache
def point(seed: int = 1) -> tuple[list[Layer], Any, Any]:
    draw = np.random.default_rng(seed)
    layers = [Layer(draw.normal(0, 0.7, (a, b)), draw.normal(0, 0.3, (1, b))) for a, b in itertools.pairwise(SIZES)]
    return layers, draw.normal(size=(M, SIZES[0])), np.eye(SIZES[-1])[np.arange(M) % SIZES[-1]]


def quantities(net: Net, objective: Objective, place: Place) -> dict[str, Any]:
    """Return every quantity that exists at a step, by its canonical name, from the right backward pass."""
    layers, X, Y = point()
    trace = net.forward(layers, X)
    right = backward(net, objective, trace, layers, Y)
    step, number = place
    found = {
        "Y": Y, "Yhat": trace.Yhat, "m": M, "K": SIZES[-1], "c": float(objective.c), "decay": 2 * float(objective.d),
        "rate": RATE, "A": trace.A[number], "A_prev": trace.A[number - 1], "Z": trace.Z[number],
        "W": layers[number - 1].W, "right": getattr(right, step[:2])[number],
    }  # fmt: skip
    if number > 1:
        found["Z_prev"] = trace.Z[number - 1]
    if number < len(layers):
        found |= {"W_next": layers[number].W, "dZ_next": right.dZ[number + 1], "dW_next": right.dW[number + 1]}
        found |= {"dA": right.dA[number]} if step != "dA" else {}
    return found | ({"dZ": right.dZ[number]} if step in ("dW", "db") else {})


def where(row: Mistake) -> list[tuple[Net, Objective, Place]]:
    """Return every place of the nets where the row applies."""
    return [
        (net, objective, place)
        for net, objective in NETS
        for place in places(len(SIZES) - 1)
        if place[0] == row.step and row.when.holds(net, place[1], penalty=bool(objective.d))
    ]


def applied(row: Mistake, net: Net, objective: Objective, place: Place) -> Any:
    layers, X, Y = point()
    gradient = mutated(net, objective, net.forward(layers, X), layers, Y, {place: row}, rate=RATE)
    assert gradient is not None
    return getattr(gradient, place[0][:2])[place[1]]


def reference(row: Mistake, net: Net, objective: Objective, place: Place) -> Any:
    known = quantities(net, objective, place)
    return REFERENCES[row.step, row.name](SimpleNamespace(**known, f=activation_of(net, place[1])))


def test_every_row_has_a_reference_and_a_name_of_its_own() -> None:
    assert len(BY_ID) == len(CATALOGUE)
    assert set(REFERENCES) == set(BY_ID)
    assert set(CONSTANTS) == {key for key, row in BY_ID.items() if "k" in names_in(row.wrong)}


@pytest.mark.parametrize("row", OF_STEPS, ids=STEP_IDS)
def test_what_a_row_gives_is_the_formula_that_is_written_by_hand(row: Mistake) -> None:
    assert where(row), "no net of the tests has a place for this mistake"
    for net, objective, place in where(row):
        found, expected = applied(row, net, objective, place), reference(row, net, objective, place)
        assert np.shape(found) == np.shape(expected), (net, place)
        assert np.allclose(found, expected, rtol=1e-11, atol=1e-15), (net, place)


@pytest.mark.parametrize("row", GENERAL, ids=[row.name for row in GENERAL])
def test_what_a_row_makes_of_any_gradient_is_the_formula_that_is_written_by_hand(row: Mistake) -> None:
    gradient = np.random.default_rng(5).normal(size=(3, 4))
    expected = REFERENCES["gradient", row.name](SimpleNamespace(right=gradient))
    assert np.allclose(spoiled(row, gradient), expected, rtol=1e-15, atol=0)
    assert not np.allclose(expected, gradient, rtol=1e-6)


@pytest.mark.parametrize("row", OF_STEPS, ids=STEP_IDS)
def test_a_row_that_applies_is_wrong_or_a_documented_equal(row: Mistake) -> None:
    wrong = 0
    for net, objective, place in where(row):
        found, right = applied(row, net, objective, place), quantities(net, objective, place)["right"]
        same = np.shape(found) == np.shape(right) and np.allclose(found, right, rtol=1e-6, atol=1e-12)
        own_loss = (net.output, objective.loss) in (("softmax", "cross-entropy"), ("sigmoid", "binary-cross-entropy"))
        documented = {
            (row.step, row.name, name)
            for name, holds in (
                (net.output, place[1] == 3 and own_loss),
                (activation_of(net, place[1]), place[1] < 3),
                (f"after {activation_of(net, place[1] - 1)}", place[1] > 1),
            )
            if holds
        } & set(NOT_WRONG)
        assert same == bool(documented), (net, place)
        wrong += not same
    assert wrong


def halved(known: dict[str, Any]) -> tuple[dict[str, str], dict[str, Any]]:
    """Return each quantity as a sum of two others, and these: what is put in for a name must keep together."""
    names = {name: f"{name}_one + {name}_two" for name in known}
    values = {f"{name}_one": 0.25 * held for name, held in known.items()}
    return names, values | {f"{name}_two": 0.75 * held for name, held in known.items()}


@pytest.mark.parametrize("row", OF_STEPS, ids=STEP_IDS)
def test_what_is_planted_as_source_gives_what_is_applied(row: Mistake) -> None:
    for net, objective, place in where(row):
        known = quantities(net, objective, place)
        if row.k is not None:
            known["k"] = float(row.k)
        names, values = halved(known)
        text = plant(row, activation_of(net, place[1]), names.pop("right"), names)
        scope: dict[str, Any] = {"np": np, **values}
        exec(f"def step():\n    return {text}\n", scope)
        found, expected = scope["step"](), applied(row, net, objective, place)
        assert np.shape(found) == np.shape(expected), text
        assert np.allclose(found, expected, rtol=1e-11, atol=1e-15), text


@pytest.mark.parametrize("row", GENERAL, ids=[row.name for row in GENERAL])
def test_a_mistake_of_any_code_is_planted_too(row: Mistake) -> None:
    g = np.random.default_rng(6).normal(size=(3, 4))
    found = eval(plant(row, "", "g - 0 * g", {}), {"np": np, "g": g})
    assert np.allclose(found, spoiled(row, g), rtol=1e-15, atol=0)


@pytest.mark.parametrize("name", [name for name in SLOPES if name != "leaky-relu(0.1)"])
def test_the_text_of_a_derivative_is_the_derivative(name: str) -> None:
    Z = np.random.default_rng(3).normal(size=(4, 3))
    A = ACTIVATIONS[name].apply(Z)
    assert np.allclose(eval(derivative_text(name), {"np": np, "Z": Z, "A": A}), SLOPES[name](Z), rtol=1e-13)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_every_activation_has_its_derivative_as_text(name: str) -> None:
    Z = np.random.default_rng(4).normal(size=(4, 3))
    A = ACTIVATIONS[name].apply(Z)
    found = eval(derivative_text(name), {"np": np, "Z": Z, "A": A})
    assert np.allclose(found, ACTIVATIONS[name].derivative(Z, A), rtol=1e-13)


@pytest.mark.parametrize("name", APPLY)
def test_the_derivative_taken_at_A_applies_the_activation_a_second_time(name: str) -> None:
    A = np.random.default_rng(7).uniform(0.1, 0.9, size=(4, 3))
    text = ast.unparse(expanded("slope_at_A", name))
    assert np.allclose(eval(text, {"np": np, "A": A}), SLOPES[name](A), rtol=1e-13)


def test_a_row_is_applied_to_complex_numbers_as_it_is() -> None:
    dA, A = np.array([[1 + 2j]]), np.array([[0.5 - 1j]])
    found = value(BY_ID["dZ", "one-minus-A{l}"], "tanh", {"dA": dA, "A": A})
    assert found == dA * (1 - A)


def test_a_mistake_that_does_not_apply_gives_no_gradient() -> None:
    net, objective = NETS[0]
    layers, X, Y = point()
    trace = net.forward(layers, X)
    by_id = {(str(step), name): row for (step, name), row in BY_ID.items()}
    for place, key in (
        (("dZ", 1), ("dZ", "relu-reversed")),
        (("dW", 1), ("dW", "from-Z{l-1}")),
        (("dW", 3), ("dW", "from-dA{l}")),
        (("dW", 2), ("dW", "weight-decay-sign")),
        (("dA", 1), ("dA", "from-Yhat")),
        (("dZ", 1), ("dZ", "tanh")),
    ):
        assert mutated(net, objective, trace, layers, Y, {place: by_id[key]}) is None, key
        assert mutated(net, objective, trace, layers, Y, {}) is not None


def test_a_quantity_that_the_code_does_not_have_is_a_key_error_with_its_canonical_name() -> None:
    with pytest.raises(KeyError, match="Z_prev"):
        plant(BY_ID["dW", "from-Z{l-1}"], "softmax", "a.T @ d", {"dZ": "d"})


def test_numpy_may_have_another_name_in_the_code() -> None:
    text = plant(BY_ID["db", "mean"], "softmax", "numpy.sum(d, axis=0)", {"dZ": "d", "np": "numpy"})
    assert text == "numpy.mean(d, axis=0, keepdims=True)"


def test_names_that_look_like_quantities_are_not_put_in_twice() -> None:
    assert plant(BY_ID["dZ", "times-A{l}"], "tanh", "A * dA", {"dA": "A", "A": "dA"}) == "A * dA"


@pytest.mark.parametrize("row", ROWS, ids=IDS)
def test_no_placeholder_is_left_in_a_name_or_a_sentence(row: Mistake) -> None:
    if row.step == "gradient":
        assert "{" not in row.name + row.sentence
    for net, _, (_, number) in where(row):
        said = known_as(row, net, number) + sentence_of(row, net, number)
        assert "{" not in said, said
        assert "}" not in said, said


def test_a_name_and_a_sentence_speak_of_their_layer() -> None:
    net = Net(("relu", "tanh"), "softmax")
    row = BY_ID["dW", "from-Z{l-1}"]
    assert known_as(row, net, 3) == "dW3-from-Z2"
    assert sentence_of(row, net, 3).startswith("Z2 stands where A2 should: W3 is multiplied")
    assert known_as(BY_ID["dZ", "without-{f}"], net, 2) == "dZ2-without-tanh"
    assert (
        sentence_of(BY_ID["dZ", "one-minus-A{l}"], net, 2)
        == "1 - A2 stands where the derivative of tanh should: 1 - A2^2."
    )
    assert sentence_of(with_constant("dW", "weight-decay", Fraction(1, 8)), net, 1).endswith("0.125 times W1 is added.")


def test_what_needs_a_constant_is_not_tried_without_one() -> None:
    assert {(row.step, row.name) for row in CATALOGUE if row not in OF_A_STEP and row not in GENERAL} == set(CONSTANTS)


def test_a_point_is_generic() -> None:
    """No quantity of the tests is constant or zero, so a row with a wrong constant in it can't give the same numbers."""
    for net, objective in NETS:
        for place in places(len(SIZES) - 1):
            for name, held in quantities(net, objective, place).items():
                assert np.any(np.asarray(held) != 0) or name == "decay", (net, place, name)
    trace: Trace = NETS[0][0].forward(*point()[:2])
    assert not np.allclose(trace.Yhat, trace.Yhat[0])
