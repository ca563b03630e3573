"""Every formula of the known networks against one written by hand, entry by entry, and against central differences."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from fractions import Fraction
from typing import Any, Final

import numpy as np
import pytest

from verify.nets.net import (
    ACTIVATIONS,
    IMPLIED,
    LOSSES,
    OUTPUTS,
    OVER_SAMPLES,
    Layer,
    Net,
    Objective,
    Trace,
    backward,
    factors,
    output_error,
    softmax,
)

M, SIZES = 6, (2, 4, 5, 3)
# None lies near 0, where an activation may bend; some lie between 0 and 1, some beyond.
POINTS: Final = np.array([[-2.3, -1.1, -0.4], [0.3, 0.8, 1.7], [2.6, -0.7, 0.45], [-0.2, 1.2, 0.9]])


def logistic(z: float) -> float:
    return math.exp(z) / (math.exp(z) + 1.0)


def leaky(slope: float) -> Callable[[float], float]:
    return lambda z: z if z > 0 else slope * z


BY_HAND: Final[dict[str, Callable[[float], float]]] = {
    "tanh": lambda z: math.sinh(z) / math.cosh(z),
    "sigmoid": logistic,
    "relu": lambda z: max(z, 0.0),
    "leaky-relu(0.01)": leaky(0.01),
    "leaky-relu(0.1)": leaky(0.1),
    "leaky-relu(0.2)": leaky(0.2),
    "leaky-relu(0.001)": leaky(0.001),
    "identity": lambda z: z,
    "softplus": lambda z: math.log1p(math.exp(z)),
}


def softmax_of(row: list[float]) -> list[float]:
    return [math.exp(z) / math.fsum(map(math.exp, row)) for z in row]


def over_samples(Z: Any, *, shifted: bool) -> list[list[float]]:
    E = [[math.exp(z - max(row) * shifted) for z in row] for row in Z.tolist()]
    return [[e / math.fsum(other[k] for other in E) for k, e in enumerate(row)] for row in E]


def entrywise(function: Callable[[float], float]) -> Callable[[Any], Any]:
    return lambda Z: [[function(z) for z in row] for row in Z.tolist()]


OUTPUTS_BY_HAND: Final[dict[str, Callable[[Any], Any]]] = {
    "softmax": lambda Z: [softmax_of(row) for row in Z.tolist()],
    **{name: entrywise(BY_HAND[name]) for name in ("sigmoid", "identity", "tanh", "relu")},
    OVER_SAMPLES[0]: lambda Z: over_samples(Z, shifted=False),
    OVER_SAMPLES[1]: lambda Z: over_samples(Z, shifted=True),
}
LOSSES_BY_HAND: Final[dict[str, Callable[[float, float], float]]] = {
    "cross-entropy": lambda p, y: -y * math.log(p),
    "binary-cross-entropy": lambda p, y: -y * math.log(p) - (1 - y) * math.log1p(-p),
    "squared-error": lambda p, y: p * p - 2 * p * y + y * y,
}


def test_every_formula_has_one_by_hand() -> None:
    assert set(BY_HAND) == set(ACTIVATIONS)
    assert set(OUTPUTS_BY_HAND) == set(OUTPUTS)
    assert set(LOSSES_BY_HAND) == set(LOSSES)
    assert IMPLIED == {"softmax": "cross-entropy", "sigmoid": "binary-cross-entropy"}


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_an_activation_is_the_one_written_by_hand(name: str) -> None:
    assert np.allclose(ACTIVATIONS[name].apply(POINTS), entrywise(BY_HAND[name])(POINTS), rtol=1e-13, atol=0)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_a_derivative_and_its_text_are_the_slope_of_the_activation(name: str) -> None:
    one, h = ACTIVATIONS[name], 1e-5
    A = np.array(entrywise(BY_HAND[name])(POINTS))
    slope = (np.array(entrywise(BY_HAND[name])(POINTS + h)) - entrywise(BY_HAND[name])(POINTS - h)) / (2 * h)
    assert np.allclose(one.derivative(POINTS, A), slope, rtol=1e-8, atol=1e-10)
    written = eval(one.formula.format(A="A", Z="Z"), {"np": np, "A": A, "Z": POINTS})
    assert np.allclose(written, slope, rtol=1e-8, atol=1e-10)


@pytest.mark.parametrize("name", ["relu", *(name for name in ACTIVATIONS if name.startswith("leaky"))])
def test_where_an_activation_bends_the_left_slope_counts(name: str) -> None:
    zero = np.zeros((1, 1))
    left = (BY_HAND[name](0.0) - BY_HAND[name](-1.0)) / 1.0
    assert ACTIVATIONS[name].derivative(zero, zero).item() == pytest.approx(left, rel=1e-12)
    assert ACTIVATIONS[name].apply(zero).item() == 0


@pytest.mark.parametrize("name", OUTPUTS)
def test_an_output_is_the_one_written_by_hand(name: str) -> None:
    assert np.allclose(OUTPUTS[name](POINTS), OUTPUTS_BY_HAND[name](POINTS), rtol=1e-13, atol=0)


def test_a_softmax_without_a_word_is_that_of_each_row() -> None:
    assert np.allclose(softmax(POINTS), [softmax_of(row) for row in POINTS.tolist()], rtol=1e-13)


@pytest.mark.parametrize("name", LOSSES)
def test_a_loss_is_the_sum_over_all_entries(name: str) -> None:
    draw = np.random.default_rng(2)
    Yhat, Y = draw.uniform(0.1, 0.9, (4, 3)), draw.uniform(0, 1, (4, 3))
    expected = math.fsum(LOSSES_BY_HAND[name](p, y) for p, y in zip(Yhat.flat, Y.flat, strict=True))
    assert LOSSES[name](Yhat, Y) == pytest.approx(expected, rel=1e-13)


def test_the_factors_are_those_of_their_words() -> None:
    assert {name: str(value) for name, value in factors(7, 5).items()} == {
        "mean over the samples": "1/7", "sum over the samples": "1", "half of the mean over the samples": "1/14",
        "half of the sum": "1/2", "mean over all entries": "1/35", "half of the mean over all entries": "1/70",
        "mean over the outputs": "1/5", "twice the mean over the samples": "2/7", "twice the sum": "2",
    }  # fmt: skip


def layers_of(sizes: tuple[int, ...], seed: int = 0) -> list[Layer]:
    draw = np.random.default_rng(seed)
    return [Layer(draw.normal(0, 0.7, (a, b)), draw.normal(0, 0.4, (1, b))) for a, b in itertools.pairwise(sizes)]


def batch(seed: int = 1) -> tuple[Any, Any]:
    draw = np.random.default_rng(seed)
    return draw.normal(size=(M, SIZES[0])), draw.uniform(0.05, 0.95, (M, SIZES[-1]))


@pytest.mark.parametrize("biased", [True, False])
def test_a_forward_pass_goes_through_every_unit(biased: bool) -> None:
    net, layers = Net(("sigmoid", "relu"), "softmax"), layers_of(SIZES)
    if not biased:
        layers = [Layer(layer.W, None) for layer in layers]
    X, _ = batch()
    trace = net.forward(layers, X)
    assert len(trace.A) == len(trace.Z) == 4
    assert trace.A[0] is X
    assert trace.Z[0] is None
    assert trace.Yhat is trace.A[3]
    rows = X.tolist()
    for number, (W, b) in enumerate(layers, 1):
        offsets = [0.0] * W.shape[1] if b is None else b[0].tolist()
        Z = [[math.fsum(a * w for a, w in zip(row, W[:, j], strict=True)) + offsets[j] for j in range(W.shape[1])]
             for row in rows]  # fmt: skip
        assert np.allclose(trace.Z[number], Z, rtol=1e-11, atol=1e-13)
        rows = OUTPUTS_BY_HAND[("sigmoid", "relu", "softmax")[number - 1]](np.array(Z))
        assert np.allclose(trace.A[number], rows, rtol=1e-11, atol=1e-13)


def test_the_slope_of_a_layer_is_that_of_its_own_activation() -> None:
    net, layers = Net(("sigmoid", "softplus"), "tanh"), layers_of(SIZES)
    trace = net.forward(layers, batch()[0])
    for layer, name in enumerate(("sigmoid", "softplus", "tanh"), 1):
        hand = entrywise(BY_HAND[name])
        slope = (np.array(hand(trace.Z[layer] + 1e-5)) - hand(trace.Z[layer] - 1e-5)) / 2e-5
        assert np.allclose(net.slope(layer, trace), slope, rtol=1e-7)
    assert net.words == "sigmoid, softplus, tanh"


def test_an_objective_is_its_loss_times_a_factor_and_a_penalty() -> None:
    layers, (X, Y) = layers_of(SIZES), batch()
    trace = Net(("tanh", "relu"), "sigmoid").forward(layers, X)
    loss = math.fsum((p - y) ** 2 for p, y in zip(trace.Yhat.flat, Y.flat, strict=True))
    squares = math.fsum(w * w for W, _ in layers for w in W.flat)
    plain, with_penalty = (Objective("squared-error", "so", Fraction(3, 7), d) for d in (Fraction(0), Fraction(5, 11)))
    assert plain.value(trace, layers, Y) == pytest.approx(loss * 3 / 7, rel=1e-13)
    assert with_penalty.value(trace, layers, Y) == pytest.approx(loss * 3 / 7 + squares * 5 / 11, rel=1e-13)
    assert Objective("squared-error", "so", Fraction(1)).value(trace, layers, Y) == pytest.approx(loss, rel=1e-13)
    assert plain.words == "squared-error, so"
    assert with_penalty.words == "squared-error, so, and 0.454545 times the squares of the weights"


PAIRS: Final = [(output, loss) for output in ("softmax", "sigmoid") for loss in LOSSES] + [
    (output, "squared-error") for output in ("identity", "tanh", "relu")
]


@pytest.mark.parametrize(("output", "loss"), PAIRS)
def test_the_output_error_is_the_slope_of_the_loss_for_any_targets(output: str, loss: str) -> None:
    Z, Y, h = POINTS, np.random.default_rng(3).uniform(0.05, 0.95, POINTS.shape), 1e-5
    net, objective = Net((), output), Objective(loss, "so", Fraction(3, 7))

    def J(moved: Any) -> float:
        Yhat = np.array(OUTPUTS_BY_HAND[output](moved))
        return 3 / 7 * math.fsum(LOSSES_BY_HAND[loss](p, y) for p, y in zip(Yhat.flat, Y.flat, strict=True))

    units = np.eye(Z.size).reshape(Z.size, *Z.shape)
    slope = np.array([(J(Z + h * unit) - J(Z - h * unit)) / (2 * h) for unit in units]).reshape(Z.shape)
    found = output_error(net, objective, Trace([Z, OUTPUTS[output](Z)], [None, Z]), Y)
    assert np.allclose(found, slope, rtol=1e-7, atol=1e-9)


@pytest.mark.parametrize("hidden", [(), ("tanh",), ("relu", "sigmoid"), ("softplus", "leaky-relu(0.2)")])
@pytest.mark.parametrize("d", [Fraction(0), Fraction(5, 11)])
def test_the_backward_pass_is_the_slope_of_the_objective_in_every_entry(hidden: tuple[str, ...], d: Fraction) -> None:
    net, objective, h = Net(hidden, "softmax"), Objective("cross-entropy", "so", Fraction(3, 7), d), 1e-5
    layers, (X, Y) = layers_of((*SIZES[: len(hidden) + 1], SIZES[-1])), batch()

    def J() -> float:
        return float(objective.value(net.forward(layers, X), layers, Y))

    found = backward(net, objective, net.forward(layers, X), layers, Y)
    assert [len(one) for one in (found.dZ, found.dA, found.dW, found.db)] == [len(layers) + 1] * 4
    for number, layer in enumerate(layers, 1):
        for array, mine in zip(layer, (found.dW[number], found.db[number]), strict=True):
            assert mine.shape == array.shape
            for index in np.ndindex(array.shape):
                held = array[index]
                array[index] = held + h
                above = J()
                array[index] = held - h
                slope = (above - J()) / (2 * h)
                array[index] = held
                assert mine[index] == pytest.approx(slope, rel=1e-6, abs=1e-8), (number, index)
