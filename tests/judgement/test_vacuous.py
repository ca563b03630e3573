"""A check that could not have failed is called vacuous, with the reason, and is never counted as a pass."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import numpy as np
import pytest

from verify import check_network
from verify.evidence.records import PASSES, Comparison
from verify.lab import network
from verify.lab.comparing import compare
from verify.lab.planting import BY_NAME
from verify.nets.cases import PARAMETERS, make_case, make_cases
from verify.oracles import DEFAULT, load
from verify.oracles.base import textbook_loss

BLIND = make_case((1, 2, 1), 4, "one-hot")
SEEING = make_case((2, 3, 2), 4, "one-hot")


class Zeros(ModuleType):
    """The lab's network with a backward pass that gives nothing but zeros."""

    softmax = staticmethod(network.softmax)
    forward = staticmethod(network.forward)
    loss_accuracy = staticmethod(network.loss_accuracy)

    @staticmethod
    def backward(X: Any, params: dict[str, Any], outputs: dict[str, Any], Y: Any) -> dict[str, Any]:
        right = network.backward(X, params, outputs, Y)
        return {name: 0 * value for name, value in right.items()}


def zeros_against(oracle: str, case: Any) -> list[Comparison]:
    module = Zeros("zeros")
    points = load(oracle)(module, case, textbook_loss)
    return compare(oracle, points, module, case, dict.fromkeys(PARAMETERS, False))


def test_one_class_one_hot_could_not_be_judged_and_the_reason_names_the_softmax() -> None:
    evidence = check_network(cases=[BLIND])
    assert evidence.verdict == "could not judge"
    assert "oftmax over one class" in evidence.sentence
    (case,) = evidence.cases
    assert case.power is not None
    assert case.power.vacuous == PARAMETERS
    assert case.power.why is not None
    assert "softmax over one class is constantly 1" in case.power.why
    assert "2-3-2" in case.power.why  # the case that does see


@pytest.mark.parametrize("oracle", DEFAULT)
def test_zeros_agree_where_a_case_is_vacuous_and_only_there(oracle: str) -> None:
    assert all(one.verdict in PASSES for one in zeros_against(oracle, BLIND))
    assert not any(one.verdict in PASSES for one in zeros_against(oracle, SEEING))


@pytest.mark.parametrize("oracle", DEFAULT)
def test_a_vacuous_comparison_has_no_verdict_of_a_pass_and_states_no_power(oracle: str) -> None:
    evidence = check_network(cases=[BLIND], oracles=(oracle,))
    assert evidence.verdict == "could not judge"
    assert {one.verdict for one in evidence.cases[0].comparisons} == {"vacuous"}
    for row in evidence.summary:
        assert row.verdict == "vacuous"
        assert row.entries == 0
        assert row.detects is None
    assert evidence.caught == ()


@pytest.mark.slow
def test_mistakes_survive_a_vacuous_case_and_none_of_the_survivors_is_called_correct() -> None:
    for name in ("dZ2-zero", "dZ2-sign", "dZ2-doubled"):
        assert check_network(mistake=BY_NAME[name], cases=[BLIND]).verdict == "could not judge"
        assert check_network(mistake=BY_NAME[name], cases=[SEEING]).verdict == "wrong"


def test_a_vacuous_case_beside_a_seeing_one_adds_nothing_to_what_was_counted() -> None:
    alone, both = check_network(cases=[SEEING]), check_network(cases=[BLIND, SEEING])
    assert both.verdict == alone.verdict == "correct"
    assert both.sentence == f"{alone.sentence} Of 2 cases, 1 is vacuous and not counted."
    assert both.coverage == alone.coverage
    for with_blind, without in zip(both.summary, alone.summary, strict=True):
        assert with_blind.entries == without.entries
        assert {word: n for word, n in with_blind.counts.items() if word != "vacuous"} == dict(without.counts)


def test_a_mistake_that_a_vacuous_case_sees_is_still_wrong_there() -> None:
    evidence = check_network(mistake=BY_NAME["dZ2-without-Y"], cases=[BLIND])
    assert evidence.verdict == "wrong"


def test_ordinary_nets_are_not_vacuous() -> None:
    for case in check_network(cases=make_cases([(2, 3, 2)])).cases:
        assert case.power is not None
        assert case.power.vacuous == ()
        assert case.power.why is None


def test_one_class_whose_targets_are_not_one_shows_that_the_hypothesis_is_needed() -> None:
    """J is 0 there whatever the parameters are, but (Yhat - Y)/m is not: rows of Y that do not sum to 1 break it."""
    case = make_case((1, 2, 1), 4, "any")
    assert not np.allclose(case.Y, 1)
    evidence = check_network(cases=[case])
    assert evidence.verdict == "wrong"
    assert {row.verdict for row in evidence.summary if row.oracle == "exact"} == {"different"}
