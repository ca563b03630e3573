"""Right gradients, and a training that does something else with them: it is never called correct.

Every change is wrong, or means something that nothing says, by construction; the file without it is right.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from verify.submissions.judge import check_submission

FUNCTIONS = """\
import numpy as np

def forward(X, W1, b1, W2, b2):
    A1 = np.tanh(X @ W1 + b1)
    E = np.exp(A1 @ W2 + b2)
    return A1, E / E.sum(axis=1, keepdims=True)

def cross_entropy(P, T):
    return -np.sum(T * np.log(P)) / len(T)

def backward(X, T, A1, P, W2):
    dZ2 = (P - T) / len(T)
    dW2 = A1.T @ dZ2
    db2 = dZ2.sum(axis=0, keepdims=True)
    dZ1 = dZ2 @ W2.T * (1 - A1 ** 2)
    return X.T @ dZ1, dZ1.sum(axis=0, keepdims=True), dW2, db2

def train(X, T, hidden=8, lr=0.1, epochs=40, batch=32):
    rng = np.random.default_rng(2)
    W1, b1 = rng.normal(size=(X.shape[1], hidden)), np.zeros((1, hidden))
    W2, b2 = rng.normal(size=(hidden, T.shape[1])), np.zeros((1, T.shape[1]))
    for epoch in range(epochs):
        for i in range(0, len(X), batch):
            x, t = X[i:i + batch], T[i:i + batch]
            A1, P = forward(x, W1, b1, W2, b2)
            dW1, db1, dW2, db2 = backward(x, t, A1, P, W2)
            W1 = W1 - lr * dW1
            b1 = b1 - lr * db1
            W2 = W2 - lr * dW2
            b2 = b2 - lr * db2
        print(cross_entropy(forward(X, W1, b1, W2, b2)[1], T))
    return W1, b1, W2, b2

rng = np.random.default_rng(5)
X = rng.normal(size=(100, 6))
T = np.eye(3)[rng.integers(0, 3, 100)]
train(X, T)
"""
LINES = """\
import numpy as np
rng = np.random.default_rng(3)
X = rng.normal(size=(70, 5))
T = np.eye(3)[rng.integers(0, 3, 70)]
lr, m = 0.2, 32
W1, b1 = rng.normal(size=(5, 7)) * 0.4, np.zeros((1, 7))
W2, b2 = rng.normal(size=(7, 3)) * 0.4, np.zeros((1, 3))
for name in ("relu", "tanh"):
    for epoch in range(50):
        for s in range(0, 70, 32):
            x = X[s:s + 32]
            t = T[s:s + 32]
            Z1 = x @ W1 + b1
            A1 = np.maximum(0, Z1) if name == "relu" else np.tanh(Z1)
            E = np.exp(A1 @ W2 + b2)
            P = E / E.sum(axis=1, keepdims=True)
            loss = -np.sum(t * np.log(P)) / len(t)
            dZ2 = (P - t) / len(t)
            dW2 = A1.T @ dZ2
            db2 = dZ2.sum(axis=0, keepdims=True)
            dZ1 = dZ2 @ W2.T * ((Z1 > 0) if name == "relu" else 1 - A1 ** 2)
            dW1 = x.T @ dZ1
            db1 = dZ1.sum(axis=0, keepdims=True)
            W1 -= lr * dW1
            b1 -= lr * db1
            W2 -= lr * dW2
            b2 -= lr * db2
            m = len(t)
        print(loss)
"""
LAYERS = """\
import numpy as np

class Net:
    def __init__(self, sizes, lr=0.1):
        rng = np.random.default_rng(0)
        self.W = [rng.normal(size=(a, b)) for a, b in zip(sizes[:-1], sizes[1:])]
        self.b = [np.zeros((1, b)) for b in sizes[1:]]
        self.lr = lr

    def forward(self, X):
        self.A = [X]
        for W, b in zip(self.W, self.b):
            self.A.append(np.tanh(self.A[-1] @ W + b))
        return self.A[-1]

    def loss(self, X, Y):
        return 0.5 * np.sum((self.forward(X) - Y) ** 2) / len(X)

    def slopes(self, Y):
        d = (self.A[-1] - Y) / len(Y) * (1 - self.A[-1] ** 2)
        e = d @ self.W[1].T * (1 - self.A[1] ** 2)
        return [self.A[0].T @ e, self.A[1].T @ d], [e.sum(axis=0), d.sum(axis=0)]

    def step(self, Y):
        dW, db = self.slopes(Y)
        for i in range(2):
            self.W[i] -= self.lr * dW[i]
            self.b[i] -= self.lr * db[i]

    def fit(self, X, Y, epochs=50):
        for epoch in range(epochs):
            self.forward(X)
            self.step(Y)
            print(self.loss(X, Y))

rng = np.random.default_rng(1)
X = rng.normal(size=(40, 3))
Net([3, 3, 3]).fit(X, np.sin(X))
"""
_SEQUENTIAL = (
    "        dW, db = self.slopes(Y)\n        for i in range(2):\n",
    "        for i in (1, 0):\n            dW, db = self.slopes(Y)\n",
)
_CHANGES = (
    (FUNCTIONS, "W2 = W2 - lr * dW2", "W2 = W2 - lr * dW2.mean(axis=1, keepdims=True)", "could not judge"),
    (FUNCTIONS, "W2 = W2 - lr * dW2", "W2 = W2 - 0 * lr * dW2", "wrong"),
    (FUNCTIONS, "b2 = b2 - lr * db2", "b2 = b2 - 3 * lr * db2", "could not judge"),
    (FUNCTIONS, "W1 = W1 - lr * dW1", "W1 = 0.99 * W1 - lr * dW1", "could not judge"),
    (FUNCTIONS, "T[i:i + batch]", "T[i:i + batch][::-1]", "could not judge"),
    (FUNCTIONS, "T[i:i + batch]", "T[:len(X[i:i + batch])]", "could not judge"),
    (FUNCTIONS, "W1 = W1 - lr * dW1", "W1 = W1 - lr * dW1 * (8 if len(x) < batch else 1)", "wrong"),
    (LINES, "t = T[s:s + 32]", "t = T[:len(x)]", "could not judge"),
    (LINES, "(P - t) / len(t)", "(P - t) / 32", "wrong"),
    (LINES, "(P - t) / len(t)", "(P - t) / m", "wrong"),
    (LINES, '((Z1 > 0) if name == "relu" else 1 - A1 ** 2)', "(A1 > 0)", "wrong"),
    (LAYERS, "self.lr * dW[i]", "self.lr * dW[1]", "wrong"),
    (LAYERS, "self.lr * db[i]", "self.lr * db[i] / len(Y)", "wrong"),
    (LAYERS, *_SEQUENTIAL, "wrong"),
)


@pytest.mark.parametrize("text", [FUNCTIONS, LINES, LAYERS])
def test_without_a_change_all_of_it_is_right(text: str, tmp_path: Path) -> None:
    (tmp_path / "lab.py").write_text(text)
    assert check_submission(tmp_path / "lab.py", seed=5).verdict == "correct"


@pytest.mark.parametrize(("text", "old", "new", "verdict"), _CHANGES)
def test_right_gradients_of_which_training_makes_something_else(
    text: str, old: str, new: str, verdict: str, tmp_path: Path
) -> None:
    assert text.count(old) == 1
    (tmp_path / "lab.py").write_text(text.replace(old, new))
    found = check_submission(tmp_path / "lab.py", seed=5)
    assert found.verdict == verdict, found.sentence


def test_a_decay_that_the_file_has_a_name_for_is_meant_and_is_said_to_be_not_judged(tmp_path: Path) -> None:
    text = FUNCTIONS.replace("batch=32", "batch=32, weight_decay=0.01").replace(
        "W1 = W1 - lr * dW1", "W1 = W1 - lr * dW1 - weight_decay * W1"
    )
    (tmp_path / "lab.py").write_text(text)
    found = check_submission(tmp_path / "lab.py", seed=5)
    assert found.verdict == "correct"
    assert "not judged" in found.sentence


def test_a_last_layer_that_is_trained_alone_makes_nothing_wrong(tmp_path: Path) -> None:
    # Right by construction: a second training moves only the last layer, and computes no other gradient.
    more = """
for epoch in range(20):
    A1 = np.tanh(X @ W1 + b1)
    E = np.exp(A1 @ W2 + b2)
    P = E / E.sum(axis=1, keepdims=True)
    loss = -np.sum(T * np.log(P)) / len(T)
    W2 -= 0.05 * A1.T @ (P - T) / len(T)
    b2 -= 0.05 * np.sum(P - T, axis=0, keepdims=True) / len(T)
print(loss)
"""
    (tmp_path / "lab.py").write_text(LINES + more)
    assert check_submission(tmp_path / "lab.py", seed=5).verdict != "wrong"


def test_a_factor_of_all_gradients_may_be_the_rate_where_no_update_has_one(tmp_path: Path) -> None:
    bare = FUNCTIONS.replace(" - lr * ", " - ")
    (tmp_path / "lab.py").write_text(bare.replace("(P - T) / len(T)", "0.3 * (P - T) / len(T)"))
    found = check_submission(tmp_path / "lab.py", seed=5)
    assert found.verdict == "could not judge"
    assert "no update has a learning rate" in found.sentence
    (tmp_path / "lab.py").write_text(FUNCTIONS.replace("(P - T) / len(T)", "0.3 * (P - T) / len(T)"))
    assert check_submission(tmp_path / "lab.py", seed=5).verdict == "wrong"


def test_an_error_that_is_shown_beside_a_loss_is_not_what_it_goes_down(tmp_path: Path) -> None:
    text = LINES.replace("loss = -np.sum(", "ce = -np.sum(").replace("print(loss)", "print(ce, mse)")
    text = text.replace("            dZ2 = ", "            mse = np.mean((P - t) ** 2)\n            dZ2 = ")
    (tmp_path / "lab.py").write_text(text)
    assert check_submission(tmp_path / "lab.py", seed=5).verdict != "wrong"


ZIPPED = """\
import numpy as np
rng = np.random.default_rng(10)
X = rng.normal(size=(30, 3))
y = X @ np.array([1.0, -2.0, 0.5])

def net(h=4):
    return [rng.normal(size=(3, h)) * 0.4, np.zeros(h), rng.normal(size=h) * 0.4, np.zeros(1)]

def cost(th, X, y):
    r = np.tanh(X @ th[0] + th[1]) @ th[2] + th[3] - y
    return r @ r / (2 * len(y))

def gradient(th, X, y):
    A = np.tanh(X @ th[0] + th[1])
    r = (A @ th[2] + th[3] - y) / len(y)
    D = np.outer(r, th[2]) * (1 - A ** 2)
    return [X.T @ D, D.sum(0), A.T @ r, np.array([r.sum()])]

def fit(X, y, lr, epochs=40):
    th = net()
    for _ in range(epochs):
        for W, dW in zip(th, gradient(th, X, y)):
            np.add(W, -lr * dW, out=W)
    return th

for lr in (0.01, 0.05, 0.2):
    for k in range(5):
        held = np.arange(k, 30, 5)
        rest = np.setdiff1d(np.arange(30), held)
        print(lr, cost(fit(X[rest], y[rest], lr), X[held], y[held]))
"""
HELD_OUT = """\
import numpy as np
from functools import partial
rng = np.random.default_rng(11)
X = rng.uniform(-1, 1, (50, 2))
T = (X ** 2).sum(1, keepdims=True)
Xtr, Ttr, Xva, Tva = X[:40], T[:40], X[40:], T[40:]

def forward(f, W, X):
    H = f(X @ W[0] + W[1])
    return H, H @ W[2] + W[3]

def mse(O, T):
    return ((O - T) ** 2).mean()

def backward(df, W, X, T, H, O):
    dO = 2 * (O - T) / len(T)
    dH = dO @ W[2].T * df(H)
    return [X.T @ dH, dH.sum(axis=0), H.T @ dO, dO.sum(axis=0)]

def train(lr=0.1):
    fw, bw = partial(forward, np.tanh), partial(backward, lambda a: 1 - a ** 2)
    W = [rng.normal(0, 0.5, (2, 6)), np.zeros(6), rng.normal(0, 0.5, (6, 1)), np.zeros(1)]
    best = np.inf
    for epoch in range(200):
        H, O = fw(W, Xtr)
        g = bw(W, Xtr, Ttr, H, O)
        W[:] = [w - lr * d for w, d in zip(W, g)]
        v = mse(fw(W, Xva)[1], Tva)
        best = min(best, v)
    return best

print(train())
"""
CLIPPED = FUNCTIONS.replace(
    "            W1 = W1 - lr * dW1",
    "            norm = np.sqrt(np.sum(dW1 ** 2) + np.sum(dW2 ** 2))\n            if norm > 0.01:\n"
    "                dW1, db1, dW2, db2 = dW1 / norm, db1 / norm, dW2 / norm, db2 / norm\n            W1 = W1 - lr * dW1",
)


@pytest.mark.parametrize("text", [ZIPPED, HELD_OUT, CLIPPED])
def test_folds_a_held_out_loss_and_a_norm_that_is_cut_off_make_nothing_wrong(text: str, tmp_path: Path) -> None:
    (tmp_path / "lab.py").write_text(text)
    assert check_submission(tmp_path / "lab.py", seed=5).verdict != "wrong"


def test_inputs_that_are_shuffled_without_their_targets_are_seen_beside_an_optimiser(tmp_path: Path) -> None:
    text = FUNCTIONS.replace(
        "        for i in range(0, len(X), batch):",
        "        order = rng.permutation(len(X))\n        for i in range(0, len(X), batch):",
    ).replace("X[i:i + batch]", "X[order[i:i + batch]]")
    momentum = text.replace(
        "            W1 = W1 - lr * dW1", "            v = 0.9 * v + dW1\n            W1 = W1 - lr * v"
    )
    momentum = momentum.replace("    for epoch", "    v = np.zeros_like(W1)\n    for epoch", 1)
    (tmp_path / "lab.py").write_text(momentum)
    assert check_submission(tmp_path / "lab.py", seed=5).verdict == "could not judge"
