"""A class that inherits a backward pass and has another forward pass is another net; one that has both is its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from verify.submissions.judge import check_submission

NET = """\
import numpy as np

class Net:
    def __init__(self, n_in, n_hidden, n_out):
        rng = np.random.default_rng(0)
        self.W1 = rng.normal(size=(n_in, n_hidden)) * 0.4
        self.W2 = rng.normal(size=(n_hidden, n_out)) * 0.4

    def forward(self, X):
        self.X, self.A1 = X, np.tanh(X @ self.W1)
        self.out = self.A1 @ self.W2
        return self.out

    def loss(self, Y):
        return 0.5 * np.sum((self.out - Y) ** 2) / len(Y)

    def backward(self, Y):
        d = (self.out - Y) / len(Y)
        self.dW2 = self.A1.T @ d
        self.dW1 = self.X.T @ (d @ self.W2.T * (1 - self.A1 ** 2))

"""
OTHER_FORWARD = """\
class Relu(Net):
    def forward(self, X):
        self.X, self.A1 = X, np.maximum(0, X @ self.W1)
        self.out = self.A1 @ self.W2
        return self.out

"""
TRAINING = """\
rng = np.random.default_rng(1)
X = rng.normal(size=(60, 3))
Y = np.abs(X[:, :2])
for net in (Net(3, 8, 2),):
    for epoch in range(20):
        net.forward(X)
        print(net.loss(Y))
        net.backward(Y)
        net.W1 -= 0.1 * net.dW1
        net.W2 -= 0.1 * net.dW2
"""


def judged(folder: Path, code: str, convention: dict[str, str] | None = None) -> tuple[str, str]:
    file = folder / "one.py"
    file.write_text(code)
    found = check_submission(file, seed=5, convention=convention)
    return found.verdict, found.sentence


def test_the_class_alone_is_correct(tmp_path: Path) -> None:
    assert judged(tmp_path, NET)[0] == "correct"


def test_an_heir_with_another_forward_pass_keeps_the_verdict_back(tmp_path: Path) -> None:
    verdict, sentence = judged(tmp_path, NET + OTHER_FORWARD)
    assert verdict == "could not judge"
    assert "Relu inherits its backward pass and has another forward" in sentence


def test_an_heir_with_a_summary_of_its_own_does_not(tmp_path: Path) -> None:
    assert (
        judged(tmp_path, NET + "class Told(Net):\n    def summary(self):\n        return str(self.W1.shape)\n")[0]
        == "correct"
    )


@pytest.mark.parametrize("name", ["Net", "Relu"])
def test_the_training_of_a_class_is_not_taken_for_that_of_its_heir(tmp_path: Path, name: str) -> None:
    verdict, _ = judged(tmp_path, NET + OTHER_FORWARD + TRAINING, {"class": name})
    assert verdict == ("correct" if name == "Net" else "could not judge")
