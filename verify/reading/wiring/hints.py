"""What the file says besides its functions: the width of its output, one sample at a time or a batch, an eps."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping, Sequence
from itertools import zip_longest
from typing import Final

from verify.reading.parsing.trees import nodes_of
from verify.reading.program.program import Program
from verify.reading.program.syntax import called_name, names_in
from verify.reading.program.vocabulary import roles_of, size_of
from verify.reading.wiring.provenance import Source, Width
from verify.reading.wiring.roles import Roles
from verify.reading.wiring.structure import MOST_OUTPUTS

_BATCH: Final = frozenset(("mean", "sum", "size", "m", "average", "n", "batch_size"))
_NO_SIZES: Final = ("seed", "epochs", "m", "flag", "rate", "penalty")
_EPSILON: Final = 1e-4  # a literal up to here is an eps


def literals_in(nodes: Iterable[ast.AST]) -> tuple[float, ...]:
    """Return the numbers between 0 and 1 that stand in the code."""
    found = {
        float(node.value) for node in nodes
        if isinstance(node, ast.Constant) and isinstance(node.value, float) and 0 < node.value < 1
    }  # fmt: skip
    return tuple(sorted(found))


def is_guarded(nodes: Iterable[ast.AST], literals: Sequence[float]) -> bool:
    """Whether an eps or a clip stands in the functions: 1e-10, eps, np.clip."""
    names = {getattr(node, "id", getattr(node, "attr", "")).lower() for node in nodes}
    small = any(0 < number <= _EPSILON for number in literals)
    return small or any(name.startswith(("eps", "clip", "tiny", "delta_log")) for name in names)


def output_width(program: Program, roles: Sequence[Roles]) -> Width | None:
    """Return the width of the output layer that the file's own call states, as in init_params(784, 128, 10).

    Without a call, it is the number that a name of an output width is given: n_y = 10.
    """
    makers = {name: one.init.arguments for one in roles if one.init for name in (one.init.name, one.owner) if name}
    every = [(pair, cell.place(node)) for cell, node in program.nodes(ast.Assign) for pair in _whole_numbers(node)]
    whole, places = dict(pair for pair, _ in every), {name: place for (name, _), place in every}
    named = next((name for name in whole if size_of(name) == "n_y"), None)
    found = None if named is None else Width(whole[named], Source("by name", places[named]))
    for cell, node in program.nodes(ast.Call):
        if called_name(node) in makers:
            given = [*zip_longest(makers[called_name(node)][: len(node.args)], node.args)]
            given += [(keyword.arg, keyword.value) for keyword in node.keywords]
            given = [(name, value) for name, value in given if size_of(name or "") not in _NO_SIZES]
            sizes = [value for _, value in given if value is not None]
            numbers = [part for value in sizes for part in _numbers(value, whole)]
            last = size_of(given[-1][0] or "") if given else None
            inner = last in ("n_x", "n_h")  # the output has no width of its own
            if len(numbers) >= 2 and not inner:
                found = Width(numbers[-1], Source("stated", cell.place(node)))
    return found if found is None or 1 <= found.value <= MOST_OUTPUTS else None


def _whole_numbers(node: ast.Assign) -> list[tuple[str, int]]:
    """Return the names that an assignment gives whole numbers: n_h = 128, or n_x, n_h, n_y = 784, 128, 10."""
    pairs: list[tuple[ast.expr, ast.expr]] = []
    for target in node.targets:
        if (
            isinstance(target, ast.Tuple)
            and isinstance(node.value, ast.Tuple)
            and len(target.elts) == len(node.value.elts)
        ):
            pairs += list(zip(target.elts, node.value.elts, strict=True))
        else:
            pairs.append((target, node.value))
    return [
        (target.id, value.value) for target, value in pairs
        if isinstance(target, ast.Name) and isinstance(value, ast.Constant) and type(value.value) is int
    ]  # fmt: skip


def _numbers(node: ast.expr, known: Mapping[str, int]) -> list[int]:
    if isinstance(node, ast.List | ast.Tuple):
        return [number for part in node.elts for number in _numbers(part, known)]
    if isinstance(node, ast.Name) and node.id in known:
        return [known[node.id]]
    return [node.value] if isinstance(node, ast.Constant) and type(node.value) is int else []


def one_sample_at_a_time(program: Program, roles: Sequence[Roles]) -> bool:
    """Whether one sample at a time is meant: the loops do so, or the backward pass knows of no batch."""
    first = next((one.backward for one in roles if one.backward), None)
    updates = [one for one in program.functions if "update" in roles_of(one.name)]
    if first is not None and not any(one.names & _BATCH for one in (first, *updates)):
        return True
    judged = {one.name for reading in roles for one in (reading.backward, reading.update, reading.forward) if one}
    return any(_takes_a_sample(loop, judged) for _, loop in program.nodes(ast.For))


def _takes_a_sample(loop: ast.For, judged: set[str]) -> bool:
    """Whether a loop over pairs of a sample and its label gives both to one of these functions."""
    pair = loop.target.elts if isinstance(loop.target, ast.Tuple) and len(loop.target.elts) == 2 else []
    names = {part.id for part in pair if isinstance(part, ast.Name)}
    over_pairs = isinstance(loop.iter, ast.Name) or "zip" in names_in(loop.iter)
    return bool(names) and over_pairs and _calls(loop, judged, names)


def _calls(loop: ast.For, judged: set[str], names: set[str]) -> bool:
    return any(
        called_name(node) in judged and names <= {name for argument in node.args for name in names_in(argument)}
        for node in nodes_of(loop)
        if isinstance(node, ast.Call)
    )
