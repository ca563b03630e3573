"""Parameters whose names say nothing, beside others whose names do: none of them is left out of the verdict.

What is wrong is so by construction: the derivative of a sum of two terms in which one is left out.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from verify.submissions.judge import check_submission

FILE = """\
import numpy as np

def init(n, h, k):
    r = np.random.default_rng(0)
    return dict(E=r.normal(size=(n, n)) * 0.5, g=np.ones(n), W1=r.normal(size=(n, h)) * 0.5, b1=np.zeros(h),
                W2=r.normal(size=(h, n)) * 0.5, V=r.normal(size=(n, k)) * 0.5, c=np.zeros(k))

def forward(p, x):
    e = x @ p["E"]
    a = np.tanh((e * p["g"]) @ p["W1"] + p["b1"])
    r = e + a @ p["W2"]
    return r @ p["V"] + p["c"], (x, e, a, r)

def loss(out, y):
    return np.mean(np.sum((out - y) ** 2, axis=1))

def backward(p, kept, out, y):
    x, e, a, r = kept
    do = 2 * (out - y) / len(y)
    dr = do @ p["V"].T
    dz = dr @ p["W2"].T * (1 - a ** 2)
    dn = dz @ p["W1"].T
    de = dn * p["g"] + dr
    return dict(E=x.T @ de, g=(dn * e).sum(0), W1=(e * p["g"]).T @ dz, b1=dz.sum(0), W2=a.T @ dr, V=r.T @ do, c=do.sum(0))

r = np.random.default_rng(1)
x = r.normal(size=(40, 4))
y = np.c_[x[:, 0] * x[:, 1], np.abs(x[:, 2])]
p = init(4, 6, 2)
for step in range(100):
    out, kept = forward(p, x)
    l = loss(out, y)
    grads = backward(p, kept, out, y)
    for k in p:
        p[k] -= 0.02 * grads[k]
    if step % 50 == 0:
        print(step, l)
"""
MOMENTUM = """\
import numpy as np

def forward(X, p):
    A1 = np.tanh(p["W1"] @ X + p["b1"])
    return 1 / (1 + np.exp(-(p["W2"] @ A1 + p["b2"]))), A1

def cost(A2, Y):
    return np.sum(-Y * np.log(A2) - (1 - Y) * np.log(1 - A2)) / Y.shape[1]

def backward(X, Y, p, A1, A2):
    dZ2 = (A2 - Y) / X.shape[1]
    dZ1 = p["W2"].T @ dZ2 * (1 - A1 ** 2)
    return {"dW2": dZ2 @ A1.T, "db2": dZ2.sum(axis=1, keepdims=True),
            "dW1": dZ1 @ X.T, "db1": dZ1.sum(axis=1, keepdims=True)}

def batches(X, Y, size, seed):
    order = np.random.default_rng(seed).permutation(X.shape[1])
    return [(X[:, order[k:k + size]], Y[:, order[k:k + size]]) for k in range(0, X.shape[1], size)]

def model(X, Y, hidden, learning_rate=0.3, size=16, beta=0.9, epochs=30):
    r = np.random.default_rng(3)
    p = {"W1": r.normal(size=(hidden, X.shape[0])), "b1": np.zeros((hidden, 1)),
         "W2": r.normal(size=(1, hidden)), "b2": np.zeros((1, 1))}
    v = {"d" + key: np.zeros_like(value) for key, value in p.items()}
    for i in range(epochs):
        for bx, by in batches(X, Y, size, i):
            A2, A1 = forward(bx, p)
            J = cost(A2, by)
            grads = backward(bx, by, p, A1, A2)
            for key in p:
                v["d" + key] = beta * v["d" + key] + (1 - beta) * grads["d" + key]
                p[key] = p[key] - learning_rate * v["d" + key]
        if i % 10 == 0:
            print(i, J)
    return p

r = np.random.default_rng(1)
X = r.normal(size=(2, 64))
model(X, (X[0:1] * X[1:2] > 0).astype(float), 6)
"""
STEP = "p[k] -= 0.02 * grads[k]"


def judged(folder: Path, code: str) -> tuple[str, set[str]]:
    file = folder / "one.py"
    file.write_text(code)
    found = check_submission(file, seed=3)
    return found.verdict, {row.parameter for row in found.summary}


@pytest.mark.parametrize("step", [STEP, "p[k] -= (0.01 * 2 if k in 'Eg' else 0.02) * grads[k]"])
def test_all_that_training_steps_from_is_judged(tmp_path: Path, step: str) -> None:
    assert judged(tmp_path, FILE.replace(STEP, step)) == ("correct", {"E", "g", "W1", "b1", "W2", "V", "c"})


@pytest.mark.parametrize(("right", "wrong"), [(" + dr\n", "\n"), ("g=(dn * e).sum(0)", "g=dn.sum(0)")])
def test_a_mistake_in_one_of_them_alone_is_wrong(tmp_path: Path, right: str, wrong: str) -> None:
    assert judged(tmp_path, FILE.replace(right, wrong))[0] == "wrong"


def test_a_velocity_under_a_name_of_its_own_is_no_parameter(tmp_path: Path) -> None:
    moved = FILE.replace("p = init(4, 6, 2)\n", "p = init(4, 6, 2)\nq = [np.zeros_like(p[k]) for k in p]\n")
    moved = moved.replace("for k in p:\n", "for i, k in enumerate(p):\n")
    moved = moved.replace(STEP, "q[i] = 0.9 * q[i] - 0.02 * grads[k]\n        p[k] += q[i]")
    verdict, names = judged(tmp_path, moved)
    assert verdict == "correct"
    assert names == {"E", "g", "W1", "b1", "W2", "V", "c"}


def test_a_batch_that_is_called_bx_is_no_bias_and_v_of_dW_is_a_velocity(tmp_path: Path) -> None:
    verdict, names = judged(tmp_path, MOMENTUM)
    assert verdict == "correct"
    assert names == {"W1", "b1", "W2", "b2"}


def test_parameters_of_a_net_that_a_loop_goes_through_are_not_left_out(tmp_path: Path) -> None:
    lines = MOMENTUM[: MOMENTUM.index("def batches")]
    nets = """\
class Net:
    def __init__(self, hidden, rate):
        r = np.random.default_rng(hidden)
        self.rate = rate
        self.p = {"W1": r.normal(size=(hidden, 2)), "b1": np.zeros((hidden, 1)),
                  "W2": r.normal(size=(1, hidden)), "b2": np.zeros((1, 1))}

r = np.random.default_rng(1)
X = r.normal(size=(2, 64))
Y = (X[0:1] * X[1:2] > 0).astype(float)
for net in [Net(6, 0.3), Net(8, 0.3)]:
    for i in range(30):
        A2, A1 = forward(X, net.p)
        J = cost(A2, Y)
        grads = backward(X, Y, net.p, A1, A2)
        for key in net.p:
            net.p[key] = net.p[key] - net.rate * grads["d" + key]
        print(i, J)
"""
    assert judged(tmp_path, lines + nets) == ("correct", {"W1", "b1", "W2", "b2"})
    forgotten = nets.replace("        for key in net.p:", '        for key in ("W1", "b1", "W2"):')
    assert judged(tmp_path, lines + forgotten)[0] != "correct"


LINE = """\
import numpy as np

def error(m, b, points):
    return sum((y - (m * x + b)) ** 2 for x, y in points) / float(len(points))

def step_gradient(m_now, b_now, points, rate):
    gm = gb = 0.0
    for x, y in points:
        gm += -(2 / len(points)) * x * (y - (m_now * x + b_now))
        gb += -(2 / len(points)) * (y - (m_now * x + b_now))
    return m_now - rate * gm, b_now - rate * gb

r = np.random.default_rng(4)
points = r.normal(size=(20, 2))
m, b, learning_rate = 0, 0, 0.05
for i in range(40):
    m, b = step_gradient(m, b, points, learning_rate)
print(m, b, error(m, b, points))
"""


def test_the_slope_of_a_line_that_is_called_m_and_begins_as_a_whole_number_is_judged(tmp_path: Path) -> None:
    assert judged(tmp_path, LINE) == ("correct", {"m", "b"})
    assert judged(tmp_path, LINE.replace("* x * (y", "* (y"))[0] == "wrong"
