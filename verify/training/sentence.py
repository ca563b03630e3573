"""The verdict of an end-to-end check in a sentence or two."""

from __future__ import annotations

from verify.evidence.records import FAILS, Evidence
from verify.wording import count


def training_sentence(evidence: Evidence) -> str:
    """Return the verdict of an end-to-end check in a sentence or two."""
    training = evidence.training
    assert training is not None
    main = training.runs[0]
    if evidence.verdict == "wrong":
        twins = " ".join(check.sentence for check in training.checks if check.name == "keras-twin")
        wrong = evidence.sentence if any(row.verdict in FAILS for row in evidence.summary) else f"Wrong: {twins}"
        return f"{wrong} {training.cost.effect}" if training.cost else wrong
    shown = _gradients_shown(evidence)
    if main.status == "interrupted":
        reached = main.epochs[-1]
        return (
            f"Interrupted {main.why} of {main.epochs_wanted}: {main.updates:,} updates reached test accuracy "
            f"{reached.test_accuracy:.3f}; {shown}."
        )
    if main.status == "stopped":
        return f"Could not judge the training: {main.why}. Still, {shown}: the settings are to blame."
    failed = [check.sentence for check in training.checks if check.decides and check.verdict in FAILS]
    if failed:
        return f"Could not judge: {shown}, but {' '.join(failed)}"
    if evidence.verdict == "could not judge":
        return evidence.sentence
    reached = main.epochs[-1]
    return (
        f"Correct: {shown}, and {main.updates:,} updates with them reach "
        f"test accuracy {reached.test_accuracy:.3f} and test loss {reached.test_loss:.3f} on {training.data.name}."
        f"{' The planted mistake is not seen by these oracles.' if training.cost else ''}"
    )


def _gradients_shown(evidence: Evidence) -> str:
    if not evidence.summary:
        return "no gradient was checked"
    trained = sum(case.weights == "trained" for case in evidence.cases)
    vacuous = sum(bool(case.power and case.power.vacuous) for case in evidence.cases if case.weights != "trained")
    made = len(evidence.cases) - trained - vacuous
    aside = f" ({vacuous} more {'is' if vacuous == 1 else 'are'} vacuous)" if vacuous else ""
    and_made = f" and in {count(made, 'made case')}{aside}" if made or vacuous else ""
    where = f"{count(trained, 'real batch', 'real batches')}{and_made}"
    return f"on {where} the gradients are the derivative of the textbook loss"
