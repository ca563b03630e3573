"""Code for nets of any depth is read with two, three and four layers, as far as it makes and runs them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.submissions.trials.asked import asked
from verify.submissions.execution.calling import Reading
from verify.submissions.judge import check_submission
from verify.submissions.trials.depth import Stopped, other_depths
from verify.submissions.trials.search import Trials

DEEP = """\
import numpy as np

def init_params(layer_dims):
    params = {}
    for l in range(1, len(layer_dims)):
        params["W" + str(l)] = np.random.randn(layer_dims[l - 1], layer_dims[l]) * 0.5
        params["b" + str(l)] = np.zeros((1, layer_dims[l]))
    return params

def forward(params, X):
    L = len(params) // 2
    cache = [X]
    for l in range(1, L):
        cache.append(np.tanh(cache[-1] @ params["W" + str(l)] + params["b" + str(l)]))
    cache.append(cache[-1] @ params["W" + str(L)] + params["b" + str(L)])
    Yhat = cache[-1]
    return Yhat, cache

def loss(Yhat, Y):
    return np.sum((Yhat - Y) ** 2) / Y.shape[0]

def backward(params, cache, Y):
    L = len(params) // 2
    grads = {}
    dZ = 2 * (cache[L] - Y) / Y.shape[0]
    for l in range(L, 0, -1):
        grads["W" + str(l)] = cache[l - 1].T @ dZ
        grads["b" + str(l)] = np.sum(dZ, axis=0, keepdims=True)
        if l > 1:
            dZ = dZ @ params["W" + str(l)].T * (1 - cache[l - 1] ** 2)
    return grads
"""
TURN = 'dZ = dZ @ params["W" + str(l)].T * (1 - cache[l - 1] ** 2)'
ONE_STEP = ("        if l > 1:\n", "        if l == L and l > 1:\n")  # right with two layers, and with no more


def depths(folder: Path, text: str) -> tuple[int, list[Reading | Stopped]]:
    with asked(folder, text) as (ask, candidates):
        trials = Trials(ask, candidates)
        reading = trials.find({}, candidates.outputs)
        assert reading is not None
        return len(reading.structure.sizes) - 1, list(other_depths(trials, reading))


def changed(old: str, new: str) -> str:
    assert DEEP.count(old) == 1
    return DEEP.replace(old, new)


def test_a_net_of_any_depth_is_read_at_two_three_and_four_layers(tmp_path: Path) -> None:
    own, others = depths(tmp_path, DEEP)
    read = [len(one.structure.sizes) - 1 for one in others if isinstance(one, Reading)]
    assert {own, *read} == {2, 3, 4}
    for one in others:
        assert isinstance(one, Reading)
        assert set(one.gradients) == {parameter.name for parameter in one.structure.parameters}
        assert one.loss is not None


def test_the_widths_of_the_deeper_nets_are_distinct(tmp_path: Path) -> None:
    _, others = depths(tmp_path, DEEP)
    assert all(len(set(one.structure.sizes)) == len(one.structure.sizes) for one in others if isinstance(one, Reading))


def test_gradients_that_fit_no_deeper_net_are_said_and_judged_where_equal_widths_hide_it(tmp_path: Path) -> None:
    own, others = depths(tmp_path, changed(*ONE_STEP))
    stopped = [one for one in others if isinstance(one, Stopped)]
    assert [(one.layers, one.what) for one in stopped] == [
        (3, "its gradients do not fit"),
        (4, "its gradients do not fit"),
    ]
    equal = [one for one in others if isinstance(one, Reading)]
    assert own == 2
    assert all(len(set(one.structure.sizes[1:-1])) == 1 for one in equal)
    assert len(equal) == 2


def test_where_a_deeper_net_makes_the_backward_pass_stop_it_is_said_with_its_line(tmp_path: Path) -> None:
    text = changed('params["W" + str(l)].T * (1', 'params["W" + str(L)].T * (1')
    own, others = depths(tmp_path, text)
    assert own == 2
    stopped = [one for one in others if isinstance(one, Stopped)]
    assert [one.layers for one in stopped] == [3, 4]
    line = next(number for number, line in enumerate(text.splitlines(), 1) if "str(L)].T * (1" in line)
    assert all(one.refused.place is not None and one.refused.place[1] == line for one in stopped)


def test_right_with_two_layers_and_wrong_with_three_is_not_correct(tmp_path: Path) -> None:
    path = tmp_path / "handed_in.py"
    path.write_text(
        changed(
            TURN, TURN.replace("cache[l - 1] ** 2", "cache[max(l - 1, L - 1)] ** 2 if l < L else 1 - cache[l - 1] ** 2")
        )
    )
    assert check_submission(path, seed=42).verdict != "correct"
    path.write_text(changed(*ONE_STEP))
    assert check_submission(path, seed=42).verdict != "correct"
    path.write_text(DEEP)
    assert check_submission(path, seed=42).verdict == "correct"


FIXED = """\
import numpy as np
def init_params(n_x, n_h, n_y):
    return {"W1": np.random.randn(n_x, n_h), "b1": np.zeros((1, n_h)), "W2": np.random.randn(n_h, n_y), "b2": np.zeros((1, n_y))}
def forward(params, X):
    A1 = np.tanh(X @ params["W1"] + params["b1"])
    return A1 @ params["W2"] + params["b2"], A1
def loss(Yhat, Y):
    return np.sum((Yhat - Y) ** 2) / Y.shape[0]
def backward(params, X, Y, Yhat, A1):
    dZ2 = 2 * (Yhat - Y) / Y.shape[0]
    dZ1 = dZ2 @ params["W2"].T * (1 - A1 ** 2)
    return {"W1": X.T @ dZ1, "b1": dZ1.sum(0, keepdims=True), "W2": A1.T @ dZ2, "b2": dZ2.sum(0, keepdims=True)}
"""


@pytest.mark.parametrize("text", [FIXED])
def test_a_net_of_two_layers_has_no_other_depth(tmp_path: Path, text: str) -> None:
    assert depths(tmp_path, text) == (2, [])
