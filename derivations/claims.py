"""Every formula of the derivation as data: name, statement, reason, hypotheses, and what has to be shown.

A gradient's statement is a matrix expression. SymPy's own `statement[p, q]` gives the entry that is
proved, so the formula that is printed is the formula that is proved.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

from sympy import (
    Expr,
    HadamardPower,
    HadamardProduct,
    KroneckerDelta,
    MatrixExpr,
    OneMatrix,
    Sum,
    Symbol,
    diff,
    exp,
    symbols,
)
from sympy.matrices.expressions.matexpr import MatrixElement

from derivations.normal_form import bound_names
from derivations.notation import (
    FORWARD,
    INDEXED,
    MATRIX,
    SHAPES,
    Entries,
    Expression,
    c,
    entries,
    eps,
    i,
    j,
    k,
    loss,
    m,
    n_h,
    n_y,
    network,
    over,
    p_h,
    p_x,
    q_h,
    q_y,
    r_y,
    s,
    t,
)

Equation = tuple[Expr, Expr]  # (what SymPy differentiated, what the claim says)


@dataclass(frozen=True)
class Claim:
    """One formula: `left = statement`, because of `reason`, where the `hypotheses` hold.

    `direct` differentiates the whole loss. `staged` applies one step of the chain rule to a given
    upstream gradient. Each returns the two sides that have to be equal at every size.
    """

    name: str
    left: str
    statement: Expression
    reason: str
    direct: Callable[[], Equation] | None
    staged: Callable[[], Equation] | None = None
    hypotheses: tuple[str, ...] = ()
    builds_on: tuple[str, ...] = ()
    matrix: bool = True


ROWS_OF_Y = "rows of Y sum to 1"
ONE_HOT = "rows of Y are one-hot"
OTHER_CLASS = "k differs from q"

X, Y, W2, A1, Yhat, dZ2, dA1, dZ1 = (MATRIX[name] for name in ("X", "Y", "W2", "A1", "Yhat", "dZ2", "dA1", "dZ1"))
_row_of_ones = OneMatrix(1, m)
_kept = HadamardProduct(Y, Yhat, HadamardPower(Yhat + eps * OneMatrix(m, n_y), -1))

STATEMENTS: Final[Mapping[str, MatrixExpr]] = {
    "dYhat": HadamardProduct(-Y, HadamardPower(Yhat, -1)) / m,
    "dZ2": (Yhat - Y) / m,
    "dW2": A1.T * dZ2,
    "db2": _row_of_ones * dZ2,
    "dA1": dZ2 * W2.T,
    "dZ1": HadamardProduct(dA1, OneMatrix(m, n_h) - HadamardProduct(A1, A1)),
    "dW1": X.T * dZ1,
    "db1": _row_of_ones * dZ1,
}
"""The gradients of the loss, each from the ones before it, keyed as in the lab."""

DZ2_ANY_Y: Final[MatrixExpr] = (HadamardProduct(Yhat, Y * OneMatrix(n_y, n_y)) - Y) / m
DZ2_IMPLEMENTED: Final[MatrixExpr] = (HadamardProduct(Yhat, _kept * OneMatrix(n_y, n_y)) - _kept) / m

ENTRY: Final[Mapping[str, tuple[Expression, Expression]]] = {
    "dYhat": (s, q_y), "dZ2": (s, q_y), "dA1": (s, q_h), "dZ1": (s, q_h),
    "dW2": (p_h, q_y), "db2": (0, q_y), "dW1": (p_x, q_h), "db1": (0, q_h),
}  # fmt: skip

# One step of the chain rule: the quantity that the variable enters, and the indices of its entries.
THROUGH: Final[Mapping[str, tuple[str, tuple[Expression, Expression]]]] = {
    "dZ2": ("Yhat", (i, k)), "dW2": ("Z2", (i, k)), "db2": ("Z2", (i, k)), "dA1": ("Z2", (i, k)),
    "dZ1": ("A1", (i, j)), "dW1": ("Z1", (i, j)), "db1": ("Z1", (i, j)),
}  # fmt: skip


def derivative(expression: Expr, entry: Expr) -> Expr:
    """Differentiate by one entry, exactly; refuse an entry whose index the expression binds.

    SymPy 1.14 silently captures such an index (sympy#21891). Raises ValueError.
    """
    clash = bound_names(expression) & entry.free_symbols
    if clash:
        names = ", ".join(sorted(map(str, clash)))
        raise ValueError(f"{entry} uses {names}, which a sum in the loss binds; take another free index")
    return diff(expression, entry)


def at(statement: MatrixExpr, indices: tuple[Expression, Expression], meaning: Mapping[str, Entries]) -> Expr:
    """Return one entry of a matrix statement with every matrix read by its meaning."""
    return statement[indices].replace(
        lambda part: isinstance(part, MatrixElement),
        lambda part: meaning[part.parent.name](*part.indices),
    )


def expanded(net: Mapping[str, Entries]) -> dict[str, Entries]:
    """Return the forward pass with every gradient written out from its statement, upstream ones first."""
    meaning = dict(net)
    for name, statement in STATEMENTS.items():
        # `at` is called when the entry is asked for, and then finds the upstream ones in `meaning`.
        meaning[name] = lambda row, column, statement=statement: at(statement, (row, column), meaning)
    return meaning


def direct(name: str, statement: MatrixExpr | None = None) -> Equation:
    """Return d(whole loss)/d(entry), and the statement written out to X, Y and the variable itself."""
    variable = name.removeprefix("d")
    net = network(variable if variable in FORWARD else None)
    indices = ENTRY[name]
    left = derivative(_whole_loss(variable if variable in FORWARD else None), entries(variable)(*indices))
    return left, at(STATEMENTS[name] if statement is None else statement, indices, expanded(net))


@cache
def _whole_loss(start: str | None) -> Expr:
    return loss(network(start))


def staged(name: str, statement: MatrixExpr | None = None) -> Equation:
    """Return sum(upstream gradient * local derivative), and the statement with that gradient given."""
    variable = name.removeprefix("d")
    through, (row, column) = THROUGH[name]
    given = {symbol: entries(symbol) for symbol in SHAPES}
    given[through] = FORWARD[through](given)
    if through == "Yhat":  # the one step in which the upstream gradient has to be written out
        given["dYhat"] = lambda r, q: at(STATEMENTS["dYhat"], (r, q), given)
    indices = ENTRY[name]
    local = derivative(given[through](row, column), entries(variable)(*indices))
    left = Sum(given[f"d{through}"](row, column) * local, *over(column), *over(row))
    return left, at(STATEMENTS[name] if statement is None else statement, indices, given)


def _softmax_entry(row: Expression, column: Expression) -> Expr:
    return FORWARD["Yhat"]({"Z2": entries("Z2")})(row, column)


def _jacobian(yhat: Entries, row: Expression, column: Expression) -> Expr:
    """Return dYhat[row, column]/dZ2[s, q_y] as claimed, for any reading of Yhat."""
    return KroneckerDelta(row, s) * yhat(row, column) * (KroneckerDelta(column, q_y) - yhat(row, q_y))


def _softmax_jacobian() -> Equation:
    return derivative(_softmax_entry(t, r_y), INDEXED["Z2"][s, q_y]), _jacobian(_softmax_entry, t, r_y)


def _softmax_off_diagonal() -> Equation:
    left = derivative(_softmax_entry(s, r_y), INDEXED["Z2"][s, q_y]).subs(KroneckerDelta(r_y, q_y), 0)
    return left, -_softmax_entry(s, r_y) * _softmax_entry(s, q_y)


def _softmax_diagonal() -> Equation:
    entry = _softmax_entry(s, q_y)
    return derivative(entry, INDEXED["Z2"][s, q_y]), entry * (1 - entry)


def _tanh() -> Equation:
    """Differentiate tanh from its exponentials, in E = exp(z): `diff(tanh)` is a table look-up and proves nothing."""
    z, E = symbols("z E", positive=True)
    tanh_z = (exp(z) - exp(-z)) / (exp(z) + exp(-z))

    def rational(expression: Expr) -> Expr:
        return expression.subs(exp(-z), 1 / E).subs(exp(z), E)

    return rational(diff(tanh_z, z)).cancel(), (1 - rational(tanh_z) ** 2).cancel()


def _implemented() -> Equation:
    """dJ_eps/dYhat times the Jacobian of softmax, summed; Yhat stands for itself."""
    given = {symbol: entries(symbol) for symbol in SHAPES}
    yhat = given["Yhat"]
    slope = -given["Y"](i, k) / (yhat(i, k) + eps)
    return Sum(slope * _jacobian(yhat, i, k), *over(k), *over(i)) / m, at(DZ2_IMPLEMENTED, (s, q_y), given)


def _implemented_one_hot() -> Equation:
    """The same where row i of Y picks the class c[i]: J_eps = -(1/m) sum_i log(Yhat[i, c[i]] + eps)."""
    yhat = entries("Yhat")
    slope = -1 / (m * (yhat(i, c[i]) + eps))
    p = yhat(s, c[s])
    right = p / (p + eps) * (yhat(s, q_y) - KroneckerDelta(q_y, c[s])) / m
    return Sum(slope * _jacobian(yhat, i, c[i]), *over(i)), right


_Yhat_k, _Yhat_q, _p, _dZ2_q, _T = (Symbol(name) for name in ("Yhat[i,k]", "Yhat[i,q]", "p", "dZ2[i,q]", "A1"))
_k, _q, _t, _i = (Symbol(name, integer=True) for name in "kqti")
_same = KroneckerDelta(_t, _i)

CLAIMS: Final[Mapping[str, Claim]] = {
    claim.name: claim
    for claim in (
        Claim("tanh'", "dA1/dZ1", 1 - _T**2, "from tanh z = (e^z - e^-z)/(e^z + e^-z)", _tanh, matrix=False),
        Claim("dYhat", "dJ/dYhat", STATEMENTS["dYhat"], "the derivative of log", lambda: direct("dYhat")),
        Claim("softmax", "dYhat[t,k]/dZ2[i,q]", _same * _Yhat_k * (KroneckerDelta(_k, _q) - _Yhat_q),
              "the quotient rule; delta is 1 where its indices agree, else 0",
              _softmax_jacobian, matrix=False),
        Claim("softmax diagonal", "dYhat[i,q]/dZ2[i,q]", _Yhat_q * (1 - _Yhat_q),
              "the class is in the numerator and in the sum",
              _softmax_diagonal, builds_on=("softmax",), matrix=False),
        Claim("softmax off-diagonal", "dYhat[i,k]/dZ2[i,q]", -_Yhat_k * _Yhat_q,
              "the class is in the sum only",
              _softmax_off_diagonal, hypotheses=(OTHER_CLASS,), builds_on=("softmax",), matrix=False),
        Claim("dZ2 for any Y", "dJ/dZ2", DZ2_ANY_Y,
              "dYhat times the Jacobian of softmax, summed over the classes; row sums of Y stay",
              lambda: direct("dZ2", DZ2_ANY_Y), lambda: staged("dZ2", DZ2_ANY_Y),
              builds_on=("dYhat", "softmax")),
        Claim("dZ2", "dJ/dZ2", STATEMENTS["dZ2"], "the row sums of Y are 1: the step that needs the hypothesis",
              lambda: direct("dZ2"), lambda: staged("dZ2"), (ROWS_OF_Y,), ("dZ2 for any Y",)),
        Claim("dW2", "dJ/dW2", STATEMENTS["dW2"], "Z2 = A1 W2 + b2 is linear in W2; A1 holds the slopes",
              lambda: direct("dW2"), lambda: staged("dW2"), (ROWS_OF_Y,), ("dZ2",)),
        Claim("db2", "dJ/db2", STATEMENTS["db2"], "b2 is added to every row, so its gradient sums the rows",
              lambda: direct("db2"), lambda: staged("db2"), (ROWS_OF_Y,), ("dZ2",)),
        Claim("dA1", "dJ/dA1", STATEMENTS["dA1"], "Z2 = A1 W2 + b2 is linear in A1; W2 holds the slopes",
              lambda: direct("dA1"), lambda: staged("dA1"), (ROWS_OF_Y,), ("dZ2",)),
        Claim("dZ1", "dJ/dZ1", STATEMENTS["dZ1"], "A1 = tanh(Z1), entry by entry, and tanh' = 1 - tanh^2",
              lambda: direct("dZ1"), lambda: staged("dZ1"), (ROWS_OF_Y,), ("dA1", "tanh'")),
        Claim("dW1", "dJ/dW1", STATEMENTS["dW1"], "Z1 = X W1 + b1 is linear in W1; X holds the slopes",
              lambda: direct("dW1"), lambda: staged("dW1"), (ROWS_OF_Y,), ("dZ1",)),
        Claim("db1", "dJ/db1", STATEMENTS["db1"], "b1 is added to every row, so its gradient sums the rows",
              lambda: direct("db1"), lambda: staged("db1"), (ROWS_OF_Y,), ("dZ1",)),
        Claim("dZ2 as implemented", "dJ_eps/dZ2", DZ2_IMPLEMENTED,
              "the lab's loss is log(Yhat + eps): each term keeps the share Yhat/(Yhat + eps)",
              None, _implemented, builds_on=("softmax",)),
        Claim("dZ2 as implemented, one-hot", "dJ_eps/dZ2[i,q]", _p / (_p + eps) * _dZ2_q,
              "with one true class, of probability p, the whole row is scaled by p/(p + eps)",
              None, _implemented_one_hot, hypotheses=(ONE_HOT,), builds_on=("softmax",), matrix=False),
    )
}  # fmt: skip

PARAMETERS: Final = ("W1", "b1", "W2", "b2")
