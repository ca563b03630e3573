"""How long judging a notebook takes beside executing it, trained on scikit-learn's digits as a lab does: `make bench`."""

from __future__ import annotations

import logging
import tempfile
import warnings
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from ratios import Row, shown, side_by_side

from verify.submissions.judge import check_submission

CORPUS = Path(__file__).parent.parent / "submissions" / "corpus"
LAB = (CORPUS / "wrong_db2_summed_over_everything.py").read_text()
RIGHT = LAB.replace("np.sum(dZ2)", "np.sum(dZ2, axis=0, keepdims=True)")
TRAINING = """
import matplotlib.pyplot as plt
from sklearn.datasets import load_digits

digits = load_digits()
X, Y = digits.data / 16, np.eye(10)[digits.target]
params, losses = init_params(64, 128, 10), []
for epoch in range(50):
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


def notebook(folder: Path) -> Path:
    """Write the lab as a notebook: its functions, and a training of 50 epochs on 1,797 digits."""
    book = nbformat.v4.new_notebook()
    book.cells = [nbformat.v4.new_code_cell(part) for part in ("%matplotlib inline", RIGHT, TRAINING)]
    path = folder / "lab.ipynb"
    nbformat.write(book, path)
    return path


def execute(path: Path) -> None:
    """Execute the notebook in a kernel of its own."""
    NotebookClient(nbformat.read(path, as_version=4), timeout=120, kernel_name="python3").execute()


def main() -> None:
    """Print both times and their ratio."""
    warnings.simplefilter("ignore")
    logging.disable(logging.WARNING)
    with tempfile.TemporaryDirectory() as folder:
        path = notebook(Path(folder))
        assert check_submission(path).verdict == "correct"
        found = side_by_side(lambda: execute(path), lambda: check_submission(path), runs=3)
    shown([Row("execute a notebook with nbclient", "its whole verdict, warm, cage included (aim 0.3 s)", found, "10")])


if __name__ == "__main__":
    main()
