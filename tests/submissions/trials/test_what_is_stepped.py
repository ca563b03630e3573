"""What training steps from, whatever it is called and wherever it stands; each file is right by construction.

Beside each stands a change that makes it wrong, and the wrong one is never called correct.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from verify.submissions.judge import check_submission

NEURON = """\
import numpy as np

class Cell:
    def __init__(self):
        self.w1 = 0.4
        self.w2 = -0.3
        self.b1 = 0.1

    def train(self, samples, answers):
        learn_rate = 0.1
        for epoch in range(100):
            for x, y_true in zip(samples, answers):
                y_pred = np.tanh(self.w1 * x[0] + self.w2 * x[1] + self.b1)
                d = 2 * (y_pred - y_true) * (1 - y_pred ** 2)
                self.w1 -= learn_rate * d * x[0]
                self.w2 -= learn_rate * d * x[1]
                self.b1 -= learn_rate * d

def mse_loss(y_true, y_pred):
    return ((y_true - y_pred) ** 2).mean()

samples = np.array([[-2.0, -1.0], [1.5, 0.6], [0.7, -0.4], [-1.5, 0.6]])
answers = np.array([1.0, 0.0, 0.0, 1.0])
cell = Cell()
cell.train(samples, answers)
"""
ADDED = """\
import numpy as np
X = np.random.randn(30, 3)
t = np.sin(X[:, :1])
P, q = np.random.randn(3, 5), np.zeros((1, 5))
R, s = np.random.randn(5, 1), np.zeros((1, 1))
eta = 0.02
for epoch in range(60):
    mid = np.tanh(X.dot(P) + q)
    out = mid.dot(R) + s
    loss = 0.5 * np.sum((t - out) ** 2)
    diff = t - out
    back = diff.dot(R.T) * (1 - mid ** 2)
    R += eta * mid.T.dot(diff)
    s += eta * np.sum(diff, axis=0, keepdims=True)
    P += eta * X.T.dot(back)
    q += eta * np.sum(back, axis=0, keepdims=True)
    print(epoch, loss)
"""
LISTS = """\
import numpy as np
X = np.random.randn(30, 4)
Y = np.tanh(X[:, :1])
params = [np.random.randn(4, 5) * 0.3, np.zeros((1, 5)), np.random.randn(5, 1) * 0.3, np.zeros((1, 1))]

def compute_grads(X, Y, params):
    W1, b1, W2, b2 = params
    A = np.tanh(X @ W1 + b1)
    out = A @ W2 + b2
    d = (out - Y) / len(Y)
    e = d @ W2.T * (1 - A ** 2)
    loss = np.sum((out - Y) ** 2) / (2 * len(Y))
    return loss, [X.T @ e, e.sum(0, keepdims=True), A.T @ d, d.sum(0, keepdims=True)]

for k in range(50):
    loss, grads = compute_grads(X, Y, params)
    params = [p - 0.2 * g for p, g in zip(params, grads)]
"""
TWO_PASSES = """\
import numpy as np

def forward(X, W1, b1, W2, b2):
    A1 = np.tanh(X @ W1 + b1)
    return A1, A1 @ W2 + b2

def loss(Y, out):
    return np.mean((out - Y) ** 2)

def backward_draft(X, Y, A1, out, W2):
    d = 2 * (out - Y)
    e = d @ W2.T * (1 - A1 ** 2)
    return X.T @ e, e.sum(0), A1.T @ d, d.sum(0)

def backward(X, Y, A1, out, W2):
    d = 2 * (out - Y) / len(Y)
    e = d @ W2.T * (1 - A1 ** 2)
    return X.T @ e, e.sum(0), A1.T @ d, d.sum(0)

X = np.random.randn(40, 2)
Y = X[:, :1] * X[:, 1:]
W1, b1, W2, b2 = np.random.randn(2, 6), np.zeros(6), np.random.randn(6, 1), np.zeros(1)
for k in range(60):
    A1, out = forward(X, W1, b1, W2, b2)
    dW1, db1, dW2, db2 = backward(X, Y, A1, out, W2)
    W1 = W1 - 0.1 * dW1
    b1 = b1 - 0.1 * db1
    W2 = W2 - 0.1 * dW2
    b2 = b2 - 0.1 * db2
    if k % 20 == 0:
        print(k, loss(Y, out))
"""
TIED = """\
import numpy as np

class Auto:
    def __init__(self, n, k):
        self.W = np.random.randn(n, k) * 0.3
        self.b = np.zeros(k)
        self.c = np.zeros(n)

    def forward(self, X):
        self.X = X
        self.H = np.tanh(X @ self.W + self.b)
        self.R = self.H @ self.W.T + self.c
        return self.R

    def loss(self):
        return np.sum((self.R - self.X) ** 2) / (2 * len(self.X))

    def backward(self):
        dR = (self.R - self.X) / len(self.X)
        self.dc = dR.sum(0)
        dZ = dR @ self.W * (1 - self.H ** 2)
        self.db = dZ.sum(0)
        self.dW = self.X.T @ dZ + dR.T @ self.H

    def step(self, lr):
        self.W -= lr * self.dW
        self.b -= lr * self.db
        self.c -= lr * self.dc

X = np.random.rand(40, 5)
net = Auto(5, 3)
for i in range(80):
    net.forward(X)
    print(i, net.loss())
    net.backward()
    net.step(0.3)
"""
PAIRS = """\
import numpy as np

def squash(z):
    return 1 / (1 + np.exp(-z))

class Net:
    def __init__(self, sizes):
        self.biases = [np.random.randn(n, 1) for n in sizes[1:]]
        self.weights = [np.random.randn(n, k) for k, n in zip(sizes, sizes[1:])]

    def output(self, a):
        for b, w in zip(self.biases, self.weights):
            a = squash(w @ a + b)
        return a

    def train(self, examples, rounds, size, eta):
        for j in range(rounds):
            batches = [examples[k:k + size] for k in range(0, len(examples), size)]
            for mini_batch in batches:
                self.step(mini_batch, eta)
        print(self.total_cost(examples))

    def step(self, mini_batch, eta):
        sum_b = [np.zeros(b.shape) for b in self.biases]
        sum_w = [np.zeros(w.shape) for w in self.weights]
        for x, y in mini_batch:
            grad_b, grad_w = self.backprop(x, y)
            sum_b = [total + one for total, one in zip(sum_b, grad_b)]
            sum_w = [total + one for total, one in zip(sum_w, grad_w)]
        self.weights = [w - eta / len(mini_batch) * g for w, g in zip(self.weights, sum_w)]
        self.biases = [b - eta / len(mini_batch) * g for b, g in zip(self.biases, sum_b)]

    def backprop(self, x, y):
        acts = [x]
        for b, w in zip(self.biases, self.weights):
            acts.append(squash(w @ acts[-1] + b))
        grad_b, grad_w = [None] * len(self.biases), [None] * len(self.weights)
        delta = (acts[-1] - y) * acts[-1] * (1 - acts[-1])
        for k in range(1, len(self.weights) + 1):
            grad_b[-k], grad_w[-k] = delta, delta @ acts[-k - 1].T
            delta = self.weights[-k].T @ delta * acts[-k - 1] * (1 - acts[-k - 1])
        return grad_b, grad_w

    def total_cost(self, examples):
        return sum(0.5 * np.sum((self.output(x) - y) ** 2) for x, y in examples) / len(examples)

examples = []
for _ in range(90):
    p = np.random.randn(2, 1)
    examples.append((p, np.array([[float(p[0, 0] > 0)], [float(p[0, 0] <= 0)]])))
net = Net([2, 5, 2])
net.train(examples, 20, 9, 1.5)
"""
SHOWN_AFTER = """\
import numpy as np
X = np.random.randn(30, 3)
Y = np.sin(X[:, :1])
W1, b1, W2, b2 = np.random.randn(3, 5), np.zeros(5), np.random.randn(5, 1), np.zeros(1)

def loss(X, Y, W1, b1, W2, b2):
    return 0.5 * np.sum((np.tanh(X @ W1 + b1) @ W2 + b2 - Y) ** 2)

for k in range(200):
    A = np.tanh(X @ W1 + b1)
    dZ2 = A @ W2 + b2 - Y
    dZ1 = dZ2 @ W2.T * (1 - A ** 2)
    W2 = W2 - 0.01 * A.T @ dZ2
    b2 = b2 - 0.01 * dZ2.sum(0)
    W1 = W1 - 0.01 * X.T @ dZ1
    b1 = b1 - 0.01 * dZ1.sum(0)
    if k % 50 == 0:
        print(k, loss(X, Y, W1, b1, W2, b2))
"""
FILES = {
    "the sum over a batch of pairs": (PAIRS, ("sum_w = [total + one", "sum_w = [one")),
    "a rate without a name, and the loss after the step": (SHOWN_AFTER, ("(1 - A ** 2)", "(1 - A)")),
    "numbers of an object with two names": (NEURON, ("self.w2 -= learn_rate * d", "self.w2 -= 2 * learn_rate * d")),
    "what is added": (ADDED, ("q += eta * np.sum", "q += eta * 2 * np.sum")),
    "a list that is made anew": (LISTS, ("* (1 - A ** 2)", "* (1 - A)")),
    "a draft that training never calls": (TWO_PASSES, ("d = 2 * (out - Y) / len(Y)", "d = 3 * (out - Y) / len(Y)")),
    "one gradient that is added": (TWO_PASSES, ("b1 = b1 - 0.1 * db1", "b1 = b1 + 0.1 * db1")),
    "what a method steps from": (TIED, ("self.dc = dR", "self.dc = 2 * dR")),
}


@pytest.mark.parametrize("what", FILES)
@pytest.mark.parametrize("is_right", [True, False], ids=["right", "wrong"])
def test_what_is_stepped_from_is_judged(what: str, is_right: bool, tmp_path: Path) -> None:
    code, change = FILES[what]
    assert change[0] in code
    (tmp_path / "lab.py").write_text(code if is_right else code.replace(*change))
    assert check_submission(tmp_path / "lab.py", seed=5).verdict == ("correct" if is_right else "wrong")


def test_numbers_that_a_seeded_generator_draws_in_every_pass_are_no_state(tmp_path: Path) -> None:
    code = LISTS.replace("X = np", "rng = np.random.default_rng(3)\nX = np", 1)
    code = code.replace(
        "A = np.tanh(X @ W1 + b1)", "M = (rng.random((len(X), 5)) < 0.8) / 0.8\n    A = np.tanh(X @ W1 + b1) * M"
    )
    code = code.replace("e = d @ W2.T * (1 - A ** 2)", "e = d @ W2.T * M * (1 - np.tanh(X @ W1 + b1) ** 2)")
    (tmp_path / "lab.py").write_text(code)
    assert check_submission(tmp_path / "lab.py", seed=5).verdict == "correct"
