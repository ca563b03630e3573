"""What is said where a file trains more than what was judged first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from verify.evidence.records import Evidence
from verify.judgement.coverage import together
from verify.reading.parsing.document import Place
from verify.reading.program.functions import Function
from verify.reading.program.program import Program
from verify.reading.program.training import Loop
from verify.reading.wiring.heirs import Heir
from verify.reading.wiring.passed import passed_otherwise
from verify.submissions.execution.calling import Reading
from verify.submissions.trials.training_step import Trained

MAY_MAKE_UP: Final = (
    "all gradients are the same multiple of the derivative; the update may make up for that, and the training that "
    "takes it could not be judged"
)
MAY_BE_THE_RATE: Final = (
    "all gradients are the same multiple of the derivative, and no update has a learning rate; that multiple may be it"
)
RIGHT_AS_IT_STANDS: Final = (
    "with random data at small sizes its gradients are wrong, and run as it stands, with its own data, sizes and "
    "arguments, they are right: it takes something for granted that random data do not have"
)


def never_called(judged: Function, trained: Trained, found: Evidence) -> str:
    """Return why a backward pass gives no verdict on a file whose training does not call it."""
    how = "right" if found.verdict == "correct" else "wrong"
    return (
        f"{judged.name} ({judged.place}) gives the {how} gradient, but the training in line {trained.loop.place.line} "
        "never calls it; tell which function is meant with --backward NAME"
    )


def passes_otherwise(program: Program, reading: Reading) -> str:
    """Return why functions that are right say nothing about a training that calls them in another way; or nothing."""
    steps = (*reading.forward_steps, *reading.backward_steps)
    given = {(step.name, one.name) for step in steps for one in step.arguments}
    passed = passed_otherwise(program, reading.roles, given)
    if passed is None:
        return ""
    return (
        f"{passed.function} was judged with the default of {passed.argument}, and is right so; training calls it with "
        f"{passed.argument} = {passed.text} ({passed.place}), and could not be judged"
    )


def inherited(heir: Heir, judged: str) -> str:
    """Return why a right backward pass gives no verdict where a class takes it for another forward pass."""
    return (
        f"the gradients of {judged} are right; {heir.name} inherits its backward pass and has another {heir.method} "
        f"({heir.place}), and what is right of one need not be of the other"
    )


def only_as_it_stands(found: Evidence, *, trained: bool) -> Evidence:
    """Return the evidence of a program that is wrong as it stands, and right in what was judged of it before.

    That is the training, with random data at small sizes, or else its functions alone.
    """
    so_far = "at smaller sizes it is right" if trained else "its functions, called alone, are right"
    said = f"{found.sentence.rstrip('.')}. So it is with its own data, sizes and arguments; {so_far}."
    return replace(found, sentence=said)


def beside(found: Evidence, other: Evidence, loop: Loop) -> Evidence:
    """Return the evidence about a file that is right in one place and was judged in another as well."""
    if other.verdict == "wrong":
        said = (
            f"{other.sentence.rstrip('.')}. This is the training in {loop.place}; another, judged before it, is right."
        )
        return replace(other, sentence=said)
    said = f"{found.sentence.rstrip('.')}; so are those of the training in {loop.place}."
    seen = together((*found.coverage, *other.coverage))
    return replace(found, sentence=said, cases=(*found.cases, *other.cases), coverage=seen)


def left_beside(found: Evidence, loop: Loop) -> Evidence:
    """Return the evidence about functions that are right, beside a training of something else that is not judged."""
    said = f"{found.sentence.rstrip('.')}. Not judged: the training in {loop.place}, which does not use them."
    left = f"the training in {loop.place}, which computes gradients of its own"
    return replace(found, sentence=said, unjudged=(left, *found.unjudged))


def not_judged_beside(loop: Loop, again: tuple[str, Place] | None, other: Evidence | None) -> str:
    """Return why a file is not called correct of which one training is right, and another could not be judged."""
    why = "" if other is None else other.sentence.removeprefix("Could not judge: ").rstrip(".")
    if again is not None:
        why = f"{again[0]} is defined anew after it ({again[1]}), and the program could not be run as a whole"
    return f"what was judged first is right, but not the training in {loop.place} was: {why}"


def beside_passes(found: Evidence, passes: Sequence[Function]) -> Evidence:
    """Return the evidence, naming the backward passes that it says nothing about."""
    said = tuple(
        f"{one.owner + '.' if one.owner else ''}{one.name} ({one.place}), another backward pass" for one in passes
    )
    return replace(found, unjudged=(*said, *found.unjudged)) if said else found
