"""Every further operation in both worlds: against NumPy's own on rational duals, and against equivalent formulas."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from tests.exact.test_array import ELEMENTWISE, ONE_ARRAY, OPAQUE, TWO_MATRICES, Dual, dual
from verify.exact.numbers import FUNCTIONS, UFUNCS, ExactArray, NotExpressible, PairWorld, World
from verify.lab import network
from verify.nets.cases import PARAMETERS, make_case
from verify.oracles.base import textbook_loss

DIRECTIONS = 2
WORLDS = [World(3), PairWorld(3)]
world_of = pytest.fixture(params=WORLDS, ids=["one field", "two fields"])(lambda request: request.param)


def numbers(world, shape, seed: int = 1, *, slopes: bool = True):
    """The same random quarters as one exact array, and as an array of rational duals for each direction."""
    generator = np.random.default_rng(seed)
    quarters = generator.choice([n for n in range(-12, 13) if n], shape)
    slope = generator.integers(-9, 10, (DIRECTIONS, *quarters.shape)) * int(slopes)
    exact = world.constant(quarters / 4)
    if slopes:
        exact.slope = world.constant(slope).value
    make = np.frompyfunc(lambda n, s: Dual(Fraction(int(n), 4), int(s)), 2, 1)
    return exact, [np.asarray(make(quarters, slope[k]), dtype=object) for k in range(DIRECTIONS)]


def assert_same(found: ExactArray, expected: list) -> None:
    """Values, slopes and shadow of an exact array are those of the duals."""
    field = found.world.field
    for k, each in enumerate(expected):
        truth = np.asarray(each, dtype=object)
        flat = [dual(entry) for entry in truth.ravel()]
        assert found.shape == found.shadow.shape == truth.shape
        assert found.value.ravel().tolist() == [field.from_fraction(*x.value.as_integer_ratio()) for x in flat]
        assert found.shadow.ravel().tolist() == pytest.approx([float(x.value) for x in flat], rel=1e-12, abs=1e-12)
        slopes = [field.from_fraction(*x.slope.as_integer_ratio()) for x in flat]
        assert (found.slope[k].ravel().tolist() if found.slope is not None else [0] * len(flat)) == slopes


def assert_equal(one: ExactArray, other: ExactArray) -> None:
    """Two formulas give the same numbers with the same slopes, and shadows that differ by rounding alone."""
    same = one.world.field.same
    assert one.shape == other.shape
    assert np.all(same(one.value, other.value))
    if one.slope is None or other.slope is None:
        assert not any(np.any(array.slope) for array in (one, other) if array.slope is not None)
    else:
        assert one.slope.shape == other.slope.shape
        assert np.all(same(one.slope, other.slope))
    np.testing.assert_allclose(one.shadow, other.shadow, rtol=1e-12, atol=1e-12)


ONE: dict[str, Callable[..., Any]] = {
    "expand_dims": lambda a: np.expand_dims(a, 1),
    "squeeze": lambda a: np.squeeze(a[:, None, :1], axis=1),
    "squeeze method": lambda a: a[:1].squeeze(),
    "ravel": np.ravel,
    "ravel method": lambda a: a.T.ravel(),
    "flatten": lambda a: a.T.flatten(),
    "transpose method": lambda a: a[None].transpose(1, 2, 0),
    "transpose method, tuple": lambda a: a[None].transpose((2, 0, 1)),
    "transpose": lambda a: np.transpose(a[None], (0, 2, 1)),
    "atleast_1d": lambda a: np.atleast_1d(a[0, 0]),
    "atleast_2d": lambda a: np.atleast_2d(a[0]),
    "newaxis": lambda a: a[:, np.newaxis] * a[np.newaxis],
    "concatenate": lambda a: np.concatenate([a, 2 * a], axis=1),
    "concatenate with numbers": lambda a: np.concatenate((a, np.full((1, a.shape[1]), 1, dtype=int))),
    "hstack": lambda a: np.hstack([a, a * a]),
    "vstack": lambda a: np.vstack((a, a[0])),
    "stack": lambda a: np.stack([a, a * 2], axis=-1),
    "stack numbers": lambda a: np.stack([np.sum(a), a[0, 0]]),
    "column_stack": lambda a: np.column_stack([a[:, 0], a]),
    "append": lambda a: np.append(a, a[:1] * 3, axis=0),
    "append flat": lambda a: np.append(a, [1, 2]),
    "split": lambda a: np.split(a, [1, 2], axis=1)[1],
    "split in equal parts": lambda a: np.split(a, 2, axis=-1)[1] * np.split(a, 3)[0][:, :2],
    "repeat": lambda a: np.repeat(a, 2, axis=0),
    "tile": lambda a: np.tile(a, (2, 1)),
    "broadcast_to": lambda a: np.broadcast_to(a[0], (5, a.shape[1])),
    "diag of a vector": lambda a: np.diag(a[0]),
    "diag of a matrix": lambda a: np.diag(a, 1),
    "diagflat": lambda a: np.diagflat(a[:2, :2], -1),
    "diagonal": lambda a: np.diagonal(a),
    "trace": np.trace,
    "product with eye": lambda a: np.eye(3, dtype=int) @ a,
    "prod": np.prod,
    "prod of rows": lambda a: np.prod(a, axis=1, keepdims=True),
    "prod of columns": lambda a: a.prod(axis=0),
    "prod, all kept": lambda a: np.prod(a, keepdims=True),
    "mean method": lambda a: a.mean(axis=1),
    "max method": lambda a: a.max(axis=1, keepdims=True),
    "amax, all kept": lambda a: np.amax(a, keepdims=True),
    "min method": lambda a: a.min(),
    "amin": lambda a: np.amin(a, axis=0),
    "clip method": lambda a: a.clip(-1, 2),
    "clip by name": lambda a: np.clip(a, a_min=-1, a_max=2),
    "copy": copy.deepcopy,
    "inner": lambda a: np.inner(a, a),
    "outer": lambda a: np.outer(a[0], a[1]),
    "dot of vectors": lambda a: np.dot(a[0], a[1]),
    "dot with a vector": lambda a: a.dot(a[0]),
    "dot with a number": lambda a: np.dot(a, 3),
    "matmul of vectors": lambda a: a[0] @ a[1],
    "matmul from the left": lambda a: a[:, 0] @ a,
    "matmul of stacks": lambda a: np.matmul(a.reshape(3, 2, 2), a[:2]),
    "matmul of a matrix with a stack": lambda a: a[:2] @ a.reshape(3, 4, 1),
    "matmul of a vector with a stack": lambda a: a[0, :2] @ a.reshape(3, 2, 2),
    "tensordot": lambda a: np.tensordot(a, a, axes=([0], [0])),
    "tensordot by number": lambda a: np.tensordot(a, a.T, axes=1),
    "tensordot, all": lambda a: np.tensordot(a, a),
    "einsum product": lambda a: np.einsum("ij,kj->ik", a, a),
    "einsum, implicit": lambda a: np.einsum("ij,jk", a, a.T),
    "einsum, bias": lambda a: np.einsum("ij->j", a),
    "einsum, transposed": lambda a: np.einsum("ij->ji", a),
    "einsum trace": lambda a: np.einsum("ii", a[:3, :3]),
    "einsum diagonal": lambda a: np.einsum("ii->i", a[:3, :3]),
    "einsum outer": lambda a: np.einsum("bi,bj->ij", a, a * 2),
    "einsum of stacks": lambda a: np.einsum("bi,bj->bij", a, a),
    "einsum with spaces": lambda a: np.einsum("i j, i j -> i", a, a),
    "power 0": lambda a: a**0 * a,
    "power by an array": lambda a: a[0] ** np.full((3, 4), 2),
    "power 5": lambda a: a**5,
    "power -3": lambda a: 1 / a**3,
    "tolist": lambda a: a.tolist()[1][2],
    "iteration": lambda a: sum(row[0] * row[1] for row in a),
    "item": lambda a: (a[0, 0] * 2).item() if isinstance(a, ExactArray) else a[0, 0] * 2,
}  # fmt: skip


@pytest.mark.parametrize("name", ONE)
@pytest.mark.parametrize("slopes", [True, False])
def test_functions_of_one_array_are_numpys_on_rational_duals(world_of, name, slopes):
    a, duals = numbers(world_of, (3, 4), slopes=slopes)
    assert_same(ONE[name](a), [ONE[name](x) for x in duals])


@pytest.mark.parametrize("number", [lambda a, b: a @ b, np.dot, np.inner, lambda a, b: np.tensordot(a, b, 1)])
@pytest.mark.parametrize("slopes", [(True, False), (False, True)])
def test_products_of_two_vectors_take_slopes_from_either_side(world_of, number, slopes):
    (a, left), (b, right) = (numbers(world_of, 4, seed, slopes=s) for seed, s in zip((1, 2), slopes, strict=True))
    assert_same(number(a, b), [number(x, y) for x, y in zip(left, right, strict=True)])


@pytest.mark.parametrize(
    ("one", "other"), [((2, 3, 4), (4, 2)), ((2, 3, 4), (5, 4, 2)), ((4,), (5, 4, 2)), ((3, 4), (4,))]
)
def test_dot_of_many_axes_is_numpys(world_of, one, other):
    (a, left), (b, right) = numbers(world_of, one, 1), numbers(world_of, other, 2)
    assert_same(np.dot(a, b), [np.dot(x, y) for x, y in zip(left, right, strict=True)])


@pytest.mark.parametrize(
    "key",
    [
        (0, slice(None), np.array([2, 0])),
        (..., 1),
        (slice(None), 0, ..., None),
        (np.array([1, 0]), ..., np.array([3, 1])),
    ],
)
def test_an_index_of_any_kind_takes_the_same_entries(world_of, key):
    a, duals = numbers(world_of, (2, 3, 4))
    assert_same(a[key], [x[key] for x in duals])


def moving(world, shadow):
    x = world.number(shadow)
    x.slope = world.field.random((DIRECTIONS, *x.shape), np.random.default_rng(4))
    return x


SHADOW = np.random.default_rng(5).normal(size=(3, 4))
POSITIVE = np.abs(SHADOW) + 0.5
EQUIVALENT: dict[str, tuple[Callable[..., Any], Callable[..., Any]]] = {
    "expm1": (np.expm1, lambda a: np.exp(a) - 1),
    "log1p": (np.log1p, lambda a: np.log(1 + a)),
    "log2": (np.log2, lambda a: np.log(a) / np.log(2)),
    "log10": (np.log10, lambda a: np.log(a) / math.log(10)),
    "logaddexp": (lambda a: np.logaddexp(a, 2 * a), lambda a: np.log(np.exp(a) + np.exp(2 * a))),
    "logaddexp with a number": (lambda a: np.logaddexp(0, a), lambda a: np.log(1 + np.exp(a))),
    "sinh": (np.sinh, lambda a: (np.exp(a) - 1 / np.exp(a)) / 2),
    "cosh": (np.cosh, lambda a: (np.exp(a) + 1 / np.exp(a)) / 2),
    "e to the": (lambda a: np.e**a, np.exp),
    "float_power": (lambda a: np.float_power(a, 2), lambda a: a * a),
    "vdot": (lambda a: np.vdot(a, 2 * a), lambda a: np.sum(a * 2 * a)),
    "square": (np.square, lambda a: a * a),
    "var": (np.var, lambda a: np.mean(a * a) - np.mean(a) ** 2),
    "var of columns": (
        lambda a: a.var(axis=0, keepdims=True),
        lambda a: np.mean(a * a, axis=0, keepdims=True) - np.mean(a, axis=0, keepdims=True) ** 2,
    ),
    "sign": (lambda a: np.sign(a) * a, np.abs),
    "fabs": (np.fabs, np.abs),
    "heaviside": (lambda a: np.heaviside(a - 1, 0.5) * a, lambda a: np.where(a > 1, a, 0)),
    "heaviside at zero": (lambda a: np.heaviside(a * 0, a), lambda a: a),
    "zeros_like": (lambda a: np.zeros_like(a) + a, lambda a: a),
    "empty_like": (lambda a: (np.empty_like(a) * 0) + a, lambda a: a),
    "ones_like": (lambda a: np.ones_like(a, dtype=float) - a, lambda a: 1 - a),
    "full_like": (lambda a: np.full_like(a, 3.5) * a, lambda a: 3.5 * a),
    "full_like of an exact number": (lambda a: np.full_like(a, a[0, 0]), lambda a: a[0, 0] + 0 * a),
    "astype": (lambda a: a.astype(float) * a.astype(np.float32), lambda a: a * a),
    "clip to out": (lambda a: np.clip(a, 0, 1, out=a.copy()), lambda a: np.clip(a, 0, 1)),
    "clip between exact numbers": (lambda a: np.clip(a, -a, 2 * a), lambda a: np.minimum(np.maximum(a, -a), 2 * a)),
    "a where on an exact condition": (lambda a: np.where(a - a[0, 0], a, 2), lambda a: np.where(a != a[0, 0], a, 2)),
    "a condition that is wider": (lambda a: np.where(a > 1, a[0], 0), lambda a: a[0] * (a > 1)),
    "only the last of where moves": (lambda a: np.where(a > 1, 3, a), lambda a: a * (a <= 1) + 3 * (a > 1)),
}  # fmt: skip


@pytest.mark.parametrize("name", EQUIVALENT)
def test_functions_are_their_formulas_and_their_shadow_is_numpys(world_of, name):
    code, formula = EQUIVALENT[name]
    x = moving(world_of, POSITIVE)
    assert_equal(code(x), formula(x))
    np.testing.assert_allclose(
        code(x).shadow, code(POSITIVE) if name != "astype" else POSITIVE**2, rtol=1e-13, atol=1e-13
    )


@pytest.mark.parametrize("code", [np.sign, lambda a: np.heaviside(a, 1)])
def test_steps_have_no_slope(world_of, code):
    result = code(moving(world_of, SHADOW))
    assert result.slope is None or not np.any(result.slope)
    assert np.array_equal(result.shadow, code(SHADOW))


def test_tanh_has_the_slope_one_minus_its_square(world_of):
    x = moving(world_of, SHADOW)
    t, field = np.tanh(x), world_of.field
    wanted = field.multiply(x.slope, field.subtract(field.ONE, field.multiply(t.value, t.value)))
    assert t.slope.tolist() == wanted.tolist()


@pytest.mark.parametrize("kind", [bool, int])
def test_an_array_like_an_exact_one_of_another_kind_is_plain(world_of, kind):
    made = np.zeros_like(moving(world_of, SHADOW), dtype=kind)
    assert type(made) is np.ndarray
    assert made.dtype == kind
    assert made.shape == (3, 4)


def test_places_and_lengths_are_those_of_the_shadow(world_of):
    x = moving(world_of, SHADOW)
    assert np.array_equal(x.argmax(axis=1), SHADOW.argmax(axis=1))
    assert np.array_equal(np.argmin(x, axis=0, keepdims=True), np.argmin(SHADOW, axis=0, keepdims=True))
    assert (len(x), np.size(x, 1), x.dtype, [len(row) for row in x]) == (3, 4, np.dtype(float), [4, 4, 4])
    assert not np.isinf(x).any()
    assert bool(x[0, 0] > x[0, 1]) == bool(SHADOW[0, 0] > SHADOW[0, 1])
    assert f"{x[0, 0]:.3f} {x[0]!r}" == f"{SHADOW[0, 0]:.3f} ExactArray({SHADOW[0]})"


REFUSED: dict[str, Callable[..., Any]] = {
    "np.std": np.std,
    "np.norm": np.linalg.norm,
    "np.sqrt": np.sqrt,
    "np.tan": np.tan,
    "np.round": np.round,
    "np.power with an exponent": lambda a: a**0.5,
    "np.concatenate with dtype": lambda a: np.concatenate([a, a], dtype=float),
    "a rounded number": lambda a: round(a[0, 0]),
    "a conversion to float": lambda a: math.exp(a[0, 0]),
    "a conversion to int64": lambda a: a.astype(int),
    "np.einsum with other than letters": lambda a: np.einsum("...i->...", a),
    "the attribute .std": lambda a: a.std(),
    "a conversion to a NumPy array": lambda a: np.array([a[0, 0], a[0, 1]]),
}  # fmt: skip


@pytest.mark.parametrize("named", REFUSED)
def test_what_neither_world_can_do_is_refused_by_name(world_of, named):
    with pytest.raises(NotExpressible) as said:
        REFUSED[named](moving(world_of, SHADOW))
    assert named in str(said.value)


def test_a_formula_that_joins_many_operations_keeps_the_exact_gradient(world_of):
    """Batch-free softmax cross-entropy with leaky units, by loops and in place, against the formula in one line."""
    x = moving(world_of, SHADOW)

    def by_loops(z):
        losses = np.zeros_like(z[:, 0])
        for i, row in enumerate(z):
            hidden = row.copy()
            hidden[hidden < 0] *= 0.1
            losses[i] = np.log(np.exp(hidden).sum()) - np.einsum("i,i", hidden, [0, 1, 0, 0])
        return losses.mean()

    hidden = np.where(x > 0, x, x / 10)
    at_once = np.sum(np.log(np.sum(np.exp(hidden), axis=1)) - hidden[:, 1]) / 3
    assert_equal(by_loops(x), at_once)


@pytest.mark.parametrize("wrong", [0, 1e-300])
def test_every_entry_of_a_handwritten_gradient_is_identical_or_different(world_of, wrong):
    """The lab's net, all 43 directions at once: the exponentials of forward and backward may be written differently."""
    case, field = make_case((4, 5, 3), 4), world_of.field
    X, Y = world_of.number(case.X), world_of.constant(case.Y)
    params = {name: world_of.number(case.params[name]) for name in PARAMETERS}
    every = np.eye(case.entries, dtype=np.uint64) * field.ONE
    parts = np.split(every, np.cumsum([params[name].size for name in PARAMETERS])[:-1], axis=1)
    moved = {}
    for name, part in zip(PARAMETERS, parts, strict=True):
        moved[name] = params[name].copy()
        moved[name].slope = part.reshape(-1, *params[name].shape)
    derivative = textbook_loss(network.forward(moved, X)[0], Y).slope
    gradients = network.backward(X, params, network.forward(params, X)[1], Y)
    found = np.concatenate([(gradients[name] + wrong).value.ravel() for name in PARAMETERS])
    assert case.entries == 43
    assert field.same(found, derivative).tolist() == [not wrong] * 43


def test_every_operation_is_tested_here_or_beside():
    beside = {*ELEMENTWISE, *ONE_ARRAY, *TWO_MATRICES, *OPAQUE}
    here = {getattr(np, name.split()[0].rstrip(","), None) for name in (*ONE, *EQUIVALENT)}
    assert set(UFUNCS) | set(FUNCTIONS) <= beside | here
