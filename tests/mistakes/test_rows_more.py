"""What surrounds the rows of the catalogue: constants of any kind, places, numbers of layers, what `mutated` assumes."""

from __future__ import annotations

import itertools
from fractions import Fraction

import numpy as np

from verify.exact import pair_field
from verify.exact.numbers import ExactArray
from verify.exact.world import PairWorld
from verify.mistakes.apply import mutated, number, value
from verify.mistakes.catalogue import BY_ID, CATALOGUE
from verify.mistakes.mistake import Place, When, activation_of, places
from verify.mistakes.names import known_as, sentence_of
from verify.mistakes.plant import plant
from verify.nets.net import Layer, Net, Objective, backward

M, SIZES = 5, (3, 4, 6, 2)
NET = Net(("tanh", "sigmoid"), "softmax")


def test_a_constant_is_a_number_of_the_kind_of_the_array() -> None:
    assert number(Fraction(3, 7), np.ones((2, 2))) == 3 / 7
    draw = np.random.default_rng(1)
    like = ExactArray(PairWorld(7), pair_field.random((2, 3), draw), None, draw.normal(size=(2, 3)))
    found = number(Fraction(3, 7), like)
    assert np.all(pair_field.same((like * found * 7).value, (like * 3).value))
    assert not np.any(pair_field.same((like * found * 7).value, (like * 4).value))
    assert np.allclose((like * found).shadow, like.shadow * 3 / 7, rtol=1e-12)


def test_the_places_of_a_network_go_back_from_its_output() -> None:
    assert places(1) == [("dZL", 1), ("dW", 1), ("db", 1)]
    assert places(3) == [
        ("dZL", 3), ("dW", 3), ("db", 3),
        ("dA", 2), ("dZ", 2), ("dW", 2), ("db", 2),
        ("dA", 1), ("dZ", 1), ("dW", 1), ("db", 1),
    ]  # fmt: skip


def test_a_layer_has_the_activation_at_its_place() -> None:
    assert [activation_of(NET, layer) for layer in (1, 2, 3)] == ["tanh", "sigmoid", "softmax"]


def test_where_a_mistake_has_a_meaning_depends_on_the_layer() -> None:
    holds = {
        layers: [When(layers=layers).holds(NET, layer, penalty=False) for layer in (1, 2, 3)]
        for layers in ("all", "all but the first", "hidden", "last hidden")
    }
    assert holds == {
        "all": [True, True, True], "all but the first": [False, True, True],
        "hidden": [True, True, False], "last hidden": [False, True, False],
    }  # fmt: skip


def test_names_and_sentences_count_layers_as_the_text_says() -> None:
    row = BY_ID["dA", "after-the-update"]
    assert known_as(row, NET, 2) == "dA2-after-the-update"
    assert sentence_of(row, NET, 2) == ("W3 was updated before it was used: dA2 needs the W3 of the forward pass.")
    assert sentence_of(BY_ID["dZ", "times-A{l}"], NET, 1).endswith("should: 1 - A1^2.")
    assert sentence_of(BY_ID["dZ", "times-A{l}"], NET, 2).endswith("should: A2 * (1 - A2).")


def test_only_a_product_with_one_over_something_becomes_a_quotient() -> None:
    row = BY_ID["dZL", "without-Y"]
    written = {
        c: plant(row, "softmax", "0", {"A": "p", "c": c}) for c in ("1 / m", "2 / m", "1 * m", "m / 1", "(1 / m)")
    }
    assert written == {
        "1 / m": "p / m", "2 / m": "p * (2 / m)", "1 * m": "p * (1 * m)", "m / 1": "p * (m / 1)", "(1 / m)": "p / m",
    }  # fmt: skip


def the_lab_like_point() -> tuple[list[Layer], np.ndarray, np.ndarray]:
    draw = np.random.default_rng(4)
    layers = [Layer(draw.normal(size=(a, b)), draw.normal(size=(1, b))) for a, b in itertools.pairwise(SIZES)]
    return layers, draw.normal(size=(M, SIZES[0])), np.eye(SIZES[-1])[np.arange(M) % SIZES[-1]]


def test_without_a_mistake_every_step_is_the_textbook_s() -> None:
    layers, X, Y = the_lab_like_point()
    for d in (Fraction(0), Fraction(2, 9)):
        objective = Objective("cross-entropy", "so", Fraction(3, M), d)
        trace = NET.forward(layers, X)
        found, right = mutated(NET, objective, trace, layers, Y, {}), backward(NET, objective, trace, layers, Y)
        assert found is not None
        for kind in ("dZ", "dA", "dW", "db"):
            mine, its = getattr(found, kind), getattr(right, kind)
            assert len(mine) == len(its) == len(SIZES)
            for one, other in zip(mine, its, strict=True):
                assert (one is None) == (other is None)
                assert one is None or np.allclose(one, other, rtol=1e-13, atol=0)


def test_an_update_is_a_whole_step_where_no_rate_is_said() -> None:
    layers, X, Y = the_lab_like_point()
    objective = Objective("cross-entropy", "so", Fraction(1, M))
    trace = NET.forward(layers, X)
    right = backward(NET, objective, trace, layers, Y)
    place: Place = ("dA", 2)
    found = mutated(NET, objective, trace, layers, Y, {place: BY_ID["dA", "after-the-update"]})
    assert found is not None
    assert np.allclose(found.dA[2], right.dZ[3] @ (layers[2].W - right.dW[3]).T, rtol=1e-13)


def test_a_gradient_that_is_zeroed_is_zero_where_it_was_zero_too() -> None:
    right = np.array([[0.0, -2.0], [3.0, 0.0]])
    for row in [row for row in CATALOGUE if row.name == "zero"]:
        assert np.array_equal(value(row, "tanh", {"right": right}), np.zeros((2, 2))), row.step
