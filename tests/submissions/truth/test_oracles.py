"""What the oracles say together about whole files: balls first, and nothing decided where oracles contradict."""

from __future__ import annotations

from pathlib import Path

import pytest

from verify.evidence.records import Comparison, Evidence, Word
from verify.submissions.judge import check_submission
from verify.submissions.truth.oracles import _settled

NET = """
import numpy as np

def init_params(nx, nh, ny):
    return {'W1': np.random.randn(nx, nh), 'b1': np.zeros((1, nh)), 'W2': np.random.randn(nh, ny), 'b2': np.zeros((1, ny))}

def forward(params, X):
    A1 = np.tanh(np.dot(X, params['W1']) + params['b1'])
    E = np.exp(np.dot(A1, params['W2']) + params['b2'])
    return E / np.sum(E, axis=1, keepdims=True), {'A1': A1}

def loss(Yhat, Y):
    return -np.sum(Y * np.log(Yhat)) / Y.shape[0]

def backward(X, params, outputs, Yhat, Y):
    A1 = outputs['A1']
    dZ2 = (Yhat - Y) / Y.shape[0]
    dW2 = np.dot(A1.T, dZ2)
    db2 = np.sum(dZ2, axis=0, keepdims=True)
    dZ1 = np.dot(dZ2, params['W2'].T) * (1 - A1**2)
    dW1 = np.dot(X.T, dZ1)
    db1 = np.sum(dZ1, axis=0, keepdims=True)
    return {'W1': dW1, 'b1': db1, 'W2': dW2, 'b2': db2}
"""


def judged(tmp_path: Path, *changes: tuple[str, str]) -> Evidence:
    text = NET
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    path = tmp_path / "net.py"
    path.write_text(text)
    return check_submission(path, seed=42)


RIGHT: dict[str, tuple[tuple[str, str], ...]] = {
    "as it is": (),
    "a loss times a constant, with a guard": (("-np.sum(Y * np.log(Yhat))", "-1000 * np.sum(Y * np.log(Yhat + 1e-8))"),
                                              ("(Yhat - Y) /", "1000 * (Yhat - Y) /")),
    "a loss made a float": (("return -np.sum(Y * np.log(Yhat)) / Y.shape[0]",
                             "return float(-np.sum(Y * np.log(Yhat))) / Y.shape[0]"),),
    "a loss rounded to be shown": (("return -np.sum(Y * np.log(Yhat)) / Y.shape[0]",
                                    "return np.round(-np.sum(Y * np.log(Yhat)) / Y.shape[0], 4)"),),
    "one third written in two ways": (("return -np.sum", "return -0.333333333333333314829616256247 * np.sum"),
                                      ("(Yhat - Y) /", "(Yhat - Y) / 3 /")),
    "a constant that floats round": (("return -np.sum", "return -(0.1 * 0.1 * 0.1) * np.sum"),
                                     ("(Yhat - Y) /", "0.001 * (Yhat - Y) /")),
    "a guard in both": (("np.log(Yhat)", "np.log(Yhat + 1e-4)"),
                        ("(Yhat - Y) /", "(Yhat * np.sum(Y * Yhat / (Yhat + 1e-4), axis=1, keepdims=True)"
                                         " - Y * Yhat / (Yhat + 1e-4)) /")),
}  # fmt: skip


@pytest.mark.parametrize("name", RIGHT)
def test_right_gradients_are_correct_by_balls(tmp_path: Path, name: str) -> None:
    evidence = judged(tmp_path, *RIGHT[name])
    assert evidence.verdict == "correct", evidence.sentence
    assert evidence.oracles[0] == "balls"


WRONG: dict[str, tuple[str, tuple[tuple[str, str], ...]]] = {
    "by a part in a trillion": ("W1", (("np.dot(X.T, dZ1)", "np.dot(X.T, dZ1) * (1 + 1e-12)"),)),
    "a tiny loss by a part in a billion": ("W2", (("return -np.sum", "return -1e-9 * np.sum"),
                                                  ("(Yhat - Y) /", "1e-9 * (Yhat - Y) /"),
                                                  ("np.dot(A1.T, dZ2)", "np.dot(A1.T, dZ2) * (1 + 1e-9)"))),
    "a root forgotten": ("W1", (("-np.sum(Y * np.log(Yhat)) / Y.shape[0]",
                                 "np.sqrt(-np.sum(Y * np.log(Yhat)) / Y.shape[0])"),)),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_wrong_gradients_are_wrong_however_little(tmp_path: Path, name: str) -> None:
    parameter, changes = WRONG[name]
    evidence = judged(tmp_path, *changes)
    assert evidence.verdict == "wrong", evidence.sentence
    failed = {row.parameter for row in evidence.summary if row.verdict in ("different", "differs")}
    assert parameter in failed


def test_a_loss_that_remembers_has_no_derivative_and_nobody_is_wrong(tmp_path: Path) -> None:
    changes = (
        "def loss(Yhat, Y):\n    return ",
        "CALLS = [0]\n\ndef loss(Yhat, Y):\n    CALLS[0] += 1\n    return CALLS[0] * ",
    )
    assert judged(tmp_path, changes).verdict == "could not judge"


def test_a_gradient_in_balls_that_is_another_than_in_floats_is_not_taken(tmp_path: Path) -> None:
    lying = (
        ("dW1 = np.dot(X.T, dZ1)", "dW1 = np.dot(X.T, dZ1) * (2 if type(X) is np.__dict__.get('ndarray') else 1)"),
    )
    assert judged(tmp_path, *lying).verdict != "correct" or "balls" in judged(tmp_path, *lying).oracles


BY_MACHINE = [
    ("finite differences", """
    grads = {}
    for name in params:
        g = np.zeros(params[name].shape)
        for i in np.ndindex(*g.shape):
            p = {k: v.copy() for k, v in params.items()}
            p[name][i] += 1e-5
            up = loss(forward(p, X)[0], Y)
            p[name][i] -= 2e-5
            g[i] = (up - loss(forward(p, X)[0], Y)) / 2e-5
        grads[name] = g
    return grads
"""),
    ("complex steps", """
    grads = {}
    for name in params:
        g = np.zeros(params[name].shape)
        for i in np.ndindex(*g.shape):
            p = {k: v.astype(complex) for k, v in params.items()}
            p[name][i] += 1e-40j
            g[i] = loss(forward(p, X)[0], Y).imag / 1e-40
        grads[name] = g
    return grads
"""),
]  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize(("words", "body"), BY_MACHINE, ids=[one[0] for one in BY_MACHINE])
def test_what_is_not_derived_by_hand_is_correct_and_disclosed(tmp_path: Path, words: str, body: str) -> None:
    by_hand = NET[NET.index("    A1 = outputs['A1']") :]
    evidence = judged(tmp_path, (by_hand, body))
    assert evidence.verdict == "correct", evidence.sentence
    assert evidence.sentence.endswith(f"Not by hand: {words}.")
    wrong = judged(tmp_path, (by_hand, body.replace("/ 2e-5", "/ 1e-5").replace("/ 1e-40", "/ 2e-40")))
    assert wrong.verdict == "wrong", wrong.sentence


def said(oracle: str, word: Word) -> Comparison:
    return Comparison("W1", oracle, word, 4, 0, None, None, None, "")


def test_identical_settles_what_floats_doubt_and_nothing_settles_floats_that_contradict() -> None:
    notes: list[str] = []
    kept = _settled([said("exact", "identical")], [said("central-difference", "differs")], notes)
    assert [one.verdict for one in kept] == ["identical"]
    assert "central-difference differs for W1" in notes[0]
    kept = _settled([said("exact", "different")], [said("complex-step", "agrees")], notes)
    assert {one.verdict for one in kept} == {"could not judge"}
    kept = _settled([], [said("complex-step", "differs"), said("central-difference", "differs")], notes)
    assert {one.verdict for one in kept} == {"differs"}
