"""What is left out of a main program is found once: later runs leave out the same, and what stops then stops."""

from __future__ import annotations

import ast
from typing import Any

import pytest

from verify.reading.wiring.plan_records import Cut
from verify.submissions.execution.inside.as_program import as_program
from verify.submissions.execution.inside.cutting import WATCH, Watch, cut

FILE = """
import numpy as np

def read(): raise OSError("not there")

table = read()
X = table[:, 1:]
y = table[:, 0]
w = np.zeros(2)
scale = helper()
for _ in range(9):
    w = w - scale * X.T @ (X @ w - y)
"""


def _ready(helper: Any) -> tuple[Watch, dict[str, Any]]:
    import numpy as np

    watch, tree = Watch(), ast.parse(FILE)
    space: dict[str, Any] = {WATCH: watch, "helper": helper, "np": np}
    exec(compile(ast.Module([node for node in tree.body if isinstance(node, ast.FunctionDef)], []), "f", "exec"), space)
    program = as_program(ast.parse(FILE), None, "__program__", "")
    exec(compile(cut(program, None, [Cut(None, 11, ("X", "_", "scale", "w", "y"))]), "f", "exec"), space)
    watch.program.data = {"X": np.ones((3, 2)), "Y": np.ones(3)}.__getitem__
    return watch, space


def _run(watch: Watch, space: dict[str, Any]) -> dict[str, Any]:
    return watch.run(Cut(None, 11, ("X", "_", "scale", "w", "y")), space["__program__"], dict)


def test_data_that_are_not_there_are_ours() -> None:
    watch, space = _ready(lambda: 0.5)
    watch.program.learn("floats", lambda: _run(watch, space))
    assert _run(watch, space)["w"].tolist() == [1.5, 1.5]


def test_what_stops_for_the_first_time_later_stops_the_program() -> None:
    answers = iter([0.5, 0.5])
    watch, space = _ready(lambda: next(answers))
    watch.program.learn("floats", lambda: _run(watch, space))  # two runs: the second finds nothing new
    with pytest.raises(StopIteration):
        _run(watch, space)
