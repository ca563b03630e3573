"""Arb's balls from python-flint, how many digits they have, and only as much of python-flint as that needs.

All of python-flint takes a tenth of a second to load, the balls a fifth of that. Its package is left as it was found,
so that whoever imports it later gets all of it.
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any, Final, TypeAlias

from verify.errors import MissingPackage

Ball: TypeAlias = Any  # one of Arb's balls: python-flint says nothing of its types

DIGITS: Final = 50  # of a difference quotient whose step takes away 20 more
BITS: Final = 240


def _loaded() -> tuple[Any, Any, Any]:
    """Return the classes arb and arb_mat, and the context that holds the precision."""
    whole = sys.modules.get("flint")
    if whole is None:
        spec = importlib.util.find_spec("flint")
        if spec is None or spec.submodule_search_locations is None:
            raise MissingPackage(
                "balls need python-flint, which is not installed; install it: pip install python-flint"
            )
        part = ModuleType("flint")
        part.__path__ = list(spec.submodule_search_locations)
        part.__spec__ = spec
        sys.modules["flint"] = part
    try:
        balls = importlib.import_module("flint.types.arb").arb
        matrices = importlib.import_module("flint.types.arb_mat").arb_mat
        return balls, matrices, importlib.import_module("flint.pyflint").ctx
    finally:
        if whole is None:
            del sys.modules["flint"]


arb, arb_mat, context = _loaded()


@contextmanager
def in_digits() -> Iterator[None]:
    """Compute with enough digits meanwhile; whoever uses python-flint besides keeps his own precision."""
    before, context.prec = context.prec, BITS
    try:
        yield
    finally:
        context.prec = before
