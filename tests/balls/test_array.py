"""Arrays of balls answer NumPy as arrays of floats do, in 50 digits, and become floats nowhere unnoticed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from verify.balls.array import Balls
from verify.balls.digits import arb, context, in_digits
from verify.balls.refusal import NoBalls
from verify.balls.stand_ins import MATH, Float
from verify.balls.world import BallWorld
from verify.exact.numpy_proxy import proxy

FLOATS = np.array([[0.3, -0.7, 1.2], [2.0, -0.1, 0.4]])
WORLD = BallWorld()
NUMPY = proxy(WORLD)


def balls(floats: Any = FLOATS) -> Any:
    return WORLD.number(np.asarray(floats))


def both(expression: str) -> tuple[Any, Any]:
    """Return what an expression in np, A and B gives in balls and in floats."""
    A = balls()
    ours = eval(expression, {"np": NUMPY, "A": A, "B": A.T.copy(), "float": Float, "math": MATH})
    import math

    floats = eval(expression, {"np": np, "A": FLOATS.copy(), "B": FLOATS.T.copy(), "float": float, "math": math})
    return ours, floats


EXPRESSIONS = [
    "A * (A > 0)", "A * (A > 0).astype(int)", "A * (A > 0).astype(float)", "np.where(A > 0, A, 0)", "np.maximum(0, A)",
    "np.clip(A, -0.5, 1.0)", "A.clip(0, None)", "np.power(A, 2)", "A ** 3", "np.abs(A) ** .5", "A ** -1", "2.0 ** A",
    "np.square(A)", "np.mean(A, axis=0, keepdims=True)", "np.var(A, axis=0)", "np.std(A, axis=1, ddof=1)", "A.std()",
    "np.max(A, axis=1, keepdims=True)", "A.min()", "np.argmax(A, axis=1)", "A.sum(axis=0)", "np.linalg.norm(A)",
    "np.linalg.norm(A, axis=1)", "np.linalg.norm(A[0], 1)", "np.einsum('ij,jk->ik', A, B)", "np.dot(A, B)", "A @ B",
    "A[0] @ B", "A.dot(B)", "np.outer(A[0], A[1])", "np.sign(A)", "1 / (1 + np.exp(-A))", "np.log1p(np.abs(A))",
    "np.expm1(A)", "np.logaddexp(A, 0)", "np.sqrt(np.abs(A))", "np.arctan(A)", "np.arctan2(A, 2.0)", "np.sinh(A)",
    "np.cosh(A)", "np.tanh(A)", "np.sin(A)", "np.cos(A)", "np.tan(A)", "np.exp2(A)", "np.log2(np.abs(A))", "np.cbrt(A)",
    "np.log10(np.abs(A))", "np.cumsum(A, axis=0)", "np.prod(A, axis=0)", "np.array([A[0, 0], A[0, 1]])",
    "np.concatenate([A, np.ones((2, 1))], axis=1)", "np.hstack([np.zeros((2, 1)), A])", "np.stack([A, A])",
    "np.zeros_like(A) + A", "np.ones_like(A) * A", "np.full_like(A, 2.5)", "np.eye(3)[np.argmax(A, axis=1)] * A",
    "np.isnan(A)", "np.isfinite(A).all()", "np.squeeze(A.sum(keepdims=True))", "np.divide(A, 3)", "np.pad(A, 1)",
    "np.sort(A, axis=1)", "np.argsort(A[0])", "np.tile(A, (2, 1))", "np.split(A, 3, axis=1)[1]", "A.reshape(3, 2)",
    "A.T @ A", "A.ravel()", "A.flatten()", "float(A[0, 0])", "float(np.sum(A))", "np.float64(A[0, 1])", "A[A > 0]",
    "math.exp(A[0, 0])", "math.sqrt(A[1, 0])", "np.hypot(A, 1.0)", "np.trace(A @ B)", "np.diag(A @ B)", "A[:, ::-1]",
    "np.minimum(A, 0.35)", "np.heaviside(A, 0.5)", "np.add.reduce(A, axis=1)", "np.maximum.reduce(A, axis=1)",
    "np.multiply.outer(A[0], A[1])", "np.broadcast_to(A[0], (2, 3))", "np.asarray(A).shape", "len(A)", "A.mean()",
    "np.nan_to_num(A)", "np.ravel(A)", "sum(A.tolist()[0])", "np.round(A, 3) * 0", "abs(A)", "np.any(A > 1)",
]  # fmt: skip


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_usual_operations_give_in_balls_what_they_give_in_floats(expression: str) -> None:
    ours, floats = both(expression)
    shown = ours.shadow if isinstance(ours, Balls) else ours
    assert np.shape(shown) == np.shape(floats)
    np.testing.assert_allclose(np.asarray(shown, float), np.asarray(floats, float), rtol=1e-13, atol=1e-15)


IN_PLACE: dict[str, Callable[[Any, Any], Any]] = {
    "a float array minus balls": lambda np, A: _iadd(np.ones((2, 3)), -0.1 * A),
    "an array of zeros gets entries": lambda np, A: _set(np.zeros((2, 2)), (0, 0), A[0, 0]),
    "an empty array gets a row": lambda np, A: _set(np.empty((2, 3)), 1, A[0]),
    "a view is written to": lambda np, A: _through_a_view(A.copy()),
    "a mask is set to zero": lambda np, A: _set(A.copy(), A < 0, 0),
    "np.add.at": lambda np, A: _add_at(np, A),
    "labels are subtracted": lambda np, A: _iadd_at(A.copy(), (range(2), [0, 2]), -1),
    "divided in place": lambda np, A: _idiv(A.copy(), 3),
    "np.divide with out and where": lambda np, A: np.divide(A, 2.0, out=np.zeros_like(A), where=FLOATS > 0),
}


def _iadd(array: Any, other: Any) -> Any:
    array += other
    return array


def _idiv(array: Any, other: Any) -> Any:
    array /= other
    return array


def _set(array: Any, key: Any, value: Any) -> Any:
    array[key] = value
    return array


def _iadd_at(array: Any, key: Any, value: Any) -> Any:
    array[key] += value
    return array


def _through_a_view(array: Any) -> Any:
    array[:, 0].reshape(-1)[1] = 7.0
    array.T[2] *= 2
    return array


def _add_at(numpy: Any, array: Any) -> Any:
    found = numpy.zeros(3)
    np.add.at(found, [0, 0, 2], array[0])
    return found


@pytest.mark.parametrize("name", IN_PLACE)
def test_work_in_place_is_that_of_numpy(name: str) -> None:
    ours, floats = IN_PLACE[name](NUMPY, balls()), IN_PLACE[name](np, FLOATS.copy())
    np.testing.assert_allclose(ours.shadow, floats, rtol=1e-14)


def test_results_have_50_digits_and_the_precision_of_others_stays_as_it_was() -> None:
    before = context.prec
    a = balls([2.0])
    root = np.sqrt(a).value[0]
    assert float(root.rad()) < 1e-50
    with in_digits():
        assert (root**2).overlaps(arb(2))
        assert not (root * (1 + arb(10) ** -45)).overlaps(root)
    assert context.prec == before


def test_the_logarithm_of_an_exponential_is_known_and_a_tiny_error_stands_out() -> None:
    a = balls()
    back, wrong = np.log(np.exp(a)), a * (1 + np.float64(2.0**-45))
    assert all(one.overlaps(other) for one, other in zip(back.value.ravel(), a.value.ravel(), strict=True))
    assert not any(one.overlaps(other) for one, other in zip(wrong.value.ravel(), a.value.ravel(), strict=True))


ROUNDINGS: dict[str, Callable[[Balls], Any]] = {
    "float": lambda a: float(a[0, 0]),
    "an entry of a float array": lambda a: _set(np.zeros(2), 0, a[0, 0]),
    "a row of a float array": lambda a: _set(np.zeros((2, 3)), 0, a[0]),
    "np.array of NumPy's own": lambda a: np.array(a),
    "astype int": lambda a: a.astype(int),
    "astype complex": lambda a: a.astype(complex),
    "complex numbers": lambda a: a + 1j,
    "int": lambda a: int(a[0, 0]),
    "rounded to a whole number": lambda a: np.round(a),
    "out of floats": lambda a: np.exp(a, out=np.zeros((2, 3))),
    "the determinant": lambda a: np.linalg.det(a[:, :2]),
    "an unknown attribute": lambda a: a.nothing,
    "a median": lambda a: np.median(a),
}


@pytest.mark.parametrize("name", ROUNDINGS)
def test_what_would_round_a_ball_is_refused(name: str) -> None:
    with pytest.raises((NoBalls, ValueError)) as refused:  # NumPy tells the second where it asks for a float itself
        ROUNDINGS[name](balls())
    assert isinstance(refused.value, NoBalls) or isinstance(refused.value.__cause__, NoBalls)


def test_a_comparison_is_certain_or_refused() -> None:
    a = balls([0.1, 0.2])
    zero = np.log(np.exp(a)) - a  # 0, to 60 digits or so
    assert (a < 1).all()
    assert (a == a.copy()).all()
    for undecided in (lambda: zero > 0, lambda: np.maximum(zero, 0), lambda: np.abs(zero), lambda: bool(zero[0] == 0)):
        with pytest.raises(NoBalls, match="a comparison of two numbers that are equal"):
            undecided()
    with pytest.raises(NoBalls):
        np.max(NUMPY.array([zero[0], zero[1]]))


def test_numbers_that_are_equal_for_certain_are_equal() -> None:
    a = balls([0.0, -1.0, 1.0])
    assert np.maximum(0, a).shadow.tolist() == [0.0, 0.0, 1.0]
    assert np.sign(a).shadow.tolist() == [0.0, -1.0, 1.0]
    assert (a == np.max(a)).tolist() == [False, False, True]


@pytest.mark.parametrize("constant", [0.1, 1 / 3, 1e-10, 0.01 / 11, 1 / 11])
def test_a_constant_is_the_simplest_fraction_that_rounds_to_it(constant: float) -> None:
    found = WORLD.constant(np.array(constant)).value[()]
    with in_digits():
        assert found.overlaps(arb(1) / round(1 / constant)) or constant == 0.01 / 11
    assert float(found.rad()) < 1e-60


def test_a_jitter_moves_constants_and_nothing_else() -> None:
    moved = BallWorld(jitter=1)
    third = moved.constant(np.array(1 / 3)).value[()]
    with in_digits():
        assert 0 < abs(float(third * 3 - 1)) < 1e-14
    assert moved.constant(np.array([2.0, 0.25, 7])).shadow.tolist() == [2.0, 0.25, 7.0]
    assert moved.number(np.array(1 / 3)).value[()].is_exact()


def test_a_guard_in_a_logarithm_is_met_and_may_count_as_absent() -> None:
    for expression in (
        "np.log(A + 1e-8)",
        "np.log(1e-8 + A)",
        "np.log(1 - (1 - A) + 1e-8)",
        "np.log((A + 1e-8)[:, 0])",
    ):
        for guards in (True, False):
            world = BallWorld(guards=guards)
            a: Any = world.number(np.abs(FLOATS) / 4)
            found = eval(expression, {"np": proxy(world), "A": a})
            clean: Any = np.log(a[:, 0] if "[" in expression else a)
            same = [x.overlaps(y) for x, y in zip(found.value.ravel(), clean.value.ravel(), strict=True)]
            assert all(same) is not guards
            assert "guard" in world.met
    world = BallWorld(guards=False)
    a = world.number(np.abs(FLOATS))
    np.sqrt(a + 1e-8), np.log(a + 0.5)
    assert "guard" not in world.met
