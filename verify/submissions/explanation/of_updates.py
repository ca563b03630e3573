"""What is said of an update beside gradients that are right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from verify.evidence.records import PASSES, Diagnosis, Evidence
from verify.judgement.coverage import listed
from verify.judgement.optimisers import Rule
from verify.reading.program.training import Loop
from verify.reading.program.vocabulary import meaning_of
from verify.reading.wiring.finding import Candidates
from verify.submissions.diagnosis.last_batch import LastBatch
from verify.submissions.explanation.verdicts import Context, one_factor
from verify.submissions.trials.training_step import Trained

NO_RULE: Final = "none of momentum, Nesterov's momentum, Adagrad, RMSprop and Adam"


def with_the_rule(found: Evidence, rule: Rule) -> Evidence:
    """Return the evidence about right gradients, with the rule by which an optimiser makes steps of them."""
    return replace(found, sentence=f"{found.sentence.rstrip('.')}. Its first steps are those of {rule}.")


def not_the_decay(found: Evidence) -> Evidence:
    """Return the evidence about right gradients, saying that a decay in their update is not judged."""
    said = f"{found.sentence.rstrip('.')}. Its update takes a part of the parameters besides, and that is not judged."
    return replace(found, sentence=said, unjudged=("the update, which has a decay", *found.unjudged))


def names_a_penalty(candidates: Candidates, loop: Loop) -> bool:
    """Whether a loop, or a function that it calls, uses a name such as lambda or weight_decay: a decay is meant."""
    return any(meaning_of(name) == "penalty" for name in candidates.names_from(loop))


def right_but(found: Evidence, why: str) -> Evidence:
    """Return the evidence that gradients are right, and that training does something with them that is not judged.

    What was compared stays in it.
    """
    return replace(found, verdict="could not judge", sentence=f"Could not judge: {why}.")


def is_right_but(found: Evidence) -> bool:
    """Whether gradients were found right, and no verdict is given because of what training does with them."""
    right = bool(found.summary) and all(row.verdict in PASSES for row in found.summary)
    return found.verdict == "could not judge" and right


def of_second_run(found: Evidence, second: Evidence, loop: Loop) -> Evidence:
    """Return the evidence about a training whose first run is right, by what was found in its second one."""
    if second.verdict == "correct":
        return found
    where = f"the loop in line {loop.place.line} is run again"
    if second.verdict == "wrong":
        return replace(second, sentence=f"Wrong: where {where}, {second.sentence.removeprefix('Wrong: ')}")
    why = second.sentence.removeprefix("Could not judge: ").rstrip(".")
    return right_but(found, f"the first step of training is right; where {where}, it takes another one: {why}")


def of_penalty(found: Evidence, penalised: Evidence, name: str) -> Evidence:
    """Return the evidence about a training that is right without a penalty, by what was found with one."""
    if penalised.verdict != "wrong":
        return found
    why = penalised.sentence.removeprefix("Wrong: ").rstrip(".")
    return right_but(found, f"the gradients are right with {name} = 0, its default, and not with another value: {why}")


def of_last_batch(found: Evidence, last: Evidence, loop: Loop, batch: LastBatch) -> Evidence:
    """Return the evidence about a training whose first batch is right, by what was found in its last, smaller one.

    Where it declares no loss, it may go down another multiple of the one that its output layer implies.
    """
    if last.verdict != "wrong" or (batch.reading.loss is None and one_factor(last)):
        return found
    said = last.sentence.removeprefix("Wrong: ")
    sentence = (
        f"Wrong: where a batch has {batch.samples} samples and not {batch.usual} (pass {batch.number} of the loop in "
        f"line {loop.place.line}), {said}"
    )
    return replace(last, sentence=sentence)


def of_strange_pass(strange: Evidence, loop: Loop, number: int) -> Evidence:
    """Return the evidence that a later pass is wrong, with the file's own data, though the first is right."""
    said = strange.sentence.removeprefix("Wrong: ")
    sentence = f"Wrong: the first pass of the loop in line {loop.place.line} is right, and pass {number} is not: {said}"
    return replace(strange, sentence=sentence)


def never_zeroed(context: Context, trained: Trained, found: Evidence) -> Evidence:
    """Return the evidence that gradients are added to those of the pass before, though the first pass is right."""
    place = trained.loop.place
    diagnosis = Diagnosis(
        "accumulated", "dW", tuple(one.name for one in trained.reading.structure.parameters),
        "The second pass of training takes another step than a first pass from the same parameters: gradients are "
        "added to those of the pass before.", place.line, context.document.text(place),
        "start every gradient from zero in each pass", context.document.name, place.cell,
    )  # fmt: skip
    sentence = (
        f"Wrong: the first step of training is right, the second is not. {diagnosis.sentence} ({diagnosis.place})"
    )
    return replace(found, verdict="wrong", sentence=sentence, diagnoses=(diagnosis,))


def against_descent(context: Context, trained: Trained, found: Evidence, some: Sequence[str] = ()) -> Evidence:
    """Return the evidence that training adds right gradients to the parameters: its loss goes up.

    `some` are those that it is done to, where it is not done to all.
    """
    place, every = trained.loop.place, tuple(one.name for one in trained.reading.structure.parameters)
    what = f"that of {listed(some)} where it takes the others away" if some else "them to the parameters"
    diagnosis = Diagnosis(
        "ascent", "update", tuple(some) or every,
        f"The gradients are right, but training adds {what}: its loss goes up.",
        place.line, context.document.text(place), "subtract the rate times the gradient: W1 -= lr * dW1",
        context.document.name, place.cell, "The line is the head of the loop that does it.",
    )  # fmt: skip
    return replace(
        found, verdict="wrong", sentence=f"Wrong: {diagnosis.sentence} ({diagnosis.place})", diagnoses=(diagnosis,)
    )
