"""The training of a file, cut after one pass: how it is run, and what is judged that the gradients alone do not show.

The files are small variations of one, of which it is known on paper what each does to its parameters.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.places import CORPUS
from tests.submissions.trials.asked import asked
from verify.evidence.records import Evidence
from verify.submissions.diagnosis.updating import accumulates
from verify.submissions.execution.answers import unpacked
from verify.submissions.judge import check_submission
from verify.submissions.trials.trained import Trainings
from verify.submissions.trials.training_step import Trained

TWO_LAYERS = """\
import numpy as np

def init(n_x, n_h, n_y):
    W1 = np.random.randn(n_x, n_h) * 0.5
    b1 = np.zeros((1, n_h))
    W2 = np.random.randn(n_h, n_y) * 0.5
    b2 = np.zeros((1, n_y))
    return {"W1": W1, "b1": b1, "W2": W2, "b2": b2}

def forward(params, X):
    A1 = np.tanh(X @ params["W1"] + params["b1"])
    return A1, A1 @ params["W2"] + params["b2"]

def loss(Yhat, Y):
    return np.sum((Yhat - Y) ** 2) / Y.shape[0]

def backward(params, X, Y, A1, Yhat):
    dZ2 = 2 * (Yhat - Y) / Y.shape[0]
    dZ1 = dZ2 @ params["W2"].T * (1 - A1 ** 2)
    return {"W1": X.T @ dZ1, "b1": np.sum(dZ1, axis=0, keepdims=True),
            "W2": A1.T @ dZ2, "b2": np.sum(dZ2, axis=0, keepdims=True)}

def train(X, Y, n_h, epochs, learning_rate):
    params = init(X.shape[1], n_h, Y.shape[1])
    for epoch in range(epochs):
        A1, Yhat = forward(params, X)
        J = loss(Yhat, Y)
        grads = backward(params, X, Y, A1, Yhat)
        params["W1"] = params["W1"] - learning_rate * grads["W1"]
        params["b1"] = params["b1"] - learning_rate * grads["b1"]
        params["W2"] = params["W2"] - learning_rate * grads["W2"]
        params["b2"] = params["b2"] - learning_rate * grads["b2"]
    return params
"""
W2 = '        params["W2"] = params["W2"] - learning_rate * grads["W2"]\n'


def changed(*pairs: tuple[str, str]) -> str:
    text = TWO_LAYERS
    for old, new in pairs:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text


def judged(folder: Path, text: str) -> Evidence:
    path = folder / "handed_in.py"
    path.write_text(text)
    return check_submission(path, seed=42)


def found(folder: Path, text: str) -> tuple[Trained | None, bool]:
    """Return the training step that is found, and whether its passes add up."""
    with asked(folder, text) as (ask, candidates):
        trained = Trainings(ask, candidates).find({}, candidates.outputs)
        return trained, trained is not None and accumulates(ask, trained, trained.reading.point)


def test_the_step_is_that_of_the_file_and_its_loss_that_of_the_parameters_before_it(tmp_path: Path) -> None:
    with asked(tmp_path, TWO_LAYERS) as (ask, candidates):
        trained = Trainings(ask, candidates).find({}, candidates.outputs)
        assert trained is not None
        reading = trained.reading
        point = reading.point
        seen = unpacked(*ask(reading.run(reading.backward_steps, local_names=True, after=True), reading.arrays(point)))
        assert not accumulates(ask, trained, trained.reading.point)
    assert (trained.loop.function, trained.loop.place.line, trained.others) == ("train", 25, False)
    assert [one.name for one in reading.structure.parameters] == ["W1", "b1", "W2", "b2"]
    assert (reading.samples, reading.applied, reading.fits) == ("rows", True, True)
    assert reading.loss is not None
    own = {one.path[-1][1]: point.params[one.name] for one in reading.structure.parameters}
    A1 = np.tanh(point.X @ own["W1"] + own["b1"])
    Yhat = A1 @ own["W2"] + own["b2"]
    assert seen[reading.loss] == pytest.approx(np.sum((Yhat - point.Y) ** 2) / len(point.X))
    for one in reading.structure.parameters:
        step = reading.rate * 2 * (A1.T @ (Yhat - point.Y)) / len(point.X) if one.name == "W2" else None
        if step is not None:
            assert np.allclose(seen["after", one.path], point.params["W2"] - step)


def test_a_right_training_is_correct(tmp_path: Path) -> None:
    assert judged(tmp_path, TWO_LAYERS).verdict == "correct"


@pytest.mark.parametrize(
    "new",
    [W2.replace('grads["W2"]', 'grads["W2"] * 2'), W2.replace('params["W2"] -', 'params["W2"] * 0.5 -')],
    ids=["another rate", "decay"],
)
def test_where_a_rate_or_a_decay_of_its_own_stands_between_the_named_gradients_are_judged(
    tmp_path: Path, new: str
) -> None:
    trained, _ = found(tmp_path, changed((W2, new)))
    assert trained is not None
    assert not trained.reading.applied
    assert {where[1][0] for where in trained.reading.gradients.values()} == {("key", "grads")}
    spoiled = changed((W2, new), ('"W2": A1.T @ dZ2', '"W2": 2 * A1.T @ dZ2'))
    assert judged(tmp_path, spoiled).verdict == "wrong"


def test_a_forgotten_update_and_a_turned_sign_are_wrong(tmp_path: Path) -> None:
    assert judged(tmp_path, changed((W2, ""))).verdict == "wrong"
    assert judged(tmp_path, changed((W2, W2.replace("- learning", "+ learning")))).verdict == "wrong"


ADDED = (
    ("    for epoch in range(epochs):\n", "    sums = {k: 0 for k in params}\n    for epoch in range(epochs):\n"),
    ("        params[\"W1\"] = params[\"W1\"] -", "        for k in sums:\n            sums[k] = sums[k] + grads[k]\n"
     "        grads = sums\n        params[\"W1\"] = params[\"W1\"] -"),
)  # fmt: skip


def test_gradients_that_add_up_over_the_passes_are_seen(tmp_path: Path) -> None:
    trained, adds_up = found(tmp_path, changed(*ADDED))
    assert trained is not None
    assert adds_up
    evidence = judged(tmp_path, changed(*ADDED))
    assert evidence.verdict == "wrong"
    assert "pass" in evidence.sentence


def known(folder: Path, text: str, name: str) -> str:
    """Return an entry at the point of trial calls: code could know that point by it, and be right there alone."""
    trained, _ = found(folder, text)
    assert trained is not None
    point = trained.reading.point
    return repr(float(point.X[0, 0] if name == "X" else point.params[name][0, 0]))


def test_gradients_that_start_anew_at_the_known_point_alone_are_wrong(tmp_path: Path) -> None:
    added = changed(*ADDED)
    spared = added.replace(
        "sums[k] + grads[k]", f"sums[k] * (abs(X[0, 0] - {known(tmp_path, added, 'X')}) > 1e-12) + grads[k]"
    )
    assert spared != added
    assert not found(tmp_path, spared)[1]
    assert judged(tmp_path, spared).verdict == "wrong"


MOMENTUM = (
    ("    for epoch in range(epochs):\n", "    v = {k: np.zeros_like(params[k]) for k in params}\n    for epoch in range(epochs):\n"),
    ("        params[\"W1\"] = params[\"W1\"] -", "        for k in v:\n            v[k] = 0.9 * v[k] + grads[k]\n"
     "        grads = dict(v)\n        params[\"W1\"] = params[\"W1\"] -"),
)  # fmt: skip


def test_momentum_keeps_a_state_and_is_no_sum_by_mistake(tmp_path: Path) -> None:
    trained, adds_up = found(tmp_path, changed(*MOMENTUM))
    assert trained is not None
    assert trained.others
    assert not adds_up
    assert judged(tmp_path, changed(*MOMENTUM)).verdict != "wrong"


SCRIPT = """\
import numpy as np
X = np.random.randn(200, 6)
Y = np.random.randn(200, 2)
w1 = np.random.randn(6, 9)
w2 = np.random.randn(9, 2)
rate = 1e-3
for t in range(500):
    h = np.tanh(X @ w1)
    out = h @ w2
    loss = np.sum((out - Y) ** 2)
    d_out = 2 * (out - Y)
    grad_w2 = h.T @ d_out
    grad_w1 = X.T @ (d_out @ w2.T * (1 - h ** 2))
    w1 -= rate * grad_w1
    w2 -= rate * grad_w2
"""


def test_a_script_at_the_top_level_is_trained_with_its_own_parameters(tmp_path: Path) -> None:
    trained, adds_up = found(tmp_path, SCRIPT)
    assert trained is not None
    assert {one.name: one.shape for one in trained.reading.structure.parameters} == {"w1": (6, 9), "w2": (9, 2)}
    assert trained.reading.loss is not None
    assert not adds_up
    assert judged(tmp_path, SCRIPT).verdict == "correct"


def test_widths_that_the_file_writes_down_are_those_of_its_data(tmp_path: Path) -> None:
    text = changed(("init(X.shape[1], n_h, Y.shape[1])", "init(13, n_h, 5)"))
    trained, _ = found(tmp_path, text)
    assert trained is not None
    assert (trained.reading.structure.sizes[0], trained.reading.structure.sizes[-1], trained.outputs) == (13, 5, 5)
    assert judged(tmp_path, text).verdict == "correct"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("old", "new"),
    [("    w1 -= rate", "    w1 += rate"), ("(d_out @ w2.T", "(d_out @ w2.T @ w2 @ w2.T"), ("2 * (out", "(out")],
)
def test_a_script_at_the_top_level_that_is_wrong_is_wrong(tmp_path: Path, old: str, new: str) -> None:
    assert SCRIPT.count(old) == 1
    assert judged(tmp_path, SCRIPT.replace(old, new)).verdict == "wrong"


def test_a_loop_in_which_nothing_changes_is_no_training(tmp_path: Path) -> None:
    idle = SCRIPT.replace("rate = 1e-3", "rate = 1e-3\nk = 0").replace(
        "w1 -= rate * grad_w1", "v1 = w1 - rate * grad_w1"
    )
    idle = idle.replace("w2 -= rate * grad_w2", "k -= rate * 2")
    assert found(tmp_path, idle)[0] is None


def test_an_update_that_is_a_step_along_the_gradient_at_the_known_point_alone_is_not_correct(tmp_path: Path) -> None:
    decay = SCRIPT.replace("w2 -= rate * grad_w2", "w2 = (1 - weight_decay) * w2 - rate * grad_w2")
    decay = decay.replace("rate = 1e-3", "rate, weight_decay = 1e-3, 0.5")
    assert judged(tmp_path, decay).verdict == "correct"
    there = f"np.where(w2[0, 0] == {known(tmp_path, decay, 'w2')}, grad_w2, np.sign(grad_w2))"
    evidence = judged(tmp_path, decay.replace("- rate * grad_w2", f"- rate * {there}"))
    assert evidence.verdict == "could not judge"
    assert "no multiple of its gradient" in evidence.sentence


BATCHES = """\
import numpy as np
X, Y = read_the_data_of_the_course()
w1 = np.random.randn(5, 6)
w2 = np.random.randn(6, 3)
rate = 0.2
for epoch in range(9):
    order = np.random.permutation(len(X))
    X, Y = X[order], Y[order]
    for k in range(0, len(X), 4):
        x, y = X[k:k + 4], Y[k:k + 4]
        h = np.tanh(x @ w1)
        out = h @ w2
        loss = np.sum((out - y) ** 2)
        d_out = 2 * (out - y)
        grad_w2 = h.T @ d_out
        grad_w1 = x.T @ (d_out @ w2.T * (1 - h ** 2))
        w1 -= rate * grad_w1
        w2 -= rate * grad_w2
"""


def test_data_that_nothing_makes_are_there_before_the_loop_around_the_one_that_is_cut(tmp_path: Path) -> None:
    trained, _ = found(tmp_path, BATCHES)
    assert trained is not None
    assert trained.loop.place.line == 9


@pytest.mark.parametrize("rate", ["rate", "0.2"])
@pytest.mark.parametrize("width", ["4", "20"])
def test_a_pass_of_several_steps_is_no_step(tmp_path: Path, rate: str, width: str) -> None:
    """With batches of 20 only the first step of an epoch has samples, and the names hold what the last one left."""
    text = BATCHES.replace("rate * grad", f"{rate} * grad").replace("k + 4", f"k + {width}")
    text = text.replace("range(0, len(X), 4)", f"range(0, 4 * {width}, {width})")
    with asked(tmp_path, text) as (ask, candidates):
        outer = [one for one in candidates.loops if one.place.line == 6]
        assert [one.several for one in outer] == [True]
        trainings = Trainings(ask, replace(candidates, loops=tuple(outer)))
        assert trainings.find({}, candidates.outputs) is None
    assert any("several steps" in str(one) for one in trainings.complaints)


@pytest.mark.slow
@pytest.mark.parametrize("seed", [18, 23])
def test_an_eps_beside_a_small_probability_and_a_batch_without_samples_make_nothing_wrong(seed: int) -> None:
    """At one seed a probability is near the eps of the logarithm, at the other the step before has not saturated."""
    assert check_submission(CORPUS / "right_relu_inplace_on_copy.py", seed=seed).verdict == "correct"
