"""Which statements of a block belong to its training step, and which take a batch, print, draw or record."""

from __future__ import annotations

import ast
import builtins
import re
from typing import Final

from verify.reading.parsing.trees import nodes_of
from verify.reading.program.blocks import Block, assigned, own_of
from verify.reading.program.flows import flows, key_of
from verify.reading.program.safety import word_for
from verify.reading.program.syntax import called_name, names_in, root_name
from verify.reading.program.updates import update_of

BUILTINS: Final = frozenset(dir(builtins))
_RECORDS: Final = ("append", "extend", "set_description", "set_postfix", "write", "flush", "update_progress", "sleep")
_STOPS: Final = (ast.Break, ast.Continue, ast.Return, ast.Raise)
_LEFT_OUT: Final = ("draws", "asks for input", "prints", "writes files")
_VIEWS: Final = frozenset({
    "reshape", "copy", "astype", "transpose", "flatten", "ravel", "array", "asarray", "atleast_2d", "expand_dims",
})  # fmt: skip
_BATCH: Final = re.compile(r"^next$|batch|sample", re.IGNORECASE)


def kept_of(block: Block, parameters: tuple[str, ...], roots: set[str], tools: set[str]) -> list[ast.stmt]:
    """Return the statements of a step: what its updates need, and what can be computed beside it from the same."""
    made = {key_of(place) for node in own_of(block.body) if not isinstance(node, ast.Expr) for place, _ in flows(node)}
    body = [node for node in block.body if not _is_left_out(node, parameters, made)]
    needed: set[int] = set()
    wanted = set(roots)
    for node in reversed(body):
        changed = assigned([node]) | (names_in(node) if isinstance(node, ast.Expr) else set())
        if changed & wanted:
            needed.add(id(node))
            wanted |= names_in(node)
    known = wanted | tools | BUILTINS
    kept = []
    for node in body:
        if id(node) in needed:
            kept.append(node)
        elif isinstance(node, ast.Assign) and all(isinstance(place, ast.Name) for place, _ in flows(node)):
            own = assigned([node])  # a loss, say: kept if it takes nothing that the updates do not take
            if not own & known and names_in(node) - own <= known:
                kept.append(node)
                known |= own
    return kept


def _is_left_out(node: ast.stmt, parameters: tuple[str, ...], made: set[str]) -> bool:
    """Whether a statement prints, draws, records, asks, stops, or takes a batch that can be an input instead."""
    if isinstance(node, ast.Break | ast.Continue | ast.Pass | ast.Return | ast.Global | ast.Import | ast.ImportFrom):
        return True
    if isinstance(node, ast.Expr):
        if not isinstance(node.value, ast.Call):
            return True
        name, func = called_name(node.value), node.value.func
        recorded = isinstance(func, ast.Attribute) and name in _RECORDS and key_of(func.value) not in made
        return recorded or word_for(name) in _LEFT_OUT
    if isinstance(node, ast.Assign):
        return _is_batch(node.value, parameters, made)
    if isinstance(node, ast.If | ast.For | ast.While | ast.With | ast.Try):
        inner = [one for one in own_of([node]) if isinstance(one, ast.stmt)]
        leaves = [one for one in inner if not isinstance(one, ast.If | ast.For | ast.While | ast.With | ast.Try)]
        stops = not isinstance(node, ast.For | ast.While) and any(isinstance(one, _STOPS) for one in leaves)
        updates = any(_updated(one) in parameters for one in leaves)
        return not updates and (stops or all(_is_left_out(one, parameters, made) for one in leaves))
    return False


def _updated(node: ast.AST) -> str | None:
    target = update_of(node)
    return key_of(target) if target is not None else None


def _is_batch(value: ast.expr, parameters: tuple[str, ...], made: set[str]) -> bool:
    """Whether a value is rows of the data: X[i:i + size], X[perm], X[i].reshape(1, -1), next(batches)."""
    if isinstance(value, ast.Tuple):
        return bool(value.elts) and all(_is_batch(one, parameters, made) for one in value.elts)
    if isinstance(value, ast.Call) and _BATCH.search(called_name(value)):
        return True
    indexed = False
    while not isinstance(value, ast.Name):
        if isinstance(value, ast.Subscript):
            indexed = indexed or any(isinstance(one, ast.Name) for one in nodes_of(value.slice))
        inner = _viewed(value)
        if inner is None:
            return False
        value = inner
    return indexed and value.id not in made and key_of(value) not in parameters


def _viewed(value: ast.expr) -> ast.expr | None:
    """Return what a value shows another view of, or None: X of X.T, X[i], [X], np.array(X)."""
    if isinstance(value, ast.Call) and called_name(value) in _VIEWS:
        on_module = isinstance(value.func, ast.Attribute) and root_name(value.func) in ("np", "numpy")
        if (on_module or isinstance(value.func, ast.Name)) and value.args:
            return value.args[0]
        return value.func.value if isinstance(value.func, ast.Attribute) and not on_module else None
    if isinstance(value, ast.List) and len(value.elts) == 1:
        return value.elts[0]
    if isinstance(value, ast.Attribute) and value.attr in ("T", "values", "iloc"):
        return value.value
    return value.value if isinstance(value, ast.Subscript) else None
