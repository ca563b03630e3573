"""Independent ways to know a gradient, all behind one signature: `oracle(network, case, loss)`."""

from __future__ import annotations

import importlib
from typing import Final, cast

from verify.oracles.base import Oracle

# Name on the command line -> the module of that name; autodiff runs only on demand.
NAMES: Final = ("balls", "symbolic", "exact", "central-difference", "complex-step", "autodiff")
DEFAULT: Final = NAMES[:5]
# On the full net these two judge every entry in milliseconds; the others take a few tenths of a second.
QUICK: Final = ("symbolic", "exact")


def load(name: str) -> Oracle:
    """Return the oracle of this name, loading only what it needs."""
    function = name.replace("-", "_")
    return cast("Oracle", getattr(importlib.import_module(f"verify.oracles.{function}"), function))
