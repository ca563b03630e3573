"""Which verdict holds where a file is judged in several ways: in small nets, as it stands, in each of its trainings."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache, partial
from typing import Final

from verify.evidence.records import Evidence
from verify.reading.program.training import NAME as TOP_LEVEL
from verify.reading.wiring.finding import Candidates
from verify.reading.wiring.heirs import heir_of
from verify.reading.wiring.others import other_passes, other_trainings, superseded
from verify.reading.wiring.plan_records import TrainingMaker
from verify.sandbox.session import Sandbox
from verify.submissions.explanation.losses import words_of_shown
from verify.submissions.explanation.of_others import (
    RIGHT_AS_IT_STANDS,
    beside,
    beside_passes,
    inherited,
    left_beside,
    not_judged_beside,
    only_as_it_stands,
    passes_otherwise,
)
from verify.submissions.explanation.of_training import HELD_OR_FORGOTTEN, LATER_ONLY
from verify.submissions.explanation.of_updates import is_right_but
from verify.submissions.explanation.reasons import WHICH_OUTPUTS
from verify.submissions.explanation.scope import without_training
from verify.submissions.explanation.verdicts import Context, could_not_judge, one_factor
from verify.submissions.judging.both_ways import Judged, as_it_stands, read_and_judged
from verify.submissions.trials.one_point import LEFT_OUT

# What is seen of the program as it stands that right functions do not make up for.
_DECIDE: Final = (LEFT_OUT, HELD_OR_FORGOTTEN, LATER_ONLY)


def judged(apart: Sandbox, context: Context, candidates: Candidates, convention: Mapping[str, str]) -> Evidence:
    """Return the verdict on a file, by everything in it that can be judged."""
    return without_training(_judged(apart, context, candidates, convention))


def _judged(apart: Sandbox, context: Context, candidates: Candidates, convention: Mapping[str, str]) -> Evidence:
    """Return the verdict; none where it depends on how many outputs are meant, and the file does not say.

    Run as its own main program it says so; and it reaches its training where nothing else does.
    """
    whole = cache(partial(as_it_stands, apart, context, candidates, convention))
    own = partial(_with_a_verdict, whole)
    first = read_and_judged(apart, context, candidates, convention)
    if first.evidence.verdict != "could not judge" and not convention and not _stands_so(first):
        other = _against_the_whole(context, candidates, first, whole())
        if other is not None:
            return other
    if first.evidence.verdict == "could not judge":
        first = _likelier(first, whole())
    elif first.evidence.verdict == "wrong" and _has_any_width(first, candidates, convention):
        narrow = read_and_judged(apart, context, candidates, {**convention, "outputs": "1"}).evidence
        if narrow.verdict == "correct" and all(one.sizes[-1] == 1 for one in narrow.cases):
            stands = own()
            if stands is None:
                help_ = "Say so with --outputs 1 or --outputs 3"
                return could_not_judge(context, candidates, WHICH_OUTPUTS, None, help_)
            first = stands
    named = own() if _is_unnamed(first, candidates) else None
    if named is not None and named.evidence.verdict == "wrong" and not _is_unnamed(named, candidates):
        first = named
    if first.evidence.verdict != "correct" or first.reading is None:
        return first.evidence
    passed = "" if first.trained else passes_otherwise(candidates.program, first.reading)
    if passed and own() is None:
        return could_not_judge(context, candidates, passed, first.reading)
    heir = None if "class" in convention else heir_of(candidates.program, first.reading.roles)
    if heir is not None:
        why = inherited(heir, first.reading.roles.owner or "the class before")
        return could_not_judge(context, candidates, why, first.reading)
    return _with_others(apart, context, candidates, convention, first)


def _has_any_width(first: Judged, candidates: Candidates, convention: Mapping[str, str]) -> bool:
    """Whether nothing says how many outputs are meant: shapes were only tried, or what is wrong is their number.

    That counts for a sigmoid with a binary cross-entropy, which usually has one.
    """
    if "outputs" in convention or _stands_so(first):
        return False
    objective = None if first.reading is None else first.reading.objective
    binary = objective is not None and objective.loss == "binary-cross-entropy"
    counted = any(one.name.endswith("times-classes") for one in first.evidence.diagnoses)
    return first.tried or (binary and counted and candidates.outputs is None)


def _against_the_whole(context: Context, candidates: Candidates, first: Judged, own: Judged | None) -> Evidence | None:
    """Return what is said of the program as it stands, where that is another verdict than at small sizes."""
    if own is None or own.evidence.verdict == first.evidence.verdict:
        return None
    if own.ended and first.evidence.verdict == "correct" and not first.trained:
        return own.evidence  # its training was judged in no way
    if own.evidence.verdict == "could not judge":
        decides = is_right_but(own.evidence) or any(one in own.evidence.sentence for one in _DECIDE)
        return own.evidence if first.evidence.verdict == "correct" and decides else None
    if own.evidence.verdict == "correct" and (one_factor(first.evidence) or first.tried):
        return own.evidence  # its update makes up for the factor, or its own shapes for those that were only tried
    if own.evidence.verdict == "correct":
        return could_not_judge(context, candidates, RIGHT_AS_IT_STANDS, first.reading)
    return only_as_it_stands(own.evidence, trained=first.trained)


def _with_a_verdict(whole: Callable[[], Judged | None]) -> Judged | None:
    own = whole()
    return None if own is None or own.evidence.verdict == "could not judge" else own


def _likelier(first: Judged, own: Judged | None) -> Judged:
    """Return what is said of the program as it stands, where that has a verdict, or a reason and the first has none.

    Where the first has seen no gradient, its reason is only that it found nothing to call.
    """
    if own is None or (is_right_but(first.evidence) and own.evidence.verdict == "correct"):
        return first  # what training does with right gradients need not show with its own data
    nothing = first.reading is None or not first.reading.gradients
    return own if own.evidence.verdict != "could not judge" or nothing else first


def _stands_so(judged: Judged) -> bool:
    """Whether what was judged is a loop at the top level: it was run as it stands, with the file's own data."""
    maker = None if judged.reading is None else judged.reading.container.maker
    return isinstance(maker, TrainingMaker) and maker.name.startswith(TOP_LEVEL)


def _is_unnamed(judged: Judged, candidates: Candidates) -> bool:
    """Whether gradients are wrong by a number that is shown, and no mistake is known that makes them so."""
    by_shown = judged.reading is not None and words_of_shown(judged.reading) is not None
    unnamed = all(one.name == "not in the catalogue" for one in judged.evidence.diagnoses)
    return judged.evidence.verdict == "wrong" and by_shown and unnamed and candidates.declared is None


def _with_others(
    apart: Sandbox, context: Context, candidates: Candidates, convention: Mapping[str, str], first: Judged
) -> Evidence:
    """Return the verdict where the file trains something else besides: correct only where all of it is."""
    assert first.reading is not None
    found, maker = first.evidence, first.reading.container.maker
    cut = maker.cut if isinstance(maker, TrainingMaker) else None
    for loop in other_trainings(candidates, first.reading.roles, cut):
        alone, again = replace(candidates, loops=(loop,), roles=()), superseded(candidates, loop)
        other = read_and_judged(apart, context, alone, convention) if again is None else None
        if other is None or other.evidence.verdict == "could not judge":
            other = _with_a_verdict(partial(as_it_stands, apart, context, alone, convention)) or other
        if other is None or other.evidence.verdict == "could not judge":
            if again is None and first.reading.roles.backward is not None and cut is None:
                found = left_beside(found, loop)  # functions of their own are right whatever else is trained
                continue
            why = not_judged_beside(loop, again, other and other.evidence)
            return could_not_judge(context, candidates, why, first.reading)
        found = beside(found, other.evidence, loop)
        if found.verdict == "wrong":
            return found
    return beside_passes(found, other_passes(candidates, first.reading.roles, cut))
