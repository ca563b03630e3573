"""From a document to what can be tried: who is who, the statements to run, and the hints that stand in the file."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from verify.errors import BadInput
from verify.submissions.parsing.document import Document
from verify.submissions.program.lifting import Lifted, lift, why_not
from verify.submissions.program.slicing import Slice, slice_for, top_level
from verify.submissions.program.toplevel import Statement
from verify.submissions.program.vocabulary import size_of
from verify.submissions.wiring.plan_records import Runnable
from verify.submissions.wiring.roles import Function, Roles, find_roles, function_of, functions_of, parsed
from verify.submissions.wiring.structure import MOST_OUTPUTS

_READINGS: Final = 4  # readings of who is who that are tried
_BATCH: Final = frozenset(("mean", "sum", "size", "m", "average", "n", "batch_size"))
_EPSILON: Final = 1e-4  # a literal up to here is an eps
_ROLES: Final = ("forward", "loss", "backward", "update", "init")


@dataclass(frozen=True)
class Candidates:
    """What is tried: readings of the roles, the slice that they need, and what the file says besides."""

    document: Document
    roles: tuple[Roles, ...]
    functions: tuple[Function, ...]
    slice: Slice
    lifted: Lifted | None
    statements: tuple[Runnable, ...]
    constants: tuple[str, ...]
    missing: tuple[str, ...]
    literals: tuple[float, ...]
    outputs: int | None
    per_sample: bool
    torch: bool
    guarded: bool  # an eps or a clip stands in the functions
    told: tuple[str, ...] = ()

    @property
    def functions_used(self) -> tuple[Function, ...]:
        """The functions of the file, and the body of a loop that was made one."""
        extra = [one for reading in self.roles for one in reading.all if one not in self.functions]
        return (*dict.fromkeys(extra), *self.functions)

    def why_none(self) -> str:
        """Return what was found and what was looked for, where no reading is there."""
        found = [f"{one.owner}.{one.name}" if one.owner else one.name for one in self.functions]
        broken = [
            f"{'the file' if cell.number is None else f'cell {cell.number}'} could not be read: {cell.problem}"
            for cell in self.document.cells
            if cell.problem
        ]
        said = (
            f"found {', '.join(found[:12])}{', ...' if len(found) > 12 else ''}"
            if found
            else "found no function or class"
        )
        looked = (
            "looked for a function or method named like backward, backprop or gradients, one that updates parameters "
            f"(update, train, fit), or a loop that does; {why_not(self.document)}"
        )
        return "; ".join([*broken[:2], *([] if broken and not self.functions else [said, looked])])


def find_candidates(document: Document, convention: Mapping[str, str]) -> Candidates:
    """Return what is to be tried. Raises BadInput where the convention names a function that is not there."""
    functions = functions_of(top_level(document))
    chosen = {role: name for role, name in convention.items() if role in _ROLES}
    known = {one.name for one in functions}
    for role, name in chosen.items():
        if name not in known:
            raise BadInput(
                f"{role} = {name}: no such function in {document.name}; it has {', '.join(sorted(known)) or 'none'}"
            )
    members = (
        [one for one in functions if one.owner in (convention.get("class"), None)]
        if "class" in convention
        else functions
    )
    roles = list(find_roles(members, chosen))
    lifted = None
    loops = (
        [one for one in lift(document) if one.parameters and set(one.parameters) <= set(one.inputs)]
        if "backward" not in chosen and "update" not in chosen
        else []
    )
    if loops and not any(one.backward for one in roles):
        lifted = loops[-1]
        roles = [_from_loop(lifted), *roles]
    elif loops and roles:
        lifted = loops[-1]
        roles = [*roles[:_READINGS], _from_loop(lifted)]
    roles = roles[: _READINGS + 1]
    roots = list(
        dict.fromkeys(one.owner or one.name for reading in roles for one in reading.all if not _is_lifted(one, lifted))
    )
    if lifted is not None:
        roots += [name for name in _read_by(lifted) if name not in roots]
    sliced = slice_for(document, roots)
    statements = [_runnable(one) for one in sliced.statements]
    if lifted is not None:
        statements.append(_runnable_loop(lifted))
    used = [one.tree for reading in roles for one in reading.all]
    return Candidates(
        document, tuple(roles), functions, sliced, lifted, tuple(statements),
        tuple(name for one in sliced.statements if one.kind == "assignment" for name in one.defines),
        tuple(dict.fromkeys((*sliced.missing, *(lifted.inputs if lifted else ())))),
        _literals(used), _outputs(document, roles), _per_sample(document, roles),
        any("torch" in one.defines for one in sliced.statements if one.kind == "import"), _guarded(used),
        tuple(convention),
    )  # fmt: skip


def _guarded(trees: Sequence[ast.AST]) -> bool:
    """Whether an eps or a clip stands in the functions: 1e-10, eps, np.clip."""
    names = {getattr(node, "id", getattr(node, "attr", "")).lower() for tree in trees for node in ast.walk(tree)}
    small = any(0 < number <= _EPSILON for number in _literals(trees))
    return small or any(name.startswith(("eps", "clip", "tiny", "delta_log")) for name in names)


def _is_lifted(function: Function, lifted: Lifted | None) -> bool:
    return lifted is not None and function.name == lifted.name and function.place == lifted.place


def _from_loop(lifted: Lifted) -> Roles:
    """Return the reading in which the loop's body is the update."""
    tree = next(node for node in parsed(lifted.code) if isinstance(node, ast.FunctionDef))
    ast.increment_lineno(tree, -lifted.offset)
    function = replace(function_of(tree, None, lifted.place.cell), place=lifted.place)
    return Roles(None, None, None, None, function, None, tuple(lifted.parameters))


def _read_by(lifted: Lifted) -> list[str]:
    tree = ast.Module(parsed(lifted.code), [])
    return sorted(
        {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)} - set(lifted.outputs) - set(lifted.inputs)
    )


def _runnable(one: Statement) -> Runnable:
    return Runnable(one.place.cell, one.place.line, one.code, one.module, one.defines)


def _runnable_loop(lifted: Lifted) -> Runnable:
    return Runnable(lifted.place.cell, 1 - lifted.offset, lifted.code, defines=(lifted.name,))


def _literals(trees: Sequence[ast.AST]) -> tuple[float, ...]:
    found = {
        float(node.value) for tree in trees for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, float) and 0 < node.value < 1
    }  # fmt: skip
    return tuple(sorted(found))


def _outputs(document: Document, roles: Sequence[Roles]) -> int | None:
    """Return the width of the output layer that the file's own call says, as in init_params(784, 128, 10)."""
    makers = {name for one in roles if one.init for name in (one.init.name, one.owner) if name}
    nodes = [node for cell in document.cells if cell.tree for node in ast.walk(cell.tree)]
    whole = dict(pair for node in nodes if isinstance(node, ast.Assign) for pair in _whole_numbers(node))
    found = next((value for name, value in whole.items() if size_of(name) == "n_y"), None)
    for node in nodes:
        if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", None)) in makers:
            numbers = [part for argument in node.args for part in _numbers(argument, whole)]
            numbers += [part for keyword in node.keywords for part in _numbers(keyword.value, whole)]
            if len(numbers) >= 2:
                found = numbers[-1]
    return found if found is None or 1 <= found <= MOST_OUTPUTS else None


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


def _per_sample(document: Document, roles: Sequence[Roles]) -> bool:
    """Whether one sample at a time is meant: the loops do so, or the backward pass knows of no batch."""
    first = next((one.backward for one in roles if one.backward), None)
    if first is not None and not first.names & _BATCH:
        return True
    judged = {one.name for reading in roles for one in (reading.backward, reading.update, reading.forward) if one}
    for cell in document.cells:
        for node in ast.walk(cell.tree) if cell.tree else ():
            if not isinstance(node, ast.For):
                continue
            pair = node.target.elts if isinstance(node.target, ast.Tuple) and len(node.target.elts) == 2 else []
            zipped = any(isinstance(part, ast.Name) and part.id == "zip" for part in ast.walk(node.iter))
            names = {part.id for part in pair if isinstance(part, ast.Name)}
            if names and (zipped or isinstance(node.iter, ast.Name)) and _calls(node, judged, names):
                return True
    return False


def _calls(loop: ast.For, judged: set[str], names: set[str]) -> bool:
    for node in ast.walk(loop):
        if isinstance(node, ast.Call):
            called = getattr(node.func, "id", getattr(node.func, "attr", ""))
            given = {part.id for argument in node.args for part in ast.walk(argument) if isinstance(part, ast.Name)}
            if called in judged and names <= given:
                return True
    return False
