"""What has to be run so that somebody's functions can be called: they, and everything that they reach."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from verify.reading.program.origins import origin_of
from verify.reading.program.statements import Dropped, Item, Statement
from verify.reading.program.toplevel import TopLevel


@dataclass(frozen=True)
class Slice:
    """The statements to run, in this order; those that are not run; and the names that nothing safe defines."""

    statements: tuple[Statement, ...]
    dropped: tuple[Dropped, ...]
    missing: tuple[str, ...]


def slice_for(files: TopLevel, roots: Sequence[str]) -> Slice:
    """Return what has to be run so that the functions, classes or values with these names can be used.

    The last definition of a name wins, unless it is not safe to run. A root may stand in a module beside the
    submission, plainly or as "module.name"; a root that is nowhere is among the missing.
    """
    chosen = _Chosen(files)
    for root in roots:
        chosen.root(root)
    chosen.follow()
    statements = tuple(chosen.statement(item) for item in chosen.run_order())
    dropped = [*files.dropped, *(files.not_run(item) for item in files.items[None] if item not in chosen.items)]
    dropped.sort(key=lambda one: (files.order[one.place.cell], one.place.line))
    return Slice(statements, tuple(dropped), tuple(sorted(chosen.missing)))


class _Chosen:
    """The statements that were reached from the roots so far, and which names of each import are used."""

    def __init__(self, files: TopLevel) -> None:
        self._files, self._definitions = files, files.definitions
        self.items: dict[Item, set[str]] = {}  # with the names that are used of it
        self.missing: set[str] = set()
        self._waiting: list[Item] = []
        self._before: dict[Item, set[Item]] = {}
        self._later: dict[Item, set[Item]] = {}

    def root(self, name: str) -> None:
        """Take in a name that is asked for, as the submission or else a module beside it defines it."""
        module, _, last = name.rpartition(".")
        for one in [module] if module else [None, *self._files.modules]:
            if one is None or one in self._files.modules:
                found = self._definitions.resolve(last, one)
                if found.items:
                    self._take(last, found.items)
                    return
        self.missing.add(name)

    def _take(self, name: str, items: Iterable[Item]) -> None:
        for item in items:
            if item not in self.items:
                self.items[item] = set()
                self._waiting.append(item)
            if name not in self.items[item]:
                self.items[item].add(name)
                for inner, module in self._definitions.behind(item, name):
                    found = self._definitions.resolve(inner, module).items
                    self._before.setdefault(item, set()).update(found)
                    self._take(inner, found)

    def follow(self) -> None:
        """Take in everything that the statements reach."""
        while self._waiting:
            item = self._waiting.pop()
            for name, before in item.needs():
                found = self._definitions.resolve(name, item.statement.module, before, item)
                if not found.known:
                    self.missing.add(name)
                self._take(name, found.items)
                table = self._later if before is None else self._before
                table.setdefault(item, set()).update(found.items)

    def run_order(self) -> list[Item]:
        """Return the statements as they stand, each after what it needs while it is run."""
        position = {module: number for number, module in enumerate([*self._files.modules, None])}
        ordered = sorted(self.items, key=lambda item: (position[item.statement.module], item.index))
        rank = {item: number for number, item in enumerate(ordered)}
        done: dict[Item, None] = {}
        entered: set[Item] = set()
        for start in ordered:
            stack = [(start, False)]
            while stack:
                item, ready = stack.pop()
                if ready:
                    done[item] = None
                elif item not in entered:
                    entered.add(item)
                    stack.append((item, True))
                    first = self._first(item, done)
                    stack += [(one, False) for one in sorted(first, key=lambda one: -rank[one])]
        return list(done)

    def _first(self, item: Item, done: dict[Item, None]) -> set[Item]:
        """Return what must be run before a statement; where it may call functions, all that these reach too."""
        found = set(self._before.get(item, ()))
        if item.statement.kind == "assignment":
            waiting = list(found | self._later.get(item, set()))
            found.update(waiting)
            while waiting:
                one = waiting.pop()
                if one in done and one.statement.kind == "assignment":
                    continue
                further = (self._before.get(one, set()) | self._later.get(one, set())) - found
                found |= further
                waiting += further
        return found - {item}

    def statement(self, item: Item) -> Statement:
        """Return the statement; of an import only the names that are used."""
        node, used = item.tree.body[0], self.items[item]
        if len(item.tree.body) > 1 or not isinstance(node, ast.Import | ast.ImportFrom) or node.names[0].name == "*":
            return item.statement
        kept = [one for one in node.names if (one.asname or one.name.split(".")[0]) in used]
        items, origin, local = self._files.items, "", False
        if isinstance(node, ast.ImportFrom) and node.level:
            origin = origin_of(node, item.statement.module, items)
            local = origin in items or (f"{origin}.{kept[0].name}" if origin else kept[0].name) in items
        if len(kept) == len(node.names) and not local:
            return item.statement
        cut: ast.stmt = ast.Import(kept)  # also for from . import x
        if isinstance(node, ast.ImportFrom) and (origin or not local):
            cut = ast.ImportFrom(origin, kept, 0) if local else ast.ImportFrom(node.module, kept, node.level)
        defines = tuple(sorted(one.asname or one.name.split(".")[0] for one in kept))
        return replace(item.statement, code=ast.unparse(ast.fix_missing_locations(cut)), defines=defines)
