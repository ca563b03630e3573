"""States that the first pass makes, names that targets and outputs share, axes of length 1, loops of thousands of steps.

Each file is right by its formulas, or wrong by one change that is named beside it.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from verify.submissions.judge import check_submission

LAZY = """\
import numpy as np

class Optimiser:
    def __init__(self, lr=0.05, beta=0.9):
        self.lr, self.beta, self.v, self.m, self.t = lr, beta, None, None, 0

    def step(self, params, grads):
        if self.v is None:
            self.v = [np.zeros_like(p) for p in params]
            self.m = [np.zeros_like(p) for p in params]
        self.t += 1
        for i, (p, g) in enumerate(zip(params, grads)):
            self.m[i] = self.beta * self.m[i] + (1 - self.beta) * g
            self.v[i] = 0.999 * self.v[i] + 0.001 * g ** 2
            p -= self.lr * self.m[i] / (1 - self.beta ** self.t) / (np.sqrt(self.v[i] / (1 - 0.999 ** self.t)) + 1e-8)

def forward(params, X):
    W1, b1, W2, b2 = params
    H = np.tanh(X @ W1 + b1)
    return H, H @ W2 + b2

def loss(out, Y):
    return np.sum((out - Y) ** 2) / len(Y)

def backward(params, X, H, out, Y):
    d = 2 * (out - Y) / len(Y)
    dz = d @ params[2].T * (1 - H ** 2)
    return [X.T @ dz, dz.sum(0), H.T @ d, d.sum(0)]

rng = np.random.default_rng(0)
X = rng.normal(size=(40, 3))
Y = np.c_[X[:, 0] * X[:, 1], X[:, 2]]
params = [rng.normal(size=(3, 6)) * 0.5, np.zeros(6), rng.normal(size=(6, 2)) * 0.5, np.zeros(2)]
opt = Optimiser()
for epoch in range(100):
    H, out = forward(params, X)
    L = loss(out, Y)
    opt.step(params, backward(params, X, H, out, Y))
    if epoch % 25 == 0:
        print(epoch, L)
"""
CASED = """\
import numpy as np

def entropy(y, Y):
    return -np.sum(y * np.log(Y) + (1 - y) * np.log(1 - Y)) / len(Y)

def forward_pass(X, W1, W2):
    Z = np.tanh(X @ W1)
    Y = 1 / (1 + np.exp(-Z @ W2))
    return Z, Y

def backprop(X, y, W1, W2):
    Z, Y = forward_pass(X, W1, W2)
    dU = (Y - y) / len(X)
    return X.T @ (dU @ W2.T * (1 - Z ** 2)), Z.T @ dU, entropy(y, Y)
"""
LONG = """\
import numpy as np
np.random.seed(1)
X = np.array([[0, 0, 1], [0, 1, 1], [1, 0, 1], [1, 1, 1]])
y = np.array([[0], [1], [1], [0]])

def nonlin(x, deriv=False):
    return x * (1 - x) if deriv else 1 / (1 + np.exp(-x))

for alpha in [0.1, 1, 10]:
    syn0 = 2 * np.random.random((3, 4)) - 1
    syn1 = 2 * np.random.random((4, 1)) - 1
    for i in range(200000):
        l1 = nonlin(X @ syn0)
        l2 = nonlin(l1 @ syn1)
        error = np.mean(np.abs(y - l2))
        l2_delta = (y - l2) * nonlin(l2, deriv=True)
        l1_delta = l2_delta @ syn1.T * nonlin(l1, deriv=True)
        syn1 += alpha * l1.T @ l2_delta
        syn0 += alpha * X.T @ l1_delta
        if i % 10000 == 0:
            print("Error", error)
"""


def judged(folder: Path, code: str) -> tuple[str, str]:
    file = folder / "one.py"
    file.write_text(code)
    found = check_submission(file, seed=5)
    return found.verdict, found.sentence


def test_an_optimiser_whose_state_the_first_pass_makes_is_not_called_a_wrong_gradient(tmp_path: Path) -> None:
    assert judged(tmp_path, LAZY)[0] == "correct"
    assert judged(tmp_path, LAZY.replace("H.T @ d,", "H.T @ d / 2,"))[0] == "wrong"


@pytest.mark.parametrize(("code", "verdict"), [(CASED, "correct"), (CASED.replace("(Y - y) /", "(y - Y) /"), "wrong")])
def test_what_the_forward_pass_returns_under_the_very_name_is_the_output(
    tmp_path: Path, code: str, verdict: str
) -> None:
    assert judged(tmp_path, code)[0] == verdict


def test_a_loop_around_one_of_thousands_of_steps_costs_no_time_and_an_absolute_error_is_no_loss(tmp_path: Path) -> None:
    verdict, sentence = judged(tmp_path, LONG)
    assert (verdict, "squared-error" in sentence) == ("correct", True)
    assert judged(tmp_path, LONG.replace("syn1.T * nonlin(l1", "syn1.T * nonlin(l1 / 2"))[0] != "correct"


def test_a_gradient_with_an_axis_more_is_right_or_stops_and_so_it_is_not_judged_alone(tmp_path: Path) -> None:
    functions = LAZY[: LAZY.index("rng = ")].replace("dz.sum(0)", "dz.sum(0, keepdims=True)")
    made = "def init():\n    r = np.random.default_rng(0)\n    return [r.normal(size=(4, 7)), np.zeros(7), r.normal(size=(7, 3)), np.zeros(3)]\n"
    verdict, sentence = judged(tmp_path, functions + made)
    assert verdict == "could not judge"
    assert "has the shape (1, 7)" in sentence
