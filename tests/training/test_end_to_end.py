"""Right gradients learn, wrong ones are caught, and what can't be judged is not called correct."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace

import jsonschema
import numpy as np
import pytest

from tests.places import SCHEMA
from tests.there import there
from verify.evidence.records import PASSES, Evidence
from verify.lab.planting import BY_NAME
from verify.nets.cases import PARAMETERS
from verify.training.checks import ORACLES
from verify.training.data import find_dataset
from verify.training.end_to_end import check_training
from verify.training.loop import Settings, State

SHORT = Settings(epochs=3, hidden=16)
WHOLE = {"W1": 64 * 16, "b1": 16, "W2": 16 * 10, "b2": 10}


@pytest.fixture(scope="module")
def digits():
    return find_dataset(wanted="digits")


@pytest.fixture(scope="module")
def right(digits):
    return check_training(digits, replace(SHORT, epochs=10))


@pytest.fixture(scope="module")
def wrong(digits):
    """Return a function that trains with a mistake planted, once each."""
    found: dict[str, Evidence] = {}

    def check(name: str) -> Evidence:
        if name not in found:
            found[name] = check_training(digits, SHORT, mistake=BY_NAME[name])
        return found[name]

    return check


def check_of(evidence, name, loop):
    (found,) = [
        one for one in there(evidence.training).checks if one.name == name and one.sentence.startswith(f"{loop}:")
    ]
    return found


# The right network


def test_the_right_network_is_correct_and_says_what_it_reached(right):
    main = right.training.runs[0]
    assert right.verdict == "correct"
    assert right.sentence.startswith(f"Correct: by {len(ORACLES)} oracles on 3 real batches the gradients are")
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


# Evidence as JSON


def valid(evidence: Evidence) -> None:
    jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text())).validate(json.loads(evidence.to_json()))


def test_the_evidence_comes_back_from_json_and_is_what_the_schema_says(right):
    valid(right)
    assert Evidence.from_json(right.to_json()) == right


@pytest.mark.slow
@pytest.mark.parametrize("name", ["dZ2-doubled", "dZ2-sign", "db2-summed-over-classes"])
def test_the_evidence_of_a_mistake_too(wrong, name):
    valid(wrong(name))
    assert Evidence.from_json(wrong(name).to_json()).to_json() == wrong(name).to_json()


# Planted mistakes


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
    assert evidence.sentence.startswith("Wrong: dW1, db1, dW2 and db2 are not the derivative of the loss. ")
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
    assert evidence.sentence.startswith("Wrong: db2 is not the derivative of the loss.")


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
    assert evidence.sentence.startswith("Wrong: dW1 is not the derivative of the loss.")
    assert not there(there(evidence.training).cost).shown


def test_what_no_oracle_sees_is_not_called_caught(digits):
    evidence = check_training(digits, SHORT, mistake=BY_NAME["dW1-one-entry"], oracles=("central-difference",))
    assert there(there(evidence.training).cost).caught == {}
    assert evidence.verdict == "correct"
    assert all(not there(case.power).seen.get("dW1-one-entry") for case in evidence.cases)


def test_a_mistake_gets_no_findings_about_the_labs_loop(wrong):
    assert wrong("dZ2-doubled").findings == ()


# What can't be judged


def test_a_run_that_learns_nothing_could_not_be_judged(digits):
    evidence = check_training(digits, replace(SHORT, eta=1e-12), oracles=("complex-step",))
    assert evidence.verdict == "could not judge"
    assert check_of(evidence, "accuracy-reached", "intended").verdict == "differs"
    assert evidence.sentence.startswith("Could not judge: on 3 real batches the gradients are the derivative")
    assert "does not reach" in evidence.sentence


def test_a_loss_that_does_not_fall_could_not_be_judged(digits):
    evidence = check_training(digits, replace(SHORT, epochs=1, eta=1e-30), oracles=("complex-step",))
    assert evidence.verdict == "could not judge"
    falls = check_of(evidence, "loss-falls", "intended")
    assert (falls.verdict, falls.measured) == ("differs", falls.bound)
    assert "it does not fall" in evidence.sentence


def test_what_was_learned_from_other_labels_could_not_be_judged(digits):
    shifted = replace(digits, y_train=(digits.y_train + 1) % 10)
    evidence = check_training(shifted, SHORT, oracles=("complex-step",))
    assert check_of(evidence, "loss-falls", "intended").verdict == "agrees"
    assert check_of(evidence, "accuracy-reached", "intended").verdict == "differs"
    assert evidence.verdict == "could not judge"
    assert all(row.verdict in PASSES for row in evidence.summary)


def test_a_training_that_explodes_blames_the_settings_and_not_the_gradients(digits):
    evidence = check_training(digits, replace(SHORT, eta=1e9), oracles=("complex-step",))
    main = there(evidence.training).runs[0]
    assert evidence.verdict == "could not judge"
    assert main.status == "stopped"
    assert evidence.sentence.startswith(f"Could not judge the training: {main.why}. Still, on ")
    assert evidence.sentence.endswith("the settings are to blame.")
    valid(evidence)


def test_a_comparison_that_is_too_short_to_learn_does_not_unsay_the_verdict(digits):
    """Two epochs of the loop as written are two updates on digits: nobody asked for more."""
    evidence = check_training(digits, Settings(epochs=2, hidden=32), oracles=("complex-step",))
    assert check_of(evidence, "accuracy-reached", "intended").verdict == "agrees"
    assert evidence.verdict == "correct"


@pytest.mark.parametrize("after", [1, 2])
def test_interrupted_it_says_where_and_runs_no_comparison(digits, after):
    asked: list[int] = []
    kept: list[tuple[State, Settings]] = []

    def stop() -> bool:
        asked.append(1)
        return len(asked) >= after

    evidence = check_training(
        digits, SHORT, stop=stop, keep=lambda *given: kept.append(given), oracles=("complex-step",)
    )
    (run,) = there(evidence.training).runs
    assert (run.status, run.why, run.updates) == ("interrupted", f"after epoch {after}", 12 * after)
    assert evidence.sentence.startswith(f"Interrupted after epoch {after} of 3: {12 * after} updates reached")
    assert evidence.verdict == "could not judge"
    assert [settings for _, settings in kept] == [SHORT]
    assert len(kept[0][0].losses) == 12 * after
    assert f"update {12 * after}, m=29" in [case.name for case in evidence.cases]
    valid(evidence)


def test_what_has_stopped_is_not_kept_and_what_is_complete_is(digits):
    kept: list[Settings] = []

    def keep(state: State, settings: Settings) -> None:
        kept.append(settings)

    check_training(digits, replace(SHORT, eta=1e9), keep=keep, oracles=("complex-step",))
    assert kept == []
    check_training(digits, SHORT, keep=keep, oracles=("complex-step",))
    assert kept == [SHORT]


def test_a_training_that_goes_on_checks_the_updates_that_it_makes(digits):
    kept: list[State] = []
    first = replace(SHORT, epochs=1)
    check_training(digits, first, keep=lambda state, _: kept.append(state), oracles=("complex-step",))
    evidence = check_training(digits, SHORT, state=kept[0], oracles=("complex-step",))
    assert [case.name for case in evidence.cases] == ["update 13, m=128", "update 24, m=29", "update 36, m=29"]
    whole = check_training(digits, SHORT, oracles=("complex-step",))
    assert [replace(epoch, seconds=0.0) for epoch in there(evidence.training).runs[0].epochs] == [
        replace(epoch, seconds=0.0) for epoch in there(whole.training).runs[0].epochs
    ]


@pytest.mark.slow
def test_hypothesis_is_not_needed_to_train():
    code = (
        "import sys; sys.modules['hypothesis'] = None; from verify.training.data import find_dataset; "
        "from verify.training.end_to_end import check_training; from verify.training.loop import Settings; "
        "print(check_training(find_dataset(wanted='digits'), Settings(epochs=10, hidden=16), oracles=['complex-step']).verdict)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["correct"]
