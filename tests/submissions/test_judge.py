"""One submission from file to verdict: what is told, what is asked, and what stands in the evidence."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from verify.errors import BadInput
from verify.evidence.records import Evidence
from verify.submissions.judge import check_submission

LAB = """
import numpy as np
from tensorflow.keras.datasets import mnist

def init_params(nx, nh, ny):
    return {'W1': np.random.randn(nx, nh), 'b1': np.zeros((1, nh)), 'W2': np.random.randn(nh, ny), 'b2': np.zeros((1, ny))}

def softmax(z):
    e = np.exp(z - np.max(z, axis=1, keepdims=True))
    return e / np.sum(e, axis=1, keepdims=True)

def forward(params, X):
    A1 = np.tanh(np.dot(X, params['W1']) + params['b1'])
    return softmax(np.dot(A1, params['W2']) + params['b2']), {'A1': A1}

def loss(Yhat, Y):
    return -np.sum(Y * np.log(Yhat + 1e-10)) / Y.shape[0]

def backward(X, params, outputs, Yhat, Y):
    m, A1 = Y.shape[0], outputs['A1']
    dZ2 = (Yhat - Y) / m
    dW2 = np.dot(A1.T, dZ2)
    db2 = np.sum(dZ2, axis=0, keepdims=True)
    dA1 = np.dot(dZ2, params['W2'].T)
    dZ1 = dA1 * (1 - A1**2)
    dW1 = np.dot(X.T, dZ1)
    db1 = np.sum(dZ1, axis=0, keepdims=True)
    return {'W1': dW1, 'b1': db1, 'W2': dW2, 'b2': db2}

params = init_params(784, 128, 10)
for epoch in range(10**9):
    pass
"""


def judged(tmp_path: Path, old: str = "", new: str = "", **settings: object) -> Evidence:
    assert old in LAB
    path = tmp_path / "lab.py"
    path.write_text(LAB.replace(old, new, 1) if old else LAB)
    return check_submission(path, **{"seed": 42, **settings})  # type: ignore[arg-type]


def line_of(text: str) -> int:
    return next(number for number, line in enumerate(LAB.splitlines(), 1) if text in line)


def test_the_lab_is_correct_by_balls_and_exact_numbers_and_the_eps_is_told(tmp_path: Path) -> None:
    evidence = judged(tmp_path)
    assert evidence.verdict == "correct"
    assert evidence.oracles == ("balls", "exact")
    assert evidence.submission is not None
    assert [one.answer for one in evidence.submission.answers] == ["yes", "yes"]
    assert "eps" in evidence.submission.answers[1].sentence


MISTAKES = [
    ("(Yhat - Y) / m", "Yhat - Y", "dZ2-not-averaged", "dZ2 ="),
    ("(Yhat - Y) / m", "(Y - Yhat) / m", "dZ2-sign", "dZ2 ="),
    ("(Yhat - Y) / m", "0 * Yhat", "dZ2-zero", "dZ2 ="),
    ("(Yhat - Y) / m", "2 * (Yhat - Y) / m", "dZ2-doubled", "dZ2 ="),
    ("np.sum(dZ2, axis=0, keepdims=True)", "np.mean(dZ2, axis=0, keepdims=True)", "db2-mean", "db2 ="),
    ("np.sum(dZ2, axis=0, keepdims=True)", "np.sum(dZ2)", "db2-summed-over-everything", "db2 ="),
    ("dA1 * (1 - A1**2)", "dA1 * (1 - A1)", "dZ1-one-minus-A1", "dZ1 ="),
    ("dA1 * (1 - A1**2)", "dA1", "dZ1-without-tanh", "dZ1 ="),
    ("dA1 * (1 - A1**2)", "dA1 * A1 * (1 - A1)", "dZ1-sigmoid", "dZ1 ="),
    ("np.dot(dZ2, params['W2'].T)", "np.dot(dZ2, params['W2'].reshape(params['W2'].shape[::-1]))",
     "dA1-reshaped-not-transposed", "dA1 ="),
    ("dW1 = np.dot(X.T, dZ1)", "dW1 = np.dot(X[:-1].T, dZ1[:-1])", "dW1-last-sample-missing", "dW1 ="),
]  # fmt: skip


@pytest.mark.parametrize(("right", "wrong", "name", "line"), MISTAKES, ids=[one[2] for one in MISTAKES])
def test_a_planted_mistake_is_named_with_its_line(tmp_path: Path, right: str, wrong: str, name: str, line: str) -> None:
    evidence = judged(tmp_path, right, wrong)
    assert evidence.verdict == "wrong"
    assert [one.name for one in evidence.diagnoses] == [name]
    assert evidence.diagnoses[0].line == line_of(line)
    assert evidence.diagnoses[0].file == "lab.py"
    assert evidence.diagnoses[0].text in LAB.replace(right, wrong)


def test_an_error_of_one_part_in_a_billion_is_different(tmp_path: Path) -> None:
    evidence = judged(tmp_path, "dW1 = np.dot(X.T, dZ1)", "dW1 = np.dot(X.T, dZ1) * (1 + 1e-9)")
    assert evidence.verdict == "wrong"
    assert [one.name for one in evidence.diagnoses] == ["not in the catalogue"]
    assert evidence.diagnoses[0].step == "dW1"


def test_a_backward_pass_that_stops_is_not_judged_and_the_line_is_said(tmp_path: Path) -> None:
    evidence = judged(tmp_path, "dW1 = np.dot(X.T, dZ1)", "dW1 = np.dot(X, dZ1)")
    assert evidence.verdict == "could not judge"
    assert "backward stops" in evidence.sentence
    assert re.search(r"X is \(\d+, \d+\), dZ1 is \(\d+, \d+\): X.T is missing", evidence.sentence)
    assert f"line {line_of('dW1 =')}" in evidence.sentence


def test_an_endless_loop_inside_a_function_ends_at_the_limit(tmp_path: Path) -> None:
    evidence = judged(tmp_path, "    dZ2 = (Yhat", "    while True:\n        pass\n    dZ2 = (Yhat", seconds=1.0)
    assert evidence.verdict == "could not judge"
    assert "of processor time is used up" in evidence.sentence


def test_the_training_loop_of_the_file_is_dropped_and_said(tmp_path: Path) -> None:
    submission = judged(tmp_path).submission
    assert submission is not None
    assert "for epoch in range(10**9):" in [one.text for one in submission.dropped]
    assert {"init_params", "softmax", "forward", "loss", "backward"} <= {one.text for one in submission.used}


def test_what_is_told_is_taken_and_a_name_that_is_not_there_is_refused(tmp_path: Path) -> None:
    evidence = judged(tmp_path, convention={"backward": "backward", "samples": "rows"})
    assert evidence.submission is not None
    told = {one.name for one in evidence.submission.convention if one.how == "told"}
    assert told == {"backward", "samples"}
    with pytest.raises(BadInput, match=r"backward = bakward: no such function.*backward"):
        judged(tmp_path, convention={"backward": "bakward"})


def test_the_evidence_goes_through_json(tmp_path: Path) -> None:
    evidence = judged(tmp_path, "(Yhat - Y) / m", "Yhat - Y")
    again = Evidence.from_json(evidence.to_json())
    assert again == evidence
    found = json.loads(evidence.to_json())
    assert found["submission"]["cage"] in ("bubblewrap", "landlock", "user", "rlimits")
    assert [one["parameter"] for one in found["submission"]["parameters"]] == ["W1", "b1", "W2", "b2"]


def test_a_mistake_in_the_forward_pass_is_the_second_question(tmp_path: Path) -> None:
    evidence = judged(tmp_path, "np.sum(e, axis=1, keepdims=True)", "np.sum(e, axis=0, keepdims=True)")
    assert evidence.verdict == "wrong"
    assert [one.name for one in evidence.diagnoses] == ["forward-softmax-over-samples"]
    assert evidence.submission is not None
    assert evidence.submission.answers[1].answer == "no"


@pytest.mark.filterwarnings("error")
def test_a_complex_gradient_is_said_to_be_one_and_nothing_warns(tmp_path: Path) -> None:
    evidence = judged(tmp_path, "{'W1': dW1,", "{'W1': dW1 * (1 + 0j),")
    assert evidence.verdict == "wrong"
    assert "W1: holds complex128 numbers, expected real ones." in evidence.sentence
    assert "times the right one" not in evidence.sentence


def test_a_class_that_is_not_there_is_refused_with_those_that_are(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"class = Net: no such class with methods in lab.py; it has none"):
        judged(tmp_path, convention={"class": "Net"})
