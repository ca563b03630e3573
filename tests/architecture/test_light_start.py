"""Importing verify, or asking for help, loads nothing heavy; the probe that says so is shown to say no."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = ("numpy", "sympy", "tensorflow", "matplotlib", "pooch", "requests")
COMMAND = """
import runpy
sys.argv = {argv!r}
try:
    with contextlib.redirect_stdout(io.StringIO()):
        runpy.run_module("verify", run_name="__main__")
except SystemExit as stop:
    assert stop.code in (None, 0), stop.code
"""


def loaded(code: str) -> list[str]:
    """The heavy modules that a fresh interpreter has loaded after it has run this code."""
    probe = f"import contextlib, io, sys\n{code}\nprint(*[name for name in {HEAVY!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)
    return done.stdout.split()


def command(*words: str) -> str:
    return COMMAND.format(argv=["verify", *words])


def test_importing_verify_loads_nothing_heavy():
    assert loaded("import verify") == []


def test_naming_an_error_of_verify_loads_nothing_heavy():
    assert loaded("from verify import BadInput, VerifyError") == []


@pytest.mark.parametrize(
    "words", [["--help"], ["grads", "--help"], ["mistakes", "--help"], ["explain", "--help"]], ids=" ".join
)
def test_help_loads_nothing_heavy(words):
    assert loaded(command(*words)) == []


def test_listing_the_mistakes_loads_neither_sympy_nor_tensorflow_nor_matplotlib():
    assert set(loaded(command("mistakes"))) <= {"numpy"}


def test_checking_a_net_loads_neither_tensorflow_nor_matplotlib():
    assert set(loaded(command("grads", "--sizes", "2,3,2", "--batch", "3"))) == {"numpy", "sympy"}


@pytest.mark.parametrize("name", ["numpy", "sympy"])
def test_the_probe_reports_a_module_that_is_loaded(name):
    assert name in loaded(f"import {name}")


@pytest.mark.parametrize("name", HEAVY)
def test_the_probe_reports_each_heavy_module_by_name(name):
    assert loaded(f"sys.modules[{name!r}] = io") == [name]


def test_the_probe_reports_what_is_loaded_when_a_public_name_is_used():
    assert "numpy" in loaded("import verify; verify.check_network")


def test_the_probe_does_not_hide_a_command_that_fails():
    with pytest.raises(subprocess.CalledProcessError):
        loaded(command("no-such-command"))
