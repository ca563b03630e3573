"""The container of the parameters: made by the submission's own code once a request, and copied for every call."""

from __future__ import annotations

import copy
import types
from collections.abc import Callable, Mapping
from typing import Final

import numpy as np

from verify.reading.wiring.plan_records import GlobalsMaker, Plan
from verify.submissions.execution.inside.paths import Found, Value, found_at, identical, is_tensor, replaced

_MADE_AGAIN: Final = (Exception,)  # what a copy may raise: an open file, a lock, a module can't be copied


class Container:
    """The container of a plan. Its parameters are put in anew for every call, so their own values are not copied."""

    def __init__(self, plan: Plan, make: Callable[[], Value], space: Mapping[str, Value]) -> None:
        """Take what makes the container, and the names of the submission, which the container may share parts with."""
        self._plan, self._make, self._space = plan, make, space
        self._made: Value = None
        self._copied = False
        self._places: list[tuple[list[Found], str]] = []

    def fresh(self, values: Callable[[str], Value]) -> Value:
        """Return the container with these values of the parameters, as if it had just been made."""
        container = self._container()
        for places, name in self._places:
            value = values(name)
            for path in places:
                container = replaced(container, path, value)
        return container

    def _container(self) -> Value:
        if self._copied:
            return copy.deepcopy(self._made)
        made = self._make()
        self._places = [([path, *_aliases(made, path)], name) for path, name in self._plan.params]
        if isinstance(self._plan.maker, GlobalsMaker) or self._is_shared(made):
            return made
        leaves = [found_at(made, path) for path, _ in self._plan.params]
        arrays = [one for one in leaves if isinstance(one, np.ndarray) or is_tensor(one)]
        without = {id(one): None for one in arrays}  # as if copied already: their values are not needed
        try:
            empty = copy.deepcopy(made, dict(without))
            found = copy.deepcopy(empty)
        except _MADE_AGAIN:
            return made
        self._made, self._copied = empty, True
        return found

    def _is_shared(self, made: Value) -> bool:
        """Whether a part of the container that holds parameters is known to the submission by a name of its own."""
        named = {id(value) for value in self._space.values() if isinstance(value, dict | list)}
        parts = [found_at(made, path[:length]) for path, _ in self._plan.params for length in range(1, len(path))]
        return any(id(part) in named for part in parts)


def _aliases(container: Value, path: Found) -> list[Found]:
    """Return where else in the container the very array of a path stands: in the layers that were given it."""
    if isinstance(container, dict) and "__builtins__" in container:
        return []  # the names of the submission, not a container that it made
    value = found_at(container, path)
    if value is None or isinstance(value, bool | int | float | complex | str | types.ModuleType):
        return []
    return [other for other in identical(container, value) if other != path]
