"""Between which lines the first wrong gradient is made.

They lead to the wrong gradients next to the output, to no right one, and not to the loss: of that it is the derivative.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from verify.nets.structure import Parameter
from verify.reading.program.tracing import ANY, Event, Key, matches, same_part
from verify.reading.program.vocabulary import bare, data_of, meaning_of, roles_of
from verify.submissions.execution.gradients import plain

_LOSS: Final = re.compile(r"^(?!.*(grad|delta|d_)).*(loss|cost|err)")


@dataclass(frozen=True)
class Lines:
    """The lines that may hold the mistake, those that run first in front, and the parameters it begins with."""

    events: tuple[Event, ...]
    root: tuple[str, ...]
    right: tuple[str, ...]
    alone: bool = True  # nothing that is right runs through them

    @property
    def numbers(self) -> tuple[int, ...]:
        """Every line, in the order of the file."""
        return tuple(sorted({number for one in self.events for number in range(one.line, one.end + 1)}))


class Slices:
    """What leads to what, among the assignments of the judged code."""

    def __init__(self, events: Sequence[Event], parameters: Sequence[Parameter], *, updates: bool) -> None:
        self.events, self.parameters, self.updates = events, parameters, updates

    def suspects(
        self, wrong: Collection[str], loss: Key | None, forward: int = 0, known: Collection[int] = ()
    ) -> Lines | None:
        """Return where the first wrong gradient is made; None where the text does not show what makes it.

        The first `forward` assignments are those of the forward pass; the values of the lines `known` are known to be
        right.
        """
        root = self._root(wrong)
        if not root:
            return None
        right = [one for one in self.parameters if one.name not in wrong]
        own = [self.leading_to(one) for one in root]
        made = self.makers(root[0])
        names = tuple(one.name for one in root), tuple(one.name for one in right)
        elsewhere = [one for one in right if self.makers(one) != made]  # the same lines may make right ones too
        for others in (right, elsewhere):
            excused = set().union(*(self._back_from(self.makers(one)) for one in others)) | self._behind(loss)
            excused |= set(range(forward))
            for candidates in (set.intersection(*own), own[0]):
                found = self._worth_showing(candidates - excused, {_place(self.events[one]) for one in excused}, known)
                if found:
                    return Lines(found, *names, alone=others is right)
        last = self._last(root[0])
        return Lines((last,), *names, alone=False) if last is not None else None

    def _worth_showing(
        self, candidates: Iterable[int], excused: Collection[tuple[int, int]], known: Collection[int]
    ) -> tuple[Event, ...]:
        """Return the assignments that compute something of the net, at places that nothing right has run through."""
        events = [
            self.events[number] for number in sorted(candidates)
            if number in self._live and _place(self.events[number]) not in excused
            and self.events[number].line not in known
        ]  # fmt: skip
        telling = [one for one in events if not one.passes_on or _is_a_copy(one)]
        return tuple(telling or events)

    def _root(self, wrong: Collection[str]) -> list[Parameter]:
        """Return the wrong parameters next to the output, as far as the text shows what makes their gradients."""
        failed = [one for one in self.parameters if one.name in wrong and self.makers(one)]
        if not failed:
            return []
        top = max(self._depth(one) for one in failed)
        if len({self._depth(one) for one in self.parameters}) > 1:
            return sorted((one for one in failed if self._depth(one) == top), key=lambda one: self.makers(one)[-1])
        above = {
            one.name: frozenset(self.leading_to(one) - {*self.makers(one), *self._updates_of(one)}) for one in failed
        }
        first = min(failed, key=lambda one: len(above[one.name]))  # in no known order: what the fewest lines lead to
        return [one for one in failed if above[one.name] == above[first.name]]

    def _depth(self, parameter: Parameter) -> int:
        """Return the layer of a parameter, or the number that it has in its name or in a list."""
        if len({one.layer for one in self.parameters}) > 1:
            return parameter.layer
        numbers = [re.findall(r"\d+", "/".join(_path(one))) for one in (parameter, *self.parameters)]
        return int(numbers[0][-1]) if all(numbers) else 0

    def _last(self, parameter: Parameter) -> Event | None:
        makers = self.makers(parameter)
        return self.events[makers[-1]] if makers else None

    def leading_to(self, parameter: Parameter) -> set[int]:
        """Return the assignments that lead to the gradient of a parameter, and its update where that is judged."""
        makers = self.makers(parameter)
        return self._back_from([*makers, *self._updates_of(parameter)] if self.updates else makers)

    def makers(self, parameter: Parameter) -> list[int]:
        """Return the assignments of a parameter's gradient, else of what is taken from it.

        Where one line makes those of several layers, the one that runs first is that of the layer at the output.
        """
        updates = self._updates_of(parameter)
        for every in (self._gradients_of(parameter), self._handed_to(updates), updates):
            shared = [one for one in self.parameters if one.kind == parameter.kind and self._share(one, parameter)]
            if (
                every
                and len({self._depth(one) for one in shared}) > 1
                and any("*" in "".join(self.events[n].writes) for n in every)
            ):
                mine = self._depth(parameter)
                above = len({self._depth(one) for one in shared if self._depth(one) > mine})
                groups = self._by_turn(every)
                return groups[min(above, len(groups) - 1)]
            if every:
                return every
        return []

    def _share(self, one: Parameter, other: Parameter) -> bool:
        return (self._gradients_of(one) or self._updates_of(one)) == (
            self._gradients_of(other) or self._updates_of(other)
        )

    def _by_turn(self, numbers: Sequence[int]) -> list[list[int]]:
        groups: dict[int, list[int]] = {}
        for number in numbers:
            groups.setdefault(self.events[number].turn, []).append(number)
        return [groups[turn] for turn in sorted(groups)]

    def _gradients_of(self, parameter: Parameter) -> list[int]:
        """Return the assignments of what is called the gradient of a parameter; the surest way to call it first."""
        path = _path(parameter)
        alone = sum(_path(one)[-1] == path[-1] for one in self.parameters) == 1
        found = [
            number for number, one in enumerate(self.events)
            if _is_gradient(one) and _is_of(_plainly(one.writes), _plainly(path), alone=alone)
        ]  # fmt: skip
        sure = [number for number in found if ANY not in "".join(self.events[number].writes)]
        return sure or found

    def _updates_of(self, parameter: Parameter) -> list[int]:
        """Return the assignments that take a step from a parameter."""
        path = _path(parameter)
        alone = sum(_path(one)[-1] == path[-1] for one in self.parameters) == 1
        return [
            number for number, one in enumerate(self.events)
            if (_is_of(_words(one.writes), path, alone=alone) or _is_its_list(_words(one.writes), path))
            and not one.passes_on
            and any(matches(one.writes, key) for key in one.reads) and not _is_gradient(one)
        ]  # fmt: skip

    def _handed_to(self, updates: Sequence[int]) -> list[int]:
        """Return the assignments in a loop over layers from which updates in another loop take their steps."""
        found = {source for number in updates for source in self._sources[number]}
        return sorted(one for one in found if self.events[one].turn and ANY in self.events[one].writes)

    def _behind(self, loss: Key | None) -> set[int]:
        """Return the assignments that lead to the loss."""
        if loss is None:
            return set()
        ends = [
            number for number, one in enumerate(self.events)
            if _words(one.writes)[-len(loss) :] == loss or (loss[0] == "<result>" and _gives_back(one, loss))
        ]  # fmt: skip
        return self._back_from(ends or [number for number, one in enumerate(self.events) if _is_added_up(one)])

    def _back_from(self, ends: Iterable[int]) -> set[int]:
        found: set[int] = set()
        waiting = list(ends)
        while waiting:
            number = waiting.pop()
            if number not in found:
                found.add(number)
                waiting += self._sources[number]
        return found

    @cached_property
    def _sources(self) -> list[list[int]]:
        """Return for every assignment those whose values it reads."""
        return [
            [source for key in one.reads for source in self._writers(key, number)]
            for number, one in enumerate(self.events)
        ]

    def _writers(self, key: Key, before: int) -> list[int]:
        found = []
        for number in range(before - 1, -1, -1):
            one = self.events[number]
            if matches(one.writes, key):
                found.append(number)
                if one.whole and one.writes == key[: len(one.writes)] and ANY not in "".join(one.writes):
                    break
        return found

    @cached_property
    def _live(self) -> set[int]:
        """Return the assignments whose values depend on the parameters, or on what is handed to the judged code."""
        live: set[int] = set()
        for number, one in enumerate(self.events):
            inside = any(source in live for source in self._sources[number])
            if inside or any(self._comes_from_outside(key, number) for key in one.reads):
                live.add(number)
        return live

    def _comes_from_outside(self, key: Key, before: int) -> bool:
        words = _words(key)
        if key[0].startswith("<") or (data_of(words[0]) is not None and meaning_of(words[0]) != "Yhat"):
            return False
        if meaning_of(words[-1]) in ("rate", "penalty", "m", "epochs", "sizes", "X", "Y"):
            return False
        return not any(matches(one.writes, key) for one in self.events[:before])


def _place(one: Event) -> tuple[int, int]:
    return one.line, getattr(one.node, "col_offset", 0)


def _is_a_copy(one: Event) -> bool:
    """Whether a name is given what another holds, da1 = dd1: a factor may be missing there."""
    return isinstance(one.node, ast.Assign) and isinstance(one.node.value, ast.Name)


def _path(parameter: Parameter) -> Key:
    return tuple(str(name) for _, name in parameter.path) or (parameter.name,)


def _words(key: Key) -> Key:
    """Return a key without the function that it stands in."""
    return key if key[0].startswith("<") else (key[0].rpartition(":")[2], *key[1:])


def _plainly(key: Key) -> Key:
    return tuple(part if part in (ANY, "") else _bare(part) for part in _words(key))


def _bare(part: str) -> str:
    star = ANY if part.endswith(ANY) else ""
    return plain(bare(part.removesuffix(ANY))) + star


def _is_of(key: Key, path: Key, *, alone: bool) -> bool:
    """Whether what is written is a parameter, or its gradient: by its last names; one alone where no other has it."""
    if not key or not path:
        return False
    if path[-1].isdigit() and len(path) > 1:  # a list of parameters
        return len(key) > 1 and same_part(key[-1], path[-1]) and same_part(key[-2], path[-2])
    if not same_part(key[-1], path[-1]) or key[-1] == ANY:
        return False
    return alone or all(map(same_part, reversed(key[:-1]), reversed(path[:-1])))


def _is_its_list(key: Key, path: Key) -> bool:
    """Whether what is written is the whole list that a parameter stands in."""
    return len(path) > 1 and path[-1].isdigit() and same_part(key[-1], path[-2]) and key[-1] != ANY


def _is_gradient(one: Event) -> bool:
    words = _words(one.writes)
    names = [word.removesuffix(ANY) for word in words if word.removesuffix(ANY)]
    kept = any(meaning_of(name) == "grads" or name.lower() in ("g", "gs") for name in names[:-1])
    named = any(bare(name) != name.lower().replace("_", "").strip() for name in names[-2:])
    given = words[0].startswith("<result") and isinstance(one.node, ast.Return | ast.expr)
    return kept or named or (given and "backward" in roles_of(one.function.rpartition(".")[2]))


def _is_added_up(one: Event) -> bool:
    """Whether this adds to what is called a loss, or an error."""
    name = one.writes[-1].rpartition(":")[2].lower()
    return not one.whole and isinstance(one.node, ast.AugAssign) and bool(_LOSS.search(name))


def _gives_back(one: Event, loss: Key) -> bool:
    return one.writes[0].startswith("<result") and one.function.rpartition(".")[2] == loss[1]
