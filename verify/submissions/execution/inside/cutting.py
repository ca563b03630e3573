"""A loop that trains, cut after its first pass: our numbers are put in before it, and what stands there is seen after.

The loop is changed where it stands, and runs as it always did until somebody begins to watch it.
"""

from __future__ import annotations

import ast
import sys
import types
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from verify.reading.wiring.plan_records import Cut
from verify.submissions.execution.inside.left_out import LeftOut
from verify.submissions.execution.inside.recording import Recorded, recorded

WATCH: Final = "__watch__"  # the name under which the submission's code finds the watch


class Enough(BaseException):
    """The pass is over; no handler of errors in the submission is to catch it."""


def data_of(names: Mapping[str, Any]) -> dict[str, Any]:
    """Return the global names that stand for data, and not for functions, classes or modules."""
    return {
        name: value for name, value in names.items()
        if not name.startswith("__") and not callable(value) and not isinstance(value, types.ModuleType)
    }  # fmt: skip


class How(NamedTuple):
    """How a loop is watched: for so many passes, after others that are skipped; `once` ends it after each of them."""

    passes: int = 1
    skipped: int = 0
    once: bool = False


_USUAL: Final = How()
_RUNS: Final = 6  # passes of a loop around the watched one, where that is ended after each of its own
_MOST: Final = 2  # passes of a loop that trains before the one that is watched, where a whole program is run


class Watch:
    """What a loop that is cut calls: nothing happens there unless it is the one that is watched."""

    def __init__(self) -> None:
        self._cut: Cut | None = None
        self._put: Callable[[dict[str, Any]], dict[str, Any]] = dict
        self._how, self._count = _USUAL, 0
        self._frame: types.FrameType | None = None  # of the function that runs the loop
        self.names: dict[str, Any] = {}
        self.kept: dict[str, Any] = {}  # the global names of a loop that trains, as they were before its first run
        self.first: frozenset[str] | None = None  # the global names before its first run
        self.program = LeftOut()
        self.recorded = Recorded()
        self._inside = False  # a pass of the watched loop has begun, and is not over
        self._others: Counter[tuple[int | None, int]] = Counter()

    def run(
        self,
        cut: Cut,
        call: Callable[[], object],
        put: Callable[[dict[str, Any]], dict[str, Any]],
        how: How = _USUAL,
    ) -> dict[str, Any]:
        """Call what holds the loop; return the names that stand after its passes, or before it where there is none.

        `put` is given the names before the first pass that is not skipped, and returns them as they shall be.
        """
        self._cut, self._put, self._how, self._count = cut, put, how, 0
        self._others.clear()
        self._inside = False
        self.program.begun = False
        self.recorded.clear()
        try:
            call()
        except Enough:
            return self.names
        finally:
            self._cut, self._frame, self.recorded.listens = None, None, False
        raise RuntimeError(f"the loop that trains was not reached, or ended before a pass was over{self.program.why}")

    def before(self, cell: int | None, line: int, spaces: Sequence[dict[str, Any]]) -> bool:
        """Whether this is the watched loop before its first pass: the names then stand in `self`, as they shall be."""
        if self._cut is None or (cell, line) != (self._cut.cell, self._cut.line):
            return False
        self.program.begun = self._inside = True
        if self._count != self._how.skipped:
            return False
        shared, own = spaces
        # Local names first: an array that also has a global name is known by its own.
        found = {name: own[name] for name in self._cut.names if name in own and own is not shared}
        found |= {name: value for name, value in data_of(shared).items() if name not in found}
        inside = {name for name in self._cut.names if name in own and own is not shared}
        self.names = self._put(found)
        shared.update({name: value for name, value in self.names.items() if name not in inside and name in shared})
        if not self._how.passes:
            raise Enough
        self.recorded.listens = True
        return True

    def after(self, cell: int | None, line: int, shared: Mapping[str, Any], own: Mapping[str, Any]) -> bool:
        """Count a pass of the watched loop, and end where it was the last; whether another loop is to end."""
        if self._cut is None:
            return False
        if (cell, line) != (self._cut.cell, self._cut.line):
            if self._inside:
                return False  # a loop within the pass
            self._others[cell, line] += 1
            early = self._how.once or (self.program.running and not self.program.begun)
            return early and self._others[cell, line] >= (_RUNS if self._how.once else _MOST)
        frame, self._inside = sys._getframe(1), False
        self._frame = self._frame or frame
        if self._frame is not frame and not self._how.once:
            raise RuntimeError("the loop that trains ended before so many passes, and is run for another training")
        self._count += 1
        if self._count >= self._how.passes + self._how.skipped:
            self.names = {**data_of(shared), **(own if own is not shared else {})}
            raise Enough
        return self._how.once

    def shown(self, how: str, line: int, text: str, value: object) -> object:
        """Hand on a number that is shown; it is kept where this is the loop that is watched."""
        return self.recorded.keep(how, line, text, value)

    def misses(self, how: str, line: int, text: str) -> bool:
        """Whether a number that the loop would show has not been seen in the pass that is watched."""
        return self.recorded.misses(how, line, text)

    def runs(self, cell: int | None, line: int) -> bool:
        """Whether a statement of a main program is run."""
        return self.program.runs(cell, line)

    def failed(self, cell: int | None, line: int, error: BaseException) -> None:
        """Take in that a statement of a main program stopped; where that is new, it stops the program."""
        self.program.failed(cell, line, error)

    def held(self, name: str, value: object) -> None:
        """Raise where data are none, but stand for those of a package that is not there."""
        self.program.held(name, value)

    def given(self, cell: int | None, line: int, name: str, meaning: str) -> object:
        """Return what stands for a name that a statement would have given a value."""
        return self.program.given(cell, line, name, meaning)

    def __contains__(self, name: str) -> bool:
        return name in self.names

    def __getitem__(self, name: str) -> object:
        return self.names[name]


def cut(tree: ast.Module, cell: int | None, cuts: Sequence[Cut]) -> ast.Module:
    """Return the tree with every loop that begins in one of these lines made watchable."""
    wanted = {one.line: one for one in cuts if one.cell == cell}
    if not wanted:
        return tree
    for node in ast.walk(tree):
        one = wanted.get(getattr(node, "lineno", 0))
        if one is not None and isinstance(node, ast.For | ast.While):
            _watched(node, one)
    return ast.fix_missing_locations(tree)


def _watched(node: ast.For | ast.While, one: Cut) -> None:
    place = f"{one.cell!r}, {one.line}"
    head = f"if {WATCH}.before({place}, (globals(), locals())):\n"
    head += "".join(f"    if {name!r} in {WATCH}: {name} = {WATCH}[{name!r}]\n" for name in one.names) or "    pass\n"
    tail = f"if {WATCH}.after({place}, globals(), locals()):\n    break\n"
    first, last = ast.parse(head).body, ast.parse(tail).body
    for part in (*first, *last):
        for inner in ast.walk(part):
            if hasattr(inner, "lineno"):
                inner.lineno = inner.end_lineno = node.lineno  # type: ignore[attr-defined]
    body = _without_continue(recorded(node, WATCH), last)
    node.body = [*first, *body, *last]


def _without_continue(body: list[ast.stmt], last: list[ast.stmt]) -> list[ast.stmt]:
    """Return the body in which every `continue` or `break` of the loop is a pass that is over as well."""
    return [one for node in body for one in _ended(node, last)]


def _ended(node: ast.stmt, last: list[ast.stmt]) -> list[ast.stmt]:
    if isinstance(node, ast.Continue | ast.Break):
        return [*last, node]
    if not isinstance(node, ast.For | ast.While | ast.FunctionDef | ast.ClassDef):
        for field in ("body", "orelse", "finalbody"):
            inner = getattr(node, field, None)
            if isinstance(inner, list):
                setattr(node, field, _without_continue(inner, last))
    return [node]
