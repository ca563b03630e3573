"""A learning rate that stands as a number in the text becomes a name, so that it can be set: to 0, or to twice as much.

At the rate 0 a pass takes no step. Only so is a loss that is shown after the update one of the point before it.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from verify.reading.parsing.trees import nodes_of
from verify.reading.program.functions import Function, parsed
from verify.reading.program.syntax import called_name
from verify.reading.program.updates import Update, is_number, number_factors, number_of, updates_in
from verify.reading.program.vocabulary import is_parameter, meaning_of

NAME: Final = "_learning_rate__"  # of the number, where the submission's text has it: a rate by its name


class Taker(NamedTuple):
    """An argument of a function that is a rate: its name, its place in a call, and the number that is its default."""

    name: str
    place: int
    default: float | None


class LiteralRate(NamedTuple):
    """The one number that a file has for a rate: given to functions, a factor of updates, or 1 where there is none."""

    value: float
    takers: dict[str, Taker]  # by the name of the function
    updates: bool  # whether it is a factor in the text of updates
    bare: bool = False  # whether updates have no factor

    @property
    def is_in_updates(self) -> bool:
        """Whether the name stands in the updates themselves."""
        return self.updates or self.bare


class _Change(NamedTuple):
    """A piece of text that is put in the place of another; a start that is the end takes nothing away."""

    line: int
    start: int
    end: int
    text: str


def literal_rate(trees: Iterable[ast.AST], functions: Iterable[Function]) -> LiteralRate | None:
    """Return the number that a file has for a rate, or None where it has several, or names for all of them."""
    trees = list(trees)
    takers = _takers(functions)
    given = {value for tree in trees for value, _ in _given(tree, takers)}
    if given:
        return LiteralRate(given.pop(), takers, updates=False) if len(given) == 1 else None
    if any(meaning_of(name) == "rate" for tree in trees for name in _names(tree)):
        return None
    updates = [one for tree in trees for one in updates_in(tree)]
    numbers = [number_factors(one.step) for one in updates]
    written = {number_of(one) for every in numbers for one in every[:1]}
    mine = [len(every) for one, every in zip(updates, numbers, strict=True) if _is_of_parameter(one)]
    if len(written) == 1 and all(len(every) < 2 for every in numbers) and 0 not in mine:
        return LiteralRate(written.pop(), {}, updates=True)
    if not written and mine and not any(_is_a_product(one.step) for one in updates):
        return LiteralRate(1.0, {}, updates=False, bare=True)
    return None


def with_name(code: str, rate: LiteralRate) -> str:
    """Return the code with the name in the place of the number; every line stays where it is."""
    try:
        tree = ast.Module(parsed(code), [])
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return code  # what can't be run is told where it is run
    lines = code.encode().split(b"\n")  # columns of a tree are counted in bytes
    for one in sorted(_changes(tree, rate), key=lambda one: (one.line, one.start), reverse=True):
        line = lines[one.line - 1]
        before = b"\n".join([*lines[: one.line - 1], line[: one.start]]).rstrip()
        text = one.text.removeprefix(", ") if before.endswith(b",") else one.text  # a comma behind the last argument
        lines[one.line - 1] = line[: one.start] + text.encode() + line[one.end :]
    return b"\n".join(lines).decode()


def _changes(tree: ast.AST, rate: LiteralRate) -> Iterator[_Change]:
    for _, where in _given(tree, rate.takers):
        if isinstance(where, ast.Constant):
            yield _instead(where)
        elif where.end_lineno is not None and where.end_col_offset is not None:
            name = rate.takers[called_name(where)].name
            comma = ", " if where.args or where.keywords else ""
            yield _Change(where.end_lineno, where.end_col_offset - 1, where.end_col_offset - 1, f"{comma}{name}={NAME}")
    for update in updates_in(tree) if rate.is_in_updates else ():
        if rate.updates:
            yield from map(_instead, number_factors(update.step)[:1])
        elif _is_of_parameter(update):
            first, last = update.step, update.step
            yield _Change(first.lineno, first.col_offset, first.col_offset, f"{NAME} * (")
            yield _Change(last.end_lineno or 0, last.end_col_offset or 0, last.end_col_offset or 0, ")")


def _instead(number: ast.Constant) -> _Change:
    return _Change(number.lineno, number.col_offset, number.end_col_offset or number.col_offset, NAME)


def _takers(functions: Iterable[Function]) -> dict[str, Taker]:
    """Return the arguments that are rates; those of functions of one name only where they agree.

    What an object is made with has a name in it.
    """
    found: dict[str, set[Taker | None]] = {}
    for one in functions:
        place = next((place for place, each in enumerate(one.arguments) if meaning_of(each) == "rate"), None)
        taker = None if place is None else Taker(one.arguments[place], place, _default(one, one.arguments[place]))
        found.setdefault(one.name, set()).add(taker)
    only = {name: every.pop() for name, every in found.items() if len(every) == 1 and name != "__init__"}
    return {name: one for name, one in only.items() if one is not None}


def _default(function: Function, name: str) -> float | None:
    """Return the number that an argument is without being given; None where it is none."""
    value = function.defaults.get(name)
    return number_of(value) if isinstance(value, ast.Constant) and is_number(value) else None


def _given(tree: ast.AST, takers: dict[str, Taker]) -> Iterator[tuple[float, ast.Constant | ast.Call]]:
    """Yield the numbers that calls give for a rate, each with its place: itself, or the call that leaves it out."""
    for call in _repeated(tree):
        taker = takers.get(called_name(call)) if isinstance(call, ast.Call) else None
        if taker is None or not isinstance(call, ast.Call) or _is_spread(call):
            continue
        named = next((one.value for one in call.keywords if one.arg == taker.name), None)
        value = named or (call.args[taker.place] if len(call.args) > taker.place else None)
        if isinstance(value, ast.Constant) and is_number(value):
            yield number_of(value), value
        elif value is None and taker.default is not None:
            yield taker.default, call


def _repeated(tree: ast.AST) -> Iterator[ast.AST]:
    """Yield the nodes of what is run more than once, loops and functions; no text of a format has true columns."""
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Module | ast.If | ast.With | ast.Try | ast.ClassDef):
            waiting += [one for field in ("body", "orelse", "finalbody") for one in getattr(node, field, ())]
        elif isinstance(node, ast.For | ast.While | ast.FunctionDef):
            within = {id(part) for one in nodes_of(node) if isinstance(one, ast.JoinedStr) for part in nodes_of(one)}
            yield from (one for one in nodes_of(node) if id(one) not in within)


def _is_spread(call: ast.Call) -> bool:
    """Whether a call spreads out arguments: f(*several), f(**named)."""
    return any(isinstance(one, ast.Starred) for one in call.args) or any(one.arg is None for one in call.keywords)


def _is_of_parameter(update: Update) -> bool:
    target = update.target
    while isinstance(target, ast.Subscript):
        target = target.value
    name = getattr(target, "id", getattr(target, "attr", ""))
    return is_parameter(name) or meaning_of(name) == "params"


def _is_a_product(step: ast.expr) -> bool:
    """Whether a step is a product or a quotient, as eps * dW is: one of its factors may be a rate."""
    while isinstance(step, ast.UnaryOp):
        step = step.operand
    return isinstance(step, ast.BinOp) and isinstance(step.op, ast.Mult | ast.Div)


def _names(tree: ast.AST) -> Iterator[str]:
    for node in nodes_of(tree):
        name = getattr(node, "id", getattr(node, "attr", getattr(node, "arg", None)))
        if isinstance(name, str):
            yield name
