"""The same statements in another shape: reordered, split, with comments and hints, in a class."""

from __future__ import annotations

import ast
import random
from collections.abc import Iterator

from tests.edits.code import WRAPPER

Block = list[ast.stmt]


def _blocks(tree: ast.Module) -> list[Block]:
    return [body for node in ast.walk(tree) if isinstance(body := getattr(node, "body", None), list)]


def reordered(tree: ast.Module, draw: random.Random) -> bool:
    """Exchange neighbours of which neither uses what the other writes, up to three times."""
    done = False
    for _ in range(draw.randint(1, 3)):
        pairs = [(b, n) for b in _blocks(tree) for n in range(len(b) - 1) if _independent(b[n], b[n + 1])]
        if pairs:
            block, number = draw.choice(pairs)
            block[number], block[number + 1] = block[number + 1], block[number]
            done = True
    return done


def _independent(one: ast.stmt, other: ast.stmt) -> bool:
    if not (_is_formula(one) and _is_formula(other)):
        return False
    writes, reads = zip(_uses(one), _uses(other), strict=True)
    return not (writes[0] & (writes[1] | reads[1]) or writes[1] & reads[0])


def _is_formula(statement: ast.stmt) -> bool:
    """Whether this computes a new value with NumPy alone, without random numbers, and calls nothing of the file."""
    if not isinstance(statement, ast.Assign):
        return False
    calls = [ast.unparse(node.func) for node in ast.walk(statement) if isinstance(node, ast.Call)]
    return all(call.startswith("np.") or "." in call for call in calls) and not any(
        part in call for call in calls for part in ("random", "rng", "self.", "append", "insert", "net.")
    )


def _uses(statement: ast.stmt) -> tuple[set[str], set[str]]:
    assert isinstance(statement, ast.Assign)
    writes: set[str] = set()
    for target in statement.targets:
        for part in target.elts if isinstance(target, ast.Tuple) else [target]:
            writes.add(ast.unparse(part))
    reads = {
        ast.unparse(n) for n in ast.walk(statement.value) if isinstance(n, ast.Name | ast.Attribute | ast.Subscript)
    }
    reads |= {ast.unparse(n.value) for t in statement.targets for n in ast.walk(t) if isinstance(n, ast.Subscript)}
    return writes, reads


def split(tree: ast.Module, draw: random.Random) -> bool:
    """Compute an operand first, under a name of its own, up to twice."""
    done = False
    for number in range(draw.randint(1, 2)):
        places = [(b, n, s) for b in _blocks(tree) for n, s in enumerate(b) if _has_operand(s)]
        if places:
            block, at, statement = draw.choice(places)
            assert isinstance(statement, ast.Assign)
            assert isinstance(statement.value, ast.BinOp)
            name = f"part{number + 1}"
            if name not in ast.unparse(tree):
                first = ast.Assign([ast.Name(name, ast.Store())], statement.value.left, lineno=statement.lineno)
                statement.value.left = ast.Name(name)
                block.insert(at, first)
                done = True
    return done


def _has_operand(statement: ast.stmt) -> bool:
    if not isinstance(statement, ast.Assign) or not isinstance(statement.value, ast.BinOp):
        return False
    return isinstance(statement.value.left, ast.BinOp | ast.Call)


def augmented(tree: ast.Module, draw: random.Random) -> bool:
    """`p = p - step` as `p -= step` and the other way round, for a key or an attribute, or for a global."""
    names = {
        ast.unparse(target) for node in ast.walk(tree) if isinstance(node, ast.arg) for target in [ast.Name(node.arg)]
    }
    places = list(_updates(tree, names))
    for block, at, new in draw.sample(places, min(len(places), draw.randint(1, 4))):
        block[at] = new
    return bool(places)


def _updates(tree: ast.Module, arguments: set[str]) -> Iterator[tuple[Block, int, ast.stmt]]:
    for block in _blocks(tree):
        for at, statement in enumerate(block):
            match statement:
                case ast.Assign(
                    [ast.Name() | ast.Attribute() | ast.Subscript() as target], ast.BinOp(left, ast.Sub() as op, right)
                ):
                    alike = ast.unparse(target) == ast.unparse(left) and ast.unparse(target) not in arguments
                    if alike and not isinstance(right, ast.Call):
                        yield block, at, ast.AugAssign(target, op, right)
                case ast.AugAssign(ast.Attribute() as target, ast.Sub() as op, right):
                    read = ast.parse(ast.unparse(target), mode="eval").body
                    yield block, at, ast.Assign([target], ast.BinOp(read, op, right), lineno=0)


def commented(tree: ast.Module, draw: random.Random) -> bool:
    """Give functions a docstring that says nothing about shapes; a comment would not survive the tree."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and ast.get_docstring(node) is None and draw.random() < 0.7:
            said = draw.choice(
                [
                    "TODO: tidy up.",
                    "See the slides of week 3.",
                    "Compute and return the result.",
                    "2x faster than before",
                ]
            )
            node.body.insert(0, ast.Expr(ast.Constant(said)))
    return True


def hinted(tree: ast.Module, draw: random.Random) -> bool:
    """Add type hints to arguments that are arrays by any name, and to results."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            for one in node.args.args:
                if one.arg in ("X", "Y", "y", "x", "z", "Z", "t") and draw.random() < 0.8:
                    one.annotation = ast.parse("np.ndarray", mode="eval").body
            if node.name == "__init__":
                node.returns = ast.Constant(None)
    return True


def wrapped(tree: ast.Module, draw: random.Random) -> bool:
    """Put all functions into one class, as methods; only where the module does nothing else."""
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    others = [node for node in tree.body if not isinstance(node, ast.FunctionDef | ast.Import | ast.Expr)]
    if len(functions) < 3 or others:
        return False
    names = {one.name for one in functions}

    class Methods(ast.NodeTransformer):
        def visit_Name(self, node: ast.Name) -> ast.expr:
            called = isinstance(node.ctx, ast.Load) and node.id in names
            return ast.parse(f"self.{node.id}", mode="eval").body if called else node

    for one in functions:
        local = {node.arg for node in ast.walk(one) if isinstance(node, ast.arg)}
        local |= {node.id for node in ast.walk(one) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
        if names & local:
            return False
    for one in functions:
        Methods().visit(one)
        one.args.args.insert(0, ast.arg("self"))
    kept = [node for node in tree.body if node not in functions]
    tree.body = [*kept, *ast.parse(f"class {WRAPPER}:\n    pass").body]
    assert isinstance(tree.body[-1], ast.ClassDef)
    tree.body[-1].body = list(functions)
    return True
