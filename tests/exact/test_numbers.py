"""What stands in for the floats of the code, and what exact numbers refuse, by name."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from verify.exact import field
from verify.exact.numbers import NotExpressible, World, simplest_fraction

P = field.PRIME
WORLD = World(0)


@settings(max_examples=150, deadline=None)
@given(st.floats(allow_nan=False, allow_infinity=False) | st.fractions(-100, 100).map(float))
@example(5e-324)
@example(1.7976931348623157e308)
@example(1 + 2**-52)
@example(1 - 2**-53)
@example(-0.0)
@example(2.0**-1022)
def test_the_simplest_fraction_of_a_float_rounds_to_it(x):
    assert float(simplest_fraction(x)) == x


@settings(max_examples=80, deadline=None)
@given(st.fractions(-1000, 1000, max_denominator=10**6))
def test_the_simplest_fraction_of_a_rounded_ratio_is_that_ratio(ratio):
    assert simplest_fraction(float(ratio)) == ratio


@pytest.mark.parametrize(
    ("x", "fraction"),
    [
        (1 / 3, (1, 3)),
        (0.1, (1, 10)),
        (1e-10, (1, 10**10)),
        (-0.75, (-3, 4)),
        (2.0, (2, 1)),
        (0.0, (0, 1)),
        (1e-12, (1, 10**12)),
    ],
)
def test_the_simplest_fraction_of_what_people_write_is_what_they_mean(x, fraction):
    assert simplest_fraction(x) == Fraction(*fraction)


def test_one_third_in_the_code_is_one_third_in_the_field():
    assert int((WORLD.constant(1 / 3) * 3).value) == 1
    assert int((WORLD.constant(1e-10) * 10**10).value) == 1
    assert WORLD.constant([True, -1, 0.5]).value.tolist() == [1, P - 1, (P + 1) // 2]


EXACT = WORLD.number([[1.0, 2.0], [3.0, 4.0]])
UNSUPPORTED = {
    "np.sqrt": lambda a: np.sqrt(a),
    "np.sin": lambda a: np.sin(a),
    "np.concatenate with dtype": lambda a: np.concatenate([a, a], dtype=float),
    "np.norm": lambda a: np.linalg.norm(a),
    "np.add with reduce": lambda a: np.add.reduce(a),
    "np.add with out": lambda a: np.add(a, a, out=np.zeros(a.shape)),
    "np.exp with where": lambda a: np.exp(a, where=True),
    "np.power with an exponent that is not one whole number": lambda a: a**0.5,
    "np.power with": lambda a: a ** np.array([1, 2]),
    "a conversion to float": lambda a: float(a[0, 0]),
    "the number inf": lambda a: a + np.inf,
    "the number nan": lambda a: a * np.nan,
    "an array of dtype complex128": lambda a: a * 1j,
    "np.sum with dtype": lambda a: np.sum(a, axis=0, dtype=float),
    "np.mean with dtype": lambda a: np.mean(a, dtype=float),
    "np.max with initial": lambda a: np.max(a, axis=1, initial=0),
    "np.where": lambda a: np.where(a),
    "the attribute .flat": lambda a: a.flat,
    "a conversion to a NumPy array": lambda a: np.asarray(a),
    "a conversion to int": lambda a: int(a[0, 0]),
}


@pytest.mark.parametrize("named", UNSUPPORTED)
def test_what_exact_numbers_cannot_do_is_refused_by_name(named):
    with pytest.raises(NotExpressible) as said:
        UNSUPPORTED[named](EXACT.copy())
    assert named in str(said.value)


def test_work_in_place_that_is_refused_changes_nothing():
    a = EXACT.copy()
    with pytest.raises(NotExpressible):
        a += np.inf
    assert a.shadow.tolist() == [[1.0, 2.0], [3.0, 4.0]]


def test_shapes_that_do_not_fit_raise_numpys_own_error():
    with pytest.raises(ValueError, match="mismatch"):
        EXACT @ np.ones((3, 2))
    with pytest.raises(ValueError, match="broadcast"):
        EXACT + np.ones((3, 3))
