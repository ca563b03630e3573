"""The version of verify, and those of the packages that figures depend on."""

from __future__ import annotations

import platform
from typing import Final

VERSION: Final = "0.1.0"


def versions(*packages: str) -> dict[str, str]:
    """Return the versions of Python, verify and these packages; none of them is loaded for it."""
    from importlib.metadata import PackageNotFoundError, version

    found = {"python": platform.python_version(), "verify": VERSION}
    for name in packages:
        try:
            found[name] = version(name)
        except PackageNotFoundError:  # on the path without having been installed
            found[name] = "unknown"
    return found
