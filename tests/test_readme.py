"""Every command and snippet of the README runs, and prints what the README shows."""

from __future__ import annotations

import ast
import contextlib
import io
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.places import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
EXPECTED_STATUS = {"--mistake": 1, "--sizes 1,2,1": 3}


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


def console_commands() -> list[tuple[str, str]]:
    """Return each command of the console blocks with the output that is shown under it."""
    found = []
    for block in blocks("console"):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, output = part.partition("\n")
            found.append((command, output.rstrip("\n")))
    return found


def stable(line: str) -> str:
    """Keep of a line what no other processor or version changes: of a row of the table, gradient, oracle and verdict."""
    if re.search(r" of [\d,]+$", line) and not line.startswith("  "):
        return " ".join(line.split()[:3])
    if re.match(r" {4}\S+ +(agrees|identical|differs|different|vacuous)", line):
        return " ".join(line.split()[:2])
    line = re.sub(r"python \d.*", "VERSIONS", re.sub(r"\d\.\de[+-]\d+", "NUMBER", line))
    return " ".join(line.split())


def lines_are_in_order(shown: list[str], printed: list[str]) -> bool:
    """Whether all the shown lines are printed in this order, and nothing between them but where `...` stands."""
    at, skipping = 0, False
    for line in shown:
        if line == "...":
            skipping = True
            continue
        while skipping and at < len(printed) and printed[at] != line:
            at += 1
        if at >= len(printed) or printed[at] != line:
            return False
        at, skipping = at + 1, False
    return skipping or at == len(printed)


LONG = ("train-mnist", "report", "derivations", "4,5,3")
COMMANDS = [
    pytest.param(command, output, marks=[pytest.mark.slow] if any(one in command for one in LONG) else [])
    for command, output in console_commands()
]


@pytest.mark.slow
@pytest.mark.parametrize(("command", "output"), COMMANDS, ids=lambda text: text[:40] if text else "nothing")
def test_a_command_of_the_readme_prints_what_it_shows(command: str, output: str, tmp_path: Path) -> None:
    words = command.split()
    if words[:2] == ["python", "-m"]:
        words = words[1:]
    else:
        assert words[0] == "verify", command
        words = ["-m", *words]
    result = subprocess.run(
        [sys.executable, *words], cwd=tmp_path, capture_output=True, text=True, encoding="utf-8", check=False
    )
    status = next((number for key, number in EXPECTED_STATUS.items() if key in command), 0)
    assert result.returncode == status, result.stderr
    progress = r"(NOT MNIST: |(intended|as-written)\S*( with \S+)?: epoch ).*\n" if "train-mnist" in command else ""
    assert re.fullmatch(f"({progress})*", result.stderr), result.stderr
    shown, printed = ([stable(line) for line in text.rstrip("\n").split("\n")] for text in (output, result.stdout))
    assert lines_are_in_order(shown, printed), "\n".join(printed)


def test_the_comparison_with_the_readme_can_fail() -> None:
    assert lines_are_in_order(["a", "...", "d"], ["a", "b", "c", "d"])
    assert not lines_are_in_order(["a", "...", "x"], ["a", "b", "c", "d"])
    assert not lines_are_in_order(["a", "c"], ["a", "b", "c"])
    assert not lines_are_in_order(["a"], ["a", "b"])


def test_the_python_snippet_prints_what_its_comments_say() -> None:
    (snippet,) = blocks("python")
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        exec(compile(snippet, "README.md", "exec"), {})
    expected = re.findall(r"^print\(.*?\)  # (.*)$", snippet, re.MULTILINE)
    assert expected
    assert out.getvalue().splitlines() == expected


@pytest.mark.skipif(shutil.which("make") is None, reason="needs make")
def test_the_make_targets_of_the_readme_exist() -> None:
    (shell,) = blocks("sh")
    targets = [line.split()[1] for line in shell.splitlines() if line.startswith("make")]
    assert targets == ["report", "test"]
    for target in [*targets, "bench"]:
        result = subprocess.run(["make", "-n", target], cwd=ROOT, capture_output=True, text=True, check=False)
        assert result.returncode == 0, result.stderr


def test_every_file_that_the_readme_links_to_is_there() -> None:
    links = re.findall(r"\]\(([^)]+)\)", README)
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_every_dependency_has_a_reason() -> None:
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = [*project["dependencies"], *(one for group in project["optional-dependencies"].values() for one in group)]
    table = README[README.index("## What it depends on") :].lower()
    names = [re.split(r"[<>=]", one)[0] for one in wanted]
    assert [name for name in names if name.lower() not in table] == []


@pytest.mark.slow
def test_everything_that_is_imported_stands_in_the_table_of_dependencies() -> None:
    table = README[README.index("## What it depends on") :].lower()
    assert "numpy" in foreign(ROOT)
    assert sorted(one for one in foreign(ROOT) if {"sklearn": "scikit-learn"}.get(one, one) not in table) == []


def foreign(root: Path) -> set[str]:
    """Return the packages that the code imports and that are neither ours nor Python's; a host's own are not meant."""
    nodes = [node for name in ("verify", "derivations") for path in root.glob(f"{name}/**/*.py")
             for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))]  # fmt: skip
    found = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    found |= {node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module and not node.level}
    ours = {"verify", "derivations", "_typeshed", *sys.stdlib_module_names}  # types of the standard library itself
    return {name.split(".")[0].lower() for name in found} - ours - {"torch", "ipython"}


def test_a_package_that_is_imported_is_found(tmp_path: Path) -> None:
    (tmp_path / "verify").mkdir()
    (tmp_path / "verify" / "one.py").write_text("import json\ndef f():\n    from strange.part import x\n")
    assert foreign(tmp_path) == {"strange"}
