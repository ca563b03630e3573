"""Which line is blamed, and what is suggested: for files in which one line was made wrong, and its place is known."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from verify.evidence.records import Diagnosis
from verify.submissions.judge import check_submission

# Two layers of which no net is recognised: the hidden layer is cubed.
STRANGE = """
import numpy as np
rng = np.random.default_rng(4)
X = rng.normal(size=(9, 3))
Y = rng.normal(size=(9, 2))
U = rng.normal(size=(3, 4))
c1 = np.zeros((1, 4))
V = rng.normal(size=(4, 2))
c2 = np.zeros((1, 2))
for step in range(20):
    s = X @ U + c1
    h = s ** 3 / (1 + s ** 2)
    out = h @ V + c2
    diff = out - Y
    loss = np.sum(diff ** 4)
    g_out = 4 * diff ** 3
    g_h = g_out @ V.T
    g_s = g_h * (3 * s ** 2 + s ** 4) / (1 + s ** 2) ** 2
    dU = X.T @ g_s
    dc1 = np.sum(g_s, axis=0, keepdims=True)
    dV = h.T @ g_out
    dc2 = np.sum(g_out, axis=0, keepdims=True)
    U = U - 0.01 * dU
    c1 = c1 - 0.01 * dc1
    V = V - 0.01 * dV
    c2 = c2 - 0.01 * dc2
"""

# One hidden layer of tanh, and the softmax with its cross-entropy.
PLAIN = """
import numpy as np

def forward(X, W1, b1, W2, b2):
    A1 = np.tanh(X @ W1 + b1)
    Z2 = A1 @ W2 + b2
    E = np.exp(Z2 - np.max(Z2, axis=1, keepdims=True))
    return A1, E / np.sum(E, axis=1, keepdims=True)

def loss(P, Y):
    return -np.sum(Y * np.log(P)) / len(Y)

def backward(X, Y, W1, b1, W2, b2):
    A1, P = forward(X, W1, b1, W2, b2)
    m = len(Y)
    dZ2 = (P - Y) / m
    dW2 = A1.T @ dZ2
    db2 = np.sum(dZ2, axis=0, keepdims=True)
    dA1 = dZ2 @ W2.T
    dZ1 = dA1 * (1 - A1 ** 2)
    dW1 = X.T @ dZ1
    db1 = np.sum(dZ1, axis=0, keepdims=True)
    return dW1, db1, dW2, db2
"""


def judged(folder: Path, text: str) -> tuple[Diagnosis, ...]:
    path = folder / "handed_in.py"
    path.write_text(text)
    evidence = check_submission(path, seed=5)
    assert evidence.verdict == "wrong", evidence.sentence
    return evidence.diagnoses


def with_one_line(text: str, right: str, wrong: str) -> tuple[str, int]:
    """Return the text with one line replaced, and the number of that line."""
    assert text.count(right) == 1
    return text.replace(right, wrong), text[: text.index(right)].count("\n") + 1


@pytest.mark.parametrize(
    ("right", "wrong", "first"),
    [
        ("g_out = 4 * diff ** 3", "g_out = 3 * diff ** 3", "V and c2 are wrong"),
        ("dV = h.T @ g_out", "dV = s.T @ g_out", "V is wrong"),
        ("g_h = g_out @ V.T", "g_h = g_out @ V.T * 0.9", "U and c1 are wrong, V and c2 are right"),
        ("dc1 = np.sum(g_s, axis=0, keepdims=True)", "dc1 = np.mean(g_s, axis=0, keepdims=True)", "c1 is wrong"),
    ],
)
def test_where_no_net_is_known_the_line_leads_to_the_wrong_gradients_alone(
    tmp_path: Path, right: str, wrong: str, first: str
) -> None:
    text, line = with_one_line(STRANGE, right, wrong)
    (found,) = judged(tmp_path, text)
    assert found.line == line
    assert first in found.sentence
    assert found.should_be == ""
    assert found.text == wrong


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("dZ1 = dA1 * (1 - A1 ** 2)", "dZ1 = dA1 * (1 - A1)"),
        ("dZ2 = (P - Y) / m", "dZ2 = (P - Y)"),
        ("dW2 = A1.T @ dZ2", "dW2 = A1.T @ dZ2 / m"),
        ("db1 = np.sum(dZ1, axis=0, keepdims=True)", "db1 = np.mean(dZ1, axis=0, keepdims=True)"),
    ],
)
def test_a_suggestion_makes_the_file_right(tmp_path: Path, right: str, wrong: str) -> None:
    text, line = with_one_line(PLAIN, right, wrong)
    (found,) = judged(tmp_path, text)
    assert found.line == line
    assert found.should_be
    ast.parse(found.should_be)
    path = tmp_path / "mended.py"
    path.write_text(text.replace(wrong, found.should_be))
    assert check_submission(path, seed=5).verdict == "correct"


def test_the_line_is_that_of_the_class_that_is_judged(tmp_path: Path) -> None:
    def net(name: str, slope: str) -> str:
        return f"""
class {name}:
    def __init__(self):
        self.U = np.random.randn(3, 4)
        self.V = np.random.randn(4, 1)

    def forward(self, X):
        self.a = np.tanh(X @ self.U)
        return self.a @ self.V

    def backward(self, X, out, Y, lr):
        d = (out - Y) / len(Y)
        dh = d @ self.V.T
        dz = dh * {slope}
        self.V -= lr * self.a.T @ d
        self.U -= lr * X.T @ dz
"""

    train = """
def train(net, X, Y):
    for i in range(30):
        out = net.forward(X)
        loss = np.sum((out - Y) ** 2) / (2 * len(Y))
        net.backward(X, out, Y, 0.1)

X = np.random.randn(20, 3)
train(Second(), X, np.sin(X[:, :1]))
"""
    text = "import numpy as np\n" + net("Second", "(1 + self.a ** 2)") + net("First", "(1 - self.a ** 2)") + train
    (found,) = judged(tmp_path, text)
    first, last = (text.split("\n").index(f"class {name}:") + 1 for name in ("Second", "First"))
    assert first < found.line < last
    assert "U is wrong, V is right" in found.sentence
    assert all(int(number) < last for number in re.findall(r"\d+", found.sentence))


def test_a_mistake_in_a_helper_is_blamed_there_and_not_where_it_is_called(tmp_path: Path) -> None:
    helper = "\ndef through_tanh(dA, A):\n    slope = 1 - A\n    return dA * slope\n"
    text, _ = with_one_line(PLAIN, "dZ1 = dA1 * (1 - A1 ** 2)", "dZ1 = through_tanh(dA1, A1)")
    lines = (text := text + helper).split("\n")
    (found,) = judged(tmp_path, text)
    assert found.line in (lines.index("    slope = 1 - A") + 1, lines.index("    return dA * slope") + 1)
    assert found.should_be == ""


def test_a_square_matrix_that_is_not_turned_is_told_so_without_a_reshape(tmp_path: Path) -> None:
    text = PLAIN.replace("dA1 = dZ2 @ W2.T", "dA1 = dZ2 @ W2")
    made = """
def init():
    return np.random.randn(5, 3), np.zeros((1, 3)), np.random.randn(3, 3), np.zeros((1, 3))

W1, b1, W2, b2 = init()
X = np.random.randn(8, 5)
Y = np.eye(3)[np.argmax(X[:, :3], axis=1)]
for i in range(10):
    A1, P = forward(X, W1, b1, W2, b2)
    J = loss(P, Y)
    dW1, db1, dW2, db2 = backward(X, Y, W1, b1, W2, b2)
    W1 -= 0.1 * dW1
    b1 -= 0.1 * db1
    W2 -= 0.1 * dW2
    b2 -= 0.1 * db2
"""
    (found,) = judged(tmp_path, text + made)
    assert "reshape" not in found.sentence + found.name


def test_a_line_of_a_loop_over_layers_is_found_by_what_it_hands_on(tmp_path: Path) -> None:
    text = """
import numpy as np
rng = np.random.default_rng(0)
X, Y = rng.normal(size=(12, 3)), rng.normal(size=(12, 1))
W = [rng.normal(size=(3, 4)), rng.normal(size=(4, 5)), rng.normal(size=(5, 1))]
for step in range(10):
    A = [X]
    for l in range(3):
        A.append(np.sinh(A[l] @ W[l]))
    E = np.mean((A[3] - Y) ** 4)
    D = [None] * 3
    d = 4 * (A[3] - Y) ** 3 / Y.size * np.sqrt(1 + A[3] ** 2)
    for l in range(2, -1, -1):
        D[l] = A[l].T @ d
        d = d @ W[l].T * (1 + A[l] ** 2)
    for l in range(3):
        W[l] -= 0.01 * D[l]
"""
    (found,) = judged(tmp_path, text)
    assert found.text in ("d = d @ W[l].T * (1 + A[l] ** 2)", "W[l] -= 0.01 * D[l]")


def test_a_parameter_that_is_never_changed_is_told_so(tmp_path: Path) -> None:
    renamed = STRANGE
    for old, new in (("U", "W1"), ("V", "W2"), ("c1", "b1"), ("c2", "b2")):
        renamed = renamed.replace(old, new)
    text, _ = with_one_line(renamed, "    b2 = b2 - 0.01 * db2\n", "")
    (found,) = judged(tmp_path, text)
    assert "b2 is not changed at all." in found.sentence
    assert found.text.startswith("db2 = ")


def test_a_mask_that_is_taken_from_the_wrong_array_is_the_line_of_the_mask(tmp_path: Path) -> None:
    text = PLAIN.replace("np.tanh(X @ W1 + b1)", "np.maximum(X @ W1 + b1, 0)")
    text, line = with_one_line(text, "dZ1 = dA1 * (1 - A1 ** 2)", "dZ1 = dA1.copy()\n    dZ1[dA1 <= 0] = 0")
    (found,) = judged(tmp_path, text)
    assert (found.line, found.text, found.should_be) == (line + 1, "dZ1[dA1 <= 0] = 0", "")
