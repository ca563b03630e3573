"""From a program to what can be tried: who is who, the statements to run, and the hints that stand in the file."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from verify.errors import BadInput
from verify.reading.parsing.trees import nodes_of
from verify.reading.program.clips import without_clips
from verify.reading.program.entry import cells_of, slice_of
from verify.reading.program.functions import Function, function_of, parsed, reached_by
from verify.reading.program.lifting import Lifted
from verify.reading.program.literal_rates import NAME as RATE_NAME
from verify.reading.program.literal_rates import with_name
from verify.reading.program.program import Program
from verify.reading.program.slicing import Slice
from verify.reading.program.statements import Statement
from verify.reading.program.syntax import names_in
from verify.reading.program.training import Loop
from verify.reading.program.vocabulary import roles_of
from verify.reading.wiring.hints import is_guarded, literals_in, one_sample_at_a_time, output_width
from verify.reading.wiring.losses import Declared, declared_loss, is_loss
from verify.reading.wiring.plan_records import PROGRAM, Cut, Runnable
from verify.reading.wiring.provenance import Source, Width
from verify.reading.wiring.roles import Roles, find_roles
from verify.reading.wiring.structure import OUTPUTS

_READINGS: Final = 4  # readings of who is who that are tried
_ROLES: Final = ("forward", "loss", "backward", "update", "init")


@dataclass(frozen=True)
class Candidates:
    """What is tried: readings of the roles, the slice that they need, and what the file says besides."""

    program: Program
    roles: tuple[Roles, ...]
    functions: tuple[Function, ...]
    slice: Slice
    lifted: Lifted | None
    statements: tuple[Runnable, ...]
    constants: tuple[str, ...]
    missing: tuple[str, ...]
    width: Width | None  # of the output layer, where the file says it or somebody told it
    per_sample: bool
    torch: bool
    guarded: bool  # an eps or a clip stands in the functions
    declared: Declared | None  # a loss that the file declares
    loops: tuple[Loop, ...]  # in which it trains
    told: tuple[str, ...] = ()

    @property
    def outputs(self) -> int | None:
        """How many units the output layer has, where that is known before anything is run."""
        return None if self.width is None else self.width.value

    def with_width(self, outputs: int) -> Candidates:
        """Return the candidates with the width of the output layer that training shows, where they say another.

        The width that is tried first shows nothing: code that takes any number of outputs makes as many.
        """
        if outputs in (self.outputs, OUTPUTS):
            return self
        return replace(self, width=Width(outputs, Source("by elimination")))

    @property
    def cuts(self) -> tuple[Cut, ...]:
        """The loops that can be ended after a pass."""
        return tuple(Cut(one.cell, one.place.line, one.names) for one in self.loops)

    def reached_from(self, caller: Loop | Function) -> set[str]:
        """Return the names of the functions that a loop or a function calls, also through other functions."""
        return reached_by(self.functions, caller.calls)

    def names_from(self, loop: Loop) -> set[str]:
        """Return the names that a loop uses, itself or in functions that it calls."""
        reached = self.reached_from(loop)
        return {*loop.names}.union(*(one.names for one in self.functions if one.name in reached))

    @property
    def lacks_numpy(self) -> bool:
        """Whether np is used and the file does not import it: a cell of a course, handed in alone."""
        return "np" in self.slice.missing

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
            for cell in self.program.document.cells
            if cell.problem
        ]
        said = (
            f"found {', '.join(found[:12])}{', ...' if len(found) > 12 else ''}"
            if found
            else "found no function or class"
        )
        looked = (
            "looked for a function or method named like backward, backprop or gradients, one that updates parameters "
            "(update, train, fit), or a loop that does"
        )
        whole = [said, looked, self.program.why_no_step]
        return "; ".join([*broken[:2], *([] if broken and not self.functions else filter(None, whole))])


def find_candidates(program: Program, convention: Mapping[str, str]) -> Candidates:
    """Return what is to be tried. Raises BadInput where the convention names a function that is not there."""
    chosen = {role: name for role, name in convention.items() if role in _ROLES}
    _check_named(program, chosen)
    _check_class(program, convention.get("class"))
    roles, lifted = _readings(program, chosen, convention)
    roots = list(
        dict.fromkeys(one.owner or one.name for reading in roles for one in reading.all if not _is_lifted(one, lifted))
    )
    if lifted is not None:
        roots += [name for name in _read_by(lifted) if name not in roots]
    loops = _training(program)
    asked = convention.get("class")
    if asked is not None and _has_kin(program, asked):  # whose training a loop is need not stand in its text
        loops = tuple(one for one in loops if one.owner == asked)
    for one in loops:
        holders = one.names if one.code else (one.owner or one.function,)
        roots += [name for name in holders if name not in roots and name not in dir(builtins)]
    if loops:  # a loss that training does not compute
        roots += [one.name for one in program.functions if one.owner is None and is_loss(one) and one.name not in roots]
    sliced = program.slice_for(roots)
    statements = [*_numpy(sliced), *(_runnable(one) for one in sliced.statements)]
    if lifted is not None:
        statements.append(_runnable_loop(lifted))
    statements += [Runnable(one.cell, one.line, one.code, defines=(one.function,)) for one in loops if one.code]
    nodes = _nodes_used(roles)
    statements = _as_judged(program, statements)
    told = Width(int(convention["outputs"]), Source("told")) if "outputs" in convention else None
    return Candidates(
        program, roles, program.functions, sliced, lifted, tuple(statements),
        tuple(name for one in sliced.statements if one.kind == "assignment" for name in one.defines),
        tuple(name for name in dict.fromkeys((*sliced.missing, *(lifted.inputs if lifted else ()))) if name != "np"),
        told or output_width(program, roles), one_sample_at_a_time(program, roles),
        any("torch" in one.defines for one in sliced.statements if one.kind == "import"),
        is_guarded(nodes, literals_in(nodes)),
        declared_loss(program), loops, tuple(convention),
    )  # fmt: skip


def as_main_program(candidates: Candidates) -> tuple[Candidates, str]:
    """Return the candidates with the submission's main program among what is run, and the name of its function."""
    sliced = slice_of(candidates.program)
    cells = cells_of(candidates.program)
    names = [PROGRAM if cell.number is None else f"{PROGRAM}{cell.number}" for cell in cells]
    programs = [Runnable(cell.number, 1, cell.source, defines=(name,)) for cell, name in zip(cells, names, strict=True)]
    statements = _as_judged(
        candidates.program, [*_numpy(candidates.slice), *(_runnable(one) for one in sliced.statements), *programs]
    )
    return replace(candidates, slice=sliced, statements=tuple(statements)), names[-1]


def _has_kin(program: Program, name: str) -> bool:
    """Whether a class inherits from another of the file, or another from it."""
    classes = {node.name: names_in(ast.Tuple(node.bases, ast.Load())) for _, node in program.nodes(ast.ClassDef)}
    return bool(classes.get(name, set()) & set(classes)) or any(name in bases for bases in classes.values())


def _check_class(program: Program, name: str | None) -> None:
    classes = sorted({one.owner for one in program.functions if one.owner})
    if name is not None and name not in classes:
        listed = ", ".join(classes) or "none"
        raise BadInput(f"class = {name}: no such class with methods in {program.document.name}; it has {listed}")


def _check_named(program: Program, chosen: Mapping[str, str]) -> None:
    known = {one.name for one in program.functions}
    for role, name in chosen.items():
        if name not in known:
            raise BadInput(
                f"{role} = {name}: no such function in {program.document.name}; "
                f"it has {', '.join(sorted(known)) or 'none'}"
            )


def _readings(
    program: Program, chosen: Mapping[str, str], convention: Mapping[str, str]
) -> tuple[tuple[Roles, ...], Lifted | None]:
    """Return the readings of who is who that are tried, and the training step that one of them calls."""
    owners = (convention["class"], None) if "class" in convention else None
    drivers = {(one.function, one.owner) for one in _training(program)} - {
        (name, owner) for name in chosen.values() for owner in (None, *(owners or ()))
    }
    members = [one for one in program.functions if owners is None or one.owner in owners]
    members = [
        one for one in members if (one.name, one.owner) not in drivers
    ]  # a driver is no step, and no forward pass
    trained = reached_by(program.functions, {name for one in _training(program) for name in one.calls})
    roles = find_roles(members, chosen, trained)
    told = "backward" in chosen or "update" in chosen
    loops = [] if told else [one for one in program.steps if one.parameters and set(one.parameters) <= set(one.inputs)]
    if not loops:
        return roles[: _READINGS + 1], None
    from_loop = _from_loop(loops[-1])
    if any(one.backward for one in roles):
        return (*roles[:_READINGS], from_loop), loops[-1]
    return (from_loop, *roles)[: _READINGS + 1], loops[-1]


def _training(program: Program) -> tuple[Loop, ...]:
    """Return the loops that train; a loss that is summed in a loop is none.

    What the functions step from that a loop calls, it steps from: b of layer.update(rate).
    """
    found = []
    for loop in program.loops:
        if "loss" not in roles_of(loop.function)[:1]:
            reached = reached_by(program.functions, loop.calls)
            inside = (one.stepped for one in program.functions if one.name in reached)
            found.append(replace(loop, stepped=loop.stepped.union(*inside)))
    return tuple(found)


def _nodes_used(roles: Sequence[Roles]) -> list[ast.AST]:
    """Return all nodes of the functions that are used, each function once."""
    trees = {id(one.tree): one.tree for reading in roles for one in reading.all}
    return [node for tree in trees.values() for node in nodes_of(tree)]


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
    return sorted(names_in(tree) - set(lifted.outputs) - set(lifted.inputs))


def _as_judged(program: Program, statements: Sequence[Runnable]) -> list[Runnable]:
    """Return what is run: with a name in the place of a rate that is a number, and with gradients as they are made."""
    rate = program.literal_rate
    if program.cut_off:
        statements = [replace(one, code=without_clips(one.code)) for one in statements]
    if rate is None:
        return [*statements]
    own = [replace(one, code=with_name(one.code, rate)) if one.module is None else one for one in statements]
    return [Runnable(None, 1, f"{RATE_NAME} = {rate.value!r}", defines=(RATE_NAME,)), *own]


def _numpy(sliced: Slice) -> list[Runnable]:
    """Return the import of NumPy that a file lacks which uses np, or nothing."""
    return [Runnable(None, 1, "import numpy as np", defines=("np",))] if "np" in sliced.missing else []


def _runnable(one: Statement) -> Runnable:
    return Runnable(one.place.cell, one.place.line, one.code, one.module, one.defines)


def _runnable_loop(lifted: Lifted) -> Runnable:
    return Runnable(lifted.place.cell, 1 - lifted.offset, lifted.code, defines=(lifted.name,))
