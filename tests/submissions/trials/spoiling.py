"""A backward pass that gives something else of the same shapes: what is assigned to gradients, replaced."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Callable
from typing import Final

# dW1, db, dw2, grad_b1, nabla_w, dtheta1 ...: what a student calls the gradient of a parameter, and where they are kept.
_GRADIENT: Final = re.compile(r"_?(d|grad_?|nabla_?|g_?)_?(W|w|b|B|theta|Theta|syn|bias|weights?|V|U)\w{0,3}")
_KEPT_IN: Final = re.compile(r"(self\.)?_?(grads?|gradients?|nabla_\w|d?grads_\w|gradientes)")

HOW: Final[dict[str, Callable[[str], str]]] = {
    "zeros": lambda value: f"(np.zeros_like({value}))",
    "constants": lambda value: f"(np.random.RandomState(5).uniform(-1, 1, np.shape({value})))",
    "doubled": lambda value: f"(2.0 * ({value}))",
    "scaled": lambda value: f"(-2.5 * ({value}))",
}


def spoiled(text: str, how: str, *, is_notebook: bool = False) -> tuple[str, int]:
    """Return the text with every gradient replaced in this way, and how many were."""
    if not is_notebook:
        return _spoiled(text, HOW[how])
    notebook, count = json.loads(text), 0
    cells = (
        notebook["cells"]
        if "cells" in notebook
        else [one for sheet in notebook["worksheets"] for one in sheet["cells"]]
    )
    for cell in cells:
        if cell["cell_type"] == "code":
            key = "source" if "source" in cell else "input"  # in the older format
            source = "".join(cell[key])
            cell[key], more = _spoiled(source, HOW[how])
            count += more
    return json.dumps(notebook), count


def _spoiled(text: str, replaced: Callable[[str], str]) -> tuple[str, int]:
    try:
        values = list(_gradients(ast.parse(text)))
    except SyntaxError:  # Python 2, or broken on purpose
        return text, 0
    lines = text.encode().splitlines(keepends=True)
    for value in sorted(values, key=lambda one: (one.lineno, one.col_offset), reverse=True):
        assert value.end_lineno is not None
        segment = ast.get_source_segment(text, value)
        assert segment is not None
        head = lines[value.lineno - 1][: value.col_offset]
        tail = lines[value.end_lineno - 1][value.end_col_offset :]
        lines[value.lineno - 1 : value.end_lineno] = [head + replaced(segment).encode() + tail]
    return b"".join(lines).decode(), len(values)


def _gradients(tree: ast.Module) -> list[ast.expr]:
    """Return the expressions that are assigned to gradients, none inside of another."""
    found: list[ast.expr] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and len(node.targets) == 1:
            step = _step(node.targets[0], node.value)
            if step is not None or _is_gradient(node.targets[0]):
                found += [step or node.value]
            elif isinstance(node.targets[0], ast.Tuple) and isinstance(node.value, ast.Tuple):
                found += [v for t, v in zip(node.targets[0].elts, node.value.elts, strict=False) if _is_gradient(t)]
        elif isinstance(node, ast.AugAssign) and _is_parameter(node.target) and _is_product(node.value):
            found.append(node.value)
        elif isinstance(node, ast.Return) and isinstance(node.value, ast.Dict):
            keys = [key.value if isinstance(key, ast.Constant) else None for key in node.value.keys]
            if keys and all(isinstance(key, str) and re.fullmatch(r"d?[Wwb]\d", key) for key in keys):
                found += node.value.values
    return [one for one in found if not _is_container(one)]


def _is_container(value: ast.expr) -> bool:
    """Whether no array stands there, but what holds some: a list, [None] * n, a name."""
    if isinstance(value, ast.BinOp):
        return _is_container(value.left) and not isinstance(value.left, ast.Name | ast.Constant)
    return isinstance(value, ast.Name | ast.Constant | ast.Dict | ast.List | ast.ListComp)


def _is_parameter(target: ast.expr) -> bool:
    """Whether this is a parameter by its name: an update that is computed where it is made is spoiled as well."""
    return bool(re.fullmatch(r"(self\.)?(W|w|syn|weights|theta|Theta|v|V)_?\w{0,14}", ast.unparse(target)))


def _step(target: ast.expr, value: ast.expr) -> ast.expr | None:
    """Return the step in `W1 = W1 - step`, where it is computed there."""
    if not isinstance(value, ast.BinOp) or not isinstance(value.op, ast.Add | ast.Sub) or not _is_parameter(target):
        return None
    return value.right if ast.unparse(value.left) == ast.unparse(target) and _is_product(value.right) else None


def _is_product(value: ast.expr) -> bool:
    return any(
        isinstance(node, ast.MatMult) or (isinstance(node, ast.Attribute) and node.attr == "dot")
        for node in ast.walk(value)
    )


def _is_gradient(target: ast.expr) -> bool:
    if isinstance(target, ast.Subscript):
        return bool(_KEPT_IN.fullmatch(ast.unparse(target.value)))
    name = target.id if isinstance(target, ast.Name) else target.attr if isinstance(target, ast.Attribute) else ""
    return bool(_GRADIENT.fullmatch(name))
