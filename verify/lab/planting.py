"""The catalogue of known mistakes: the step that is wrong, what stands there, and how a teacher would say it.

A mistake is data: the right side of one assignment of `network.backward`, replaced. `plant` returns
the network with the mistake in it, as real source with real line numbers. The statement that is
replaced is found in the syntax tree, so the catalogue follows the network when it is edited.
"""

from __future__ import annotations

import ast
import inspect
import types
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from verify.lab import network
from verify.nets.cases import PARAMETERS

# Which gradients a step reaches; its own mistake spoils these.
REACH: Final[dict[str, tuple[str, ...]]] = {
    "dZ2": PARAMETERS, "dW2": ("W2",), "db2": ("b2",),
    "dA1": ("W1", "b1"), "dZ1": ("W1", "b1"), "dW1": ("W1",), "db1": ("b1",),
}  # fmt: skip


@dataclass(frozen=True)
class Mistake:
    """One known mistake: `step = wrong` stands where another right side should."""

    name: str
    step: str
    wrong: str
    sentence: str

    @property
    def parameters(self) -> tuple[str, ...]:
        """The parameters whose gradient the mistake can spoil."""
        return REACH[self.step]


_FIRST_ENTRY = "np.outer(np.arange(X.shape[1]) == 0, np.arange(A1.shape[1]) == 0)"

MISTAKES: Final = (
    Mistake("dZ2-not-averaged", "dZ2", "Y_hat - Y", "The 1/m is missing: J is a mean over the m samples."),
    Mistake("dZ2-averaged-twice", "dZ2", "(Y_hat - Y) / m / m", "A 1/m too many: J holds one, not two."),
    Mistake("dZ2-sign", "dZ2", "(Y - Y_hat) / m", "The sign is turned: dZ2 is Yhat - Y, not Y - Yhat."),
    Mistake("dZ2-mean-over-classes", "dZ2", "(Y_hat - Y) / (m * Y.shape[1])",
            "Averaged over all entries: J divides by m, not by m times the number of classes."),
    Mistake("dZ2-doubled", "dZ2", "2 * (Y_hat - Y) / m",
            "A factor 2 from the squared error: the loss is the cross-entropy, which has none."),
    Mistake("dZ2-halved", "dZ2", "(Y_hat - Y) / (2 * m)", "A factor 1/2 that the loss does not have."),
    Mistake("dZ2-zero", "dZ2", "0 * (Y_hat - Y)", "All gradients are zero: nothing was differentiated."),
    Mistake("dZ2-sigmoid-factor", "dZ2", "(Y_hat - Y) * Y_hat * (1 - Y_hat) / m",
            "The derivative of the squared error through a sigmoid: with cross-entropy the factor cancels."),
    Mistake("dZ2-from-logits", "dZ2", "(Z2 - Y) / m", "Z2 stands where Yhat = softmax(Z2) should."),
    Mistake("dZ2-diagonal-only", "dZ2", "-Y * (1 - Y_hat) / m",
            "Only the diagonal of the softmax Jacobian: every class moves the probability of every other."),
    Mistake("dZ2-is-dYhat", "dZ2", "-Y / Y_hat / m", "This is dJ/dYhat: the Jacobian of softmax is missing."),
    Mistake("dZ2-without-Y", "dZ2", "Y_hat / m", "The targets are missing: dZ2 is Yhat - Y."),
    Mistake("dZ2-squared", "dZ2", "np.square(Y_hat - Y) / m",
            "The difference is squared: that is a loss, not a slope."),
    Mistake("dZ2-softmax-over-samples", "dZ2", "(np.exp(Z2) / np.sum(np.exp(Z2), axis=0, keepdims=True) - Y) / m",
            "The softmax is taken along the wrong axis: over samples, not over classes."),
    Mistake("dW2-averaged-twice", "dW2", "np.dot(A1.T, dZ2) / m", "A 1/m too many: dZ2 holds it already."),
    Mistake("dW2-not-averaged", "dW2", "np.dot(A1.T, dZ2) * m", "The 1/m of the loss is missing."),
    Mistake("dW2-sign", "dW2", "-np.dot(A1.T, dZ2)", "The sign is turned."),
    Mistake("dW2-from-Z1", "dW2", "np.dot(outputs['Z1'].T, dZ2)",
            "Z1 stands where A1 should: W2 is multiplied by A1 in the forward pass."),
    Mistake("dW2-first-sample-only", "dW2", "np.dot(A1[:1].T, dZ2[:1])", "Only the first sample counts."),
    Mistake("dW2-weight-decay", "dW2", "np.dot(A1.T, dZ2) + 0.01 * W2",
            "The derivative of a penalty 0.005 |W2|^2 that the loss does not have."),
    Mistake("db2-mean", "db2", "np.mean(dZ2, axis=0, keepdims=True)",
            "A mean where a sum belongs: dZ2 holds the 1/m already."),
    Mistake("db2-not-averaged", "db2", "m * np.sum(dZ2, axis=0, keepdims=True)", "The 1/m of the loss is missing."),
    Mistake("db2-first-sample-only", "db2", "dZ2[:1]", "Not summed over the samples: only the first one counts."),
    Mistake("db2-summed-over-everything", "db2", "np.sum(dZ2)",
            "Summed over everything: one number where each class has its own; the axis is missing."),
    Mistake("db2-summed-over-classes", "db2", "np.sum(dZ2, axis=1, keepdims=True)",
            "Summed along the wrong axis: over classes, not over samples."),
    Mistake("dA1-reshaped-not-transposed", "dA1", "np.dot(dZ2, np.reshape(W2, W2.T.shape))",
            "reshape is not a transposition: it keeps the order of the entries and mixes rows with columns."),
    Mistake("dA1-after-the-update", "dA1", "np.dot(dZ2, (W2 - 0.1 * dW2).T)",
            "W2 was updated before it was used: dA1 needs the W2 of the forward pass."),
    Mistake("dA1-from-Yhat", "dA1", "np.dot(Y_hat, W2.T) / m", "Yhat stands where dZ2 should."),
    Mistake("dA1-sign", "dA1", "-np.dot(dZ2, W2.T)", "The sign is turned on the way back through W2."),
    Mistake("dZ1-without-tanh", "dZ1", "dA1", "The derivative of tanh is missing."),
    Mistake("dZ1-one-minus-A1", "dZ1", "dA1 * (1 - A1)",
            "1 - A1 stands where 1 - A1^2 should: the lab's own text says so too."),
    Mistake("dZ1-sigmoid", "dZ1", "dA1 * A1 * (1 - A1)",
            "A1 (1 - A1) is the derivative of the sigmoid; the layer is a tanh, with 1 - A1^2."),
    Mistake("dZ1-from-Z1", "dZ1", "dA1 * (1 - np.square(outputs['Z1']))",
            "Z1 stands where A1 should: tanh' = 1 - tanh^2 is written in the activation."),
    Mistake("dZ1-relu", "dZ1", "dA1 * (A1 > 0)", "This is the derivative of a ReLU; the layer is a tanh."),
    Mistake("dZ1-times-A1", "dZ1", "dA1 * A1", "A1 stands where its derivative 1 - A1^2 should."),
    Mistake("dZ1-plus", "dZ1", "dA1 * (1 + np.square(A1))", "A sign inside: tanh' is 1 - A1^2, not 1 + A1^2."),
    Mistake("dZ1-tanh-twice", "dZ1", "dA1 * (1 - np.square(np.tanh(A1)))",
            "tanh is applied to A1, which is tanh(Z1) already."),
    Mistake("dZ1-parentheses", "dZ1", "dA1 * 1 - np.square(A1)",
            "The parentheses are missing: dA1 * 1 - A1^2 subtracts from the product."),
    Mistake("dZ1-tanh-derivative-squared", "dZ1", "dA1 * np.square(1 - np.square(A1))",
            "The derivative of tanh is applied twice."),
    Mistake("dW1-averaged-twice", "dW1", "np.dot(X.T, dZ1) / m", "A 1/m too many: dZ2 holds it already."),
    Mistake("dW1-not-averaged", "dW1", "np.dot(X.T, dZ1) * m", "The 1/m of the loss is missing."),
    Mistake("dW1-sign", "dW1", "-np.dot(X.T, dZ1)", "The sign is turned."),
    Mistake("dW1-from-dA1", "dW1", "np.dot(X.T, dA1)",
            "dA1 stands where dZ1 should: the derivative of tanh is missing."),
    Mistake("dW1-last-sample-missing", "dW1", "np.dot(X[:-1].T, dZ1[:-1])", "The last sample is left out."),
    Mistake("dW1-one-entry", "dW1", f"np.dot(X.T, dZ1) * (1 + 1e-9 * {_FIRST_ENTRY})",
            "One entry of W1's gradient is wrong by one part in a billion."),
    Mistake("dW1-clipped", "dW1", "np.clip(np.dot(X.T, dZ1), -0.01, 0.01)",
            "The gradient is clipped: what is returned is not the derivative."),
    Mistake("db1-mean", "db1", "np.mean(dZ1, axis=0, keepdims=True)",
            "A mean where a sum belongs: dZ2 holds the 1/m already."),
    Mistake("db1-from-dA1", "db1", "np.sum(dA1, axis=0, keepdims=True)",
            "dA1 stands where dZ1 should: the derivative of tanh is missing."),
    Mistake("db1-summed-before-tanh", "db1",
            "np.sum(dA1, axis=0, keepdims=True) * np.sum(1 - np.square(A1), axis=0, keepdims=True)",
            "Summed before the factor 1 - A1^2: a sum of products is not the product of the sums."),
    Mistake("db1-summed-over-everything", "db1", "np.sum(dZ1)",
            "Summed over everything: one number where each unit has its own; the axis is missing."),
)  # fmt: skip

BY_NAME: Final = {mistake.name: mistake for mistake in MISTAKES}


@dataclass(frozen=True)
class Planted:
    """A network with a mistake in it: the functions, the source, and where the wrong line stands."""

    module: Any
    source: str
    line: int
    text: str


@cache
def plant(mistake: Mistake) -> Planted:
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
