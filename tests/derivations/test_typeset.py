"""Formulas as printed: snapshots of all of them, and shapes that no claim has yet."""

import pytest
from sympy import HadamardPower, HadamardProduct, MatAdd, MatMul, OneMatrix, Rational, symbols

from derivations.claims import CLAIMS
from derivations.notation import MATRIX, m, n_y
from derivations.typeset import latex, text

A1, Y, Yhat, dZ2, X, dA1 = (MATRIX[name] for name in ("A1", "Y", "Yhat", "dZ2", "X", "dA1"))
x, y = symbols("x y")

PRINTED = {
    "tanh'": ("1 - A1^2", r"1 - A_1^2"),
    "dYhat": ("-(Y ⊘ Yhat)/m", r"-\frac{1}{m} \left(Y \oslash \hat{Y}\right)"),
    "softmax": (
        "δ[i,t] Yhat[i,k] (δ[k,q] - Yhat[i,q])",
        r"\delta_{it} \hat{Y}_{ik} \left(\delta_{kq} - \hat{Y}_{iq}\right)",
    ),
    "softmax diagonal": ("Yhat[i,q] (1 - Yhat[i,q])", r"\hat{Y}_{iq} \left(1 - \hat{Y}_{iq}\right)"),
    "softmax off-diagonal": ("-Yhat[i,k] Yhat[i,q]", r"-\hat{Y}_{ik} \hat{Y}_{iq}"),
    "dZ2 for any Y": (
        "(Yhat ∘ (Y 1 1^T) - Y)/m",
        r"\frac{1}{m} \left(\hat{Y} \odot \left(Y \mathbf{1} \mathbf{1}^{\top}\right) - Y\right)",
    ),
    "dZ2": ("(Yhat - Y)/m", r"\frac{1}{m} \left(\hat{Y} - Y\right)"),
    "dW2": ("A1^T dZ2", r"A_1^{\top} dZ_2"),
    "db2": ("1^T dZ2", r"\mathbf{1}^{\top} dZ_2"),
    "dA1": ("dZ2 W2^T", r"dZ_2 W_2^{\top}"),
    "dZ1": ("dA1 ∘ (1 - A1∘A1)", r"dA_1 \odot \left(\mathbf{1} - A_1 \odot A_1\right)"),
    "dW1": ("X^T dZ1", r"X^{\top} dZ_1"),
    "db1": ("1^T dZ1", r"\mathbf{1}^{\top} dZ_1"),
    "dZ2 as implemented": (
        "(Yhat ∘ ((Y ∘ Yhat ⊘ (Yhat + eps)) 1 1^T) - Y ∘ Yhat ⊘ (Yhat + eps))/m",
        r"\frac{1}{m} \left(\hat{Y} \odot \left(\left(Y \odot \hat{Y} \oslash \left(\hat{Y} + \varepsilon "
        r"\mathbf{1}\right)\right) \mathbf{1} \mathbf{1}^{\top}\right) - Y \odot \hat{Y} \oslash "
        r"\left(\hat{Y} + \varepsilon \mathbf{1}\right)\right)",
    ),
    "dZ2 as implemented, one-hot": ("dZ2[i,q] p/(p + eps)", r"\frac{(dZ_2)_{iq} p}{p + \varepsilon}"),
}  # fmt: skip

OTHERS = [
    (Yhat / 2 - Y, "Yhat/2 - Y", r"\frac{1}{2} \hat{Y} - Y"),
    (Yhat - (Y + dZ2), "Yhat - Y - dZ2", r"\hat{Y} - Y - dZ_2"),
    (-(Yhat - Y) / m, "(Y - Yhat)/m", r"\frac{1}{m} \left(Y - \hat{Y}\right)"),
    (MatMul(-1, MatAdd(Yhat, Y)), "-(Yhat + Y)", r"-\left(\hat{Y} + Y\right)"),
    (m / n_y * OneMatrix(1, m) * dZ2, "m (1^T dZ2)/n_y", r"\frac{m}{n_y} \mathbf{1}^{\top} dZ_2"),
    (A1.T * dZ2 / m, "(A1^T dZ2)/m", r"\frac{1}{m} A_1^{\top} dZ_2"),
    ((Yhat - Y).T * dZ2, "(Yhat^T - Y^T) dZ2", r"\left(\hat{Y}^{\top} - Y^{\top}\right) dZ_2"),
    (HadamardPower(Yhat - Y, 2), "(Yhat - Y)∘(Yhat - Y)",
     r"\left(\hat{Y} - Y\right) \odot \left(\hat{Y} - Y\right)"),
    (HadamardProduct(Yhat, -Y - dZ2), "Yhat ∘ (-Y - dZ2)", r"\hat{Y} \odot \left(-Y - dZ_2\right)"),
    (HadamardPower(Yhat, -2), "1 ⊘ Yhat ⊘ Yhat", r"\mathbf{1} \oslash \hat{Y} \oslash \hat{Y}"),
    (-x * (x - y), "-x (x - y)", r"-x \left(x - y\right)"),
    ((x + y) / (x * y), "(x + y)/(x y)", r"\frac{x + y}{x y}"),
    (Rational(1, 2) * x - y, "x/2 - y", r"\frac{x}{2} - y"),
    ((x - y) ** 2, "(x - y)^2", r"\left(x - y\right)^2"),
    (1 / (x + y), "1/(x + y)", r"\frac{1}{x + y}"),
    (x ** (y + 1), "x^(y + 1)", r"x^{y + 1}"),
]  # fmt: skip


def balanced(printed, opening, closing):
    depth = 0
    for character in printed:
        depth += (character == opening) - (character == closing)
        if depth < 0:
            return False
    return depth == 0


def test_every_claim_has_a_snapshot():
    assert list(PRINTED) == list(CLAIMS)


@pytest.mark.parametrize("name", CLAIMS)
def test_a_claim_is_printed_as_a_textbook_prints_it(name):
    assert (text(CLAIMS[name].statement), latex(CLAIMS[name].statement)) == PRINTED[name]


@pytest.mark.parametrize(("statement", "as_text", "as_latex"), OTHERS, ids=[other[1] for other in OTHERS])
def test_signs_fractions_and_parentheses_survive(statement, as_text, as_latex):
    assert (text(statement), latex(statement)) == (as_text, as_latex)


@pytest.mark.parametrize("name", CLAIMS)
def test_braces_and_parentheses_balance(name):
    statement = CLAIMS[name].statement
    assert balanced(text(statement), "(", ")")
    assert balanced(text(statement), "[", "]")
    for pair in ("{}", "()"):
        assert balanced(latex(statement), *pair)
    assert latex(statement).count(r"\left(") == latex(statement).count(r"\right)")


def test_the_balance_check_can_fail():
    assert not balanced(")(", "(", ")")
    assert not balanced("((a)", "(", ")")


@pytest.mark.parametrize("name", CLAIMS)
def test_latex_needs_nothing_that_a_small_renderer_lacks(name):
    printed = latex(CLAIMS[name].statement)
    assert "aligned" not in printed
    assert "$" not in printed
    assert printed.isascii()
