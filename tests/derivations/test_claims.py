"""Every claim is proved for all sizes, and each proof reports the hypotheses that it used, no more and no less."""

import pytest
from sympy import Integer, KroneckerDelta, Sum, Symbol

from derivations import claims
from derivations.claims import CLAIMS, DZ2_ANY_Y, ONE_HOT, OTHER_CLASS, ROWS_OF_Y, STATEMENTS
from derivations.normal_form import Normaliser
from derivations.notation import c, entries, k, m, over, q_y, r_y, s, t
from derivations.proof import methods, prove, prove_equal
from tests.there import there

ALL = [(name, method) for name, claim in CLAIMS.items() for method in methods(claim)]
NEEDS_ROWS_OF_Y = {("dZ2", "staged")} | {(name, "direct") for name in ("dZ2", "dW2", "db2", "dA1", "dZ1", "dW1", "db1")}


@pytest.fixture(scope="module")
def proofs():
    return {(name, method): prove(CLAIMS[name], method) for name, method in ALL}


@pytest.mark.parametrize("step", ALL, ids=" ".join)
def test_every_claim_is_proved_for_all_sizes(proofs, step):
    assert proofs[step].proved


def test_every_gradient_has_a_claim_with_both_proofs():
    for name in set(STATEMENTS) - {"dYhat"}:
        assert methods(CLAIMS[name]) == ("direct", "staged")


def test_only_the_steps_that_need_the_rows_of_y_report_them(proofs):
    assert {step for step, proof in proofs.items() if ROWS_OF_Y in proof.hypotheses} == NEEDS_ROWS_OF_Y
    assert {step for step, proof in proofs.items() if proof.rules.get("R4")} == NEEDS_ROWS_OF_Y


def test_the_other_hypotheses_are_reported_where_they_are_used(proofs):
    assert proofs["softmax off-diagonal", "direct"].hypotheses == (OTHER_CLASS,)
    assert proofs["dZ2 as implemented, one-hot", "staged"].hypotheses == (ONE_HOT,)


@pytest.mark.parametrize("obligation", [claims.direct, claims.staged])
def test_dz2_is_not_proved_without_the_rows_of_y_but_for_any_y_it_is(obligation):
    assert not prove_equal(obligation("dZ2"), rows_sum_to_one=False)[0]
    assert prove_equal(obligation("dZ2"), rows_sum_to_one=True)[0]
    assert prove_equal(obligation("dZ2", DZ2_ANY_Y), rows_sum_to_one=False)[0]


def test_a_use_of_the_hypothesis_on_the_side_of_the_formula_is_counted_too():
    row_sum = Sum(entries("Y")(s, k), *over(k))
    assert prove_equal((Integer(1), row_sum), rows_sum_to_one=True) == (True, {"R4": 1})
    assert prove_equal((Integer(1), row_sum), rows_sum_to_one=False) == (False, {})


def test_a_claim_builds_only_on_claims_before_it():
    seen: set[object] = set()
    for name, claim in CLAIMS.items():
        assert set(claim.builds_on) <= seen
        seen.add(name)


def test_the_matrix_that_is_printed_is_the_matrix_that_is_proved():
    for name, statement in STATEMENTS.items():
        assert CLAIMS[name].statement == statement
    assert CLAIMS["dZ2 for any Y"].statement == DZ2_ANY_Y


def test_a_method_that_a_claim_has_not_is_refused():
    with pytest.raises(ValueError, match="tanh' has no staged proof"):
        prove(CLAIMS["tanh'"], "staged")


# A scalar statement is printed in symbols of its own; here they are read as the entries that were proved.
_kq, _it = {Symbol("k", integer=True): r_y, Symbol("q", integer=True): q_y}, {Symbol("i", integer=True): s}
_softmax = claims._softmax_entry
_E = Symbol("E", positive=True)
READINGS = {
    "tanh'": {Symbol("A1"): (_E - 1 / _E) / (_E + 1 / _E)},
    "softmax": {
        **_kq, **_it, Symbol("t", integer=True): t,
        Symbol("Yhat[i,k]"): _softmax(t, r_y), Symbol("Yhat[i,q]"): _softmax(t, q_y),
    },
    "softmax diagonal": {Symbol("Yhat[i,q]"): _softmax(s, q_y)},
    "softmax off-diagonal": {Symbol("Yhat[i,k]"): _softmax(s, r_y), Symbol("Yhat[i,q]"): _softmax(s, q_y)},
    "dZ2 as implemented, one-hot": {
        Symbol("p"): entries("Yhat")(s, c[s]),
        Symbol("dZ2[i,q]"): (entries("Yhat")(s, q_y) - KroneckerDelta(q_y, c[s])) / m,
    },
}  # fmt: skip


@pytest.mark.parametrize("name", [name for name, claim in CLAIMS.items() if not claim.matrix])
def test_the_scalar_formula_that_is_printed_is_the_one_that_is_proved(name):
    claim = CLAIMS[name]
    proved_formula = there(claim.direct or claim.staged)()[1]
    printed = claim.statement.subs(READINGS[name], simultaneous=True)
    if name == "tanh'":
        assert (printed - proved_formula).cancel() == 0
    elif name == "softmax":
        # delta(t, i) times a row t or a row i is the same: compare at i = t, where the delta is 1.
        normal = Normaliser(rows_sum_to_one=False)
        assert normal(printed.subs(s, t)) == normal(proved_formula.subs(s, t))
    else:
        normal = Normaliser(rows_sum_to_one=False)
        assert normal(printed) == normal(proved_formula)
