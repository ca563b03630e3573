"""Applying: what a mistake's text gives on numbers of any kind: floats, complex numbers, exact numbers."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import cache
from types import CodeType
from typing import Any, Final

import numpy as np

from verify.mistakes.mistake import Mistake, Place, activation_of
from verify.mistakes.text import expanded
from verify.nets.net import Gradient, Layer, Net, Objective, Trace, output_error

Array = Any

_GLOBALS: Final[dict[str, Any]] = {"np": np, "__builtins__": {}}


def value(mistake: Mistake, activation: str, quantities: Mapping[str, Array]) -> Array:
    """Return what stands at the step with this mistake, from the quantities of the layer by their canonical names."""
    return eval(_code(mistake.wrong, activation), _GLOBALS, quantities)


def spoiled(mistake: Mistake, gradient: Array) -> Array:
    """Return what a mistake of kind `gradient` makes of the right gradient."""
    return value(mistake, "", {"right": gradient})


def mutated(
    net: Net,
    objective: Objective,
    trace: Trace,
    layers: Sequence[Layer],
    Y: Array,
    mistakes: Mapping[Place, Mistake],
    *,
    rate: float = 1.0,
) -> Gradient | None:
    """Return the gradient with these mistakes in it: each step from what the steps before it gave.

    None where a mistake does not apply to its layer.
    """
    L = len(layers)
    decay = 0 if not objective.d else number(2 * objective.d, trace.Yhat)
    everywhere = {
        "Y": Y, "Yhat": trace.Yhat, "m": Y.shape[0], "K": Y.shape[1],
        "c": number(objective.c, trace.Yhat), "decay": decay, "rate": rate,
    }  # fmt: skip
    dZ: list[Array] = [None] * (L + 1)
    dA, dW, db = list(dZ), list(dZ), list(dZ)

    def step(kind: str, layer: int, right: Array, **known: Array) -> Array:
        mistake = mistakes.get((kind, layer))
        if mistake is None:
            return right
        if not mistake.when.holds(net, layer, penalty=bool(objective.d)):
            raise _DoesNotApply
        constant = {} if mistake.k is None else {"k": number(mistake.k, trace.Yhat)}
        quantities = {**everywhere, **_of_layer(trace, layers, layer), **known, **constant, "right": right}
        return value(mistake, activation_of(net, layer), quantities)

    try:
        for layer in range(L, 0, -1):
            if layer == L:
                dZ[L] = step("dZL", L, output_error(net, objective, trace, Y))
            else:
                W = layers[layer].W
                dA[layer] = step("dA", layer, dZ[layer + 1] @ W.T, dZ_next=dZ[layer + 1], dW_next=dW[layer + 1])
                right = dA[layer] * net.slope(layer, trace)
                dZ[layer] = step("dZ", layer, right, dA=dA[layer])
            product = trace.A[layer - 1].T @ dZ[layer]
            right = product if not objective.d else product + layers[layer - 1].W * decay
            dW[layer] = step("dW", layer, right, dZ=dZ[layer], dA=dA[layer])
            db[layer] = step("db", layer, np.sum(dZ[layer], axis=0, keepdims=True), dZ=dZ[layer], dA=dA[layer])
    except (_DoesNotApply, ValueError):
        return None
    return Gradient(dZ, dA, dW, db)


def number(constant: Fraction, like: Array) -> Array:
    """Return a fraction as a number of the kind of this array: a float, or an exact number."""
    if isinstance(like, np.ndarray):
        return float(constant)
    one = like[:1, :1].reshape(()) * 0 + 1
    return one * constant.numerator / constant.denominator


class _DoesNotApply(Exception):
    """A mistake that has no meaning in this layer."""


def _of_layer(trace: Trace, layers: Sequence[Layer], layer: int) -> dict[str, Array]:
    next_weights = {"W_next": layers[layer].W} if layer < len(layers) else {}
    return {
        "A": trace.A[layer], "A_prev": trace.A[layer - 1], "Z": trace.Z[layer], "Z_prev": trace.Z[layer - 1],
        "W": layers[layer - 1].W, **next_weights,
    }  # fmt: skip


@cache
def _code(text: str, activation: str) -> CodeType:
    tree = ast.fix_missing_locations(ast.Expression(expanded(text, activation)))
    return compile(tree, "<mistake>", "eval")
