"""The lab's mistakes are rows of the catalogue: planted in its network they give what the rows give, exactly."""

from __future__ import annotations

from fractions import Fraction
from functools import cache
from typing import Any

import numpy as np
import pytest

from verify.lab import network
from verify.lab.comparing import handwritten
from verify.lab.planting import BY_NAME, CONSTANTS, MISTAKES, NET, QUANTITIES, line_of, network_with, rows
from verify.mistakes.apply import mutated
from verify.mistakes.catalogue import with_constant
from verify.mistakes.text import expanded, names_of
from verify.nets.cases import make_case
from verify.nets.net import Layer, Objective, Trace
from verify.oracles.base import Known, textbook_loss
from verify.oracles.exact import exact

M = 5
CASE = make_case((3, 4, 2), M, "soft", seed=12)
# Code computes 1 + 1e-9 in floats, rounded; the row does so in exact numbers.
ROUNDED = {"dW1-one-entry"}
OBJECTIVE = Objective("cross-entropy", "mean", Fraction(1, M))


@cache
def exact_point() -> Known:
    return exact(network, CASE, textbook_loss)[0]


def by_the_row(name: str, params: Any, X: Any, Y: Any) -> dict[str, Any]:
    row, layer = rows()[name]
    if name in CONSTANTS:
        row = with_constant(row.step, row.name, CONSTANTS[name])
    layers = [Layer(params["W1"], params["b1"]), Layer(params["W2"], params["b2"])]
    Yhat, outputs = network.forward(params, X)  # exact numbers know e^z by how it was computed: as the lab does
    trace = Trace([X, outputs["A1"], Yhat], [None, outputs["Z1"], outputs["Z2"]])
    found = mutated(NET, OBJECTIVE, trace, layers, Y, {(row.step, layer): row}, rate=0.1)
    assert found is not None
    return {"W1": found.dW[1], "b1": found.db[1], "W2": found.dW[2], "b2": found.db[2]}


@pytest.mark.parametrize("name", BY_NAME)
def test_the_planted_network_gives_what_the_row_gives_in_floats(name: str) -> None:
    outputs = network.forward(CASE.params, CASE.X)[1]
    planted = network_with(BY_NAME[name]).module.backward(CASE.X, CASE.params, outputs, CASE.Y)
    for parameter, expected in by_the_row(name, CASE.params, CASE.X, CASE.Y).items():
        assert np.shape(planted[parameter]) == np.shape(expected)
        assert np.allclose(planted[parameter], expected, rtol=1e-12, atol=1e-16), parameter


@pytest.mark.parametrize("name", [name for name in BY_NAME if name not in ROUNDED])
def test_the_planted_network_gives_what_the_row_gives_in_exact_numbers(name: str) -> None:
    point = exact_point()
    planted = handwritten(network_with(BY_NAME[name]).module, point)
    for parameter, expected in by_the_row(name, point.params, point.X, point.Y).items():
        assert np.array_equal(planted[parameter].value, expected.value), parameter


def test_a_row_that_applies_can_be_written_in_the_lab_s_names() -> None:
    for name, (row, layer) in rows().items():
        needed = names_of(expanded(row.wrong, NET.hidden[0] if layer == 1 else NET.output))
        assert needed - set(QUANTITIES[layer]) <= {"right", "k"}, name


def test_the_lab_s_list_is_fifty_rows_in_the_order_of_the_backward_pass() -> None:
    assert len(MISTAKES) == 50
    assert set(BY_NAME) <= set(rows())
    lines = [line_of(one.step)[0] for one in MISTAKES]
    assert lines == sorted(lines)


def test_what_is_planted_reads_as_a_person_would_write_it() -> None:
    written = {
        name: BY_NAME[name].wrong for name in ("dZ1-one-minus-A1", "dZ2-from-logits", "dW2-weight-decay", "db1-mean")
    }
    assert written == {
        "dZ1-one-minus-A1": "dA1 * (1 - A1)",
        "dZ2-from-logits": "(Z2 - Y) / m",
        "dW2-weight-decay": "np.dot(A1.T, dZ2) + 0.01 * W2",
        "db1-mean": "np.mean(dZ1, axis=0, keepdims=True)",
    }
