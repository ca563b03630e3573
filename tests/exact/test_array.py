"""Exact arrays against rational dual numbers, hand derivatives, and the floats of their shadow."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from tests.exact.exactly import exactly
from tests.there import there
from verify.exact import field
from verify.exact.numbers import (
    COMPARISONS,
    FUNCTIONS,
    UFUNCS,
    ExactArray,
    World,
)

P = field.PRIME
DIRECTIONS = 2


class Dual:
    """A rational number with one slope: the truth, by the rules of the school book."""

    def __init__(self, value, slope=0) -> None:
        self.value, self.slope = Fraction(value), Fraction(slope)

    def __add__(self, other):
        other = dual(other)
        return Dual(self.value + other.value, self.slope + other.slope)

    __radd__ = __add__

    def __neg__(self):
        return Dual(-self.value, -self.slope)

    def __pos__(self):
        return self

    def __sub__(self, other):
        return self + -dual(other)

    def __rsub__(self, other):
        return dual(other) - self

    def __mul__(self, other):
        other = dual(other)
        return Dual(self.value * other.value, self.slope * other.value + self.value * other.slope)

    __rmul__ = __mul__

    def __truediv__(self, other):
        other = dual(other)
        return Dual(self.value / other.value, (self.slope * other.value - self.value * other.slope) / other.value**2)

    def __rtruediv__(self, other):
        return dual(other) / self

    def __pow__(self, n):
        return Dual(self.value**n, n * self.value ** (n - 1) * self.slope)

    def __abs__(self):
        return self if self.value >= 0 else -self

    def __lt__(self, other):
        return self.value < dual(other).value

    def __le__(self, other):
        return self.value <= dual(other).value

    def __gt__(self, other):
        return self.value > dual(other).value

    def __ge__(self, other):
        return self.value >= dual(other).value

    def __eq__(self, other):
        return self.value == dual(other).value

    def __ne__(self, other):
        return self.value != dual(other).value

    __hash__ = None  # type: ignore[assignment]  # as Python does it where only __eq__ is written


def dual(value) -> Dual:
    return (
        value
        if isinstance(value, Dual)
        else Dual(Fraction(value) if not isinstance(value, np.generic) else value.item())
    )


def numbers(shape, seed: int, *, slopes: bool = True) -> tuple[ExactArray, list[np.ndarray]]:
    """The same random quarters as one exact array, and as an array of rational duals for each direction."""
    generator = np.random.default_rng(seed)
    quarters = generator.choice([n for n in range(-12, 13) if n], shape)
    slope = generator.integers(-9, 10, (DIRECTIONS, *quarters.shape)) * int(slopes)
    exact = WORLD.constant(quarters / 4)
    if slopes:
        exact.slope = (slope % P).astype(np.uint64)
    make = np.frompyfunc(lambda n, s: Dual(Fraction(int(n), 4), int(s)), 2, 1)
    duals = [np.asarray(make(quarters, slope[k]), dtype=object) for k in range(DIRECTIONS)]
    return exact, duals


def modular(fraction: Fraction) -> int:
    return field.from_fraction(fraction.numerator, fraction.denominator)


def assert_same(found, expected: list) -> None:
    """Values, slopes and shadow of an exact array are those of the duals; anything else is equal as it stands."""
    if not isinstance(found, ExactArray):
        assert np.array_equal(found, expected[0])
        return
    for k, each in enumerate(expected):
        truth = np.asarray(each, dtype=object)
        assert found.shape == found.value.shape == found.shadow.shape == truth.shape
        flat = [dual(entry) for entry in truth.ravel()]
        assert found.value.ravel().tolist() == [modular(entry.value) for entry in flat]
        assert found.shadow.ravel().tolist() == pytest.approx(
            [float(entry.value) for entry in flat], rel=1e-14, abs=1e-14
        )
        slopes = [modular(entry.slope) for entry in flat]
        if found.slope is None:
            assert not any(slopes)
        else:
            assert found.slope.shape == (DIRECTIONS, *truth.shape)
            assert found.slope[k].ravel().tolist() == slopes


def name_of(function: object) -> str:
    return str(getattr(function, "__name__", ""))


WORLD = World(0)
ELEMENTWISE: dict[np.ufunc, Callable] = {
    np.add: np.add,
    np.subtract: np.subtract,
    np.multiply: np.multiply,
    np.true_divide: np.true_divide,
    np.maximum: np.maximum,
    np.minimum: np.minimum,
}
ONE_ARRAY: dict[Callable, list[Callable]] = {
    np.negative: [np.negative],
    np.positive: [np.positive],
    np.reciprocal: [lambda a: 1 / a],
    np.square: [lambda a: a * a],
    np.power: [lambda a: a**3, lambda a: a**2, lambda a: a**-2, lambda a: a**1],
    np.absolute: [np.absolute],
    np.sum: [
        np.sum, lambda a: np.sum(a, axis=0), lambda a: np.sum(a, axis=-1, keepdims=True), lambda a: np.sum(a, axis=(0, 1)),
        lambda a: a.sum(axis=1), lambda a: np.sum(a, keepdims=True),
    ],
    np.mean: [np.mean, lambda a: np.mean(a, axis=0), lambda a: np.mean(a, axis=1, keepdims=True)],
    np.max: [np.max, lambda a: np.max(a, axis=1, keepdims=True), lambda a: np.max(a, axis=-2)],
    np.min: [np.min, lambda a: np.min(a, axis=1, keepdims=True), lambda a: np.min(a, axis=0)],
    np.argmax: [np.argmax, lambda a: np.argmax(a, axis=1)],
    np.argmin: [np.argmin, lambda a: np.argmin(a, axis=0)],
    np.clip: [lambda a: np.clip(a, -1, 2), lambda a: np.clip(a, 0, None), lambda a: np.clip(a, None, 1)],
    np.transpose: [np.transpose, lambda a: a.T],
    np.reshape: [lambda a: np.reshape(a, (6, 2)), lambda a: a.reshape(-1), lambda a: a.reshape(2, 6)],
    np.copy: [np.copy, lambda a: a.copy()],
    np.shape: [np.shape],
    np.ndim: [np.ndim],
    np.size: [np.size],
    np.zeros_like: [np.zeros_like],
    np.ones_like: [np.ones_like],
    np.where: [lambda a: np.where(a > 0, a * a, 0), lambda a: np.where(a.T < 1, 3, a.T), lambda a: np.where(a > 0, 1, 2) * a],
}  # fmt: skip
TWO_MATRICES: dict[Callable, Callable] = {np.matmul: np.matmul, np.dot: np.dot, np.outer: np.outer}
OPAQUE = {np.exp, np.log, np.tanh}
# np.reciprocal and np.square have no loop for a Python object that is not a number, so truth is written out for them.
DIRECT = {np.reciprocal: np.reciprocal, np.square: np.square}


def test_every_operation_that_is_tested_here_is_offered():
    assert {*ELEMENTWISE, *ONE_ARRAY, *TWO_MATRICES, *OPAQUE} <= set(UFUNCS) | set(FUNCTIONS)


@pytest.mark.parametrize("function", ELEMENTWISE, ids=name_of)
@pytest.mark.parametrize(
    ("one", "other"),
    [((3, 4), (3, 4)), ((3, 4), (4,)), ((3, 1), (1, 4)), ((), (3, 4)), ((2, 3, 4), (4,)), ((4,), (2, 1, 4))],
)
@pytest.mark.parametrize("slopes", [(True, True), (True, False), (False, True), (False, False)])
def test_elementwise_operations_are_those_of_rational_duals_however_they_broadcast(function, one, other, slopes):
    (a, a_duals), (b, b_duals) = numbers(one, 1, slopes=slopes[0]), numbers(other, 2, slopes=slopes[1])
    assert_same(function(a, b), [function(x, y) for x, y in zip(a_duals, b_duals, strict=True)])


@pytest.mark.parametrize(("name", "expression"), [(f.__name__, e) for f, each in ONE_ARRAY.items() for e in each])
def test_functions_of_one_array_are_those_of_rational_duals(name, expression):
    a, duals = numbers((3, 4), 3)
    assert_same(expression(a), [expression(x) for x in duals])


@pytest.mark.parametrize("function", DIRECT, ids=name_of)
def test_reciprocal_and_square_are_those_of_rational_duals(function):
    a, duals = numbers((3, 4), 3)
    assert_same(function(a), [ONE_ARRAY[function][0](x) for x in duals])


@pytest.mark.parametrize("function", TWO_MATRICES, ids=name_of)
@pytest.mark.parametrize("slopes", [(True, True), (True, False), (False, True)])
def test_products_of_matrices_are_those_of_rational_duals(function, slopes):
    (a, a_duals), (b, b_duals) = numbers((3, 4), 4, slopes=slopes[0]), numbers((4, 2), 5, slopes=slopes[1])
    assert_same(function(a, b), [function(x, y) for x, y in zip(a_duals, b_duals, strict=True)])


def test_a_float_array_joins_in_on_either_side_of_a_product():
    a, duals = numbers((3, 4), 6)
    left, right = np.array([[0.5, 2.0, -1.0]]), np.full((4, 2), 0.25)
    fractions = [np.vectorize(Fraction, otypes=[object])(array) for array in (left, right)]
    assert_same(left @ a @ right, [fractions[0] @ x @ fractions[1] for x in duals])
    assert_same(np.dot(left, a.dot(right)), [fractions[0] @ x @ fractions[1] for x in duals])
    more: Any = Fraction(3, 2)
    assert_same(1.5 - a / 4, [more - x / 4 for x in duals])


@pytest.mark.parametrize(
    "key",
    [
        0,
        (1, 2),
        slice(1, None),
        (slice(None), 1),
        (Ellipsis, 0),
        (np.array([0, 2]), np.array([1, 1])),
        (slice(None), None),
    ],
)
def test_an_index_takes_the_same_entries_of_values_slopes_and_shadow(key):
    a, duals = numbers((3, 4), 7)
    assert_same(a[key], [x[key] for x in duals])


def test_a_mask_takes_the_entries_that_the_shadow_chooses():
    a, duals = numbers((3, 4), 7)
    assert_same(a[a > 0], [x[x > 0] for x in duals])


def test_shape_ndim_size_and_len_are_numpys():
    a, _ = numbers((3, 4), 8)
    assert (a.shape, a.ndim, a.size, len(a)) == ((3, 4), 2, 12, 3)


@pytest.mark.parametrize("function", sorted(COMPARISONS, key=name_of), ids=name_of)
def test_comparisons_are_those_of_the_shadow(function):
    a, b = WORLD.number([[1.0, 2.0, np.nan]]), WORLD.number([[2.0, 2.0, np.inf]])
    operands = (a, b)[: function.nin]
    assert np.array_equal(function(*operands), function(*[x.shadow for x in operands]))


def slope_of(a: ExactArray, factor) -> list:
    """a' times the factor that the hand derivative has, in Python integers."""
    return (there(a.slope).astype(object) * factor % P).tolist()


def test_exp_is_opaque_and_its_own_slope():
    a, _ = numbers((2, 3), 9)
    value = exactly(np.exp(a))
    assert there(value.slope).tolist() == slope_of(a, value.value.astype(object))
    assert np.array_equal(value.shadow, np.exp(a.shadow))


def test_log_is_opaque_with_slope_one_over_its_argument():
    a, _ = numbers((2, 3), 9)
    value = np.log(a * a)
    inverses = np.vectorize(lambda n: pow(int(n), -1, P), otypes=[object])
    assert value.slope.tolist() == slope_of(a * a, inverses((a * a).value))
    assert np.array_equal(value.shadow, np.log(a.shadow**2))


def test_tanh_is_opaque_with_slope_one_minus_its_square():
    a, _ = numbers((2, 3), 9)
    value = exactly(np.tanh(a))
    assert there(value.slope).tolist() == slope_of(a, 1 - value.value.astype(object) ** 2)
    assert np.array_equal(value.shadow, np.tanh(a.shadow))


@pytest.mark.parametrize("function", sorted(OPAQUE, key=name_of), ids=name_of)
def test_an_opaque_function_is_a_function_in_one_world_and_random_across_worlds(function):
    world, other = World(1), World(2)
    x = np.array([0.25, 0.5, 0.25])
    first, again = function(world.constant(x)), function(world.constant(x[::-1]) * 2 / 2)
    assert first.value.tolist() == again.value[::-1].tolist()
    assert first.value[0] == first.value[2]
    assert first.value[0] != first.value[1]
    assert function(other.constant(x)).value[0] != first.value[0]


def test_opaque_functions_differ_from_one_another():
    a = World(3).constant([0.25])
    assert len({int(exactly(f(a)).value[0]) for f in OPAQUE}) == 3


def test_values_that_are_known_exactly_stay_exact():
    world = World(4)
    known = [np.exp(world.constant(0.0)), np.log(world.constant(1.0)), np.tanh(world.constant(0.0))]
    assert [int(exactly(value).value) for value in known] == [1, 0, 0]


def test_random_numbers_of_two_worlds_differ_and_keep_their_shadow():
    x, y = World(5).number([1.0, 2.0]), World(6).number([1.0, 2.0])
    assert x.value.tolist() != y.value.tolist()
    assert x.shadow.tolist() == [1.0, 2.0]


@pytest.mark.parametrize(
    "code",
    [
        lambda x: np.maximum(x, 0) * 2,
        lambda x: np.maximum(0.01 * x, x),
        lambda x: np.clip(x, -1, 1) - np.abs(x),
        lambda x: np.where(x > 0.5, x * x, 3 * x),
        lambda x: x * (x > 0),
        lambda x: np.max(x, axis=1, keepdims=True) - np.min(x, axis=1, keepdims=True) * x,
    ],
)
def test_piecewise_code_follows_the_branch_of_the_shadow(code):
    shadow = np.random.default_rng(11).normal(size=(3, 4))
    every = np.eye(12, dtype=np.uint64).reshape(12, 3, 4)
    x = World(7).number(shadow)
    found = code(ExactArray(x.world, x.value, every, shadow))
    np.testing.assert_allclose(found.shadow, code(shadow), rtol=1e-15)
    # The slopes are polynomials in the values: at the shadow itself they are those of small steps.
    exact = World(7).constant(shadow)
    exact.slope = every
    step = 1e-6
    for direction in range(12):
        moved = step * every[direction].astype(float)
        numeric = (code(shadow + moved) - code(shadow - moved)) / (2 * step)
        zero = code(exact).slope[direction] == 0
        assert np.array_equal(zero, np.abs(numeric) < 1e-7)


def test_a_branch_that_is_not_taken_leaves_no_infinity_in_the_shadow():
    x = World(8).number([-1.0, 0.0, 2.0])
    with np.errstate(all="ignore"):
        kept = exactly(np.where(x > 0, np.log(x), 5.0))
    assert kept.shadow.tolist() == [5.0, 5.0, np.log(2.0)]


def test_a_tie_takes_the_first_maximum_as_numpy_does():
    a = World(9).number([[1.0, 3.0, 3.0]])
    assert np.max(a, axis=1).value.tolist() == [int(a.value[0, 1])]


def test_softmax_written_with_and_without_the_shift_is_the_same_row_when_written_alike():
    z = World(10).number([[0.5, 1.0, -2.0]])

    def softmax(logits):
        powers = np.exp(logits - np.max(logits, axis=1, keepdims=True))
        return powers / np.sum(powers, axis=1, keepdims=True)

    assert softmax(z).value.tolist() == softmax(z * 1).value.tolist()
    assert int(np.sum(softmax(z)).value) == 1
