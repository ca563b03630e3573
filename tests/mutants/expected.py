"""What is to be said of a planted mistake, and where today something else is said."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Final

from tests.mutants.planting import Outcome

GAPS: Final = Path(__file__).with_name("gaps.txt")

# By algebra the gradient itself: the row, and the output layers where it is.
RIGHT: Final = {
    ("dZL", "without-{f}-halved"): ("softmax", "sigmoid"),  # c (Yhat - Y), with their own losses
}


def should_be_right(outcome: Outcome) -> bool:
    """Whether the row gives the right gradient there."""
    _, spec, row = outcome.planting.parts
    return spec.net.output in RIGHT.get((row.step, row.name), ())


@cache
def gaps() -> dict[str, str]:
    """Return what is said today of the plantings that are not named with their line, by the planting."""
    lines = [line for line in GAPS.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
    found = dict(line.split(" -> ", 1) for line in lines)
    assert len(found) == len(lines), "a planting is listed twice"
    return found


def known_gap(outcome: Outcome) -> str | None:
    """Return what is listed of a planting."""
    return gaps().get(str(outcome.planting))


def complaint(outcome: Outcome) -> str:
    """Return in one line what is not as it should be; nothing where all is, or where it is a listed gap."""
    if outcome.right != should_be_right(outcome):
        return f"{outcome.planting}: by central differences it is {'right' if outcome.right else 'wrong'}"
    if outcome.right:
        return ""
    gap = known_gap(outcome)
    if outcome.as_it_should_be:
        return f"{outcome.planting} is told right: its line in gaps.txt can go" if gap else ""
    return "" if gap == outcome.said else f"{outcome.planting} -> {outcome.said}"
