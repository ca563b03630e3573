"""What a command has found is rendered, and written where it was asked for."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from verify.evidence.records import Evidence


def show(evidence: Evidence, json: str | None, convention: str | None = None) -> None:
    """Render the evidence, and write what is to be written; what goes to standard output stands there alone."""
    from verify.files import write_whole
    from verify.report.terminal import console, render

    texts = {json: evidence.to_json()} if json else {}
    if convention and evidence.submission is not None:  # a fault of verify knows of no convention
        from verify.submissions.explanation.convention_text import convention_text

        texts[convention] = convention_text(evidence)
    if "-" not in texts:
        render(evidence, console())
    for path, text in texts.items():
        if path == "-":
            sys.stdout.write(text)
        else:
            write_whole(Path(path), text)
