"""Where the parameters live: in what the student's code makes, in its globals, or only in the names that it reads."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from verify.arrays import Array
from verify.nets.structure import Structure
from verify.reading.program.functions import Function
from verify.reading.program.syntax import own_nodes
from verify.reading.program.vocabulary import is_parameter, meaning_of
from verify.reading.wiring.plan import Container, depth_of, maker_arguments, maker_of
from verify.reading.wiring.plan_records import (
    CallMaker,
    DictMaker,
    GlobalsMaker,
    ListMaker,
    ListsMaker,
    Maker,
    ObjectMaker,
    Path,
)
from verify.reading.wiring.points import one_hot
from verify.reading.wiring.roles import Roles
from verify.reading.wiring.structure import BATCH, OUTPUTS, SIZES, chain, made_up, resized
from verify.submissions.execution.answers import Refused
from verify.submissions.execution.calling import Ask, make

_DIGITS: Final = 10  # what is hard-coded more often than anything else
_PLURAL: Final = r"(ws|weights|poids|pesos|w_?list|bs|biases|biais|sesgos|b_?list)"
_NAMELESS: Final = "array"  # what stands in a tuple or list without a name
# How the arrays lie, where only their names are known: W turned or not, b as a row, a column or flat.
_LAYOUTS: Final = (
    (False, "row"), (True, "column"), (False, "flat"), (True, "flat"), (True, "row"), (False, "column"),
    (False, "inside"), (True, "inside"),
)  # fmt: skip


def structures(
    ask: Ask, roles: Roles, outputs: int | None, complaints: list[Refused]
) -> Iterator[tuple[Structure, Container]]:
    """Return every structure that the parameters may have, the likeliest first."""
    yield from _made(ask, roles, outputs, complaints)
    if roles.owner is None:
        yield from _made_up(roles, outputs)


def _made(
    ask: Ask, roles: Roles, outputs: int | None, complaints: list[Refused]
) -> Iterator[tuple[Structure, Container]]:
    apart = _apart(roles)
    makers: list[tuple[Maker, tuple[int, ...]]] = []
    if roles.init is not None:
        depth = depth_of(roles.init)
        for count in (depth,) if depth else (2, 3, 1):
            for last in _outputs(outputs):
                sizes = (*SIZES[:count], last)
                given = maker_arguments(roles.init, sizes, BATCH)
                if given is not None:
                    makers.append((maker_of(roles, given), sizes))
    elif roles.owner is not None:
        makers.append((CallMaker(roles.owner), ()))
    makers.append((GlobalsMaker(), ()))
    for maker, asked in makers:
        try:
            made = make(ask, maker, _inputs(asked))
        except Refused as refused:
            complaints.append(refused)
            continue
        named = [(name_of(path, roles.init), path, np.shape(value)) for path, value in made.items()]
        structure = chain([one for one in named if len(one[2]) in (1, 2) or _is_one_bias(one[0], made[one[1]])])
        if structure is None:
            continue
        structure = _named(structure, made, roles if apart else None)
        container = Container(maker, apart or isinstance(maker, GlobalsMaker))
        if structure.sizes != asked:
            yield from ((resized(structure, sizes), container) for sizes in _shrunk(structure.sizes))
        yield structure, container


def _is_one_bias(name: str, value: Array) -> bool:
    """Whether a single number is the bias of one output: it is called so, or it has no name and is a float."""
    low = name.lower()
    return (
        np.asarray(value).dtype.kind == "f"
        and np.ndim(value) == 0
        and (name.startswith(_NAMELESS) or (is_parameter(name) and low.lstrip("_").startswith("b")))
    )


def _named(structure: Structure, made: Iterable[Path], roles: Roles | None) -> Structure:
    """Return the structure with names for arrays that have none: those of the arguments in order, else W1, b1, ..."""
    if not any(one.name.startswith(_NAMELESS) for one in structure.parameters):
        return structure
    judged = roles and (roles.forward or roles.backward or roles.update)
    names = [name for name in judged.arguments if is_parameter(name)] if judged else []
    paths = [path for path in made if any(one.path == path for one in structure.parameters)]
    told = dict(zip(paths, names, strict=True)) if len(names) == len(paths) else {}
    return replace(
        structure,
        parameters=tuple(
            replace(one, name=told.get(one.path, f"{'b' if one.kind == 'b' else 'W'}{one.layer}"))
            for one in structure.parameters
        ),
    )  # fmt: skip


def _inputs(sizes: Sequence[int]) -> dict[str, np.ndarray[tuple[int, ...], np.dtype[np.float64]]]:
    """Return X and Y for a maker that takes them, in these sizes where they are known."""
    n_x, K = (sizes[0], sizes[-1]) if sizes else (SIZES[0], OUTPUTS)
    return {"X": np.ones((BATCH, n_x)), "Y": one_hot(np.arange(BATCH) % K, K)}


def _made_up(roles: Roles, outputs: int | None) -> Iterator[tuple[Structure, Container]]:
    for names, container in _named_parameters(roles):
        for last in _outputs(outputs):
            for transposed, bias in _LAYOUTS:
                structure = made_up(names, (*SIZES, last), transposed=transposed, bias=bias)
                if structure is not None:
                    yield structure, container


def _outputs(told: int | None) -> tuple[int, ...]:
    """Return the widths of the output layer to try: what the file itself says first."""
    return (OUTPUTS, 1, _DIGITS) if told is None else (1, OUTPUTS) if told == 1 else (OUTPUTS, told)


def _shrunk(sizes: Sequence[int]) -> Iterator[tuple[int, ...]]:
    """Return smaller nets of the same depth: all small, then with the code's own output and input widths."""
    hidden = SIZES[1 : len(sizes) - 1]
    small = (SIZES[0], *hidden, 1 if sizes[-1] == 1 else OUTPUTS)
    yield small
    if sizes[-1] != small[-1]:
        yield (*small[:-1], sizes[-1])
    if sizes[0] != small[0] and max(sizes) > 20:
        yield (sizes[0], *hidden, small[-1])
        yield (sizes[0], *hidden, sizes[-1])


def _apart(roles: Roles) -> bool:
    """Whether the parameters are arguments of their own."""
    judged = roles.forward or roles.backward or roles.update
    return judged is not None and sum(is_parameter(name) for name in judged.arguments) >= 2


def name_of(path: Path, maker: Function | None) -> str:
    """Return what an array in a container is called: its key, its attribute, or its place in a returned tuple."""
    names = [str(name) for kind, name in path if kind != "item"]
    numbers = [int(name) for kind, name in path if kind == "item"]
    if names:
        return names[-1] + "".join(str(number + 1) for number in numbers) if len(path) < 3 or numbers else names[-1]
    returned = maker.returned if maker else ()
    if len(numbers) == 1 and len(returned) > numbers[0] and returned[numbers[0]]:
        return str(returned[numbers[0]])
    if len(numbers) == 2 and len(returned) > numbers[0] and returned[numbers[0]]:
        return f"{returned[numbers[0]]}{numbers[1] + 1}"
    return _NAMELESS + "_".join(str(number + 1) for number in numbers)


def _named_parameters(roles: Roles) -> Iterator[tuple[list[tuple[str, Path]], Container]]:
    """Return the names of parameters that the functions read: as arguments, as keys, as parts of a tuple."""
    judged = [one for one in (roles.forward, roles.backward, roles.update) if one is not None]
    as_arguments = dict.fromkeys(
        roles.parameters or (name for one in judged for name in one.arguments if is_parameter(name))
    )
    if len(as_arguments) > 1 or any(meaning_of(name) != "params" for name in as_arguments):
        yield [(name, (("key", name),)) for name in as_arguments], Container(DictMaker(), apart=True)
    lists = [name for one in judged for name in one.arguments if re.fullmatch(_PLURAL, name.lower())]
    lists = list(dict.fromkeys(lists))
    if len(lists) == 2:
        named: list[tuple[str, Path]] = [
            (f"{name}{place + 1}", (("key", name), ("item", place))) for name in lists for place in range(2)
        ]
        yield named, Container(ListsMaker(tuple(lists), 2), lists=tuple(lists))
    as_keys = dict.fromkeys(
        node.value
        for one in judged
        for node in ast.walk(one.tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and is_parameter(node.value)
    )
    if set(as_keys) == {"W", "b"}:  # "W" + str(l)
        for depth in (2, 3, 4):
            names = [f"{kind}{layer}" for layer in range(1, depth + 1) for kind in "Wb"]
            yield [(name, (("key", name),)) for name in names], Container(DictMaker())
    elif as_keys:
        yield [(name, (("key", name),)) for name in as_keys], Container(DictMaker())
    as_attributes = dict.fromkeys(
        node.attr
        for one in judged
        for node in ast.walk(one.tree)
        if isinstance(node, ast.Attribute) and is_parameter(node.attr) and isinstance(node.value, ast.Name)
        and node.value.id in one.arguments
    )  # fmt: skip
    if as_attributes and not roles.owner:
        yield [(name, (("attribute", name),)) for name in as_attributes], Container(ObjectMaker())
    as_items = {
        node.slice.value
        for one in judged
        for node in ast.walk(one.tree)
        if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant) and type(node.slice.value) is int
        and isinstance(node.value, ast.Name) and node.value.id in one.arguments
        and meaning_of(node.value.id) == "params"
    }  # fmt: skip
    if as_items and len(as_items) % 2 == 0 and as_items == set(range(len(as_items))):  # W1, b1, W2, b2, ...
        names = [f"{'Wb'[place % 2]}{place // 2 + 1}" for place in sorted(as_items)]
        yield [(name, (("item", place),)) for place, name in enumerate(names)], Container(ListMaker(len(names)))
    for one in judged:
        for node in own_nodes(one.tree):
            if (
                isinstance(node, ast.Assign)
                and isinstance(node.targets[0], ast.Tuple)
                and isinstance(node.value, ast.Name)
            ):
                names = [getattr(part, "id", "") for part in node.targets[0].elts]
                if node.value.id in one.arguments and all(is_parameter(name) for name in names):
                    container = Container(ListMaker(len(names)), tuple=True)
                    yield [(name, (("item", place),)) for place, name in enumerate(names)], container
