"""A file as it stands: its own data, sizes, arguments, and later passes; what differs there is said or keeps back.

Each file is right or wrong by construction: the right one's gradient is that of the mean of its cross-entropy.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from verify.submissions.judge import check_submission

FUNCTIONS = """\
import numpy as np

def begin(n, h, k):
    g = np.random.default_rng(3)
    return {"W1": g.normal(size=(h, n)) * 0.4, "b1": np.zeros((h, 1)),
            "W2": g.normal(size=(k, h)) * 0.4, "b2": np.zeros((k, 1))}

def forward(p, X, act="tanh"):
    Z1 = p["W1"] @ X + p["b1"]
    A1 = np.tanh(Z1) if act == "tanh" else 1 / (1 + np.exp(-Z1))
    E = np.exp(p["W2"] @ A1 + p["b2"])
    return Z1, A1, E / E.sum(axis=0)

def cost(A2, Y):
    return -np.sum(Y * np.log(A2)) / Y.shape[1]

def backward(p, X, Y, Z1, A1, A2, act="tanh"):
    m = X.shape[1]
    dZ2 = (A2 - Y) / m
    slope = 1 - A1 ** 2 if act == "tanh" else A1 * (1 - A1)
    dZ1 = p["W2"].T @ dZ2 * slope
    return {"W1": dZ1 @ X.T, "b1": dZ1.sum(axis=1, keepdims=True),
            "W2": dZ2 @ A1.T, "b2": dZ2.sum(axis=1, keepdims=True)}

def step(p, g, lr):
    return {key: p[key] - lr * g[key] for key in p}
"""
TRAIN = """
def train(X, Y, h=6, lr=0.3, rounds=200, act="tanh"):
    p = begin(X.shape[0], h, Y.shape[0])
    for r in range(rounds):
        Z1, A1, A2 = forward(p, X, act)
        g = backward(p, X, Y, Z1, A1, A2, act)
        p = step(p, g, lr)
        if r % 50 == 0:
            print(r, cost(A2, Y))
    return p
"""
MAIN = """
if __name__ == "__main__":
    g = np.random.default_rng(5)
    X = g.normal(size=(4, 70))
    Y = np.eye(3)[g.integers(0, 3, 70)].T
    train(X, Y)
"""
PLAIN = FUNCTIONS + TRAIN + MAIN
CALL = ("    train(X, Y)\n", '    train(X, Y, act="sigmoid")\n')
SLOPE = ("A1 * (1 - A1)", "A1 * (1 - Z1)")
GRADIENT = "        p = step(p, g, lr)\n"


def changed(*pairs: tuple[str, str]) -> str:
    text = PLAIN
    for old, new in pairs:
        assert old in text, old
        text = text.replace(old, new)
    return text


RIGHT = {
    "as it is": changed(),
    "another activation is asked for": changed(CALL),
    "the branch that is not asked for is wrong": changed(CALL, ("1 - A1 ** 2", "1 - A1")),
    "samples are counted by hand": changed(("m = X.shape[1]", "m = 70")),
    "the update divides": changed(("(A2 - Y) / m", "A2 - Y"), ("lr * g[key]", "lr / 70 * g[key]")),
    "the sign is in the update": changed(("(A2 - Y) / m", "(Y - A2) / m"), ("- lr * g", "+ lr * g")),
    "the first layer begins later": changed((GRADIENT, "        p = step(p, g if r > 9 else {**g, 'W1': 0, 'b1': 0}, lr)\n")),
    "a rate that falls": changed((GRADIENT, "        p = step(p, g, lr / (1 + 0.01 * r))\n")),
    "an unused backward pass is wrong": changed(
        ("def step", "def backward_slow(p, X, Y, Z1, A1, A2):\n    return {key: 2 * p[key] @ p[key].T for key in p}\n\ndef step"),
    ),
}  # fmt: skip
WRONG = {
    "the activation that is asked for": changed(CALL, SLOPE),
    "only where both layers are as wide": changed(
        ("h=6", "h=3"), ('p["W2"].T @ dZ2', '(p["W2"] if p["W2"].shape == (3, 3) else p["W2"].T) @ dZ2')
    ),
    "only for many samples": changed(("    m = X.shape[1]\n", "    m = X.shape[1]\n    m = m if m < 50 else 50\n")),
    "only for large numbers": changed(("X = g.normal(size=(4, 70))", "X = 30 * g.normal(size=(4, 70))"),
                                      ("1 - A1 ** 2", "(1 - A1 ** 2) * (np.abs(Z1) < 4) + 0.5 * (np.abs(Z1) >= 4)")),
    "it is added": changed(("- lr * g[key]", "+ lr * g[key]")),
    "every tenth pass": changed((GRADIENT, "        g['W1'] = g['W1'] * (70 if r % 10 == 9 else 1)\n" + GRADIENT)),
    "from the third pass on": changed((GRADIENT, "        g['b1'] = g['b1'] * (1 if r < 2 else 3)\n" + GRADIENT)),
    "the layer of the pass before": changed(
        ("    for r in", "    old = None\n    for r in"),
        ("        g = backward(p, X, Y, Z1, A1, A2, act)\n",
         "        g = backward(p, X, Y, Z1, A1 if old is None else old, A2, act)\n        old = A1\n"),
    ),
    "the training calls another": changed(
        ("def step", "def backward_fast(*given):\n    g = backward(*given)\n    g['b1'] = g['b1'] * 2\n    return g\n\ndef step"),
        ("g = backward(p, X, Y, Z1, A1, A2, act)", "g = backward_fast(p, X, Y, Z1, A1, A2, act)"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", RIGHT)
def test_a_right_file_is_not_called_wrong(tmp_path: Path, name: str) -> None:
    (tmp_path / "whole.py").write_text(RIGHT[name], encoding="utf-8")
    found = check_submission(tmp_path / "whole.py")
    assert found.verdict != "wrong", found.sentence


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_file_is_not_called_correct(tmp_path: Path, name: str) -> None:
    (tmp_path / "whole.py").write_text(WRONG[name], encoding="utf-8")
    found = check_submission(tmp_path / "whole.py")
    assert found.verdict != "correct", found.sentence


JUDGED = ("as it is", "another activation is asked for", "the update divides", "the sign is in the update")


@pytest.mark.parametrize("name", JUDGED)
def test_what_a_file_does_as_it_stands_is_judged(tmp_path: Path, name: str) -> None:
    (tmp_path / "whole.py").write_text(RIGHT[name], encoding="utf-8")
    assert check_submission(tmp_path / "whole.py").verdict == "correct"


LAYERS = """\
import numpy as np

class Full:
    def __init__(self, n, k, g):
        self.weights, self.bias = g.normal(size=(n, k)) * 0.7, np.zeros((1, k))
    def forward(self, x):
        self.x = x
        return x @ self.weights + self.bias
    def backward(self, grad, lr):
        down = grad @ self.weights.T
        self.weights -= lr * self.x.T @ grad
        self.bias -= lr * grad
        return down

class Squash:
    def forward(self, x):
        self.y = np.tanh(x)
        return self.y
    def backward(self, grad, lr):
        return grad * (1 - self.y ** 2)

def mse(t, y):
    return np.mean((t - y) ** 2)

g = np.random.default_rng(1)
inputs = np.array([[[0.0, 0.0]], [[0.0, 1.0]], [[1.0, 0.0]], [[1.0, 1.0]]])
targets = np.array([[[0.0]], [[1.0]], [[1.0]], [[0.0]]])
net = [Full(2, 3, g), Squash(), Full(3, 1, g), Squash()]
for epoch in range(500):
    error = 0
    for x, t in zip(inputs, targets):
        y = x
        for layer in net:
            y = layer.forward(y)
        error += mse(t, y)
        grad = 2 * (y - t) / t.size
        for layer in reversed(net):
            grad = layer.backward(grad, 0.1)
    if epoch % 100 == 0:
        print(epoch, error / 4)
"""


def test_a_first_sample_that_is_0_hides_no_weight(tmp_path: Path) -> None:
    (tmp_path / "xor.py").write_text(LAYERS, encoding="utf-8")
    found = check_submission(tmp_path / "xor.py")
    assert found.verdict == "correct", found.sentence


def test_layers_that_are_wrong_are_not_called_correct(tmp_path: Path) -> None:
    (tmp_path / "xor.py").write_text(LAYERS.replace("1 - self.y ** 2", "1 - self.y"), encoding="utf-8")
    assert check_submission(tmp_path / "xor.py").verdict != "correct"
