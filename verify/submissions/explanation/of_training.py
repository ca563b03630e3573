"""The verdict on a training step: on its gradients and its update."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Final

from verify.evidence.records import FAILS, Evidence
from verify.judgement.coverage import listed
from verify.judgement.optimisers import PLAIN
from verify.reading.program.clips import clips
from verify.reading.program.training import Loop
from verify.reading.program.updates import rate_in
from verify.reading.wiring.finding import Candidates
from verify.reading.wiring.plan_records import CallMaker, GlobalsMaker
from verify.submissions.diagnosis.epochs import strange_passes
from verify.submissions.diagnosis.last_batch import last_batch
from verify.submissions.diagnosis.later import differs_later, held_layers, moved_later
from verify.submissions.diagnosis.optimiser import optimiser_of
from verify.submissions.diagnosis.pairing import mispaired
from verify.submissions.diagnosis.second_run import other_runs
from verify.submissions.diagnosis.updating import accumulates, changed_oddly
from verify.submissions.execution.answers import Refused
from verify.submissions.execution.calling import Ask, Reading
from verify.submissions.explanation.of_updates import (
    NO_RULE,
    against_descent,
    names_a_penalty,
    never_zeroed,
    not_the_decay,
    of_last_batch,
    of_penalty,
    of_second_run,
    of_strange_pass,
    right_but,
    with_the_rule,
)
from verify.submissions.explanation.verdicts import (
    Context,
    could_not_judge,
    goes_against,
    one_factor,
)
from verify.submissions.trials.odd_update import Odd
from verify.submissions.trials.one_step import climbing
from verify.submissions.trials.training_step import Trained

HELD_OR_FORGOTTEN: Final = "whether they are held on purpose or were forgotten"
LATER_ONLY: Final = "in later passes only, and these are not judged"
_MAXIMISED: Final = re.compile(r"(?<!neg_)(?<!negative_)likelihood|objective|reward|utility|^ll$")
Judge = Callable[[Reading], Evidence]  # gives the verdict on one reading


def stated_in(trained: Trained | None) -> Trained | None:
    """Return a training step that says itself what it goes down."""
    if trained is None or trained.weak or trained.reading.loss is None or not trained.reading.gradients:
        return None
    return trained


def of_training(judge: Judge, ask: Ask, context: Context, candidates: Candidates, trained: Trained) -> Evidence:
    """Return the verdict on a training step: on its gradients and its update, and whether each pass starts anew.

    A step that is judged in batches of a part of our samples is judged with all of them as well where it is not right:
    mistakes are named there.
    """
    found = _of_pass(judge, ask, context, candidates, trained)
    if found.verdict == "correct":
        return _in_other_passes(judge, ask, context, candidates, trained, found)
    for rival in trained.rivals if found.verdict == "wrong" else ():
        again = _of_pass(judge, ask, context, candidates, replace(trained, reading=rival, decayed=None, stepped=None))
        if again.verdict == "correct":
            return again  # of several losses that training does not compute, it goes down this one
    if trained.whole is None:
        return found
    whole = _of_pass(judge, ask, context, candidates, trained.whole)
    return whole if (whole.verdict == "wrong") == (found.verdict == "wrong") else found


def _in_other_passes(
    judge: Judge, ask: Ask, context: Context, candidates: Candidates, trained: Trained, found: Evidence
) -> Evidence:
    """Return the verdict on a training whose first pass is right, by its last batch and by a second run of its loop.

    Gradients that are scaled where they are large may be so in any of them.
    """
    if _clips(candidates, trained.loop):
        return found
    last = last_batch(ask, trained.whole or trained)
    if last is not None:
        found = of_last_batch(found, judge(last.reading), trained.loop, last)
    start = trained.reading.points(context.seed)[0]
    for number, reading in strange_passes(ask, trained, start) if found.verdict == "correct" else ():
        if (strange := judge(reading)).verdict == "wrong":
            return of_strange_pass(strange, trained.loop, number)
    for again in other_runs(ask, trained, start) if found.verdict == "correct" else ():
        found = of_second_run(found, judge(again), trained.loop)
        if found.verdict != "correct":
            break
    if trained.penalised is not None and found.verdict == "correct":
        reading, name = trained.penalised
        found = of_penalty(found, judge(reading), name)
    return found


def _of_pass(judge: Judge, ask: Ask, context: Context, candidates: Candidates, trained: Trained) -> Evidence:
    found = judge(trained.reading)
    if found.verdict == "wrong" and trained.decayed is not None:
        again = judge(trained.decayed)
        found = again if again.verdict == "correct" else found
    if found.verdict == "wrong" and trained.stepped is not None:
        again = judge(trained.stepped)
        found = again if again.verdict == "correct" or _wrong_in(again) < _wrong_in(found) else found
    changes = trained.scheduled and (trained.reading.applied or trained.decayed is not None)
    unnamed = trained.unnamed or not trained.loop.certain
    unsure = (
        not goes_against(found)
        and trained.reading.applied
        and not trained.reading.rates
        and (unnamed or (one_factor(found) and trained.reading.rate != trained.loop.rate))
    )
    keeps = (trained.others or trained.scheduled) and one_factor(found) and not goes_against(found)
    clipped = _clips(candidates, trained.loop)
    if found.verdict == "wrong" and (clipped or changes or unsure or keeps):
        what = "clips gradients" if clipped else "changes its rate" if changes else "gives its rate no name"
        what = "makes something else of gradients that are all one multiple of the right ones" if keeps else what
        why = f"the loop in line {trained.loop.place.line} {what}, which is not judged"
        return could_not_judge(context, candidates, why, trained.reading)
    if found.verdict == "wrong" and (held := held_layers(trained, found)):
        why = (
            f"the loop in line {trained.loop.place.line} changes nothing of {listed(held)} and computes no gradient of "
            f"them; {HELD_OR_FORGOTTEN}, the file does not say; all others are right"
        )
        return could_not_judge(context, candidates, why, trained.reading)
    start = trained.reading.points(context.seed)[0]
    if found.verdict == "wrong" and (held := moved_later(ask, trained, found, start)):
        line = trained.loop.place.line
        why = f"the loop in line {line} moves {listed(held)} {LATER_ONLY}"
        return could_not_judge(context, candidates, why, trained.reading)
    if found.verdict == "correct" and accumulates(ask, trained, start):
        return never_zeroed(context, trained, found)
    return with_update(ask, context, candidates, trained, found, called=False)


def _clips(candidates: Candidates, loop: Loop) -> bool:
    """Whether a loop, or a function that it calls, makes something else of gradients or errors that are large."""
    reached = candidates.reached_from(loop)
    return loop.clips or any(clips(one.tree) for one in candidates.functions if one.name in reached)


def _wrong_in(found: Evidence) -> float:
    """Return how many comparisons failed; where nothing is said, more than any."""
    return sum(row.verdict in FAILS for row in found.summary) if found.verdict == "wrong" else math.inf


def with_update(
    ask: Ask, context: Context, candidates: Candidates, trained: Trained, found: Evidence, *, called: bool = True
) -> Evidence:
    """Return the verdict, unless the update of a parameter is no step along its gradient; say what is not judged.

    Gradients that were `called` for, or that are judged by their names, are not those of the step itself.
    """
    if found.verdict != "correct":
        return found
    named = called or not trained.reading.applied
    if named and (rising := climbing(trained.reading, trained.found)):
        some = len(rising) < len(trained.reading.structure.parameters)
        if some and _is_maximised(candidates):
            why = f"training adds the gradients of {listed(rising)} and takes the others; what is meant is not known"
            return could_not_judge(context, candidates, why, trained.reading)
        if not _is_maximised(candidates):
            return against_descent(context, trained, found, rising if some else ())
    try:
        odd = changed_oddly(ask, trained, trained.reading.points(context.seed)[0])
    except Refused as refused:
        return could_not_judge(context, candidates, f"a second run of the training stopped: {refused}", trained.reading)
    return _with_its_steps(ask, context, candidates, trained, found, odd)


def _with_its_steps(
    ask: Ask, context: Context, candidates: Candidates, trained: Trained, found: Evidence, odd: Odd | None
) -> Evidence:
    """Return the verdict on right gradients by what is made of them, in the first pass and in later ones.

    A known optimiser may do what is odd; a decay is meant where the file has a name for it.
    """
    start, line = trained.reading.points(context.seed)[0], trained.loop.place.line
    later, rule = differs_later(ask, trained, start, candidates.program.counts), None
    if trained.others or later is not None or (odd is not None and not odd.decay):
        rule = optimiser_of(ask, trained, start, candidates.program)
        rule = None if later is not None and rule is not None and rule.name == PLAIN else rule
    if (count := mispaired(ask, trained, start)) is not None:
        why = f"pass {count} of the loop in line {line} takes the inputs of one sample with the target of another"
    elif rule is not None:
        return with_the_rule(found, rule)
    elif trained.others:
        why = f"what training (line {line}) makes of them keeps a state, and is {NO_RULE}"
    elif later is not None:
        why = (
            f"pass {later} of the loop in line {line} takes another step than a first pass from the same parameters "
            "and data: something is kept, counted or drawn"
        )
    elif odd is not None and odd.decay and names_a_penalty(candidates, trained.loop):
        return not_the_decay(found)
    elif odd is not None:
        why = f"training (line {line}) {odd.what}"
    elif trained.bent:
        why = (
            f"at twice its rate training (line {line}) takes other steps, and none twice as long: it is not known what "
            "it goes down"
        )
    else:
        return found
    return right_but(found, f"the gradients are right, but {why}")


def _is_maximised(candidates: Candidates) -> bool:
    """Whether what the file declares may be meant to go up, by its name: a likelihood, an objective."""
    return candidates.declared is not None and _MAXIMISED.search(candidates.declared.name.lower()) is not None


def has_one_rate(reading: Reading) -> bool:
    """Whether every update in what is judged is written with at most one number, and all with the same."""
    judged = reading.roles.backward or reading.roles.update
    return judged is not None and rate_in(judged.tree)[1]


def is_undecided(called: Evidence, by_training: Evidence) -> bool:
    """Whether the update may make right gradients of those that are all one multiple of the right ones."""
    return one_factor(called) and by_training.verdict == "could not judge"


def only_tried(reading: Reading) -> bool:
    """Whether nothing says how many outputs are meant: no maker of the parameters, or a loss of no known kind."""
    made = isinstance(reading.container.maker, CallMaker | GlobalsMaker)
    return reading.structure.sizes[-1] > 1 and (not made or (reading.net is not None and reading.objective is None))
