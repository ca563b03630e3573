"""Trainings of usual forms: the cost of an epoch, an objective with a penalty, an optimiser with its state, a text.

Each file is right by construction; beside each stands a change that makes it wrong.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from verify.submissions.judge import check_submission

EPOCHS = """\
import numpy as np

class MLP:
    def __init__(self, n_hidden=9, l2=0.0, epochs=50, eta=0.01, minibatch_size=1, seed=None):
        self.random = np.random.RandomState(seed)
        self.n_hidden, self.l2, self.epochs, self.eta, self.minibatch_size = n_hidden, l2, epochs, eta, minibatch_size

    def _forward(self, X):
        a = np.tanh(X.dot(self.w_h) + self.b_h)
        return a, 1.0 / (1.0 + np.exp(-(a.dot(self.w_out) + self.b_out)))

    def _cost(self, Y, out):
        penalty = self.l2 * (np.sum(self.w_h ** 2) + np.sum(self.w_out ** 2))
        return -np.sum(Y * np.log(out) + (1 - Y) * np.log(1 - out)) + penalty

    def fit(self, X, Y):
        self.w_h = self.random.normal(0, 0.1, (X.shape[1], self.n_hidden))
        self.b_h = np.zeros(self.n_hidden)
        self.w_out = self.random.normal(0, 0.1, (self.n_hidden, Y.shape[1]))
        self.b_out = np.zeros(Y.shape[1])
        self.costs = []
        for i in range(self.epochs):
            order = self.random.permutation(len(X))
            for start in range(0, len(X) - self.minibatch_size + 1, self.minibatch_size):
                self._one_batch(X[order[start:start + self.minibatch_size]], Y[order[start:start + self.minibatch_size]])
            self.costs.append(self._cost(Y, self._forward(X)[1]))
        return self

    def _one_batch(self, x, y):
        a, out = self._forward(x)
        delta = out - y
        back = delta.dot(self.w_out.T) * (1 - a ** 2)
        self.w_out -= self.eta * (a.T.dot(delta) + 2 * self.l2 * self.w_out)
        self.b_out -= self.eta * delta.sum(axis=0)
        self.w_h -= self.eta * (x.T.dot(back) + 2 * self.l2 * self.w_h)
        self.b_h -= self.eta * back.sum(axis=0)
"""
OBJECTIVE = """\
import numpy as np

class Regressor:
    def __init__(self, hidden=8, lr=0.1, weight_decay=0.01, rounds=50):
        self.hidden, self.lr, self.weight_decay, self.rounds = hidden, lr, weight_decay, rounds

    def predict(self, X):
        return np.tanh(X @ self.W1 + self.b1) @ self.w2 + self.b2

    def mse(self, X, y):
        return np.mean((self.predict(X) - y) ** 2) / 2

    def objective(self, X, y):
        return self.mse(X, y) + self.weight_decay / 2 * (np.sum(self.W1 ** 2) + np.sum(self.w2 ** 2))

    def _round(self, X, y):
        h = np.tanh(X @ self.W1 + self.b1)
        r = (h @ self.w2 + self.b2 - y) / len(y)
        back = np.outer(r, self.w2) * (1 - h ** 2)
        self.w2 -= self.lr * (h.T @ r + self.weight_decay * self.w2)
        self.b2 -= self.lr * r.sum()
        self.W1 -= self.lr * (X.T @ back + self.weight_decay * self.W1)
        self.b1 -= self.lr * back.sum(axis=0)

    def fit(self, X, y, X_val, y_val):
        rng = np.random.default_rng(0)
        self.W1, self.b1 = rng.normal(size=(X.shape[1], self.hidden)), np.zeros(self.hidden)
        self.w2, self.b2 = rng.normal(size=self.hidden), 0.0
        self.seen = []
        for k in range(self.rounds):
            self._round(X, y)
            self.seen.append((self.objective(X, y), self.mse(X_val, y_val)))
"""
STATES = """\
import numpy as np

class Net:
    def __init__(self, sizes, lr=0.01, rho=0.9):
        rng = np.random.default_rng(0)
        i, h, o = sizes
        self.params = {"A": rng.normal(size=(i, h)), "a": np.zeros(h), "B": rng.normal(size=(h, o)), "b": np.zeros(o)}
        self.sq = {k: np.zeros_like(v) for k, v in self.params.items()}
        self.lr, self.rho = lr, rho

    def outputs(self, X):
        hid = np.tanh(X @ self.params["A"] + self.params["a"])
        return hid, hid @ self.params["B"] + self.params["b"]

    def loss(self, X, Y):
        return np.sum((self.outputs(X)[1] - Y) ** 2) / (2 * len(X))

    def gradient(self, X, Y):
        hid, out = self.outputs(X)
        d = (out - Y) / len(X)
        e = d @ self.params["B"].T * (1 - hid ** 2)
        return {"A": X.T @ e, "a": e.sum(axis=0), "B": hid.T @ d, "b": d.sum(axis=0)}

    def apply(self, grads):
        for k, g in grads.items():
            self.sq[k] = self.rho * self.sq[k] + (1 - self.rho) * g * g
            self.params[k] = self.params[k] - self.lr * g / (np.sqrt(self.sq[k]) + 1e-8)

rng = np.random.default_rng(1)
X = rng.uniform(-1, 1, (60, 3))
Y = np.stack([X[:, 0] * X[:, 1], np.sin(2 * X[:, 2])], axis=1)
net = Net((3, 8, 2))
for epoch in range(60):
    net.apply(net.gradient(X, Y))
    print(epoch, net.loss(X, Y))
"""
LETTERS = """\
import numpy as np
data = open("input.txt", "r").read()
letters = sorted(set(data))
number = {letter: k for k, letter in enumerate(letters)}
hidden_size, seq_length, learning_rate = 7, 5, 1e-1
size = len(letters)
Wxh = np.random.randn(hidden_size, size) * 0.01
Whh = np.random.randn(hidden_size, hidden_size) * 0.01
Why = np.random.randn(size, hidden_size) * 0.01
bh, by = np.zeros((hidden_size, 1)), np.zeros((size, 1))

def loss_and_slopes(inputs, targets, before):
    xs, hs, ps = {}, {-1: np.copy(before)}, {}
    loss = 0
    for t in range(len(inputs)):
        xs[t] = np.zeros((size, 1))
        xs[t][inputs[t]] = 1
        hs[t] = np.tanh(Wxh @ xs[t] + Whh @ hs[t - 1] + bh)
        e = np.exp(Why @ hs[t] + by)
        ps[t] = e / np.sum(e)
        loss += -np.log(ps[t][targets[t], 0])
    dWxh, dWhh, dWhy = np.zeros_like(Wxh), np.zeros_like(Whh), np.zeros_like(Why)
    dbh, dby, later = np.zeros_like(bh), np.zeros_like(by), np.zeros_like(hs[0])
    for t in reversed(range(len(inputs))):
        dy = np.copy(ps[t])
        dy[targets[t]] -= 1
        dWhy += dy @ hs[t].T
        dby += dy
        draw = (1 - hs[t] ** 2) * (Why.T @ dy + later)
        dbh += draw
        dWxh += draw @ xs[t].T
        dWhh += draw @ hs[t - 1].T
        later = Whh.T @ draw
    for dparam in [dWxh, dWhh, dWhy, dbh, dby]:
        np.clip(dparam, -0.5, 0.5, out=dparam)
    return loss, dWxh, dWhh, dWhy, dbh, dby, hs[len(inputs) - 1]

p, state = 0, np.zeros((hidden_size, 1))
mWxh, mWhh, mWhy = np.zeros_like(Wxh), np.zeros_like(Whh), np.zeros_like(Why)
mbh, mby = np.zeros_like(bh), np.zeros_like(by)
while True:
    if p + seq_length + 1 >= len(data):
        p, state = 0, np.zeros((hidden_size, 1))
    inputs = [number[letter] for letter in data[p:p + seq_length]]
    targets = [number[letter] for letter in data[p + 1:p + seq_length + 1]]
    loss, dWxh, dWhh, dWhy, dbh, dby, state = loss_and_slopes(inputs, targets, state)
    for param, dparam, mem in zip([Wxh, Whh, Why, bh, by], [dWxh, dWhh, dWhy, dbh, dby], [mWxh, mWhh, mWhy, mbh, mby]):
        mem += dparam * dparam
        param += -learning_rate * dparam / np.sqrt(mem + 1e-8)
    p += seq_length
"""
_FILES = (
    (EPOCHS, "(1 - a ** 2)", "a * (1 - a)"),
    (OBJECTIVE, " + self.weight_decay * self.W1", ""),
    (OBJECTIVE, "r.sum()", "r.mean()"),
    (STATES, "d.sum(axis=0)", "d.mean(axis=0)"),
    (LETTERS, "(Why.T @ dy + later)", "(Why.T @ dy)"),
)


@pytest.mark.parametrize("text", [EPOCHS, OBJECTIVE, STATES, LETTERS])
def test_a_usual_training_that_is_right_is_called_so(text: str, tmp_path: Path) -> None:
    (tmp_path / "lab.py").write_text(text)
    found = check_submission(tmp_path / "lab.py", seed=5)
    assert found.verdict == "correct", found.sentence
    assert ("clipped" in " ".join(found.unjudged)) == ("np.clip" in text)


@pytest.mark.parametrize(("text", "old", "new"), _FILES)
def test_the_same_with_a_mistake_is_wrong(text: str, old: str, new: str, tmp_path: Path) -> None:
    assert text.count(old) == 1
    (tmp_path / "lab.py").write_text(text.replace(old, new))
    assert check_submission(tmp_path / "lab.py", seed=5).verdict == "wrong"


def test_the_optimiser_is_named_and_a_slip_in_it_is_not_called_right(tmp_path: Path) -> None:
    (tmp_path / "lab.py").write_text(STATES)
    assert "RMSprop (beta = 0.9, eps = 1e-08)" in check_submission(tmp_path / "lab.py", seed=5).sentence
    (tmp_path / "lab.py").write_text(STATES.replace("np.sqrt(self.sq[k])", "self.sq[k]"))
    assert check_submission(tmp_path / "lab.py", seed=5).verdict == "could not judge"


def test_a_penalty_that_is_0_by_default_is_tried(tmp_path: Path) -> None:
    (tmp_path / "lab.py").write_text(EPOCHS.replace("2 * self.l2 * self.w_h", "self.l2 * self.w_h"))
    found = check_submission(tmp_path / "lab.py", seed=5)
    assert found.verdict == "could not judge"
    assert "l2 = 0" in found.sentence


def test_of_two_losses_that_training_does_not_compute_the_one_it_goes_down_is_found(tmp_path: Path) -> None:
    # Right by construction: the squares are shown beside the cross-entropy, in whatever order the two are written.
    squares = "def mse(Y, P):\n    return np.mean((Y - P) ** 2)\n\n"
    entropy = "def cross_entropy(Y, P):\n    return -np.mean(np.sum(Y * np.log(P), axis=1))\n\n"
    net = """class Net:
    def __init__(self, n, h, k):
        self.W1, self.b1 = rng.normal(size=(n, h)) * 0.4, np.zeros(h)
        self.W2, self.b2 = rng.normal(size=(h, k)) * 0.4, np.zeros(k)

    def forward(self, X):
        self.A1 = np.tanh(X @ self.W1 + self.b1)
        e = np.exp(self.A1 @ self.W2 + self.b2)
        return e / e.sum(axis=1, keepdims=True)

def train(net, X, Y, lr=0.2, epochs=50):
    for epoch in range(epochs):
        P = net.forward(X)
        d = (P - Y) / len(Y)
        e = d @ net.W2.T * (1 - net.A1 ** 2)
        net.W2 -= lr * net.A1.T @ d
        net.b2 -= lr * d.sum(axis=0)
        net.W1 -= lr * X.T @ e
        net.b1 -= lr * e.sum(axis=0)
    return net

X, Y = rng.normal(size=(60, 4)), np.eye(3)[rng.integers(0, 3, 60)]
net = train(Net(4, 6, 3), X, Y)
print(mse(Y, net.forward(X)), cross_entropy(Y, net.forward(X)))
"""
    head = "import numpy as np\nrng = np.random.default_rng(0)\n\n"
    for losses in (squares + entropy, entropy + squares):
        (tmp_path / "lab.py").write_text(head + losses + net)
        assert check_submission(tmp_path / "lab.py", seed=5).verdict == "correct"
