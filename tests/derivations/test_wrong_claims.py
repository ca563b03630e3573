"""A prover that cannot say no proves nothing: the usual mistakes stay unproved, by every road."""

import pytest
from sympy import HadamardPower, HadamardProduct, OneMatrix

from derivations import claims
from derivations.entrywise import prove_entrywise
from derivations.notation import MATRIX, m, n_h, n_y
from derivations.proof import prove_equal

A1, Y, Yhat, W2, dZ2, dA1, dZ1, X = (MATRIX[name] for name in ("A1", "Y", "Yhat", "W2", "dZ2", "dA1", "dZ1", "X"))
ones = OneMatrix(m, n_h)
slope = ones - HadamardPower(A1, 2)

WRONG = {
    "no 1/m": ("dZ2", Yhat - Y),
    "wrong sign": ("dZ2", (Y - Yhat) / m),
    "half of Yhat": ("dZ2", (Yhat / 2 - Y) / m),
    "half of Yhat without 1/m": ("dZ2", Yhat / 2 - Y),
    "A1 for 1 - A1^2": ("dZ1", HadamardProduct(dA1, A1)),
    "1 - A1 for 1 - A1^2": ("dZ1", HadamardProduct(dA1, ones - A1)),
    "no tanh'": ("dZ1", dA1),
    "averaged over n_y": ("db2", m / n_y * OneMatrix(1, m) * dZ2),
    "summed before the tanh' factor": (
        "db1", HadamardProduct(OneMatrix(1, m) * dA1, OneMatrix(1, m) * slope),
    ),
    "1/m again in dW1": ("dW1", X.T * dZ1 / m),
    "dYhat without 1/m": ("dYhat", HadamardProduct(-Y, HadamardPower(Yhat, -1))),
}  # fmt: skip


@pytest.mark.parametrize("mistake", WRONG)
def test_a_wrong_claim_is_not_proved_from_the_whole_loss(mistake):
    name, statement = WRONG[mistake]
    assert not prove_equal(claims.direct(name, statement), rows_sum_to_one=True)[0]


@pytest.mark.parametrize("mistake", [mistake for mistake, (name, _) in WRONG.items() if name in claims.THROUGH])
def test_a_wrong_claim_is_not_proved_by_one_step(mistake):
    name, statement = WRONG[mistake]
    assert not prove_equal(claims.staged(name, statement), rows_sum_to_one=True)[0]


REACHED = {
    "dYhat": set(),  # the later claims do not use it
    "dZ2": {"dW1", "db1", "dW2", "db2"}, "dZ1": {"dW1", "db1"},
    "db2": {"db2"}, "dW1": {"dW1"}, "db1": {"db1"},
}  # fmt: skip
SMALL = (2, 1, 1, 2)


def refused(sizes, changed):
    return {proof.name for proof in prove_entrywise(sizes, changed) if not proof.proved}


@pytest.mark.parametrize("mistake", WRONG)
def test_a_wrong_claim_is_refused_entry_by_entry_in_exactly_the_gradients_that_use_it(mistake):
    name, statement = WRONG[mistake]
    # averaging over n_y is right where n_y = m: those sizes could not see it
    sizes = (3, 1, 1, 2) if mistake == "averaged over n_y" else SMALL
    assert refused(sizes, {name: statement}) == REACHED[name]


def test_averaging_over_n_y_looks_right_where_the_sizes_agree():
    assert refused(SMALL, {"db2": WRONG["averaged over n_y"][1]}) == set()


@pytest.mark.slow
def test_every_entry_is_proved_at_2_2_3_2_and_no_entry_of_a_wrong_one():
    assert refused((2, 2, 3, 2), {}) == set()
    name, statement = WRONG["1 - A1 for 1 - A1^2"]
    for proof in prove_entrywise((2, 2, 3, 2), {name: statement}):
        expected = proof.entries if proof.name in REACHED[name] else 0
        assert len(proof.not_proved) == expected


def test_a_transposed_w2_fits_where_n_h_is_n_y_and_is_refused_there():
    square = prove_entrywise((2, 2, 2, 2), {"dA1": dZ2 * MATRIX["W2"].subs({n_h: 2, n_y: 2})})
    assert {proof.name for proof in square if not proof.proved} == {"dW1", "db1"}


def test_one_class_sees_no_mistake_at_all():
    for mistake in ("no 1/m", "wrong sign", "no tanh'"):
        name, statement = WRONG[mistake]
        assert refused((2, 1, 2, 1), {name: statement}) == set()
