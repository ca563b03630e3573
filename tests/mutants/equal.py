"""The mutants that no test can kill: what they give is the same, for the reason that stands here."""

from __future__ import annotations

from typing import Final

from tests.mutants.changing import Mutant

# By file and changed line: the reason.
EQUAL: Final[dict[tuple[str, str], str]] = {}


def why_equal(mutant: Mutant) -> str | None:
    """Return why nothing changes; None for a mutant that must be killed."""
    return EQUAL.get((mutant.file, mutant.text))
