"""Batches that are smaller than our data: only then a number of all samples differs from that of a batch.

A file that takes 64 samples at a time would get all of ours at once, and what it divides by would not show.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from verify.arrays import Array
from verify.reading.program.training import Loop
from verify.reading.wiring.batches import PART, says_batch_size
from verify.reading.wiring.plan_records import Path, Slot
from verify.reading.wiring.structure import BATCH
from verify.submissions.execution.calling import Reading
from verify.submissions.trials.one_pass import last_name


def in_parts(reading: Reading, made: Mapping[Path, Array], loop: Loop) -> Reading:
    """Return the reading in which every batch size that stands before the loop is ours.

    A number as large as all of our samples was counted from them, and stays.
    """
    sizes = [
        path for path, value in made.items()
        if path and says_batch_size(last_name(path), loop) and np.asarray(value).dtype.kind in "iu"
        and np.ndim(value) == 0 and value > BATCH
    ]  # fmt: skip
    return replace(reading, data=(*reading.data, *(Slot(path, "part") for path in sizes)), part=PART)


def is_part(felt: Sequence[bool]) -> bool:
    """Whether a step feels as many of our samples as a batch has: the others are of other batches."""
    return sum(felt) == PART
