"""Which loops of a file train, where each stands, what it uses, and what its text says of the rate and the loss."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import Any

import pytest

from verify.reading.parsing.reading import read
from verify.reading.program.training import NAME, Loop, training_loops


def loops(folder: Path, text: str) -> tuple[Loop, ...]:
    path = folder / "handed_in.py"
    path.write_text(textwrap.dedent(text))
    return training_loops(read(path).cells)


def one(folder: Path, text: str) -> Loop:
    (found,) = loops(folder, text)
    return found


TOP = """\
import numpy as np
rate = 0.1
for epoch in range(10):
    Yhat = X @ W1
    dW1 = X.T @ (Yhat - Y)
    W1 = W1 - rate * dW1
"""


def test_a_loop_at_the_top_level_becomes_a_function_without_arguments(tmp_path: Path) -> None:
    found = one(tmp_path, TOP)
    assert (found.cell, found.place.line, found.owner) == (None, 3, None)
    assert found.function == f"{NAME}3"
    assert found.names == ("W1", "X", "Y", "Yhat", "dW1", "epoch", "rate")
    head, shared, first, *_ = found.code.splitlines()
    assert (head, first) == (f"def {NAME}3():", "    for epoch in range(10):")
    assert shared == f"    global {', '.join(found.names)}"
    assert found.line + 2 == 3  # the head and the global names stand before the loop, whose line stays what it was
    room: dict[str, Any] = {"X": 2.0, "Y": 3.0, "W1": 1.0, "rate": 0.25}
    exec(found.code.replace("@", "*").replace("X.T", "X"), room)
    room[found.function]()
    assert room["epoch"] == 9
    assert room["W1"] == 1.5


FUNCTION = """\
def train(X, Y, W, rate=0.1):
    losses = []
    for _ in range(100):
        grads = backward(X, Y, W)
        W = W - rate * grads
        losses.append(count)
    return W
"""


def test_a_loop_in_a_function_is_known_by_the_function_and_its_local_names(tmp_path: Path) -> None:
    found = one(tmp_path, FUNCTION)
    assert (found.place.line, found.function, found.owner, found.code) == (3, "train", None, "")
    assert found.names == ("W", "X", "Y", "_", "grads", "losses", "rate")  # not backward, count and range
    assert found.calls == {"range", "backward", "append"}


def test_a_global_name_of_a_function_is_put_in_as_well(tmp_path: Path) -> None:
    text = "def train(X):\n    global W\n    for _ in range(3):\n        W = W - 0.5 * grad(X, W)\n"
    assert one(tmp_path, text).names == ("W", "X", "_")


def test_the_rate_is_the_first_number_of_every_step_and_certain_where_it_is_the_only_one(tmp_path: Path) -> None:
    text = "for _ in range(9):\n    W -= 0.1 * 2 * X.T @ e / m\n    b -= 0.1 * e.mean()\n"
    found = one(tmp_path, text)
    assert (found.rate, found.certain) == (0.1, False)


def test_what_a_loop_adds_up_and_whether_it_clips_is_known(tmp_path: Path) -> None:
    text = "for _ in range(9):\n    total += loss\n    dW = dW / np.linalg.norm(dW)\n    W = W - lr * dW\n"
    found = one(tmp_path, text)
    assert (found.sums, found.clips) == (frozenset({"total"}), True)


def test_a_loop_in_a_method_has_an_owner(tmp_path: Path) -> None:
    text = (
        "class Net:\n    def fit(self, X, Y):\n        for _ in range(9):\n            self.W -= 0.1 * self.dW(X, Y)\n"
    )
    found = one(tmp_path, text)
    assert (found.function, found.owner, found.names) == ("fit", "Net", ("X", "Y", "_", "self"))


@pytest.mark.parametrize(
    "loop",
    [
        "for l in range(1, 4):",
        "for l in range(L):",
        "for layer in layers:",
        "for layer in reversed(layers):",
        "for name in params:",
        "for key, value in params.items():",
        "for p, g in zip(params, grads):",
        "for W, b in zip(self.weights, self.biases):",
        "for i in range(len(weights)):",
    ],
)
def test_a_loop_over_layers_or_parameters_does_not_train(tmp_path: Path, loop: str) -> None:
    assert loops(tmp_path, f"def update():\n    {loop}\n        W[0] -= rate * dW[0]\n") == ()


@pytest.mark.parametrize(
    "loop",
    [
        "for epoch in range(epochs):",
        "for i in range(0, len(X), 32):",
        "for i in range(X.shape[0]):",
        "for x, y in zip(X, Y):",
        "for l in range(epochs):",
        "for _ in tqdm(range(100)):",
        "while loss > 0.1:",
    ],
)
def test_a_loop_over_epochs_batches_or_samples_trains(tmp_path: Path, loop: str) -> None:
    assert one(tmp_path, f"def fit():\n    {loop}\n        W -= rate * dW\n").place.line == 2


@pytest.mark.parametrize(
    "step",
    [
        "W = W - rate * dW", "W += -rate * dW", "W += X.T @ delta", "params = update(params, grads)", "net.backward(X)",
        "W, b = W - rate * dW, b - rate * db", "self.W -= dW", "params['W'] -= rate * dW",
    ],
)  # fmt: skip
def test_what_trains_is_a_step_or_a_call_that_is_named_so(tmp_path: Path, step: str) -> None:
    assert len(loops(tmp_path, f"for epoch in range(9):\n    {step}\n")) == 1


@pytest.mark.parametrize(
    "step", ["total += loss", "count -= 1", "W = W + 1", "print(W)", "a, b = b, a", "W = grad - W"]
)
def test_what_adds_up_or_counts_trains_nothing(tmp_path: Path, step: str) -> None:
    assert loops(tmp_path, f"for epoch in range(9):\n    {step}\n") == ()


def test_the_innermost_loop_comes_first_and_the_outer_one_is_found_too(tmp_path: Path) -> None:
    text = """\
    for epoch in range(9):
        for i in range(0, len(X), 32):
            W -= rate * gradient(X[i:i + 32], W)
    """
    inner, outer = loops(tmp_path, text)
    assert (inner.place.line, outer.place.line) == (2, 1)
    assert inner.function == outer.function == f"{NAME}1"
    assert inner.code == outer.code  # the whole stands in one function: what the outer loop does comes first


def test_loops_in_branches_are_found(tmp_path: Path) -> None:
    text = """\
    def main():
        with open_log() as log:
            try:
                for epoch in range(9):
                    W -= rate * dW
            finally:
                pass
    if __name__ == "__main__":
        for epoch in range(9):
            W -= rate * dW
    """
    assert {one.place.line for one in loops(tmp_path, text)} == {4, 9}


def test_loops_of_functions_inside_functions_are_none(tmp_path: Path) -> None:
    text = "def outer():\n    def inner():\n        for _ in range(9):\n            W -= rate * dW\n    inner()\n"
    assert loops(tmp_path, text) == ()


@pytest.mark.parametrize(
    ("steps", "rate"),
    [
        ("W -= 0.5 * dW\n    b -= 0.5 * db", 0.5),
        ("W -= 0.5 * dW\n    b -= 0.25 * db", 1.0),
        ("W -= 0.5 * dW\n    b -= db", 1.0),
        ("W = W - dW * 0.01", 0.01),
        ("W -= rate * dW", 1.0),
        ("W += -rate * dW", 1.0),
    ],
)
def test_the_rate_is_the_one_number_of_every_update(tmp_path: Path, steps: str, rate: float) -> None:
    assert one(tmp_path, f"for epoch in range(9):\n    {steps}\n").rate == rate


def test_a_loss_after_the_update_is_not_that_of_the_parameters_before(tmp_path: Path) -> None:
    step, loss = "    W1 -= rate * dW1\n", "    J = compute_loss(X, W1)\n"
    assert one(tmp_path, f"for epoch in range(9):\n{loss}{step}").keeps_loss
    assert not one(tmp_path, f"for epoch in range(9):\n{step}{loss}").keeps_loss
    assert not one(tmp_path, f"for epoch in range(9):\n    params = update(params, grads)\n{loss}").keeps_loss
