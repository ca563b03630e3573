"""Random one-line edits of a right file: what a tired student types, and what a false verdict would be about."""

from __future__ import annotations

import ast
import copy
import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Final

from tests.edits.bases import Base

# How often a loop runs over the same data is nobody's mistake, and which of them are a batch neither.
FROZEN: Final = re.compile(
    r"range\((epochs|num_iter\w*|\d+)\)|range\(0, len\(X\)|\[start:|^\s*(print|#|import|if __name__)"
)


@dataclass(frozen=True)
class Edit:
    """One edited line: of which kind the edit is, what stood there and stands there now, and the whole text."""

    base: str
    kind: str
    line: int
    before: str
    after: str
    text: str

    @property
    def of_a_rate(self) -> bool:
        """Whether this may have changed at which rate something is learned, which everybody chooses."""
        return bool(re.search(r"[-+]=|rate|\blr\b|\beta\b|alpha", self.before))

    def __str__(self) -> str:
        return f"{self.base}:{self.line} [{self.kind}]  {self.before}  ->  {self.after}"


@cache
def edits(base: Base) -> tuple[Edit, ...]:
    """Return every one-line edit of a file, each text once; some may not be Python, or nothing new."""
    found: dict[str, Edit] = {}
    lines = base.text.splitlines()
    for node, kind, after in _all_changes(ast.parse(base.text)):
        if node.lineno != node.end_lineno or FROZEN.search(lines[node.lineno - 1]):
            continue
        _keep(found, base, lines, node.lineno, kind, _put_in(lines[node.lineno - 1], node, after))
    for number, kind, after in _whole_lines(base, lines):
        _keep(found, base, lines, number, kind, after)
    return tuple(found.values())


def _keep(found: dict[str, Edit], base: Base, lines: list[str], number: int, kind: str, after: str) -> None:
    text = "\n".join([*lines[: number - 1], after, *lines[number:], ""])
    found.setdefault(text, Edit(base.name, kind, number, lines[number - 1].strip(), after.strip(), text))


def _is_new(base: Base, text: str) -> bool:
    """Whether an edited text is Python, and says something else."""
    try:
        return ast.dump(ast.parse(text)) != ast.dump(ast.parse(base.text))
    except SyntaxError:
        return False


def drawn(base: Base, draw: random.Random) -> Edit:
    """Return a random edit; every kind that the file allows is as likely."""
    by_kind: dict[str, list[Edit]] = {}
    for one in edits(base):
        by_kind.setdefault(one.kind, []).append(one)
    while True:
        one = draw.choice(by_kind[draw.choice(sorted(by_kind))])
        if _is_new(base, one.text):
            return one


def _put_in(line: str, node: ast.expr | ast.stmt, after: str) -> str:
    raw = line.encode()
    return (raw[: node.col_offset] + after.encode() + raw[node.end_col_offset :]).decode()


def _all_changes(tree: ast.Module) -> Iterator[tuple[ast.expr | ast.stmt, str, str]]:
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    scopes: list[ast.Module | ast.FunctionDef] = [tree, *functions]
    for scope in scopes:
        names = _names(scope)
        for statement in scope.body:
            if isinstance(statement, ast.FunctionDef | ast.ClassDef | ast.Import):
                continue
            for node in ast.walk(statement):
                yield from _of(node, names)


def _of(node: ast.AST, names: dict[str, list[str]]) -> Iterator[tuple[ast.expr | ast.stmt, str, str]]:
    if isinstance(node, ast.expr):
        for kind, change in CHANGES.items():
            for after in change(copy.deepcopy(node)):
                yield node, kind, f"({after})" if kind in IN_BRACKETS else after
        for after in _other_names(node, names):
            yield node, "name", after
    if isinstance(node, ast.AugAssign):
        sign = {"Sub": "+=", "Add": "-=", "Div": "*="}.get(type(node.op).__name__)
        if sign:
            yield node, "update", f"{ast.unparse(node.target)} {sign} {ast.unparse(node.value)}"
        yield node, "update", f"{ast.unparse(node.target)} = {ast.unparse(node.value)}"
    if isinstance(node, ast.Assign) and len(node.targets) == 1:
        target, value = ast.unparse(node.targets[0]), ast.unparse(node.value)
        if _computes(node.value):
            yield node, "sign", f"{target} = -({value})"
            yield node, "factor", f"{target} = 2 * ({value})"
        if isinstance(node.targets[0], ast.Subscript):
            yield node, "update", f"{target} += {value}"


def _computes(value: ast.expr) -> bool:
    return isinstance(value, ast.BinOp) or (isinstance(value, ast.Call) and bool(value.args))


def _operator(node: ast.expr) -> list[str]:
    if isinstance(node, ast.BinOp):
        others = {
            ast.Add: ast.Sub(),
            ast.Sub: ast.Add(),
            ast.Mult: ast.Div(),
            ast.Div: ast.Mult(),
            ast.MatMult: ast.Mult(),
        }
        if type(node.op) in others:
            node.op = others[type(node.op)]
            return [ast.unparse(node)]
    if isinstance(node, ast.Compare) and len(node.ops) == 1:
        found = []
        for other in {ast.Gt: (ast.GtE(), ast.Lt()), ast.LtE: (ast.Lt(), ast.Gt())}.get(type(node.ops[0]), ()):
            node.ops = [other]
            found.append(ast.unparse(node))
        return found
    return []


def _sign(node: ast.expr) -> list[str]:
    return [ast.unparse(node.operand)] if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub) else []


def _constant(node: ast.expr) -> list[str]:
    if not isinstance(node, ast.Constant) or isinstance(node.value, bool | str) or node.value is None:
        return []
    assert isinstance(node.value, int | float)
    return [repr(node.value + 1), repr(max(node.value - 1, 0)) if isinstance(node.value, int) else repr(node.value * 2)]


def _transpose(node: ast.expr) -> list[str]:
    if isinstance(node, ast.Attribute) and node.attr == "T":
        return [ast.unparse(node.value)]
    operands = [node.left, node.right] if isinstance(node, ast.BinOp) and isinstance(node.op, ast.MatMult) else []
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ("dot", "matmul"):
        operands = node.args
    found = []
    for operand in operands:
        if isinstance(operand, ast.Name | ast.Subscript):
            text, part = ast.unparse(node), ast.unparse(operand)
            found.append(re.sub(rf"(?<!\w){re.escape(part)}(?!\w)", f"{part}.T", text, count=1))
    return found


def _axis(node: ast.expr) -> list[str]:
    if not isinstance(node, ast.Call):
        return []
    found = []
    for number, word in enumerate(node.keywords):
        if word.arg in ("axis", "keepdims"):
            fewer = copy.deepcopy(node)
            del fewer.keywords[number]
            other = copy.deepcopy(node)
            value = word.value
            assert isinstance(value, ast.Constant)
            other.keywords[number].value = ast.Constant(
                not value.value if word.arg == "keepdims" else 1 - int(str(value.value))
            )
            found += [ast.unparse(fewer), ast.unparse(other)]
    return found


def _dropped(node: ast.expr) -> list[str]:
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult | ast.Div | ast.Add | ast.Sub | ast.Pow):
        found = [ast.unparse(node.left)]
        return found if isinstance(node.op, ast.Div | ast.Pow) else [*found, ast.unparse(node.right)]
    return []


def _turned(node: ast.expr) -> list[str]:
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Sub | ast.Div | ast.MatMult):
        node.left, node.right = node.right, node.left
        return [f"({ast.unparse(node.left)}) {_SIGNS[type(node.op)]} ({ast.unparse(node.right)})"]
    if isinstance(node, ast.Call) and len(node.args) >= 2 and not node.keywords:
        found = []
        for one in range(len(node.args) - 1):
            other = copy.deepcopy(node)
            other.args[one], other.args[one + 1] = other.args[one + 1], other.args[one]
            found.append(ast.unparse(other))
        return found
    if isinstance(node, ast.Tuple) and isinstance(node.ctx, ast.Load) and len(node.elts) >= 2:
        node.elts[0], node.elts[-1] = node.elts[-1], node.elts[0]
        return [f"({ast.unparse(node)})" if not ast.unparse(node).startswith("(") else ast.unparse(node)]
    return []


_SIGNS: Final = {ast.Sub: "-", ast.Div: "/", ast.MatMult: "@"}


def _function(node: ast.expr) -> list[str]:
    others = {"sum": "mean", "mean": "sum", "maximum": "minimum", "exp": "log", "tanh": "sin", "dot": "multiply", "max": "min",
              "zeros": "ones", "sigmoid_prime": "sigmoid", "square": "abs", "shape": "size"}  # fmt: skip
    if isinstance(node, ast.Attribute) and node.attr in others:
        node.attr = others[node.attr]
        return [ast.unparse(node)]
    return []


def _power(node: ast.expr) -> list[str]:
    """1 - A where 1 - A**2 stood, and A**2 where A."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Sub) and isinstance(node.left, ast.Constant):
        return [f"{ast.unparse(node.left)} - ({ast.unparse(node.right)}) ** 2"]
    return []


CHANGES: Final[dict[str, Callable[[ast.expr], list[str]]]] = {
    "operator": _operator, "sign": _sign, "constant": _constant, "transposed": _transpose, "axis": _axis,
    "dropped": _dropped, "turned": _turned, "function": _function, "power": _power,
}  # fmt: skip
IN_BRACKETS: Final = ("operator", "dropped", "turned", "power")


def _names(scope: ast.Module | ast.FunctionDef) -> dict[str, list[str]]:
    """Return what is computed in a scope under a name, by the written form: names, attributes of self, keys."""
    found: dict[str, list[str]] = {"name": [], "self": [], "key": []}
    for node in ast.walk(scope):
        if isinstance(node, ast.arg) and node.arg != "self":
            found["name"].append(node.arg)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found["name"].append(node.id)
        elif isinstance(node, ast.Attribute) and ast.unparse(node.value) == "self":
            found["self"].append(node.attr)
        elif (
            isinstance(node, ast.Subscript)
            and isinstance(node.slice, ast.Constant)
            and isinstance(node.slice.value, str)
        ):
            found["key"].append(node.slice.value)
    return {form: sorted(set(names)) for form, names in found.items()}


def _other_names(node: ast.expr, names: dict[str, list[str]]) -> list[str]:
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id in names["name"]:
        return [other for other in names["name"] if _near(node.id, other)]
    if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load) and ast.unparse(node.value) == "self":
        return [f"self.{other}" for other in names["self"] if _near(node.attr, other)]
    if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load) and isinstance(node.slice, ast.Constant):
        own = node.slice.value
        return [f'{ast.unparse(node.value)}["{o}"]' for o in names["key"] if isinstance(own, str) and _near(own, o)]
    return []


def _near(one: str, other: str) -> bool:
    """Whether somebody takes one for the other: another number, another letter, another of as long a name."""
    return one != other and (one.strip("0123456789") == other.strip("0123456789") or abs(len(one) - len(other)) <= 1)


def _whole_lines(base: Base, lines: list[str]) -> Iterator[tuple[int, str, str]]:
    """Go through the simple statements: each one left out."""
    for node in ast.walk(ast.parse(base.text)):
        if isinstance(node, ast.Assign | ast.AugAssign) and node.lineno == node.end_lineno:
            line = lines[node.lineno - 1]
            if not FROZEN.search(line):
                yield node.lineno, "left out", line[: len(line) - len(line.lstrip())] + "pass"


KINDS: Final = (*CHANGES, "name", "update", "factor", "left out")
