"""What has to be run so that somebody's functions can be called: they, and everything that they reach."""

from __future__ import annotations

import ast
import builtins
import math
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, NamedTuple

import numpy as np

from verify.submissions.parsing.document import Document
from verify.submissions.program.safety import why_unsafe
from verify.submissions.program.toplevel import Dropped, Item, Statement, items_of

__all__ = ["Dropped", "Slice", "Statement", "slice_for", "top_level"]

_GIVEN: Final = frozenset(dir(builtins)) | {"__file__", "__name__", "__doc__", "__class__"}
_STARRED: Final[dict[str, Any]] = {"numpy": np, "math": math}  # what their * gives is known
_MOST_PASSES: Final = 50
_DEEPEST: Final = 50  # functions that call each other


@dataclass(frozen=True)
class Slice:
    """The statements to run, in this order; those that are not run; and the names that nothing safe defines."""

    statements: tuple[Statement, ...]
    dropped: tuple[Dropped, ...]
    missing: tuple[str, ...]


def slice_for(document: Document, roots: Sequence[str]) -> Slice:
    """Return what has to be run so that the functions, classes or values with these names can be used.

    The last definition of a name wins, unless it is not safe to run. A root may stand in a module beside the
    submission, plainly or as "module.name"; a root that is nowhere is among the missing.
    """
    program = _Program(document)
    chosen = _Chosen(program)
    for root in roots:
        chosen.root(root)
    chosen.follow()
    statements = tuple(chosen.statement(item) for item in chosen.run_order())
    dropped = [*program.dropped, *(_not_run(program, item) for item in program.items(None) if item not in chosen.items)]
    order = {cell.number: position for position, cell in enumerate(document.cells)}
    dropped.sort(key=lambda one: (order[one.place.cell], one.place.line))
    return Slice(statements, tuple(dropped), tuple(sorted(chosen.missing)))


def top_level(document: Document) -> tuple[Statement, ...]:
    """Return every statement that could be run, those of the modules beside the submission first."""
    program = _Program(document)
    modules = [*document.neighbours, None]
    return tuple(item.statement for module in modules for item in program.items(module) if item not in program.unsafe)


def _not_run(program: _Program, item: Item) -> Dropped:
    first = item.statement.code.partition("\n")[0]
    return Dropped(item.statement.place, item.statement.end, first[:80], program.unsafe.get(item, "not needed"))


class _Found(NamedTuple):
    """The statements that give a name its value; none and not `known` where nothing does."""

    items: tuple[Item, ...]
    known: bool


class _Program:
    """All files of a submission: their statements, which of them are unsafe and why, and who defines which name."""

    def __init__(self, document: Document) -> None:
        self._items: dict[str | None, list[Item]] = {}
        self.dropped: list[Dropped] = []
        self.unsafe: dict[Item, str] = {}
        self._bodies: dict[str, list[ast.AST]] = {}  # of functions, methods and classes, by name
        self._judged: dict[str, str | None] = {}
        self._depth = 0
        self._attributes: dict[str, set[str]] = {}
        for module, one in ((None, document), *document.neighbours.items()):
            self._items[module], dropped = items_of(one, module)
            self.dropped += dropped if module is None else []
        for item in self._every():
            self._take_in(item)
        self._modules = {module: _imports(items) for module, items in self._items.items()}
        self._definers: dict[tuple[str | None, str], list[Item]] = {}
        self._extenders: dict[tuple[str | None, str], list[Item]] = {}
        for item in self._every():
            why = self._why_unsafe(item)
            if why is not None:
                self.unsafe[item] = why
                continue
            for names, table in ((item.statement.defines, self._definers), (item.extends, self._extenders)):
                for name in names:
                    table.setdefault((item.statement.module, name), []).append(item)
        self._stars = {
            module: [one for one in items if not one.statement.defines and one.statement.kind == "import"]
            for module, items in self._items.items()
        }
        self._drop_unreachable()

    @property
    def modules(self) -> list[str | None]:
        """The names of the modules beside the submission."""
        return [module for module in self._items if module is not None]

    def items(self, module: str | None) -> list[Item]:
        return self._items[module]

    def _every(self) -> Iterator[Item]:
        for items in self._items.values():
            yield from items

    def _take_in(self, item: Item) -> None:
        for node in ast.walk(item.tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                self._bodies.setdefault(node.name, []).extend(node.body)
            elif isinstance(node, ast.ClassDef):
                made = [part for part in node.body if getattr(part, "name", "") in ("__init__", "__new__")]
                self._bodies.setdefault(node.name, []).extend(made)
            elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                self._attributes.setdefault(node.value.id, set()).add(node.attr)
        for node in item.tree.body:
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Lambda):
                for name in item.statement.defines:
                    self._bodies.setdefault(name, []).append(node.value.body)

    # --- what is safe ---

    def _why_unsafe(self, item: Item) -> str | None:
        if item.statement.kind == "import" and isinstance(item.tree.body[0], ast.Import | ast.ImportFrom):
            return None
        why = self._judge(_run_at_once(item.tree), item.statement.module)
        harmless = item.statement.kind == "import" and why == "prints"  # try: import cupy ... except: print(...)
        return None if harmless else why

    def _judge(self, nodes: Iterable[ast.AST], module: str | None) -> str | None:
        imports = self._modules[module]
        return why_unsafe(nodes, lambda name: imports.get(name), lambda name: self._own(name, module))

    def _own(self, name: str, module: str | None) -> str | bool | None:
        """Return False where the files define no function of this name, None where it may be called, else why not."""
        if name not in self._bodies:
            return False
        if name not in self._judged:
            self._judged[name] = None  # while it is looked at: a function may call itself
            nodes = [inner for node in self._bodies[name] for inner in ast.walk(node)]
            self._depth += 1
            self._judged[name] = self._judge(nodes, module) if self._depth < _DEEPEST else "calls too many functions"
            self._depth -= 1
        return self._judged[name]

    def _drop_unreachable(self) -> None:
        """Drop assignments that need a name which nothing safe defines, until no more do."""
        for _ in range(_MOST_PASSES):
            before = len(self.unsafe)
            for item in list(self._every()):
                if item.statement.kind == "assignment" and item not in self.unsafe:
                    lacking = self._lacking(item)
                    if lacking is not None:
                        self.unsafe[item] = f"needs {lacking}, which nothing safe defines"
                        for names, table in ((item.statement.defines, self._definers), (item.extends, self._extenders)):
                            for name in names:
                                table[item.statement.module, name].remove(item)
            if len(self.unsafe) == before:
                return

    def _lacking(self, item: Item) -> str | None:
        """Return a name that an assignment needs, itself or in the functions that it calls, and that is not there."""
        seen, waiting = {item}, [item]
        while waiting:
            one = waiting.pop()
            for name, before in _needs(one):
                found = self.resolve(name, one.statement.module, before, one)
                if not found.known:
                    return name
                further = [dep for dep in found.items if dep not in seen and dep.statement.kind != "assignment"]
                seen.update(further)
                waiting += further
        return None

    # --- who defines what ---

    def resolve(self, name: str, module: str | None, before: int | None = None, asking: Item | None = None) -> _Found:
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
        return _Found((*definers[first:position], *later), True)

    def behind(self, item: Item, name: str) -> list[tuple[str, str]]:
        """Return what an import of this name takes from modules beside the submission: (name there, module)."""
        found: list[tuple[str, str]] = []
        for node in ast.walk(item.tree) if item.statement.kind == "import" else ():
            if isinstance(node, ast.ImportFrom) and (node.module or "") in self._items:
                origin = str(node.module)
                found += [(one.name, origin) for one in node.names if (one.asname or one.name) == name]
                found += [(name, origin)] if node.names[0].name == "*" else []
            elif isinstance(node, ast.Import | ast.ImportFrom):
                for one in node.names:
                    if one.name in self._items and (one.asname or one.name) == name:
                        found += [(attribute, one.name) for attribute in sorted(self._attributes.get(name, ()))]
        return found

    def _given(self, name: str, module: str | None) -> _Found:
        """Return the import * that may give a name; Python itself may, too."""
        unknown = []
        for item in reversed(self._stars[module]):
            node = item.tree.body[0]
            origin = node.module or "" if isinstance(node, ast.ImportFrom) else ""
            if origin in self._items:
                if (origin, name) in self._definers:
                    return _Found((item,), True)
            elif origin in _STARRED:
                if name in getattr(_STARRED[origin], "__all__", dir(_STARRED[origin])):
                    return _Found((item,), True)
            else:
                unknown.append(item)
        if name in _GIVEN:
            return _Found((), True)
        return _Found(tuple(reversed(unknown)), bool(unknown))


def _is_partial(item: Item) -> bool:
    """Whether what stood before counts too: after an `if`, and after import a.b, which adds to a."""
    node = item.tree.body[0]
    return isinstance(node, ast.If) or (isinstance(node, ast.Import) and any("." in one.name for one in node.names))


def _imports(items: list[Item]) -> dict[str, str]:
    """Return the top module behind each name that a file imports."""
    found = {}
    for item in items:
        for node in ast.walk(item.tree):
            if isinstance(node, ast.Import):
                found.update({one.asname or one.name.split(".")[0]: one.name.split(".")[0] for one in node.names})
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                found.update({one.asname or one.name: node.module.split(".")[0] for one in node.names})
    return found


def _run_at_once(tree: ast.AST) -> Iterator[ast.AST]:
    """Yield the nodes that running a statement evaluates: not what stands inside functions."""
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        yield node
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            waiting += [*node.decorator_list, *node.args.defaults, *filter(None, node.args.kw_defaults)]
        elif not isinstance(node, ast.Lambda):
            waiting += ast.iter_child_nodes(node)


def _needs(item: Item) -> Iterator[tuple[str, int | None]]:
    """Yield the names that a statement reads, with the place before which they must be there."""
    for name in sorted(item.now | item.extends):
        yield name, item.index
    for name in sorted(item.later - item.now):
        yield name, None


class _Chosen:
    """The statements that were reached from the roots so far, and which names of each import are used."""

    def __init__(self, program: _Program) -> None:
        self._program = program
        self.items: dict[Item, set[str]] = {}  # with the names that are used of it
        self.missing: set[str] = set()
        self._waiting: list[Item] = []
        self._before: dict[Item, set[Item]] = {}
        self._later: dict[Item, set[Item]] = {}

    def root(self, name: str) -> None:
        """Take in a name that is asked for, as the submission or else a module beside it defines it."""
        module, _, last = name.rpartition(".")
        for one in [module] if module else [None, *self._program.modules]:
            if one is None or one in self._program.modules:
                found = self._program.resolve(last, one)
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
                for inner, module in self._program.behind(item, name):
                    found = self._program.resolve(inner, module).items
                    self._before.setdefault(item, set()).update(found)
                    self._take(inner, found)

    def follow(self) -> None:
        """Take in everything that the statements reach."""
        while self._waiting:
            item = self._waiting.pop()
            for name, before in _needs(item):
                found = self._program.resolve(name, item.statement.module, before, item)
                if not found.known:
                    self.missing.add(name)
                self._take(name, found.items)
                table = self._later if before is None else self._before
                table.setdefault(item, set()).update(found.items)

    def run_order(self) -> list[Item]:
        """Return the statements as they stand, each after what it needs while it is run."""
        position = {module: number for number, module in enumerate([*self._program.modules, None])}
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
        local = (
            isinstance(node, ast.ImportFrom) and node.level and (node.module or kept[0].name) in self._program._items
        )
        if len(kept) == len(node.names) and not local:
            return item.statement
        cut: ast.stmt = ast.Import(kept)  # also for from . import x
        if isinstance(node, ast.ImportFrom) and (node.module or not local):
            cut = ast.ImportFrom(node.module, kept, 0 if local else node.level)
        defines = tuple(sorted(one.asname or one.name.split(".")[0] for one in kept))
        return replace(item.statement, code=ast.unparse(ast.fix_missing_locations(cut)), defines=defines)
