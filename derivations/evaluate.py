"""A claim at given numbers: arrays of floats, of mpmath numbers at any precision, of fractions, of symbols.

    evaluate("dW1", {"X": ..., "Y": ..., "A1": ..., "Yhat": ..., "W2": ...})

walks the very matrix expression that is proved. Upstream gradients come from their own claims.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from sympy import (
    Expr,
    HadamardPower,
    HadamardProduct,
    MatAdd,
    MatMul,
    MatrixExpr,
    MatrixSymbol,
    OneMatrix,
    Rational,
    Transpose,
)

from derivations.claims import STATEMENTS
from derivations.notation import eps, m, n_h, n_x, n_y

Values = Mapping[str, Any]


def sizes(known: Values) -> dict[Any, int]:
    """Return the values of m, n_x, n_h, n_y that the shapes of the known matrices give."""
    found: dict[Any, int] = {}
    for name, pair in {"X": (m, n_x), "Y": (m, n_y), "W2": (n_h, n_y), "A1": (m, n_h)}.items():
        if name in known:
            found.update(zip(pair, known[name].shape, strict=True))
    return found


def evaluate(
    name: str,
    known: Values,
    *,
    statements: Mapping[str, MatrixExpr] = STATEMENTS,
    smoothing: Any = None,
) -> Any:
    """Return the value of a gradient where the `known` matrices have the values given.

    `smoothing` is the value of eps, for the statements that hold one.
    Raises KeyError for a matrix that is neither known nor claimed.
    """
    values = dict(known)
    wanted = sizes(known)
    walk = _Walk(values, wanted, statements, smoothing)
    return walk.matrix(name)


def forward(known: Values, *, tanh: Callable[[Any], Any], exp: Callable[[Any], Any]) -> dict[str, Any]:
    """Return `known` with Z1, A1, Z2, Yhat added, in whatever numbers `tanh` and `exp` are given for.

    The rows of Z2 are shifted by a number near their maximum, which softmax does not see.
    """
    X, W1, b1, W2, b2 = (known[name] for name in ("X", "W1", "b1", "W2", "b2"))
    Z1 = X @ W1 + b1
    A1 = tanh(Z1)
    Z2 = A1 @ W2 + b2
    shift = np.max(np.asarray(Z2, dtype=float), axis=1, keepdims=True)
    powers = exp(Z2 - shift)
    return {**known, "Z1": Z1, "A1": A1, "Z2": Z2, "Yhat": powers / (powers @ np.ones((Z2.shape[1], 1), dtype=int))}


class _Walk:
    def __init__(
        self, values: dict[str, Any], wanted: Mapping[Any, int], statements: Mapping[str, MatrixExpr], smoothing: Any
    ) -> None:
        self.values, self.sizes, self.statements, self.smoothing = values, wanted, statements, smoothing

    def matrix(self, name: str) -> Any:
        if name not in self.values:
            self.values[name] = self(self.statements[name])
        return self.values[name]

    def __call__(self, expression: MatrixExpr) -> Any:
        if isinstance(expression, MatrixSymbol):
            return self.matrix(expression.name)
        rule = RULES[type(expression)]
        return rule(self, expression)

    def scalar(self, value: Any, factor: Expr) -> Any:
        """Return value * factor, dividing by whole numbers where the factor does."""
        if factor == eps:
            return value * self.smoothing
        ratio = Rational(factor.subs(self.sizes))
        scaled = value if ratio.p == 1 else -value if ratio.p == -1 else value * ratio.p
        return scaled if ratio.q == 1 else scaled / ratio.q

    def ones(self, expression: OneMatrix) -> Any:
        shape = tuple(int(size.subs(self.sizes)) for size in expression.shape)
        return np.ones(shape, dtype=int)

    def product(self, expression: MatMul) -> Any:
        factor, matrices = expression.as_coeff_matrices()
        result = self(matrices[0])
        for other in matrices[1:]:
            result = result @ self(other)
        return self.scalar(result, factor)

    def sum(self, expression: MatAdd) -> Any:
        ordered = sorted(expression.args, key=lambda term: term.could_extract_minus_sign())
        result = self(ordered[0])
        for term in ordered[1:]:
            result = result - self(-term) if term.could_extract_minus_sign() else result + self(term)
        return result

    def hadamard(self, expression: HadamardProduct) -> Any:
        result = self(expression.args[0])
        for factor in expression.args[1:]:
            result = result * self(factor)
        return result

    def power(self, expression: HadamardPower) -> Any:
        base = self(expression.base)
        if expression.exp == -1:
            return 1 / base
        result = base
        for _ in range(int(expression.exp) - 1):
            result = result * base
        return result


RULES: Mapping[type[Any], Callable[[_Walk, Any], Any]] = {
    MatMul: _Walk.product,
    MatAdd: _Walk.sum,
    HadamardProduct: _Walk.hadamard,
    HadamardPower: _Walk.power,
    OneMatrix: _Walk.ones,
    Transpose: lambda walk, expression: walk(expression.arg).T,
}
