r"""A statement as plain text and as LaTeX, in the order and with the signs of a textbook.

    (Yhat - Y)/m         \frac{1}{m} \left(\hat{Y} - Y\right)
    dA1 ∘ (1 - A1∘A1)    dA_1 \odot \left(\mathbf{1} - A_1 \odot A_1\right)
    1^T dZ2              \mathbf{1}^{\top} dZ_2

SymPy prints the terms of a sum in an order of its own (`-Y + Yhat`). Here the terms with a minus come
last, a product's minus sign comes first, and a part gets parentheses whenever it binds no stronger
than what surrounds it. `∘` multiplies and `⊘` divides entry by entry; in the text, a number that is
added to a matrix is added to every entry.
"""

from __future__ import annotations

from typing import Final

from sympy import (
    Add,
    Expr,
    HadamardPower,
    HadamardProduct,
    KroneckerDelta,
    MatMul,
    MatrixExpr,
    MatrixSymbol,
    Mul,
    Number,
    OneMatrix,
    Pow,
    Symbol,
    Transpose,
    fraction,
)
from sympy.printing.latex import LatexPrinter
from sympy.printing.str import StrPrinter

from derivations.notation import Expression, eps

Statement = Expr | MatrixExpr

SUM, PRODUCT, ATOM = 1, 2, 3


def text(statement: Expression) -> str:
    """Return the statement as one line of Unicode text, with the names that the code uses.

    >>> from derivations.claims import STATEMENTS
    >>> text(STATEMENTS["dZ2"])
    '(Yhat - Y)/m'
    """
    return str(_Text().doprint(statement))


def latex(statement: Expression) -> str:
    r"""Return the statement as LaTeX for math mode, without surrounding dollars.

    >>> from derivations.claims import STATEMENTS
    >>> print(latex(STATEMENTS["dW2"]))
    A_1^{\top} dZ_2
    """
    return str(_Latex().doprint(statement))


def derivative_latex(left: str) -> str:
    r"""Return the left side of a claim as LaTeX: the derivative that it is of.

    >>> print(derivative_latex("dYhat[i,q]/dZ2[i,q]"))
    \frac{\partial \hat{Y}_{iq}}{\partial (Z_2)_{iq}}
    """
    above, below = (_differential(part) for part in left.split("/"))
    return rf"\frac{{\partial {above}}}{{\partial {below}}}"


def _differential(part: str) -> str:
    name, _, indices = part.removeprefix("d").rstrip("]").partition("[")
    symbol = {"Yhat": r"\hat{Y}", "J": "J", "J_eps": r"J_{\varepsilon}"}.get(name) or f"{name[0]}_{name[1:]}"
    if not indices:
        return symbol
    whole = f"({symbol})" if "_" in symbol else symbol
    return f"{whole}_{{{indices.replace(',', '')}}}"


def _binding(part: Expression) -> int:
    """Return how strongly the printed part holds together; an unknown kind counts as a sum, to be safe."""
    if _signed(part)[0]:
        return SUM
    if isinstance(part, Symbol | MatrixSymbol | Number | KroneckerDelta | OneMatrix | Transpose):
        return ATOM if not isinstance(part, Number) or part.is_Integer else PRODUCT
    return PRODUCT if isinstance(part, Mul | MatMul | Pow | HadamardProduct | HadamardPower) else SUM


def _signed(part: Expression) -> tuple[bool, Expression]:
    """Return whether the part has a minus in front, and the part without it."""
    if isinstance(part, Number):
        return bool(part.is_negative), abs(part)
    if isinstance(part, MatMul):
        factor, matrices = part.as_coeff_matrices()
        minus = factor.could_extract_minus_sign()
        signs, plain = zip(*map(_signed, matrices), strict=True)
        factor = -factor if minus else factor
        negative = (int(minus) + sum(signs)) % 2 == 1
        return negative, plain[0] if factor == 1 and len(plain) == 1 else MatMul(factor, *plain)
    if isinstance(part, HadamardProduct):
        signs, plain = zip(*map(_signed, part.args), strict=True)
        return sum(signs) % 2 == 1, HadamardProduct(*plain)
    if isinstance(part, Mul):  # after MatMul, which SymPy makes a kind of Mul
        negative = bool(part.as_coeff_Mul()[0].is_negative)
        return negative, -part if negative else part
    return False, part


def _powers(part: Expression) -> tuple[list[Expression], list[Expression]]:
    """Return the matrices that an entrywise product multiplies, and those that it divides by."""
    above: list[Expression] = []
    below: list[Expression] = []
    for factor in part.args if isinstance(part, HadamardProduct) else [part]:
        base, exponent = (factor.base, int(factor.exp)) if isinstance(factor, HadamardPower) else (factor, 1)
        (above if exponent > 0 else below).extend([base] * abs(exponent))
    return sorted(above, key=lambda factor: _binding(factor) < ATOM), below


class _Textbook:
    """What both printers share: the order of terms, the signs, and where parentheses go."""

    TIMES: str
    OVER: str
    ONE: str
    TRANSPOSED: str
    OPEN: str
    CLOSE: str

    def _print(self, part: Expression) -> str:
        return str(super()._print(part))  # type: ignore[misc]

    def ratio(self, above: str, below: str, body: str) -> str:
        """Return `above/below` times the body; an empty string stands for 1, and for no body."""
        raise NotImplementedError

    def within(self, part: Expression, surroundings: int) -> str:
        """Print the part; in parentheses unless it binds stronger than its surroundings."""
        printed = self._print(part)
        return printed if _binding(part) > surroundings else f"{self.OPEN}{printed}{self.CLOSE}"

    def number(self, part: Expression) -> str:
        """Print a factor in front of a matrix; nothing for 1."""
        return "" if part == 1 else self.within(part, SUM)

    def sum_of(self, terms: Expression) -> str:
        signed = sorted((_signed(term) for term in terms), key=lambda term: (term[0], term[1].has(eps)))
        first, *others = [(negative, self.within(part, SUM)) for negative, part in signed]
        start = f"-{first[1]}" if first[0] else first[1]
        return start + "".join(f" {'-' if negative else '+'} {printed}" for negative, printed in others)

    def _print_Add(self, part: Expression, order: object = None) -> str:
        return self.sum_of(part.as_ordered_terms())

    def _print_MatAdd(self, part: Expression) -> str:
        return self.sum_of(part.args)

    def _print_MatMul(self, part: Expression) -> str:
        negative, positive = _signed(part)
        if negative:
            return f"-{self.within(positive, SUM)}"
        if not isinstance(positive, MatMul):
            return self._print(positive)
        factor, matrices = positive.as_coeff_matrices()
        above, below = fraction(factor)
        return self.ratio(self.number(above), "" if below == 1 else self.divisor(below), self.matrices(matrices, below))

    def matrices(self, factors: Expression, below: Expression) -> str:
        """Print a product of matrices that may stand above `below`."""
        if len(factors) == 1:
            return self.within(factors[0], PRODUCT)
        return " ".join(self.in_product(factor) for factor in factors)

    def in_product(self, factor: Expression) -> str:
        """Print a factor of a matrix product; ones are named by their shape, for they sum rows or columns."""
        if not isinstance(factor, OneMatrix):
            return self.within(factor, PRODUCT)
        column, row = self.ONE, self.ONE + self.TRANSPOSED
        return row if factor.shape[0] == 1 else column if factor.shape[1] == 1 else f"{column} {row}"

    def divisor(self, below: Expression) -> str:
        return self.within(below, PRODUCT)

    def _print_Mul(self, part: Expression) -> str:
        negative, positive = _signed(part)
        if negative:
            return f"-{self.within(positive, SUM)}"
        above, below = fraction(positive)
        factors = sorted(
            Mul.make_args(above),
            key=lambda factor: (not isinstance(factor, Number | KroneckerDelta), _binding(factor) == SUM, str(factor)),
        )
        body = self._print(above) if len(factors) == 1 else " ".join(self.within(factor, SUM) for factor in factors)
        if below == 1:
            return body
        if isinstance(above, Add):
            body = self.scalar_above(above)
        return self.ratio(body, self.divisor(below), "")

    def scalar_above(self, above: Expression) -> str:
        return self.within(above, SUM)

    def _print_Pow(self, part: Expression, *options: object, **more: object) -> str:
        if part.exp.could_extract_minus_sign():
            return self.ratio("1", self.divisor(1 / part), "")
        return f"{self.within(part.base, PRODUCT)}^{self.exponent(part.exp)}"

    def exponent(self, part: Expression) -> str:
        return self.within(part, PRODUCT)

    def _print_HadamardProduct(self, part: Expression) -> str:
        negative, positive = _signed(part)
        if negative:
            return f"-{self.within(positive, SUM)}"
        above, below = _powers(positive)
        product = self.TIMES.join(self.within(factor, PRODUCT) for factor in above) or self.ONE
        return product + "".join(self.OVER + self.within(factor, PRODUCT) for factor in below)

    def _print_HadamardPower(self, part: Expression) -> str:
        above, below = _powers(part)
        if below:
            return self._print_HadamardProduct(part)
        return self.TIMES.strip().join(self.within(base, PRODUCT) for base in above)

    def _print_Transpose(self, part: Expression) -> str:
        return self.within(part.arg, PRODUCT) + self.TRANSPOSED

    def _print_OneMatrix(self, part: Expression) -> str:
        return self.ONE


class _Text(_Textbook, StrPrinter):  # type: ignore[misc]  # SymPy has no types
    TIMES, OVER, ONE, TRANSPOSED, OPEN, CLOSE = " ∘ ", " ⊘ ", "1", "^T", "(", ")"

    def ratio(self, above: str, below: str, body: str) -> str:
        if above and body == self.ONE:
            body = ""  # eps times ones, added to a matrix, is eps added to every entry
        return " ".join(filter(None, (above, body))) + (f"/{below}" if below else "")

    def matrices(self, factors: Expression, below: Expression) -> str:
        product = super().matrices(factors, below)
        return f"({product})" if below != 1 and len(factors) > 1 else product

    def _print_Symbol(self, part: Expression) -> str:
        return "eps" if part == eps else str(part.name)

    def _print_KroneckerDelta(self, part: Expression) -> str:
        return f"δ[{','.join(map(self._print, part.args))}]"


class _Latex(_Textbook, LatexPrinter):  # type: ignore[misc]  # SymPy has no types
    TIMES, OVER, ONE, TRANSPOSED = r" \odot ", r" \oslash ", r"\mathbf{1}", r"^{\top}"
    OPEN, CLOSE = r"\left(", r"\right)"

    def ratio(self, above: str, below: str, body: str) -> str:
        return " ".join(filter(None, (rf"\frac{{{above or '1'}}}{{{below}}}" if below else above, body)))

    def divisor(self, below: Expression) -> str:
        return self._print(below)  # the bar of the fraction holds it together

    def scalar_above(self, above: Expression) -> str:
        return self._print(above)

    def exponent(self, part: Expression) -> str:
        printed = self._print(part)
        return printed if len(printed) == 1 else f"{{{printed}}}"

    def _print_HadamardPower(self, part: Expression) -> str:
        return self._print_HadamardProduct(part)  # `\odot` without spaces would run into a letter

    def _print_Symbol(self, part: Expression, style: str = "plain") -> str:
        if part == eps:
            return r"\varepsilon"
        name, _, indices = part.name.partition("[")
        if not indices:
            return _name(name)
        base = _name(name)
        return f"({base})_{{{_indices(indices)}}}" if "_" in base else f"{base}_{{{_indices(indices)}}}"

    def _print_MatrixSymbol(self, part: Expression, style: str = "plain") -> str:
        return _name(part.name)

    def _print_KroneckerDelta(self, part: Expression, exp: str | None = None) -> str:
        return rf"\delta_{{{''.join(map(self._print, part.args))}}}"


HATS: Final = {"Yhat": r"\hat{Y}", "dYhat": r"d\hat{Y}"}


def _name(name: str) -> str:
    r"""Return `W_1` for `W1`, `\hat{Y}` for `Yhat`, and a name without a number as it is."""
    letters = name.rstrip("0123456789")
    return HATS.get(name) or (f"{letters}_{name[len(letters) :]}" if letters != name else name)


def _indices(inside: str) -> str:
    return inside.rstrip("]").replace(",", "")
