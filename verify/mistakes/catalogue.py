"""The catalogue: every known mistake is one row.

A name is complete with the layer: db2-mean is the row db-mean in layer 2. To add a mistake, add a row here, and its
value in a formula of its own to the table of `tests/mistakes/references.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from functools import cache
from typing import Final

from verify.mistakes.mistake import Mistake, Step, When
from verify.mistakes.text import names_in

_SCALES: Final[tuple[tuple[str, str, str], ...]] = (
    ("not-averaged", "right * m", "The 1/m is missing: the loss is a mean over the m samples."),
    ("averaged-twice", "right / m", "A 1/m too many: the loss holds one, not two."),
    ("sign", "-right", "The sign is turned."),
    ("doubled", "2 * right", "A factor 2 that the loss does not give."),
    ("halved", "right / 2", "A factor 2 is lost: the loss gives twice as much."),
    ("zero", "0 * right", "The gradient is zero: nothing was differentiated."),
)


def _scaled(step: Step, which: Sequence[str] = ()) -> list[Mistake]:
    return [Mistake(step, name, wrong, sentence) for name, wrong, sentence in _SCALES if not which or name in which]


CATALOGUE: Final[tuple[Mistake, ...]] = (
    # What any code can do to any gradient.
    *_scaled("gradient", ("zero", "sign", "doubled", "halved")),
    Mistake("gradient", "one-percent", "1.01 * right", "One percent too large."),
    Mistake("gradient", "first-entry-lost", "np.where(np.arange(right.size).reshape(right.shape) == 0, 0, right)",
            "The first entry is zero."),
    # The output layer.
    *_scaled("dZL"),
    Mistake("dZL", "times-rate", "right * rate", "The learning rate stands in the gradient: it belongs to the update."),
    Mistake("dZL", "mean-over-classes", "right / K",
            "Averaged over all entries: the loss divides by m, not by m times the number of outputs."),
    Mistake("dZL", "times-classes", "right * K", "Multiplied by the number of outputs: the loss is a mean over them."),
    Mistake("dZL", "halved-and-not-averaged", "right * m / 2", "The 1/m is missing, and a factor 2 is lost."),
    Mistake("dZL", "doubled-and-not-averaged", "right * m * 2", "The 1/m is missing, and there is a factor 2 too many."),
    Mistake("dZL", "sigmoid-factor", "right * A * (1 - A)",
            "The derivative of the squared error through a sigmoid: with this loss the factor cancels.",
            When(activation=("softmax", "sigmoid"))),
    Mistake("dZL", "tanh-factor", "right * (1 - np.square(A))",
            "A factor 1 - Yhat^2 too many: the output layer has another derivative."),
    Mistake("dZL", "from-logits", "(Z - Y) * c", "Z{l} stands where the output Yhat should.", When(other_than=("identity",))),
    Mistake("dZL", "diagonal-only", "-Y * (1 - A) * c",
            "Only the diagonal of the softmax Jacobian: every class moves the probability of every other.",
            When(activation=("softmax",))),
    Mistake("dZL", "is-dYhat", "-Y / A * c", "This is dJ/dYhat: the derivative of the output layer is missing.",
            When(activation=("softmax", "sigmoid"))),
    Mistake("dZL", "without-Y", "A * c", "The targets are missing: dZ{l} is Yhat - Y."),
    Mistake("dZL", "squared", "np.square(A - Y) * c", "The difference is squared: that is a loss, not a slope."),
    Mistake("dZL", "absolute", "np.abs(right)", "The absolute value of the difference: its sign is lost."),
    Mistake("dZL", "softmax-over-samples", "(np.exp(Z) / np.sum(np.exp(Z), axis=0, keepdims=True) - Y) * c",
            "The softmax is taken along the wrong axis: over samples, not over classes.", When(activation=("softmax",))),
    Mistake("dZL", "without-{f}", "(A - Y) * c * 2", "The derivative of the output layer's activation is missing.",
            When(other_than=("identity",))),
    Mistake("dZL", "without-{f}-halved", "(A - Y) * c",
            "The derivative of the output layer's activation is missing, and so is the factor 2.",
            When(other_than=("identity",))),
    Mistake("dZL", "from-Z{l}", "(A - Y) * c * 2 * slope_from_Z",
            "Z{l} stands where the output should in the derivative of the output layer.", When(activation=("sigmoid", "tanh"))),
    # A weight matrix.
    *_scaled("dW"),
    Mistake("dW", "from-Z{l-1}", "Z_prev.T @ dZ",
            "Z{l-1} stands where A{l-1} should: W{l} is multiplied by the activation in the forward pass.",
            When(layers="all but the first")),
    Mistake("dW", "first-sample-only", "A_prev[:1].T @ dZ[:1]", "Only the first sample counts."),
    Mistake("dW", "last-sample-missing", "A_prev[:-1].T @ dZ[:-1]", "The last sample is left out."),
    Mistake("dW", "last-sample-only", "A_prev[-1:].T @ dZ[-1:]", "Only the last sample counts."),
    Mistake("dW", "from-dA{l}", "A_prev.T @ dA", "dA{l} stands where dZ{l} should: the derivative of {f} is missing.",
            When(layers="hidden")),
    Mistake("dW", "mean-over-classes", "right / K", "Divided by the number of outputs, which the loss does not do."),
    Mistake("dW", "weight-decay-missing", "A_prev.T @ dZ", "The derivative of the penalty on W{l} is missing: the loss holds one.",
            When(penalty=True)),
    Mistake("dW", "weight-decay-doubled", "right + W * decay",
            "The derivative of the penalty is doubled: the loss holds half of it.", When(penalty=True)),
    Mistake("dW", "weight-decay-halved", "right - W * decay / 2",
            "The factor 2 of the squared weights in the penalty is lost.", When(penalty=True)),
    Mistake("dW", "weight-decay-sign", "right - W * decay * 2", "The sign of the penalty is turned.", When(penalty=True)),
    Mistake("dW", "weight-decay", "right + k * W",
            "The derivative of a penalty that the loss does not have: {k} times W{l} is added."),
    Mistake("dW", "clipped", "np.clip(right, -k, k)",
            "The gradient is clipped at {k}: what is returned is not the derivative."),
    Mistake("dW", "one-entry", "right * (1 + k * np.outer(np.arange(A_prev.shape[1]) == 0, np.arange(dZ.shape[1]) == 0))",
            "One entry of the gradient of W{l} is wrong by {k} of itself."),
    # A bias.
    Mistake("db", "clipped", "np.clip(right, -k, k)",
            "The gradient is clipped at {k}: what is returned is not the derivative."),
    *_scaled("db", ("not-averaged", "sign", "doubled", "halved", "zero")),
    Mistake("db", "mean", "np.mean(dZ, axis=0, keepdims=True)",
            "A mean where a sum belongs: the 1/m of the loss is counted twice."),
    Mistake("db", "first-sample-only", "dZ[:1]", "Not summed over the samples: only the first one counts."),
    Mistake("db", "last-sample-only", "dZ[-1:]", "Not summed over the samples: only the last one counts."),
    Mistake("db", "not-summed", "dZ", "Not summed over the samples: a bias has one gradient, not one for every sample."),
    Mistake("db", "summed-over-everything", "np.sum(dZ)",
            "Summed over everything: one number where each unit has its own; the axis is missing."),
    Mistake("db", "mean-over-everything", "np.sum(dZ) / dZ.size",
            "A mean over everything: one number where each unit has its own; the axis is missing."),
    Mistake("db", "summed-over-everything-and-averaged", "np.sum(dZ) / m",
            "Summed over everything and divided by m once more: one number where each unit has its own."),
    Mistake("db", "summed-over-everything-not-averaged", "np.sum(dZ) * m",
            "Summed over everything, without the 1/m: one number where each unit has its own."),
    Mistake("db", "summed-over-classes", "np.sum(dZ, axis=1, keepdims=True)",
            "Summed along the wrong axis: over units, not over samples."),
    Mistake("db", "summed-over-classes-not-averaged", "np.sum(dZ, axis=1, keepdims=True) * m",
            "Summed along the wrong axis: over units, not over samples; the 1/m is missing too."),
    Mistake("db", "mean-over-classes", "np.sum(dZ, axis=1, keepdims=True) / dZ.shape[1]",
            "Averaged along the wrong axis: over units, not over samples."),
    Mistake("db", "from-dA{l}", "np.sum(dA, axis=0, keepdims=True)",
            "dA{l} stands where dZ{l} should: the derivative of {f} is missing.", When(layers="hidden")),
    Mistake("db", "summed-before-{f}", "np.sum(dA, axis=0, keepdims=True) * np.sum(slope, axis=0, keepdims=True)",
            "Summed before the derivative of {f} is multiplied in: a sum of products is not the product of the sums.",
            When(layers="hidden")),
    # The way back through a weight matrix.
    Mistake("dA", "reshaped-not-transposed", "dZ_next @ np.reshape(W_next, W_next.T.shape)",
            "reshape is not a transposition: it keeps the order of the entries and mixes rows with columns."),
    Mistake("dA", "after-the-update", "dZ_next @ (W_next - rate * dW_next).T",
            "W{l+1} was updated before it was used: dA{l} needs the W{l+1} of the forward pass."),
    Mistake("dA", "from-Yhat", "Yhat @ W_next.T * c", "Yhat stands where dZ{l+1} should.", When(layers="last hidden")),
    *_scaled("dA"),
    Mistake("dA", "mean-over-classes", "right / K", "Divided by the number of outputs on the way back."),
    # The derivative of a hidden activation.
    Mistake("dZ", "without-{f}", "dA", "The derivative of {f} is missing.", When(other_than=("identity",))),
    Mistake("dZ", "one-minus-A{l}", "dA * (1 - A)", "1 - A{l} stands where the derivative of {f} should: {derivative}."),
    Mistake("dZ", "sigmoid", "dA * A * (1 - A)",
            "A{l} * (1 - A{l}) is the derivative of the sigmoid; the layer is {f}, with {derivative}.",
            When(other_than=("sigmoid",))),
    Mistake("dZ", "tanh", "dA * (1 - np.square(A))", "1 - A{l}^2 is the derivative of tanh; the layer is {f}, with {derivative}.",
            When(other_than=("tanh",))),
    Mistake("dZ", "relu", "dA * np.where(Z > 0, 1, 0)", "This is the derivative of a ReLU; the layer is {f}, with {derivative}.",
            When(other_than=("relu",))),
    Mistake("dZ", "relu-of-dA{l}", "dA * np.where(dA > 0, 1, 0)",
            "The mask is taken from dA{l}: it belongs to Z{l}, where the activation bends."),
    Mistake("dZ", "relu-of-A-as-value", "np.where(Z > 0, Z, 0) * dA",
            "The activation itself stands where its derivative should.", When(activation=("relu",))),
    Mistake("dZ", "relu-reversed", "dA * np.where(Z > 0, 0, 1)", "The mask is reversed: it keeps what it should drop.",
            When(activation=("relu",))),
    Mistake("dZ", "from-Z{l}", "dA * slope_from_Z",
            "Z{l} stands where A{l} should: the derivative of {f} is written in the activation, {derivative}.",
            When(activation=("tanh", "sigmoid"))),
    Mistake("dZ", "times-A{l}", "dA * A", "A{l} stands where the derivative of {f} should: {derivative}."),
    Mistake("dZ", "plus", "dA * (1 + np.square(A))", "A sign inside: the derivative is 1 - A{l}^2, not 1 + A{l}^2.",
            When(activation=("tanh",))),
    Mistake("dZ", "plus-sigmoid", "dA * A * (1 + A)",
            "A sign inside: the derivative is A{l} * (1 - A{l}), not A{l} * (1 + A{l}).", When(activation=("sigmoid",))),
    Mistake("dZ", "{f}-twice", "dA * slope_at_A", "{f} is applied to A{l}, which is {f} of Z{l} already.",
            When(activation=("tanh", "sigmoid"))),
    Mistake("dZ", "parentheses", "dA * 1 - np.square(A)",
            "The parentheses are missing: dA{l} * 1 - A{l}^2 subtracts from the product.", When(activation=("tanh",))),
    Mistake("dZ", "{f}-derivative-squared", "dA * np.square(slope)", "The derivative of {f} is applied twice.",
            When(other_than=("relu", "identity"))),
)  # fmt: skip

BY_ID: Final = {(row.step, row.name): row for row in CATALOGUE}
GENERAL: Final = tuple(row for row in CATALOGUE if row.step == "gradient")
# What is tried on a network's gradient: the mistakes at a step of it whose every number is known.
OF_A_STEP: Final = tuple(row for row in CATALOGUE if row.step != "gradient" and "k" not in names_in(row.wrong))


@cache
def with_constant(step: Step, name: str, k: Fraction) -> Mistake:
    """Return a row that needs a constant, with this one."""
    return replace(BY_ID[step, name], k=k)
