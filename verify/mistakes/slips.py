"""The catalogue for any network: what stands at a step where the right formula should, and how a teacher would say it.

A slip is data: a step, a name, the wrong right side from the quantities of a layer, and a sentence. The names
are those of `verify.lab.planting`, with the number of the layer: db2-mean is the slip db-mean in layer 2.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from typing import Any, Final, Literal

import numpy as np

from verify.nets.net import ACTIVATIONS, Gradient, Layer, Net, Objective, Trace, output_error, softmax

Array = Any
Step = Literal["dZL", "dW", "db", "dA", "dZ"]


@dataclass(frozen=True)
class At:
    """The quantities of a layer l at one point; `right` is what the step should give from the same upstream values."""

    right: Array
    net: Net
    layer: int
    m: int
    K: int
    c: Array
    rate: float
    d: Array
    trace: Trace
    layers: Sequence[Layer]
    Y: Array
    dZ: Array = None  # of this layer, as computed so far
    dA: Array = None
    dZ_next: Array = None
    dW_next: Array = None

    @property
    def A(self) -> Array:
        """A_l."""
        return self.trace.A[self.layer]

    @property
    def before(self) -> Array:
        """A_{l-1}."""
        return self.trace.A[self.layer - 1]

    @property
    def Z(self) -> Array:
        """Z_l."""
        return self.trace.Z[self.layer]

    @property
    def W(self) -> Array:
        """W_l."""
        return self.layers[self.layer - 1].W

    @property
    def W_next(self) -> Array:
        """W_{l+1}."""
        return self.layers[self.layer].W

    @property
    def activation(self) -> str:
        """f_l."""
        return self.net.hidden[self.layer - 1] if self.layer <= len(self.net.hidden) else self.net.output


@dataclass(frozen=True)
class Slip:
    """One known mistake at one step: `wrong` gives its value; it applies where `when` holds."""

    step: Step
    name: str
    wrong: Callable[[At], Array]
    sentence: str
    when: Callable[[At], bool] = lambda at: True


def _is(*names: str) -> Callable[[At], bool]:
    return lambda at: at.activation in names


def _not(*names: str) -> Callable[[At], bool]:
    return lambda at: at.activation not in names


def _derivative(name: str) -> Callable[[At], Array]:
    return lambda at: at.dA * ACTIVATIONS[name].derivative(at.Z, at.A)


def _known(at: At) -> bool:
    return at.activation in ACTIVATIONS


_OF_Z: Final[Mapping[str, Callable[[Array], Array]]] = {
    "tanh": lambda Z: 1 - np.square(Z),
    "sigmoid": lambda Z: Z * (1 - Z),
}
_SCALES: Final[tuple[tuple[str, Callable[[At], Any], str], ...]] = (
    ("not-averaged", lambda at: at.m, "The 1/m is missing: the loss is a mean over the m samples."),
    ("averaged-twice", lambda at: _over(1, at.m), "A 1/m too many: the loss holds one, not two."),
    ("sign", lambda at: -1, "The sign is turned."),
    ("doubled", lambda at: 2, "A factor 2 that the loss does not give."),
    ("halved", lambda at: _over(1, 2), "A factor 2 is lost: the loss gives twice as much."),
    ("zero", lambda at: 0, "The gradient is zero: nothing was differentiated."),
)


class _Fraction:
    """A fraction that arrays of floats and of exact numbers can be multiplied by."""

    def __init__(self, above: int, below: int) -> None:
        self.above, self.below = above, below

    def __rmul__(self, array: Array) -> Array:
        return array * self.above / self.below

    __array_ufunc__ = None


def _over(above: int, below: int) -> Any:
    return _Fraction(above, below)


def _scaled(step: Step, which: Sequence[str] = ()) -> list[Slip]:
    return [
        Slip(step, name, lambda at, factor=factor: at.right * factor(at), sentence)  # type: ignore[misc]
        for name, factor, sentence in _SCALES
        if not which or name in which
    ]


SLIPS: Final[tuple[Slip, ...]] = (
    # The output layer.
    *_scaled("dZL"),
    Slip("dZL", "times-rate", lambda at: at.right * at.rate, "The learning rate stands in the gradient: it belongs to the update."),
    Slip("dZL", "mean-over-classes", lambda at: at.right / at.K,
         "Averaged over all entries: the loss divides by m, not by m times the number of outputs."),
    Slip("dZL", "times-classes", lambda at: at.right * at.K, "Multiplied by the number of outputs: the loss is a mean over them."),
    Slip("dZL", "halved-and-not-averaged", lambda at: at.right * at.m / 2, "The 1/m is missing, and a factor 2 is lost."),
    Slip("dZL", "doubled-and-not-averaged", lambda at: at.right * at.m * 2, "The 1/m is missing, and there is a factor 2 too many."),
    Slip("dZL", "sigmoid-factor", lambda at: at.right * at.A * (1 - at.A),
         "The derivative of the squared error through a sigmoid: with this loss the factor cancels.", _is("softmax", "sigmoid")),
    Slip("dZL", "tanh-factor", lambda at: at.right * (1 - np.square(at.A)),
         "A factor 1 - Yhat^2 too many: the output layer has another derivative."),
    Slip("dZL", "from-logits", lambda at: (at.Z - at.Y) * at.c, "Z stands where the output Yhat should.", _not("identity")),
    Slip("dZL", "diagonal-only", lambda at: -at.Y * (1 - at.A) * at.c,
         "Only the diagonal of the softmax Jacobian: every class moves the probability of every other.", _is("softmax")),
    Slip("dZL", "is-dYhat", lambda at: -at.Y / at.A * at.c, "This is dJ/dYhat: the derivative of the output layer is missing.",
         _is("softmax", "sigmoid")),
    Slip("dZL", "without-Y", lambda at: at.A * at.c, "The targets are missing: dZ is Yhat - Y."),
    Slip("dZL", "squared", lambda at: np.square(at.A - at.Y) * at.c, "The difference is squared: that is a loss, not a slope."),
    Slip("dZL", "absolute", lambda at: np.abs(at.right), "The absolute value of the difference: its sign is lost."),
    Slip("dZL", "softmax-over-samples", lambda at: (softmax(at.Z, axis=0) - at.Y) * at.c,
         "The softmax is taken along the wrong axis: over samples, not over classes.", _is("softmax")),
    Slip("dZL", "without-{f}", lambda at: (at.A - at.Y) * at.c * 2,
         "The derivative of the output layer's activation is missing.", _not("identity")),
    Slip("dZL", "without-{f}-halved", lambda at: (at.A - at.Y) * at.c,
         "The derivative of the output layer's activation is missing, and so is the factor 2.", _not("identity")),
    Slip("dZL", "from-Z{l}", lambda at: (at.A - at.Y) * at.c * 2 * _OF_Z[at.activation](at.Z),
         "Z stands where the output should in the derivative of the output layer.", _is("sigmoid", "tanh")),
    # A weight matrix.
    *_scaled("dW"),
    Slip("dW", "from-Z{k}", lambda at: at.trace.Z[at.layer - 1].T @ at.dZ,
         "Z stands where A should: W is multiplied by the activation in the forward pass.", lambda at: at.layer > 1),
    Slip("dW", "first-sample-only", lambda at: at.before[:1].T @ at.dZ[:1], "Only the first sample counts."),
    Slip("dW", "last-sample-missing", lambda at: at.before[:-1].T @ at.dZ[:-1], "The last sample is left out."),
    Slip("dW", "last-sample-only", lambda at: at.before[-1:].T @ at.dZ[-1:], "Only the last sample counts."),
    Slip("dW", "from-dA{l}", lambda at: at.before.T @ at.dA, "dA stands where dZ should: the derivative of the activation is missing.",
         lambda at: at.dA is not None),
    Slip("dW", "mean-over-classes", lambda at: at.right / at.K, "Divided by the number of outputs, which the loss does not do."),
    Slip("dW", "weight-decay-missing", lambda at: at.before.T @ at.dZ, "The derivative of the penalty on W is missing: the loss holds one.",
         lambda at: at.d != 0),
    Slip("dW", "weight-decay-doubled", lambda at: at.right + at.W * at.d, "The derivative of the penalty is doubled: the loss holds half of it.",
         lambda at: at.d != 0),
    Slip("dW", "weight-decay-halved", lambda at: at.right - at.W * at.d / 2, "The factor 2 of the squared weights in the penalty is lost.",
         lambda at: at.d != 0),
    Slip("dW", "weight-decay-sign", lambda at: at.right - at.W * at.d * 2, "The sign of the penalty is turned.", lambda at: at.d != 0),
    # A bias.
    *_scaled("db", ("not-averaged", "sign", "doubled", "halved", "zero")),
    Slip("db", "mean", lambda at: at.right / at.m, "A mean where a sum belongs: the 1/m of the loss is counted twice."),
    Slip("db", "first-sample-only", lambda at: at.dZ[:1], "Not summed over the samples: only the first one counts."),
    Slip("db", "last-sample-only", lambda at: at.dZ[-1:], "Not summed over the samples: only the last one counts."),
    Slip("db", "not-summed", lambda at: at.dZ, "Not summed over the samples: a bias has one gradient, not one for every sample."),
    Slip("db", "summed-over-everything", lambda at: np.sum(at.dZ),
         "Summed over everything: one number where each unit has its own; the axis is missing."),
    Slip("db", "mean-over-everything", lambda at: np.sum(at.dZ) / at.dZ.size,
         "A mean over everything: one number where each unit has its own; the axis is missing."),
    Slip("db", "summed-over-everything-and-averaged", lambda at: np.sum(at.dZ) / at.m,
         "Summed over everything and divided by m once more: one number where each unit has its own."),
    Slip("db", "summed-over-everything-not-averaged", lambda at: np.sum(at.dZ) * at.m,
         "Summed over everything, without the 1/m: one number where each unit has its own."),
    Slip("db", "summed-over-classes", lambda at: np.sum(at.dZ, axis=1, keepdims=True),
         "Summed along the wrong axis: over units, not over samples."),
    Slip("db", "summed-over-classes-not-averaged", lambda at: np.sum(at.dZ, axis=1, keepdims=True) * at.m,
         "Summed along the wrong axis: over units, not over samples; the 1/m is missing too."),
    Slip("db", "mean-over-classes", lambda at: np.sum(at.dZ, axis=1, keepdims=True) / at.dZ.shape[1],
         "Averaged along the wrong axis: over units, not over samples."),
    Slip("db", "from-dA{l}", lambda at: np.sum(at.dA, axis=0, keepdims=True),
         "dA stands where dZ should: the derivative of the activation is missing.", lambda at: at.dA is not None),
    Slip("db", "summed-before-{f}",
         lambda at: np.sum(at.dA, axis=0, keepdims=True) * np.sum(at.net.slope(at.layer, at.trace), axis=0, keepdims=True),
         "Summed before the derivative of the activation: a sum of products is not the product of the sums.",
         lambda at: at.dA is not None),
    # The way back through a weight matrix.
    Slip("dA", "reshaped-not-transposed", lambda at: at.dZ_next @ at.W_next.reshape(at.W_next.shape[::-1]),
         "reshape is not a transposition: it keeps the order of the entries and mixes rows with columns."),
    Slip("dA", "after-the-update", lambda at: at.dZ_next @ (at.W_next - at.dW_next * at.rate).T,
         "W was updated before it was used: the way back needs the W of the forward pass."),
    Slip("dA", "from-Yhat", lambda at: at.trace.Yhat @ at.W_next.T * at.c, "Yhat stands where dZ should.",
         lambda at: at.layer == len(at.net.hidden)),
    *_scaled("dA"),
    Slip("dA", "mean-over-classes", lambda at: at.right / at.K, "Divided by the number of outputs on the way back."),
    # The derivative of a hidden activation.
    Slip("dZ", "without-{f}", lambda at: at.dA, "The derivative of {f} is missing.", _not("identity")),
    Slip("dZ", "one-minus-A{l}", lambda at: at.dA * (1 - at.A), "1 - A stands where the derivative of {f} should: {derivative}."),
    Slip("dZ", "sigmoid", _derivative("sigmoid"), "A (1 - A) is the derivative of the sigmoid; the layer is {f}, with {derivative}.",
         _not("sigmoid")),
    Slip("dZ", "tanh", _derivative("tanh"), "1 - A^2 is the derivative of tanh; the layer is {f}, with {derivative}.", _not("tanh")),
    Slip("dZ", "relu", _derivative("relu"), "This is the derivative of a ReLU; the layer is {f}, with {derivative}.", _not("relu")),
    Slip("dZ", "relu-of-dA{l}", lambda at: at.dA * np.where(at.dA > 0, 1, 0),
         "The mask is taken from dA: it belongs to Z, where the activation bends."),
    Slip("dZ", "relu-of-A-as-value", lambda at: np.where(at.Z > 0, at.Z, 0) * at.dA,
         "The activation itself stands where its derivative should.", _is("relu")),
    Slip("dZ", "relu-reversed", lambda at: at.dA * np.where(at.Z > 0, 0, 1), "The mask is reversed: it keeps what it should drop.",
         _is("relu")),
    Slip("dZ", "from-Z{l}", lambda at: at.dA * _OF_Z[at.activation](at.Z),
         "Z stands where A should: the derivative of {f} is written in the activation, {derivative}.", _is("tanh", "sigmoid")),
    Slip("dZ", "times-A{l}", lambda at: at.dA * at.A, "A stands where the derivative of {f} should: {derivative}."),
    Slip("dZ", "plus", lambda at: at.dA * (1 + np.square(at.A)), "A sign inside: the derivative is 1 - A^2, not 1 + A^2.", _is("tanh")),
    Slip("dZ", "plus-sigmoid", lambda at: at.dA * at.A * (1 + at.A), "A sign inside: the derivative is A (1 - A), not A (1 + A).",
         _is("sigmoid")),
    Slip("dZ", "{f}-twice", lambda at: at.dA * ACTIVATIONS[at.activation].derivative(at.A, ACTIVATIONS[at.activation].apply(at.A)),
         "{f} is applied to A, which is {f} of Z already.", _is("tanh", "sigmoid")),
    Slip("dZ", "parentheses", lambda at: at.dA * 1 - np.square(at.A), "The parentheses are missing: dA * 1 - A^2 subtracts from the product.",
         _is("tanh")),
    Slip("dZ", "{f}-derivative-squared", lambda at: at.right * at.net.slope(at.layer, at.trace), "The derivative of {f} is applied twice.",
         lambda at: _known(at) and at.activation not in ("relu", "identity")),
)  # fmt: skip


@cache
def weight_decay(k: float) -> Slip:
    """Return the slip of a penalty that the loss does not have: k W is added to the gradient of W."""
    short = Fraction(str(float(f"{k:.9g}")))
    return Slip(
        "dW",
        "weight-decay",
        lambda at: at.right + at.W * short.numerator / short.denominator,
        f"The derivative of a penalty that the loss does not have: {k:.4g} times W is added.",
    )


def mutated(
    net: Net,
    objective: Objective,
    trace: Trace,
    layers: Sequence[Layer],
    Y: Array,
    slips: Mapping[tuple[str, int], Slip],
    rate: float = 1.0,
) -> Gradient | None:
    """Return the gradient with these slips in it, by (step, layer): each step from what the steps before it gave.

    None where a slip does not apply to its layer.
    """
    L, m, K = len(layers), Y.shape[0], Y.shape[1]
    c, d = _number(objective.c, trace.Yhat), 0 if not objective.d else _number(2 * objective.d, trace.Yhat)
    dZ: list[Array] = [None] * (L + 1)
    dA, dW, db = list(dZ), list(dZ), list(dZ)

    def step(kind: str, layer: int, right: Array, **known: Array) -> Array:
        slip = slips.get((kind, layer))
        if slip is None:
            return right
        at = At(right, net, layer, m, K, c, rate, d, trace, layers, Y, **known)
        if not slip.when(at):
            raise _NotHere
        return slip.wrong(at)

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
            right = product if not objective.d else product + layers[layer - 1].W * d
            dW[layer] = step("dW", layer, right, dZ=dZ[layer], dA=dA[layer])
            db[layer] = step("db", layer, np.sum(dZ[layer], axis=0, keepdims=True), dZ=dZ[layer], dA=dA[layer])
    except (_NotHere, ValueError):
        return None
    return Gradient(dZ, dA, dW, db)


class _NotHere(Exception):
    """A slip that has no meaning in this layer."""


def _number(value: Any, like: Array) -> Any:
    """Return a fraction as a number of the kind of this array: a float, or an exact number."""
    if isinstance(like, np.ndarray):
        return float(value)
    one = like[:1, :1].reshape(()) * 0 + 1
    return one * value.numerator / value.denominator


def places(depth: int) -> list[tuple[str, int]]:
    """Return every step of a net of this depth, from the output back."""
    found = []
    for layer in range(depth, 0, -1):
        found += [("dZL", layer)] if layer == depth else [("dA", layer), ("dZ", layer)]
        found += [("dW", layer), ("db", layer)]
    return found


def known_as(slip: Slip, net: Net, layer: int) -> str:
    """Return the slip's name with its layer: dZ2-not-averaged, dZ1-one-minus-A1, dZ1-without-tanh."""
    name = slip.name.replace("{f}", _activation(net, layer)).replace("{l}", str(layer)).replace("{k}", str(layer - 1))
    return f"{'dZ' if slip.step == 'dZL' else slip.step}{layer}-{name}"


def sentence_of(slip: Slip, net: Net, layer: int) -> str:
    """Return the sentence about a slip in this layer of this net."""
    name = _activation(net, layer)
    derivative = ACTIVATIONS[name].formula if name in ACTIVATIONS else ""
    formula = derivative.format(A=f"A{layer}", Z=f"Z{layer}")
    return slip.sentence.replace("{derivative}", formula).replace("{f}", name)


def _activation(net: Net, layer: int) -> str:
    return net.hidden[layer - 1] if layer <= len(net.hidden) else net.output
