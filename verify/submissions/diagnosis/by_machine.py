"""Whether a gradient is derived by hand, or by a machine: finite differences, complex steps, dual numbers, autodiff."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from verify.reading.parsing.trees import nodes_of
from verify.reading.program.functions import Function
from verify.reading.program.syntax import called_name, root_name
from verify.reading.program.vocabulary import is_parameter, meaning_of
from verify.submissions.execution.answers import Leaves
from verify.submissions.execution.calling import Reading

_OPERATORS: Final = {"__add__", "__mul__", "__matmul__"}
_LIBRARIES: Final = {"jax", "autograd", "tape", "tf", "torch"}
_DIFFERENTIATING: Final = {"grad", "value_and_grad", "gradient", "jacobian", "elementwise_grad", "jacrev", "jacfwd"}
_NO_STEP: Final = ("m", "X", "Yhat", "rate", "penalty", "epochs")  # h and d may be a step, whatever else they are
_LARGEST_STEP: Final = 1e-2
_USUAL_STEP: Final = 1e-4
_MOST_STEPS: Final = 4


@dataclass(frozen=True)
class Machine:
    """How a gradient is had without deriving it, in words, and the steps that a difference may have taken."""

    words: str
    steps: tuple[float, ...] = ()


def by_machine(reading: Reading, functions: Sequence[Function], found: Leaves) -> Machine | None:
    """Return the machine that gives the gradient, or None where it was derived by hand."""
    judged = reading.roles.backward or reading.roles.update
    if judged is None:
        return None
    reached = _reached(judged, functions)
    nodes = [node for one in reached for node in nodes_of(one.tree)]
    if _library(nodes):
        return Machine("automatic differentiation")
    owners = {one.owner for one in reached if one.owner and one.owner != judged.owner}
    overloaded = {one.owner for one in functions if one.owner in owners and one.name in _OPERATORS}
    if overloaded:
        own = any(one.owner in overloaded and one.name == "backward" for one in functions)
        return Machine("automatic differentiation" if own else "dual numbers")
    if not _moves_the_loss(reading, judged, found):
        return None
    if any(isinstance(node, ast.Constant) and isinstance(node.value, complex) for node in nodes):
        return Machine("complex steps")
    return Machine("finite differences", _steps(nodes)) if any(map(divides_by_a_step, nodes)) else None


def _reached(judged: Function, functions: Sequence[Function]) -> list[Function]:
    """Return the function and every other that it calls, and so on; of a class that it makes, all methods."""
    found, names = [judged], set(judged.calls)
    while True:
        more = [
            one for one in functions
            if one not in found and (one.name in names or (one.owner is not None and one.owner in names))
        ]  # fmt: skip
        if not more:
            return found
        found += more
        names |= {name for one in more for name in one.calls}


def _library(nodes: Sequence[ast.AST]) -> bool:
    for node in nodes:
        if isinstance(node, ast.Call) and called_name(node) in _DIFFERENTIATING and root_name(node) in _LIBRARIES:
            return True
        bare = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and not node.args
        if bare and called_name(node) == "backward" and root_name(node) not in ("self", None):  # type: ignore[arg-type]
            if any(isinstance(one, ast.Attribute) and one.attr in ("grad", "requires_grad") for one in nodes):
                return True
    return False


def _moves_the_loss(reading: Reading, judged: Function, found: Leaves) -> bool:
    """Whether the loss, the forward pass, or a function inside the backward pass ran once an entry or more often."""
    roles = reading.roles
    watched = {one.name for one in (roles.loss, roles.forward) if one is not None and one is not judged}
    for (section, path), times in found.items():
        if path or not section.startswith("calls "):
            continue
        name = section.removeprefix("calls ")
        inside = f"{judged.name}.<locals>." in name and not name.endswith("comp>") and not name.endswith("genexpr>")
        if (name.rpartition(".")[2] in watched or inside) and int(np.max(times)) >= reading.structure.entries:
            return True
    return False


def divides_by_a_step(node: ast.AST) -> bool:
    """Whether something is divided by a small number, or by a name that means nothing else, as in / (2 * h).

    A pass that goes sample by sample runs its forward pass as often as differences do.
    """
    if not isinstance(node, ast.BinOp) or not isinstance(node.op, ast.Div):
        return False
    parts = list(nodes_of(node.right))
    if any(isinstance(one, ast.Call | ast.Subscript | ast.Add | ast.Sub) for one in parts):
        return False
    names = [
        one.id if isinstance(one, ast.Name) else one.attr for one in parts if isinstance(one, ast.Name | ast.Attribute)
    ]
    numbers = [one.value for one in parts if isinstance(one, ast.Constant) and isinstance(one.value, float)]
    unknown = [name for name in names if meaning_of(name) not in _NO_STEP and not is_parameter(name)]
    return bool(unknown) or any(0 < number <= _LARGEST_STEP for number in numbers)


def _steps(nodes: Sequence[ast.AST]) -> tuple[float, ...]:
    numbers = {
        float(node.value) for node in nodes
        if isinstance(node, ast.Constant) and isinstance(node.value, float) and 0 < node.value <= _LARGEST_STEP
    }  # fmt: skip
    return tuple(sorted(numbers, reverse=True))[:_MOST_STEPS] or (_USUAL_STEP,)
