"""A changed number, operator or right side in a formula turns a test red: a seeded sample of the mutants."""

from __future__ import annotations

import ast
import os
import subprocess
import sys

import pytest

from tests.mutants.changing import ROOT, Mutant, mutants
from tests.mutants.constants import table
from tests.mutants.equal import EQUAL


@pytest.mark.mutants
def test_no_mutant_of_the_sample_survives() -> None:
    words = [sys.executable, "-m", "tests.mutants.constants", "--count", "24", "--seed", "5"]
    done = subprocess.run(
        words, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_mutant_is_python_and_changes_one_line_of_its_file() -> None:
    found = mutants()
    assert len(found) > 500
    for one in found[::20]:
        before, after = (text.splitlines() for text in ((ROOT / one.file).read_text(encoding="utf-8"), one.source))
        ast.parse(one.source)
        assert before[: one.line - 1] == after[: one.line - 1]
        assert before[one.line - 1] != after[one.line - 1]
    assert len({one.source for one in found}) == len(found)


def test_every_row_of_the_catalogue_is_changed() -> None:
    from verify.mistakes.catalogue import BY_ID

    changed = {one.row for one in mutants()}
    assert {f"{step}-{name}" for step, name in BY_ID if step != "gradient"} - changed <= {
        f"{step}-{name}" for step, name in BY_ID if ("dZL", name) in BY_ID
    }


def test_what_is_listed_as_equal_is_a_mutant() -> None:
    assert set(EQUAL) <= {(one.file, one.text) for one in mutants()}


def test_a_survivor_is_a_failure_of_the_campaign(capsys: pytest.CaptureFixture[str]) -> None:
    one = Mutant("verify/nets/net.py", 1, "2", "3", "x = 3\n")
    assert table([one], [True]) == 1
    assert f"survived: {one}" in capsys.readouterr().out
    assert table([one], [False]) == 0
