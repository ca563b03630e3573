"""How long judging a notebook takes beside executing it, its training cut short: `make bench`. Prints, asserts no time.

The judge is warm: its imports are done. Its cage is started anew each time; the second row does not count the start.
"""

from __future__ import annotations

import logging
import statistics
import tempfile
import warnings
from pathlib import Path
from unittest import mock

import nbformat
from nbclient import NotebookClient

from tests.benchmarks.ratios import RUNS, Row, process, seconds, shown, side_by_side
from tests.places import CORPUS
from verify.sandbox.cage import Limits, require
from verify.sandbox.session import Sandbox
from verify.submissions import judge
from verify.submissions.execution.calling import DRIVER
from verify.submissions.judge import check_submission

LIMITS = Limits(seconds=20.0, memory=2048)

LAB = (CORPUS / "wrong_db2_summed_over_everything.py").read_text()
RIGHT = LAB.replace("np.sum(dZ2)", "np.sum(dZ2, axis=0, keepdims=True)")
TRAINING = """
import matplotlib.pyplot as plt
from sklearn.datasets import load_digits

digits = load_digits()
X, Y = digits.data / 16, np.eye(10)[digits.target]
params, losses = init_params(64, 128, 10), []
for epoch in range(5):
    order = np.random.permutation(len(X))
    for i in range(0, len(X), 128):
        batch = order[i:i + 128]
        Yhat, outputs = forward(params, X[batch])
        grads = backward(X[batch], params, outputs, Y[batch])
        for key in params:
            params[key] -= 0.1 * grads[key]
    losses.append(loss_accuracy(forward(params, X)[0], Y)[0])
plt.plot(losses)
plt.show()
"""
SCRIPT = """
import numpy as np

X, Y = np.random.randn(200, 6), np.random.randn(200, 2)
w1, w2 = np.random.randn(6, 9), np.random.randn(9, 2)
for t in range(500):
    h = np.tanh(X @ w1)
    out = h @ w2
    loss = np.sum((out - Y) ** 2)
    d_out = 2 * (out - Y)
    grad_w2 = h.T @ d_out
    grad_w1 = X.T @ (d_out @ w2.T * (1 - h**2))
    w1 -= 1e-3 * grad_w1
    w2 -= 1e-3 * grad_w2
"""


def notebook(folder: Path) -> Path:
    """Write the lab as a notebook: its functions, and a training of 5 epochs on 1,797 digits."""
    book = nbformat.v4.new_notebook()
    book.cells = [nbformat.v4.new_code_cell(part) for part in ("%matplotlib inline", RIGHT, TRAINING)]
    path = folder / "lab.ipynb"
    nbformat.write(book, path)
    return path


def execute(path: Path) -> None:
    """Execute the notebook in a kernel of its own; the kernel's start counts, as it does for a grader."""
    quiet = ["--log-level=ERROR"]
    NotebookClient(
        nbformat.read(path, as_version=4), timeout=120, kernel_name="python3", extra_arguments=quiet
    ).execute()


def functions(folder: Path) -> Path:
    """Write the lab's functions alone: nothing in the file says its sizes."""
    path = folder / "lab.py"
    path.write_text(RIGHT)
    return path


def script(folder: Path) -> Path:
    """Write a training of 200 samples of its own, outside of any function."""
    path = folder / "script.py"
    path.write_text(SCRIPT)
    return path


def start() -> None:
    """Start a cage, wait for its first worker, end it."""
    with started():
        pass


def started() -> Sandbox:
    """Return a cage that has forked its first worker: nothing of its start is left to be done."""
    apart = Sandbox(require(None), LIMITS, DRIVER)
    apart.worker().close()
    return apart


def without_the_start(path: Path) -> float:
    """Return the seconds of a verdict in a cage that stands already."""
    with started() as apart, mock.patch.object(judge, "Sandbox", return_value=apart):
        return seconds(lambda: check_submission(path))


def of_files(lab: Path, own_sizes: Path) -> None:
    """Print the time of a verdict on the lab's functions, warm and cold, and on a script with sizes of its own."""
    warm, cold = "a verdict on the lab's functions, warm", "the same, cold: python -m verify grads"
    shown([
        Row(warm, WHAT[3], side_by_side(lambda: check_submission(lab), start), "first < 0.3 s"),
        Row(cold, warm, side_by_side(process("-m", "verify", "grads", str(lab)), lambda: check_submission(lab)), ""),
        Row("a verdict on a script of 200 samples", warm,
            side_by_side(lambda: check_submission(own_sizes), lambda: check_submission(lab)), ""),
    ])  # fmt: skip


def main() -> None:
    """Print the times and their ratios, each run of one beside a run of the others."""
    warnings.simplefilter("ignore")
    logging.disable(logging.WARNING)
    with tempfile.TemporaryDirectory() as folder:
        of_files(functions(Path(folder)), script(Path(folder)))
        path = notebook(Path(folder))
        assert check_submission(path).verdict == "correct"
        execute(path)
        runs = [
            (
                seconds(lambda: execute(path)),
                seconds(lambda: check_submission(path)),
                without_the_start(path),
                seconds(start),
            )
            for _ in range(RUNS)
        ]

    def row(what: int, against: int, aim: str) -> Row:
        ratio = statistics.median(run[what] / run[against] for run in runs)
        one, other = (statistics.median(run[number] for run in runs) for number in (what, against))
        return Row(WHAT[what], WHAT[against], (one, other, ratio), aim)

    shown([row(0, 1, "> 10; second < 0.3 s"), row(0, 2, "> 10"), row(1, 3, "")])


WHAT = (
    "executing a notebook with nbclient",
    "its whole verdict, warm",
    "its verdict without the start of the cage",
    "starting and ending a cage",
)


if __name__ == "__main__":
    main()
