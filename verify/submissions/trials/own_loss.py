"""A loss of the file that its training does not compute: called on what a pass of the training has computed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from verify.submissions.execution.answers import Leaves, Refused, unpacked
from verify.submissions.execution.calling import Ask, Reading
from verify.submissions.program.training import Loop
from verify.submissions.program.vocabulary import meaning_of
from verify.submissions.trials.loss_arguments import from_the_pass, of_several
from verify.submissions.trials.one_pass import root_of
from verify.submissions.trials.search import scalar_in
from verify.submissions.wiring.finding import Candidates
from verify.submissions.wiring.losses import is_loss
from verify.submissions.wiring.plan_records import Step


def with_own_loss(
    ask: Ask, reading: Reading, found: Leaves, loop: Loop, candidates: Candidates, complaints: list[Refused]
) -> Reading:
    """Return the reading with a loss of the file that training does not compute, on what the pass computed."""
    # What is changed in place on the way, such as Yhat[rows, y] -= 1, is not what a loss is computed from.
    parameters = {root_of(one.path) for one in reading.structure.parameters}
    # Nor data of which the pass takes parts, in an order of its own: the labels of all samples, beside a batch.
    whole = {name for name in loop.parts if meaning_of(name) in ("X", "Y")}
    spoiled = (loop.sums - parameters) | whole
    names = dict.fromkeys(
        root_of(path) for section, path in found if section == "update" and root_of(path) not in spoiled
    )
    several = of_several(found)
    # Where the rate can't be put to 0, the parameters after the pass are not those of its gradient.
    updated = set() if reading.rates else parameters
    for one in candidates.functions:
        usable = is_loss(one) and (bool(reading.rates) or not one.owner)
        given = from_the_pass(one, list(names), updated, loop.names) if usable else None
        if given is None or any(meaning_of(name) in several for name, _ in given):
            continue
        steps = (*reading.forward_steps, Step(one.name, "loss", given, method=bool(one.owner)))
        try:
            values = unpacked(*ask(reading.run(steps, local_names=True), reading.arrays(reading.point)))
        except Refused as refused:
            complaints.append(refused)
            continue
        place = scalar_in(values, "loss")
        if place is not None and np.all(np.isfinite(values[place])):
            return replace(reading, loss=place, forward_steps=steps)
    return reading
