"""Sizes, indices, matrices, and the loss J written once, whole, as sums over indices.

The network of the lab, rows are samples:

    Z1 = X W1 + b1,  A1 = tanh(Z1),  Z2 = A1 W2 + b2,  Yhat = softmax(Z2)
    J  = -(1/m) sum_i sum_k Y[i,k] log(Yhat[i,k])

The lab implements J_eps, with log(Yhat + eps) for log(Yhat): `eps` is its own symbol here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias

from sympy import Expr, IndexedBase, MatrixSymbol, Sum, Symbol, exp, log, symbols, tanh

Expression: TypeAlias = Any
"""A number, a formula or a matrix of SymPy, which says nothing of its types."""

Entries = Callable[..., Expr]  # (row, column) -> the entry there

m, n_x, n_h, n_y = symbols("m n_x n_h n_y", integer=True, positive=True)
eps = symbols("varepsilon", positive=True)

# Names that sums bind: sample i, feature a, hidden unit j, classes k and l.
i, a, j, k, l = symbols("i a j k l", integer=True)
# Free names: the one entry that a derivative is taken with respect to, samples s and t.
s, t, p_x, q_h, p_h, q_y, r_y = symbols("s t p_x q_h p_h q_y r_y", integer=True)
# The class of each sample, for one-hot targets: Y[i, k] = delta(k, c[i]).
c = IndexedBase("c", integer=True)

RANGE: Final[Mapping[Symbol, Symbol]] = {
    i: m, s: m, t: m, a: n_x, p_x: n_x, j: n_h, q_h: n_h, p_h: n_h, k: n_y, l: n_y, q_y: n_y, r_y: n_y,
}  # fmt: skip

SHAPES: Final[Mapping[str, tuple[Any, Any]]] = {
    "X": (m, n_x), "Y": (m, n_y), "W1": (n_x, n_h), "b1": (1, n_h), "W2": (n_h, n_y), "b2": (1, n_y),
    "Z1": (m, n_h), "A1": (m, n_h), "Z2": (m, n_y), "Yhat": (m, n_y), "dYhat": (m, n_y),
    "dZ2": (m, n_y), "dW2": (n_h, n_y), "db2": (1, n_y), "dA1": (m, n_h), "dZ1": (m, n_h),
    "dW1": (n_x, n_h), "db1": (1, n_h),
}  # fmt: skip

MATRIX: Final[Mapping[str, MatrixSymbol]] = {name: MatrixSymbol(name, *shape) for name, shape in SHAPES.items()}
INDEXED: Final[Mapping[str, IndexedBase]] = {name: IndexedBase(name, real=True) for name in SHAPES}
Y_ENTRIES: Final[IndexedBase] = INDEXED["Y"]


def size_of(index: Expr) -> Expr:
    """Return how many values an index takes: `n_h` for `q_h`, `n_y` for the class `c[i]` of a sample.

    Raises KeyError for an index that was never declared.
    """
    if getattr(index, "base", None) == c:
        return n_y
    return RANGE[index]


def over(*indices: Symbol) -> list[tuple[Symbol, int, Expr]]:
    """Return the limits of a sum over the whole range of each index, `(i, 0, m - 1)` for `i`."""
    return [(index, 0, size_of(index) - 1) for index in indices]


def entries(name: str) -> Entries:
    """Return the entries of a matrix that stands for itself: `W1 -> W1[row, column]`, `b1 -> b1[column]`."""
    base = INDEXED[name]
    if SHAPES[name][0] == 1:
        return lambda row, column: base[column]
    return lambda row, column: base[row, column]


# Each quantity of the forward pass from the ones before it; the keys are in the order of evaluation.
FORWARD: Final[Mapping[str, Callable[[Mapping[str, Entries]], Entries]]] = {
    "Z1": lambda net: lambda r, h: Sum(net["X"](r, a) * net["W1"](a, h), *over(a)) + net["b1"](0, h),
    "A1": lambda net: lambda r, h: tanh(net["Z1"](r, h)),
    "Z2": lambda net: lambda r, q: Sum(net["A1"](r, j) * net["W2"](j, q), *over(j)) + net["b2"](0, q),
    "Yhat": lambda net: lambda r, q: exp(net["Z2"](r, q)) / Sum(exp(net["Z2"](r, l)), *over(l)),
}


def network(start: str | None = None) -> dict[str, Entries]:
    """Return every quantity of the forward pass as entries, in terms of X, Y and the parameters.

    With `start` (one of Z1, A1, Z2, Yhat) that quantity stands for itself and the later ones are
    in terms of it: the loss as a function of an intermediate result.
    """
    net = {name: entries(name) for name in ("X", "Y", "W1", "b1", "W2", "b2")}
    order = list(FORWARD)
    first = 0 if start is None else order.index(start) + 1
    for name in order[:first]:
        net[name] = entries(name)
    for name in order[first:]:
        net[name] = FORWARD[name](net)
    return net


def loss(net: Mapping[str, Entries]) -> Expr:
    """Return J = -(1/m) sum_i sum_k Y[i,k] log(Yhat[i,k]) as an expression in indices."""
    return -Sum(net["Y"](i, k) * log(net["Yhat"](i, k)), *over(k), *over(i)) / m
