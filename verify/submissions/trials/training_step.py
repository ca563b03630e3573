"""A training step of a submission: how it is run, and what is known of the step besides the gradients."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import numpy as np

from verify.reading.program.training import Loop
from verify.submissions.execution.answers import Leaves, Where
from verify.submissions.execution.calling import Reading

_FEW_NUMBERS: Final = 20_000


@dataclass(frozen=True)
class Trained:
    """A training step of the submission, read."""

    reading: Reading
    loop: Loop
    outputs: int | None  # how many units its output layer has, where the shapes of its parameters say
    tried: bool  # nothing in the file says how many units its output layer has: the shapes of its parameters are tried
    others: bool  # more than the parameters changes in the pass: velocities, or counts of an optimiser
    decayed: Reading | None = None  # the same where a decay in the update belongs to the gradient of a penalty
    scheduled: bool = False  # the rate is another after the pass than before it
    weak: bool = False  # its loss is a number that is called an error, or a sum: it may be shown, and another be meant
    unnamed: bool = False  # its steps are multiplied by a number of which the value is not known
    found: Leaves = field(default_factory=dict)  # everything that the pass showed
    stepped: Reading | None = None  # the same where what the update makes of the named gradients belongs to them
    shown: tuple[Where, ...] = ()  # numbers that are shown and look like a loss: any may be it
    bent: bool = False  # at twice its rate a step is another, and not twice as long
    penalised: tuple[Reading, str] | None = None  # the same with a penalty that is 0 by default, and its name
    rivals: tuple[Reading, ...] = ()  # the same with other losses of the file, which training does not compute either
    whole: Trained | None = None  # the same with all of our samples in one batch, where this is of a part of them

    @property
    def is_small(self) -> bool:
        """Whether a pass computes so few numbers that many passes can be run."""
        return sum(np.size(value) for value in self.found.values()) <= _FEW_NUMBERS
