"""The exit status of a command: what it says, in one place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from verify.evidence.records import Evidence

OF_VERDICT: Final = {"correct": 0, "wrong": 1, "could not judge": 3}
COULD_NOT_JUDGE: Final = OF_VERDICT["could not judge"]
USAGE: Final = 2
FAULT: Final = 4
INTERRUPTED: Final = 130
IN_WORDS: Final = (
    "Exit status: 0 correct, 1 a gradient is wrong, 2 usage, unreadable input or output that cannot be written, "
    "3 could not judge, 4 a fault of verify, 130 interrupted (129 and 143: ended by SIGHUP or SIGTERM)."
)


def status(evidence: Evidence) -> int:
    """Return the exit status of a command that found this."""
    if evidence.kind == "fault of verify":
        return FAULT
    return INTERRUPTED if evidence.interrupted else OF_VERDICT[evidence.verdict]
