"""Where parameters are changed step by step: W -= rate * dW, and the loops that do so."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterable, Iterator
from typing import Final, NamedTuple, TypeGuard

from verify.reading.parsing.trees import nodes_of
from verify.reading.program.syntax import called_name, names_in, root_name
from verify.reading.program.vocabulary import is_called_a_gradient, is_parameter, roles_of

_STEP: Final = re.compile(
    r"back(?!end)|bprop|update|sgd|gradient|^step$|descen[dt]|optimi|^fit|^train|learn|"
    r"adam|rms_?prop|ada_?grad|nesterov|momentum",
    re.IGNORECASE,
)


class Update(NamedTuple):
    """A change of a parameter: what is changed, and what is taken from it or added to it."""

    target: ast.expr
    step: ast.expr


def is_training_loop(node: ast.AST, steppers: Collection[str] = ()) -> bool:
    """Whether a loop changes something step by step from gradients: W -= rate * dW, or a call of sgd or backward.

    So does a call of one of the file's own functions that take steps, the `steppers`, whatever it is called.
    """
    if not isinstance(node, ast.For | ast.While):
        return False
    for inner in nodes_of(node):
        if isinstance(inner, ast.Call) and (_STEP.search(called_name(inner)) or called_name(inner) in steppers):
            return True
        if next(updates_of(inner), None) is not None:
            return True
    return False


def steppers_in(trees: Iterable[ast.AST]) -> frozenset[str]:
    """Return the names of functions that take a step from an attribute, or are called as what takes steps."""
    functions = [node for tree in trees for node in nodes_of(tree) if isinstance(node, ast.FunctionDef)]
    return frozenset(
        one.name for one in functions
        if roles_of(one.name)[:1] == ("update",)
        or any(isinstance(each.target, ast.Attribute) for each in updates_in(one))
    )  # fmt: skip


def update_of(node: ast.AST) -> ast.expr | None:
    """Return the target of W -= step or W = W - step, or None.

    Also of += and +, where the step starts with a minus, holds a matrix product, or is a product or a correction that
    is added to what is called as a parameter: a turned sign is an update too.

    A step that is a mere number is a count and no update.
    """
    found = _of_one(node)
    return None if found is None else found.target


def updates_of(node: ast.AST) -> Iterator[Update]:
    """Yield every update that one statement makes: that of `update_of`, and those of several parameters at once.

    W, b = W - rate * dW, b - rate * db; params = [p - rate * g for p, g in zip(params, grads)], and the same as a
    tuple or with the keys of a dictionary.
    """
    if (one := _of_one(node)) is not None:
        yield one
    if not isinstance(node, ast.Assign):
        return
    target, value = node.targets[0], node.value
    if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
        for each, new in zip(target.elts, value.elts, strict=False):
            if (taken := _with_a_step(each, new)) is not None:
                yield Update(each, taken.right)
    elif (entries := _entry_by_entry(value)) is not None:
        made = entries.value if isinstance(entries, ast.DictComp) else entries.elt
        over = {name for one in entries.generators for name in names_in(one.iter)}
        if root_name(target) in over and _is_taken(made) and isinstance(made.left, ast.Name | ast.Subscript):
            if _changes(made.left, made.right, made.op):
                yield Update(target, made.right)


def _entry_by_entry(value: ast.expr) -> ast.ListComp | ast.DictComp | ast.GeneratorExp | None:
    """Return what makes a list, a dictionary or a tuple entry by entry."""
    if isinstance(value, ast.Call) and called_name(value) in ("tuple", "list", "dict") and len(value.args) == 1:
        value = value.args[0]
    return value if isinstance(value, ast.ListComp | ast.DictComp | ast.GeneratorExp) else None


def _of_one(node: ast.AST) -> Update | None:
    """Return the update of W -= step or W = W - step, as `update_of` says."""
    if isinstance(node, ast.AugAssign) and isinstance(node.op, ast.Sub | ast.Add):
        return Update(node.target, node.value) if _changes(node.target, node.value, node.op) else None
    if isinstance(node, ast.Assign) and len(node.targets) == 1:
        target, taken = node.targets[0], _with_a_step(node.targets[0], node.value)
        if taken is not None and _changes(target, taken.right, taken.op):
            return Update(target, taken.right)
    return None


def _with_a_step(target: ast.expr, value: ast.expr) -> ast.BinOp | None:
    """Return the value of W = W - rate * dW: it begins with the target, and something is added or taken; else None.

    Also of W = (1 - rate * decay) * W - rate * dW.
    """
    if not _is_taken(value):
        return None
    begun: list[ast.expr] = [value.left]
    if isinstance(value.left, ast.BinOp) and isinstance(value.left.op, ast.Mult):
        begun = [value.left.left, value.left.right]
    alike = [one for one in begun if type(one) is type(target)]  # before the text of both is made
    same = any(ast.dump(one) == ast.dump(target).replace("Store()", "Load()") for one in alike)
    return value if same else None


def _is_taken(value: ast.expr) -> TypeGuard[ast.BinOp]:
    return isinstance(value, ast.BinOp) and isinstance(value.op, ast.Sub | ast.Add)


def _changes(target: ast.expr, step: ast.expr, how: ast.operator) -> bool:
    """Whether what is taken from a target, or added to it, is a step of a parameter."""
    names = any(isinstance(inner, ast.Name) for inner in nodes_of(step))
    turned = (_holds_a_product(step) or _is_scaled(target, step)) and not _is_a_sum(target)
    return names and (isinstance(how, ast.Sub) or _starts_with_minus(step) or turned)


def _is_a_sum(target: ast.expr) -> bool:
    """Whether a target is named as a gradient, which is added up over samples or layers: dW, grad_b."""
    name = getattr(target, "id", getattr(target, "attr", ""))
    return is_called_a_gradient(name) or name.lower().startswith(("sum", "acc", "total"))


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


def updates_in(tree: ast.AST) -> list[Update]:
    """Return every update of a tree."""
    return [one for part in nodes_of(tree) for one in updates_of(part)]


def stepped_in(tree: ast.AST) -> frozenset[str]:
    """Return the names from which a step is taken as a whole: W1 of W1 -= rate * dW1, b of self.b -= step.

    What is added is a step as well where it is multiplied by what every known step is multiplied by: c of
    c += rate * error.sum() beside U += rate * H.T @ error.
    """
    known = updates_in(tree)
    targets = [one.target for one in known]
    common = frozenset.intersection(*(_names_of_factors(one.step) for one in known)) if known else frozenset()
    for part in nodes_of(tree) if common else ():
        if isinstance(part, ast.AugAssign) and isinstance(part.op, ast.Add) and not _is_a_sum(part.target):
            targets += [part.target] if _names_of_factors(part.value) & common else []
    return frozenset(getattr(one, "id", getattr(one, "attr", "")) for one in targets) - {""}


def attributes_stepped_in(tree: ast.AST) -> frozenset[str]:
    """Return the attributes from which a step is taken as a whole: b of self.b -= step."""
    return frozenset(one.target.attr for one in updates_in(tree) if isinstance(one.target, ast.Attribute))


def scales_in(tree: ast.AST) -> frozenset[str]:
    """Return the names that are factors of a step: eps of w = w - eps * slope, and slope."""
    return frozenset().union(*(_names_of_factors(one.step) for one in updates_in(tree)))


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
    found = {tuple(map(number_of, number_factors(one.step))) for one in updates_in(tree)}
    firsts = {factors[0] if factors else 1.0 for factors in found}
    certain = len(firsts) < 2 and all(len(factors) < 2 for factors in found)
    return (firsts.pop() if len(firsts) == 1 else 1.0), certain


def number_factors(step: ast.expr) -> list[ast.Constant]:
    """Return the numbers by which a step is multiplied, in their order."""
    if isinstance(step, ast.BinOp) and isinstance(step.op, ast.Mult | ast.MatMult | ast.Div):
        right = [] if isinstance(step.op, ast.Div) else number_factors(step.right)
        return [*number_factors(step.left), *right]
    if isinstance(step, ast.UnaryOp):
        return number_factors(step.operand)
    return [step] if isinstance(step, ast.Constant) and is_number(step) else []


def is_number(node: ast.Constant) -> bool:
    """Whether a constant is a number; True and False are none."""
    return isinstance(node.value, float | int) and not isinstance(node.value, bool)


def number_of(node: ast.Constant) -> float:
    """Return the number that a constant is."""
    assert isinstance(node.value, float | int)
    return float(node.value)
