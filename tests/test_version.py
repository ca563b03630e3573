"""The version is one number everywhere, and what is not installed is said to be unknown."""

from __future__ import annotations

import platform
import re
import subprocess
import sys

import numpy as np

from verify.version import VERSION, versions


def test_the_version_is_three_numbers() -> None:
    assert re.fullmatch(r"\d+\.\d+\.\d+", VERSION)


def test_versions_are_those_of_what_runs() -> None:
    assert versions("numpy") == {"python": platform.python_version(), "verify": VERSION, "numpy": np.__version__}


def test_a_package_that_is_not_installed_is_unknown() -> None:
    assert versions("no-such-package-as-this")["no-such-package-as-this"] == "unknown"


def test_asking_for_a_version_loads_nothing() -> None:
    code = "import sys; from verify.version import versions; versions('numpy', 'sympy'); print('numpy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
