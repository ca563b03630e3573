"""Which known network a forward pass computes, and which known loss: told by numbers at random points, not by names."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Final

import numpy as np

from verify.arrays import Array
from verify.nets.net import ACTIVATIONS, IMPLIED, LOSSES, OUTPUTS, Layer, Net, Objective, Trace, factors
from verify.reading.program.vocabulary import meaning_of
from verify.submissions.execution.answers import Leaves, Where

_SAME: Final = 1e-9
_NEARLY: Final = 1e-4  # an eps in a logarithm moves the loss less than this at moderate weights
_FLOAT32: Final = 2e-4


def candidates(depth: int, K: int) -> Iterator[Net]:
    """Return the networks with so many layers, those with equal hidden layers first."""
    names = list(ACTIVATIONS)
    same = [(name,) * (depth - 1) for name in names] if depth > 1 else [()]
    mixed = [pair for pair in itertools.product(names[:3], repeat=depth - 1) if pair not in same] if depth < 5 else []
    for hidden in [*same, *mixed]:
        for output in OUTPUTS:
            yield Net(hidden, output)


def recognise_net(
    layers: Sequence[Layer], X: Array, found: Leaves, *, single_precision: bool = False
) -> tuple[Net, Array] | None:
    """Return the network whose output is among these arrays, and where; arrays of K x m are turned.

    A match by the softmax over samples counts only where no right network matches.
    """
    outputs = {where: value for where, value in found.items() if np.ndim(value) <= 2 and np.size(value) > 0}
    K, m = layers[-1].W.shape[1], X.shape[0]
    usable = {}
    for where, value in outputs.items():
        turned = canonical_output(np.asarray(value), m, K)
        if turned is not None and np.all(np.isfinite(turned)):
            usable[where] = turned
    if not usable:
        return None
    tolerance, every = _FLOAT32 if single_precision else _SAME, np.stack(list(usable.values()))
    with np.errstate(all="ignore"):
        for net in candidates(len(layers), K):
            Yhat = net.forward(layers, X).Yhat
            if not np.all(np.isfinite(Yhat)):
                continue
            alike = np.all(np.abs(every - Yhat) <= tolerance * (1 + np.abs(Yhat)), axis=(1, 2))
            for where, same in zip(usable, alike, strict=True):
                if same and not _ambiguous(net, where, usable):
                    return net, where
    return None


def _ambiguous(net: Net, where: Where, usable: Leaves) -> bool:
    """Whether this may be a match by chance: a softmax over one class, or a Z that another output is made of."""
    value = usable[where]
    if net.output.startswith("softmax") and value.shape[1] == 1:
        return True
    name = str(where[1][-1][1]).lower() if where[1] else ""
    others = [place for place, one in usable.items() if not np.allclose(one, value)]
    returned = any(
        place[0] == "forward" and (len(place[1]) <= 1 or meaning_of(str(place[1][-1][1])) == "Yhat") for place in others
    )
    others = [place for place in others if place[0] == where[0]]
    return net.output == "identity" and (returned or (name.startswith(("z", "logit", "net", "s")) and bool(others)))


def canonical_output(value: Array, m: int, K: int) -> Array:
    """Return an output as m x K, or None where its shape is another."""
    if value.shape == (m, K):
        return value
    if (
        value.shape == (K, m)
        or (value.ndim == 1 and value.shape == (m,) and K == 1)
        or (m == 1 and value.shape == (K,))
    ):
        return value.T if value.ndim == 2 else value.reshape(m, K)
    return None


def recognise_objective(
    points: Sequence[tuple[Trace, Sequence[Layer], Array, float]], m: int, K: int, *, single_precision: bool = False
) -> tuple[Objective, float] | None:
    """Return J = c * loss + d * sum W^2 that these values fit, and the largest relative misfit; None where none does.

    Each point is (trace, layers, Y, J). A misfit of 1e-10 or so is an eps inside a logarithm, or a clip.
    """
    values = np.array([J for _, _, _, J in points], dtype=float)
    if not np.all(np.isfinite(values)):
        return None
    squares = np.array([sum(float(np.sum(np.square(W))) for W, _ in layers) for _, layers, _, _ in points])
    best: tuple[float, Objective] | None = None
    for loss, function in LOSSES.items():
        with np.errstate(all="ignore"):
            base = np.array([float(function(trace.Yhat, Y)) for trace, _, Y, _ in points])
        if not np.all(np.isfinite(base)):
            continue
        for name, c in {**factors(m, K), **_own_factor(values, base)}.items():
            rest = values - float(c) * base
            d = float(rest @ squares / (squares @ squares))
            for penalty in (0.0, d):
                misfit = float(np.max(np.abs(rest - penalty * squares) / np.maximum(np.abs(values), 1e-300)))
                if misfit < (1e-3 if single_precision else _NEARLY) and (penalty == 0.0 or penalty > 1e-7):
                    objective = Objective(loss, name, c, _fraction(penalty, m))
                    if best is None or misfit < best[0] * 1e-2 or (misfit < best[0] and not objective.d):
                        best = misfit, objective
    return None if best is None else (best[1], best[0])


def _own_factor(values: Array, base: Array) -> dict[str, Fraction]:
    """Return the constant that the file has of its own, such as 1/120 for a global m, if one short fraction fits."""
    ratio = float(values[0] / base[0]) if base[0] else 0.0
    if not np.isfinite(ratio):
        return {}
    c = Fraction(ratio).limit_denominator(10_000)
    usual = c != 0 and abs(ratio / float(c) - 1) < 1e-9
    return {f"{c} times the sum over the samples": c} if usual else {}


def _fraction(d: float, m: int) -> Fraction:
    """Return the penalty's constant as somebody wrote it: a short decimal, perhaps over m or 2m."""
    for divisor in (1, 2, m, 2 * m):
        short = Fraction(str(float(f"{d * divisor:.6g}")))
        if abs(float(short) / divisor - d) <= 1e-7 * d and short.denominator <= 10**6:
            return short / divisor
    return Fraction(d).limit_denominator(10**9)


def implied(
    net: Net, m: int, normalisation: str = "mean over the samples", K: int = 1, loss: str | None = None
) -> Objective:
    """Return the loss that goes without saying with this output layer, or another usual one."""
    named = loss or IMPLIED.get(net.output, "squared-error")
    return Objective(named, normalisation, factors(m, K)[normalisation], implied=True)
