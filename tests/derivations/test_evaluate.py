"""The proved formula at given numbers is the formula that a person would write in NumPy, in every kind of number."""

from fractions import Fraction

import mpmath
import numpy as np
import pytest

from derivations.claims import DZ2_ANY_Y, DZ2_IMPLEMENTED, STATEMENTS
from derivations.evaluate import evaluate, forward, sizes
from derivations.notation import m, n_h, n_x, n_y

GRADIENTS = tuple(STATEMENTS)
SIZES = (4, 2, 3, 5)  # m, n_x, n_h, n_y


def whole_numbers(seed=0):
    """Return a forward pass in small positive whole numbers over 10; it need not come from a network."""
    rng = np.random.default_rng(seed)
    m_, n_x_, n_h_, n_y_ = SIZES
    shapes = {"X": (m_, n_x_), "Y": (m_, n_y_), "A1": (m_, n_h_), "W2": (n_h_, n_y_), "Yhat": (m_, n_y_)}
    return {name: rng.integers(1, 10, shape) for name, shape in shapes.items()}


def in_numbers(kind):
    make = np.frompyfunc(lambda whole: kind(int(whole)) / 10, 1, 1)
    known = {name: make(array) for name, array in whole_numbers().items()}
    return {name: array.astype(float) for name, array in known.items()} if kind is float else known


def by_hand(known):
    """Return the gradients as a person writes them."""
    X, Y, A1, W2, Yhat = (known[name] for name in ("X", "Y", "A1", "W2", "Yhat"))
    rows = len(X)
    dZ2 = (Yhat - Y) / rows
    dA1 = dZ2 @ W2.T
    dZ1 = dA1 * (1 - A1 * A1)
    return {
        "dYhat": -Y / Yhat / rows, "dZ2": dZ2, "dW2": A1.T @ dZ2, "db2": dZ2.sum(axis=0, keepdims=True),
        "dA1": dA1, "dZ1": dZ1, "dW1": X.T @ dZ1, "db1": dZ1.sum(axis=0, keepdims=True),
    }  # fmt: skip


@pytest.mark.parametrize("name", GRADIENTS)
def test_fractions_are_exactly_the_formula_written_by_hand(name):
    known = in_numbers(Fraction)
    got = evaluate(name, known)
    assert got.shape == by_hand(known)[name].shape
    assert (got == by_hand(known)[name]).all()
    assert all(isinstance(number, Fraction) for number in got.flat)


@pytest.mark.parametrize("name", GRADIENTS)
def test_floats_and_mpmath_agree_with_the_fractions(name):
    exact = evaluate(name, in_numbers(Fraction)).astype(float)
    np.testing.assert_allclose(evaluate(name, in_numbers(float)), exact, rtol=1e-13, atol=1e-14)
    with mpmath.workdps(50):
        many_digits = evaluate(name, in_numbers(mpmath.mpf))
        assert all(isinstance(number, mpmath.mpf) for number in many_digits.flat)
        written = by_hand(in_numbers(mpmath.mpf))[name]
        assert all(abs(difference) < mpmath.mpf(10) ** -45 for difference in (many_digits - written).flat)


def test_row_sums_of_y_enter_where_they_are_not_1():
    known = in_numbers(Fraction)
    got = evaluate("dZ2", known, statements={"dZ2": DZ2_ANY_Y})
    Y, Yhat = known["Y"], known["Yhat"]
    assert (got == (Yhat * Y.sum(axis=1, keepdims=True) - Y) / 4).all()
    assert (got != evaluate("dZ2", known)).any()


def test_the_smoothed_loss_has_the_gradient_written_by_hand():
    known, eps = in_numbers(Fraction), Fraction(1, 7)
    Y, Yhat = known["Y"], known["Yhat"]
    kept = Y * Yhat / (Yhat + eps)
    got = evaluate("dZ2", known, statements={"dZ2": DZ2_IMPLEMENTED}, smoothing=eps)
    assert (got == (Yhat * kept.sum(axis=1, keepdims=True) - kept) / 4).all()


def test_without_smoothing_the_smoothed_formula_is_the_textbook_one_for_any_y():
    known = in_numbers(Fraction)
    smoothed = evaluate("dZ2", known, statements={"dZ2": DZ2_IMPLEMENTED}, smoothing=Fraction(0))
    assert (smoothed == evaluate("dZ2", known, statements={"dZ2": DZ2_ANY_Y})).all()


def test_an_upstream_gradient_that_is_given_is_used():
    known = in_numbers(Fraction)
    known["dZ2"] = known["Yhat"] * 0
    assert (evaluate("dW1", known) == 0).all()


def test_a_matrix_that_is_neither_known_nor_claimed_is_refused():
    known = in_numbers(float)
    del known["A1"]
    with pytest.raises(KeyError, match="A1"):
        evaluate("dW2", known)


def test_the_sizes_are_read_from_the_shapes():
    assert sizes(whole_numbers()) == dict(zip((m, n_x, n_h, n_y), SIZES, strict=True))


def test_the_gradients_of_a_forward_pass_are_the_slopes_of_its_loss():
    rng = np.random.default_rng(3)
    known = {"X": rng.normal(size=(4, 2)), "W1": rng.normal(size=(2, 3)), "b1": rng.normal(size=(1, 3)),
             "W2": rng.normal(size=(3, 5)), "b2": rng.normal(size=(1, 5)), "Y": np.eye(5)[[0, 2, 2, 4]]}  # fmt: skip

    def loss(values):
        return -np.sum(values["Y"] * np.log(forward(values, tanh=np.tanh, exp=np.exp)["Yhat"])) / 4

    for parameter in ("W1", "b1", "W2", "b2"):
        direction = rng.normal(size=known[parameter].shape)
        up, down = ({**known, parameter: known[parameter] + step * direction} for step in (1e-5, -1e-5))
        slope = np.sum(evaluate(f"d{parameter}", forward(known, tanh=np.tanh, exp=np.exp)) * direction)
        assert slope == pytest.approx((loss(up) - loss(down)) / 2e-5, rel=1e-6, abs=1e-9)
