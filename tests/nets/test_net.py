"""The formulas of the known networks, held against the derivative of the loss in exact numbers and in floats."""

from __future__ import annotations

import itertools
from fractions import Fraction

import numpy as np
import pytest

from tests.there import there
from verify.exact import pair_field
from verify.exact.numbers import ExactArray
from verify.exact.world import PairWorld
from verify.nets.net import OVER_SAMPLES, Layer, Net, Objective, backward, factors
from verify.submissions.trials.recognition import candidates, recognise_net, recognise_objective

pytestmark = pytest.mark.slow

SIZES, M = (2, 4, 5, 3), 6
PAIRS = [("softmax", "cross-entropy"), ("softmax", "squared-error"), ("sigmoid", "binary-cross-entropy"),
         ("softmax", "binary-cross-entropy"), ("sigmoid", "cross-entropy"), ("sigmoid", "squared-error"),
         ("identity", "squared-error"), ("tanh", "squared-error"), ("relu", "squared-error")]  # fmt: skip


def point(depth: int, seed: int = 0) -> tuple[list[Layer], np.ndarray, np.ndarray]:
    draw = np.random.default_rng(seed)
    sizes = (*SIZES[:depth], SIZES[-1])
    layers = [Layer(draw.normal(size=(a, b)), draw.normal(size=(1, b))) for a, b in itertools.pairwise(sizes)]
    return layers, draw.normal(size=(M, sizes[0])), np.eye(3)[draw.integers(0, 3, M)]


def exact(world: PairWorld, array: np.ndarray, slope: np.ndarray | None = None) -> ExactArray:
    draw = np.random.default_rng(array.size)
    return ExactArray(world, pair_field.random(array.shape, draw), slope, array)


@pytest.mark.parametrize("penalty", [Fraction(0), Fraction(3, 20)])
@pytest.mark.parametrize("depth", [1, 2, 3])
@pytest.mark.parametrize(("output", "loss"), PAIRS)
def test_the_formulas_are_the_derivative_exactly(output: str, loss: str, depth: int, penalty: Fraction) -> None:
    objective = Objective(loss, "mean over the samples", Fraction(1, M), penalty)
    nets = [one for one in candidates(depth, 3) if one.output == output]
    assert nets
    for net in nets:
        layers, X, Y = point(depth)
        for layer in range(1, depth + 1):
            for kind in (0, 1):
                world, moving = PairWorld(7), []
                for number, both in enumerate(layers, 1):
                    slopes: list[np.ndarray | None] = [None, None]
                    if number == layer:
                        part = there(both[kind])
                        every = np.zeros((part.size, part.size), np.uint64)
                        every[np.diag_indices(part.size)] = pair_field.ONE
                        slopes[kind] = every.reshape(part.size, *part.shape)
                    moving.append(Layer(exact(world, both.W, slopes[0]), exact(world, there(both.b), slopes[1])))
                given = exact(world, X)
                J = objective.value(net.forward(moving, given), moving, Y)
                plain = [Layer(*(exact(world, part.shadow) for part in (both.W, there(both.b)))) for both in moving]
                found = backward(net, objective, net.forward(plain, given), plain, Y)
                mine = (found.dW, found.db)[kind][layer]
                assert np.all(pair_field.same(J.slope.reshape(mine.shape), mine.value)), (net, layer, kind)


def test_a_wrong_formula_is_told() -> None:
    layers, X, Y = point(2)
    net, objective = Net(("tanh",), "softmax"), Objective("cross-entropy", "mean over the samples", Fraction(1, M))
    right = backward(net, objective, net.forward(layers, X), layers, Y)
    moved = [Layer(layers[0].W + 1e-6 * np.eye(2, 4), layers[0].b), layers[1]]
    change = objective.value(net.forward(moved, X), moved, Y) - objective.value(net.forward(layers, X), layers, Y)
    assert change / 1e-6 == pytest.approx(np.sum(right.dW[1] * np.eye(2, 4)), rel=1e-3)
    assert change / 1e-6 != pytest.approx(2 * np.sum(right.dW[1] * np.eye(2, 4)), rel=1e-3)


def test_the_formulas_are_central_differences_in_every_entry() -> None:
    layers, X, Y = point(3)
    net, c = Net(("tanh", "sigmoid"), "softmax"), Fraction(1, M)
    objective = Objective("cross-entropy", "mean over the samples", c, Fraction(3, 20))
    right, step = backward(net, objective, net.forward(layers, X), layers, Y), 1e-5
    for number, layer in enumerate(layers, 1):
        for kind, expected in enumerate((right.dW[number], right.db[number])):
            for index in np.ndindex(expected.shape):
                values = []
                for moved in (step, -step):
                    parts = [layer.W.copy(), there(layer.b).copy()]
                    parts[kind][index] += moved
                    changed = [*layers[: number - 1], Layer(*parts), *layers[number:]]
                    values.append(objective.value(net.forward(changed, X), changed, Y))
                assert (values[0] - values[1]) / (2 * step) == pytest.approx(expected[index], rel=1e-6, abs=1e-9)


@pytest.mark.parametrize("depth", [1, 2, 3])
def test_every_network_is_recognised_by_its_output(depth: int) -> None:
    for net in candidates(depth, 3):
        layers, X, _ = point(depth)
        found = recognise_net(layers, X, {("forward", ()): net.forward(layers, X).Yhat})
        assert found is not None
        assert np.allclose(found[0].forward(layers, X).Yhat, net.forward(layers, X).Yhat), net


def test_an_unknown_network_is_not_recognised() -> None:
    layers, X, _ = point(2)
    assert recognise_net(layers, X, {("forward", ()): np.cos(X @ layers[0].W @ layers[1].W)}) is None


@pytest.mark.parametrize("name", factors(M, 3))
@pytest.mark.parametrize("d", [Fraction(0), Fraction(1, 200)])
def test_the_constants_of_a_loss_are_read_off_its_values(name: str, d: Fraction) -> None:
    net = Net(("tanh",), "softmax")
    objective = Objective("cross-entropy", name, factors(M, 3)[name], d)
    points = []
    for seed in (1, 2, 3):
        layers, X, Y = point(2, seed)
        trace = net.forward(layers, X)
        points.append((trace, layers, Y, float(objective.value(trace, layers, Y))))
    found = recognise_objective(points, M, 3)
    assert found is not None
    assert (found[0].loss, found[0].c, found[0].d) == ("cross-entropy", objective.c, d)


def test_the_softmax_over_samples_is_known_in_order_to_be_named() -> None:
    layers, X, _ = point(2)
    for output in OVER_SAMPLES:
        Yhat = Net(("tanh",), output).forward(layers, X).Yhat
        assert np.allclose(Yhat.sum(axis=0), 1) or output.endswith("rows")
        assert not np.allclose(Yhat.sum(axis=1), 1)
