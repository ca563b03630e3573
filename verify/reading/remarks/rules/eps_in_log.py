"""eps-in-log: the loss takes log(p + eps), and the gradient is derived from log(p)."""

from __future__ import annotations

import ast
from typing import Final

from verify.reading.parsing.trees import nodes_of
from verify.reading.program.syntax import called_name
from verify.reading.remarks.facts import Facts
from verify.reading.remarks.rule import Rule, Told

_LARGEST_EPS: Final = 1e-3


def _find(facts: Facts) -> Told:
    seen: set[tuple[int | None, int]] = set()
    for cell, node in facts.nodes(ast.Call):
        if called_name(node) not in ("log", "log2", "log10") or not node.args:
            continue
        for part in nodes_of(node.args[0]):
            eps = _eps(facts, part)
            if eps is not None and (cell.number, node.lineno) not in seen:
                seen.add((cell.number, node.lineno))
                sentence = (
                    f"The loss takes {ast.unparse(node)[:80]}: with {ast.unparse(eps)} = {facts.number(eps):g} "
                    "added it is not quite the loss that the gradient is derived from. The two part where the "
                    "probability of the true class comes near that number."
                )
                yield cell, node, sentence
                break


def _eps(facts: Facts, part: ast.AST) -> ast.expr | None:
    """Return the small number that a sum adds, or None."""
    if not (isinstance(part, ast.BinOp) and isinstance(part.op, ast.Add)):
        return None
    return next((one for one in (part.left, part.right) if 0 < (facts.number(one) or 0) <= _LARGEST_EPS), None)


RULE: Final = Rule("eps-in-log", _find)
