"""The top level of a submission and of the modules beside it: statements, which are safe, who defines what."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from verify.reading.parsing.document import Document
from verify.reading.program.definitions import Definitions
from verify.reading.program.effects import Effects
from verify.reading.program.statements import Dropped, Item, items_of

_MOST_PASSES: Final = 50


@dataclass(frozen=True, eq=False)
class TopLevel:
    """All files of a submission: their statements, which of them are unsafe and why, and who defines which name.

    `items` stand by module, None for the submission itself; `dropped` holds what of the submission defines nothing.
    """

    items: Mapping[str | None, tuple[Item, ...]]
    dropped: tuple[Dropped, ...]
    unsafe: Mapping[Item, str]
    definitions: Definitions
    order: Mapping[int | None, int]  # the number of a cell -> its position among the cells of code

    @property
    def modules(self) -> list[str | None]:
        """The names of the modules beside the submission."""
        return [module for module in self.items if module is not None]

    def usable(self) -> Iterator[Item]:
        """Yield every statement that could be run, those of the modules beside the submission first."""
        for module in [*self.modules, None]:
            yield from (item for item in self.items[module] if item not in self.unsafe)

    def not_run(self, item: Item) -> Dropped:
        """Return a statement of the submission as one that is not run."""
        first = item.statement.code.partition("\n")[0]
        return Dropped(item.statement.place, item.statement.end, first[:80], self.unsafe.get(item, "not needed"))


def top_level(document: Document) -> TopLevel:
    """Return what stands at the top level of a submission and of the modules beside it."""
    items: dict[str | None, tuple[Item, ...]] = {}
    items[None], dropped = items_of(document, None)
    for module, beside in document.neighbours.items():
        items[module], _ = items_of(beside, module)
    effects = Effects(items)
    every = [item for of_one in items.values() for item in of_one]
    unsafe = {item: why for item in every if (why := effects.why_not(item)) is not None}
    definitions = Definitions(items, unsafe)
    _drop_unreachable(every, unsafe, definitions)
    order = {cell.number: position for position, cell in enumerate(document.cells)}
    return TopLevel(items, dropped, unsafe, definitions, order)


def _drop_unreachable(every: list[Item], unsafe: dict[Item, str], definitions: Definitions) -> None:
    """Drop assignments that need a name which nothing safe defines, until no more do."""
    for _ in range(_MOST_PASSES):
        before = len(unsafe)
        for item in every:
            if item.statement.kind == "assignment" and item not in unsafe:
                lacking = _lacking(item, definitions)
                if lacking is not None:
                    unsafe[item] = f"needs {lacking}, which nothing safe defines"
                    definitions.forget(item)
        if len(unsafe) == before:
            return


def _lacking(item: Item, definitions: Definitions) -> str | None:
    """Return a name that an assignment needs, itself or in the functions that it calls, and that is not there."""
    seen, waiting = {item}, [item]
    while waiting:
        one = waiting.pop()
        for name, before in one.needs():
            found = definitions.resolve(name, one.statement.module, before, one)
            if not found.known:
                return name
            further = [dep for dep in found.items if dep not in seen and dep.statement.kind != "assignment"]
            seen.update(further)
            waiting += further
    return None
