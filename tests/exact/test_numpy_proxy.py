"""The stand-in for np: arrays that code makes for itself hold exact numbers, and all else is NumPy's."""

from __future__ import annotations

import numpy as np
import pytest

from verify.exact.numbers import ExactArray, PairWorld, World
from verify.exact.numpy_proxy import proxy

WORLDS = [World(5), PairWorld(5)]
world_of = pytest.fixture(params=WORLDS, ids=["one field", "two fields"])(lambda request: request.param)
SHADOW = np.random.default_rng(6).normal(size=(3, 4))


def moving(world):
    x = world.number(SHADOW)
    x.slope = world.field.random((2, 3, 4), np.random.default_rng(7))
    return x


def assert_equal(one: ExactArray, other: ExactArray) -> None:
    assert one.shape == other.shape
    assert one.value.tolist() == other.value.tolist()
    nothing = np.zeros((2, *one.shape), np.uint64)
    slopes = [nothing if array.slope is None else array.slope for array in (one, other)]
    assert slopes[0].tolist() == slopes[1].tolist()
    np.testing.assert_allclose(one.shadow, other.shadow, rtol=1e-13)


@pytest.mark.parametrize(
    ("code", "formula"),
    [
        (lambda np, a: np.array([a.sum(), a[0, 0]]), lambda a: np.stack([a.sum(), a[0, 0]])),
        (lambda np, a: np.array([[a[0, 0], 2], [0.5, a[1, 1]]]), lambda a: np.stack([a[0, 0], a[0, 0] * 0 + 2, a[0, 0] * 0 + 0.5, a[1, 1]]).reshape(2, 2)),
        (lambda np, a: np.asarray([row * 2 for row in a], dtype=float), lambda a: 2 * a),
        (lambda np, a: np.asarray(tuple(a)), lambda a: a),
        (lambda np, a: np.array(a), lambda a: a),
        (lambda np, a: np.atleast_2d([a[0, 0], a[0, 1]]), lambda a: a[:1, :2]),
        (lambda np, a: np.sum([a[0, 0], a[0, 1]]), lambda a: a[0, 0] + a[0, 1]),
        (lambda np, a: np.mean([row.sum() for row in a]), lambda a: np.sum(a) / 3),
        (lambda np, a: np.max([a[0, 0], a[0, 1]]), lambda a: np.max(a[0, :2])),
        (lambda np, a: np.full((2, 4), a[0]), lambda a: np.stack([a[0], a[0]])),
        (lambda np, a: np.full(a.shape, 0.5) * a, lambda a: a / 2),
        (lambda np, a: np.ones(3) @ a, lambda a: a.sum(axis=0)),
        (lambda np, a: np.eye(3) @ a @ np.identity(4), lambda a: a),
        (lambda np, a: np.eye(3)[[2, 0, 1]] @ a, lambda a: a[[2, 0, 1]]),
        (lambda np, a: np.float64(a[0, 0]) + np.float32(a[0, 1]), lambda a: a[0, 0] + a[0, 1]),
        (lambda np, a: a.astype(np.float64), lambda a: a),
        (lambda np, a: np.zeros(4, dtype=np.float32) + a, lambda a: a),
        (lambda np, a: np.tanh(np.vstack([a, a])), lambda a: np.tanh(a)[[0, 1, 2, 0, 1, 2]]),
        (lambda np, a: np.vectorize(lambda x: x * x if x > 0 else 0)(a), lambda a: np.where(a > 0, a * a, 0)),
        (lambda np, a: np.vectorize(lambda x, y: x - y)(a, a[0]), lambda a: a - a[0]),
    ],
)  # fmt: skip
def test_arrays_that_code_makes_hold_exact_numbers(world_of, code, formula):
    a = moving(world_of)
    result = code(proxy(world_of), a)
    assert_equal(result, formula(a))
    np.testing.assert_allclose(result.shadow, code(np, SHADOW), rtol=1e-6)


def test_a_gradient_may_be_gathered_in_zeros(world_of):
    np_, a = proxy(world_of), moving(world_of)
    dW, db = np_.zeros(a.shape), np_.empty((1, 4))
    db[...] = 0
    for i, row in enumerate(a):
        dW[i] += row * 2
        db += row
    assert_equal(dW, 2 * a)
    assert_equal(db, np.sum(a, axis=0, keepdims=True))


def test_a_copy_is_a_copy_and_an_exact_array_stays_itself(world_of):
    np_, a = proxy(world_of), moving(world_of)
    first = int(a.value[0, 0])
    copied = np_.array(a)
    copied[0, 0] = 0
    assert int(a.value[0, 0]) == first
    assert np_.asarray(a) is a
    row = a[0]
    assert np_.float64(row) is row


@pytest.mark.parametrize(
    "code",
    [
        lambda np: np.zeros(3, dtype=int),
        lambda np: np.ones((2, 2), bool),
        lambda np: np.full(2, 7),
        lambda np: np.array([0.5, 1.0]),
        lambda np: np.asarray([[1, 2]]),
        lambda np: np.arange(4),
        lambda np: np.eye(2, dtype=int),
        lambda np: np.vectorize(lambda x: 2 * x)(np.arange(3)),
        lambda np: np.float64(3) * np.float32(2),
        lambda np: np.linspace(0, 1, 3, dtype=np.float64),
    ],
)
def test_plain_numbers_stay_plain(world_of, code):
    found, expected = code(proxy(world_of)), code(np)
    assert type(found) is type(expected)
    assert found.dtype == expected.dtype
    assert np.array_equal(found, expected)


def test_types_know_both_kinds(world_of):
    np_, a = proxy(world_of), moving(world_of)
    assert isinstance(a, np_.ndarray)
    assert isinstance(SHADOW, np_.ndarray | list)
    assert not isinstance([1], np_.ndarray)
    assert not isinstance(a[0, 0], np_.ndarray)
    assert isinstance(a[0, 0], (float, np_.float64))
    assert isinstance(np.float64(1), np_.float64)
    assert not isinstance(a, np_.float64)
    assert not isinstance(np.float32(1), np_.float64)


def test_what_is_not_replaced_is_numpys_own(world_of):
    np_ = proxy(world_of)
    assert np_.exp is np.exp
    assert np_.random is np.random
    assert np_.newaxis is None
    assert np_.pi == np.pi
    assert np_.dtype(np_.float64) == np.dtype(float)
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = np_.nothing
