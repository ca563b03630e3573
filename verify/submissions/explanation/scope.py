"""How far a verdict on a submission reaches: against which loss, what was not judged, and what is trusted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from verify.evidence.records import Against, Evidence
from verify.evidence.submission import Setting
from verify.judgement.coverage import listed
from verify.judgement.trusted import BALLS, MACHINE
from verify.reading.parsing.document import Place
from verify.reading.wiring.finding import Candidates
from verify.reading.wiring.plan_records import TrainingMaker
from verify.submissions.execution.calling import Reading
from verify.submissions.explanation.losses import evaluated
from verify.submissions.explanation.settings import OWN_DATA, has_own_data, is_chain
from verify.wording import count

TRAINING: Final = "the update and the training: what is done with the gradients"
ALWAYS: Final = (
    "the table of how the file was read: what is not told or stated there may have been meant in another way",
    MACHINE,
    "random number generators are started anew before each call: code that draws numbers is judged with those",
    "a guard in the loss (eps, clip) may count as absent or as it is written: a gradient right either way is right",
    "where code branches on numbers (relu, clip), it is judged on the branches that the random points take",
    "the cage: what it promises is listed; and the canary: who forges all that the channel carries forges it as well",
)
_KNOWN: Final = "the formulas of the known networks in verify/nets/net.py; tests hold them against exact derivatives"
_OF_ONE: Final[Mapping[str, tuple[str, ...]]] = {
    "balls": (
        *BALLS,
        "balls: chance. An error passes at a point where its sum along the random direction is 0: about 1 in 2^40",
    ),
    "exact": (
        "exact: the arithmetic of dual numbers in verify/exact, with the derivatives of tanh, exp and log",
        "exact: chance. At each of two random points a wrong formula is called identical with probability about "
        "degree/2^30: numbers lie in a field of 2^31 elements, exponentials in 2^30 of them",
    ),
    "complex-step": ("complex-step: that the loss is analytic near the point; it is held against central differences",),
    "central-difference": (
        "central-difference: the loss is smooth within its step, its third derivative and its noise are as measured",
    ),
    "symbolic": ("symbolic: the formula in floats, to its round-off",),
}


def losses_in_words(reading: Reading, candidates: Candidates) -> dict[Against, str]:
    """Return what was differentiated: the loss that the file declares or somebody told, and the known formula."""
    loss, objective = evaluated(reading, candidates), reading.objective
    how = "" if loss is None else ", told" if loss.source.how == "told" else ""
    own = "its own loss" if loss is None else f"its own loss, {loss.placed}{how}"
    formula = ""
    if objective is not None and reading.net is not None:
        implied = ", which its output layer implies" if objective.implied else ""
        formula = f"the formula for {objective.words}{implied}, of a net with {reading.net.words}"
    return {"own loss": own, "formula": formula, "": own}


def case_in_words(reading: Reading) -> str:
    """Return at which sizes a reading is judged, and with how many samples; entries where it is no chain of layers."""
    entries = f"parameters of {count(reading.structure.entries, 'entry', 'entries')}"
    net = "-".join(map(str, reading.structure.sizes)) if is_chain(reading) else entries
    return f"{net}, {OWN_DATA}" if has_own_data(reading) else f"{net} m={reading.batch}"


def unjudged(reading: Reading, candidates: Candidates) -> tuple[str, ...]:
    """Return what a verdict on this reading says nothing about."""
    found = []
    trained = isinstance(reading.container.maker, TrainingMaker)
    if not trained and not reading.applied and (candidates.loops or reading.roles.update is not None):
        found.append(TRAINING)
    if candidates.program.cut_off:
        places = listed([str(one) for one in candidates.program.cut_off])
        found.append(f"how gradients are clipped ({places}): they are judged before")
    width, last = candidates.width, reading.structure.sizes[-1]
    if width is not None and width.value != last and is_chain(reading):
        found.append(f"a net with {count(width.value, 'output')}: it was judged with {last}")
    others = "other data than the file's own, and other" if has_own_data(reading) else "other"
    return (*found, f"{others} sizes and depths than those of the cases")


def trusted(oracles: Sequence[str], reading: Reading | None) -> tuple[str, ...]:
    """Return everything that is trusted where these oracles decide."""
    known = (_KNOWN,) if reading is not None and reading.net is not None and reading.objective is not None else ()
    return (*ALWAYS, *(said for name in oracles for said in _OF_ONE.get(name, ())), *(known if oracles else ()))


def without_training(found: Evidence) -> Evidence:
    """Return the evidence that gradients are right, saying also in its sentence where training was not judged."""
    left = any(one == TRAINING or one.startswith("the training (") for one in found.unjudged)
    if found.verdict != "correct" or not left:
        return found
    return replace(found, sentence=f"{found.sentence.rstrip('.')}. What training does with them is not judged.")


def with_training(found: Evidence, by_training: Evidence, loop: Place) -> Evidence:
    """Return the evidence about functions, saying what the training that calls them showed when it was run."""
    if found.submission is None:
        return found
    if by_training.verdict != found.verdict:
        why = by_training.sentence.removeprefix("Could not judge: ").rstrip(".")
        left = [one for one in found.unjudged if one != TRAINING]
        return replace(found, unjudged=(f"the training ({loop}): {why}", *left))
    data = OWN_DATA if any(OWN_DATA in one.name for one in by_training.cases) else "random data"
    said = Setting("training", f"its own loop, for one pass with {data}, gives the same verdict", "stated", str(loop))
    submission = replace(found.submission, convention=(*found.submission.convention, said))
    return replace(found, submission=submission, unjudged=tuple(one for one in found.unjudged if one != TRAINING))
