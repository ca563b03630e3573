"""A loss of the file that its training does not compute: called on what a pass of the training has computed."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace

import numpy as np

from verify.reading.program.functions import Function
from verify.reading.program.training import Loop
from verify.reading.program.vocabulary import data_of
from verify.reading.wiring.finding import Candidates
from verify.reading.wiring.loss_arguments import from_the_pass
from verify.reading.wiring.losses import is_loss, is_of_samples
from verify.reading.wiring.plan_records import Step
from verify.submissions.execution.answers import Leaves, Refused, unpacked
from verify.submissions.execution.calling import Ask, Reading
from verify.submissions.trials.one_pass import is_gradient, root_of
from verify.submissions.trials.search import scalar_in


def own_losses(
    ask: Ask, reading: Reading, found: Leaves, loop: Loop, candidates: Candidates, complaints: list[Refused]
) -> Iterator[Reading]:
    """Yield the reading with each loss of the file that training does not compute, on what the pass computed.

    Whether it is that of the step is another question.
    """
    parameters = {root_of(one.path) for one in reading.structure.parameters}
    # What is changed in place on the way, such as Yhat[rows, y] -= 1, is not what a loss is computed from.
    spoiled = loop.sums - parameters
    names = dict.fromkeys(
        root_of(path) for section, path in found if section == "update" and root_of(path) not in spoiled
    )
    # Where the rate can't be put to 0, the parameters after the pass are not those of its gradient.
    updated = set() if reading.rates else parameters
    for one in _whole(candidates, loop):
        usable = bool(reading.rates) or not one.owner
        output = _output_in(found, parameters | spoiled, loop)
        for given in from_the_pass(one, list(names), updated, loop.names, output) if usable else ():
            steps = (*reading.forward_steps, Step(one.name, "loss", given, method=bool(one.owner)))
            try:
                values = unpacked(*ask(reading.run(steps, local_names=True), reading.arrays(reading.point)))
            except Refused as refused:
                complaints.append(refused)
                continue
            place = scalar_in(values, "loss")
            if place is not None and np.all(np.isfinite(values[place])):
                yield replace(reading, loss=place, forward_steps=steps)


def _output_in(found: Leaves, others: Collection[str], loop: Loop) -> str | None:
    """Return the one name of the pass with an array of the shape of its targets that is neither data nor slope."""
    arrays = {
        root_of(path): value for (section, path), value in found.items()
        if section == "update" and len(path) == 1 and root_of(path) in loop.names and np.ndim(value) == 2
        and np.asarray(value).dtype.kind == "f"
    }  # fmt: skip
    shapes = {np.shape(value) for name, value in arrays.items() if data_of(name) == "Y"}
    alike = [
        name for name, value in arrays.items()
        if np.shape(value) in shapes and data_of(name) is None and name not in others
        and not is_gradient((("key", name),))
    ]  # fmt: skip
    return alike[0] if len(alike) == 1 else None


def _whole(candidates: Candidates, loop: Loop) -> list[Function]:
    """Return the losses of the file without those that are a part of another, unless the training calls the part alone.

    The data's loss is a part of an objective with a penalty.
    """
    losses = [one for one in candidates.functions if is_loss(one) or is_of_samples(one)]
    around = [loop, *(one for one in candidates.loops if one.place != loop.place and one.holds(loop.place))]
    shown = {name for one in around for name in one.calls}
    callers = {one.name: {each.name for each in losses if one.name in each.calls} - {one.name} for one in losses}
    return [one for one in losses if not callers[one.name] or (one.name in shown and not callers[one.name] & shown)]
