"""reseeds: a function seeds the global generator at every call."""

from __future__ import annotations

import ast
from typing import Final

from verify.reading.program.syntax import called_name
from verify.reading.remarks.facts import Facts
from verify.reading.remarks.rule import Rule, Told

_SEEDS: Final = ("seed", "manual_seed", "set_seed", "set_random_seed")


def _find(facts: Facts) -> Told:
    for cell, function, nodes in facts.definitions:
        if function.name == "main" or "seed" in function.name.lower():
            continue
        arguments = [*function.args.posonlyargs, *function.args.args]
        given = dict(zip([one.arg for one in reversed(arguments)], reversed(function.args.defaults), strict=False))
        for call in nodes:
            seed = _seed(call)
            seed = given.get(seed.id, seed) if isinstance(seed, ast.Name) else seed
            if seed is not None and facts.number(seed) is not None:
                sentence = (
                    f"{function.name} seeds the global generator with {ast.unparse(seed)} at every call: whatever "
                    "is drawn after it, like the shuffles, is the same in every run."
                )
                yield cell, call, sentence
                break


def _seed(node: ast.AST) -> ast.expr | None:
    """Return what a call seeds a generator with, or None where it is no such call."""
    seeds = isinstance(node, ast.Call) and called_name(node) in _SEEDS and len(node.args) == 1
    return node.args[0] if seeds and isinstance(node, ast.Call) else None


RULE: Final = Rule("reseeds", _find)
