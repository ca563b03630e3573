"""Every mistake of the catalogue, planted for real, is caught by the oracles and named by the diagnosis."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from verify import check_gradients, check_network
from verify.errors import WrongShape
from verify.evidence.records import FAILS, Evidence
from verify.judgement.verdicts import verdict_of
from verify.lab import network
from verify.lab.derivation import derivation
from verify.lab.planting import BY_NAME, MISTAKES, WrongStep, network_with
from verify.mistakes.catalogue import GENERAL
from verify.nets.cases import FULL_SIZES, PARAMETERS, make_case, make_cases
from verify.oracles import DEFAULT
from verify.oracles.base import textbook_loss

NAMES = [mistake.name for mistake in MISTAKES]
FIRST_ENTRY = "np.outer(np.arange(X.shape[1]) == 0, np.arange(A1.shape[1]) == 0)"
# One entry wrong by 1e-9: below what a central difference in float64 can see.
BELOW_CENTRAL_DIFFERENCE = {"dW1-one-entry"}
# These give an array of another shape, which NumPy would broadcast; check_gradients refuses them.
OF_ANOTHER_SHAPE = {"db2-summed-over-everything", "db2-summed-over-classes", "db1-summed-over-everything"}


# For each size one-hot targets with ordinary weights, and soft targets with saturated ones.
CASES = [case for case in make_cases([(2, 3, 2), (4, 5, 3)], seed=42) if case.m in (3, 4)]

derivation_once = cache(derivation)


@cache
def evidence_with(name: str | None) -> Evidence:
    """Return the evidence of the network with this mistake planted; each is made once for all tests.

    The derivation does not depend on the mistake, and is proved once.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("verify.lab.check.derivation", derivation_once)
        return check_network(mistake=BY_NAME[name] if name else None, cases=CASES)


def called_wrong(evidence: Evidence, oracle: str) -> set[str]:
    return {row.parameter for row in evidence.summary if row.oracle == oracle and row.verdict in FAILS}


def line_in_file(step: str) -> int:
    """Return the line of `step = ...` in network.py, found by reading the file as text."""
    lines = Path(str(network.__file__)).read_text(encoding="utf-8").splitlines()
    (number,) = [number for number, line in enumerate(lines, 1) if line.startswith(f"    {step} = ")]
    return number


def test_there_are_at_least_25_mistakes_with_names_of_their_own() -> None:
    assert len(MISTAKES) >= 25
    assert len(set(NAMES)) == len(NAMES)


def test_without_a_mistake_the_same_cases_are_correct() -> None:
    evidence = evidence_with(None)
    assert evidence.verdict == "correct"
    assert evidence.diagnoses == ()
    assert not any(called_wrong(evidence, oracle) for oracle in DEFAULT)


@pytest.mark.parametrize("name", NAMES)
def test_the_mistake_is_wrong_in_exactly_the_parameters_that_it_reaches(name: str) -> None:
    evidence = evidence_with(name)
    assert evidence.verdict == "wrong"
    assert called_wrong(evidence, "exact") == set(BY_NAME[name].parameters)
    for parameter in PARAMETERS:
        said = f"d{parameter}" in evidence.sentence
        assert said == (parameter in BY_NAME[name].parameters), evidence.sentence


@pytest.mark.parametrize("name", NAMES)
def test_the_mistake_is_named_and_no_other_gives_the_same_gradient(name: str) -> None:
    (diagnosis,) = evidence_with(name).diagnoses
    mistake = BY_NAME[name]
    assert diagnosis.name == name
    assert diagnosis.sentence == mistake.sentence
    assert diagnosis.line == line_in_file(mistake.step)
    assert diagnosis.text == f"{mistake.step} = {mistake.wrong}"
    assert diagnosis.should_be.startswith(f"{mistake.step} = ")
    assert diagnosis.should_be != diagnosis.text


@pytest.mark.parametrize("oracle", DEFAULT)
@pytest.mark.parametrize("name", NAMES)
def test_each_oracle_alone_says_wrong_and_blames_no_other_parameter(name: str, oracle: str) -> None:
    evidence = evidence_with(name)
    alone = verdict_of([row for row in evidence.summary if row.oracle == oracle])
    if oracle == "central-difference" and name in BELOW_CENTRAL_DIFFERENCE:
        assert alone == "correct"
    else:
        assert alone == "wrong"
        assert called_wrong(evidence, oracle) == set(BY_NAME[name].parameters)


def test_the_oracle_that_misses_a_mistake_had_said_that_it_would() -> None:
    (row,) = [
        row for row in evidence_with("dW1-one-entry").summary
        if row.parameter == "W1" and row.oracle == "central-difference"
    ]  # fmt: skip
    assert row.detects is not None
    assert row.detects > 1e-9
    for case in evidence_with(None).cases:
        assert case.power is not None
        assert "central-difference" not in case.power.seen["dW1-one-entry"]


@pytest.mark.parametrize("oracle", DEFAULT)
def test_an_oracle_asked_alone_gives_the_same_verdict_as_among_others(oracle: str) -> None:
    evidence = check_network(mistake=BY_NAME["dZ1-one-minus-A1"], cases=[make_case((2, 3, 2), 4)], oracles=(oracle,))
    assert evidence.verdict == "wrong"
    assert called_wrong(evidence, oracle) == {"W1", "b1"}
    assert check_network(cases=[make_case((2, 3, 2), 4)], oracles=(oracle,)).verdict == "correct"


def test_one_unit_in_the_last_place_of_one_entry_is_different_to_exact_numbers_and_balls_and_to_no_floats() -> None:
    mistake = WrongStep("last-place", "dW1", f"np.dot(X.T, dZ1) * (1 + 2.0**-52 * {FIRST_ENTRY})", "One unit.")
    evidence = check_network(mistake=mistake, cases=make_cases([(2, 3, 2)]))
    assert evidence.verdict == "wrong"
    assert called_wrong(evidence, "exact") == {"W1"}
    assert called_wrong(evidence, "balls") == {"W1"}
    assert not any(called_wrong(evidence, oracle) for oracle in DEFAULT if oracle not in ("exact", "balls"))
    (row,) = [row for row in evidence.summary if row.parameter == "W1" and row.oracle == "exact"]
    assert row.worst is not None
    assert row.worst.index == (0, 0)
    assert row.mismatched == len(evidence.cases)
    assert evidence.diagnoses == ()


@pytest.mark.slow
def test_on_the_full_net_the_mistakes_are_caught_in_the_right_parameters_and_named() -> None:
    case = make_case(FULL_SIZES, 4)
    oracles = ("symbolic", "exact", "complex-step")
    assert check_network(cases=[case], oracles=oracles).verdict == "correct"
    for name in ("dW1-one-entry", "dW1-last-sample-missing", "db1-mean", "dZ2-sign", "dW2-from-Z1"):
        evidence = check_network(mistake=BY_NAME[name], cases=[case], oracles=oracles)
        assert evidence.verdict == "wrong", name
        assert called_wrong(evidence, "exact") == set(BY_NAME[name].parameters), name
        assert called_wrong(evidence, "symbolic") == set(BY_NAME[name].parameters), name
        assert [diagnosis.name for diagnosis in evidence.diagnoses] == [name]


def scaled(module: Any, scale: float) -> Evidence:
    """Return check_gradients' evidence of the module's backward, where loss and gradients are both scaled."""
    case = make_case((2, 3, 2), 4, "soft")

    def loss(params: dict[str, Any]) -> float:
        return float(scale * textbook_loss(module.forward(params, case.X)[0], case.Y))

    def gradients(params: dict[str, Any]) -> Mapping[str, Any]:
        outputs = module.forward(params, case.X)[1]
        return {name: scale * value for name, value in module.backward(case.X, params, outputs, case.Y).items()}

    return check_gradients(loss, gradients, case.params)


SCALES = (1e-6, 1.0, 1e6)


@pytest.mark.parametrize("scale", SCALES)
def test_the_right_backward_is_correct_however_the_loss_is_scaled(scale: float) -> None:
    evidence = scaled(network, scale)
    assert evidence.verdict == "correct"
    assert all(evidence.cases[0].power.seen[one.name] for one in GENERAL)  # type: ignore[union-attr]


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("name", [name for name in NAMES if name not in BELOW_CENTRAL_DIFFERENCE | OF_ANOTHER_SHAPE])
def test_a_mistake_is_wrong_in_its_parameters_however_the_loss_is_scaled(name: str, scale: float) -> None:
    evidence = scaled(network_with(BY_NAME[name]).module, scale)
    assert evidence.verdict == "wrong"
    assert called_wrong(evidence, "balls") == set(BY_NAME[name].parameters)


@pytest.mark.parametrize("name", sorted(OF_ANOTHER_SHAPE))
def test_a_gradient_of_another_shape_is_refused_with_both_shapes(name: str) -> None:
    (parameter,) = BY_NAME[name].parameters
    with pytest.raises(WrongShape, match=rf"gradients\(params\)\['{parameter}'\] has shape .*, expected \(1, \d\)"):
        scaled(network_with(BY_NAME[name]).module, 1.0)


def first_entry_off_by(part: float) -> Any:
    return network_with(
        WrongStep("first-entry", "dW1", f"np.dot(X.T, dZ1) * (1 + {part!r} * {FIRST_ENTRY})", "")
    ).module


@pytest.mark.parametrize("scale", SCALES)
def test_one_entry_off_by_more_than_the_stated_power_is_wrong_and_by_far_less_is_not(scale: float) -> None:
    (caught,) = scaled(network, scale).caught
    assert 0 < caught.everywhere < 1e-6
    # The difference may itself be off by its bound, so twice the bound is what is always caught.
    assert called_wrong(scaled(first_entry_off_by(2.5 * caught.everywhere), scale), "balls") == {"W1"}
    assert scaled(first_entry_off_by(caught.everywhere / 1000), scale).verdict == "correct"


def test_the_stated_power_does_not_depend_on_the_scale_of_the_loss() -> None:
    stated = np.array([scaled(network, scale).caught[0].everywhere for scale in SCALES])
    assert np.max(stated) < 10 * np.min(stated)
