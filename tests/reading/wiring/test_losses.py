"""What counts as a loss that a file declares: where one stands, none is ever implied."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from verify.reading.parsing.reading import read
from verify.reading.program.program import Program
from verify.reading.wiring.losses import Declared, declared_loss


def declared(folder: Path, text: str) -> Declared | None:
    path = folder / "handed_in.py"
    path.write_text(textwrap.dedent(text))
    return declared_loss(Program(read(path)))


@pytest.mark.parametrize(
    "head",
    [
        "def loss(Yhat, Y):", "def compute_cost(A2, Y):", "def cross_entropy(p, y):", "def mse(a, t):", "def J(W, b):",
        "class Net:\n  def cost(self, output, y):",
    ],
)  # fmt: skip
def test_a_function_that_is_named_so_and_returns_is_a_loss(tmp_path: Path, head: str) -> None:
    indent = "    " if head.startswith("class") else "  "
    found = declared(tmp_path, f"{head}\n{indent}return total(1)\n")
    assert found is not None
    assert found.place.line == 1 + head.count("\n")


@pytest.mark.parametrize(
    "text",
    [
        "def loss_derivative(Yhat, Y):\n    return Yhat - Y\n",
        "def mse_prime(Yhat, Y):\n    return Yhat - Y\n",
        "def cost_grad(Yhat, Y):\n    return Yhat - Y\n",
        "def d_loss(Yhat, Y):\n    return Yhat - Y\n",
        "def dLoss(Yhat, Y):\n    return Yhat - Y\n",
        "def plot_losses(losses):\n    return None\n",
        "def loss(Yhat, Y):\n    print(Yhat - Y)\n",
        "def forward(X, W):\n    return X @ W\n",
    ],
)
def test_a_slope_a_picture_and_what_returns_nothing_are_none(tmp_path: Path, text: str) -> None:
    assert declared(tmp_path, text) is None


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("loss = np.mean((Yhat - Y)**2)", "loss"),
        ("cost = -total / m", "cost"),
        ("self.loss = compute(Y)", "loss"),
        ("train_loss = -np.mean(np.log(p))", "train_loss"),
        ("grads, loss = network(X)", "loss"),
        ("coût = np.mean(Y)", "coût"),
    ],
)
def test_a_number_that_is_computed_under_the_name_of_a_loss_is_one(tmp_path: Path, line: str, name: str) -> None:
    found = declared(tmp_path, f"x = 1\n{line}\n")
    assert found is not None
    assert (found.name, found.place.line) == (name, 2)


@pytest.mark.parametrize(
    "line",
    [
        "loss = 0", "loss = None", "losses = compute(Y)", "loss_history = list(range(3))", "dloss = Yhat - Y",
        "cost_list = np.zeros(3)", "closs_every = 2 * 3", "loss_grad = Yhat - Y", "loss = [f(x)]", "error = Y - Yhat",
    ],
)  # fmt: skip
def test_a_list_a_slope_an_error_and_a_number_that_is_only_set_are_none(tmp_path: Path, line: str) -> None:
    assert declared(tmp_path, f"{line}\n") is None
