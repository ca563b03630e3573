"""Slices are views and work in place is seen through them: NumPy's own on rational duals is the truth."""

from __future__ import annotations

import numpy as np
import pytest

from tests.exact.exactly import exactly
from tests.exact.test_operations import WORLDS, assert_same, numbers
from verify.exact.numbers import NotExpressible

world_of = pytest.fixture(params=WORLDS, ids=["one field", "two fields"])(lambda request: request.param)


def rows(a):
    row = a[0]
    row += 1
    row *= 2
    return a


def turned(a):
    column = a.T[1]
    column -= a[:, 0]
    return a


def reshaped(a):
    flat = a.reshape(-1)
    flat[5:] /= 2
    flat[0] = 7
    return a


def squeezed(a):
    kept = np.squeeze(a[:, None])
    kept[1] = kept[0]
    return a


def of_a_view(a):
    a[1:][0][1:3][1] = a[0, 0] * 5
    return a


def the_view_itself(a):
    row = a[1]
    a *= 3
    a[1, 2] += a[0, 0]
    return row


def not_the_copy(a):
    b, c, d = a.copy(), +a, a.flatten()
    b += 1
    c *= 2
    d[...] = 0
    return a


def not_what_it_was_made_of(a):
    b = a + 1
    b *= a
    b[0] = 0
    return a


def not_the_number(a):
    corner = a[0, 0]
    start = corner
    corner += 5
    return a * start


def integers(a):
    a[1, 2] = 3
    a[-1] = a[0] * 2
    return a


def slices(a):
    a[:, 1:3] = a[:, :1]
    a[1:, 0] += 4
    return a


def overlapping(a):
    a[1:] = a[:-1]
    return a


def masks(a):
    a[a > 0] = 0
    a[a < -1] *= 2
    return a


def fancy(a):
    a[np.arange(3), [1, 0, 2]] -= 1
    a[[0, 2]] = a[[2, 0]]
    return a


def fancy_apart(a):
    b = a.reshape(3, 2, 2)
    b[np.array([0, 2]), :, np.array([1, 0])] = a[:2, :2] * 2
    b[..., 0] *= 3
    return a


def filled(a):
    a[2].fill(2)
    return a


def by_out(a):
    np.add(a, 1, out=a)
    np.multiply(a, a[0], out=a)
    return a


def augmented_names(a):
    total = 0
    for row in a:
        total += row
        total = total * 2
    return total


def by_elements(a):
    for i in range(len(a)):
        for j in range(a.shape[1]):
            a[i, j] = a[i, j] * a[0, 0]
    return a


PROGRAMS = [
    rows, turned, reshaped, squeezed, of_a_view, the_view_itself, not_the_copy, not_what_it_was_made_of, not_the_number,
    integers, slices, overlapping, masks, fancy, fancy_apart, filled, by_out, augmented_names, by_elements,
]  # fmt: skip


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda f: f.__name__)
@pytest.mark.parametrize("slopes", [True, False])
def test_work_in_place_is_numpys_on_rational_duals(world_of, program, slopes):
    a, duals = numbers(world_of, (3, 4), slopes=slopes)
    assert_same(program(a), [program(x) for x in duals])


@pytest.mark.parametrize("shared", [False, True])
def test_slopes_reach_an_array_that_had_none_through_its_part(world_of, shared):
    def program(a, zero):
        part = zero[1] if shared else zero
        part += a[0]
        zero[0, 1:3] = a[1, 1:3]
        return zero * a

    (a, duals), (zero, zeros) = numbers(world_of, (3, 4), 1), numbers(world_of, (3, 4), 2, slopes=False)
    assert_same(program(a, zero), [program(x, y) for x, y in zip(duals, zeros, strict=True)])


def test_a_constant_that_is_written_over_loses_its_slope(world_of):
    a, _ = numbers(world_of, (3, 4))
    a[0] = 2.5
    assert not np.any(a.slope[:, 0])
    assert np.any(a.slope[:, 1])


def test_a_result_that_does_not_fit_its_output_is_numpys_error(world_of):
    a, _ = numbers(world_of, (3, 4))
    with pytest.raises(ValueError, match="does not broadcast to the output's shape"):
        np.add(a, np.ones((2, 3, 4)), out=a)
    with pytest.raises(ValueError, match="broadcast"):
        a[0] = np.ones(3)


def test_a_plain_array_takes_the_exact_result_under_its_name_and_its_other_names_hold_nothing(world_of):
    a, duals = numbers(world_of, (3, 4))
    grads = {"W": np.zeros((3, 4))}
    dW = grads["W"]
    dW += a
    assert_same(exactly(dW), duals)
    assert np.all(np.isnan(grads["W"]))
    with pytest.raises(NotExpressible, match="the number nan"):
        a * grads["W"]


@pytest.mark.parametrize(
    "code",
    [
        lambda a: np.add(a, 1, out=np.zeros(a.shape)),
        lambda a: np.add(np.zeros(a.shape), a, out=np.zeros(a.shape)),
        lambda a: np.zeros(a.shape).__setitem__(0, a[0]),
    ],
)
def test_a_plain_array_that_keeps_its_name_is_refused(world_of, code):
    a, _ = numbers(world_of, (3, 4))
    with pytest.raises(NotExpressible):
        code(a)
