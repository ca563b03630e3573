"""The arrows that must never be, read from the source; each rule is shown to catch a tree that breaks it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
COMMAND_LINE = ("verify/cli/main.py", "verify/cli/submission.py")  # the second holds options of the first
PRINTERS = (
    "verify/report/",
    "verify/cli/main.py",
    "verify/output.py",
    "derivations/__main__.py",
    "verify/submissions/inside/",
)  # there it is a pipe to the judge


def imports(path: Path, root: Path) -> Iterator[str]:
    """Every dotted name that a file imports, anywhere in it, by statement or by import_module("...")."""
    package = path.relative_to(root).with_suffix("").parts[:-1]
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = list(package[: len(package) - node.level + 1]) if node.level else []
            base = ".".join([*above, *([node.module] if node.module else [])])
            yield base
            yield from (f"{base}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if called in ("import_module", "__import__"):
                yield str(node.args[0].value)


def within(name: str, *packages: str) -> bool:
    return any(name == package or name.startswith(f"{package}.") for package in packages)


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
    """Every place under root where a file of the project does what the house forbids it."""
    found = []
    for path in sorted([*root.glob("verify/**/*.py"), *root.glob("derivations/**/*.py")]):
        where, names = path.relative_to(root).as_posix(), set(imports(path, root))
        tree = ast.parse(path.read_text())
        if where.startswith("derivations/") and any(within(name, "verify") for name in names):
            found.append(f"{where}: the derivation imports verify")
        if where == "verify/lab/network.py" and not all(within(n, "numpy", "__future__", "typing") for n in names):
            found.append(f"{where}: the network imports more than NumPy")
        if where.startswith("verify/oracles/"):
            forbidden = ("verify.lab.network", "verify.judgement.comparison", "verify.lab.check")
            if any(within(name, *forbidden) for name in names):
                found.append(f"{where}: an oracle imports what it judges")
            if any(isinstance(node, ast.Attribute) and node.attr == "backward" for node in ast.walk(tree)):
                found.append(f"{where}: an oracle uses backward")
        if where.startswith("verify/report/"):
            forbidden = ("verify.oracles", "verify.lab.network", "derivations", "sympy", "numpy")
            if any(within(name, *forbidden) for name in names):
                found.append(f"{where}: a renderer imports what computes")
        if where not in COMMAND_LINE and any(within(name, "typer") for name in names):
            found.append(f"{where}: only the command line imports Typer")
        if where != "verify/__main__.py" and any(within(name, "verify.cli.main") for name in names):
            found.append(f"{where}: only __main__ imports the command line")
        if where != "verify/cli/main.py" and any(within(name, "verify.cli.submission") for name in names):
            found.append(f"{where}: only the command line imports its second part")
        if not where.startswith(PRINTERS) and prints(tree):
            found.append(f"{where}: only renderers and the command line print")
    return found


def test_no_file_of_the_project_breaks_a_rule():
    assert (ROOT / "verify" / "network.py").exists()
    assert violations(ROOT) == []


BREAKING = [
    ("derivations/claims.py", "import verify.nets.cases", "the derivation imports verify"),
    ("derivations/claims.py", "def f():\n    from verify import network", "the derivation imports verify"),
    ("verify/lab/network.py", "import scipy", "the network imports more than NumPy"),
    ("verify/lab/network.py", "from verify.nets.cases import Case", "the network imports more than NumPy"),
    ("verify/oracles/exact.py", "from verify import network", "an oracle imports what it judges"),
    ("verify/oracles/exact.py", "from ..network import forward", "an oracle imports what it judges"),
    ("verify/oracles/exact.py", "from .. import comparison", "an oracle imports what it judges"),
    (
        "verify/oracles/exact.py",
        "import importlib\nimportlib.import_module('verify.lab.check')",
        "an oracle imports what it judges",
    ),
    ("verify/oracles/exact.py", "def f(net):\n    return net.backward", "an oracle uses backward"),
    ("verify/report/terminal.py", "import numpy as np", "a renderer imports what computes"),
    ("verify/report/terminal.py", "def f():\n    import sympy", "a renderer imports what computes"),
    ("verify/report/terminal.py", "from verify import oracles", "a renderer imports what computes"),
    ("verify/report/terminal.py", "from verify.lab.network import forward", "a renderer imports what computes"),
    ("verify/report/terminal.py", "from derivations.claims import CLAIMS", "a renderer imports what computes"),
    ("verify/lab/check.py", "import typer", "only the command line imports Typer"),
    ("verify/lab/check.py", "from verify.cli.main import main", "only __main__ imports the command line"),
    ("verify/report/terminal.py", "from verify import cli_submission", "only the command line imports its second part"),
    ("verify/cli/submission.py", "print('done')", "only renderers and the command line print"),
    ("verify/cli/submission.py", "from verify.cli.main import app", "only __main__ imports the command line"),
    ("verify/lab/check.py", "print('done')", "only renderers and the command line print"),
    ("verify/oracles/base.py", "import sys\nsys.stdout.write('x')", "only renderers and the command line print"),
    ("derivations/proof.py", "from sys import stdout", "only renderers and the command line print"),
]
HARMLESS = [
    ("verify/cli/main.py", "import sys\nimport typer\nsys.stdout.write('x')"),
    ("verify/cli/main.py", "from verify import cli_submission as own"),
    ("verify/cli/submission.py", "import typer"),
    ("verify/__main__.py", "from verify.cli.main import main"),
    ("verify/report/terminal.py", "import rich\nfrom verify.evidence.records import Evidence\nprint('x')"),
    (
        "verify/oracles/exact.py",
        "import numpy\nfrom verify.nets.cases import Case\nfrom derivations.claims import CLAIMS",
    ),
    ("verify/lab/network.py", "from __future__ import annotations\nfrom typing import Any\nimport numpy as np"),
    ("derivations/__main__.py", "print('x')"),
    ("verify/lab/check.py", "from verify import network\n'''print('x') is a word in this text'''"),
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
