"""A training with a planted mistake is wrong, whatever it reaches, and says what the mistake costs."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.there import there
from tests.training.trained import SHORT, valid
from verify.evidence.records import Evidence
from verify.lab.planting import BY_NAME
from verify.nets.cases import PARAMETERS
from verify.training.checks import ORACLES
from verify.training.end_to_end import check_training


@pytest.fixture(scope="module")
def wrong(digits):
    """Return a function that trains with a mistake planted, once each."""
    found: dict[str, Evidence] = {}

    def check(name: str) -> Evidence:
        if name not in found:
            found[name] = check_training(digits, SHORT, mistake=BY_NAME[name])
        return found[name]

    return check


def test_a_doubled_gradient_learns_and_is_wrong_all_the_same(wrong):
    evidence = wrong("dZ2-doubled")
    assert evidence.verdict == "wrong"
    assert [diagnosis.name for diagnosis in evidence.diagnoses] == ["dZ2-doubled"]
    cost = there(there(evidence.training).cost)
    assert cost is not None
    assert not cost.shown
    assert cost.caught == dict.fromkeys(ORACLES, PARAMETERS)
    assert cost.effect.startswith("The training does not show it: test accuracy ")
    with_mistake, without = there(evidence.training).runs
    assert (with_mistake.mistake, without.mistake) == ("dZ2-doubled", None)
    assert f"{with_mistake.epochs[-1].test_accuracy:.4f} with the mistake" in cost.effect
    assert f"{without.epochs[-1].test_accuracy:.4f} without" in cost.effect
    assert evidence.sentence.startswith("Wrong: dW1, db1, dW2 and db2 are not the derivative of the textbook loss. ")
    assert evidence.sentence.endswith(cost.effect)


def test_a_turned_sign_is_wrong_and_the_training_stops(wrong):
    evidence = wrong("dZ2-sign")
    run = there(evidence.training).runs[0]
    assert evidence.verdict == "wrong"
    assert run.status == "stopped"
    assert "the loss explodes" in run.why
    assert there(there(evidence.training).cost).shown
    assert there(there(evidence.training).cost).effect == f"The training stops: {run.why}."
    assert not any(
        check.decides for check in there(evidence.training).checks
    )  # what it came to before it stopped says nothing


def test_a_gradient_that_costs_accuracy_says_how_much(digits):
    evidence = check_training(
        digits, replace(SHORT, epochs=10), mistake=BY_NAME["dZ2-averaged-twice"], oracles=("complex-step",)
    )
    cost = there(there(evidence.training).cost)
    assert evidence.verdict == "wrong"
    assert cost.shown
    assert cost.effect.startswith("The training loses by it: test accuracy ")
    with_mistake, without = (run.epochs[-1].test_accuracy for run in there(evidence.training).runs)
    assert with_mistake < without - 0.1


def test_a_gradient_of_the_wrong_shape_stops_in_a_sentence_and_is_wrong(wrong):
    evidence = wrong("db2-summed-over-classes")
    assert evidence.verdict == "wrong"
    assert there(evidence.training).runs[0].status == "stopped"
    assert there(evidence.training).runs[0].updates == 0
    assert there(evidence.training).runs[0].first_loss != there(evidence.training).runs[0].first_loss
    assert "update 1 ends in ValueError" in there(there(evidence.training).cost).effect
    assert set(there(there(evidence.training).cost).caught) == set(ORACLES)
    assert evidence.sentence.startswith("Wrong: db2 is not the derivative of the textbook loss.")


def test_a_training_that_fails_at_its_first_update_reports_the_parameters_before_it(wrong):
    evidence = wrong("db2-summed-over-classes")  # sgd had changed W1, b1 and W2 when b2 failed
    (before,) = there(evidence.training).runs[0].epochs
    assert before.updates == 0
    assert before.train_loss == there(evidence.training).runs[1].epochs[0].train_loss


def test_an_entry_wrong_by_a_billionth_is_caught_by_the_exact_oracle_alone(wrong):
    evidence = wrong("dW1-one-entry")
    seen = set(there(there(evidence.training).cost).caught)
    assert "exact" in seen
    assert "central-difference" not in seen
    assert evidence.verdict == "wrong"
    assert evidence.sentence.startswith("Wrong: dW1 is not the derivative of the textbook loss.")
    assert not there(there(evidence.training).cost).shown


def test_what_no_oracle_sees_is_not_called_caught(digits):
    evidence = check_training(digits, SHORT, mistake=BY_NAME["dW1-one-entry"], oracles=("central-difference",))
    assert there(there(evidence.training).cost).caught == {}
    assert evidence.verdict == "correct"
    assert all(not there(case.power).seen.get("dW1-one-entry") for case in evidence.cases)


def test_a_mistake_gets_no_findings_about_the_labs_loop(wrong):
    assert wrong("dZ2-doubled").findings == ()


@pytest.mark.slow
@pytest.mark.parametrize("name", ["dZ2-doubled", "dZ2-sign", "db2-summed-over-classes"])
def test_the_evidence_of_a_mistake_too(wrong, name):
    valid(wrong(name))
    assert Evidence.from_json(wrong(name).to_json()).to_json() == wrong(name).to_json()
