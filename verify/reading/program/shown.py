"""The numbers that a loop shows: what it prints, and what it keeps in a list; and which of them look like a loss.

The text alone says where they stand. The same places are found again where the loop is run, and recorded there.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final, Literal, NamedTuple

from verify.reading.parsing.trees import nodes_of
from verify.reading.program.kept import BUILTINS
from verify.reading.program.syntax import called_name, is_product, root_name
from verify.reading.program.vocabulary import bare, is_parameter, meaning_of, roles_of

How = Literal["print", "append"]
SECTION: Final = "shown"  # the section of an answer in which these numbers stand, by how, line and text
_LONGEST: Final = 300  # characters of the text of an expression
_DEEPEST: Final = 4  # names that are looked up one behind the other
_HANDED_ON: Final = ("str", "float", "round", "repr", "format")
_ROUNDED: Final = ("round", "around", "float64", "float32", "asarray")
_GROWS: Final = re.compile(
    r"log(2|10|1p|_?loss|addexp|sumexp)?|f?abs|absolute|square|sqrt|norm|power|pow|huber.*|r?mse|mae|sse|rms|bce|nll"
)
_COUNTS: Final = re.compile(
    r"arg(max|min|where)|(.*_)?(acc|score|count_nonzero|rint|time|perf_counter)(_.*)?|.*accuracy.*"
)
_HELD_OUT: Final = re.compile(r"(^|_)(val|valid|validation|test|dev|hold)|[xy](val|test)$", re.IGNORECASE)
_PRODUCTS: Final = ("dot", "vdot", "inner")
_MODULES: Final = frozenset(("np", "numpy", "math", "self", "torch", "scipy", "special"))
_NO_DATA: Final = frozenset(("rate", "penalty", "epochs", "m", "sizes", "n_x", "n_h", "n_y", "seed", "flag", "layers"))
_LOSSES: Final = re.compile(
    r"l|e|j|errs?|errors?|r?mse|rms|mae|sse|rss|huber|bce|nll|x?ce|obj(ective)?|crit(erion)?", re.IGNORECASE
)


class Shown(NamedTuple):
    """A number that a loop shows: how, the line and the text of its expression."""

    how: How
    line: int
    text: str


class Slot(NamedTuple):
    """Where an expression stands in its tree: the field of a node, and the place in it where that is a list."""

    how: How
    parent: ast.AST
    field: str
    place: int | None

    @property
    def node(self) -> ast.expr:
        """The expression."""
        found = getattr(self.parent, self.field)
        return found if self.place is None else found[self.place]  # type: ignore[no-any-return]

    @property
    def shown(self) -> Shown:
        """What is known of it."""
        return Shown(self.how, self.node.lineno, ast.unparse(self.node)[:_LONGEST])

    def put(self, node: ast.expr) -> None:
        """Put another expression there."""
        if self.place is None:
            setattr(self.parent, self.field, node)
        else:
            getattr(self.parent, self.field)[self.place] = node


def shown_in(tree: ast.AST) -> list[Slot]:
    """Return where numbers are shown anywhere below a node, as large as they can be."""
    return [slot for node in nodes_of(tree) for slot in _shown_by(node)]


def _shown_by(node: ast.AST) -> Iterator[Slot]:
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print":
        for index in range(len(node.args)):
            yield from _inside(Slot("print", node, "args", index))
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "append":
        if len(node.args) == 1:
            yield from _inside(Slot("append", node, "args", 0))
    elif isinstance(node, ast.AugAssign) and isinstance(node.op, ast.Add) and isinstance(node.value, ast.List):
        yield from _inside(Slot("append", node, "value", None))
    elif isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Subscript):
        root = root_name(node.targets[0])
        if root is not None and root != "self" and not is_parameter(root) and not is_parameter(bare(root)):
            yield from _inside(Slot("append", node, "value", None))


def _inside(slot: Slot) -> Iterator[Slot]:
    """Yield the numbers inside something that is shown: of a text its parts, of what is rounded the number itself."""
    node = slot.node
    for parent, field, index in _parts(node):
        yield from _inside(Slot(slot.how, parent, field, index))
    plain = isinstance(node, ast.Call | ast.BinOp | ast.UnaryOp | ast.Name | ast.Attribute | ast.Subscript)
    if plain and not _is_text(node) and not any(True for _ in _parts(node)):
        yield slot


def _parts(node: ast.expr) -> Iterator[tuple[ast.AST, str, int | None]]:
    """Yield the parts of something that is shown which may be numbers; nothing where it is one itself."""
    if isinstance(node, ast.JoinedStr):
        yield from ((part, "value", None) for part in node.values if isinstance(part, ast.FormattedValue))
    elif isinstance(node, ast.Tuple | ast.List):
        yield from ((node, "elts", index) for index in range(len(node.elts)))
    elif isinstance(node, ast.Dict):
        yield from ((node, "values", index) for index in range(len(node.values)))
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod) and _is_text(node.left):
        yield node, "right", None
    elif isinstance(node, ast.BinOp) and _is_text(node):
        yield from ((node, field, None) for field in ("left", "right"))
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _HANDED_ON:
        if node.args:
            yield node, "args", 0
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        if node.func.attr == "format" and _is_text(node.func.value):
            yield from ((node, "args", index) for index in range(len(node.args)))
            yield from ((one, "value", None) for one in node.keywords)
        elif node.func.attr in _ROUNDED and root_name(node.func) in _MODULES - {"self"}:
            yield from ((node, "args", 0) for _ in node.args[:1])
        elif node.func.attr in ("item", "round"):
            yield node.func, "value", None


def _is_text(node: ast.expr) -> bool:
    if isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str)):
        return True
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Mod):
        return _is_text(node.left) or (isinstance(node.op, ast.Add) and _is_text(node.right))
    if not isinstance(node, ast.Call):
        return False
    if isinstance(node.func, ast.Attribute):
        return node.func.attr == "format" and _is_text(node.func.value)
    return isinstance(node.func, ast.Name) and node.func.id in ("str", "repr", "format")


def losses_shown_in(tree: ast.AST) -> tuple[Shown, ...]:
    """Return the numbers that are shown below a node and look like a loss."""
    given = given_in(tree)
    return tuple(dict.fromkeys(slot.shown for slot in shown_in(tree) if looks_like_loss(slot.node, given)))


def losses_named_in(tree: ast.AST) -> frozenset[str]:
    """Return the names that are given, or added up of, what looks like a loss, and that are called so or added up."""
    given, found = given_in(tree), set()
    for node in nodes_of(tree):
        if isinstance(node, ast.AugAssign) and isinstance(node.op, ast.Add) and isinstance(node.target, ast.Name):
            if looks_like_loss(node.value, given) and not is_parameter(node.target.id):
                found.add(node.target.id)
    found |= {name for name, value in given.items() if _LOSSES.fullmatch(name) and looks_like_loss(value, given)}
    return frozenset(found)


def given_in(tree: ast.AST) -> dict[str, ast.expr]:
    """Return what each name is given that is given a value once below a node."""
    found: dict[str, list[ast.expr]] = {}
    for node in nodes_of(tree):
        if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
            found.setdefault(node.targets[0].id, []).append(node.value)
    return {name: values[0] for name, values in found.items() if len(values) == 1}


def looks_like_loss(node: ast.expr, given: Mapping[str, ast.expr]) -> bool:
    """Whether an expression looks like a loss: a logarithm, a square, an absolute value, a root or a norm of data.

    An accuracy is none, nor a rate, a count, or the norm of parameters or of gradients alone; nor what is of held-out
    data.
    """
    inside = _with_given(node, given)
    calls = [called_name(one) for one in inside if isinstance(one, ast.Call)]
    own = given.get(node.id, node) if isinstance(node, ast.Name) else node
    if _compares(nodes_of(own)) or any(_COUNTS.fullmatch(name.lower()) for name in calls):
        return False
    names = _data_in(inside)
    if any(_HELD_OUT.search(name) for name in names | set(calls)):
        return False
    grows = any(_GROWS.fullmatch(name.lower()) or "loss" in roles_of(name) for name in calls)
    return (grows or any(map(_squares, inside))) and any(not _is_no_data(name) for name in names)


def _compares(inside: Iterable[ast.AST]) -> bool:
    """Whether something is counted: a comparison that chooses no branch and no entries."""
    inside = list(inside)
    chosen = [one.args[0] for one in inside if isinstance(one, ast.Call) and called_name(one) == "where" and one.args]
    chosen += [one.slice for one in inside if isinstance(one, ast.Subscript)]
    free = {id(part) for one in chosen for part in nodes_of(one)}
    return any(isinstance(one, ast.Compare) and id(one) not in free for one in inside)


def is_absolute(text: str) -> bool:
    """Whether nothing but an absolute difference makes an expression look like a loss: one way to show how far off."""
    inside = nodes_of(ast.parse(text, mode="eval"))
    calls = {called_name(one).lower() for one in inside if isinstance(one, ast.Call)}
    return bool(calls & {"abs", "fabs", "absolute"}) and not any(
        _GROWS.fullmatch(name) for name in calls - {"abs", "fabs", "absolute"}
    ) and not any(map(_squares, inside))  # fmt: skip


def absolute_in(tree: ast.AST) -> frozenset[str]:
    """Return the names that are given an absolute difference and nothing else that looks like a loss."""
    given = given_in(tree)
    return frozenset(
        name for name, value in given.items() if looks_like_loss(value, given) and is_absolute(ast.unparse(value))
    )


def _with_given(node: ast.expr, given: Mapping[str, ast.expr]) -> list[ast.AST]:
    """Return all nodes of an expression, and of what the names in it are given."""
    found, seen = nodes_of(node), set[str]()
    news: Iterable[ast.AST] = found
    for _ in range(_DEEPEST):
        names = {one.id for one in news if isinstance(one, ast.Name)} & set(given) - seen
        seen |= names
        news = [part for name in sorted(names) if _is_of_errors(given[name]) for part in nodes_of(given[name])]
        found = [*found, *news]
    return found


def _is_of_errors(value: ast.expr) -> bool:
    """Whether a name is looked through: differences and powers of what is there, and no layer of a net."""
    return not any(
        is_product(one) or (isinstance(one, ast.Call) and called_name(one) == "exp") for one in nodes_of(value)
    )


def _squares(node: ast.AST) -> bool:
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _PRODUCTS:
        pair = node.args if len(node.args) == 2 else [node.func.value, *node.args]
        return len(pair) == 2 and _untransposed(pair[0]) == _untransposed(pair[1])
    if not isinstance(node, ast.BinOp):
        return False
    if isinstance(node.op, ast.Pow):
        return isinstance(node.right, ast.Constant) and not isinstance(node.left, ast.Constant)
    plain = isinstance(node.op, ast.Mult | ast.MatMult) and not isinstance(node.left, ast.Constant)
    return plain and _untransposed(node.left) == _untransposed(node.right)


def _untransposed(node: ast.expr) -> str:
    while isinstance(node, ast.Attribute) and node.attr == "T":
        node = node.value
    return ast.unparse(node)


def _data_in(nodes: Iterable[ast.AST]) -> set[str]:
    """Return the names of what is computed with: no functions, no modules."""
    nodes = list(nodes)
    called = {id(one.func) for one in nodes if isinstance(one, ast.Call)}
    free = [one for one in nodes if id(one) not in called]
    names = {one.id for one in free if isinstance(one, ast.Name)}
    names |= {one.attr for one in free if isinstance(one, ast.Attribute) and root_name(one) == "self"}
    return names - _MODULES - BUILTINS


def _is_no_data(name: str) -> bool:
    """Whether this is what a parameter, its gradient, a rate or a number of something is called."""
    low = bare(name)
    gradient = low != name.lower().replace("_", "") and is_parameter(low)
    return is_parameter(name) or gradient or meaning_of(name) == "grads" or meaning_of(name) in _NO_DATA
