"""The catalogue's mistakes in the lab's network: which ones, in the lab's own names, and planted as real source.

A planted mistake is the right side of one assignment of `network.backward`, replaced. The statement that is
replaced is found in the syntax tree, so the mistakes follow the network when it is edited.
"""

from __future__ import annotations

import ast
import inspect
import types
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from typing import Any, Final

from verify.lab import network
from verify.mistakes.catalogue import CATALOGUE, with_constant
from verify.mistakes.mistake import Mistake, activation_of, places
from verify.mistakes.names import known_as, sentence_of
from verify.mistakes.plant import plant
from verify.nets.cases import PARAMETERS
from verify.nets.net import Net

NET: Final = Net(("tanh",), "softmax")
# Which gradients a step reaches; its own mistake spoils these.
REACH: Final[dict[str, tuple[str, ...]]] = {
    "dZ2": PARAMETERS, "dW2": ("W2",), "db2": ("b2",),
    "dA1": ("W1", "b1"), "dZ1": ("W1", "b1"), "dW1": ("W1",), "db1": ("b1",),
}  # fmt: skip
# How `network.backward` writes the quantities of each layer.
_EVERYWHERE: Final = {"Y": "Y", "Yhat": "Y_hat", "m": "m", "K": "Y.shape[1]", "c": "1 / m", "rate": "0.1"}
QUANTITIES: Final[dict[int, dict[str, str]]] = {
    2: {**_EVERYWHERE, "A": "Y_hat", "A_prev": "A1", "Z": "Z2", "Z_prev": "outputs['Z1']", "W": "W2", "dZ": "dZ2"},
    1: {**_EVERYWHERE, "A": "A1", "A_prev": "X", "Z": "outputs['Z1']", "W": "params['W1']", "dZ": "dZ1", "dA": "dA1",
        "W_next": "W2", "dZ_next": "dZ2", "dW_next": "dW2"},
}  # fmt: skip
CONSTANTS: Final = {
    "dW2-weight-decay": Fraction(1, 100), "dW1-clipped": Fraction(1, 100), "dW1-one-entry": Fraction(1, 10**9),
}  # fmt: skip
# The mistakes that a check of the lab shows itself able to see. No two of them give the same gradient.
PLANTED: Final = (
    "dZ2-not-averaged", "dZ2-averaged-twice", "dZ2-sign", "dZ2-mean-over-classes", "dZ2-doubled", "dZ2-halved",
    "dZ2-zero", "dZ2-sigmoid-factor", "dZ2-from-logits", "dZ2-diagonal-only", "dZ2-is-dYhat", "dZ2-without-Y",
    "dZ2-squared", "dZ2-softmax-over-samples",
    "dW2-averaged-twice", "dW2-not-averaged", "dW2-sign", "dW2-from-Z1", "dW2-first-sample-only", "dW2-weight-decay",
    "db2-mean", "db2-not-averaged", "db2-first-sample-only", "db2-summed-over-everything", "db2-summed-over-classes",
    "dA1-reshaped-not-transposed", "dA1-after-the-update", "dA1-from-Yhat", "dA1-sign",
    "dZ1-without-tanh", "dZ1-one-minus-A1", "dZ1-sigmoid", "dZ1-from-Z1", "dZ1-relu", "dZ1-times-A1", "dZ1-plus",
    "dZ1-tanh-twice", "dZ1-parentheses", "dZ1-tanh-derivative-squared",
    "dW1-averaged-twice", "dW1-not-averaged", "dW1-sign", "dW1-from-dA1", "dW1-last-sample-missing", "dW1-one-entry",
    "dW1-clipped",
    "db1-mean", "db1-from-dA1", "db1-summed-before-tanh", "db1-summed-over-everything",
)  # fmt: skip


@dataclass(frozen=True)
class WrongStep:
    """One mistake in the lab's network: `step = wrong` stands where another right side should."""

    name: str
    step: str
    wrong: str
    sentence: str

    @property
    def parameters(self) -> tuple[str, ...]:
        """The parameters whose gradient the mistake can spoil."""
        return REACH[self.step]


@cache
def _backward() -> tuple[str, ast.FunctionDef]:
    source = inspect.getsource(network)
    body = ast.parse(source).body
    return source, next(node for node in body if isinstance(node, ast.FunctionDef) and node.name == "backward")


def _assignments(function: ast.FunctionDef) -> dict[str, ast.Assign]:
    return {
        node.targets[0].id: node
        for node in function.body
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
    }


def rows() -> dict[str, tuple[Mistake, int]]:
    """Return every row of the catalogue that applies to the lab's network, with its layer, by its name there."""
    return {
        known_as(row, NET, layer): (row, layer)
        for step, layer in places(2)
        for row in CATALOGUE
        if row.step == step and row.when.holds(NET, layer, penalty=False)
    }


def _in_the_lab(name: str, row: Mistake, layer: int) -> WrongStep:
    names, k = QUANTITIES[layer], CONSTANTS.get(name)
    if k is not None:
        row, names = with_constant(row.step, row.name, k), {**names, "k": repr(float(k))}
    step = name.partition("-")[0]
    right = ast.unparse(_assignments(_backward()[1])[step].value)
    wrong = plant(row, activation_of(NET, layer), right, names)
    return WrongStep(name, step, wrong, sentence_of(row, NET, layer))


def _mistakes() -> tuple[WrongStep, ...]:
    known = rows()
    return tuple(_in_the_lab(name, *known[name]) for name in PLANTED)


MISTAKES: Final = _mistakes()
BY_NAME: Final = {mistake.name: mistake for mistake in MISTAKES}


@dataclass(frozen=True)
class Planted:
    """A network with a mistake in it: the functions, the source, and where the wrong line stands."""

    module: Any
    source: str
    line: int
    text: str


@cache
def network_with(mistake: WrongStep) -> Planted:
    """Return the lab's network with this one mistake in its `backward`; the other functions are the lab's own."""
    source, backward = _backward()
    step = _assignments(backward)[mistake.step]
    text = f"{mistake.step} = {mistake.wrong}"
    wrong = ast.increment_lineno(ast.parse(text), step.lineno - 1).body[0]
    changed = ast.FunctionDef(**{**vars(backward), "body": [wrong if node is step else node for node in backward.body]})
    module = types.ModuleType(f"network with {mistake.name}")
    module.__dict__.update({name: value for name, value in vars(network).items() if not name.startswith("__")})
    exec(compile(ast.Module([changed], []), f"network.py with {mistake.name}", "exec"), module.__dict__)
    lines = source.splitlines()
    lines[step.lineno - 1 : step.end_lineno] = [" " * step.col_offset + text]
    return Planted(module, "\n".join(lines) + "\n", step.lineno, text)


def line_of(step: str) -> tuple[int, str]:
    """Return where `network.backward` computes a step: the line's number and its text."""
    source, backward = _backward()
    number = _assignments(backward)[step].lineno
    return number, source.splitlines()[number - 1].strip()
