"""The layers that the names and shapes of a student's arrays make up, and the way between their shapes and ours."""

from __future__ import annotations

import numpy as np
import pytest

from tests.there import there
from verify.nets.structure import Structure
from verify.reading.wiring.plan_records import Path
from verify.reading.wiring.structure import SIZES, chain, made_up, resized


def arrays(**shapes: tuple[int, ...]) -> list[tuple[str, Path, tuple[int, ...]]]:
    return [(name, (("key", name),), shape) for name, shape in shapes.items()]


def read(structure: Structure | None) -> list[tuple[str, int, str]]:
    assert structure is not None
    return [(one.name, one.layer, one.kind) for one in structure.parameters]


USUAL = [("W1", 1, "W"), ("b1", 1, "b"), ("W2", 2, "W"), ("b2", 2, "b")]


@pytest.mark.parametrize("bias", [(1, 7), (7,), (7, 1)])
def test_rows_are_samples_whatever_the_shape_of_the_bias(bias: tuple[int, ...]) -> None:
    found = chain(arrays(W1=(4, 7), b1=bias, W2=(7, 3), b2=(3,)))
    assert read(found) == USUAL
    assert found is not None
    assert found.sizes == (4, 7, 3)
    assert not any(one.transposed for one in found.parameters)
    assert found.entries == 28 + 7 + 21 + 3


def test_weights_that_lie_the_other_way_are_turned() -> None:
    found = chain(arrays(W1=(7, 4), b1=(7, 1), W2=(3, 7), b2=(3, 1)))
    assert read(found) == USUAL
    assert found is not None
    assert found.sizes == (4, 7, 3)
    assert [one.transposed for one in found.parameters if one.kind == "W"] == [True, True]


def test_a_single_layer_is_read_as_told() -> None:
    layer = arrays(W=(7, 4))
    rows, columns = chain(layer, transposed=False), chain(layer, transposed=True)
    assert rows is not None
    assert columns is not None
    assert (rows.sizes, columns.sizes) == ((7, 4), (4, 7))


def test_numbers_order_the_layers_and_not_the_dictionary() -> None:
    found = chain(arrays(b2=(1, 3), W2=(7, 3), b1=(1, 7), W1=(4, 7)))
    assert read(found) == USUAL


def test_the_output_layer_by_its_name_comes_last() -> None:
    found = chain(arrays(Wo=(7, 3), bo=(3,), Wh=(4, 7), bh=(7,)))
    assert read(found) == [("Wh", 1, "W"), ("bh", 1, "b"), ("Wo", 2, "W"), ("bo", 2, "b")]


def test_what_is_no_parameter_by_its_name_is_left_out() -> None:
    assert read(chain(arrays(W1=(4, 7), b1=(7,), W2=(7, 3), b2=(3,), dW1=(4, 7), X=(11, 4)))) == USUAL


def test_a_bias_inside_w_is_the_row_too_many() -> None:
    found = chain(arrays(Theta1=(5, 7), Theta2=(8, 3)))
    assert read(found) == [("Theta1", 1, "Wb"), ("Theta2", 2, "Wb")]
    assert found is not None
    assert found.sizes == (4, 7, 3)


@pytest.mark.parametrize(
    "shapes",
    [
        {"W1": (4, 7), "W2": (9, 3)},  # no layer follows another
        {"W1": (4, 7), "b1": (5,)},  # a bias that no layer has the width of
        {"b1": (1, 7), "b2": (3,)},  # no weights
        {},
    ],
)
def test_arrays_that_make_no_net_are_none(shapes: dict[str, tuple[int, ...]]) -> None:
    assert chain(arrays(**shapes)) is None


NAMES: list[tuple[str, Path]] = [(name, (("key", name),)) for name in ("W1", "b1", "W2", "b2", "W3", "b3")]


@pytest.mark.parametrize("transposed", [False, True])
@pytest.mark.parametrize(("bias", "shape"), [("row", (1, 7)), ("flat", (7,)), ("column", (7, 1))])
def test_a_made_up_net_has_sizes_that_no_other_axis_has(transposed: bool, bias: str, shape: tuple[int, ...]) -> None:
    found = made_up(NAMES, (*SIZES[:3], 3), transposed=transposed, bias=bias)
    assert found is not None
    assert found.sizes == (4, 7, 9, 3)
    by_name = {one.name: one for one in found.parameters}
    assert by_name["b1"].shape == shape
    assert by_name["W2"].shape == ((9, 7) if transposed else (7, 9))
    assert len(set(found.sizes)) == 4


def test_nothing_is_made_up_where_a_bias_is_missing() -> None:
    assert made_up(NAMES[:3], (4, 7, 3), transposed=False, bias="row") is None
    assert made_up([], (4, 7, 3), transposed=False, bias="row") is None


@pytest.mark.parametrize("transposed", [False, True])
@pytest.mark.parametrize("bias", ["row", "flat", "column"])
def test_there_and_back_is_the_same_array(transposed: bool, bias: str) -> None:
    structure = made_up(NAMES, (4, 7, 9, 3), transposed=transposed, bias=bias)
    assert structure is not None
    draw = np.random.default_rng(0)
    values = {one.name: draw.normal(size=one.shape) for one in structure.parameters}
    layers = structure.layers(values)
    assert [(layer.W.shape, np.shape(there(layer.b))) for layer in layers] == [
        ((4, 7), (1, 7)), ((7, 9), (1, 9)), ((9, 3), (1, 3)),
    ]  # fmt: skip
    for one in structure.parameters:
        layer = layers[one.layer - 1]
        assert np.array_equal(structure.in_own_shape(one, layer.W, layer.b), values[one.name])
    assert layers[0].W[2, 5] == values["W1"][(5, 2) if transposed else (2, 5)]


def test_a_bias_inside_w_is_taken_out_and_put_back() -> None:
    structure = made_up([("Theta1", (("key", "Theta1"),))], (4, 3), transposed=False, bias="inside")
    assert structure is not None
    (one,) = structure.parameters
    assert (one.shape, one.kind) == ((5, 3), "Wb")
    whole = np.arange(15.0).reshape(5, 3)
    (layer,) = structure.layers({"Theta1": whole})
    assert layer.b is not None
    assert np.array_equal(np.concatenate([layer.W, layer.b]), whole)
    assert np.array_equal(structure.in_own_shape(one, layer.W, layer.b), whole)


def test_a_net_without_biases_has_layers_without() -> None:
    structure = chain(arrays(syn0=(4, 7), syn1=(7, 3)))
    assert structure is not None
    layers = structure.layers({"syn0": np.ones((4, 7)), "syn1": np.ones((7, 3))})
    assert [layer.b for layer in layers] == [None, None]


@pytest.mark.parametrize("transposed", [False, True])
def test_resizing_keeps_every_array_where_it_is(transposed: bool) -> None:
    structure = made_up(NAMES[:4], (784, 128, 10), transposed=transposed, bias="column")
    assert structure is not None
    small = resized(structure, (4, 7, 3))
    assert [one.shape for one in small.parameters] == (
        [(7, 4), (7, 1), (3, 7), (3, 1)] if transposed else [(4, 7), (7, 1), (7, 3), (3, 1)]
    )
    assert [(one.name, one.path, one.layer) for one in small.parameters] == [
        (one.name, one.path, one.layer) for one in structure.parameters
    ]
