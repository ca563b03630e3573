"""Batches that are a part of our samples: what a step divides by shows only there.

Each file is right or wrong by construction: the gradient of a mean over a batch is divided by the samples of the batch.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from verify.submissions.judge import check_submission

FILE = """\
import numpy as np

SIZE = 64

def squash(z):
    return 1 / (1 + np.exp(-z))

def learn(X, Y, rounds=20, lr=0.1, batch_size=64):
    W1 = np.random.randn(X.shape[1], 5) * 0.4
    b1 = np.zeros((1, 5))
    W2 = np.random.randn(5, 1) * 0.4
    b2 = np.zeros((1, 1))
    m = len(X)
    sW1, sb1, sW2, sb2 = (np.zeros_like(one) for one in (W1, b1, W2, b2))
    for r in range(rounds):
        order = np.random.permutation(m)
        for k in range(0, m, batch_size):
            x, y = X[order[k:k + batch_size]], Y[order[k:k + batch_size]]
            H = np.tanh(x @ W1 + b1)
            P = squash(H @ W2 + b2)
            loss = -np.mean(y * np.log(P) + (1 - y) * np.log(1 - P))
            dZ2 = (P - y) / len(x)
            dW2 = H.T @ dZ2
            db2 = dZ2.sum(axis=0, keepdims=True)
            dZ1 = dZ2 @ W2.T * (1 - H ** 2)
            dW1 = x.T @ dZ1
            db1 = dZ1.sum(axis=0, keepdims=True)
            W1 -= lr * dW1
            b1 -= lr * db1
            W2 -= lr * dW2
            b2 -= lr * db2
    return W1, b1, W2, b2
"""
SUMS = "".join(
    f"            s{name} += d{name}\n            {name} -= lr * s{name}\n" for name in ("W1", "b1", "W2", "b2")
)
STEPS = "".join(f"            {name} -= lr * d{name}\n" for name in ("W1", "b1", "W2", "b2"))
WHOLE = ("len(x)\n", "m\n")
RIGHT = {
    "its own length": (),
    "the size of a batch": (("/ len(x)", "/ batch_size"),),
    "a global size": (("batch_size=64", "verbose=False"), ("batch_size", "SIZE"), ("/ len(x)", "/ SIZE")),
    "a local size": ((", batch_size=64", ""), ("    m = len(X)", "    batch_size = 32\n    m = len(X)")),
    "a mean of which every sample is repeated": (("batch_size=64", "batch_size=4"),),
}
WRONG = {
    "all samples": (WHOLE,),
    "all samples, a global size": (WHOLE, ("batch_size=64", "verbose=False"), ("batch_size", "SIZE")),
    "all samples, a local size": (
        WHOLE,
        (", batch_size=64", ""),
        ("    m = len(X)", "    batch_size = 32\n    m = len(X)"),
    ),
    "not divided": (("/ len(x)", "* 1.0"),),
    "sums that are never zeroed": ((STEPS, SUMS),),
}


def _file(folder: Path, changes: tuple[tuple[str, str], ...]) -> Path:
    text = FILE
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    path = folder / "learner.py"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("name", RIGHT)
def test_a_mean_over_the_batch_is_divided_by_the_batch(tmp_path: Path, name: str) -> None:
    found = check_submission(_file(tmp_path, RIGHT[name]))
    assert found.verdict == "correct", found.sentence


@pytest.mark.parametrize("name", WRONG)
def test_a_mean_over_the_batch_is_not_divided_by_all(tmp_path: Path, name: str) -> None:
    found = check_submission(_file(tmp_path, WRONG[name]))
    assert found.verdict == "wrong", found.sentence
