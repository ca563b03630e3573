"""What only later passes do: another formula, an overwritten cache, inputs beside other samples' targets, a state.

What is true follows by construction: each file is the right one with one line changed, or with what changes nothing.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from verify.submissions.judge import check_submission

FILE = """\
import numpy as np

rng = np.random.default_rng(3)
n, size, lr = 60, 12, 0.2
X = rng.normal(size=(n, 3))
y = (X[:, :1] - X[:, 1:2] > 0).astype(float)
W1, b1 = rng.normal(size=(3, 5)) * 0.5, np.zeros((1, 5))
W2, b2 = rng.normal(size=(5, 1)) * 0.5, np.zeros((1, 1))
for epoch in range(40):
    rate = lr * (1 - epoch / 50)
    perm = rng.permutation(n)
    X, y = X[perm], y[perm]
    for i in range(0, n, size):
        xb, yb = X[i:i + size], y[i:i + size]
        A1 = np.tanh(xb @ W1 + b1)
        A2 = 1 / (1 + np.exp(-(A1 @ W2 + b2)))
        loss = -np.mean(yb * np.log(A2) + (1 - yb) * np.log(1 - A2))
        dZ2 = (A2 - yb) / len(xb)
        dW2, db2 = A1.T @ dZ2, dZ2.sum(axis=0, keepdims=True)
        dZ1 = dZ2 @ W2.T * (1 - A1 ** 2)
        dW1, db1 = xb.T @ dZ1, dZ1.sum(axis=0, keepdims=True)
        W1 -= rate * dW1
        b1 -= rate * db1
        W2 -= rate * dW2
        b2 -= rate * db2
    print(epoch, loss)
"""
NAMED = FILE.replace("X, y = X[perm], y[perm]", "Xs, ys = X[perm], y[perm]").replace(
    "= X[i:i + size], y", "= Xs[i:i + size], ys"
)
WHOLE = """\
import numpy as np

rng = np.random.default_rng(3)
X = rng.normal(size=(50, 3))
y = np.sin(X[:, :1])
W1, b1 = rng.normal(size=(3, 6)) * 0.5, np.zeros((1, 6))
W2, b2 = rng.normal(size=(6, 1)) * 0.5, np.zeros((1, 1))
for epoch in range(300):
    lr = 0.1
    A1 = np.tanh(X @ W1 + b1)
    out = A1 @ W2 + b2
    loss = np.mean((out - y) ** 2)
    d = 2 * (out - y) / len(X)
    dW2, db2 = A1.T @ d, d.sum(axis=0, keepdims=True)
    dZ1 = d @ W2.T * (1 - A1 ** 2)
    dW1, db1 = X.T @ dZ1, dZ1.sum(axis=0, keepdims=True)
    W1 -= lr * dW1
    b1 -= lr * db1
    W2 -= lr * dW2
    b2 -= lr * db2
    if epoch % 50 == 0:
        print(epoch, loss)
"""
ONE_BY_ONE = """\
import numpy as np

rng = np.random.default_rng(5)
X = rng.normal(size=(40, 3))
Y = X @ np.array([1.0, -2.0, 0.5])
w, b, lr = np.zeros(3), 0.0, 0.02
for epoch in range(20):
    order = rng.permutation(40)
    for i in order:
        x, t = X[i], Y[i]
        out = w @ x + b
        loss = 0.5 * (out - t) ** 2
        e = out - t
        w -= lr * e * x
        b -= lr * e
    print(epoch, loss)
"""


def judged(folder: Path, code: str) -> tuple[str, str]:
    file = folder / "one.py"
    file.write_text(code)
    found = check_submission(file, seed=11)
    return found.verdict, found.sentence


@pytest.mark.parametrize(
    "code", [FILE, NAMED, WHOLE, ONE_BY_ONE, WHOLE.replace("lr = 0.1", "lr = 0.1 * (1 - epoch / 400)")]
)
def test_what_stays_right_is_correct(tmp_path: Path, code: str) -> None:
    assert judged(tmp_path, code)[0] == "correct"


@pytest.mark.parametrize(
    ("code", "right", "wrong"),
    [
        (FILE, "X, y = X[perm], y[perm]", "X = X[perm]"),
        (FILE, "X, y = X[perm], y[perm]", "X, y = X[perm], y[rng.permutation(n)]"),
        (FILE, "    perm = rng.permutation(n)\n    X, y = X[perm], y[perm]\n", ""),
        (ONE_BY_ONE, "Y[i]", "Y[order[i]]"),
        (ONE_BY_ONE, "Y[i]", "Y[i - 1]"),
    ],
)
def test_inputs_beside_the_targets_of_other_samples_are_seen_whenever_that_begins(
    tmp_path: Path, code: str, right: str, wrong: str
) -> None:
    if not wrong:  # the order of the next epoch is that of the inputs alone
        code = code.replace(right, "").replace("    print(epoch", "    X = X[rng.permutation(n)]\n    print(epoch")
    else:
        code = code.replace(right, wrong)
    verdict, sentence = judged(tmp_path, code)
    assert verdict == "could not judge"
    assert "the inputs of one sample with the target of another" in sentence


@pytest.mark.parametrize(
    ("right", "wrong", "first"),
    [
        ("    W1 -= lr * dW1\n", "    if epoch >= 100:\n        dW1 = dW1 + W1\n    W1 -= lr * dW1\n", "101"),
        ("    W1 -= lr * dW1\n", "    if epoch % 20 == 19:\n        dW1 = 2 * dW1\n    W1 -= lr * dW1\n", "20"),
        ("lr = 0.1", "lr = 0.1 * (1 - epoch / 80)", "82"),
    ],
)
def test_the_passes_by_which_the_file_counts_are_looked_at(tmp_path: Path, right: str, wrong: str, first: str) -> None:
    verdict, sentence = judged(tmp_path, WHOLE.replace(right, wrong))
    assert verdict == "could not judge"
    assert f"pass {first} of the loop" in sentence


def test_weights_of_classes_are_no_parameter(tmp_path: Path) -> None:
    weighted = WHOLE.replace("for epoch", "weights = np.where(y > 0, 3.0, 1.0)\nfor epoch", 1)
    weighted = weighted.replace("(out - y) ** 2", "weights * (out - y) ** 2")
    weighted = weighted.replace("2 * (out - y)", "2 * weights * (out - y)")
    for name in ("W1", "W2"):
        weighted = weighted.replace(name, f"theta{name[1]}")
    assert judged(tmp_path, weighted)[0] == "correct"


def test_a_rate_that_is_computed_is_not_rounded(tmp_path: Path) -> None:
    computed = ONE_BY_ONE.replace("w, b, lr = np.zeros(3), 0.0, 0.02", "w, b, gamma0, k = np.zeros(3), 0.0, 0.1, 0")
    step = "        k += 1\n        gamma = gamma0 / (1 + gamma0 / 100 * k)\n        dw, db = e * x, e\n        w -="
    computed = (
        computed.replace("        w -=", step).replace("lr * e * x", "gamma * dw").replace("lr * e", "gamma * db")
    )
    assert judged(tmp_path, computed)[0] == "correct"


RUNS = """\
import numpy as np

def act(z, name):
    return {"tanh": np.tanh, "sigmoid": lambda v: 1 / (1 + np.exp(-v)), "soft": lambda v: np.log(1 + np.exp(v)),
            "cube": lambda v: v ** 3}[name](z)

def slope(z, name):
    if name == "tanh":
        return 1 - np.tanh(z) ** 2
    if name == "cube":
        return 3 * z ** 2
    s = 1 / (1 + np.exp(-z))
    return s * (1 - s) if name == "sigmoid" else s

def train(X, Y, name, hidden=6, lr=0.05, epochs=40):
    rng = np.random.default_rng(0)
    W1, b1 = rng.normal(size=(X.shape[1], hidden)) * 0.5, np.zeros(hidden)
    W2, b2 = rng.normal(size=(hidden, 1)) * 0.5, np.zeros(1)
    for epoch in range(epochs):
        Z1 = X @ W1 + b1
        A1 = act(Z1, name)
        out = A1 @ W2 + b2
        loss = np.mean((out - Y) ** 2)
        d = 2 * (out - Y) / len(X)
        dZ1 = d @ W2.T * slope(Z1, name)
        dW1, db1, dW2, db2 = X.T @ dZ1, dZ1.sum(axis=0), A1.T @ d, d.sum(axis=0)
        W1 -= lr * dW1
        b1 -= lr * db1
        W2 -= lr * dW2
        b2 -= lr * db2
    return loss

rng = np.random.default_rng(1)
X = rng.normal(size=(60, 3))
Y = np.sin(X[:, :1]) + 0.1 * X[:, 1:2]
for name in ("tanh", "sigmoid", "soft", "cube"):
    print(name, train(X, Y, name))
"""


def test_each_of_several_runs_of_a_loop_is_judged(tmp_path: Path) -> None:
    assert judged(tmp_path, RUNS)[0] == "correct"
    verdict, sentence = judged(tmp_path, RUNS.replace("3 * z ** 2", "2 * z ** 2"))
    assert verdict == "wrong"
    assert "is run again" in sentence


FOLLOWED = """\
import numpy as np

rng = np.random.default_rng(7)
n, size, K = 96, 8, 3
X = rng.normal(size=(n, 4))
y = rng.integers(0, K, n)
known = np.ones(n)
known[70:] = 0
W, b, lr = rng.normal(size=(4, K)) * 0.3, np.zeros(K), 0.1
for epoch in range(20):
    for i in range(0, n, size):
        xb, yb, kb = X[i:i + size], y[i:i + size], known[i:i + size]
        e = np.exp(xb @ W + b)
        p = e / e.sum(axis=1, keepdims=True)
        loss = -np.sum(kb * np.log(p[np.arange(size), yb])) / size
        d = p.copy()
        d[np.arange(size), yb] -= 1
        d = d * kb[:, None] / size
        dW, db = xb.T @ d, d.sum(axis=0)
        W -= lr * dW
        b -= lr * db
    print(epoch, loss)
"""


def test_a_mask_that_only_later_batches_show_is_looked_at(tmp_path: Path) -> None:
    assert judged(tmp_path, FOLLOWED)[0] == "correct"
    verdict, sentence = judged(tmp_path, FOLLOWED.replace("d * kb[:, None] / size", "d / size"))
    assert verdict == "wrong"
    assert "the first pass of the loop in line 11 is right, and pass" in sentence
