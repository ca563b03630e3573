"""The command line for tests: in this process, or in one of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Said:
    status: int
    out: str
    err: str


Run = Callable[..., Said]


def command(*words: str) -> list[str]:
    return [sys.executable, "-W", "error", "-m", "verify", *words]


def apart(*words: str, **environment: str) -> Said:
    """Run `python -m verify` in a process of its own."""
    inherited = {name: value for name, value in os.environ.items() if name != "VERIFY_MNIST"}
    done = subprocess.run(
        command(*words), capture_output=True, text=True, timeout=120, check=False, env={**inherited, **environment}
    )
    return Said(done.returncode, done.stdout, done.stderr)
