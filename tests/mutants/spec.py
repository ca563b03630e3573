"""The networks that submissions are generated for, and the steps of their backward pass in somebody's own names."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, NamedTuple

from verify.mistakes.mistake import Place
from verify.nets.net import Net

Loss = Literal["cross-entropy", "binary-cross-entropy", "squared-error"]

RATE: Final = "0.1"
APPLY: Final = {"tanh": "np.tanh({Z})", "sigmoid": "sigmoid({Z})", "relu": "np.maximum(0, {Z})", "identity": "{Z}"}
SLOPE: Final = {"tanh": "(1 - {A}**2)", "sigmoid": "{A} * (1 - {A})", "relu": "({Z} > 0)"}
LOSS: Final[Mapping[Loss, str]] = {
    "cross-entropy": "-np.sum({Y} * np.log({Yhat})) / {m}",
    "binary-cross-entropy": "-np.sum({Y} * np.log({Yhat}) + (1 - {Y}) * np.log(1 - {Yhat})) / {m}",
    "squared-error": "np.sum(({Yhat} - {Y})**2) / {m}",
}


@dataclass(frozen=True)
class Spec:
    """A network, its loss (a mean over the samples, with a penalty or none) and the sizes of its layers."""

    title: str
    net: Net
    loss: Loss
    sizes: tuple[int, ...]
    penalty: bool = False  # 0.01 times the squares of the weights

    @property
    def depth(self) -> int:
        return len(self.sizes) - 1


SPECS: Final = (
    Spec("tanh, softmax", Net(("tanh",), "softmax"), "cross-entropy", (4, 6, 3)),
    Spec("sigmoid, sigmoid, penalty", Net(("sigmoid",), "sigmoid"), "binary-cross-entropy", (4, 6, 3), penalty=True),
    Spec("relu, identity", Net(("relu",), "identity"), "squared-error", (4, 6, 3)),
    Spec("tanh, relu, softmax", Net(("tanh", "relu"), "softmax"), "cross-entropy", (4, 6, 5, 3)),
)


class Names(NamedTuple):
    """How somebody writes the arrays of a layer; `{l}` is its number. A[0] is X, A[L] is Yhat."""

    X: str = "X"
    Y: str = "Y"
    m: str = "m"
    Z: str = "Z{l}"
    A: str = "A{l}"
    W: str = "W{l}"
    dZ: str = "dZ{l}"
    dA: str = "dA{l}"
    dW: str = "dW{l}"
    db: str = "db{l}"

    def of(self, kind: str, layer: int) -> str:
        if kind == "A" and layer == 0:
            return self.X
        template: str = getattr(self, kind)
        return template.format(l=layer)


class Step(NamedTuple):
    """One line of a backward pass."""

    place: Place
    left: str
    right: str

    @property
    def text(self) -> str:
        return f"{self.left} = {self.right}"


def backward_steps(spec: Spec, names: Names, *, columns: bool) -> list[Step]:
    """Return the right backward pass, a line a step."""
    L, of = spec.depth, names.of
    found = []
    for layer in range(L, 0, -1):
        if layer == L:
            factor = "2 * " if spec.loss == "squared-error" else ""
            right = f"{factor}({of('A', L)} - {names.Y}) / {names.m}"
            found.append(Step(("dZL", L), of("dZ", L), right))
        else:
            W, dZ = of("W", layer + 1), of("dZ", layer + 1)
            slope = SLOPE[spec.net.hidden[layer - 1]].format(A=of("A", layer), Z=of("Z", layer))
            back = f"{W}.T @ {dZ}" if columns else f"{dZ} @ {W}.T"
            found.append(Step(("dA", layer), of("dA", layer), back))
            found.append(Step(("dZ", layer), of("dZ", layer), f"{of('dA', layer)} * {slope}"))
        dZ, A = of("dZ", layer), of("A", layer - 1)
        product = f"{dZ} @ {A}.T" if columns else f"{A}.T @ {dZ}"
        decay = f" + 0.02 * {of('W', layer)}" if spec.penalty else ""
        found.append(Step(("dW", layer), of("dW", layer), product + decay))
        axis = 1 if columns else 0
        found.append(Step(("db", layer), of("db", layer), f"np.sum({dZ}, axis={axis}, keepdims=True)"))
    return found


def quantities(spec: Spec, names: Names, layer: int, *, columns: bool) -> dict[str, str]:
    """Return how each canonical quantity of a layer is written there."""
    of, L = names.of, spec.depth
    found = {
        "Y": names.Y, "Yhat": of("A", L), "m": names.m, "K": f"{names.Y}.shape[{0 if columns else 1}]",
        "c": f"1 / {names.m}", "decay": "0.02", "rate": RATE, "A": of("A", layer), "A_prev": of("A", layer - 1),
        "Z": of("Z", layer), "W": of("W", layer), "dZ": of("dZ", layer), "dA": of("dA", layer),
    }  # fmt: skip
    if layer > 1:
        found["Z_prev"] = of("Z", layer - 1)
    if layer < L:
        found |= {f"{kind}_next": of(kind, layer + 1) for kind in ("W", "dZ", "dW")}
    return found


def forward_lines(spec: Spec, names: Names, b: str, *, columns: bool) -> list[str]:
    """Return the forward pass, a line for each Z and A; `b` is how a bias is written."""
    found = []
    for layer in range(1, spec.depth + 1):
        W, A, Z = names.of("W", layer), names.of("A", layer - 1), names.of("Z", layer)
        product = f"{W} @ {A}" if columns else f"{A} @ {W}"
        found.append(f"{Z} = {product} + {b.format(l=layer)}")
        activation = (*spec.net.hidden, spec.net.output)[layer - 1]
        applied = "softmax({Z})" if activation == "softmax" else APPLY[activation]
        found.append(f"{names.of('A', layer)} = {applied.format(Z=Z)}")
    return found


def loss_text(spec: Spec, names: Names) -> str:
    """Return the loss, with its penalty."""
    text = LOSS[spec.loss].format(Y=names.Y, Yhat=names.of("A", spec.depth), m=names.m)
    if not spec.penalty:
        return text
    squares = " + ".join(f"np.sum({names.of('W', layer)}**2)" for layer in range(1, spec.depth + 1))
    return f"{text} + 0.01 * ({squares})"


def helpers(*, columns: bool) -> list[str]:
    """Return the functions that every style calls."""
    axis = 0 if columns else 1
    return [
        "def sigmoid(z):",
        "    return 1 / (1 + np.exp(-z))",
        "",
        "def softmax(z):",
        f"    e = np.exp(z - np.max(z, axis={axis}, keepdims=True))",
        f"    return e / np.sum(e, axis={axis}, keepdims=True)",
    ]


# What one run gives, rows being samples: J, then dW and db of each layer.
Measured = tuple[Any, list[Any], list[Any]]
Measure = Callable[[list[Any], list[Any], Any, Any], Measured]
