"""The six identities keep the value of what they rewrite, and refuse what has no meaning."""

import math
import random
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, reject, settings
from hypothesis import strategies as st
from sympy import Add, Indexed, KroneckerDelta, Mul, Pow, Sum, Symbol, exp, log, tanh

from derivations import claims
from derivations.claims import CLAIMS, derivative
from derivations.normal_form import IllTyped, Normaliser
from derivations.notation import (
    INDEXED,
    RANGE,
    c,
    eps,
    i,
    j,
    k,
    l,
    loss,
    m,
    n_h,
    n_x,
    n_y,
    network,
    over,
    p_x,
    q_h,
    q_y,
    r_y,
    s,
    t,
)  # fmt: skip
from derivations.proof import methods

Y, Yhat, W2, X = (INDEXED[name] for name in ("Y", "Yhat", "W2", "X"))
FUNCTIONS: dict[Any, Callable[[list[float]], float]] = {
    Add: math.fsum, Mul: math.prod, Pow: lambda pair: pair[0] ** pair[1],
    exp: lambda one: math.exp(one[0]), log: lambda one: math.log(one[0]), tanh: lambda one: math.tanh(one[0]),
}  # fmt: skip


def value(expression, known, entry):
    """Evaluate an index expression in floats, term by term; SymPy's `doit` is not asked."""
    if expression.is_Number:
        return float(expression)
    if isinstance(expression, Symbol):
        return known[expression]
    if isinstance(expression, Indexed):
        return entry(str(expression.base), tuple(int(value(index, known, entry)) for index in expression.indices))
    if isinstance(expression, KroneckerDelta):
        first, second = (value(index, known, entry) for index in expression.args)
        return float(first == second)
    if isinstance(expression, Sum):
        *inner, (bound, low, high) = expression.limits  # the last limit is the outermost
        body = Sum(expression.function, *inner) if inner else expression.function
        first, last = (int(value(end, known, entry)) for end in (low, high))
        return math.fsum(value(body, {**known, bound: number}, entry) for number in range(first, last + 1))
    return FUNCTIONS[expression.func]([value(part, known, entry) for part in expression.args])


def world(seed, *, rows_sum_to_one):
    """Return random sizes, indices and entries; every entry is decided when it is first asked for."""
    rng = random.Random(seed)
    known: dict[Any, Any] = {size: rng.randint(1, 3) for size in (m, n_x, n_h, n_y)}
    known |= {index: rng.randrange(known[size]) for index, size in RANGE.items()}
    known[eps] = 0.1
    store: dict[Any, Any] = {}

    def entry(base, indices):
        if base == "c":
            return store.setdefault((base, indices), rng.randrange(known[n_y]))
        if base == "Y" and rows_sum_to_one:
            row = store.setdefault((base, indices[0]), [rng.uniform(0.1, 1) for _ in range(known[n_y])])
            return row[indices[1]] / math.fsum(row)
        return store.setdefault((base, indices), rng.uniform(0.1, 1))

    return known, entry


EQUATIONS = {
    (name, method): getattr(claim, method) for name, claim in CLAIMS.items() for method in methods(claim)
    if name != "tanh'"  # a rational function of one variable: no sums to rewrite
}  # fmt: skip


@pytest.mark.parametrize("step", EQUATIONS, ids=" ".join)
def test_the_raw_derivative_its_normal_form_and_the_claim_have_one_value(step):
    needs = claims.ROWS_OF_Y in CLAIMS[step[0]].hypotheses
    raw, claimed = EQUATIONS[step]()
    normal = Normaliser(rows_sum_to_one=needs)(raw)
    for seed in range(4):
        known, entry = world(seed, rows_sum_to_one=needs)
        if step[0] == "softmax off-diagonal" and known[r_y] == known[q_y]:
            continue  # the claim is about two different classes
        expected = value(raw, known, entry)
        assert value(normal, known, entry) == pytest.approx(expected, rel=1e-9, abs=1e-12)
        assert value(claimed, known, entry) == pytest.approx(expected, rel=1e-9, abs=1e-12)


def test_the_audit_can_fail():
    raw, claimed = claims.direct("dZ2")
    differ = 0
    for seed in range(4):
        known, entry = world(seed, rows_sum_to_one=False)  # the hypothesis does not hold
        differ += value(raw, known, entry) != pytest.approx(value(claimed, known, entry), rel=1e-6)
    assert differ


def over_index(index):
    return Sum(Y[s, k] * KroneckerDelta(index, q_y), *over(index))


ATOMS = st.sampled_from([
    Y[i, k], Yhat[i, k], Yhat[s, l], W2[j, k], W2[q_h, l], X[i, p_x], Yhat[i, q_y], Y[t, k], Y[i, c[i]],
    KroneckerDelta(i, s), KroneckerDelta(k, q_y), KroneckerDelta(k, l), KroneckerDelta(j, q_h), KroneckerDelta(l, c[i]),
    exp(Yhat[i, k]), exp(-W2[j, k]), 2 * Yhat[t, q_y], Yhat[s, k] - 1,
])  # fmt: skip


def grown(inner):
    return st.one_of(
        st.tuples(inner, inner).map(lambda pair: pair[0] + pair[1]),
        st.tuples(inner, inner).map(lambda pair: pair[0] * pair[1]),
        st.tuples(inner, st.sampled_from([i, j, k, l])).map(lambda pair: Sum(pair[0], *over(pair[1]))),
    )


@settings(max_examples=60, deadline=None)
@given(expression=st.recursive(ATOMS, grown, max_leaves=6), seed=st.integers(0, 1000), hypothesis=st.booleans())
def test_any_expression_in_finite_sums_keeps_its_value(expression, seed, hypothesis):
    try:
        normal = Normaliser(rows_sum_to_one=hypothesis)(expression)
    except IllTyped:
        reject()  # refused, not rewritten: the tests below say when it may be
    known, entry = world(seed, rows_sum_to_one=hypothesis)
    assert value(normal, known, entry) == pytest.approx(value(expression, known, entry), rel=1e-9, abs=1e-9)


def form(expression, *, rows_sum_to_one=True):
    return Normaliser(rows_sum_to_one=rows_sum_to_one)(expression)


def test_a_delta_between_indices_of_different_sizes_is_refused():
    with pytest.raises(IllTyped, match="q_y takes n_y values, j takes n_h"):
        form(Sum(KroneckerDelta(j, q_y) * W2[j, q_y], *over(j)))


def test_a_delta_is_refused_where_the_sum_does_not_run_over_the_whole_range():
    with pytest.raises(IllTyped):
        form(Sum(KroneckerDelta(k, q_y) * Yhat[s, k], (k, 1, n_y - 1)))


@pytest.mark.parametrize(
    "captured",
    [
        Sum(KroneckerDelta(k, l) * Yhat[s, k] * Sum(Yhat[k, l], (l, 0, n_y - 1)), *over(k)),
        Sum(KroneckerDelta(k, c[i]) * Sum(Yhat[i, k], *over(i)), *over(k)),
    ],
    ids=["l", "c[i]"],
)
def test_r1_refuses_an_index_that_an_inner_sum_would_capture(captured):
    with pytest.raises(IllTyped, match="is bound inside"):
        form(captured)


def test_the_derivative_by_an_entry_whose_index_the_loss_binds_is_refused():
    with pytest.raises(ValueError, match=r"uses i, k, which a sum in the loss binds"):
        derivative(loss(network("Z2")), INDEXED["Z2"][i, k])


def test_an_index_that_was_never_declared_is_refused():
    with pytest.raises(KeyError):
        form(Sum(KroneckerDelta(k, Symbol("w", integer=True)) * Yhat[s, k], *over(k)))


@pytest.mark.parametrize(
    "not_a_row",
    [
        Sum(Y[k, k], *over(k)),
        Sum(Y[s, k], (k, 1, n_y - 1)),
        Sum(Y[s, k], (k, 0, m - 1)),
        Sum(Y[i, q_y], *over(i)),
        Sum(Yhat[s, k], *over(k)),
        Sum(Y[s, k] ** 2, *over(k)),
    ],
    ids=str,
)
def test_r4_is_for_whole_rows_of_y_only(not_a_row):
    normalise = Normaliser(rows_sum_to_one=True)
    assert normalise(not_a_row).has(Sum)
    assert normalise.used["R4"] == 0


def test_r4_is_used_only_where_it_is_allowed_and_then_counted():
    row, other = (Sum(Y[sample, k], *over(k)) for sample in (s, t))
    normalise = Normaliser(rows_sum_to_one=True)
    assert normalise(row * other + row) == 2
    assert normalise.used["R4"] == 3
    assert form(row, rows_sum_to_one=False).has(Sum)


def test_bound_names_do_not_matter_and_free_ones_do():
    assert form(Sum(Yhat[s, k], *over(k))) == form(Sum(Yhat[s, l], *over(l)))
    assert form(Sum(Yhat[s, k], *over(k))) != form(Sum(Yhat[t, k], *over(k)))
    assert form(Sum(W2[j, k], *over(j))) != form(Sum(W2[j, k], *over(k)))
