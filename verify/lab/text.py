"""What is wrong in the lab's own derivation: its formulas as they stand, held against the proved ones."""

from __future__ import annotations

import numpy as np

from derivations.evaluate import forward, gradients
from verify.arrays import Array
from verify.evidence.records import Finding
from verify.nets.cases import Case, make_case


def text_findings(seed: int = 42) -> tuple[Finding, ...]:
    """Return the findings about the lab's text, each with the figures that show it on the net 2-3-4, five samples."""
    case = make_case((2, 3, 4), 5, seed=seed)
    known = forward(case.known(), tanh=np.tanh, exp=np.exp)
    truth = gradients(known)
    return _layout(case), _mean(case, known, truth), _sums(case, truth), _tanh(case, known, truth), _names(case)


def _shape(value: Array) -> str:
    return " by ".join(map(str, value.shape))


def _layout(case: Case) -> Finding:
    X, W1 = case.X, case.params["W1"]
    return Finding(
        "text-samples-are-columns",
        "The text writes Z1 = W1 X + b1, Z2 = W2 A1 + b2 and dW1 = dZ1 X^T, as if the samples were columns; the code "
        f"has them as rows, X W1 + b1 and X^T dZ1. Here W1 X would be {_shape(W1)} times {_shape(X)}, which "
        f"{'can' if W1.shape[1] == X.shape[0] else 'can not'} be multiplied. Further down the text has X W1 too.",
        {"columns of W1": float(W1.shape[1]), "rows of X": float(X.shape[0])},
    )


def _mean(case: Case, known: dict[str, Array], truth: dict[str, Array]) -> Finding:
    dZ2 = known["Yhat"] - case.Y
    ratio = float(np.median(np.sum(dZ2, axis=0) / truth["b2"]))
    return Finding(
        "text-mean-comes-and-goes",
        "The text starts with dJ/dA2 = -(1/m) Y/A2, then has dJ/dZ2 = A2 - Y without the 1/m, puts it back into dW2 "
        f"and leaves it out of db2, dW1 and db1. With m = {case.m} its db2, summed, is {ratio:.3g} times the "
        "derivative. The code is right: it keeps the 1/m in dZ2, once.",
        {"m": float(case.m), "text over derivative": ratio},
    )


def _sums(case: Case, truth: dict[str, Array]) -> Finding:
    dZ2 = case.Y  # of its shape
    return Finding(
        "text-sums-are-missing",
        f"The text has db2 = dZ2 and dJ/db1 = dZ1: dZ2 is {_shape(dZ2)}, b2 is {_shape(truth['b2'])}. A bias is "
        "added to every sample, so its gradient is the sum over the samples. For db1 the text then writes a sum and "
        "calls it an average; the code sums both.",
        {"rows of dZ2": float(dZ2.shape[0]), "rows of b2": float(truth["b2"].shape[0])},
    )


def _tanh(case: Case, known: dict[str, Array], truth: dict[str, Array]) -> Finding:
    A1 = known["A1"]
    dA1 = (known["Yhat"] - case.Y) / case.m @ case.params["W2"].T
    wrong = case.X.T @ (dA1 * (1 - A1))
    off = float(np.max(np.abs(wrong - truth["W1"])) / np.max(np.abs(truth["W1"])))
    return Finding(
        "text-tanh-derivative",
        "The text derives tanh' = 1 - A1^2 and in the next line writes dZ1 = dA1 (1 - A1). Taken at its word, dW1 is "
        f"off by {off:.2g} of its largest entry. The code is right: dA1 * (1 - np.square(A1)).",
        {"largest error over largest entry of dW1": off},
    )


def _names(case: Case) -> Finding:
    return Finding(
        "text-slopes-named-as-gradients",
        "The text calls the slope dA1/dZ1 by the name dZ1, and dZ1/dW1 = X^T by the name dW1; a gradient is the slope "
        f"of J. X^T is {_shape(case.X.T)} and W1 is {_shape(case.params['W1'])}: they can not be the same thing.",
        {"columns of X^T": float(case.m), "columns of W1": float(case.sizes[1])},
    )
