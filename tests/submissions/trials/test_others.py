"""A file that trains more than once: correct only where every training is; and what training does with gradients.

Each file is right or wrong by construction.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from verify.submissions.judge import check_submission

LINE = """\
import numpy as np
X = np.random.rand(60, 2)
y = 3 * X[:, 0] - X[:, 1]
w = np.zeros(2)
b = 0.0
for it in range(50):
    err = X.dot(w) + b - y
    loss = (err ** 2).mean() / 2
    w -= 0.1 * X.T.dot(err) / len(y)
    b -= 0.1 * err.mean()
"""
NET = """\
Y = y.reshape(-1, 1)
V = np.random.randn(2, 6) * 0.5
c = np.zeros(6)
U = np.random.randn(6, 1) * 0.5
d = np.zeros(1)
for it in range(50):
    H = np.tanh(X.dot(V) + c)
    E = H.dot(U) + d - Y
    loss = (E ** 2).mean() / 2
    dO = E / len(Y)
    dH = dO.dot(U.T) * (1 - H ** 2)
    U -= 0.1 * H.T.dot(dO)
    d -= 0.1 * dO.sum(0)
    V -= 0.1 * X.T.dot(dH)
    c -= 0.1 * dH.sum(0)
"""
TWICE = """\
import numpy as np

def init(n, h):
    return {"W1": np.random.randn(n, h) * .4, "b1": np.zeros(h), "W2": np.random.randn(h, 1) * .4, "b2": np.zeros(1)}

def forward(P, X):
    A = np.tanh(X @ P["W1"] + P["b1"])
    return A, A @ P["W2"] + P["b2"]

def loss(out, y):
    return np.mean((out - y) ** 2)

def backward(P, X, y):
    A, out = forward(P, X)
    d = 2 * (out - y) / len(y)
    dz = d @ P["W2"].T * (1 - A ** 2)
    return {"W1": X.T @ dz, "b1": dz.sum(0), "W2": A.T @ d, "b2": d.sum(0)}

X = np.random.randn(50, 3)
y = X[:, :1] ** 2
P = init(3, 8)
for i in range(100):
    G = backward(P, X, y)
    for k in P:
        P[k] -= 0.1 * G[k]

def loss(out, y):
    return np.mean(np.log(1 + np.exp(out)) - y * out)

def backward(P, X, y):
    A, out = forward(P, X)
    d = (1 / (1 + np.exp(-out)) - y) / len(y)
    dz = d @ P["W2"].T * (1 - A ** 2)
    return {"W1": X.T @ dz, "b1": dz.sum(0), "W2": A.T @ d, "b2": d.sum(0)}

y = (y > 1) * 1.0
P = init(3, 8)
for i in range(100):
    G = backward(P, X, y)
    for k in P:
        P[k] -= 0.5 * G[k]
"""
STILL = """\
import numpy as np
inputs = np.random.randn(30, 2)
kinds = (inputs[:, 0] > 0) * 1 + (inputs[:, 1] > 0) * 1
first, shift = np.random.randn(6, 2), np.zeros(6)
second, c = np.random.randn(3, 6), np.zeros(3)
eta = 0.05
for turn in range(40):
    for i in range(len(inputs)):
        x, t = inputs[i], np.eye(3)[kinds[i]]
        h = np.tanh(first.dot(x) + shift)
        e = np.exp(second.dot(h) + c)
        p = e / e.sum()
        loss = -np.log(p[kinds[i]])
        d = p - t
        back = second.T.dot(d) * (1 - h ** 2)
        second -= eta * np.outer(d, h)
        c -= eta * d
        first -= eta * np.outer(back, x)
        shift -= eta * back
"""
FILES = {
    "a bias of outputs": (STILL, ("correct",)),
    "a bias that the sum of the errors never moves": (STILL.replace("c -= eta * d\n", "c -= eta * d.sum()\n"), ("wrong", "could not judge")),
    "two trainings": (LINE + NET, ("correct",)),
    "two trainings, the second wrong": (LINE + NET.replace("(1 - H ** 2)", "(1 - H) ** 2"), ("wrong",)),
    "two trainings, the first wrong": (LINE.replace("X.T.dot(err)", "X.T.dot(err ** 3)") + NET, ("wrong",)),
    "defined anew": (TWICE, ("correct", "could not judge")),
    "defined anew, the first wrong": (TWICE.replace("2 * (out - y)", "3 * (out - y)"), ("wrong", "could not judge")),
    "defined anew, the second wrong": (TWICE.replace("(1 / (1", "(2 / (1"), ("wrong", "could not judge")),
    "added to the parameters": (TWICE.replace("P[k] -= 0.5", "P[k] += 0.5"), ("wrong", "could not judge")),
    "added, and nothing else": (
        TWICE[: TWICE.index("def loss(out, y):\n    return np.mean(np.log")].replace("P[k] -=", "P[k] +="), ("wrong",),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", FILES)
def test_a_file_is_correct_only_where_all_that_it_trains_is(tmp_path: Path, name: str) -> None:
    text, words = FILES[name]
    (tmp_path / "both.py").write_text(text, encoding="utf-8")
    found = check_submission(tmp_path / "both.py")
    assert found.verdict in words, found.sentence


def test_a_second_training_that_is_judged_is_said(tmp_path: Path) -> None:
    (tmp_path / "both.py").write_text(LINE + NET, encoding="utf-8")
    assert "so are those of the training in line 16" in check_submission(tmp_path / "both.py").sentence
