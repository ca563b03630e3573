"""Classes that inherit a backward pass and have a forward pass or a loss of their own: other nets."""

from __future__ import annotations

import ast
from typing import NamedTuple

from verify.reading.parsing.document import Place
from verify.reading.program.functions import reached_by
from verify.reading.program.program import Program
from verify.reading.wiring.roles import Roles


class Heir(NamedTuple):
    """A class that inherits the judged backward pass, and the method in whose place it has another."""

    name: str
    method: str
    place: Place


def heir_of(program: Program, roles: Roles) -> Heir | None:
    """Return a class that inherits the backward pass of these roles, and not all of what it belongs to, or None."""
    judged = roles.backward or roles.update
    if judged is None or judged.owner is None:
        return None
    own = {one.name for one in roles.all if one.owner == judged.owner and one is not roles.init}
    methods = [one for one in program.functions if one.owner == judged.owner]
    own |= reached_by(methods, {name for one in roles.all for name in one.calls}) & {one.name for one in methods}
    for cell, node in program.nodes(ast.ClassDef):
        if judged.owner in {getattr(base, "id", getattr(base, "attr", "")) for base in node.bases}:
            other = {one.name: one for one in node.body if isinstance(one, ast.FunctionDef)}
            changed = next((one for name, one in other.items() if name in own - {"__init__"}), None)
            if changed is not None and judged.name not in other:
                return Heir(node.name, changed.name, cell.place(changed))
    return None
