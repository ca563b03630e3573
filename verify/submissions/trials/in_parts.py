"""Batches that are smaller than our data: only then a number of all samples differs from that of a batch.

A file that takes 64 samples at a time would get all of ours at once, and what it divides by would not show.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from verify.arrays import Array
from verify.reading.program.training import Loop
from verify.reading.wiring.plan_records import Argument, Path, Slot, TrainingMaker, ValueBinding
from verify.reading.wiring.structure import BATCH
from verify.submissions.execution.calling import Reading
from verify.submissions.trials.one_pass import last_name

PART: Final = 5  # samples of a batch: fewer than ours, and no width
_SIZE: Final = re.compile(
    r"(mini_?)?(batch|mb)(_?(size|len|length|n))?|(n|size|len)_?(mini_?)?batch|bs|taille_?(du_)?(lot|batch)"
)


def is_batch_size(name: str) -> bool:
    """Whether a number of this name says how many samples a batch has.

    >>> [is_batch_size(one) for one in ("batch_size", "MINIBATCH_SIZE", "bs", "n_batches", "m")]
    [True, True, True, False, False]
    """
    return _SIZE.fullmatch(name.lower().strip("_")) is not None


def asked_for_batches(
    maker: TrainingMaker, loop: Loop, samples: int, holder: Sequence[str], init: Sequence[str]
) -> TrainingMaker:
    """Return how training is called where its batches are to have so many samples; the same where no argument says it.

    `holder` are the arguments of the function that trains, `init` those of what makes its object.
    """
    owner = maker.owner
    if owner is not None:
        owner = replace(owner, arguments=_with_size(owner.arguments, init, loop, samples))
    return replace(maker, arguments=_with_size(maker.arguments, holder, loop, samples), owner=owner)


def _with_size(given: tuple[Argument, ...], names: Sequence[str], loop: Loop, samples: int) -> tuple[Argument, ...]:
    sizes = tuple(Argument(name, ValueBinding(samples)) for name in names if _says_it(name, loop))
    return tuple(one for one in given if not _says_it(one.name, loop)) + sizes


def _says_it(name: str, loop: Loop) -> bool:
    return is_batch_size(name) or name in loop.strides


def in_parts(reading: Reading, made: Mapping[Path, Array], loop: Loop) -> Reading:
    """Return the reading in which every batch size that stands before the loop is ours.

    A number as large as all of our samples was counted from them, and stays.
    """
    sizes = [
        path for path, value in made.items()
        if path and _says_it(last_name(path), loop) and np.asarray(value).dtype.kind in "iu"
        and np.ndim(value) == 0 and value > BATCH
    ]  # fmt: skip
    return replace(reading, data=(*reading.data, *(Slot(path, "part") for path in sizes)), part=PART)


def is_part(felt: Sequence[bool]) -> bool:
    """Whether a step feels as many of our samples as a batch has: the others are of other batches."""
    return sum(felt) == PART
