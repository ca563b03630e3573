"""The loops in which a submission trains: each says itself how the functions are called, and in which order.

A loop is run for one pass, by its own function. What stands before it says how the parameters are made.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final

from verify.reading.parsing.document import Cell, Place
from verify.reading.parsing.trees import nodes_of
from verify.reading.program.blocks import assigned
from verify.reading.program.clips import clips
from verify.reading.program.differences import differences_in
from verify.reading.program.kept import BUILTINS
from verify.reading.program.shown import Shown, absolute_in, losses_named_in, losses_shown_in
from verify.reading.program.source import cut_out
from verify.reading.program.syntax import called_name, is_product, names_in, root_name
from verify.reading.program.updates import is_training_loop, rate_in, scales_in, stepped_in, steppers_in, updates_in
from verify.reading.program.vocabulary import data_of, is_called_a_gradient, is_parameter, meaning_of, roles_of

NAME: Final = "__training__"  # the function that a loop at the top level becomes
_LAYERS: Final = frozenset(("l", "layer", "layers", "nlayers", "numlayers", "key", "param", "params", "parameters"))
_PLAIN: Final = ("format", "str", "len", "zeros_like", "sqrt", "clip")  # calls that compute no gradient
_Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Loop:
    """A loop that trains: where it stands, the names that it uses, and the function or method that holds it.

    `code` is the loop as a function of its own, where it stands at the top level; `line` is the line of its head.
    """

    cell: int | None
    place: Place
    names: tuple[str, ...]
    function: str
    owner: str | None = None
    code: str = ""
    line: int = 0
    end: int = 0  # its last line
    products: int = 0  # products of matrices that stand in it
    calls: frozenset[str] = frozenset()
    keeps_loss: bool = True  # no loss is computed after the parameters were changed, as far as the text says
    rate: float = 1.0  # the number that the steps of the updates are multiplied by
    sums: frozenset[str] = frozenset()  # names that it adds to, such as the loss of an epoch
    clips: bool = False  # it cuts gradients off
    certain: bool = True  # no other number stands beside the rate
    scales: frozenset[str] = frozenset()  # names that stand as factors in the steps of its updates
    stepped: frozenset[str] = frozenset()  # names from which its updates take steps
    differences: frozenset[str] = frozenset()  # names that are given nothing but differences, such as y - output
    changes: bool = False  # an update stands in it
    parts: frozenset[str] = frozenset()  # names of which it takes parts, such as the samples of a batch
    strides: frozenset[str] = frozenset()  # names of numbers in whose strides samples are taken
    drawn: frozenset[str] = frozenset()  # names that the heads of it and of the loops around it give values
    counters: frozenset[str] = frozenset()  # of these, those of the loops around it alone
    shown: tuple[Shown, ...] = ()  # numbers that it prints or keeps in a list and that look like a loss
    computed: frozenset[str] = frozenset()  # names that are given what looks like a loss
    watched: frozenset[str] = frozenset()  # names of errors that are nothing but absolute differences
    steps: bool = False  # it calls a function of the file that takes steps
    turns: int | None = None  # how many passes it has, where a number says it
    many: bool = False  # a pass takes several steps: a loop in it is known to have several passes
    several: bool = False  # another loop stands in it in which parameters change: one pass may take several steps

    @property
    def updates(self) -> bool:
        """Whether parameters change in it, as far as the text says."""
        return self.several or self.changes or self.steps or any("update" in roles_of(name) for name in self.calls)

    def holds(self, place: Place) -> bool:
        """Whether a place is in it, from its head to its last line."""
        return self.cell == place.cell and self.place.line <= place.line <= self.end


def training_loops(cells: Iterable[Cell]) -> tuple[Loop, ...]:
    """Return every loop that trains, those at the top level and the innermost first."""
    found: list[tuple[int, Loop]] = []
    cells = [*cells]
    steppers = steppers_in(one.tree for one in cells if one.tree is not None)
    for cell in cells:
        if cell.tree is not None:
            found += _within(cell, cell.tree.body, None, None, (), steppers)
    found.sort(key=lambda pair: pair[0])
    return tuple(loop for _, loop in found)


def _within(
    cell: Cell,
    body: list[ast.stmt],
    function: _Function | None,
    owner: str | None,
    around: tuple[ast.stmt, ...],
    steppers: frozenset[str],
) -> Iterator[tuple[int, Loop]]:
    for node in body:
        if isinstance(node, ast.ClassDef) and function is None:
            yield from _within(cell, node.body, None, node.name, (), steppers)
        elif isinstance(node, ast.FunctionDef) and function is None:
            yield from _within(cell, node.body, node, owner, (), steppers)
        elif isinstance(node, ast.For | ast.While):
            inner = list(_within(cell, node.body, function, owner, (*around, node), steppers))
            yield from inner
            if around and _only_steps(node):
                continue
            layers = (_over_layers(node) and not _hands_data(node, steppers)) or _over_its_targets(node)
            if is_training_loop(node, steppers) and not layers and (owner is None or function is not None):
                steps = [one for _, one in inner if one.updates]
                many = any(one.many or (one.turns or 1) > 1 for one in steps)
                loop = _loop(cell, node, function, owner, around)
                yield len(inner), replace(loop, several=bool(steps), many=many, steps=bool(loop.calls & steppers))
        elif isinstance(node, ast.If | ast.With | ast.Try):
            for field in ("body", "orelse", "finalbody"):
                yield from _within(cell, getattr(node, field, None) or [], function, owner, around, steppers)


def _parts_taken(node: ast.AST) -> frozenset[str]:
    """Return the names of which parts are taken: X of X[first:last], and not of X.shape[0]."""
    subscripts = [part.value for part in nodes_of(node) if isinstance(part, ast.Subscript)]
    return frozenset(one.id for one in subscripts if isinstance(one, ast.Name))


def _strides_of(node: ast.stmt) -> set[str]:
    """Return the names in the strides of a loop over a range: batch_size of range(0, m, batch_size)."""
    head = node.iter if isinstance(node, ast.For) else None
    if not isinstance(head, ast.Call) or called_name(head) not in ("range", "arange") or len(head.args) != 3:
        return set()
    return {getattr(one, "attr", getattr(one, "id", "")) for one in nodes_of(head.args[2])} - {"", "self"}


def _given_by_heads(loops: Iterable[ast.stmt]) -> frozenset[str]:
    return frozenset(name for one in loops if isinstance(one, ast.For) for name in names_in(one.target))


def _turns(node: ast.stmt) -> int | None:
    """Return how many passes a loop over a range of a number has: 60000 of range(60000)."""
    head = node.iter if isinstance(node, ast.For) else None
    counted = isinstance(head, ast.Call) and called_name(head) in ("range", "xrange") and len(head.args) == 1
    last = head.args[0] if isinstance(head, ast.Call) and counted else None
    return last.value if isinstance(last, ast.Constant) and type(last.value) is int else None


def _only_steps(node: ast.For | ast.While) -> bool:
    """Whether a loop within a loop does nothing but take steps: it runs over parameters, whatever they are called."""
    plain = (ast.Assign, ast.AugAssign, ast.Expr)
    computes = any(
        isinstance(part, ast.MatMult) or (isinstance(part, ast.Call) and called_name(part) not in _PLAIN)
        for one in node.body for part in nodes_of(one)
    )  # fmt: skip
    return all(isinstance(one, plain) for one in node.body) and not computes and bool(updates_in(node))


def _loop(
    cell: Cell, node: ast.For | ast.While, function: _Function | None, owner: str | None, around: tuple[ast.stmt, ...]
) -> Loop:
    used = {part.id for part in nodes_of(node) if isinstance(part, ast.Name)}
    rate, certain = rate_in(node)
    loop = Loop(
        cell.number, cell.place(node), (), "", owner,
        end=node.end_lineno or node.lineno,
        products=sum(map(is_product, nodes_of(node))),
        calls=frozenset(called_name(part) for part in nodes_of(node) if isinstance(part, ast.Call)),
        keeps_loss=not _measures_afterwards(node.body),
        rate=rate,
        sums=frozenset(root_name(part.target) or "" for part in nodes_of(node) if isinstance(part, ast.AugAssign)),
        clips=clips(node),
        certain=certain,
        scales=scales_in(node),
        stepped=stepped_in(node),
        differences=differences_in(node),
        changes=bool(updates_in(node)),
        parts=_parts_taken(node),
        shown=losses_shown_in(node),
        computed=losses_named_in(node),
        watched=absolute_in(node),
        turns=_turns(node),
        strides=frozenset(name for one in (*around, node) for name in _strides_of(one)),
        drawn=_given_by_heads((*around, node)),
        counters=_given_by_heads(around) - _given_by_heads((node,)),
    )  # fmt: skip
    if function is not None:
        given = {one.arg for one in nodes_of(function.args) if isinstance(one, ast.arg)}
        local = given | assigned(function.body)
        return replace(loop, names=tuple(sorted(used & local)), function=function.name)
    whole = around[0] if around else node
    names = tuple(sorted((used | assigned([whole])) - BUILTINS))
    code, line = _as_function(cell, whole, names)
    return replace(loop, names=names, function=f"{NAME}{whole.lineno}", owner=None, code=code, line=line)


def _as_function(cell: Cell, node: ast.stmt, names: tuple[str, ...]) -> tuple[str, int]:
    """Return a loop at the top level as a function without arguments, and the line in which its head stands."""
    lines = cell.source.split("\n")
    shared = f"    global {', '.join(names)}\n" if names else ""
    return f"def {NAME}{node.lineno}():\n{shared}{cut_out(node, lines, '    ')}\n", node.lineno - 1 - bool(names)


def _over_layers(node: ast.For | ast.While) -> bool:
    """Whether a loop runs over layers or parameters, and not over samples, batches or epochs."""
    if isinstance(node, ast.While):
        return False
    source = node.iter
    if isinstance(source, ast.Call) and called_name(source) in ("reversed", "items", "keys", "values"):
        return True
    targets = {part.id.lower().strip("_") for part in nodes_of(node.target) if isinstance(part, ast.Name)}
    if len(targets) > 1 and any(meaning_of(name) == "grads" or is_called_a_gradient(name) for name in targets):
        return True  # for W, dW in zip(params, gradient(X, y))
    over = names_in(source) | {part.attr for part in nodes_of(source) if isinstance(part, ast.Attribute)}
    counted = isinstance(source, ast.Call) and called_name(source) == "range"
    named = targets & {"l", "layer"} or (len(over) > 1 and targets & {"k"})
    if isinstance(source, ast.Call) and counted and _in_strides(source):
        return False
    if counted and named and not any(meaning_of(name) in ("epochs", "X", "Y") for name in over):
        return True
    plain = {name.lower().replace("_", "") for name in over}
    if any(meaning_of(name) in ("X", "Y", "epochs", "m") for name in over - {"layers"}):
        return False
    return bool(plain & _LAYERS) or any(is_parameter(one) or meaning_of(one) in ("params", "grads") for one in over)


def _over_its_targets(node: ast.For | ast.While) -> bool:
    """Whether each pass changes other entries: W[i] of W[i] -= rate * dW[i], or W[i][j], in a loop over i."""
    if not isinstance(node, ast.For) or not isinstance(node.target, ast.Name):
        return False
    targets = [one.target for one in updates_in(node)]
    return bool(targets) and all(
        isinstance(one, ast.Subscript) and any(node.target.id in names_in(part) for part in _slices(one))
        for one in targets
    )


def _slices(target: ast.expr) -> Iterator[ast.expr]:
    """Yield every slice that is taken in turn: i and j of W[i][j]."""
    while isinstance(target, ast.Subscript):
        yield target.slice
        target = target.value


def _hands_data(node: ast.AST, steppers: frozenset[str]) -> bool:
    """Whether inputs and targets are handed to what takes steps: that is no loop over layers."""
    for call in nodes_of(node):
        if isinstance(call, ast.Call) and called_name(call) in steppers:
            given = {
                data_of(name) for one in (*call.args, *(key.value for key in call.keywords)) for name in names_in(one)
            }
            if {"X", "Y"} <= given:
                return True
    return False


def _in_strides(call: ast.Call) -> bool:
    """Whether a range is taken in strides, as samples are in batches; one by one backwards is over layers."""
    strided = len(call.args) == 3 and not isinstance(call.args[2], ast.UnaryOp)
    return strided and not (isinstance(call.args[2], ast.Constant) and call.args[2].value == 1)


def _measures_afterwards(body: list[ast.stmt]) -> bool:
    """Whether a loss is computed after the first line that changes parameters."""
    changed = False
    for node in body:
        called = [called_name(part) for part in nodes_of(node) if isinstance(part, ast.Call)]
        if changed and (any("loss" in roles_of(name) for name in called) or _gives_a_loss(node)):
            return True
        stored = {root_name(part) for part in nodes_of(node) if isinstance(getattr(part, "ctx", None), ast.Store)}
        changed = changed or any(name is not None and is_parameter(name) for name in stored)
        changed = changed or any("update" in roles_of(name) for name in called)
    return False


def _gives_a_loss(node: ast.stmt) -> bool:
    """Whether a number that is called a loss is computed, and not only kept or added up."""
    if not isinstance(node, ast.Assign) or isinstance(node.value, ast.Name | ast.Attribute | ast.Constant):
        return False
    names = [getattr(one, "id", getattr(one, "attr", "")) for one in node.targets]
    return any("loss" in roles_of(name)[:1] for name in names)
