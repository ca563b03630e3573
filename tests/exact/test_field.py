"""The finite field against Python's own integers."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from verify.exact import field

P = field.PRIME
EDGES = [0, 1, 2, P - 1, P - 2, P // 2, P // 2 + 1, 2**30, 2**31 - 1, 2**31, 2**32 - 1, 2**42 - 1, 2**60, 2**60 - 1]
elements = st.sampled_from(EDGES) | st.integers(0, P - 1)
lists = st.lists(elements, min_size=1, max_size=6)
quick = settings(max_examples=60, deadline=None)


def array(values) -> np.ndarray:
    return np.array(values, dtype=np.uint64)


def truth(x: np.ndarray, y: np.ndarray) -> list:
    return (x.astype(object) @ y.astype(object) % P).tolist()


def matrix(draw, rows: int, columns: int) -> np.ndarray:
    return array([[draw(elements) for _ in range(columns)] for _ in range(rows)])


@quick
@given(st.sampled_from([2**64 - 1, 2**63, 2**61, *EDGES, P]) | st.integers(0, 2**64 - 1))
def test_reduce_is_the_remainder_of_any_64_bit_number(x):
    assert int(field.reduce(array([x]))[0]) == x % P


@quick
@given(elements, elements)
def test_sum_difference_and_product_are_those_of_integers(x, y):
    a, b = array([x]), array([y])
    assert int(field.add(a, b)[0]) == (x + y) % P
    assert int(field.subtract(a, b)[0]) == (x - y) % P
    assert int(field.multiply(a, b)[0]) == x * y % P


def test_sum_difference_and_product_of_all_pairs_of_extreme_values():
    a, b = array(EDGES)[:, None], array(EDGES)[None, :]
    for function, python in [
        (field.add, lambda x, y: x + y),
        (field.subtract, lambda x, y: x - y),
        (field.multiply, lambda x, y: x * y),
    ]:
        assert function(a, b).tolist() == [[python(x, y) % P for y in EDGES] for x in EDGES]


@quick
@given(lists)
def test_total_is_the_sum_of_integers(values):
    assert int(field.total(array(values), None, keepdims=False)) == sum(values) % P


@pytest.mark.parametrize("axis", [0, 1, (0, 1), None])
@pytest.mark.parametrize("keepdims", [True, False])
def test_total_takes_axes_as_numpy_does(axis, keepdims):
    x = field.random((3, 4), np.random.default_rng(0))
    found = field.total(x, axis, keepdims=keepdims)
    expected = np.asarray(np.sum(x.astype(object), axis=axis, keepdims=keepdims)) % P
    assert found.shape == expected.shape
    assert found.dtype == np.uint64
    assert found.tolist() == expected.tolist()


def test_total_of_many_extreme_values_does_not_overflow():
    assert int(field.total(np.full(100_000, P - 1, np.uint64), None, keepdims=False)) == -100_000 % P


@quick
@given(st.data(), st.integers(1, 4), st.integers(1, 4), st.integers(1, 4))
def test_matrix_product_is_that_of_integers(data, rows, terms, columns):
    x, y = matrix(data.draw, rows, terms), matrix(data.draw, terms, columns)
    assert field.matmul(x, y).tolist() == truth(x, y)


@pytest.mark.parametrize("terms", [2047, 2048, 2049, 4097, 6000])
def test_matrix_product_of_many_extreme_terms_is_exact(terms):
    extreme = np.full((1, terms), P - 1, np.uint64)
    assert int(field.matmul(extreme, extreme.T)[0, 0]) == terms % P
    limbs = np.full((1, terms), 2**42 - 1, np.uint64)  # every lower limb at its largest
    assert int(field.matmul(limbs, limbs.T)[0, 0]) == terms * (2**42 - 1) ** 2 % P


def test_matrix_product_of_many_random_terms_is_exact():
    generator = np.random.default_rng(1)
    x, y = field.random((2, 5000), generator), field.random((5000, 3), generator)
    assert field.matmul(x, y).tolist() == truth(x, y)


@pytest.mark.parametrize(("one", "other"), [((2, 3, 4), (4, 5)), ((3, 4), (2, 4, 5)), ((2, 3, 4), (2, 4, 5))])
def test_matrix_product_of_stacks_follows_numpys_rules(one, other):
    generator = np.random.default_rng(2)
    x, y = field.random(one, generator), field.random(other, generator)
    found = field.matmul(x, y)
    assert found.shape == (2, 3, 5)
    assert found.tolist() == truth(x, y)


@quick
@given(st.lists(elements.filter(bool), min_size=1, max_size=5))
def test_inverse_times_the_number_is_one(values):
    x = array(values)
    assert field.multiply(field.inverse(x), x).tolist() == [1] * len(values)


def test_inverse_keeps_the_shape():
    assert field.inverse(np.full((2, 3), 2, np.uint64)).tolist() == [[(P + 1) // 2] * 3] * 2


def test_inverse_of_zero_is_refused_wherever_it_stands():
    with pytest.raises(ZeroDivisionError, match="divided by zero"):
        field.inverse(array([[3, 1], [0, 2]]))


@quick
@given(st.integers(-(2**70), 2**70), st.integers(1, 2**60))
def test_a_fraction_times_its_denominator_is_its_numerator(numerator, denominator):
    assert field.from_fraction(numerator, denominator) * denominator % P == numerator % P


def test_random_elements_lie_in_the_field_and_differ():
    drawn = field.random((1000,), np.random.default_rng(3)).tolist()
    assert len(set(drawn)) == 1000
    assert max(drawn) < P
    assert max(drawn) > P // 2
