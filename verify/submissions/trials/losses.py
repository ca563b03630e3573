"""Which number of a training is the loss of its step: shown in the pass, in the file besides, or only printed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial

import numpy as np

from verify.arrays import Array
from verify.reading.program.training import Loop
from verify.reading.wiring.finding import Candidates
from verify.reading.wiring.plan_records import Path, Step
from verify.submissions.execution.answers import Leaves, Refused, Where
from verify.submissions.execution.calling import Ask, Reading
from verify.submissions.trials.one_pass import is_data_or_gradient, is_state, loss_in
from verify.submissions.trials.one_point import why_not
from verify.submissions.trials.own_loss import own_losses
from verify.submissions.trials.shown import shown_losses

# Inputs that stand before the loop, what the pass changes besides, and what of that may be a state.
Besides = tuple[Mapping[Path, Array], Mapping[Path, Array], Mapping[Path, Array]]
ONE_PASS = (Step("one pass", "update", ()),)


class Losses:
    """The search for the loss of a training step."""

    def __init__(self, ask: Ask, candidates: Candidates, complaints: list[Refused]) -> None:
        self.ask, self.candidates, self.complaints = ask, candidates, complaints
        self.rivals: tuple[Reading, ...] = ()  # with other losses of the file that may be meant as well
        self.apart = ""  # why the loss of a training is not that of its step

    def of_step(
        self, reading: Reading, found: Leaves, loop: Loop, made: Mapping[Path, Array], besides: Besides
    ) -> tuple[Reading, bool, tuple[Where, ...]]:
        """Return the reading with its loss, whether that is weak, and the other numbers that may be meant.

        A loss that the pass shows comes before one that the file has besides, and both before a weak one.
        """
        self.rivals = ()
        if not reading.rates and not loop.keeps_loss:
            return reading, False, ()
        reading, weak = self._with_loss(reading, found, loop, made, besides)
        if (reading.loss is not None and not weak) or self.candidates.declared is not None:
            return reading, weak, ()
        shown = shown_losses(found, loop, made, reading.loss, partial(self._why_not, reading, besides))
        if reading.loss is None and shown:
            return replace(reading, loss=shown[0]), True, shown
        return reading, weak, shown

    def _with_loss(
        self, reading: Reading, found: Leaves, loop: Loop, made: Mapping[Path, Array], besides: Besides
    ) -> tuple[Reading, bool]:
        loss, weak = loss_in(found, loop, made, self.candidates.functions)
        seen = replace(reading, loss=loss)
        own = own_losses(self.ask, reading, found, loop, self.candidates, self.complaints)
        every = iter(own if loss is None else (*own, seen) if weak else (seen, *own))
        for one in every:
            apart = why_not(self.ask, one, ONE_PASS, *besides)
            if one.loss is not None and not apart:
                others = every if one is not seen else ()
                self.rivals = tuple(
                    other for other in others if other is not seen and not why_not(self.ask, other, ONE_PASS, *besides)
                )
                return one, weak and one is seen
            said = f"its training cannot be judged by the loss that it shows: {apart} ({loop.place})"
            self.apart = self.apart or said
        return reading, False

    def _why_not(self, reading: Reading, besides: Besides, loss: Where) -> str:
        """Return why a number is not the loss of the step; it may be a sum that began before the pass."""
        fixed, others, states = ({path: one for path, one in every.items() if path != loss[1]} for every in besides)
        return why_not(self.ask, replace(reading, loss=loss), ONE_PASS, fixed, others, states)


def others_in(moved: Mapping[Path, Array], reading: Reading) -> tuple[dict[Path, Array], dict[Path, Array]]:
    """Return the floats that a pass changes and that are no parameters, data, gradients or rates; and the states.

    What has the shape of a parameter or the name of a state may be that of an optimiser.
    """
    parameters = {one.path: one.shape for one in reading.structure.parameters}
    left = {
        path: value for path, value in moved.items()
        if path not in parameters and path not in reading.rates and np.asarray(value).dtype.kind == "f"
        and not is_data_or_gradient(path)
    }  # fmt: skip
    shapes = {shape for shape in parameters.values() if shape}
    states = {path: value for path, value in left.items() if np.shape(value) in shapes or is_state(path)}
    return {path: value for path, value in left.items() if path not in states}, states
