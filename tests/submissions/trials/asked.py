"""Small files, asked in a worker of the cage: what the trial calls find out about them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from verify.reading.parsing.reading import read
from verify.reading.program.program import Program
from verify.reading.wiring.finding import Candidates, find_candidates
from verify.sandbox.cage import Limits, require
from verify.sandbox.session import Sandbox
from verify.submissions.execution.calling import DRIVER, Ask, asking
from verify.submissions.execution.coding import encoded
from verify.submissions.execution.messages import Load


@contextmanager
def asked(folder: Path, text: str) -> Iterator[tuple[Ask, Candidates]]:
    """Give how a worker is asked that has loaded this text, and what the text says by its names."""
    path = folder / "handed_in.py"
    path.write_text(text)
    candidates = find_candidates(Program(read(path)), {})
    with Sandbox(require(None), Limits(), DRIVER) as apart:
        worker = apart.worker()
        try:
            ask = asking(worker)
            worker.ask(encoded(Load(tuple(candidates.statements), tuple(candidates.cuts))), {})
            yield ask, candidates
        finally:
            worker.close()
