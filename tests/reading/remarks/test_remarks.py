"""Tests of the remarks: exactly what is known of the lab, each on a small variation, and none on the mended code."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.places import LAB
from verify.reading.parsing.reading import read
from verify.reading.program.program import Program
from verify.reading.remarks import rules
from verify.reading.remarks.remarks import RULES, Remark, remarks


def found(folder: Path, text: str) -> tuple[Remark, ...]:
    path = folder / "handed_in.py"
    path.write_text(text)
    return remarks(Program(read(path)))


@pytest.mark.skipif(not LAB.exists(), reason="the lab is not here")
def test_the_lab() -> None:
    assert [(one.name, one.place.cell, one.place.line) for one in remarks(Program(read(LAB)))] == [
        ("reseeds", 4, 2),
        ("eps-in-log", 11, 4),
        ("changes-argument", 15, 3),
        ("never-filled", 20, 6),
        ("steps-over-features", 21, 9),
        ("stop-never-fires", 21, 22),
        ("axis-counts-updates", 22, 5),
    ]


def test_a_remark_says_who_and_where(tmp_path: Path) -> None:
    (one,) = found(
        tmp_path,
        "def step(theta, g):\n    theta = theta\n    return g\ndef go(p, g):\n    p -= 0.1 * g\n    return p\n",
    )
    assert (str(one.place), one.text) == ("line 5", "p -= 0.1 * g")
    assert one.sentence.startswith("go changes its argument p in place")


STOP = """
def score(P, T):
    hits = np.argmax(P, axis=1) == np.argmax(T, axis=1)
    acc = np.mean(hits){percent}
    return 0.0, acc
for e in range(9):
    cost, acc = score(P, T)
    accs.append(acc)
    if {test}:
        break
"""
LOOP = """
n = X.shape[{axis}]
for k in range(0, {size}, bs):
    xb, yb = X[{cut}], Y[{cut}]
"""
DRAWN = """
for epoch in range(9):
    for k in range(9):
        {inner}
    {outer}
ax.plot({drawn})
ax.set_xlabel('{label}')
"""


# The id of a rule, code that it remarks on, and the same code mended.
ROWS = [
    ("eps-in-log", "J = -(T * np.log(1e-8 + P)).mean()", "J = -(T * np.log(P)).mean()"),
    ("eps-in-log", "tiny = 10 ** -9\nJ = -np.log(P[y] + tiny)", "tiny = 10 ** -9\nJ = -np.log(P[y])"),
    ("eps-in-log", "J = torch.log(P + 1e-7)", "J = np.log(1 + np.exp(z))"),
    (
        "steps-over-features",
        LOOP.format(axis=1, size="n", cut="k:k + bs"),
        LOOP.format(axis=0, size="n", cut="k:k + bs"),
    ),
    (
        "steps-over-features",
        LOOP.format(axis=0, size="X.shape[1]", cut="k:k + bs, :"),
        LOOP.format(axis=0, size="X.shape[1]", cut=":, k:k + bs"),
    ),
    (
        "steps-over-features",
        "h, w = X.shape\nfor k in range(w // bs):\n    xb = X[k * bs:(k + 1) * bs]",
        "h, w = X.shape\nfor k in range(h // bs):\n    xb = X[k * bs:(k + 1) * bs]",
    ),
    ("stop-never-fires", STOP.format(percent="", test="acc > 95"), STOP.format(percent="", test="acc > 0.95")),
    ("stop-never-fires", STOP.format(percent="", test="accs[-1] >= 99.5"), STOP.format(percent=" * 100", test="accs[-1] >= 99.5")),
    ("stop-never-fires", STOP.format(percent="", test="e > 3 and 97 < acc"), STOP.format(percent="", test="e > 3 and 97 < cost")),
    ("never-filled", "val_loss = []\nloss = []\nloss.append(1)", "val_loss = []\nloss = []\nval_loss.append(1)"),
    ("never-filled", "a, test_acc = [], []", "a, test_acc = [], []\nrun(test_acc)"),
    (
        "axis-counts-updates",
        DRAWN.format(inner="hist.append(1)", outer="pass", drawn="hist", label="epoch"),
        DRAWN.format(inner="pass", outer="hist.append(1)", drawn="hist", label="epoch"),
    ),
    (
        "axis-counts-updates",
        DRAWN.format(inner="a.append(1)", outer="b.append(1)", drawn="a", label="Number of epochs"),
        DRAWN.format(inner="a.append(1)", outer="b.append(1)", drawn="a", label="updates"),
    ),
    ("reseeds", "def make(n):\n    np.random.seed(1)\n    return np.random.randn(n)", "np.random.seed(1)\ndef make(n):\n    return np.random.randn(n)"),
    ("python2-print", "print 'loss', 3", "print('loss', 3)"),
    ("python2-print", "try:\n    x = 1\nexcept ValueError, e:\n    pass", "try:\n    x = 1\nexcept ValueError as e:\n    pass"),
    ("reseeds", "def make(n, s=3):\n    random.seed(s)", "def make(n, s=None):\n    random.seed(s)"),
    (
        "changes-argument",
        "def upd(p, g, lr):\n    for k in p:\n        p[k] = p[k] - lr * g[k]\n    return p",
        "def upd(p, g, lr):\n    return {k: p[k] - lr * g[k] for k in p}",
    ),
    (
        "changes-argument",
        "def upd(W, b, dW, db):\n    W -= 0.1 * dW\n    b -= 0.1 * db\n    return W, b",
        "def upd(W, b, dW, db):\n    W = W - 0.1 * dW\n    b = b - 0.1 * db\n    return W, b",
    ),
    (
        "changes-argument",
        "def upd(p, g, lr):\n    for k in p:\n        p[k] -= lr * g[k]\n    return p",
        "def upd(p, g, lr):\n    p = dict(p)\n    for k in p:\n        p[k] -= lr * g[k]\n    return p",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("name", "flawed", "mended"), ROWS)
def test_each_remark_and_its_absence(tmp_path: Path, name: str, flawed: str, mended: str) -> None:
    assert [one.name for one in found(tmp_path, flawed)] == [name]
    assert found(tmp_path, mended) == ()


def test_a_loop_over_features_is_none_over_batches(tmp_path: Path) -> None:
    assert found(tmp_path, "for j in range(X.shape[1]):\n    w = W[j:j + 1]\n    c = X[:, j]") == ()


def test_a_softmax_does_not_return_its_argument(tmp_path: Path) -> None:
    assert found(tmp_path, "def softmax(z):\n    z -= z.max()\n    return np.exp(z) / np.sum(np.exp(z))") == ()


def test_code_that_cannot_be_parsed_has_no_remarks(tmp_path: Path) -> None:
    assert found(tmp_path, "def f(:\n") == ()


RULE_FILES = Path(rules.__file__).parent


def test_every_file_of_a_rule_stands_in_the_table_once_and_has_its_own_id() -> None:
    files = sorted(path.stem for path in RULE_FILES.glob("*.py") if path.stem != "__init__")
    assert sorted(rule.id for rule in RULES) == [name.replace("_", "-") for name in files]
    assert sorted(rule.find.__module__.rpartition(".")[2] for rule in RULES) == files


def test_every_rule_has_a_row_above() -> None:
    assert {row[0] for row in ROWS} == {rule.id for rule in RULES}
