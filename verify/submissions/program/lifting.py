"""Forward and backward as lines of a training loop: one step of it becomes a function that can be called."""

from __future__ import annotations

import ast
import builtins
import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from verify.submissions.parsing.document import Cell, Document, Place
from verify.submissions.program.safety import called_name, root_name, update_of, word_for
from verify.submissions.program.slicing import slice_for, top_level
from verify.submissions.program.toplevel import cut_out, first_line, names_of
from verify.submissions.program.vocabulary import is_parameter, meaning_of

NAME: Final = "step"
_LOOPS: Final = (ast.For, ast.While, ast.AsyncFor)
_FUNCTIONS: Final = (ast.FunctionDef, ast.AsyncFunctionDef)
_RECORDS: Final = ("append", "extend", "set_description", "set_postfix", "write", "flush", "update_progress", "sleep")
_BUILTINS: Final = frozenset(dir(builtins))
_STOPS: Final = (ast.Break, ast.Continue, ast.Return, ast.Raise)
_LEFT_OUT: Final = ("draws", "asks for input", "prints", "writes files")
_VIEWS: Final = frozenset({
    "reshape", "copy", "astype", "transpose", "flatten", "ravel", "array", "asarray", "atleast_2d", "expand_dims",
})  # fmt: skip
_BATCH: Final = re.compile(r"^next$|batch|sample", re.IGNORECASE)


@dataclass(frozen=True)
class Lifted:
    """One training step as a function: `code` defines `name(*inputs)`, which returns its local names as a dictionary.

    Line n of `code` is line n - `offset` of the cell; `offset` is 0, or 1 where the step starts in the first line.
    `parameters` are read and updated, written as in the code (W1, self.W1, params['W1']); `outputs` are all names
    that are assigned. The inputs are the parameters, the data (X and Y also where they are constants of the file)
    and what no safe top-level statement defines.
    """

    place: Place
    end: int
    name: str
    code: str
    inputs: tuple[str, ...]
    parameters: tuple[str, ...]
    outputs: tuple[str, ...]
    offset: int


@dataclass(frozen=True)
class _Block:
    """Statements that are run one after the other, and the names that belong to the function around them."""

    cell: Cell
    body: list[ast.stmt]
    local: frozenset[str]
    where: str


def lift(document: Document) -> tuple[Lifted, ...]:
    """Return each innermost block in which parameters are read, and updated from gradients that are computed there."""
    found = []
    tools = {name for one in top_level(document) if one.kind != "assignment" for name in one.defines}
    for block in _innermost(document):
        lifted = _lifted(document, block, tools)
        if lifted is not None:
            found.append(lifted)
    return tuple(sorted(found, key=lambda one: (one.place.cell or 0, one.place.line)))


def why_not(document: Document) -> str:
    """Return what is missing for a training step to be lifted out; nothing where `lift` finds one."""
    if lift(document):
        return ""
    blocks = [(block, node, update_of(node)) for block in _blocks(document) for node in block.body]
    updates = [(block, node, place) for block, node, place in blocks if place is not None and _taken(node, place)]
    if not updates:
        return "no line updates a parameter, like W1 -= learning_rate * dW1 or W1 = W1 - learning_rate * dW1"
    block, node, changed = max(updates, key=lambda one: is_parameter(re.findall(r"\w+", _key(one[2]) or "_")[-1]))
    target, place, step = ast.unparse(changed), block.cell.place(node), _taken(node, changed)
    if not step & _assigned(block.body):
        return (
            f"{target} is updated in {block.where} ({place}), but the gradient is not computed in the same block: "
            f"{', '.join(sorted(step))} come from outside"
        )
    return (
        f"{target} is updated in {block.where} ({place}), but the lines before it in the same block do not compute "
        f"its gradient from {target}: the forward pass stands somewhere else"
    )


def _taken(node: ast.stmt, target: ast.expr) -> set[str]:
    """Return the names that an update takes besides its own; z -= np.max(z) takes none."""
    return _names(node) - {root_name(target), "np", "numpy"}


# --- where ---------------------------------------------------------------------------------------------------------


def _blocks(document: Document) -> Iterator[_Block]:
    """Yield every block of the submission: cells, bodies of functions and loops, branches."""
    for cell in document.cells:
        if cell.tree is not None:
            where = "the file" if cell.number is None else f"cell {cell.number}"
            waiting = [_Block(cell, cell.tree.body, frozenset(), where)]
            while waiting:
                block = waiting.pop()
                yield block
                for node in block.body:
                    waiting += _inside(block, node)


def _inside(block: _Block, node: ast.stmt) -> Iterator[_Block]:
    local, where = block.local, block.where
    if isinstance(node, _FUNCTIONS):
        arguments = [one.arg for one in ast.walk(node.args) if isinstance(one, ast.arg)]
        shared = {name for one in ast.walk(node) if isinstance(one, ast.Global) for name in one.names}
        local = frozenset((local | _assigned(node.body) | set(arguments)) - shared)
        where = f"the function {node.name}"
    elif isinstance(node, _LOOPS):
        where = f"the loop in line {node.lineno}"
    for field in ("body", "orelse", "finalbody"):
        body = getattr(node, field, None)
        if isinstance(body, list) and body:
            yield _Block(block.cell, body, local, where)


def _innermost(document: Document) -> Iterator[_Block]:
    """Yield the blocks that hold a whole training step and no smaller block that does."""
    whole = [block for block in _blocks(document) if _parameters(block)]
    bodies = [(block, {id(inner) for node in block.body for inner in ast.walk(node)}) for block in whole]
    for block, inside in bodies:
        if not any(other is not block and id(other.body[0]) in inside for other in whole):
            yield block


def _own(body: list[ast.stmt]) -> Iterator[ast.AST]:
    """Yield the nodes of a block, without those of functions and classes that are defined in it."""
    waiting: list[ast.AST] = list(reversed(body))
    while waiting:
        node = waiting.pop()
        if not isinstance(node, (*_FUNCTIONS, ast.ClassDef)):
            yield node
            waiting += reversed(list(ast.iter_child_nodes(node)))


def _parameters(block: _Block) -> tuple[str, ...]:
    """Return what a block updates, if it is updated from gradients that the block itself computes from it."""
    updates: dict[str, tuple[ast.stmt, ast.expr]] = {}
    for node in _own(block.body):
        target = update_of(node)
        if target is not None and isinstance(node, ast.stmt):
            updates.setdefault(_key(target), (node, target))
    found = [name for name, (node, target) in updates.items() if _reached(block, node, target)]
    return tuple(found) if 2 * len(found) > len(updates) else ()


def _reached(block: _Block, update: ast.stmt, target: ast.expr) -> bool:
    """Whether the lines before an update compute its step from the parameter itself."""
    parameter = _key(target)
    computed: set[str] = set()
    for node in _own(block.body):
        if node is update:
            break
        for place, source in _flows(node):
            counted = isinstance(node, ast.For) and not _reads_any(source, computed)  # the keys of params, a range
            if _key(place) != parameter and not counted and _reads_any(source, {parameter, *computed}):
                computed.add(_key(place))
    return any(_reads_any(part, computed - {parameter}) for _, part in _flows(update))


def _flows(node: ast.AST) -> Iterator[tuple[ast.expr, ast.expr]]:
    """Yield (target, source) for what a statement itself assigns, or puts into a list."""
    if isinstance(node, ast.Assign):
        for target in node.targets:
            for part in target.elts if isinstance(target, ast.Tuple | ast.List) else [target]:
                yield part, node.value
    elif isinstance(node, ast.AugAssign | ast.AnnAssign) and node.value is not None:
        yield node.target, node.value
    elif isinstance(node, ast.For):
        for one in ast.walk(node.target):
            if isinstance(one, ast.Name) and not (
                isinstance(node.iter, ast.Call) and called_name(node.iter) == "range"
            ):
                yield one, node.iter
    elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call) and isinstance(node.value.func, ast.Attribute):
        for argument in node.value.args:
            yield node.value.func.value, argument


def _keys(node: ast.expr) -> list[str]:
    """Return the ways to read a chain, the shortest first: self, self.W1, self.W1.T; W of W[l], of no other index."""
    chain: list[ast.expr] = []
    while isinstance(node, ast.Attribute | ast.Subscript | ast.Starred):
        chain.append(node)
        node = node.value
    text = node.id if isinstance(node, ast.Name) else ""
    found = [text]
    for part in reversed(chain):
        if isinstance(part, ast.Attribute):
            text += f".{part.attr}"
        elif isinstance(part, ast.Subscript) and isinstance(part.slice, ast.Constant):
            text += f"[{part.slice.value!r}]"
        elif isinstance(part, ast.Subscript):
            break
        found.append(text)
    return found


def _key(node: ast.expr) -> str:
    """Return what a target is known by: W1, self.W1, params['W1'], or W for W[l]."""
    return _keys(node)[-1]


def _reads_any(expression: ast.expr, wanted: set[str]) -> bool:
    """Whether an expression reads one of these, or hands on the whole of what one is a part of: f(params), self.f()."""
    roots = {re.split(r"[.\[]", key, maxsplit=1)[0] for key in wanted}
    parts = {id(node.value) for node in ast.walk(expression) if isinstance(node, ast.Attribute | ast.Subscript)}
    for node in ast.walk(expression):
        if isinstance(node, ast.Attribute | ast.Subscript | ast.Name) and wanted & set(_keys(node)):
            return True
        if isinstance(node, ast.Name) and node.id in roots and id(node) not in parts:
            return True
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and root_name(node.func.value) in roots:
            return True
    return False


# --- what is taken -------------------------------------------------------------------------------------------------


def _lifted(document: Document, block: _Block, tools: set[str]) -> Lifted | None:
    """Return the step, or None where its lines cannot stand in a function of their own."""
    parameters = _parameters(block)
    roots = {re.split(r"[.\[]", one, maxsplit=1)[0] for one in parameters}
    kept = _kept(block, parameters, roots, tools)
    lines = block.cell.source.split("\n")
    free = [name for name in _free(kept, lines) if name not in _BUILTINS]
    sliced = slice_for(document, [name for name in free if name not in block.local])
    fed = {*block.local, *sliced.missing, *roots}
    constants = [one for one in sliced.statements if one.kind == "assignment"]
    fed.update(name for one in constants for name in one.defines if meaning_of(name) in ("X", "Y"))
    for one in constants:  # m = X.shape[0] is no constant where X is an input
        if fed & set(one.reads):
            fed.update(one.defines)
    inputs = tuple(name for name in free if name in fed)
    start, end = first_line(kept[0]), max(node.end_lineno or node.lineno for node in kept)
    offset = 1 if start == 1 else 0
    text = [""] * (end + offset + 1)
    text[start + offset - 2] = f"def {NAME}({', '.join(inputs)}):"
    for node in kept:
        at = first_line(node) + offset - 1
        first, *rest = cut_out(node, lines, "    ").split("\n")
        text[at] = f"{text[at]}; {first.lstrip()}" if text[at] else first
        text[at + 1 : at + 1 + len(rest)] = rest
    text[end + offset] = "    return locals()"
    code = "\n".join(text) + "\n"
    try:
        with warnings.catch_warnings(action="ignore"):
            compile(code, NAME, "exec")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    if any(isinstance(node, ast.Return | ast.Yield | ast.YieldFrom | ast.Await) for node in _own(kept)):
        return None
    place = Place(block.cell.number, start)
    return Lifted(place, end, NAME, code, inputs, parameters, tuple(sorted(_assigned(kept))), offset)


def _kept(block: _Block, parameters: tuple[str, ...], roots: set[str], tools: set[str]) -> list[ast.stmt]:
    """Return the statements of a step: what its updates need, and what can be computed beside it from the same."""
    made = {_key(place) for node in _own(block.body) if not isinstance(node, ast.Expr) for place, _ in _flows(node)}
    body = [node for node in block.body if not _is_left_out(node, parameters, made)]
    needed: set[int] = set()
    wanted = set(roots)
    for node in reversed(body):
        changed = _assigned([node]) | (_names(node) if isinstance(node, ast.Expr) else set())
        if changed & wanted:
            needed.add(id(node))
            wanted |= _names(node)
    known = wanted | tools | _BUILTINS
    kept = []
    for node in body:
        if id(node) in needed:
            kept.append(node)
        elif isinstance(node, ast.Assign) and all(isinstance(place, ast.Name) for place, _ in _flows(node)):
            own = _assigned([node])  # a loss, say: kept if it takes nothing that the updates do not take
            if not own & known and _names(node) - own <= known:
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
        recorded = isinstance(func, ast.Attribute) and name in _RECORDS and _key(func.value) not in made
        return recorded or word_for(name) in _LEFT_OUT
    if isinstance(node, ast.Assign):
        return _is_batch(node.value, parameters, made)
    if isinstance(node, ast.If | ast.For | ast.While | ast.With | ast.Try):
        inner = [one for one in _own([node]) if isinstance(one, ast.stmt)]
        leaves = [one for one in inner if not isinstance(one, ast.If | ast.For | ast.While | ast.With | ast.Try)]
        stops = not isinstance(node, ast.For | ast.While) and any(isinstance(one, _STOPS) for one in leaves)
        updates = any(_updated(one) in parameters for one in leaves)
        return not updates and (stops or all(_is_left_out(one, parameters, made) for one in leaves))
    return False


def _updated(node: ast.AST) -> str | None:
    target = update_of(node)
    return _key(target) if target is not None else None


def _is_batch(value: ast.expr, parameters: tuple[str, ...], made: set[str]) -> bool:
    """Whether a value is rows of the data: X[i:i + size], X[perm], X[i].reshape(1, -1), next(batches)."""
    if isinstance(value, ast.Tuple):
        return bool(value.elts) and all(_is_batch(one, parameters, made) for one in value.elts)
    if isinstance(value, ast.Call) and _BATCH.search(called_name(value)):
        return True
    indexed = False
    while not isinstance(value, ast.Name):
        if isinstance(value, ast.Call) and called_name(value) in _VIEWS:
            on_module = isinstance(value.func, ast.Attribute) and root_name(value.func) in ("np", "numpy")
            if (on_module or isinstance(value.func, ast.Name)) and value.args:
                value = value.args[0]
            elif isinstance(value.func, ast.Attribute) and not on_module:
                value = value.func.value
            else:
                return False
        elif isinstance(value, ast.List) and len(value.elts) == 1:
            value = value.elts[0]
        elif isinstance(value, ast.Attribute) and value.attr in ("T", "values", "iloc"):
            value = value.value
        elif isinstance(value, ast.Subscript):
            indexed = indexed or any(isinstance(one, ast.Name) for one in ast.walk(value.slice))
            value = value.value
        else:
            return False
    return indexed and value.id not in made and _key(value) not in parameters


# --- names ---------------------------------------------------------------------------------------------------------


def _names(node: ast.AST) -> set[str]:
    return {one.id for one in ast.walk(node) if isinstance(one, ast.Name)}


def _assigned(body: list[ast.stmt]) -> set[str]:
    """Return the names that a block assigns, and those whose parts it assigns."""
    found = set()
    for node in _own(body):
        if isinstance(node, ast.Name | ast.Attribute | ast.Subscript) and isinstance(node.ctx, ast.Store):
            found.add(root_name(node))
        elif isinstance(node, ast.Import | ast.ImportFrom):
            found.update(one.asname or one.name.split(".")[0] for one in node.names)
    return {name for name in found if name is not None}


def _free(body: list[ast.stmt], lines: list[str]) -> list[str]:
    """Return the names that statements read before they write them, in the order in which they are read."""
    found: dict[str, None] = {}

    def through(body: list[ast.stmt], written: set[str]) -> None:
        for node in body:
            if isinstance(node, ast.If | ast.While | ast.For | ast.With | ast.Try):
                heads = [getattr(node, "test", None), getattr(node, "iter", None)]
                heads += [one.context_expr for one in getattr(node, "items", ())]
                for head in filter(None, heads):
                    found.update(dict.fromkeys(sorted(_read(ast.unparse(head)) - written)))
                if isinstance(node, ast.For):
                    written = written | {one.id for one in ast.walk(node.target) if isinstance(one, ast.Name)}
                for field in ("body", "orelse", "finalbody"):
                    through(getattr(node, field, None) or [], set(written))
            else:
                reads = _read(cut_out(node, lines))
                for one in ast.walk(node):
                    if isinstance(one, ast.AugAssign | ast.Subscript | ast.Attribute):
                        root = root_name(one.target if isinstance(one, ast.AugAssign) else one)
                        reads |= {root} if root is not None else set()
                found.update(dict.fromkeys(sorted(reads - written)))
            written |= _assigned([node])

    through(body, set())
    return list(found)


def _read(code: str) -> set[str]:
    try:
        _, now, later = names_of(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return set()
    return set(now | later)
