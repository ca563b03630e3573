"""The command line for tests: in this process, or in one of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass

from tests.patience import HANGS


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
        command(*words), capture_output=True, text=True, timeout=HANGS, check=False, env={**inherited, **environment}
    )
    return Said(done.returncode, done.stdout, done.stderr)


# A training that gets so many Ctrl-C while its fiftieth update is told, wherever the machine is by then.
_INTERRUPTED = """
import os, signal, sys
from verify.__main__ import main
from verify.report.progress import TrainingProgress
told = TrainingProgress.update
def update(self, done, *reached):
    told(self, done, *reached)
    if done == 50:
        for _ in range(int(times)):
            os.kill(os.getpid(), signal.SIGINT)
TrainingProgress.update = update
times, *sys.argv[1:] = sys.argv[1:]
main()
"""


def interrupted(times: int, *words: str) -> Said:
    """Run verify in a process of its own, to which Ctrl-C comes so many times in the middle of an epoch, at its fiftieth update."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", _INTERRUPTED, str(times), *words],
        capture_output=True, text=True, timeout=HANGS, check=False,
    )  # fmt: skip
    return Said(done.returncode, done.stdout, done.stderr)
