"""What the project shows: its public names, their docstrings, files of one idea, no traces of a machine."""

from __future__ import annotations

import ast
import importlib
import inspect
import re
import subprocess
import sys
from pathlib import Path

import pytest

import verify
from tests.places import ROOT
from verify.files import UNFINISHED

SOURCES = sorted([*ROOT.glob("verify/**/*.py"), *ROOT.glob("derivations/**/*.py")])
LONGEST = 400
TEXT = {
    ".py",
    ".toml",
    ".md",
    ".json",
    ".txt",
    ".cfg",
    ".yml",
    ".yaml",
    ".html",
    ".css",
    ".tex",
    ".typed",
    ".ipynb",
    "",
}
# Spelled in pieces, so that this file does not hold what it looks for.
MACHINE = re.compile(
    r"(?<![\w.~-])/(?:"
    + "|".join(["work", "home", "root", "tmp", "opt", "Users", "mnt"])
    + r")/[\w.]"
    + r"|[A-Z]:\\\\?Users"
)
REGISTRY = re.compile(
    "|".join(["index" + "[-_]url", r"pypi\.", "python" + "hosted", "arti" + "factory", "find" + "-links"])
)


def test_all_is_exactly_what_can_be_imported_from_verify():
    code = "from verify import *; print(*sorted(name for name in dir() if not name.startswith('_')))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == sorted(verify.__all__)
    assert sorted(verify._HOME) == sorted(verify.__all__)


def test_what_type_checkers_see_is_what_can_be_imported():
    nodes = ast.walk(ast.parse((ROOT / "verify" / "__init__.py").read_text()))
    seen = {alias.asname for node in nodes if isinstance(node, ast.ImportFrom) for alias in node.names if alias.asname}
    assert seen == set(verify.__all__)


@pytest.mark.parametrize("name", verify.__all__)
def test_every_public_name_resolves_to_its_home_and_says_what_it_is(name):
    value = getattr(verify, name)
    assert value.__name__ == name
    assert value is getattr(importlib.import_module(verify._HOME[name]), name)
    assert len(inspect.getdoc(value) or "") > 20


def test_an_unknown_name_is_refused_with_the_names_that_exist():
    with pytest.raises(AttributeError, match="verify has no 'check_gradient'") as said:
        _ = verify.check_gradient
    assert all(name in str(said.value) for name in verify.__all__)


def undocumented(source: str, where: str) -> list[str]:
    """The module, and its public functions, classes and methods of public classes, that have no docstring."""
    tree = ast.parse(source)
    found = [] if ast.get_docstring(tree) else [where]

    def visit(node: ast.AST, prefix: str) -> None:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and not child.name.startswith(
                "_"
            ):
                name = f"{prefix}.{child.name}"
                if not ast.get_docstring(child):
                    found.append(name)
                if isinstance(child, ast.ClassDef):
                    visit(child, name)

    visit(tree, where)
    return found


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_public_function_and_class_has_a_docstring(path):
    assert undocumented(path.read_text(), path.stem) == []


def test_a_public_function_class_or_method_without_docstring_is_reported():
    source = "def f(): pass\nclass C:\n    def m(self): pass\n    def _p(self): pass\ndef _g(): pass\n"
    assert undocumented(source, "a") == ["a", "a.f", "a.C", "a.C.m"]


def too_long(paths: list[Path]) -> list[str]:
    return [path.name for path in paths if len(path.read_text().splitlines()) > LONGEST]


def test_no_source_file_is_longer_than_400_lines():
    assert too_long(SOURCES) == []


def test_a_file_of_401_lines_is_reported(tmp_path):
    (tmp_path / "long.py").write_text("\n" * 401)
    (tmp_path / "right.py").write_text("\n" * 400)
    assert too_long([tmp_path / "long.py", tmp_path / "right.py"]) == ["long.py"]


def traces(text: str) -> list[str]:
    """Paths of one machine, and addresses of package registries."""
    return [match.group() for pattern in (MACHINE, REGISTRY) for match in pattern.finditer(text)]


def project_files() -> list[Path]:
    """The files of text that git keeps, those whose names begin with a dot too."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    found = [ROOT / name for name in listed.split("\0") if name and not name.startswith("reports/")]
    return [path for path in found if path.is_file() and path.suffix in TEXT]


def unfinished(root: Path) -> list[str]:
    """What `write_whole` and `write_report` have left behind."""
    places = (path for path in root.rglob(f"{UNFINISHED}*") if ".venv" not in path.parts)
    return sorted(path.relative_to(root).as_posix() for path in places)


def test_no_write_has_left_anything_behind():
    assert unfinished(ROOT) == []


def test_what_a_write_has_left_behind_is_reported(tmp_path):
    (tmp_path / "reports" / f"{UNFINISHED}a").mkdir(parents=True)
    (tmp_path / f"{UNFINISHED}b").touch()
    (tmp_path / ".gitignore").touch()
    assert unfinished(tmp_path) == [".verify-b", "reports/.verify-a"]


def test_no_file_holds_paths_of_a_machine_or_addresses_of_registries():
    files = project_files()
    assert {ROOT / name for name in ("pyproject.toml", ".gitignore", ".ci/run", "verify/cli/main.py")} <= set(files)
    assert {path.relative_to(ROOT).as_posix(): found for path in files if (found := traces(path.read_text()))} == {}


@pytest.mark.parametrize(
    "text",
    [
        "see /" + "work/main",
        "'/" + "home/me'",
        "(/" + "tmp/x)",
        "--index" + "-url x",
        "https://pypi" + ".org/simple",
        "/" + "Users/me",
    ],
)
def test_a_path_of_a_machine_or_an_address_of_a_registry_is_reported(text):
    assert traces(text)


@pytest.mark.parametrize(
    "text", ["a/work/b", "../shared/lab1", "n_x/n_h", "1/m", "pip install 'verify[autodiff]'", "~/x"]
)
def test_relative_paths_and_formulas_are_not_reported(text):
    assert not traces(text)
