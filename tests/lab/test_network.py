"""The network under test is the lab's own: its printed numbers, and its functions to the last bit."""

from __future__ import annotations

import json

import numpy as np
import pytest

from tests.places import LAB
from verify.lab import network

SIZES = [(1, 2, 1), (2, 3, 2), (4, 5, 3), (784, 128, 10)]
PRINTED = {
    "W1": "array([[ 0.14901425, -0.04147929]])",
    "b1": "array([[0.19430656, 0.45690896]])",
    "W2": "array([[-0.07024601],\n       [-0.07024109]])",
    "b2": "array([[0.47376384]])",
}


@pytest.fixture(scope="module")
def lab() -> dict:
    """The lab's functions, run from the cells of its notebook that define one."""
    if not LAB.exists():
        pytest.skip("the lab's notebook is not beside the repository")
    cells = json.loads(LAB.read_text())["cells"]
    sources = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    names: dict = {"np": np}
    for source in sources:
        if any(line.startswith("def ") for line in source.splitlines()):
            exec(compile(source, "lab1.ipynb", "exec"), names)
    return names


def batch(sizes: tuple[int, int, int], m: int = 5) -> tuple[np.ndarray, np.ndarray]:
    generator = np.random.default_rng(sum(sizes))
    return generator.normal(size=(m, sizes[0])), np.eye(sizes[2])[generator.integers(0, sizes[2], m)]


@pytest.mark.parametrize("name", PRINTED)
def test_init_params_prints_the_numbers_that_the_lab_prints(name):
    assert repr(network.init_params(1, 2, 1)[name]) == PRINTED[name]


def test_init_params_gives_the_same_numbers_whatever_was_drawn_before():
    np.random.seed(7)
    once = network.init_params(2, 3, 2)
    np.random.normal(size=11)
    again = network.init_params(2, 3, 2)
    assert all(np.array_equal(once[name], again[name]) for name in once)


def test_init_params_reseeds_the_global_generator_as_the_lab_does():
    network.init_params(1, 2, 1)
    first = np.random.normal()
    np.random.seed(3)
    network.init_params(1, 2, 1)
    assert np.random.normal() == first


@pytest.mark.parametrize("sizes", SIZES)
def test_init_params_is_the_labs_to_the_last_bit(lab, sizes):
    ours, theirs = network.init_params(*sizes), lab["init_params"](*sizes)
    assert list(ours) == list(theirs)
    assert all(np.array_equal(ours[name], theirs[name]) for name in ours)


@pytest.mark.parametrize("sizes", SIZES)
def test_forward_is_the_labs_to_the_last_bit(lab, sizes):
    params, (X, _) = network.init_params(*sizes), batch(sizes)
    (ours, outputs), (theirs, lab_outputs) = network.forward(params, X), lab["forward"](params, X)
    assert np.array_equal(ours, theirs)
    assert list(outputs) == list(lab_outputs)
    assert all(np.array_equal(outputs[name], lab_outputs[name]) for name in outputs)


@pytest.mark.parametrize("sizes", SIZES)
def test_loss_and_accuracy_are_the_labs_to_the_last_bit(lab, sizes):
    params, (X, Y) = network.init_params(*sizes), batch(sizes)
    Yhat = network.forward(params, X)[0]
    assert network.loss_accuracy(Yhat, Y) == lab["loss_accuracy"](Yhat, Y)


@pytest.mark.parametrize("sizes", SIZES)
def test_backward_is_the_labs_to_the_last_bit(lab, sizes):
    params, (X, Y) = network.init_params(*sizes), batch(sizes)
    outputs = network.forward(params, X)[1]
    ours, theirs = network.backward(X, params, outputs, Y), lab["backward"](X, params, outputs, Y)
    assert list(ours) == list(theirs)
    assert all(np.array_equal(ours[name], theirs[name]) for name in ours)


@pytest.mark.parametrize("sizes", SIZES)
def test_sgd_is_the_labs_to_the_last_bit(lab, sizes):
    grads = {name: value**2 + 1 for name, value in network.init_params(*sizes).items()}
    ours = network.sgd(network.init_params(*sizes), grads, 0.1)
    theirs = lab["sgd"](lab["init_params"](*sizes), grads, 0.1)
    assert all(np.array_equal(ours[name], theirs[name]) for name in ours)


def test_sgd_changes_its_argument_in_place_and_returns_it():
    params = {"W1": np.array([[1.0, 2.0]])}
    array = params["W1"]
    returned = network.sgd(params, {"W1": np.array([[10.0, -20.0]])}, 0.5)
    assert returned is params
    assert returned["W1"] is array
    assert array.tolist() == [[-4.0, 12.0]]


def test_gradients_are_keyed_and_shaped_as_their_parameters():
    params, (X, Y) = network.init_params(4, 5, 3), batch((4, 5, 3))
    grads = network.backward(X, params, network.forward(params, X)[1], Y)
    assert {name: value.shape for name, value in grads.items()} == {name: v.shape for name, v in params.items()}


def test_rows_of_softmax_are_positive_and_sum_to_one():
    rows = network.softmax(np.random.default_rng(0).normal(0, 5, (20, 6)))
    assert np.all(rows > 0)
    np.testing.assert_allclose(rows.sum(axis=1), 1, rtol=0, atol=4e-16)


def test_softmax_does_not_see_a_shift_of_a_whole_row():
    z = np.random.default_rng(1).integers(-8, 9, (20, 6)) / 4
    shift = np.arange(20)[:, None] * 16.0
    assert np.array_equal(network.softmax(z), network.softmax(z + shift))


def test_softmax_sees_a_shift_of_one_class():
    z = np.zeros((1, 3))
    assert network.softmax(z + [1, 0, 0])[0, 0] > network.softmax(z)[0, 0]


def test_softmax_of_huge_logits_is_finite():
    assert network.softmax(np.array([[1e4, 0.0, -1e4]])).tolist() == [[1.0, 0.0, 0.0]]


def test_the_loss_has_the_labs_epsilon_in_it():
    loss, accuracy = network.loss_accuracy(np.array([[0.0, 1.0]]), np.array([[1.0, 0.0]]))
    assert loss == -np.log(1e-10)
    assert accuracy == 0
