"""A normal form for expressions in finite sums: equal normal forms mean equal at every size.

`diff` is exact but leaves Kronecker deltas, nested sums and factors that cancel, which neither
`doit` nor `simplify` clears. Six identities of finite sums do:

    R1  sum_b f(b) delta(b, p) = f(p)     only when p is declared over the range of b; else refused
    R2  sum_b (f + g) = sum_b f + sum_b g
    R3  sum_b c f(b) = c sum_b f(b)       when c does not mention b
    R4  sum_k Y[i, k] = 1                 the one hypothesis; every use is counted
    R5  exp(u) exp(v) = exp(u + v)        product by product
    R6  bound names are canonical, by the height of their nesting

The converse is not claimed: different normal forms mean *not proved*, never *false*.
"""

from __future__ import annotations

from collections import Counter

from sympy import Add, Expr, KroneckerDelta, Mul, Pow, Sum, Symbol, exp, expand_mul, powsimp

from derivations.notation import Y_ENTRIES, n_y, size_of

RULES = {
    "R1": "sum_b f(b) delta(b, p) = f(p)",
    "R2": "sum_b (f + g) = sum_b f + sum_b g",
    "R3": "sum_b c f(b) = c sum_b f(b)",
    "R4": "sum_k Y[i, k] = 1: the rows of Y sum to 1",
    "R5": "exp(u) exp(v) = exp(u + v)",
    "R6": "a bound name may be any name",
}


class IllTyped(ValueError):
    """A delta ties two indices that range over different sizes: the expression has no meaning."""


class Normaliser:
    """Rewrite to the normal form, with or without the hypothesis R4, counting the rules that decide."""

    def __init__(self, *, rows_sum_to_one: bool) -> None:
        self.rows_sum_to_one = rows_sum_to_one
        self.used: Counter[str] = Counter()

    def __call__(self, expression: Expr) -> Expr:
        """Return the normal form. Raises `IllTyped` where R1 may not be used."""
        return _rename_bound(_terms(self._reduce(expression)))[0]

    def _reduce(self, expression: Expr) -> Expr:
        if not expression.has(Sum, KroneckerDelta):
            return expression
        if isinstance(expression, Sum):
            body = self._reduce(expression.function)
            for limit in expression.limits:  # innermost first
                body = self._sum_over(body, limit)
            return body
        if not expression.args:
            return expression
        reduced = expression.func(*[self._reduce(part) for part in expression.args])
        return _terms(reduced) if isinstance(reduced, Mul | Pow) else reduced

    def _sum_over(self, body: Expr, limit: tuple[Symbol, Expr, Expr]) -> Expr:
        return Add(*[self._sum_term(term, limit) for term in Add.make_args(_terms(body))])  # R2

    def _sum_term(self, term: Expr, limit: tuple[Symbol, Expr, Expr]) -> Expr:
        bound, low, high = limit
        for delta in Mul.make_args(term):
            if isinstance(delta, KroneckerDelta) and bound in delta.args:
                (other,) = [argument for argument in delta.args if argument != bound]
                if (low, high) != (0, size_of(other) - 1):
                    raise IllTyped(f"{delta}: {other} takes {size_of(other)} values, {bound} takes {high + 1}")
                if other.free_symbols & bound_names(term):  # c[i] would be captured by a sum over i, too
                    raise IllTyped(f"{delta}: {other} is bound inside {term}; rename it")
                self.used["R1"] += 1
                return self._reduce((term / delta).subs(bound, other))
        inside = Mul(*[factor for factor in Mul.make_args(term) if bound in factor.free_symbols])
        outside = Mul(*[factor for factor in Mul.make_args(term) if bound not in factor.free_symbols])  # R3
        if self.rows_sum_to_one and (low, high) == (0, n_y - 1) and _is_entry_of_row(inside, bound):
            self.used["R4"] += 1
            return outside
        return outside * Sum(inside, limit)


def _is_entry_of_row(expression: Expr, bound: Symbol) -> bool:
    """Whether the expression is Y[row, bound], with a row that does not move with `bound` (Y[k, k] does)."""
    if getattr(expression, "base", None) != Y_ENTRIES:
        return False
    row, column = expression.indices
    return bool(column == bound and bound not in row.free_symbols)


def bound_names(expression: Expr) -> set[Symbol]:
    """Return every name that a sum in the expression binds."""
    return {limit[0] for inner in expression.atoms(Sum) for limit in inner.limits}


def _terms(expression: Expr) -> Expr:
    """Return a sum of products, each with its exponentials joined (R5)."""
    return Add(*[_joined(term) for term in Add.make_args(expand_mul(expression, deep=False))])


def _joined(term: Expr) -> Expr:
    powers = sum(isinstance(factor, exp) for factor in Mul.make_args(term))
    return powsimp(term, combine="exp") if powers > 1 else term


def _rename_bound(expression: Expr) -> tuple[Expr, int]:
    """Return the expression with canonical bound names, and how deep sums nest in it (R6)."""
    if not expression.has(Sum):
        return expression, 0
    is_sum = isinstance(expression, Sum)
    parts = [_rename_bound(part) for part in ([expression.function] if is_sum else expression.args)]
    height = max(depth for _, depth in parts)
    if not is_sum:
        return expression.func(*[part for part, _ in parts]), height
    body, limits = parts[0][0], []
    for bound, low, high in expression.limits:
        height += 1
        canonical = Symbol(f"_b{height}", integer=True)
        body = body.subs(bound, canonical)
        limits.append((canonical, low, high))
    return Sum(body, *limits), height
