"""An exception that nobody foresaw is a fault of verify: exit 4, one line, in the evidence too; never a wrong gradient."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import verify.lab.check
import verify.library
import verify.submissions.judge
from tests.command_line import Run, apart
from tests.places import ROOT
from verify import Evidence, check_gradients, check_network
from verify.errors import BadInput
from verify.faults import why
from verify.submissions.judge import check_submission

RIGHT = """import numpy as np
def forward(X, W1, b1):
    return X @ W1 + b1
def loss(A, Y):
    return np.mean(np.sum((A - Y) ** 2, axis=1))
def backward(X, Y, A, W1, b1):
    d = 2 * (A - Y) / X.shape[0]
    return X.T @ d, d.sum(axis=0, keepdims=True)
"""


def broken(*given: Any, **named: Any) -> Any:
    return [0][len(given) + len(named) + 1]


@pytest.fixture
def submission(tmp_path: Path) -> Path:
    path = tmp_path / "student.py"
    path.write_text(RIGHT)
    return path


ONE_READING = "verify.submissions.judging.one_reading"
STAGES = {
    "read": "verify.submissions.judge",
    "find_candidates": "verify.submissions.judge",
    "given_in_balls": "verify.submissions.truth.asked",
    "in_floats": "verify.submissions.truth.asked",
    "compared": ONE_READING,
    "evidence_of": ONE_READING,
}


@pytest.mark.parametrize("stage", STAGES)
def test_a_fault_in_any_stage_of_judging_a_file_is_said_with_its_place(
    submission: Path, monkeypatch: pytest.MonkeyPatch, stage: str
) -> None:
    monkeypatch.setattr(f"{STAGES[stage]}.{stage}", broken)
    evidence = check_submission(submission, level="rlimits", seed=7)
    assert (evidence.verdict, evidence.kind) == ("could not judge", "fault of verify")
    assert evidence.subject == "student.py"
    assert evidence.replay.seed == 7
    assert "IndexError: list index out of range" in evidence.sentence
    assert f"{STAGES[stage].replace('.', '/')}.py, line" in evidence.sentence


def test_a_fault_exits_with_4_and_stands_in_the_json_too(
    run: Run, submission: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(f"{ONE_READING}.evidence_of", broken)
    said = run("grads", str(submission), "--json", "-")
    assert said.status == 4
    assert json.loads(said.out)["kind"] == "fault of verify"
    assert Evidence.from_json(said.out).sentence.startswith("Could not judge: a fault of verify")


def test_a_report_about_a_fault_is_written_and_exits_with_4(
    run: Run, submission: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(f"{ONE_READING}.evidence_of", broken)
    said = run("report", str(submission), "--out", str(tmp_path / "reports"))
    assert said.status == 4
    assert (
        "fault of verify, not of the code that was given: IndexError"
        in (tmp_path / "reports" / "student" / "report.html").read_text()
    )


def test_a_fault_outside_of_every_entry_is_one_line_on_standard_error_with_status_4(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("verify.report.terminal.render_mistakes", broken)
    said = run("mistakes")
    assert (said.status, said.out) == (4, "")
    assert said.err.startswith("verify: could not judge: a fault of verify")
    assert said.err.count("\n") == 1


def test_a_fault_while_the_lab_s_network_is_checked_is_evidence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verify.lab.check, "check_case", broken)
    evidence = check_network()
    assert (evidence.verdict, evidence.kind) == ("could not judge", "fault of verify")


@pytest.mark.parametrize(("error", "said"), [(MemoryError(), "memory"), (RecursionError("maximum"), "nested deeper")])
def test_a_limit_of_the_machine_is_said_as_what_it_is_and_exits_with_3(
    run: Run, submission: Path, monkeypatch: pytest.MonkeyPatch, error: Exception, said: str
) -> None:
    def limited(*given: Any, **named: Any) -> Any:
        raise error

    monkeypatch.setattr(verify.submissions.judge, "find_candidates", limited)
    shown = run("grads", str(submission))
    assert shown.status == 3
    assert said in " ".join(shown.out.split())
    assert "fault" not in shown.out


def quadratic(p: Mapping[str, Any]) -> Any:
    return np.sum(p["w"] ** 2)


def test_an_exception_of_the_caller_s_own_function_reaches_the_caller_as_it_was() -> None:
    def gradients(p: Mapping[str, Any]) -> Any:
        raise ZeroDivisionError("mine")

    with pytest.raises(ZeroDivisionError, match="mine"):
        check_gradients(quadratic, gradients, {"w": np.array([1.0])})


def test_a_fault_of_check_gradients_is_evidence_and_bad_input_stays_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(BadInput):
        check_gradients(quadratic, lambda p: {"w": 2 * p["w"]}, {})
    monkeypatch.setattr(verify.library, "summary", broken)
    evidence = check_gradients(quadratic, lambda p: {"w": 2 * p["w"]}, {"w": np.array([1.0])}, subject="mine")
    assert (evidence.kind, evidence.subject) == ("fault of verify", "mine")


def test_a_place_outside_of_verify_is_not_made_up() -> None:
    assert "in no line of verify" in why(ValueError("x"))


class Shy(Exception):
    def __str__(self) -> str:
        raise RuntimeError("no text")


def test_an_exception_whose_text_can_not_be_shown_is_still_the_caller_s() -> None:
    def gradients(p: Mapping[str, Any]) -> Any:
        raise Shy

    with pytest.raises(Shy):
        check_gradients(quadratic, gradients, {"w": np.array([1.0])})
    assert "its text can't be shown" in why(Shy())


def test_a_loss_that_is_not_defined_far_away_costs_only_the_order() -> None:
    def loss(p: Mapping[str, Any]) -> Any:
        return sum(math.log(one) for one in p["w"])

    evidence = check_gradients(loss, lambda p: {"w": 1 / p["w"]}, {"w": np.array([0.01, 0.7])})
    assert evidence.kind is None
    assert evidence.cases[0].order is None


def test_a_command_line_that_can_not_be_loaded_is_one_line_with_status_4(tmp_path: Path) -> None:
    (tmp_path / "typer.py").write_text("raise AttributeError('broken')")
    said = apart("cage", PYTHONPATH=f"{tmp_path}{os.pathsep}{ROOT}")
    assert (said.status, said.out) == (4, "")
    assert said.err.startswith("verify: could not judge: verify can't be loaded")
    assert said.err.count("\n") == 1
