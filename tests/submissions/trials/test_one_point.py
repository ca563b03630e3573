"""A loss counts only at the point of its step: honest trainings in which it is another one's are never called wrong.

Each file is right or wrong by construction: its gradient is that of the loss of its own batch, or is changed by hand.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from verify.submissions.judge import check_submission

BEFORE = """\
import numpy as np

def squash(z):
    return 1 / (1 + np.exp(-z))

def learn(X, Y, rounds=20, lr=0.1):
    W1 = np.random.randn(X.shape[1], 5) * 0.4
    b1 = np.zeros((1, 5))
    W2 = np.random.randn(5, 1) * 0.4
    b2 = np.zeros((1, 1))
"""
LOOP = """\
    for r in range(rounds):
        H = np.tanh(X @ W1 + b1)
        P = squash(H @ W2 + b2)
        loss = -np.mean(Y * np.log(P) + (1 - Y) * np.log(1 - P))
        dZ2 = (P - Y) / len(X)
        dW2 = H.T @ dZ2
        db2 = dZ2.sum(axis=0, keepdims=True)
        dZ1 = dZ2 @ W2.T * (1 - H ** 2)
        dW1 = X.T @ dZ1
        db1 = dZ1.sum(axis=0, keepdims=True)
        W1 -= lr * dW1
        b1 -= lr * db1
        W2 -= lr * dW2
        b2 -= lr * db2
    return W1, b1, W2, b2
"""
PLAIN = BEFORE + LOOP
FORWARD = "        H = np.tanh(X @ W1 + b1)\n        P = squash(H @ W2 + b2)\n"
LOSS = "        loss = -np.mean(Y * np.log(P) + (1 - Y) * np.log(1 - P))\n"
STEPS = "".join(f"        {name} -= lr * d{name}\n" for name in ("W1", "b1", "W2", "b2"))
PART = "        some = np.random.choice(len(X), 4)\n        x, y = np.take(X, some, axis=0), np.take(Y, some, axis=0)\n"


def changed(*pairs: tuple[str, str]) -> str:
    text = PLAIN
    for old, new in pairs:
        assert old in text, old
        text = text.replace(old, new)
    return text


def _of_a_part() -> str:
    """A step of four samples, beside the loss of all of them."""
    whole = "        loss = -np.mean(Y * np.log(squash(np.tanh(X @ W1 + b1) @ W2 + b2)))\n"
    body = LOOP.replace(LOSS, "").replace("X", "x").replace("Y", "y").replace(STEPS, whole + STEPS)
    return BEFORE + body.replace("range(rounds):\n", f"range(rounds):\n{PART}")


RIGHT = {
    "as it is": (PLAIN, ("correct",)),
    "the forward pass at the end of the pass": (
        changed((FORWARD + LOSS, ""), (STEPS, STEPS + FORWARD + LOSS),
                ("    for r", FORWARD.replace("        ", "    ") + "    for r")), ("could not judge",),
    ),
    "a running mean of the loss": (
        changed(("loss = -np.mean(", "loss = 0.9 * loss - 0.1 * np.mean("), ("    for r", "    loss = 0.0\n    for r")),
        ("could not judge",),
    ),
    "the slope of a leaky relu is called alpha": (
        changed(("lr=0.1", "lr=0.1, alpha=0.01"), ("H = np.tanh(X @ W1 + b1)", "Z = X @ W1 + b1\n        H = np.where(Z > 0, Z, alpha * Z)"),
                ("(1 - H ** 2)", "np.where(Z > 0, 1.0, alpha)")), ("correct",),
    ),
    "the loss of other samples": (_of_a_part(), ("could not judge",)),
    "the loss of data that are held out": (
        changed(("X, Y, rounds", "X, Y, X_val, Y_val, rounds"),
                (LOSS, ""), (STEPS, STEPS + FORWARD.replace("X", "X_val").replace("H", "Hv").replace("P", "Pv")
                             + LOSS.replace("Y", "Y_val").replace("P", "Pv"))), ("could not judge",),
    ),
    "arrays under two names": (
        changed(("    for r", "    net = {'W1': W1, 'b1': b1, 'W2': W2, 'b2': b2}\n    for r"),
                ("X @ W1 + b1", "X @ net['W1'] + net['b1']"), ("H @ W2 + b2", "H @ net['W2'] + net['b2']")), ("correct",),
    ),
    "the 1/m in the update": (changed((" / len(X)", ""), ("-= lr * d", "-= lr / len(X) * d")), ("correct",)),
    "momentum upwards": (
        changed(("(P - Y)", "(Y - P)"), ("    for r", "    v = {'W1': 0, 'b1': 0, 'W2': 0, 'b2': 0}\n    for r"),
                (STEPS, "".join(f"        v['{n}'] = 0.9 * v['{n}'] + d{n}\n        {n} += lr * v['{n}']\n" for n in ("W1", "b1", "W2", "b2")))),
        ("could not judge", "correct"),
    ),
    "ascent": (changed(("(P - Y)", "(Y - P)"), ("-= lr", "+= lr")), ("correct",)),
    "a loop over names": (
        changed((STEPS, "        for w, g in zip((W1, b1, W2, b2), (dW1, db1, dW2, db2)):\n            w -= lr * g\n")), ("correct",),
    ),
    "a penalty, and no loss": (
        changed((LOSS, ""), ("dW1 = X.T @ dZ1", "dW1 = X.T @ dZ1 + 0.3 * W1")), ("could not judge",),
    ),
}  # fmt: skip
WRONG = {
    "a bias called c": (changed(("b1", "c1"), ("dc1 = dZ1", "dc1 = 2 * dZ1")), ("could not judge", "wrong")),
    "a scale called gamma": (
        changed(("    for r", "    gamma = np.ones((1, 5))\n    for r"), ("X @ W1 + b1", "gamma * (X @ W1) + b1"),
                ("dZ1 = dZ2 @ W2.T * (1 - H ** 2)", "dN = dZ2 @ W2.T * (1 - H ** 2)\n        dZ1 = dN * gamma"),
                ("db1 = dZ1", "dgamma = dN.sum(axis=0, keepdims=True)\n        db1 = dN"),
                ("        W1 -= lr * dW1\n", "        W1 -= lr * dW1\n        gamma -= lr * dgamma\n")),
        ("could not judge", "wrong"),
    ),
    "weights called V": (changed(("W2", "V"), ("dV = H.T", "dV = 2 * H.T")), ("could not judge", "wrong")),
    "squares are shown, and logarithms gone down": (
        changed((LOSS, "        print(np.mean((Y - P) ** 2))\n")), ("could not judge", "wrong"),
    ),
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("name", RIGHT)
def test_what_is_right_is_never_called_wrong(tmp_path: Path, name: str) -> None:
    text, words = RIGHT[name]
    (tmp_path / "learn.py").write_text(text)
    assert check_submission(tmp_path / "learn.py", seed=42, convention={"outputs": "1"}).verdict in words


@pytest.mark.slow
@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_never_called_correct(tmp_path: Path, name: str) -> None:
    text, words = WRONG[name]
    (tmp_path / "learn.py").write_text(text)
    assert check_submission(tmp_path / "learn.py", seed=42, convention={"outputs": "1"}).verdict in words
