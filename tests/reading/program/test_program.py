"""The analysis of a file is built once, and handed on: no stage of judging a file builds it again."""

from __future__ import annotations

import ast
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from verify.reading.parsing import loading, trees
from verify.reading.parsing.reading import read
from verify.reading.program import program, toplevel
from verify.reading.program.program import Program
from verify.submissions.judge import check_submission

SUBMISSION = """\
import numpy as np
from tools import relu

def init(n_x, n_h, n_y):
    return {"W1": np.random.randn(n_x, n_h), "b1": np.zeros((1, n_h)), "W2": np.random.randn(n_h, n_y), "b2": np.zeros((1, n_y))}

def forward(X, p):
    A1 = relu(X @ p["W1"] + p["b1"])
    return A1, A1 @ p["W2"] + p["b2"]

def loss(Yhat, Y):
    return np.sum((Yhat - Y) ** 2) / (2 * len(Y))

def backward(X, Y, p):
    A1, Yhat = forward(X, p)
    dZ2 = (Yhat - Y) / len(X)
    dZ1 = dZ2 @ p["W2"].T * (A1 > 0)
    return {"W1": X.T @ dZ1, "b1": dZ1.sum(0, keepdims=True), "W2": A1.T @ dZ2, "b2": FACTOR * dZ2.sum(0, keepdims=True)}

for epoch in range(9):
    Z = X @ W
    W -= 0.1 * X.T @ (Z - Y)
"""  # fmt: skip


@pytest.fixture
def submission(tmp_path: Path) -> Path:
    (tmp_path / "tools.py").write_text(
        "import numpy as np\nfrom more import zero\ndef relu(z): return np.maximum(z, zero)\n"
    )
    (tmp_path / "more.py").write_text("zero = 0\n")
    path = tmp_path / "student.py"
    path.write_text(SUBMISSION)
    return path


def counted(monkeypatch: pytest.MonkeyPatch, module: Any, name: str) -> list[tuple[Any, ...]]:
    """Count the calls of a function, by what it is given."""
    calls: list[tuple[Any, ...]] = []
    real = getattr(module, name)

    def counting(*given: Any) -> Any:
        calls.append(given)
        return real(*given)

    monkeypatch.setattr(module, name, counting)
    return calls


@pytest.mark.parametrize(("factor", "verdict"), [("1", "correct"), ("2", "wrong")])
def test_a_file_is_analysed_once_while_it_is_judged(
    submission: Path, monkeypatch: pytest.MonkeyPatch, factor: str, verdict: str
) -> None:
    submission.write_text(SUBMISSION.replace("FACTOR", factor))
    parsed = counted(monkeypatch, loading, "cell_of")
    items = counted(monkeypatch, toplevel, "items_of")
    once = [
        counted(monkeypatch, program, name) for name in ("top_level", "functions_of", "blocks_of", "lift")
    ]  # fmt: skip
    evidence = check_submission(submission, level="rlimits")
    assert evidence.verdict == verdict
    assert [(document.name, module) for document, module in items] == [
        ("student.py", None), ("tools.py", "tools"), ("more.py", "more")
    ]  # fmt: skip
    assert [len(calls) for calls in once] == [1, 1, 1, 1]
    assert len(parsed) == 3


def test_a_file_without_gradients_is_analysed_once_too(submission: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    submission.write_text("import numpy as np\nW = np.ones(3)\nfor k in range(3):\n    W -= k * np.ones(3)\n")
    once = [
        counted(monkeypatch, program, name) for name in ("top_level", "functions_of", "blocks_of", "lift", "why_not")
    ]
    evidence = check_submission(submission, level="rlimits")
    assert evidence.verdict == "could not judge"
    assert [len(calls) for calls in once] == [1, 1, 1, 1, 1]


def test_a_program_hands_on_the_same_parts(submission: Path) -> None:
    made = Program(read(submission))
    for part in ("files", "statements", "functions", "blocks", "steps", "why_no_step"):
        assert getattr(made, part) is getattr(made, part)
    assert [one.place.line for one in made.steps] == [21]
    assert {one.name for one in made.functions} == {"relu", "init", "forward", "loss", "backward"}


def test_all_nodes_are_those_of_walk_in_its_order() -> None:
    tree = ast.parse(Path(__file__).read_text())
    assert trees.nodes_of(tree) == list(ast.walk(tree))
    assert trees.children(tree) == list(ast.iter_child_nodes(tree))
    (cell,) = read(Path(__file__)).cells
    assert cell.tree is not None
    assert list(cell.nodes) == list(ast.walk(cell.tree))


def test_a_statement_knows_the_lines_of_its_cell(submission: Path) -> None:
    made = Program(read(submission))
    for item in made.files.items[None]:
        found = Counter(getattr(node, "lineno", item.statement.place.line) for node in item.nodes)
        assert min(found) == item.statement.place.line
        assert max(found) <= item.statement.end
