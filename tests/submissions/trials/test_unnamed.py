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
