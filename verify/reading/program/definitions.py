"""Definitions and uses: which statements give a name its value, at a point of a file or at its end."""

from __future__ import annotations

import ast
import builtins
import math
from bisect import bisect_left
from collections.abc import Collection, Mapping, Sequence
from types import ModuleType
from typing import Final, NamedTuple

import numpy as np

from verify.reading.program.origins import origin_of
from verify.reading.program.statements import Item

_GIVEN: Final = frozenset(dir(builtins)) | {"__file__", "__name__", "__doc__", "__class__"}
_STARRED: Final[dict[str, ModuleType]] = {"numpy": np, "math": math}  # what their * gives is known


class Found(NamedTuple):
    """The statements that give a name its value; none and not `known` where nothing does."""

    items: tuple[Item, ...]
    known: bool


class Definitions:
    """Who defines which name, in all files of a submission; only what is safe to run counts."""

    def __init__(self, items: Mapping[str | None, Sequence[Item]], unsafe: Collection[Item]) -> None:
        self._modules = frozenset(items)
        self._definers: dict[tuple[str | None, str], list[Item]] = {}
        self._extenders: dict[tuple[str | None, str], list[Item]] = {}
        self._attributes: dict[str, set[str]] = {}
        self._stars = {
            module: [one for one in of_one if not one.statement.defines and one.statement.kind == "import"]
            for module, of_one in items.items()
        }
        for of_one in items.values():
            for item in of_one:
                for node in item.nodes:
                    if isinstance(node, ast.Attribute):
                        on = node.value.id if isinstance(node.value, ast.Name) else ""
                        self._attributes.setdefault(on, set()).add(node.attr)
                if item not in unsafe:
                    for names, table in ((item.statement.defines, self._definers), (item.extends, self._extenders)):
                        for name in names:
                            table.setdefault((item.statement.module, name), []).append(item)

    def forget(self, item: Item) -> None:
        """Take a statement out that turned out not to be safe."""
        for names, table in ((item.statement.defines, self._definers), (item.extends, self._extenders)):
            for name in names:
                table[item.statement.module, name].remove(item)

    def resolve(self, name: str, module: str | None, before: int | None = None, asking: Item | None = None) -> Found:
        """Return what gives a name its value at this point of a file, or at its end."""
        definers = self._definers.get((module, name), [])
        position = len(definers) if before is None else bisect_left(definers, before, key=lambda item: item.index)
        if position == 0 and definers and definers[-1] is not asking:
            position, before = len(definers), None  # cells that were run in another order
        if position == 0:
            return self._given(name, module)
        first = position - 1
        while first > 0 and _is_partial(definers[first]):
            first -= 1
        extended = self._extenders.get((module, name), [])
        start = definers[position - 1].index
        later = [one for one in extended if one.index > start and (before is None or one.index < before)]
        return Found((*definers[first:position], *later), True)

    def behind(self, item: Item, name: str) -> list[tuple[str, str]]:
        """Return what an import of this name takes from modules beside the submission: (name there, module)."""
        found: list[tuple[str, str]] = []
        for node in item.nodes if item.statement.kind == "import" else ():
            if isinstance(node, ast.ImportFrom):
                found += self._from(node, item.statement.module, name)
            elif isinstance(node, ast.Import):
                for one in node.names:
                    if one.name in self._modules and (one.asname or one.name.split(".")[0]) == name:
                        found += self._of_module(one.name, name if one.asname or "." not in one.name else None)
        return found

    def _from(self, node: ast.ImportFrom, module: str | None, name: str) -> list[tuple[str, str]]:
        origin = origin_of(node, module, self._modules)
        found: list[tuple[str, str]] = []
        for one in node.names:
            inner = f"{origin}.{one.name}" if origin else one.name
            if one.name == "*" and origin in self._modules:
                found.append((name, origin))
            elif (one.asname or one.name) == name and inner in self._modules:
                found += self._of_module(inner, name)
            elif (one.asname or one.name) == name and origin in self._modules:
                found.append((one.name, origin))
        return found

    def _of_module(self, module: str, name: str | None) -> list[tuple[str, str]]:
        """Return what is taken from a module as its attributes: of this name, or of any chain, as in a.b.f."""
        used = self._attributes.get(name, set()) if name is not None else set().union(*self._attributes.values())
        chained = name is None
        return [(one, module) for one in sorted(used) if not chained or (module, one) in self._definers]

    def _given(self, name: str, module: str | None) -> Found:
        """Return the import * that may give a name; Python itself may, too."""
        unknown = []
        for item in reversed(self._stars[module]):
            node = item.tree.body[0]
            origin = origin_of(node, module, self._modules) if isinstance(node, ast.ImportFrom) else ""
            if origin in self._modules:
                if (origin, name) in self._definers:
                    return Found((item,), True)
            elif origin in _STARRED:
                if name in getattr(_STARRED[origin], "__all__", dir(_STARRED[origin])):
                    return Found((item,), True)
            else:
                unknown.append(item)
        if name in _GIVEN:
            return Found((), True)
        return Found(tuple(reversed(unknown)), bool(unknown))


def _is_partial(item: Item) -> bool:
    """Whether what stood before counts too: after an `if`, and after import a.b, which adds to a."""
    node = item.tree.body[0]
    return isinstance(node, ast.If) or (isinstance(node, ast.Import) and any("." in one.name for one in node.names))
