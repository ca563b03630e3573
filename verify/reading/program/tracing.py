"""What the judged code assigns, in the order in which it does: read off its text, through the functions that it calls.

Nothing is run. Both branches of an `if` are gone through, and a loop backwards over the layers twice: once for the
layer at the output, once for those before it.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from verify.reading.program.functions import Function
from verify.reading.program.syntax import called_name

Key = tuple[str, ...]  # what is read or written: ("self", "W1"), ("grads", "dW*"); a star is anything
ANY: Final = "*"
_MOST: Final = 3000  # statements that are gone through
_DEEPEST: Final = 5  # functions that call each other
_SHAPES: Final = ("shape", "size", "ndim", "dtype")  # attributes that say nothing of the numbers in an array
_SHAPES_OF: Final = ("len", "range", "zeros", "zeros_like", "ones_like", "empty_like", "empty")
_SAME: Final = ("T", "copy", "reshape", "ravel", "flatten")  # the same array, seen otherwise
_INTO: Final = ("append", "insert", "extend")  # what puts something into a list


@dataclass(frozen=True)
class Event:
    """One assignment: where it stands, what it writes, and what it reads."""

    line: int
    end: int
    writes: Key
    reads: tuple[Key, ...]
    node: ast.AST = field(repr=False, compare=False)
    function: str  # that it stands in
    whole: bool  # what was there before is gone
    turn: int  # the pass through a loop backwards over layers: 1 or 2, and 0 outside
    passes_on: bool  # nothing is computed: a value is handed over, or given back

    @property
    def calls(self) -> bool:
        """Whether it does nothing but call a function of the file, whose lines stand before it."""
        given_back = any(key[0].startswith("<result") for key in self.reads)
        return given_back and isinstance(getattr(self.node, "value", None), ast.Call)


def matches(first: Key, second: Key) -> bool:
    """Whether two keys may be the same thing, or one a part of the other."""
    return all(map(same_part, first, second))


def same_part(one: str, other: str) -> bool:
    """Whether two parts of keys may be the same: dW* and dW2, * and anything."""
    if one.endswith(ANY) or other.endswith(ANY):
        left, right = one.removesuffix(ANY), other.removesuffix(ANY)
        return left.startswith(right) if other.endswith(ANY) else right.startswith(left)
    return one == other


def events_of(
    bodies: Sequence[tuple[str, Sequence[ast.stmt]]], functions: Sequence[Function], kinds: Mapping[str, str]
) -> list[Event]:
    """Return what these bodies assign, one after the other, with the names of the functions that they stand in.

    `kinds` are the classes of the objects that have a name.
    """
    walk = _Walk(functions, kinds)
    for name, body in bodies:
        walk.body(body, _Scope(name, {}, "", ()))
    return walk.events


@dataclass(frozen=True)
class _Scope:
    """Where the walk is: in which function, what its arguments are outside, and through which calls it came."""

    function: str
    given: Mapping[str, Key]
    prefix: str
    calls: tuple[Key, ...]
    loose: bool = False  # in a branch: what stood before may still be there
    turn: int = 0


class _Walk:
    def __init__(self, functions: Sequence[Function], kinds: Mapping[str, str]) -> None:
        self.functions, self.kinds, self.events, self.count = functions, kinds, list[Event](), 0
        self.several = False  # a call was met that may be to several classes

    def body(self, body: Sequence[ast.stmt], scope: _Scope) -> None:
        for node in body:
            if len(self.events) < _MOST:
                self.statement(node, scope)

    def statement(self, node: ast.stmt, scope: _Scope) -> None:
        match node:
            case ast.Assign():
                for target in node.targets:
                    self.assign(target, node.value, node, scope)
            case ast.AnnAssign() if node.value is not None:
                self.assign(node.target, node.value, node, scope)
            case ast.AugAssign():
                reads = [*self.reads(node.value, scope), self.key(node.target, scope)]
                self.write(node, self.key(node.target, scope), reads, scope, whole=False)
            case ast.Return() if node.value is not None:
                self.give(("<result>",), node.value, node, scope)
            case ast.Expr(value=ast.Call() as call):
                self.call_alone(call, node, scope)
            case ast.For():
                self.loop(node, scope)
            case ast.While() | ast.With():
                self.body(node.body, scope)
            case ast.If():
                inside = replace(scope, loose=True)
                self.body(node.body, inside)
                self.body(node.orelse, inside)
            case ast.Try():
                self.body([*node.body, *node.orelse, *node.finalbody], scope)

    def loop(self, node: ast.For, scope: _Scope) -> None:
        """Go through the body: backwards over layers once for the last and once for the others.

        Where a call in it may be to several classes, layers and activations take turns: all of them twice.
        """
        backwards = goes_backwards(node.iter)
        inside = self.bound(node, scope)
        for turn in (1, 2) if backwards and not scope.turn else (scope.turn,):
            self.several = False
            self.body(node.body, replace(inside, turn=turn))
            if backwards and self.several:
                self.body(node.body, replace(inside, turn=turn))

    def bound(self, node: ast.For, scope: _Scope) -> _Scope:
        """Return the scope in which the name of a loop is any one of what the loop runs over; a number is nothing."""
        over, target = node.iter, node.target
        while isinstance(over, ast.Call) and called_name(over) in ("reversed", "enumerate", "list") and over.args:
            over = over.args[0]
        if isinstance(over, ast.Subscript) and isinstance(over.slice, ast.Slice):
            over = over.value
        if isinstance(target, ast.Tuple) and target.elts:
            target = target.elts[-1]
        key = self.key(over, scope)
        if isinstance(target, ast.Name) and key[0] != "<nothing>":
            return replace(scope, given={**scope.given, target.id: (*key, ANY)})
        reads = [(*one, ANY) for one in self.reads(over, scope)]
        for one in _parts(node.target):
            self.write(node, self.key(one, scope), reads, scope, passes_on=True)
        return scope

    def assign(self, target: ast.expr, value: ast.expr, node: ast.stmt, scope: _Scope) -> None:
        if isinstance(target, ast.Tuple | ast.List):
            if isinstance(value, ast.Tuple | ast.List) and len(value.elts) == len(target.elts):
                for one, part in zip(target.elts, value.elts, strict=True):
                    self.assign(one, part, node, scope)
                return
            found = self.reads(value, scope)
            for number, one in enumerate(target.elts):
                reads = [(*key, str(number)) if key[0].startswith("<result") else key for key in found]
                self.write(node, self.key(one, scope), reads, scope, passes_on=isinstance(value, ast.Call))
            return
        self.give(self.key(target, scope), value, node, scope, whole=not _is_a_part(target))

    def give(self, key: Key, value: ast.expr, node: ast.AST, scope: _Scope, *, whole: bool = True) -> None:
        """Write what a value holds: the parts of a tuple and of a dictionary one by one."""
        if key == ("<result>",):
            key = (f"<result {scope.prefix}>",)
        parts = _items(value)
        for name, part in parts:
            self.give((*key, name), part, part if isinstance(node, ast.Return | ast.Assign) else node, scope)
        if not parts:
            passing = isinstance(value, ast.Name | ast.Attribute | ast.Subscript)
            self.write(
                node, key, [*self.reads(value, scope), *self.chosen(node, scope)], scope, whole=whole, passes_on=passing
            )

    def chosen(self, node: ast.AST, scope: _Scope) -> list[Key]:
        """Return what chooses the entries that are written: Z of dZ[Z <= 0] = 0."""
        targets = node.targets if isinstance(node, ast.Assign) else []
        return [key for one in targets if _index_of_numbers(one) for key in self.reads(one.slice, scope)]  # type: ignore[attr-defined]

    def call_alone(self, call: ast.Call, node: ast.Expr, scope: _Scope) -> None:
        reads = self.reads(call, scope)
        if isinstance(call.func, ast.Attribute) and call.func.attr in _INTO:
            self.write(node, (*self.key(call.func.value, scope), ANY), reads, scope, whole=False)

    def write(
        self,
        node: ast.AST,
        key: Key,
        reads: Sequence[Key],
        scope: _Scope,
        *,
        whole: bool = True,
        passes_on: bool = False,
    ) -> None:
        line = getattr(node, "lineno", 0)
        end = line if isinstance(node, ast.For) else getattr(node, "end_lineno", None) or line
        found = tuple(dict.fromkeys((*reads, *scope.calls)))
        whole = whole and not scope.loose
        self.events.append(Event(line, end, key, found, node, scope.function, whole, scope.turn, passes_on))

    def key(self, node: ast.expr, scope: _Scope) -> Key:
        """Return what an expression that can be assigned to is known by."""
        match node:
            case ast.Name(id=name):
                return scope.given.get(name, (f"{scope.prefix}{name}",))
            case ast.Starred(value=value):
                return self.key(value, scope)
            case ast.Attribute(value=value, attr=name):
                base = self.key(value, scope)
                return base if name in _SAME else (*base, name)
            case ast.Subscript(value=value):
                base, part = self.key(value, scope), _index(node.slice)
                return base if part is None else (*base, part)
            case ast.Call(func=ast.Attribute(value=value, attr=name)) if name in _SAME:
                return self.key(value, scope)
        return ("<nothing>",)

    def reads(self, node: ast.AST, scope: _Scope) -> list[Key]:
        """Return what an expression reads; functions of the file that it calls are gone through on the way."""
        match node:
            case ast.Name(id=name):
                return [scope.given.get(name, (f"{scope.prefix}{name}",))]
            case ast.Attribute(attr=name) if name in _SHAPES:
                return []
            case ast.Attribute() | ast.Subscript():
                key = self.key(node, scope)
                if key[0] != "<nothing>":
                    inner = self.reads(node.slice, scope) if isinstance(node, ast.Subscript) else []
                    return [key, *(one for one in inner if _index_of_numbers(node))]
            case ast.Call():
                return self.call(node, scope)
            case ast.Lambda() | ast.BinOp(left=ast.List(), op=ast.Mult()):  # [None] * (L + 1) holds nothing yet
                return []
        return [key for child in ast.iter_child_nodes(node) for key in self.reads(child, scope)]

    def call(self, call: ast.Call, scope: _Scope) -> list[Key]:
        name = called_name(call)
        if name in _SHAPES_OF:
            return []
        arguments = [*call.args, *(word.value for word in call.keywords)]
        receiver = call.func.value if isinstance(call.func, ast.Attribute) else None
        meant = self.meant_by(call, receiver, scope)
        if not meant or len(scope.calls) >= _DEEPEST or len(self.events) > _MOST:
            own = [] if receiver is None else self.reads(receiver, scope)
            return own + [key for one in arguments for key in self.reads(one, scope)]
        found: list[Key] = []
        self.several = self.several or len(meant) > 1
        for one in meant:
            found += self.enter(one, call, receiver, scope, several=len(meant) > 1)
        return found

    def meant_by(self, call: ast.Call, receiver: ast.expr | None, scope: _Scope) -> list[Function]:
        """Return the functions that a call may mean; of several methods that of the object's class, if it is known."""
        name = called_name(call)
        found = [
            one for one in self.functions if one.name == name and (one.owner is not None) == (receiver is not None)
        ]
        if receiver is None or len(found) < 2:
            return found
        last = self.key(receiver, scope)[-1]
        owner = scope.function.partition(".")[0] if getattr(receiver, "id", "") == "self" else self.kinds.get(last)
        same = [one for one in found if one.owner == owner]
        given = len(call.args) + len(call.keywords)
        return same or [one for one in found if len(one.arguments) >= given and not _does_nothing(one)]

    def enter(
        self, function: Function, call: ast.Call, receiver: ast.expr | None, scope: _Scope, *, several: bool
    ) -> list[Key]:
        """Go through a function that is called; return what it gives back."""
        self.count += 1
        prefix = f"{function.name}#{self.count}:"
        here = (f"<call {self.count}>",)
        given: dict[str, Key] = {}
        if receiver is not None:
            first = (*function.tree.args.posonlyargs, *function.tree.args.args)[:1]
            given |= {one.arg: self.key(receiver, scope) for one in first}
        names = function.arguments
        pairs = [*zip(names, call.args, strict=False), *((word.arg, word.value) for word in call.keywords)]
        self.write(call, here, [], scope, passes_on=True)
        for name, value in pairs:
            if name is None or isinstance(value, ast.Constant):
                continue
            if isinstance(value, ast.Name | ast.Attribute | ast.Subscript) and self.key(value, scope)[0] != "<nothing>":
                given[name] = self.key(value, scope)
                continue
            given[name] = (f"{prefix}{name}",)
            self.give(given[name], value, call, scope)
        full = function.name if function.owner is None else f"{function.owner}.{function.name}"
        inside = _Scope(full, given, prefix, (*scope.calls, here), scope.loose or several, scope.turn)
        self.body(function.tree.body, inside)
        return [(f"<result {prefix}>",)]


def _does_nothing(function: Function) -> bool:
    return all(isinstance(node, ast.Pass | ast.Raise | ast.Expr) for node in function.tree.body)


def kinds_in(nodes: Iterable[ast.AST], classes: Collection[str]) -> dict[str, str]:
    """Return the class of every name that is given an object of one class of the file, and of no other."""
    found: dict[str, set[str]] = {}
    for node in nodes:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call) and called_name(node.value) in classes:
            for target in node.targets:
                name = getattr(target, "id", getattr(target, "attr", ""))
                found.setdefault(name, set()).add(called_name(node.value))
    return {name: kinds.pop() for name, kinds in found.items() if len(kinds) == 1 and name}


def goes_backwards(over: ast.expr) -> bool:
    """Whether a loop runs backwards: over reversed(...), range(n, 0, -1), or layers[::-1]."""
    if isinstance(over, ast.Call):
        name = called_name(over)
        if name == "reversed":
            return True
        if name in ("enumerate", "zip", "list") and over.args:
            return goes_backwards(over.args[0])
        return name == "range" and len(over.args) == 3 and isinstance(over.args[2], ast.UnaryOp)
    sliced = isinstance(over, ast.Subscript) and isinstance(over.slice, ast.Slice)
    return sliced and isinstance(over.slice.step, ast.UnaryOp)  # type: ignore[attr-defined]


def _parts(target: ast.expr) -> Iterator[ast.expr]:
    if isinstance(target, ast.Tuple | ast.List):
        for one in target.elts:
            yield from _parts(one)
    else:
        yield target


def _items(value: ast.expr) -> list[tuple[str, ast.expr]]:
    """Return the parts of a tuple by number, of a dictionary that is written out by key."""
    if isinstance(value, ast.Tuple):
        return [(str(number), part) for number, part in enumerate(value.elts)]
    if isinstance(value, ast.Dict):
        pairs = zip(value.keys, value.values, strict=True)
        return [(str(key.value), part) for key, part in pairs if isinstance(key, ast.Constant)]
    if isinstance(value, ast.Call) and called_name(value) == "dict" and not value.args:
        return [(word.arg, word.value) for word in value.keywords if word.arg]
    return []


def _is_a_part(target: ast.expr) -> bool:
    """Whether only some entries of an array are written, or an entry that only the run knows."""
    part = _index(target.slice) if isinstance(target, ast.Subscript) else ""
    return part is None or part.endswith(ANY)


def _index(node: ast.expr) -> str | None:
    """Return a key as text: W1, dW* of "dW" + str(l), * of a number; None for entries of an array."""
    match node:
        case ast.Constant(value=str() | int() as value) if not isinstance(value, bool):
            return str(value)
        case ast.Name() | ast.UnaryOp(op=ast.USub()):
            return ANY
        case ast.BinOp(left=ast.Constant(value=str() as text)):
            return text.split("%")[0] + ANY
        case ast.JoinedStr(values=[ast.Constant(value=str() as text), *_]):
            return f"{text}{ANY}"
        case ast.BinOp(left=left, right=right):
            return ANY if all(isinstance(one, ast.Name | ast.Constant | ast.BinOp) for one in (left, right)) else None
        case ast.Call(func=ast.Attribute(value=ast.Constant(value=str() as text), attr="format")):
            return text.split("{")[0] + ANY
    return None


def _index_of_numbers(node: ast.AST) -> bool:
    """Whether the entries of an array are chosen by other arrays: a[z > 0]."""
    return isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Compare)
