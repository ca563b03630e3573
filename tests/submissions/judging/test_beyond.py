"""Mistakes that only large numbers show: a derivative without the cap, an error without the tail.

What is true follows from the formulas: min(max(z, 0), 6) has the slope 0 beyond 6, a Huber loss the slope delta.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from verify.submissions.judge import check_submission

CAPPED = """\
import numpy as np

def act(z):
    return np.minimum(np.maximum(z, 0), 6)

def slope(z):
    return ((z > 0) & (z < 6)).astype(float)

class Net:
    def __init__(self, n_in, n_hid):
        r = np.random.default_rng(1)
        self.W1 = r.normal(0, 0.3, (n_in, n_hid)); self.b1 = np.zeros((1, n_hid))
        self.W2 = r.normal(0, 0.3, (n_hid, 1)); self.b2 = np.zeros((1, 1))
    def forward(self, X):
        self.Z1 = X @ self.W1 + self.b1
        self.A1 = act(self.Z1)
        self.Yhat = 1 / (1 + np.exp(-(self.A1 @ self.W2 + self.b2)))
        return self.Yhat
    def loss(self, y):
        return -np.mean(y * np.log(self.Yhat) + (1 - y) * np.log(1 - self.Yhat))
    def backward(self, X, y):
        dZ2 = (self.Yhat - y) / len(X)
        dZ1 = dZ2 @ self.W2.T * slope(self.Z1)
        self.dW1, self.db1 = X.T @ dZ1, dZ1.sum(axis=0, keepdims=True)
        self.dW2, self.db2 = self.A1.T @ dZ2, dZ2.sum(axis=0, keepdims=True)
"""
TAILED = """\
import numpy as np
DELTA = 5.0

def forward(X, W1, b1, W2, b2):
    A1 = np.tanh(W1 @ X + b1)
    return A1, W2 @ A1 + b2

def huber_loss(P, Y):
    e = P - Y
    inner, outer = 0.5 * e ** 2, DELTA * (np.abs(e) - 0.5 * DELTA)
    return np.sum(np.where(np.abs(e) <= DELTA, inner, outer)) / Y.shape[1]

def backward(X, Y, A1, P, W2):
    d = np.clip(P - Y, -DELTA, DELTA) / X.shape[1]
    dZ1 = W2.T @ d * (1 - A1 ** 2)
    return dZ1 @ X.T, dZ1.sum(axis=1, keepdims=True), d @ A1.T, d.sum(axis=1, keepdims=True)
"""


def judged(folder: Path, code: str) -> tuple[str, str]:
    file = folder / "one.py"
    file.write_text(code)
    found = check_submission(file, seed=3)
    return found.verdict, found.sentence


@pytest.mark.parametrize("code", [CAPPED, TAILED])
def test_what_is_right_beyond_its_limit_is_correct(tmp_path: Path, code: str) -> None:
    assert judged(tmp_path, code)[0] == "correct"


@pytest.mark.parametrize(
    ("code", "right", "wrong", "limit"),
    [
        (CAPPED, "((z > 0) & (z < 6)).astype(float)", "(z > 0).astype(float)", 6),
        (TAILED, "np.clip(P - Y, -DELTA, DELTA)", "(P - Y)", 5),
    ],
)
def test_what_is_wrong_only_beyond_its_limit_is_wrong_and_the_limit_is_named(
    tmp_path: Path, code: str, right: str, wrong: str, limit: int
) -> None:
    verdict, sentence = judged(tmp_path, code.replace(right, wrong))
    assert verdict == "wrong"
    assert f"where numbers pass the limit {limit} (line" in sentence


def test_a_net_that_is_capped_is_not_called_one_that_is_not(tmp_path: Path) -> None:
    verdict, sentence = judged(tmp_path, CAPPED)
    assert verdict == "correct"
    assert "relu" not in sentence
