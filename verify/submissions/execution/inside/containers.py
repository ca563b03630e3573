"""The container of the parameters: made by the submission's own code once a request, and copied for every call."""

from __future__ import annotations

import copy
import types
from collections.abc import Callable
from typing import Final

from verify.submissions.execution.inside.paths import Found, Value, at, identical, replaced
from verify.submissions.wiring.plan_records import GlobalsMaker, Plan

_MADE_AGAIN: Final = (Exception,)  # what a copy may raise: an open file, a lock, a module can't be copied


class Container:
    """The container of a plan. Its parameters are put in anew for every call, so their own values are not copied."""

    def __init__(self, plan: Plan, make: Callable[[], Value]) -> None:
        self._plan, self._make = plan, make
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
        if isinstance(self._plan.maker, GlobalsMaker):
            return made
        try:
            empty = made
            for places, _ in self._places:
                for path in places:
                    empty = replaced(empty, path, None)
            found = copy.deepcopy(empty)
        except _MADE_AGAIN:
            return self._make()
        self._made, self._copied = empty, True
        return found


def _aliases(container: Value, path: Found) -> list[Found]:
    """Return where else in the container the very array of a path stands: in the layers that were given it."""
    if isinstance(container, dict) and "__builtins__" in container:
        return []  # the names of the submission, not a container that it made
    try:
        value = at(container, path)
    except (LookupError, AttributeError, TypeError):
        return []
    if value is None or isinstance(value, bool | int | float | complex | str | types.ModuleType):
        return []
    return [other for other in identical(container, value) if other != path]
