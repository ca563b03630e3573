"""Which network and which loss it is, told by numbers: what is near but not the same is not recognised."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from verify.nets.net import LOSSES, OVER_SAMPLES, Layer, Net, Objective, Trace, factors
from verify.submissions.execution.answers import Where
from verify.submissions.trials.recognition import (
    candidates,
    canonical_output,
    implied,
    recognise_net,
    recognise_objective,
)

M, K = 11, 3
OUTPUT = ("forward", ())
Points = list[tuple[Trace, Sequence[Layer], Any, float]]


def point(depth: int = 2, seed: int = 0, outputs: int = K) -> tuple[list[Layer], np.ndarray, np.ndarray]:
    draw = np.random.default_rng(seed)
    sizes = (*(4, 7, 9)[:depth], outputs)
    layers = [Layer(draw.normal(0, 0.7, (a, b)), draw.normal(0, 0.3, (1, b))) for a, b in itertools.pairwise(sizes)]
    return layers, draw.normal(size=(M, 4)), np.eye(max(outputs, 2))[np.arange(M) % max(outputs, 2)][:, :outputs]


def losses(objective: Objective, net: Net, eps: float = 0.0) -> Points:
    found: Points = []
    for seed in (1, 2, 3):
        layers, X, Y = point(seed=seed)
        trace = net.forward(layers, X)
        moved = Trace([*trace.A[:-1], trace.A[-1] + eps], trace.Z)
        found.append((trace, layers, Y, float(objective.value(moved, layers, Y))))
    return found


def test_every_candidate_is_there_once_and_of_the_depth_that_was_asked() -> None:
    for depth in (1, 2, 3, 4):
        found = list(candidates(depth, K))
        assert len(found) == len(set(found))
        assert all(len(net.hidden) == depth - 1 for net in found)
    assert Net(("tanh", "relu"), "softmax") in candidates(3, K)
    assert Net(("leaky-relu(0.1)", "leaky-relu(0.1)"), "sigmoid") in candidates(3, K)


@pytest.mark.parametrize(
    ("hidden", "output"),
    [((), "softmax"), (("tanh",), "softmax"), (("sigmoid",), "sigmoid"), (("relu", "tanh"), "identity"),
     (("softplus",), "tanh"), (("leaky-relu(0.2)",), "softmax")],
)  # fmt: skip
@pytest.mark.parametrize("turned", [False, True])
def test_a_net_is_recognised_by_name_from_rows_and_from_columns(
    hidden: tuple[str, ...], output: str, turned: bool
) -> None:
    layers, X, _ = point(len(hidden) + 1)
    Yhat = Net(hidden, output).forward(layers, X).Yhat
    where = ("forward", (("item", 1),))
    found = recognise_net(layers, X, {("forward", (("item", 0),)): X, where: Yhat.T if turned else Yhat})
    assert found == (Net(hidden, output), where)


@pytest.mark.parametrize(
    ("off", "single_precision", "known"), [(1e-6, False, False), (1e-6, True, True), (1e-2, True, False)]
)
def test_what_is_nearly_a_net_is_one_in_single_precision_only(off: float, single_precision: bool, known: bool) -> None:
    layers, X, _ = point()
    Yhat = Net(("tanh",), "softmax").forward(layers, X).Yhat
    assert (recognise_net(layers, X, {OUTPUT: Yhat + off}, single_precision=single_precision) is not None) is known


def test_the_logits_are_not_taken_for_the_output_where_the_output_is_there() -> None:
    layers, X, _ = point()
    trace = Net(("tanh",), "softmax").forward(layers, X)
    held: dict[Where, Any] = {("forward", (("key", "Z2"),)): trace.Z[2], ("forward", (("key", "A2"),)): trace.Yhat}
    found = recognise_net(layers, X, held)
    assert found == (Net(("tanh",), "softmax"), ("forward", (("key", "A2"),)))


def test_a_softmax_over_one_class_is_not_told_from_a_constant() -> None:
    layers, X, _ = point(outputs=1)
    assert recognise_net(layers, X, {OUTPUT: np.ones((M, 1))}) is None


@pytest.mark.parametrize("output", OVER_SAMPLES)
def test_a_softmax_along_the_wrong_axis_is_known_as_such(output: str) -> None:
    layers, X, _ = point()
    found = recognise_net(layers, X, {OUTPUT: Net(("tanh",), output).forward(layers, X).Yhat})
    assert found is not None
    assert found[0] == Net(("tanh",), output)


def test_what_is_not_a_number_is_no_output() -> None:
    layers, X, _ = point()
    assert recognise_net(layers, X, {OUTPUT: np.full((M, K), np.nan)}) is None
    assert recognise_net(layers, X, {}) is None


def test_an_output_is_brought_to_rows_or_refused() -> None:
    value = np.arange(6.0).reshape(2, 3)
    assert np.array_equal(canonical_output(value, 2, 3), value)
    assert np.array_equal(canonical_output(value.T, 2, 3), value)
    assert canonical_output(np.zeros(5), 5, 1).shape == (5, 1)
    assert canonical_output(np.zeros(3), 1, 3).shape == (1, 3)
    assert canonical_output(np.zeros(5), 5, 3) is None
    assert canonical_output(np.zeros((4, 3)), 5, 3) is None


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("d", [Fraction(0), Fraction(1, 10), Fraction(1, 20 * M)])
@pytest.mark.parametrize("name", ["mean over the samples", "sum over the samples", "half of the mean over all entries"])
def test_a_loss_is_recognised_by_its_constants(loss: str, name: str, d: Fraction) -> None:
    objective = Objective(loss, name, factors(M, K)[name], d)
    found = recognise_objective(losses(objective, Net(("tanh",), "sigmoid")), M, K)
    assert found is not None
    assert found[0] == objective
    assert found[1] < 1e-12


def test_a_global_m_is_a_constant_of_the_file() -> None:
    objective = Objective("cross-entropy", "own", Fraction(1, 120))
    found = recognise_objective(losses(objective, Net(("tanh",), "softmax")), M, K)
    assert found is not None
    assert (found[0].loss, found[0].c, found[0].d) == ("cross-entropy", Fraction(1, 120), Fraction(0))
    assert "1/120" in found[0].normalisation


def test_an_eps_in_the_logarithm_is_a_misfit_and_not_another_loss() -> None:
    objective = Objective("cross-entropy", "mean over the samples", Fraction(1, M))
    found = recognise_objective(losses(objective, Net(("tanh",), "softmax"), eps=1e-10), M, K)
    assert found is not None
    assert (found[0].loss, found[0].c, found[0].d) == ("cross-entropy", Fraction(1, M), Fraction(0))
    assert 1e-13 < found[1] < 1e-8


def test_a_loss_that_none_fits_is_not_recognised() -> None:
    net = Net(("tanh",), "softmax")
    known = losses(Objective("cross-entropy", "mean over the samples", Fraction(1, M)), net)
    strange = [(trace, layers, Y, float(np.sum(np.abs(trace.Yhat - Y) ** 3))) for trace, layers, Y, _ in known]
    assert recognise_objective(strange, M, K) is None
    assert recognise_objective([(*one[:3], float("nan")) for one in known], M, K) is None
    assert recognise_objective([(*one[:3], one[3] * (1 + 0.01 * n)) for n, one in enumerate(known)], M, K) is None


@pytest.mark.parametrize(
    ("output", "loss"),
    [("softmax", "cross-entropy"), ("sigmoid", "binary-cross-entropy"), ("identity", "squared-error")],
)
def test_the_loss_that_goes_without_saying(output: str, loss: str) -> None:
    found = implied(Net(("tanh",), output), M)
    assert (found.loss, found.c, found.implied) == (loss, Fraction(1, M), True)
    assert implied(Net((), output), M, "half of the sum", loss="squared-error").c == Fraction(1, 2)
