"""Runs the tests of the formulas on each mutant of them, and asks that one fails.

    python -m tests.mutants.constants               every mutant
    python -m tests.mutants.constants --count 24 --seed 1      a sample

A mutant lives in a forked process, whose import of one module gives the changed source; no file is written.
"""

from __future__ import annotations

import argparse
import importlib.abc
import importlib.util
import multiprocessing
import os
import random
import signal
import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec, SourceFileLoader
from types import CodeType
from typing import Any, Final

import numpy as np  # noqa: F401  # loaded once, before the forks
import pytest

from tests.mutants.changing import ROOT, Mutant, mutants
from tests.mutants.equal import EQUAL, why_equal

SECONDS: Final = 120
POINTS, FORMULAS = "tests/nets/test_points.py", "tests/nets/test_formulas.py"
ROWS, MORE = "tests/mistakes/test_catalogue.py", "tests/mistakes/test_rows_more.py"
TESTS: Final = (POINTS, FORMULAS, MORE, ROWS)
# Which of them are run first, and alone, for a mutant of a file: most of its mutants are killed there.
FIRST: Final = {"verify/nets/net.py": FORMULAS, "verify/nets/cases.py": POINTS,
                "verify/mistakes/text.py": ROWS,
                "verify/mistakes/catalogue.py": ROWS}  # fmt: skip
BY_ROW: Final = "tests/mistakes/test_catalogue.py::test_what_a_row_gives_is_the_formula_that_is_written_by_hand[{}]"


class Changed(SourceFileLoader):
    """Loads a module from another text than that of its file."""

    def __init__(self, mutant: Mutant) -> None:
        super().__init__(mutant.module, str(ROOT / mutant.file))
        self.source = mutant.source

    def get_code(self, fullname: str) -> CodeType:
        code: CodeType = self.source_to_code(self.source.encode(), self.path)
        return code


class Finder(importlib.abc.MetaPathFinder):
    """Finds the changed module before the one on the disk."""

    def __init__(self, mutant: Mutant) -> None:
        self.mutant = mutant

    def find_spec(self, fullname: str, path: Any, target: Any = None) -> ModuleSpec | None:
        if fullname != self.mutant.module:
            return None
        loader = Changed(self.mutant)
        return importlib.util.spec_from_file_location(fullname, ROOT / self.mutant.file, loader=loader)


def survives(mutant: Mutant) -> bool:
    """Whether every test passes. To be called in a process of its own, in which no module of verify is loaded."""
    assert mutant.module not in sys.modules
    _quietly()
    sys.meta_path.insert(0, Finder(mutant))
    return all(_green(*tests) for tests in _in_order(mutant))


def passes(tests: Sequence[str]) -> bool:
    """Whether these tests are there and pass without a change; a test that is not there would kill every mutant."""
    _quietly()
    return _green(*tests)


def _quietly() -> None:
    with open(os.devnull, "w") as nowhere:
        os.dup2(nowhere.fileno(), 1)
        os.dup2(nowhere.fileno(), 2)
    signal.signal(signal.SIGALRM, _too_long)
    signal.alarm(SECONDS)


def _in_order(mutant: Mutant) -> list[tuple[str, ...]]:
    """Return the tests in the order in which they are likely to fail; at the end all have run."""
    if mutant.row:
        return [(BY_ROW.format(mutant.row),), TESTS]
    first = FIRST.get(mutant.file, MORE)
    return [(first,), tuple(one for one in TESTS if one != first)]


def _green(*tests: str) -> bool:
    options = ["-x", "-q", "-p", "no:cacheprovider", "--noconftest", "--rootdir", str(ROOT)]
    return pytest.main([*options, *(str(ROOT / test) for test in tests)]) == pytest.ExitCode.OK


def _too_long(*_: object) -> None:
    raise TimeoutError("the tests of a mutant take too long")


def main() -> int:
    """Print the table; return 1 where a mutant survives that is not equal by algebra."""
    words = argparse.ArgumentParser()
    words.add_argument("--count", type=int, default=0)
    words.add_argument("--seed", type=int, default=1)
    words.add_argument("--only", default="")
    asked = words.parse_args()
    os.chdir(ROOT)
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"  # each mutant starts pytest: what it does not need takes time
    sys.path.insert(0, str(ROOT))
    found = [one for one in mutants() if asked.only in str(one)]
    chosen = random.Random(asked.seed).sample(found, asked.count) if asked.count else found
    with multiprocessing.get_context("fork").Pool(os.cpu_count(), maxtasksperchild=1) as pool:
        for tests in (TESTS, sorted({BY_ROW.format(one.row) for one in chosen if one.row})):
            if tests and not pool.apply(passes, (tests,)):
                print("a test is red or missing without a change: nothing can be learnt")
                return 2
        alive = pool.map(survives, chosen, chunksize=1)
    return table(chosen, alive)


def table(chosen: list[Mutant], alive: list[bool]) -> int:
    """Print what was killed and what survived."""
    survivors = [one for one, living in zip(chosen, alive, strict=True) if living]
    unlisted = [one for one in survivors if why_equal(one) is None]
    print(f"{'file':32} {'mutants':>8} {'killed':>8} {'equal':>8} {'survived':>9}")
    for file in sorted({one.file for one in chosen}):
        count = sum(one.file == file for one in chosen)
        living, bad = (sum(one.file == file for one in group) for group in (survivors, unlisted))
        print(f"{file:32} {count:8} {count - living:8} {living - bad:8} {bad:9}")
    print(
        f"{'all':32} {len(chosen):8} {len(chosen) - len(survivors):8} {len(survivors) - len(unlisted):8} {len(unlisted):9}"
    )
    for one in unlisted:
        print(f"survived: {one}")
    killed = [one for one, living in zip(chosen, alive, strict=True) if not living and why_equal(one) is not None]
    for one in killed:
        print(f"listed as equal, but a test fails: {one}")
    if len(chosen) == len(mutants()):
        met = {(one.file, one.text) for one in chosen}
        for key in sorted(set(EQUAL) - met):
            print(f"listed as equal, but no mutant: {key}")
            killed.append(chosen[0])
    return 1 if unlisted or killed else 0


if __name__ == "__main__":
    sys.exit(main())
