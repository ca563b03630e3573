"""A claim at given numbers: arrays of floats, of mpmath numbers at any precision, of fractions, of symbols.

    evaluate("dW1", {"X": ..., "Y": ..., "A1": ..., "Yhat": ..., "W2": ...})

walks the very matrix expression that is proved. Upstream gradients come from their own claims.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache

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
    Transpose,
)

from derivations.claims import PARAMETERS, STATEMENTS
from derivations.notation import Expression, eps, m, n_h, n_x, n_y

Values = Mapping[str, Expression]


def sizes(known: Values) -> dict[Expression, int]:
    """Return the values of m, n_x, n_h, n_y that the shapes of the known matrices give."""
    found: dict[Expression, int] = {}
    for name, pair in {"X": (m, n_x), "Y": (m, n_y), "W2": (n_h, n_y), "A1": (m, n_h)}.items():
        if name in known:
            found.update(zip(pair, known[name].shape, strict=True))
    return found


def evaluate(
    name: str,
    known: Values,
    *,
    statements: Mapping[str, MatrixExpr] = STATEMENTS,
    smoothing: Expression = None,
) -> Expression:
    """Return the value of a gradient where the `known` matrices have the values given.

    `smoothing` is the value of eps, for the statements that hold one.
    Raises KeyError for a matrix that is neither known nor claimed.
    """
    return _Values(dict(known), sizes(known), statements, smoothing).matrix(name)


def gradients(
    known: Values, *, statements: Mapping[str, MatrixExpr] = STATEMENTS, smoothing: Expression = None
) -> dict[str, Expression]:
    """Return the gradient of every parameter, keyed by its name; what they share is computed once."""
    values = _Values(dict(known), sizes(known), statements, smoothing)
    return {name: values.matrix(f"d{name}") for name in PARAMETERS}


def forward(
    known: Values, *, tanh: Callable[[Expression], Expression], exp: Callable[[Expression], Expression]
) -> dict[str, Expression]:
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


Plan = Callable[["_Values"], Expression]  # a statement, ready to be evaluated


class _Values:
    """The known matrices, and those that have been computed from their statements."""

    def __init__(
        self,
        values: dict[str, Expression],
        wanted: Mapping[Expression, int],
        statements: Mapping[str, MatrixExpr],
        smoothing: Expression,
    ) -> None:
        self.values, self.sizes, self.statements, self.smoothing = values, wanted, statements, smoothing

    def matrix(self, name: str) -> Expression:
        if name not in self.values:
            self.values[name] = plan(self.statements[name])(self)
        return self.values[name]


@cache
def plan(statement: MatrixExpr) -> Plan:
    """Return how to evaluate a statement: its tree is walked once, and evaluated as often as wanted."""
    return RULES[type(statement)](statement)


def _scaled(factor: Expr) -> Callable[[_Values, Expression], Expression]:
    """Return value -> value * factor, dividing by whole numbers where the factor does."""
    if factor == 1:
        return lambda known, value: value
    if factor == eps:
        return lambda known, value: value * known.smoothing
    numerator, denominator = factor.as_numer_denom()

    def scale(known: _Values, value: Expression) -> Expression:
        top, bottom = (int(part.subs(known.sizes)) for part in (numerator, denominator))
        value = -value if top == -1 else value if top == 1 else value * top
        return value if bottom == 1 else value / bottom

    return scale


def _ones(statement: OneMatrix) -> Plan:
    rows, columns = statement.shape

    def size(known: _Values, symbol: Expression) -> int:
        return known.sizes[symbol] if symbol in known.sizes else int(symbol)

    return lambda known: np.ones((size(known, rows), size(known, columns)), dtype=int)


def _product(statement: MatMul) -> Plan:
    factor, matrices = statement.as_coeff_matrices()
    first, *others = (plan(matrix) for matrix in matrices)
    scale = _scaled(factor)

    def product(known: _Values) -> Expression:
        result = first(known)
        for other in others:
            result = result @ other(known)
        return scale(known, result)

    return product


def _sum(statement: MatAdd) -> Plan:
    negative = [plan(-term) for term in statement.args if term.could_extract_minus_sign()]
    positive = [plan(term) for term in statement.args if not term.could_extract_minus_sign()]

    def total(known: _Values) -> Expression:
        result = positive[0](known)
        for term in positive[1:]:
            result = result + term(known)
        for term in negative:
            result = result - term(known)
        return result

    return total


def _hadamard(statement: HadamardProduct) -> Plan:
    first, *others = (plan(factor) for factor in statement.args)

    def product(known: _Values) -> Expression:
        result = first(known)
        for factor in others:
            result = result * factor(known)
        return result

    return product


def _power(statement: HadamardPower) -> Plan:
    base, exponent = plan(statement.base), int(statement.exp)

    def power(known: _Values) -> Expression:
        value = base(known)
        result = value
        for _ in range(abs(exponent) - 1):
            result = result * value
        return result if exponent > 0 else 1 / result

    return power


RULES: Mapping[type[Expression], Callable[[Expression], Plan]] = {
    MatrixSymbol: lambda statement: lambda known: known.matrix(statement.name),
    MatMul: _product,
    MatAdd: _sum,
    HadamardProduct: _hadamard,
    HadamardPower: _power,
    OneMatrix: _ones,
    Transpose: lambda statement: lambda known: known.matrix(statement.arg.name).T,
}
