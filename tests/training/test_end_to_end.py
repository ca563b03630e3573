"""A training with the right gradients learns, is correct, and says what it reached."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from tests.there import there
from tests.training.trained import SHORT, check_of, valid
from verify.evidence.records import PASSES, Evidence
from verify.nets.cases import PARAMETERS
from verify.training.checks import ORACLES
from verify.training.end_to_end import check_training
from verify.training.loop import Settings

WHOLE = {"W1": 64 * 16, "b1": 16, "W2": 16 * 10, "b2": 10}


@pytest.fixture(scope="module")
def right(digits):
    return check_training(digits, replace(SHORT, epochs=10))


def test_the_right_network_is_correct_and_says_what_it_reached(right):
    main = right.training.runs[0]
    assert right.verdict == "correct"
    assert right.sentence.startswith("Correct: on 3 real batches the gradients are the derivative of the textbook loss")
    assert f"120 updates with them reach test accuracy {main.epochs[-1].test_accuracy:.3f}" in right.sentence
    assert "digits" in right.sentence
    assert "MNIST" not in right.sentence
    assert right.training.cost is None
    assert right.diagnoses == ()


def test_the_runs_are_the_loop_as_intended_and_beside_it_as_the_lab_wrote_it(right):
    intended, written = right.training.runs
    assert (intended.loop, intended.status, intended.updates, intended.updates_an_epoch) == (
        "intended", "complete", 120, 12,
    )  # fmt: skip
    assert (written.loop, written.status, written.updates, written.updates_an_epoch) == (
        "as-written",
        "complete",
        10,
        1,
    )
    assert intended.epochs[0].test_loss == written.epochs[0].test_loss  # the same first parameters
    assert len(intended.batches) == 120
    assert intended.batches[0].loss == intended.first_loss
    assert intended.sizes == (64, 16, 10)


def test_every_entry_is_checked_at_the_first_the_middle_and_the_last_update(right):
    assert [case.name for case in right.cases] == ["update 1, m=128", "update 60, m=29", "update 120, m=29"]
    for case in right.cases:
        found = {(one.parameter, one.oracle): one for one in case.comparisons}
        assert set(found) == {(name, oracle) for name in PARAMETERS for oracle in ORACLES}
        for (name, oracle), one in found.items():
            assert (one.verdict in PASSES, one.entries, one.mismatched) == (True, WHOLE[name], 0), (name, oracle)
            if oracle != "exact":
                assert one.worst is not None
                assert one.worst.bound is not None
                assert 0 < one.worst.bound < 1e-6


def test_each_check_has_what_was_measured_and_the_bound_that_decided(right):
    assert [(one.name, one.verdict) for one in right.training.checks[:2]] == [
        ("loss-falls", "agrees"), ("accuracy-reached", "agrees"),
    ]  # fmt: skip
    epochs = right.training.runs[0].epochs
    falls, reached = right.training.checks[:2]
    assert (falls.measured, falls.bound) == (epochs[-1].train_loss, epochs[0].train_loss)
    assert reached.measured == epochs[-1].test_accuracy


def test_the_accuracy_must_beat_the_commonest_digit_by_three_standard_errors(right, digits):
    p = np.bincount(digits.y_test).max() / 360
    reached = check_of(right, "accuracy-reached", "intended")
    assert reached.bound == pytest.approx(p + 3 * np.sqrt(p * (1 - p) / 360))
    assert f"{reached.bound:.4f}" in reached.sentence


def test_the_findings_hold_the_figures_of_the_runs(right):
    found = {finding.name: finding for finding in right.findings}
    assert len(found) == len(right.findings)
    assert {
        "the-range-runs-over-features", "early-stop-never-fires", "epochs-are-updates", "init-params-reseeds",
        "sgd-changes-its-argument", "eps-in-the-loss",
    } <= set(found)  # fmt: skip
    intended, written = right.training.runs
    assert found["the-range-runs-over-features"].figures == {
        "updates as written": 10, "test accuracy as written": written.epochs[-1].test_accuracy,
        "test loss as written": written.epochs[-1].test_loss,
        "updates as intended": 120, "test accuracy as intended": intended.epochs[-1].test_accuracy,
        "test loss as intended": intended.epochs[-1].test_loss,
    }  # fmt: skip
    said = found["the-range-runs-over-features"].sentence
    assert "An epoch has 1 update instead of 12, on 128 samples" in said
    assert "over 64 features, where the 1,437 samples were meant" in said
    assert found["epochs-are-updates"].figures == {"updates": 10, "epochs": 10}
    assert found["early-stop-never-fires"].figures["highest accuracy on a batch"] <= 1
    assert found["init-params-reseeds"].figures == {"equal places of 1000": 1000}
    assert found["sgd-changes-its-argument"].figures == {"1 became": 0.5}


def test_asking_whether_init_params_reseeds_leaves_the_global_generator_alone(digits):
    np.random.seed(123)
    before = repr(np.random.get_state(legacy=False))
    check_training(digits, replace(SHORT, epochs=1), oracles=("complex-step",))
    after = repr(np.random.get_state(legacy=False))
    assert before == after


def test_the_loop_as_written_alone_is_one_run(digits):
    evidence = check_training(digits, replace(SHORT, epochs=40, loop="as-written"), oracles=("complex-step",))
    assert [run.loop for run in there(evidence.training).runs] == ["as-written"]
    assert evidence.verdict == "correct"
    assert [case.name for case in evidence.cases] == ["update 1, m=128", "update 20, m=128", "update 40, m=128"]
    range_ = next(one for one in evidence.findings if one.name == "the-range-runs-over-features")
    assert "as intended" not in range_.sentence
    assert set(range_.figures) == {"updates as written", "test accuracy as written", "test loss as written"}


def test_one_update_is_one_case(digits):
    evidence = check_training(digits, replace(SHORT, epochs=1, loop="as-written"), oracles=("complex-step",))
    assert [case.name for case in evidence.cases] == ["update 1, m=128"]


def test_the_gradients_are_judged_in_float64_when_the_training_is_in_float32(digits):
    evidence = check_training(digits, replace(SHORT, epochs=10, dtype="float32"), oracles=("complex-step",))
    assert evidence.verdict == "correct"
    assert there(evidence.training).runs[0].dtype == "float32"
    assert all(row.verdict in PASSES for row in evidence.summary)


def test_the_digits_in_the_evidence_are_the_first_images(right, digits):
    for shown, image, label in zip(right.training.data.digits, digits.X_train, digits.y_train, strict=False):
        assert shown.label == label
        assert bytes.fromhex("".join(shown.rows)) == image.tobytes()
        assert [len(row) for row in shown.rows] == [16] * 8
    assert len(right.training.data.digits) == 10
    assert right.training.data.note.startswith("NOT MNIST")
    assert (right.training.data.n_train, right.training.data.n_test) == (1437, 360)


def test_a_long_history_is_told_in_at_most_500_means(digits):
    run = there(check_training(digits, Settings(epochs=60, hidden=16), oracles=("complex-step",)).training).runs[0]
    assert run.updates == 720
    assert [stretch.update for stretch in run.batches] == list(range(2, 721, 2))


def test_the_same_twice_but_for_the_seconds(digits):
    def without_seconds(evidence: Evidence) -> dict:
        told = json.loads(evidence.to_json())
        for run in told["training"]["runs"]:
            run["seconds"] = 0
            for epoch in run["epochs"]:
                epoch["seconds"] = 0
        return told

    one, other = (check_training(digits, SHORT, oracles=("complex-step",)) for _ in range(2))
    assert without_seconds(one) == without_seconds(other)


def test_the_evidence_comes_back_from_json_and_is_what_the_schema_says(right):
    valid(right)
    assert Evidence.from_json(right.to_json()) == right


@pytest.mark.slow
def test_hypothesis_is_not_needed_to_train():
    code = (
        "import sys; sys.modules['hypothesis'] = None; from verify.training.data import find_dataset; "
        "from verify.training.end_to_end import check_training; from verify.training.loop import Settings; "
        "print(check_training(find_dataset(wanted='digits'), Settings(epochs=10, hidden=16), oracles=['complex-step']).verdict)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["correct"]
