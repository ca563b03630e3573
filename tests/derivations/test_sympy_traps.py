"""Traps of SymPy that the derivation steps around. Where one is gone, its test fails and says so."""

from fractions import Fraction

import numpy as np
import pytest
from sympy import (
    MatrixExpr,
    MatrixSymbol,
    Piecewise,
    Rational,
    Sum,
    Symbol,
    Trace,
    ZeroMatrix,
    cancel,
    diff,
    exp,
    lambdify,
    latex,
    tanh,
)  # fmt: skip

from derivations import claims, typeset
from derivations.entrywise import Network
from derivations.evaluate import evaluate
from derivations.normal_form import Normaliser
from derivations.notation import INDEXED, entries, i, m, n_h, n_y, over, p_h, q_y, s
from tests.there import there

GONE = "this trap of SymPy is gone: the code that steps around it may be simpler now"


def test_the_derivative_of_a_sum_of_traces_is_zero_and_no_claim_is_a_matrix_derivative():
    A, B, W = (MatrixSymbol(name, 2, 2) for name in "ABW")
    assert diff(Trace(A * W) + Trace(B * W), W) == ZeroMatrix(2, 2), GONE
    left, _ = claims.direct("dZ2")
    assert not left.atoms(MatrixSymbol)
    assert left.has(INDEXED["Z2"])


def test_a_bound_index_is_captured_and_our_derivative_refuses_it():
    x, y = INDEXED["X"], INDEXED["Y"]
    one_row = Sum(x[i, 0] * y[i, 0], *over(i))
    assert diff(one_row, x[i, 0]) == Sum(y[i, 0], *over(i)), GONE
    with pytest.raises(ValueError, match="which a sum in the loss binds"):
        claims.derivative(one_row, x[i, 0])


def test_from_index_summation_drops_1_over_m_and_our_claims_go_from_matrices_to_indices():
    A1, dZ2 = MatrixSymbol("A1", m, n_h), MatrixSymbol("dZ2", m, n_y)
    total = Sum(A1[i, p_h] * dZ2[i, q_y], (i, 0, m - 1))
    back = MatrixExpr.from_index_summation(total / m, p_h, q_y)
    assert not back.has(1 / m), GONE
    _, entry = claims.direct("dZ2")
    assert entry.has(1 / m)


def test_replacing_exp_of_z_misses_exp_of_minus_z_and_our_opaque_does_not():
    z, E = Symbol("z", real=True), Symbol("E", positive=True)
    identity = (exp(z) - 1) * (1 + exp(-z)) - exp(z) + exp(-z)
    assert identity.expand() == 0
    assert cancel(identity.xreplace({exp(z): E})) != 0, GONE
    net = Network(1, 1, 1, 2)
    argument = next(part for part in net.loss.atoms(exp)).args[0]
    known = net.opaque(exp(argument))
    assert net.opaque(exp(-argument)) == 1 / known
    assert net.opaque(exp(2 * argument)) == known**2


def test_lambdify_prints_a_rational_as_a_float_and_our_evaluation_keeps_fractions():
    assert isinstance(lambdify([], Rational(1, 3))(), float), GONE
    third = {"Y": np.array([[0], [0], [0]]) + Fraction(0), "Yhat": np.array([[1], [1], [1]]) + Fraction(0)}
    assert evaluate("dZ2", third)[0, 0] == Fraction(1, 3)


def test_latex_puts_the_minus_first_and_our_printer_does_not():
    difference = MatrixSymbol("Yhat", m, n_y) - MatrixSymbol("Y", m, n_y)
    assert latex(difference).startswith("-"), GONE
    assert typeset.latex(difference) == r"\hat{Y} - Y"


def test_doit_leaves_a_range_piecewise_and_our_proofs_never_call_it():
    raw = claims.derivative(Sum(entries("Y")(i, q_y), *over(i)), entries("Y")(s, q_y))
    assert raw.doit().has(Piecewise), GONE
    assert Normaliser(rows_sum_to_one=False)(raw) == 1


def test_differentiating_tanh_is_a_look_up_and_our_proof_never_mentions_it():
    z = Symbol("z")
    assert diff(tanh(z), z) == 1 - tanh(z) ** 2, GONE
    left, right = there(claims.CLAIMS["tanh'"].direct)()
    assert not left.has(tanh)
    assert cancel(left - right) == 0
