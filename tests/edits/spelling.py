"""Other spellings in NumPy of the same numbers."""

from __future__ import annotations

import ast
import copy
import random
from collections.abc import Iterator


def spelled(tree: ast.Module, draw: random.Random) -> bool:
    """Write up to four random expressions in another way; say whether there were any."""
    places = [
        (node, others) for node in ast.walk(tree) if isinstance(node, ast.expr) and (others := list(_others(node)))
    ]
    chosen = draw.sample(places, min(len(places), draw.randint(1, 4)))
    inner = {id(part) for node, _ in chosen for part in ast.walk(node) if part is not node}
    swap = {id(node): draw.choice(others) for node, others in chosen if id(node) not in inner}
    _Swapped(swap).visit(tree)
    return bool(swap)


class _Swapped(ast.NodeTransformer):
    def __init__(self, swap: dict[int, ast.expr]) -> None:
        self.swap = swap

    def visit(self, node: ast.AST) -> ast.AST:
        return self.swap[id(node)] if id(node) in self.swap else self.generic_visit(node)


def _parsed(text: str, **parts: ast.expr) -> ast.expr:
    """Return an expression in which names in capitals are these parts."""

    class Filled(ast.NodeTransformer):
        def visit_Name(self, node: ast.Name) -> ast.expr:
            return copy.deepcopy(parts[node.id]) if node.id in parts else node

    found = Filled().visit(ast.parse(text, mode="eval").body)
    assert isinstance(found, ast.expr)
    return found


def _others(node: ast.expr) -> Iterator[ast.expr]:
    yield from _of_a_product(node)
    yield from _of_a_square(node)
    yield from _of_arithmetic(node)
    yield from _of_an_array(node)
    yield from _of_a_relu(node)


def _of_a_product(node: ast.expr) -> Iterator[ast.expr]:
    match node:
        case ast.BinOp(left, ast.MatMult(), right):
            yield from _products(left, right)
        case ast.Call(ast.Attribute(ast.Name("np"), "dot" | "matmul"), [left, right]):
            yield from _products(left, right)
        case ast.Call(ast.Attribute(left, "dot"), [right]):
            yield from _products(left, right)


def _of_a_square(node: ast.expr) -> Iterator[ast.expr]:
    match node:
        case ast.BinOp(base, ast.Pow(), ast.Constant(2)):
            yield from _squares(base)
        case ast.Call(ast.Attribute(ast.Name("np"), "square"), [base]):
            yield from _squares(base)
        case ast.Call(ast.Attribute(ast.Name("np"), "power"), [base, ast.Constant(2)]):
            yield from _squares(base)
        case ast.BinOp(left, ast.Mult(), right) if ast.unparse(left) == ast.unparse(right):
            yield from _squares(left)


def _of_arithmetic(node: ast.expr) -> Iterator[ast.expr]:
    match node:
        case ast.BinOp(value, ast.Div(), ast.Name("m" | "N") as count):
            for text in ("1 / COUNT * VALUE", "VALUE * (1.0 / COUNT)", "np.divide(VALUE, COUNT)"):
                yield _parsed(text, VALUE=value, COUNT=count)
        case ast.BinOp(left, ast.Mult(), right) if not isinstance(left, ast.BinOp):
            yield _parsed("np.multiply(LEFT, RIGHT)", LEFT=left, RIGHT=right)
            yield _parsed("RIGHT * LEFT", LEFT=left, RIGHT=right)
        case ast.BinOp(left, ast.Sub(), right):
            yield _parsed("-(RIGHT) + LEFT", LEFT=left, RIGHT=right)
            yield _parsed("np.subtract(LEFT, RIGHT)", LEFT=left, RIGHT=right)


def _of_an_array(node: ast.expr) -> Iterator[ast.expr]:
    match node:
        case ast.Call(ast.Attribute(ast.Name("np"), "sum" | "mean" | "max" as name), [array], keywords):
            yield ast.Call(ast.Attribute(array, name), [], keywords)
            yield from _kept(node)
        case ast.Call(ast.Attribute(array, "sum" | "mean" | "max" as name), [], keywords):
            yield ast.Call(ast.Attribute(ast.Name("np"), name), [array], keywords)
            yield from _kept(node)
        case ast.Attribute(array, "T") if not isinstance(node.ctx, ast.Store):
            yield _parsed("np.transpose(ARRAY)", ARRAY=array)
            yield _parsed("ARRAY.transpose()", ARRAY=array)
        case ast.Subscript(ast.Attribute(ast.Name() as array, "shape"), ast.Constant(0)):
            yield _parsed("len(ARRAY)", ARRAY=array)


def _of_a_relu(node: ast.expr) -> Iterator[ast.expr]:
    match node:
        case ast.Call(ast.Attribute(ast.Name("np"), "maximum"), [ast.Constant(0), z] | [z, ast.Constant(0)]):
            yield _parsed("np.where(Z > 0, Z, 0)", Z=z)
            yield _parsed("Z * (Z > 0)", Z=z)
        case ast.Compare(z, [ast.Gt()], [ast.Constant(0)]):
            yield _parsed("(Z > 0).astype(float)", Z=z)
            yield _parsed("np.where(Z > 0, 1.0, 0.0)", Z=z)


def _products(left: ast.expr, right: ast.expr) -> Iterator[ast.expr]:
    for text in ("np.dot(LEFT, RIGHT)", "LEFT @ RIGHT", "LEFT.dot(RIGHT)", "np.matmul(LEFT, RIGHT)"):
        yield _parsed(text, LEFT=left, RIGHT=right)


def _squares(base: ast.expr) -> Iterator[ast.expr]:
    for text in ("np.square(BASE)", "BASE ** 2", "BASE * BASE", "np.power(BASE, 2)"):
        yield _parsed(text, BASE=base)


def _kept(node: ast.Call) -> Iterator[ast.expr]:
    """keepdims as a reshape."""
    words = {word.arg: ast.unparse(word.value) for word in node.keywords}
    if words.get("keepdims") == "True" and words.get("axis") in ("0", "1"):
        plain = copy.deepcopy(node)
        plain.keywords = [word for word in plain.keywords if word.arg != "keepdims"]
        shape = "1, -1" if words["axis"] == "0" else "-1, 1"
        yield _parsed(f"SUM.reshape({shape})", SUM=plain)
