"""A training that shows nothing, stops or is interrupted is not called correct."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.there import there
from tests.training.trained import SHORT, check_of, valid
from verify.evidence.records import PASSES
from verify.training.end_to_end import check_training
from verify.training.loop import Settings, State


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
