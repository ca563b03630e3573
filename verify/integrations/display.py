"""How a notebook shows Evidence: the renderers are registered with IPython, so that evidence need not know them."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from verify.evidence.records import Evidence

_HOME = "verify.evidence.records"


def html(evidence: Evidence) -> str:
    """Return the evidence as HTML to stand in a page."""
    from verify.report.html import fragment

    return fragment(evidence)


def markdown(evidence: Evidence) -> str:
    """Return the evidence as Markdown."""
    from verify.report.markdown import fragment

    return fragment(evidence)


def register() -> bool:
    """Register both with the notebook or IPython that runs this, and return whether one does."""
    if "IPython" not in sys.modules:
        return False
    ipython: Any = sys.modules["IPython"].get_ipython()
    if ipython is None:
        return False
    formatters = ipython.display_formatter.formatters
    for kind, function in (("text/html", html), ("text/markdown", markdown)):
        formatters[kind].for_type_by_name(_HOME, "Evidence", function)
    return True
