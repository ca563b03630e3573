"""Functions are judged as training calls them; with another argument they may be other functions."""

from __future__ import annotations

from pathlib import Path

import pytest

from verify.submissions.judge import check_submission

DROPOUT = """\
import numpy as np

class Net:
    def __init__(self, n, k, c):
        self.rng = np.random.RandomState(3)
        self.W1, self.b1 = self.rng.randn(n, k), np.zeros(k)
        self.W2, self.b2 = self.rng.randn(k, c), np.zeros(c)

    def forward(self, X, noisy=False):
        self.X = X
        self.A1 = np.tanh(X @ self.W1 + self.b1)
        self.H = self.A1
        if noisy:
            self.H = self.A1 * (self.rng.rand(*self.A1.shape) < 0.8) / 0.8
        E = np.exp(self.H @ self.W2 + self.b2)
        self.P = E / E.sum(axis=1, keepdims=True)
        return self.P

    def loss(self, X, Y):
        return -np.mean(np.sum(Y * np.log(self.forward(X)), axis=1))

    def backward(self, Y, lr):
        dZ2 = (self.P - Y) / len(Y)
        dZ1 = dZ2 @ self.W2.T * (1 - self.A1 ** 2)
        self.W2 -= lr * self.H.T @ dZ2
        self.b2 -= lr * dZ2.sum(axis=0)
        self.W1 -= lr * self.X.T @ dZ1
        self.b1 -= lr * dZ1.sum(axis=0)

labels = np.random.randint(0, 3, 60)
X, Y = np.random.randn(60, 4), np.eye(3)[labels]
net = Net(4, 8, 3)
for epoch in range(30):
    net.forward(X, noisy=True)
    net.backward(Y, 0.1)
print(net.loss(X, Y))
"""
RESIDUAL = """\
import numpy as np

def cost(X, y, w, b):
    return np.sum((X @ w + b - y) ** 2) / (2 * len(X))

def slopes(X, y, w, b):
    dw, db = np.zeros(X.shape[1]), 0.0
    for i in range(len(X)):
        error = np.dot(w, X[i]) + b - y[i]
        dw = dw + error * X[i]
        db = db + error
    return dw / len(X), db / len(X)

def descend(X, y, w, b, rounds=100, alpha=0.01):
    for k in range(rounds):
        dw, db = slopes(X, y, w, b)
        w = w - alpha * dw
        b = b - alpha * db
    return w, b
"""

TWO_TARGETS = """\
class Softmax:
    def __init__(self):
        self.W = 0.1 * np.random.randn(4, 3)
        self.b = np.zeros(3)

    def forward(self, x):
        e = np.exp(x @ self.W + self.b)
        return e / e.sum(axis=1, keepdims=True)

    def loss(self, y, t):
        return -np.mean(np.sum(t * np.log(y), axis=1))

    def gradient(self, x, y, t):
        delta = (y - t) / len(x)
        return {"W": x.T @ delta, "b": delta.sum(axis=0)}
"""


@pytest.mark.parametrize("numpy", ["import numpy as np\n", ""])
@pytest.mark.parametrize(("change", "verdict"), [(("", ""), "correct"), (("y - t", "t - y"), "wrong")])
def test_of_an_output_y_and_a_target_t_one_is_what_forward_gives(numpy, change, verdict, tmp_path: Path) -> None:
    (tmp_path / "lab.py").write_text(numpy + TWO_TARGETS.replace(*change) if change[0] else numpy + TWO_TARGETS)
    found = check_submission(tmp_path / "lab.py", seed=5)
    assert found.verdict == verdict
    assert found.submission is not None
    assert any(one.name == "np" for one in found.submission.convention) == (not numpy)


def test_a_pass_without_the_mask_says_nothing_about_one_with_it(tmp_path: Path) -> None:
    # The mask is missing in backward: right where there is none, and wrong as training calls it.
    (tmp_path / "lab.py").write_text(DROPOUT)
    found = check_submission(tmp_path / "lab.py", seed=5)
    assert found.verdict == "could not judge"
    assert "noisy = True" in found.sentence
    (tmp_path / "lab.py").write_text(DROPOUT.replace("X, noisy=True", "X, noisy=False"))
    assert check_submission(tmp_path / "lab.py", seed=5).verdict == "correct"


def test_a_mask_that_a_loss_does_not_have_makes_no_step_wrong(tmp_path: Path) -> None:
    # Right by construction: the mask stands in both passes, and the loss is shown without one.
    code = DROPOUT.replace("(self.rng.rand(*self.A1.shape) < 0.8) / 0.8", "self.mask")
    code = code.replace(
        "            self.H", "            self.mask = (self.rng.rand(*self.A1.shape) < 0.8) / 0.8\n            self.H"
    )
    code = code.replace("self.W2.T * (1", "self.W2.T * self.mask * (1")
    assert code.count("self.mask") == 3
    (tmp_path / "lab.py").write_text(code)
    assert check_submission(tmp_path / "lab.py", seed=5).verdict != "wrong"


def test_a_difference_of_one_sample_is_no_loss_though_it_is_called_an_error(tmp_path: Path) -> None:
    (tmp_path / "lab.py").write_text(RESIDUAL)
    assert check_submission(tmp_path / "lab.py", seed=5).verdict != "wrong"
