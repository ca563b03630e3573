"""Rules that no table of rooms can say: who prints, who knows Typer, what an oracle never touches."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.places import ROOT

PRINTERS = (
    "verify/report/",
    "verify/cli/",
    "verify/output.py",
    "derivations/__main__.py",
    "verify/sandbox/inside/",  # there it is a pipe to the judge
    "verify/submissions/execution/inside/",
)


def names_of(tree: ast.AST) -> set[str]:
    """The top names of all packages that are imported anywhere."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.split(".")[0])
    return found


def prints(tree: ast.AST) -> bool:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print":
            return True
        if isinstance(node, ast.Attribute) and node.attr == "stdout" and getattr(node.value, "id", "") == "sys":
            return True
        if isinstance(node, ast.ImportFrom) and node.module == "sys" and any(a.name == "stdout" for a in node.names):
            return True
    return False


def violations(root: Path) -> list[str]:
    """Every place under root where a file of the project does what it must not."""
    found = []
    for path in sorted([*root.glob("verify/**/*.py"), *root.glob("derivations/**/*.py")]):
        where, tree = path.relative_to(root).as_posix(), ast.parse(path.read_text())
        names = names_of(tree)
        if where == "verify/lab/network.py" and not names <= {"numpy", "__future__", "typing"}:
            found.append(f"{where}: the network imports more than NumPy")
        if where.startswith("verify/oracles/"):
            if any(isinstance(node, ast.Attribute) and node.attr == "backward" for node in ast.walk(tree)):
                found.append(f"{where}: an oracle uses backward")
        if where.startswith("verify/report/") and names & {"numpy", "sympy"}:
            found.append(f"{where}: a renderer computes")
        if not where.startswith("verify/cli/") and "typer" in names:
            found.append(f"{where}: only the command line imports Typer")
        if not where.startswith(PRINTERS) and prints(tree):
            found.append(f"{where}: only renderers and the command line print")
    return found


def test_no_file_of_the_project_breaks_a_rule():
    assert (ROOT / "verify" / "lab" / "network.py").exists()
    assert violations(ROOT) == []


BREAKING = [
    ("verify/lab/network.py", "import scipy", "the network imports more than NumPy"),
    ("verify/lab/network.py", "from verify.nets.cases import Case", "the network imports more than NumPy"),
    ("verify/oracles/exact.py", "def f(net):\n    return net.backward", "an oracle uses backward"),
    ("verify/report/terminal.py", "import numpy as np", "a renderer computes"),
    ("verify/report/terminal.py", "def f():\n    import sympy", "a renderer computes"),
    ("verify/lab/check.py", "import typer", "only the command line imports Typer"),
    ("verify/lab/check.py", "print('done')", "only renderers and the command line print"),
    ("verify/oracles/base.py", "import sys\nsys.stdout.write('x')", "only renderers and the command line print"),
    ("derivations/proof.py", "from sys import stdout", "only renderers and the command line print"),
]
HARMLESS = [
    ("verify/cli/main.py", "import sys\nimport typer\nsys.stdout.write('x')"),
    ("verify/report/terminal.py", "import rich\nfrom verify.evidence.records import Evidence\nprint('x')"),
    ("verify/lab/network.py", "from __future__ import annotations\nfrom typing import Any\nimport numpy as np"),
    ("derivations/__main__.py", "print('x')"),
    ("verify/lab/check.py", "from verify.lab import network\n'''print('x') is a word in this text'''"),
]


def tree(root: Path, where: str, source: str) -> None:
    (root / where).parent.mkdir(parents=True)
    (root / where).write_text(source)


@pytest.mark.parametrize(("where", "source", "rule"), BREAKING)
def test_a_tree_that_breaks_one_rule_is_reported_with_its_file_and_this_rule_alone(tmp_path, where, source, rule):
    tree(tmp_path, where, source)
    assert violations(tmp_path) == [f"{where}: {rule}"]


@pytest.mark.parametrize(("where", "source"), HARMLESS)
def test_a_tree_that_breaks_no_rule_is_not_reported(tmp_path, where, source):
    tree(tmp_path, where, source)
    assert violations(tmp_path) == []


def test_every_rule_has_a_tree_that_breaks_it():
    source = Path(__file__).read_text()
    named = {
        line.split(": ")[1].rstrip('")') for line in source.splitlines() if line.strip().startswith("found.append(")
    }
    assert named == {rule for _, _, rule in BREAKING}
