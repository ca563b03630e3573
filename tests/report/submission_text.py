"""What is printed of somebody's own code, and in which order its parts stand."""

from __future__ import annotations

import io

from verify.evidence.records import Evidence
from verify.report.terminal import console, render


def printed(evidence: Evidence) -> str:
    out = io.StringIO()
    render(evidence, console(out))
    return out.getvalue()


def in_order(text: str, *parts: str) -> bool:
    """Whether all parts stand in the text, each behind the one before."""
    at = -1
    for part in parts:
        at = text.find(part, at + 1)
        if at < 0:
            return False
    return True
