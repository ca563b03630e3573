"""No function is longer than a screen, from its `def` to its last line."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LONGEST = 60


def long_functions(root: Path) -> list[str]:
    """Every function of the project that is too long, with its file, its line and its length."""
    found = []
    for path in sorted([*root.glob("verify/**/*.py"), *root.glob("derivations/**/*.py")]):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno is not None:
                length = node.end_lineno - node.lineno + 1
                if length > LONGEST:
                    where = f"{path.relative_to(root).as_posix()}:{node.lineno}"
                    found.append(f"{where}: {node.name} has {length} lines; expected at most {LONGEST}")
    return found


def test_no_function_of_the_project_is_too_long():
    assert (ROOT / "verify" / "cli" / "report.py").exists()
    assert long_functions(ROOT) == []


@pytest.mark.parametrize("start", ["def f():", "async def f():", "class A:\n  def f(\n    self,\n  ):"])
@pytest.mark.parametrize("folder", ["verify/deep/inside", "derivations"])
def test_a_function_of_61_lines_is_reported_and_one_of_60_is_not(tmp_path, start, folder):
    path = tmp_path / folder / "made.py"
    path.parent.mkdir(parents=True)
    before = start.splitlines().index(next(line for line in start.splitlines() if "def f" in line))
    signature = len(start.splitlines()) - before
    for length in (60, 61):
        path.write_text(f"{start}\n" + "    pass\n" * (length - signature))
        told = [f"{folder}/made.py:{before + 1}: f has 61 lines; expected at most 60"]
        assert long_functions(tmp_path) == (told if length == 61 else [])
