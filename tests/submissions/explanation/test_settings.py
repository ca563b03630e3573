"""How the file was read: every binding carries what it rests on, and a verdict says how far it reaches."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from verify.evidence.records import Evidence
from verify.evidence.submission import Bound, Setting, Submission
from verify.reading.wiring.conventions import read_convention
from verify.submissions.explanation.convention_text import convention_text
from verify.submissions.judge import check_submission

FUNCTIONS = """
import numpy as np

def init(n_x, n_h, n_y):
    return {'W1': np.random.randn(n_x, n_h), 'b1': np.zeros((1, n_h)),
            'W2': np.random.randn(n_h, n_y), 'b2': np.zeros((1, n_y))}

def forward(X, params):
    A1 = np.tanh(X @ params['W1'] + params['b1'])
    Z2 = A1 @ params['W2'] + params['b2']
    e = np.exp(Z2 - Z2.max(axis=1, keepdims=True))
    return A1, e / e.sum(axis=1, keepdims=True)

def loss(q, Y, eps=0.0):
    return -np.sum(Y * np.log(q + eps)) / len(Y)

def backward(X, Y, params, A1, q):
    dZ2 = (q - Y) / len(X)
    dZ1 = dZ2 @ params['W2'].T * (1 - A1**2)
    return {'W1': X.T @ dZ1, 'b1': dZ1.sum(0, keepdims=True), 'W2': A1.T @ dZ2, 'b2': dZ2.sum(0, keepdims=True)}

params = init(20, 8, 4)
"""
OWN_DATA = """
import numpy as np

class Net:
    def __init__(self):
        self.W = np.array([[0.3], [-0.2]])

    def loss_of(self, prediction, t):
        return np.mean((prediction - t) ** 2)

net = Net()
inputs_here = np.array([[0.0, 1.0], [1.0, 1.0], [0.5, 0.25]])
wanted = np.array([[0.1], [0.7], [0.4]])
for epoch in range(100):
    prediction = inputs_here @ net.W
    loss = net.loss_of(prediction, wanted)
    slope = 2 * (prediction - wanted) / len(wanted)
    net.W -= 0.25 * inputs_here.T @ slope
"""

TURNED = """
import numpy as np

def init(n_x, n_h, n_y):
    return {'W1': np.random.randn(n_x, n_h), 'b1': np.zeros((1, n_h)),
            'W2': np.random.randn(n_h, n_y), 'b2': np.zeros((1, n_y))}

def train(X, Y, n_h, lr, steps, kind):
    p = init(X.shape[1], n_h, Y.shape[1])
    for i in range(steps):
        A1 = np.tanh(X @ p['W1'] + p['b1'])
        prediction = A1 @ p['W2'] + p['b2']
        cost = np.sum((prediction - Y) ** 2) / len(X)
        d = 2 * (prediction - Y) / len(X)
        dh = d @ p['W2'].T * (1 - A1**2)
        g = {'W1': X.T @ dh, 'b1': -dh.sum(0, keepdims=True), 'W2': A1.T @ d, 'b2': d.sum(0, keepdims=True)}
        for k in p:
            p[k] = p[k] - lr * g[k]
    return p

if __name__ == '__main__':
    train(np.random.randn(20, 6), np.random.randn(20, 4), 8, 0.5, 100, 'tanh')
"""


@cache
def judged(text: str, **told: str) -> Evidence:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "lab.py"
        path.write_text(text)
        return check_submission(path, convention=told)


def own(evidence: Evidence) -> Submission:
    assert evidence.submission is not None
    return evidence.submission


def setting(evidence: Evidence, name: str) -> Setting:
    return next(one for one in own(evidence).convention if one.name == name)


def bound(evidence: Evidence, function: str, argument: str) -> Bound:
    return next(one for one in own(evidence).bindings if (one.function, one.argument) == (function, argument))


def line(text: str, of: str) -> str:
    return f"line {next(n for n, one in enumerate(text.splitlines(), 1) if of in one)}"


def test_functions_are_known_by_name_at_the_line_of_their_definition() -> None:
    evidence = judged(FUNCTIONS)
    assert evidence.verdict == "correct"
    for role in ("init", "forward", "loss", "backward"):
        assert setting(evidence, role) == Setting(role, role, "by name", line(FUNCTIONS, f"def {role}"))


def test_each_argument_says_how_it_is_known() -> None:
    evidence = judged(FUNCTIONS)
    assert bound(evidence, "forward", "X") == Bound("forward", "X", "X", "by name")
    assert bound(evidence, "forward", "params").value == "all parameters"
    assert bound(evidence, "init", "n_h") == Bound("init", "n_h", "7", "by name")
    assert bound(evidence, "loss", "Y").how == "by name"
    assert bound(evidence, "loss", "q").how == "assumed"  # it is called like nothing: the likeliest of what is left
    assert bound(evidence, "loss", "eps") == Bound("loss", "eps", "its default", "stated", line(FUNCTIONS, "def loss"))
    assert bound(evidence, "backward", "A1").value == "part 1 of what forward returns"


def test_a_name_that_says_nothing_is_never_by_name() -> None:
    text = FUNCTIONS.replace("def loss(q, Y, eps=0.0):", "def loss(u, v, eps=0.0):").replace(
        "-np.sum(Y * np.log(q + eps)) / len(Y)", "-np.sum(v * np.log(u + eps)) / len(v)"
    )
    evidence = judged(text)
    assert evidence.verdict == "correct"
    assert {bound(evidence, "loss", name).how for name in "uv"} == {"assumed"}


def test_the_width_of_the_output_is_stated_by_the_file_s_own_call_and_what_was_judged_is_another() -> None:
    evidence = judged(FUNCTIONS)
    assert setting(evidence, "outputs") == Setting("outputs", "4", "stated", line(FUNCTIONS, "params = init"))
    assert "a net with 4 outputs: it was judged with 3" in evidence.unjudged
    without = judged(FUNCTIONS.replace("params = init(20, 8, 4)", ""))
    assert (setting(without, "outputs").value, setting(without, "outputs").how) == ("3", "assumed")


def test_the_samples_are_known_by_elimination_where_no_other_way_explains_as_much() -> None:
    evidence = judged(FUNCTIONS)
    assert (setting(evidence, "samples").value, setting(evidence, "samples").how) == ("rows", "by elimination")


def test_what_is_told_is_told_and_the_width_as_it_was_told() -> None:
    evidence = judged(FUNCTIONS, samples="rows", outputs="5", backward="backward")
    for name, value in (("samples", "rows"), ("outputs", "5"), ("backward", "backward")):
        assert (setting(evidence, name).value, setting(evidence, name).how) == (value, "told")
    assert setting(evidence, "forward").how == "by name"


def test_every_oracle_says_what_it_saw_and_against_which_loss() -> None:
    evidence = judged(FUNCTIONS)
    balls, exact = evidence.coverage
    entries = 4 * 7 + 7 + 7 * 3 + 3
    assert (balls.oracle, balls.entries, balls.along, balls.points) == ("balls", entries, entries, (2, 2))
    assert (exact.oracle, exact.entries, exact.along, exact.points) == ("exact", entries, 0, (2, 2))
    assert balls.against == f"its own loss, loss ({line(FUNCTIONS, 'def loss')})"
    assert "formula for cross-entropy" in exact.against
    assert balls.cases == exact.cases == ("4-7-3 m=11",)
    assert "oracle" not in evidence.sentence


def test_a_loss_that_the_file_lacks_is_implied_and_is_never_called_its_own() -> None:
    text = FUNCTIONS.replace("def loss(q, Y, eps=0.0):\n    return -np.sum(Y * np.log(q + eps)) / len(Y)\n", "")
    evidence = judged(text)
    assert evidence.verdict == "correct"
    assert setting(evidence, "objective").how == "implied"
    assert all("its own loss" not in one.sentence for one in evidence.coverage)
    assert all("implies" in one.against for one in evidence.coverage)


def test_training_on_the_file_s_own_data_is_judged_on_those_and_says_so() -> None:
    evidence = judged(OWN_DATA)
    assert evidence.verdict == "correct"
    data = setting(evidence, "data")
    assert (data.value, data.how) == ("the file's own data", "stated")
    assert {one.name for one in own(evidence).convention}.isdisjoint({"samples", "labels", "outputs"})
    assert evidence.cases[0].name == "parameters of 2 entries, the file's own data"
    assert all("the file's own data" in case.name and "m=" not in case.name for case in evidence.cases)
    assert any("other data than the file's own" in one for one in evidence.unjudged)


def test_what_a_training_loop_says_is_stated_at_its_line_and_an_argument_at_its_call() -> None:
    evidence, loop = judged(TURNED), line(TURNED, "for i in range")
    assert evidence.verdict == "wrong"
    for name in ("training", "parameters", "gradient"):
        assert (setting(evidence, name).how, setting(evidence, name).where) == ("stated", loop)
    assert bound(evidence, "train", "kind") == Bound(
        "train", "kind", "tanh", "stated", line(TURNED, "    train(np.random.randn")
    )
    assert bound(evidence, "train", "lr").how == "by name"
    assert evidence.coverage[0].against == f"its own loss, the number cost of the training loop ({loop})"


def test_what_was_only_assumed_is_not_told_when_the_convention_is_given_back(tmp_path: Path) -> None:
    evidence = judged(FUNCTIONS.replace("params = init(20, 8, 4)", ""))
    (tmp_path / "lab.toml").write_text(convention_text(evidence))
    told = read_convention(tmp_path / "lab.toml")
    assumed = {one.name for one in own(evidence).convention if one.how == "assumed"}
    assert "outputs" in assumed
    assert assumed.isdisjoint(told)
    assert told["backward"] == "backward"


@pytest.mark.parametrize("oracle", ["balls", "exact"])
def test_all_that_an_oracle_stands_on_is_listed_with_its_chance(oracle: str) -> None:
    trusted = judged(FUNCTIONS).trusted
    assert any(one.startswith(f"{oracle}: chance") for one in trusted)
    assert not any("2^61" in one for one in trusted)
