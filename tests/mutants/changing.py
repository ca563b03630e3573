"""The mutants of the formulas: every number, operator and right side of `verify/mistakes/` and `verify/nets/`, changed."""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final, cast

ROOT: Final = Path(__file__).resolve().parents[2]
ROOMS: Final = ("verify/mistakes", "verify/nets")
# Formulas that are written as text: in which file, the dictionaries and the calls (with the argument) that hold them.
# These hold no formula. What the search names is held by the planted mistakes, how parameters lie by tests of wiring.
NO_FORMULAS: Final = {ROOT / "verify" / "mistakes" / "search.py", ROOT / "verify" / "nets" / "structure.py"}
DICTIONARIES: Final = {"verify/mistakes/text.py": ("_ACTIVATION", "_DERIVATIVE")}
CALLS: Final = {("verify/mistakes/catalogue.py", "Mistake"): 2, ("verify/nets/net.py", "Activation"): 3}


@dataclass(frozen=True)
class Mutant:
    """One change: what stood at a line of a file, what stands there now, and the whole file with it."""

    file: str
    line: int
    before: str
    after: str
    source: str
    row: str = ""  # the row of the catalogue that is changed, as dW-doubled

    @property
    def module(self) -> str:
        return self.file.removesuffix(".py").replace("/", ".")

    @property
    def text(self) -> str:
        """The changed line."""
        return self.source.splitlines()[self.line - 1].strip()

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.before}  ->  {self.after}   in: {self.text}"


@cache
def mutants() -> tuple[Mutant, ...]:
    """Return every mutant of the two rooms, in the order of files and lines."""
    found: list[Mutant] = []
    for room in ROOMS:
        for path in sorted(set((ROOT / room).glob("*.py")) - NO_FORMULAS):
            found += _of_file(path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8"))
    return tuple(found)


def _of_file(file: str, source: str) -> list[Mutant]:
    tree = ast.parse(source)
    texts = _texts(file, tree)
    found: dict[str, Mutant] = {}
    for node, row in texts:
        for before, after in _changed_texts(node):
            _keep(found, file, source, node, (before, after), row)
    for node, before, after in _changed_code(tree):
        _keep(found, file, source, node, (before, after), "")
    return sorted(found.values(), key=lambda one: one.line)


def _keep(found: dict[str, Mutant], file: str, source: str, node: ast.expr, both: tuple[str, str], row: str) -> None:
    before, after = both
    changed = _replaced(source, node, after)
    found.setdefault(changed, Mutant(file, node.lineno, before, after, changed, row))


def _replaced(source: str, node: ast.expr, text: str) -> str:
    lines = source.encode().splitlines(keepends=True)
    assert node.end_lineno is not None
    before, after = lines[node.lineno - 1][: node.col_offset], lines[node.end_lineno - 1][node.end_col_offset :]
    lines[node.lineno - 1 : node.end_lineno] = [before + text.encode() + after]
    return b"".join(lines).decode()


# Formulas as text.


def _texts(file: str, tree: ast.Module) -> list[tuple[ast.expr, str]]:
    """Return the constants that hold a formula, each with its row (one of its rows, where several share it)."""
    found: list[tuple[ast.expr, str]] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value is not None:
            if node.target.id in DICTIONARIES.get(file, ()):
                assert isinstance(node.value, ast.Dict)
                found += [(value, "") for value in node.value.values]
            if node.target.id == "_SCALES":
                assert isinstance(node.value, ast.Tuple)
                found += [
                    (one.elts[1], f"dZL-{_text(one.elts[0])}") for one in node.value.elts if isinstance(one, ast.Tuple)
                ]
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and (file, node.func.id) in CALLS:
            position = CALLS[file, node.func.id]
            if len(node.args) > position and isinstance(node.args[position], ast.Constant | ast.JoinedStr):
                step, name = _text(node.args[0]), _text(node.args[1])
                of_a_step = node.func.id == "Mistake" and step != "gradient"
                found.append((node.args[position], f"{step}-{name}" if of_a_step else ""))
    return found


def _text(node: ast.expr) -> str:
    return str(node.value) if isinstance(node, ast.Constant) else ""


def _changed_texts(node: ast.expr) -> Iterator[tuple[str, str]]:
    if isinstance(node, ast.JoinedStr):
        text = ast.unparse(node)
        yield text, text.replace("'", "'5 / 4 * ", 1)
        yield text, text.replace(" 1,", " 2,")
        return
    formula = _text(node)
    plain = formula.replace("{A}", "A").replace("{Z}", "Z")
    tree = ast.parse(plain, mode="eval")
    for _, _, after in _changes(tree.body, whole=True):
        written = after.replace("A", "{A}").replace("Z", "{Z}") if plain != formula else after
        yield formula, repr(written)


# Formulas as code.


def _changed_code(tree: ast.Module) -> Iterator[tuple[ast.expr, str, str]]:
    said = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in ast.walk(node)}
    for statement in ast.walk(tree):
        for side in _right_sides(statement):
            text = ast.unparse(side)
            yield side, text, f"5 / 4 * ({text})"
    for node in ast.walk(tree):
        if isinstance(node, ast.expr) and id(node) not in said:
            yield from _of_node(node)
        if isinstance(node, ast.Call | ast.Dict):
            yield from _passed_functions(node)


def _right_sides(statement: ast.AST) -> Iterator[ast.expr]:
    if isinstance(statement, ast.Lambda):
        yield statement.body
    elif isinstance(statement, ast.Return | ast.Assign | ast.AnnAssign) and statement.value is not None:
        if _computes(statement.value):
            yield statement.value


def _computes(value: ast.expr) -> bool:
    """Whether this is a formula: an arithmetic operator stands outermost, or NumPy computes it."""
    if isinstance(value, ast.BinOp):
        return not isinstance(value.op, ast.BitOr) and not isinstance(value.left, ast.List)
    if isinstance(value, ast.UnaryOp):
        return isinstance(value.op, ast.USub)
    function = value.func if isinstance(value, ast.Call) else None
    return isinstance(function, ast.Attribute) and isinstance(function.value, ast.Name) and function.value.id == "np"


def _passed_functions(node: ast.Call | ast.Dict) -> Iterator[tuple[ast.expr, str, str]]:
    for value in node.args if isinstance(node, ast.Call) else node.values:
        if isinstance(value, ast.Attribute) and ast.unparse(value) == "np.tanh":
            yield value, "np.tanh", "lambda Z: 5 / 4 * np.tanh(Z)"


def _changes(tree: ast.expr, *, whole: bool) -> Iterator[tuple[ast.expr, str, str]]:
    """Go through the changes of a formula; each as the whole formula's text."""
    before = ast.unparse(tree)
    if whole:
        yield tree, before, f"5 / 4 * ({before})"
    for number, node in enumerate(ast.walk(tree)):
        for change in _CHANGES:
            changed = copy.deepcopy(tree)
            place = list(ast.walk(changed))[number]
            if isinstance(node, ast.expr) and change(cast("ast.expr", place)):
                after = ast.unparse(_without_plus(changed))
                if after != before:
                    yield node, before, after


def _of_node(node: ast.expr) -> Iterator[tuple[ast.expr, str, str]]:
    for change in _CHANGES:
        changed = copy.deepcopy(node)
        if change(changed):
            yield node, ast.unparse(node), f"({ast.unparse(_without_plus(changed))})"


def _number(node: ast.expr) -> bool:
    if not isinstance(node, ast.Constant) or isinstance(node.value, bool) or not isinstance(node.value, int | float):
        return False
    node.value = node.value + 1 if isinstance(node.value, int) else node.value * 5 / 4
    return True


def _product(node: ast.expr) -> bool:
    if not isinstance(node, ast.BinOp) or not isinstance(node.op, ast.Mult | ast.Div):
        return False
    if isinstance(node.left, ast.List):
        return False
    node.op = ast.Div() if isinstance(node.op, ast.Mult) else ast.Mult()
    return True


def _sum(node: ast.expr) -> bool:
    if not isinstance(node, ast.BinOp) or not isinstance(node.op, ast.Add | ast.Sub):
        return False
    node.op = ast.Sub() if isinstance(node.op, ast.Add) else ast.Add()
    return True


def _sign(node: ast.expr) -> bool:
    if not isinstance(node, ast.UnaryOp) or not isinstance(node.op, ast.USub):
        return False
    node.op = ast.UAdd()
    return True


def _without_plus(tree: ast.expr) -> ast.expr:
    found = _Plus().visit(ast.Expression(tree))
    assert isinstance(found, ast.Expression)
    return found.body


class _Plus(ast.NodeTransformer):
    """+x is x."""

    def visit_UnaryOp(self, node: ast.UnaryOp) -> ast.expr:
        self.generic_visit(node)
        return node.operand if isinstance(node.op, ast.UAdd) else node


_CHANGES: Final[tuple[Callable[[ast.expr], bool], ...]] = (_number, _product, _sum, _sign)
