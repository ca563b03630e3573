"""How long a test waits before it says that something hangs: no test measures how fast, or how busy, a machine is."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

HANGS: Final = 600.0  # seconds


def becomes(condition: Callable[[], bool]) -> bool:
    """Wait until something is so, and return whether it ever was."""
    until = time.monotonic() + HANGS
    while not condition():
        if time.monotonic() > until:
            return False
        time.sleep(0.05)
    return True
