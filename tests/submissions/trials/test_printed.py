"""Training that computes its loss only where it is printed or kept in a list: taken for its loss where that is known.

Every file is put together from the same parts: data, a forward pass, an expression that is shown, gradients. Whether
the gradients are those of the expression is told by central differences of these parts, which verify does not see.
"""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
import pytest

from verify.submissions.judge import check_submission


class Net(NamedTuple):
    """The data and the parameters, and the forward pass; the output is called out."""

    head: str
    forward: str
    names: tuple[str, ...]


LINE: Final = Net(
    """\
    X = np.random.randn(40, 3)
    Y = X @ np.array([[1.0], [-2.0], [0.5]]) + 0.4
    W = np.random.randn(3, 1)
    b = np.zeros((1, 1))
    """,
    "out = X @ W + b",
    ("W", "b"),
)
NET: Final = Net(
    """\
    X = np.random.randn(40, 3)
    Y = (X[:, :1] > 0.2) * 1.0
    W1 = np.random.randn(3, 5)
    b1 = np.zeros((1, 5))
    W2 = np.random.randn(5, 1)
    b2 = np.zeros((1, 1))
    """,
    "H = np.tanh(X @ W1 + b1)\nout = 1 / (1 + np.exp(-(H @ W2 + b2)))",
    ("W1", "b1", "W2", "b2"),
)
OF_LINE: Final = "dW = X.T @ d\ndb = d.sum(axis=0, keepdims=True)"
OF_NET: Final = """\
dW2 = H.T @ d
db2 = d.sum(axis=0, keepdims=True)
dH = d @ W2.T * (1 - H ** 2)
dW1 = X.T @ dH
db1 = dH.sum(axis=0, keepdims=True)"""
WITH_PENALTY: Final = OF_NET + "\ndW1 = dW1 + 0.1 * W1\ndW2 = dW2 + 0.1 * W2"

MSE, RMSE = "np.mean((out - Y) ** 2)", "np.sqrt(np.mean((out - Y) ** 2))"
MAE, SSE = "np.abs(out - Y).mean()", "0.5 * np.sum(np.square(out - Y))"
BCE = "-np.mean(Y * np.log(out) + (1 - Y) * np.log(1 - out))"
WEIGHTED = "-np.mean(4 * Y * np.log(out) + (1 - Y) * np.log(1 - out))"
PENALISED = BCE + " + 0.05 * (np.sum(W1 ** 2) + np.sum(W2 ** 2))"

STYLES: Final = {
    "comma": 'print("step", it, {loss})',
    "f-string": 'print(f"{{it}}: {{{loss}:.4f}} so far")',
    "percent": 'print("%d: %.4f" % (it, {loss}))',
    "format": 'print("{{}}: {{:.3f}}".format(it, {loss}))',
    "str": 'print("step " + str(it) + ": " + str(round({loss}, 4)))',
    "append": "seen.append({loss})",
    "item": "seen[it] = {loss}",
    "sometimes": 'if it % 100 == 0:\n    print("at", it, {loss})',
    "not at first": 'if (it + 1) % 100 == 0:\n    print("at", it, {loss})',
    "with a name": "if (it + 1) % 100 == 0:\n    now = {loss}\n    print(it, now)",
    "a name": "q = {loss}\nprint(it, q)",
}


class File(NamedTuple):
    """The parts of a file, and what is true of it: which gradients are not those of what it shows."""

    net: Net
    loss: str
    error: str
    gradients: str
    wrong: tuple[str, ...]
    verdict: str


RIGHT: Final = {
    "MSE": File(LINE, MSE, "d = 2 * (out - Y) / len(X)", OF_LINE, (), "correct"),
    "SSE": File(LINE, SSE, "d = out - Y", OF_LINE, (), "correct"),
    "RMSE": File(LINE, RMSE, f"d = (out - Y) / len(X) / {RMSE}", OF_LINE, (), "correct"),
    "MAE": File(LINE, MAE, "d = np.sign(out - Y) / len(X)", OF_LINE, (), "correct"),
    "BCE": File(NET, BCE, "d = (out - Y) / len(X)", OF_NET, (), "correct"),
    "weighted": File(NET, WEIGHTED, "d = (out * (1 - Y) - 4 * Y * (1 - out)) / len(X)", OF_NET, (), "correct"),
    "penalty": File(NET, PENALISED, "d = (out - Y) / len(X)", WITH_PENALTY, (), "correct"),
}  # fmt: skip
OTHERS: Final = {
    "a bias of RMSE": File(
        LINE, RMSE, f"d = (out - Y) / len(X) / {RMSE}", OF_LINE.replace("d.sum(axis=0", "d.mean(axis=0"), ("b",), "wrong",
    ),
    "a bias of MAE": File(
        LINE, MAE, "d = np.sign(out - Y) / len(X)", OF_LINE.replace("d.sum(axis=0", "d.mean(axis=0"), ("b",), "wrong",
    ),
    "no slope of tanh": File(
        NET, WEIGHTED, "d = (out * (1 - Y) - 4 * Y * (1 - out)) / len(X)", OF_NET.replace(" * (1 - H ** 2)", ""),
        ("W1", "b1"), "wrong",
    ),
    "half of a penalty": File(
        NET, PENALISED, "d = (out - Y) / len(X)", OF_NET + "\ndW2 = dW2 + 0.1 * W2", ("W1",), "wrong",
    ),
    # What the output layer implies is right, and what is shown is another: which is meant is known where some agree.
    "weights that are left out": File(NET, WEIGHTED, "d = (out - Y) / len(X)", OF_NET, NET.names, "could not judge"),
    "a penalty that is left out": File(NET, PENALISED, "d = (out - Y) / len(X)", OF_NET, ("W1", "W2"), "wrong"),
    # A penalty that is not shown may be meant.
    "a penalty that is not shown": File(
        NET, WEIGHTED, "d = (out * (1 - Y) - 4 * Y * (1 - out)) / len(X)", WITH_PENALTY, ("W1", "W2"), "could not judge",
    ),
    # The gradients of all parameters are one multiple of those of what is shown: of the other, they are right.
    "RMSE beside squares": File(LINE, RMSE, "d = (out - Y) / len(X)", OF_LINE, LINE.names, "correct"),
}  # fmt: skip


def text_of(file: File, style: str) -> str:
    steps = "\n".join(f"{name} -= rate * d{name}" for name in file.net.names)
    parts = (file.net.forward, STYLES[style].format(loss=file.loss), file.error, file.gradients, steps)
    body = textwrap.indent("\n".join(parts), "    ")
    made = "seen = np.zeros(500)" if style == "item" else "seen = []"
    head = textwrap.dedent(file.net.head)
    return f"import numpy as np\nnp.random.seed(3)\n{head}rate = 0.2\n{made}\nfor it in range(500):\n{body}\n"


def not_its_gradient(file: File) -> tuple[str, ...]:
    """Return the parameters whose gradient is not the central difference of what is shown."""
    room: dict[str, Any] = {"np": np}
    np.random.seed(8)
    exec(textwrap.dedent(file.net.head), room)
    for name in file.net.names:
        room[name] = room[name] + 0.3 * np.random.randn(*room[name].shape)

    def loss(**moved: Any) -> float:
        here = {**room, **moved}
        exec(file.net.forward, here)
        return float(eval(file.loss, here))

    here = dict(room)
    exec(f"{file.net.forward}\n{file.error}\n{file.gradients}", here)
    found = []
    for name in file.net.names:
        slope = np.zeros_like(room[name])
        for place in np.ndindex(slope.shape):
            step = np.zeros_like(slope)
            step[place] = 1e-6
            slope[place] = (loss(**{name: room[name] + step}) - loss(**{name: room[name] - step})) / 2e-6
        if not np.allclose(slope, here[f"d{name}"], rtol=1e-5, atol=1e-7):
            found.append(name)
    return tuple(found)


def judged(tmp_path: Path, text: str) -> Any:
    file = tmp_path / "training.py"
    file.write_text(text)
    return check_submission(file, seed=11)


@pytest.mark.parametrize("name", [*RIGHT, *OTHERS])
def test_what_the_files_are_is_true_by_central_differences(name: str) -> None:
    file = (RIGHT | OTHERS)[name]
    assert not_its_gradient(file) == file.wrong


# Every loss in one style, and every style with one loss that no output layer implies.
@pytest.mark.parametrize(
    ("name", "style"),
    [("MSE", "f-string"), ("SSE", "comma"), ("RMSE", "append"), ("MAE", "percent"), ("BCE", "format"), ("penalty", "comma")]
    + [("weighted", style) for style in STYLES],
)  # fmt: skip
def test_gradients_of_what_is_shown_are_right(tmp_path: Path, name: str, style: str) -> None:
    found = judged(tmp_path, text_of(RIGHT[name], style))
    assert found.verdict == "correct", found.sentence
    assert "declares no loss)" not in found.sentence
    if name in ("weighted", "penalty", "RMSE", "MAE"):
        how = "kept" if style in ("append", "item") else "printed"
        line = next(
            number for number, one in enumerate(text_of(RIGHT[name], style).splitlines(), 1)
            if "print(" in one or "seen." in one or "seen[" in one
        )  # fmt: skip
        assert f"the number {how} in line {line}" in found.sentence


@pytest.mark.parametrize(
    ("name", "style"),
    [(name, style) for name, style in zip(OTHERS, ["comma", "append", "not at first", "f-string"] * 2, strict=True)],
)
def test_gradients_that_are_not_of_what_is_shown(tmp_path: Path, name: str, style: str) -> None:
    found = judged(tmp_path, text_of(OTHERS[name], style))
    assert found.verdict == OTHERS[name].verdict, found.sentence
    assert "the file declares no loss)" not in found.sentence
    if found.verdict == "wrong":
        failed = {one.parameter for one in found.submission.parameters if one.verdict == "wrong"}
        assert failed == set(OTHERS[name].wrong)


def test_a_shown_number_beside_functions_that_are_right_by_another_loss_is_not_passed_over(tmp_path: Path) -> None:
    text = """\
    import numpy as np

    def sigmoid(z):
        return 1 / (1 + np.exp(-z))

    def forward(X, W1, b1, W2, b2):
        H = np.tanh(X @ W1 + b1)
        return H, sigmoid(H @ W2 + b2)

    def backward(X, Y, H, out, W2):
        d = ERROR / len(X)
        dH = d @ W2.T * (1 - H ** 2)
        return X.T @ dH, dH.sum(axis=0, keepdims=True), H.T @ d, d.sum(axis=0, keepdims=True)

    def train(X, Y, W1, b1, W2, b2, rate=0.3):
        for it in range(100):
            H, out = forward(X, W1, b1, W2, b2)
            print(it, -np.mean(4 * Y * np.log(out) + (1 - Y) * np.log(1 - out)))
            dW1, db1, dW2, db2 = backward(X, Y, H, out, W2)
            W1 -= rate * dW1
            b1 -= rate * db1
            W2 -= rate * dW2
            b2 -= rate * db2
        return W1, b1, W2, b2

    X = np.random.randn(40, 3)
    Y = (X[:, :1] > 0.2) * 1.0
    train(X, Y, np.random.randn(3, 5), np.zeros((1, 5)), np.random.randn(5, 1), np.zeros((1, 1)))
    """
    text = textwrap.dedent(text)
    meant = judged(tmp_path, text.replace("ERROR", "(out * (1 - Y) - 4 * Y * (1 - out))"))
    assert meant.verdict == "correct", meant.sentence
    other = judged(tmp_path, text.replace("ERROR", "(out - Y)"))
    assert other.verdict == "could not judge", other.sentence


@pytest.mark.parametrize(
    "shown", ["np.linalg.norm(W1)", "rate * 0.9 ** it", "np.mean((out > 0.5) == Y)", "np.sum(dW2 ** 2)"]
)
def test_what_is_no_loss_changes_nothing(tmp_path: Path, shown: str) -> None:
    file = RIGHT["BCE"]
    text = text_of(file, "comma").replace(f", {file.loss})", ")").replace("W1 -= ", f"print({shown})\n    W1 -= ")
    found = judged(tmp_path, text)
    assert found.verdict == "correct"
    assert "(implied: the file declares no loss)" in found.sentence


BY_SAMPLE = """\
import numpy as np
np.random.seed(1)
X = np.random.randn(30, 2)
T = (X[:, 0] > 0) * 1 + (X[:, 1] > 0) * 1
W = np.random.randn(6, 2)
b = np.zeros(6)
V = np.random.randn(3, 6)
c = np.zeros(3)
eta = 0.05
for epoch in range(20):
    total = 0.0
    for i in range(len(X)):
        x = X[i]
        t = np.zeros(3)
        t[T[i]] = 1
        h = np.tanh(W.dot(x) + b)
        o = V.dot(h) + c
        p = np.exp(o) / np.exp(o).sum()
        total += -np.log(p[T[i]])
        do = p - t
        da = V.T.dot(do) * (1 - h ** 2)
        V -= eta * np.outer(do, h)
        c -= eta * do
        W -= eta * np.outer(da, x)
        b -= eta * da
    print(epoch, total / len(X))
"""


def test_a_sum_that_begins_at_0_is_the_loss_of_its_first_sample(tmp_path: Path) -> None:
    assert judged(tmp_path, BY_SAMPLE).verdict == "correct"
    wrong = judged(tmp_path, BY_SAMPLE.replace("b -= eta * da", "b += eta * da"))
    assert wrong.verdict == "wrong", wrong.sentence


def test_what_only_shifts_all_outputs_of_a_softmax_alike_is_seen_to_be_moved(tmp_path: Path) -> None:
    found = judged(tmp_path, BY_SAMPLE.replace("c -= eta * do", "c += eta * do"))
    assert found.verdict != "correct", found.sentence
