"""Where parameters are changed step by step: W -= rate * dW, and the loops that do so."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import Final

from verify.reading.parsing.trees import nodes_of
from verify.reading.program.syntax import called_name
from verify.reading.program.vocabulary import bare, is_parameter

_STEP: Final = re.compile(
    r"back(?!end)|bprop|update|sgd|gradient|^step$|descen[dt]|optimi|^fit|^train|learn", re.IGNORECASE
)


def is_training_loop(node: ast.AST) -> bool:
    """Whether a loop changes something step by step from gradients: W -= rate * dW, or a call of sgd or backward."""
    if not isinstance(node, ast.For | ast.While):
        return False
    for inner in nodes_of(node):
        if isinstance(inner, ast.Call) and _STEP.search(called_name(inner)):
            return True
        if update_of(inner) is not None:
            return True
    return False


def update_of(node: ast.AST) -> ast.expr | None:
    """Return the target of W -= step or W = W - step, or None.

    Also of += and +, where the step starts with a minus, holds a matrix product, or is a product or a correction that
    is added to what is called as a parameter: a turned sign is an update too.

    A step that is a mere number is a count and no update.
    """
    if isinstance(node, ast.AugAssign) and isinstance(node.op, ast.Sub | ast.Add):
        target: ast.expr = node.target
        step, minus = node.value, isinstance(node.op, ast.Sub)
    elif (
        isinstance(node, ast.Assign)
        and len(node.targets) == 1
        and isinstance(node.value, ast.BinOp)
        and is_step(node.targets[0], node.value)
    ):
        target, step, minus = node.targets[0], node.value.right, isinstance(node.value.op, ast.Sub)
    else:
        return None
    names = any(isinstance(inner, ast.Name) for inner in nodes_of(step))
    turned = (_holds_a_product(step) or _is_scaled(target, step)) and not _is_a_sum(target)
    return target if names and (minus or _starts_with_minus(step) or turned) else None


def is_step(target: ast.expr, value: ast.expr) -> bool:
    """Whether W = W - rate * dW takes a step: the value begins with the target, and something is added or taken."""
    return (
        isinstance(value, ast.BinOp)
        and isinstance(value.op, ast.Sub | ast.Add)
        and type(value.left) is type(target)  # before the text of both is made
        and ast.dump(value.left) == ast.dump(target).replace("Store()", "Load()")
    )


def _is_a_sum(target: ast.expr) -> bool:
    """Whether a target is named as a gradient, which is added up over samples or layers: dW, grad_b."""
    name = getattr(target, "id", getattr(target, "attr", ""))
    return bare(name) != name.lower().replace("_", "") or name.lower().startswith(("sum", "acc", "total"))


_CORRECTION: Final = re.compile(r"adjust|correc[tc]|ajuste", re.IGNORECASE)


def _is_scaled(target: ast.expr, step: ast.expr) -> bool:
    """Whether a product of names is added to a parameter, or a single name that is called a correction."""
    while isinstance(target, ast.Subscript):
        target = target.value
    name = getattr(target, "id", getattr(target, "attr", ""))
    alone = getattr(step, "id", getattr(step, "attr", ""))
    if _CORRECTION.search(alone):
        return True
    return is_parameter(name) and isinstance(step, ast.BinOp) and isinstance(step.op, ast.Mult | ast.Div)


def _holds_a_product(node: ast.expr) -> bool:
    for inner in nodes_of(node):
        if isinstance(inner, ast.BinOp) and isinstance(inner.op, ast.MatMult):
            return True
        if isinstance(inner, ast.Call) and called_name(inner) in ("dot", "matmul", "outer"):
            return True
    return False


def _starts_with_minus(node: ast.expr) -> bool:
    while isinstance(node, ast.BinOp):
        node = node.left
    return isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub)


def steps_in(tree: ast.AST) -> Iterator[ast.expr]:
    """Yield what every update takes: step of W -= step and of W = W - step."""
    for part in nodes_of(tree):
        if isinstance(part, ast.Assign | ast.AugAssign) and update_of(part) is not None:
            yield _step_of(part)


def _step_of(update: ast.Assign | ast.AugAssign) -> ast.expr:
    whole = update.value
    return whole.right if isinstance(update, ast.Assign) and isinstance(whole, ast.BinOp) else whole


def stepped_in(tree: ast.AST) -> frozenset[str]:
    """Return the names from which a step is taken as a whole: W1 of W1 -= rate * dW1, b of self.b -= step.

    What is added is a step as well where it is multiplied by what every known step is multiplied by: c of
    c += rate * error.sum() beside U += rate * H.T @ error.
    """
    targets, common = [], None
    for part in nodes_of(tree):
        if isinstance(part, ast.Assign | ast.AugAssign) and (target := update_of(part)) is not None:
            targets.append(target)
            factors = _names_of_factors(_step_of(part))
            common = factors if common is None else common & factors
    for part in nodes_of(tree) if common else ():
        if isinstance(part, ast.AugAssign) and isinstance(part.op, ast.Add) and not _is_a_sum(part.target):
            targets += [part.target] if _names_of_factors(part.value) & (common or frozenset()) else []
    return frozenset(getattr(one, "id", getattr(one, "attr", "")) for one in targets) - {""}


def attributes_stepped_in(tree: ast.AST) -> frozenset[str]:
    """Return the attributes from which a step is taken as a whole: b of self.b -= step."""
    targets = (update_of(part) for part in nodes_of(tree) if isinstance(part, ast.Assign | ast.AugAssign))
    return frozenset(one.attr for one in targets if isinstance(one, ast.Attribute))


def scales_in(tree: ast.AST) -> frozenset[str]:
    """Return the names that are factors of a step: eps of w = w - eps * slope, and slope."""
    return frozenset().union(*(_names_of_factors(step) for step in steps_in(tree)))


def _names_of_factors(step: ast.expr) -> frozenset[str]:
    found: set[str] = set()
    waiting = [step]
    while waiting:
        one = waiting.pop()
        if isinstance(one, ast.BinOp) and isinstance(one.op, ast.Mult | ast.Div):
            waiting += [one.left, one.right]
        elif isinstance(one, ast.UnaryOp):
            waiting.append(one.operand)
        elif isinstance(one, ast.Name | ast.Attribute):
            found.add(one.id if isinstance(one, ast.Name) else one.attr)
    return frozenset(found)


def rate_in(tree: ast.AST) -> tuple[float, bool]:
    """Return the one number that every update multiplies its step by first, or 1; and whether that is certain."""
    found = {tuple(_factors(step)) for step in steps_in(tree)}
    firsts = {factors[0] if factors else 1.0 for factors in found}
    certain = len(firsts) < 2 and all(len(factors) < 2 for factors in found)
    return (firsts.pop() if len(firsts) == 1 else 1.0), certain


def _factors(step: ast.expr) -> Iterator[float]:
    if isinstance(step, ast.BinOp) and isinstance(step.op, ast.Mult | ast.MatMult | ast.Div):
        yield from _factors(step.left)
        yield from () if isinstance(step.op, ast.Div) else _factors(step.right)
    elif isinstance(step, ast.UnaryOp):
        yield from _factors(step.operand)
    elif isinstance(step, ast.Constant) and isinstance(step.value, float | int) and not isinstance(step.value, bool):
        yield float(step.value)
