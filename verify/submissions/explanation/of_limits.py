"""What is said where gradients are right among moderate numbers, and not where a limit in the file is passed."""

from __future__ import annotations

from dataclasses import replace

from verify.evidence.records import Evidence
from verify.reading.parsing.document import Place


def wrong_beyond(far: Evidence, limit: float, place: Place) -> Evidence:
    """Return the evidence that a gradient is wrong where a limit is passed, and is right elsewhere."""
    where = _words(limit, place)
    said = f"{far.sentence.rstrip('.')}. So it is where numbers pass {where}; among smaller ones it is right."
    return replace(far, sentence=said)


def other_beyond(limit: float, place: Place) -> str:
    """Return why a gradient is not judged that is right, but not beyond what may be a guard."""
    return (
        f"its gradients are right among moderate numbers, but not where these pass {_words(limit, place)}, and whether "
        "that is part of the net or a guard against large numbers is not known"
    )


def _words(limit: float, place: Place) -> str:
    return f"the limit {limit:.3g} ({place})"
