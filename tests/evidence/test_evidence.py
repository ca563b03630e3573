"""Evidence to JSON and back, and the schema that describes it."""

from __future__ import annotations

import dataclasses
import json

import jsonschema
import pytest

from tests.places import SCHEMA as PUBLISHED
from verify.errors import BadInput
from verify.evidence.records import Comparison, Evidence, Worst
from verify.evidence.schema import schema_text
from verify.lab.check import check_network
from verify.lab.planting import BY_NAME
from verify.nets.cases import make_cases


@pytest.fixture(scope="module")
def evidence() -> Evidence:
    return check_network(cases=make_cases([(2, 3, 2)]), oracles=("exact", "complex-step"))


def validate(text: str) -> None:
    jsonschema.Draft202012Validator(json.loads(PUBLISHED.read_text())).validate(json.loads(text))


def test_the_published_schema_is_the_one_that_the_code_gives():
    assert PUBLISHED.read_text() == schema_text(), "make schema"


def test_the_published_schema_is_a_schema():
    jsonschema.Draft202012Validator.check_schema(json.loads(PUBLISHED.read_text()))


def test_evidence_comes_back_from_json_as_it_was(evidence):
    validate(evidence.to_json())
    assert Evidence.from_json(evidence.to_json()) == evidence
    assert Evidence.from_json(evidence.to_json()).to_json() == evidence.to_json()


def test_a_wrong_verdict_comes_back_too():
    wrong = check_network(mistake=BY_NAME["db2-mean"], cases=make_cases([(2, 3, 2)]), oracles=("exact",))
    validate(wrong.to_json())
    assert Evidence.from_json(wrong.to_json()).diagnoses[0].name == "db2-mean"


def with_worst(evidence: Evidence, worst: Worst) -> Evidence:
    extreme = Comparison("W1", "exact", "differs", 10**6, 1, worst, 1e-300, 0.0, "note")
    return dataclasses.replace(evidence, cases=(dataclasses.replace(evidence.cases[0], comparisons=(extreme,)),))


@pytest.mark.parametrize("number", [0.0, 1e-300, 5e-324, 1.7e308, float("inf"), float("-inf")])
def test_extreme_numbers_survive_json(evidence, number):
    extreme = with_worst(evidence, Worst((0, 1), number, number, None, None))
    validate(extreme.to_json())
    assert Evidence.from_json(extreme.to_json()) == extreme


def test_nan_survives_json(evidence):
    text = with_worst(evidence, Worst((0, 1), float("nan"), None, None, None)).to_json()
    validate(text)
    worst = Evidence.from_json(text).cases[0].comparisons[0].worst
    assert worst is not None
    assert worst.handwritten != worst.handwritten


def test_the_schema_refuses_what_is_not_evidence(evidence):
    broken = json.loads(evidence.to_json())
    broken["verdict"] = "probably"
    with pytest.raises(jsonschema.ValidationError):
        validate(json.dumps(broken))


@pytest.mark.parametrize("text", ["", "{}", "[1, 2]", '{"schema": "verify-evidence/1"}', "not json"])
def test_what_is_not_evidence_is_one_clear_error(text):
    with pytest.raises(BadInput, match="not the evidence of this version: at ") as caught:
        Evidence.from_json(text)
    assert "\n" not in str(caught.value)
