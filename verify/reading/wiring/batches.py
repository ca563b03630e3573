"""How many samples a batch has: which numbers say it, and how training is asked for others."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from verify.reading.program.training import Loop
from verify.reading.wiring.plan_records import Argument, TrainingMaker, ValueBinding

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
    sizes = tuple(Argument(name, ValueBinding(samples)) for name in names if says_batch_size(name, loop))
    return tuple(one for one in given if not says_batch_size(one.name, loop)) + sizes


def says_batch_size(name: str, loop: Loop) -> bool:
    """Whether a number of this name is the size of a batch: by its name, or because a loop takes strides of it."""
    return is_batch_size(name) or name in loop.strides
