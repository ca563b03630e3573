"""What the settings of a check or a training may be; each mistake in them is one line that says what would be right."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Final

from verify.errors import BadInput
from verify.wording import nearest

LONGEST: Final = 86_400  # seconds that somebody's code may take: a day
RANGES: Final = {
    "batch": (1, 10_000, "samples"),
    "epochs": (1, 10_000, "epochs"),
    "hidden": (1, 10_000, "hidden units"),
    "seed": (0, 2**32 - 1, ""),
    "memory": (256, 2**20, "MiB"),
}
CHOICES: Final = {
    "loop": ("intended", "as-written"),
    "dtype": ("float64", "float32"),
    "dataset": ("auto", "mnist", "digits"),
}


def check_settings(given: Mapping[str, Any]) -> None:
    """Raise BadInput for the first number out of its range, or word that is no choice; None was not given."""
    for name, value in given.items():
        if value is None:
            continue
        if name in RANGES:
            low, high, of = RANGES[name]
            if not low <= value <= high:
                raise BadInput(f"--{name} {value}: expected a whole number{of and f' of {of}'} from {low} to {high}")
        elif name in CHOICES:
            check_choice(name, value, CHOICES[name])
        elif name == "timeout" and not 0 < value <= LONGEST:
            raise BadInput(f"--timeout {value:g}: expected a number of seconds above 0, up to {LONGEST}, like 20")
        elif name == "eta" and not 0 < value < math.inf:
            raise BadInput(f"--eta {value}: expected a learning rate above 0, like 0.1")


def check_choice(name: str, value: str | None, choices: Sequence[str]) -> None:
    """Raise BadInput for a word that is given and is no choice."""
    if value is not None and value not in choices:
        raise BadInput(f"--{name} {value}: expected one of {', '.join(choices)}{nearest(value, choices)}")
