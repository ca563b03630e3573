"""Every example in a docstring runs and prints what it shows."""

from __future__ import annotations

import doctest
import importlib
import pkgutil

import pytest

import derivations
import verify

MODULES = [
    found.name
    for package in (verify, derivations)
    for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")
    if not found.name.endswith("__main__")
]


def examples(module: str) -> list[doctest.DocTest]:
    return [test for test in doctest.DocTestFinder().find(importlib.import_module(module)) if test.examples]


@pytest.mark.parametrize("module", MODULES)
def test_the_examples_of_a_module_are_true(module: str) -> None:
    runner = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE)
    for test in examples(module):
        runner.run(test)
    assert runner.summarize(verbose=False).failed == 0


def test_there_are_examples_and_a_false_one_would_fail() -> None:
    assert sum(len(examples(module)) for module in MODULES) >= 3
    false = doctest.DocTestParser().get_doctest(">>> 1 + 1\n3\n", {}, "false", None, None)
    runner = doctest.DocTestRunner(verbose=False)
    runner.run(false, out=lambda text: None)
    assert runner.failures == 1
