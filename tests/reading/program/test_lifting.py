"""Tests of lifting: a training step that stands in a loop becomes a function which does the same as the lines do."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from verify.reading.parsing.reading import read
from verify.reading.program.lifting import Lifted
from verify.reading.program.program import Program

HEAD = """\
import numpy as np
import matplotlib.pyplot as plt
def softmax(z):
    e = np.exp(z)
    return e / np.sum(e, axis=1, keepdims=True)
lr = 0.5
"""
STEP = """\
Z1 = X_batch @ W1 + b1
A1 = np.tanh(Z1)
Yhat = softmax(A1 @ W2 + b2)
m = X_batch.shape[0]
loss = -np.sum(Y_batch * np.log(Yhat)) / m
history.append(loss)
if epoch % 10 == 0:
    print("loss", loss)
    plt.plot(history)
dZ2 = (Yhat - Y_batch) / m
dW2 = A1.T @ dZ2
db2 = np.sum(dZ2, axis=0,
    keepdims=True)
dZ1 = dZ2 @ W2.T * (1 - A1**2)
dW1 = X_batch.T @ dZ1
db1 = np.sum(dZ1, axis=0, keepdims=True)
W1 -= lr * dW1; b1 -= lr * db1
W2 = W2 - lr * dW2
b2 = b2 - lr * db2
total += loss
if loss < 0.1:
    break
"""
LOOP = """\
for epoch in range(100):
    perm = np.random.permutation(len(X))
    for i in range(0, len(X), 10):
        X_batch, Y_batch = X[i:i + 10], Y[perm[i:i + 10]]
"""


def program(folder: Path, text: str) -> Program:
    path = folder / "handed_in.py"
    path.write_text(text)
    return Program(read(path))


def only(made: Program) -> Lifted:
    found = made.steps
    assert len(found) == 1
    return found[0]


def call(made: Program, lifted: Lifted, **given: Any) -> dict[str, Any]:
    """Run what the step needs and then the step."""
    space: dict[str, Any] = {}
    step: dict[str, Any] = {}
    exec(lifted.code, step)
    names = [name for name in step[lifted.name].__code__.co_names if name not in lifted.inputs]
    for statement in made.slice_for(names).statements:
        exec(statement.code, space)
    exec(lifted.code, space)
    result: dict[str, Any] = space[lifted.name](**given)
    return result


def points() -> dict[str, Any]:
    rng = np.random.default_rng(1)
    return {
        "X_batch": rng.normal(size=(5, 3)),
        "Y_batch": np.eye(4)[rng.integers(0, 4, 5)],
        "W1": rng.normal(size=(3, 2)),
        "b1": rng.normal(size=(1, 2)),
        "W2": rng.normal(size=(2, 4)),
        "b2": rng.normal(size=(1, 4)),
    }


def check_update(after: dict[str, Any], given: dict[str, Any]) -> None:
    A1 = np.tanh(given["X_batch"] @ given["W1"] + given["b1"])
    Z2 = A1 @ given["W2"] + given["b2"]
    Yhat = np.exp(Z2) / np.sum(np.exp(Z2), axis=1, keepdims=True)
    np.testing.assert_allclose(after["W2"], given["W2"] - 0.5 * A1.T @ (Yhat - given["Y_batch"]) / 5)


def test_a_loop_at_the_top(tmp_path: Path) -> None:
    made = program(tmp_path, HEAD + "X = np.load('X')\nY = np.load('Y')\n" + LOOP + textwrap.indent(STEP, "        "))
    lifted = only(made)
    assert set(lifted.inputs) == {"X_batch", "Y_batch", "W1", "b1", "W2", "b2"}
    assert set(lifted.parameters) == {"W1", "b1", "W2", "b2"}
    assert {"dW1", "db1", "dW2", "db2", "Yhat", "loss", "m", "W1"} <= set(lifted.outputs)
    assert not {"total", "history"} & set(lifted.outputs)
    given = points()
    after = call(made, lifted, **{name: value.copy() for name, value in given.items()})
    check_update(after, given)
    assert made.why_no_step == ""


def test_every_line_keeps_its_number(tmp_path: Path) -> None:
    made = program(tmp_path, HEAD + LOOP + textwrap.indent(STEP, "        "))
    lifted = only(made)
    source, code = made.document.cells[0].source.split("\n"), lifted.code.split("\n")
    assert lifted.offset == 0
    assert source[lifted.place.line - 1].strip() == "Z1 = X_batch @ W1 + b1"
    assert source[lifted.end - 1].strip() == "b2 = b2 - lr * db2"
    same = [
        number for number, line in enumerate(code, 1) if line.strip() and line.strip() == source[number - 1].strip()
    ]
    assert len(same) == 15
    assert code[same[-4] - 1].strip() == "db1 = np.sum(dZ1, axis=0, keepdims=True)"


def test_a_function_that_trains(tmp_path: Path) -> None:
    body = LOOP + textwrap.indent(STEP, "        ") + "return W1, b1, W2, b2\n"
    text = (
        HEAD
        + "def train(X, Y, lr, W1=None):\n    W1 = np.ones((3, 2))\n    history = []\n"
        + textwrap.indent(body, "    ")
    )
    made = program(tmp_path, text)
    lifted = only(made)
    assert set(lifted.inputs) == {"X_batch", "Y_batch", "W1", "b1", "W2", "b2", "lr"}
    given = points()
    after = call(made, lifted, lr=0.5, **{name: value.copy() for name, value in given.items()})
    check_update(after, given)


def test_a_method(tmp_path: Path) -> None:
    text = HEAD + textwrap.dedent(
        """
        class Net:
            def forward(self, X):
                self.a = np.tanh(X @ self.W1)
                return softmax(self.a @ self.W2)
            def fit(self, X, y, rate):
                for epoch in range(10):
                    out = self.forward(X)
                    d2 = out - y
                    d1 = d2 @ self.W2.T * (1 - self.a ** 2)
                    self.W2 -= rate * self.a.T @ d2
                    self.W1 -= rate * X.T @ d1
                    self.losses.append(1)
        """
    )
    lifted = only(program(tmp_path, text))
    assert lifted.parameters == ("self.W2", "self.W1")
    assert set(lifted.inputs) == {"self", "X", "y", "rate"}
    assert "losses" not in lifted.code


def test_one_sample_at_a_time(tmp_path: Path) -> None:
    text = HEAD + textwrap.dedent(
        """
        for e in range(3):
            for x, y in zip(X, Y):
                a = np.tanh(W @ x)
                d = (a - y) * (1 - a ** 2)
                W -= lr * np.outer(d, x)
        for i in range(len(X)):
            x = X[i].reshape(-1, 1)
            y = Y[i]
            a = np.tanh(V @ x)
            V -= lr * (a - y) * (1 - a ** 2) @ x.T
        """
    )
    first, second = program(tmp_path, text).steps
    assert set(first.inputs) == {"x", "y", "W"}
    assert set(second.inputs) == {"x", "y", "V"}


def test_the_step_of_a_loop_that_adds_up_over_the_samples(tmp_path: Path) -> None:
    text = HEAD + textwrap.dedent(
        """
        for e in range(3):
            dW = np.zeros((2, 2))
            for x, y in zip(X, Y):
                a = np.tanh(W @ x)
                dW += np.outer((a - y) * (1 - a ** 2), x)
            W -= lr * dW / len(X)
        """
    )
    made = program(tmp_path, text)
    lifted = only(made)
    assert set(lifted.inputs) == {"X", "Y", "W"}
    assert lifted.parameters == ("W",)
    X, Y, W = np.eye(2), np.ones((2, 2)), np.full((2, 2), 0.3)
    a = np.tanh(W @ X)
    expected = W - 0.5 * ((a - Y.T) * (1 - a**2)) / 2
    np.testing.assert_allclose(call(made, lifted, X=X, Y=Y, W=W.copy())["W"], expected)


def test_constants_of_the_file(tmp_path: Path) -> None:
    text = HEAD + textwrap.dedent(
        """
        X = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
        y = np.array([[0], [1], [1], [0]])
        m = X.shape[0]
        W = np.random.randn(2, 1)
        params = {'W': W, 'b': 0}
        for _ in range(9):
            a = np.tanh(X @ params['W'] + params['b'])
            d = (a - y) * (1 - a ** 2) / m
            params['W'] = params['W'] - lr * X.T @ d
            params['b'] = params['b'] - lr * np.sum(d)
            accuracy = np.mean(a == y_test)
        """
    )
    lifted = only(program(tmp_path, text))
    assert set(lifted.inputs) == {"X", "y", "m", "params"}
    assert lifted.parameters == ("params['W']", "params['b']")
    assert "accuracy" not in lifted.outputs


def test_straight_lines_from_the_first_one(tmp_path: Path) -> None:
    text = "a = X @ W\nd = a - y\ndW = X.T @ d\nW = W - 0.1 * dW\nprint(W)\n"
    made = program(tmp_path, text)
    lifted = only(made)
    assert (lifted.place.line, lifted.end, lifted.offset) == (1, 4, 1)
    assert lifted.code.split("\n")[1].strip() == "a = X @ W"
    X, W, y = np.eye(2), np.ones((2, 1)), np.zeros((2, 1))
    np.testing.assert_allclose(call(made, lifted, X=X, W=W, y=y)["W"], 0.9 * W)


def test_layers_in_lists(tmp_path: Path) -> None:
    text = HEAD + textwrap.dedent(
        """
        for e in range(9):
            A = [X]
            for l in range(len(W)):
                A.append(np.tanh(A[-1] @ W[l]))
            d = A[-1] - Y
            for l in reversed(range(len(W))):
                g = A[l].T @ d
                d = d @ W[l].T
                W[l] -= lr * g
        """
    )
    lifted = only(program(tmp_path, text))
    assert set(lifted.inputs) == {"X", "Y", "W"}
    assert lifted.parameters == ("W",)


def test_updates_that_add(tmp_path: Path) -> None:
    text = HEAD + textwrap.dedent(
        """
        syn0 = np.random.random((3, 1))
        count = 0
        for j in range(60000):
            l1 = 1 / (1 + np.exp(-np.dot(X, syn0)))
            error = y - l1
            if (j % 10000) == 0:
                print("Error:" + str(np.mean(np.abs(error))))
            total += np.mean(error)
            count += 1
            syn0 += X.T.dot(error * l1 * (1 - l1))
        """
    )
    lifted = only(program(tmp_path, text))
    assert lifted.parameters == ("syn0",)
    assert set(lifted.inputs) == {"X", "y", "syn0"}


def test_of_several_updates_the_one_of_a_weight_is_named(tmp_path: Path) -> None:
    text = "def f(z, q):\n    z -= np.max(z)\n    z -= q\ndef g(p, d):\n    p['W1'] -= d\n"
    assert program(tmp_path, text).why_no_step.startswith("p['W1'] is updated in the function g (line 5)")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("x = 1\n", "no line updates a parameter"),
        (
            "def sgd(params, grads, eta):\n    for k in params:\n        params[k] -= eta * grads[k]\n",
            "eta, grads, k come from",
        ),
        ("def backward(X, A1, d):\n    dW = X.T @ d\n    W1 -= lr * dW\n", "the forward pass stands somewhere else"),
    ],
)
def test_what_is_missing(tmp_path: Path, text: str, said: str) -> None:
    made = program(tmp_path, text)
    assert made.steps == ()
    assert said in made.why_no_step


def test_functions_that_are_called_are_not_lifted(tmp_path: Path) -> None:
    text = "for e in range(9):\n    out = forward(params, X)\n    grads = backward(out, X)\n    params = update(params, grads)\n"
    assert program(tmp_path, text).steps == ()
