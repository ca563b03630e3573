"""changes-argument: a function changes its argument in place and returns it."""

from __future__ import annotations

import ast
from typing import Final

from verify.reading.program.syntax import root_name
from verify.reading.program.updates import update_of
from verify.reading.remarks.facts import Facts
from verify.reading.remarks.rule import Rule, Told


def _find(facts: Facts) -> Told:
    for cell, node, inside in facts.definitions:
        rebound = {one.id for one in inside if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store)}
        rebound -= {
            one.target.id for one in inside if isinstance(one, ast.AugAssign) and isinstance(one.target, ast.Name)
        }
        arguments = {one.arg for one in [*node.args.posonlyargs, *node.args.args]} - {"self"} - rebound
        values = [one.value for one in inside if isinstance(one, ast.Return)]
        parts = [part for value in values for part in (value.elts if isinstance(value, ast.Tuple) else [value])]
        returned = {one.id for one in parts if isinstance(one, ast.Name)}
        updates = [(one, root_name(target)) for one in inside if (target := update_of(one)) is not None]
        changed = [(one, root) for one, root in updates if root in arguments & returned]
        if changed:
            first = min((one for one, _ in changed), key=lambda one: getattr(one, "lineno", 0))
            names = " and ".join(dict.fromkeys(str(root) for _, root in changed))
            sentence = (
                f"{node.name} changes its argument {names} in place and returns it: "
                "the caller's old values are gone, whether or not the result is used."
            )
            yield cell, first, sentence


RULE: Final = Rule("changes-argument", _find)
