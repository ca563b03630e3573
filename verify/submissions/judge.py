"""`check_submission`: a file goes in, the Evidence about its gradients comes out; its code runs in the cage."""

from __future__ import annotations

import secrets
import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from verify.evidence.records import Evidence
from verify.faults import judged_or_fault
from verify.reading.parsing.reading import read
from verify.reading.program.program import Program
from verify.reading.wiring.finding import find_candidates
from verify.sandbox.cage import Limits, require
from verify.sandbox.session import Failed, Sandbox
from verify.submissions.execution.calling import DRIVER
from verify.submissions.explanation.reasons import WHICH, async_function, failure, unwritten_function
from verify.submissions.explanation.verdicts import Context, could_not_judge
from verify.submissions.judging.whole_file import judged

_SEEDS: Final = 2**31


def check_submission(
    path: Path,
    *,
    convention: Mapping[str, str] | None = None,
    level: str | None = None,
    seconds: float = 20.0,
    memory: int = 2048,
    command: str | None = None,
    seed: int | None = None,
) -> Evidence:
    """Return the verdict on the backward pass in a .py or .ipynb file.

    `convention` tells what should not be inferred; `level` is the weakest cage that is accepted; `seconds` of processor
    time and `memory` in MiB bound the student's code. The points at which it is judged follow from `seed`; without one
    it is drawn anew, so that nobody knows them beforehand. `command` gives the same again, once `--seed` stands behind
    it. Raises BadInput for a file that can't be read, and for a convention or a cage that is not there; whatever the
    student's code does is a verdict and no error.
    """
    seed = secrets.randbelow(_SEEDS) if seed is None else seed
    command = f"{command or shlex.join(['verify', 'grads', path.name])} --seed {seed}"
    return _checked(path, convention or {}, level, Limits(seconds=seconds, memory=memory), command=command, seed=seed)


@judged_or_fault
def _checked(
    path: Path, convention: Mapping[str, str], level: str | None, limits: Limits, *, command: str, seed: int
) -> Evidence:
    chosen = require(level)
    with Sandbox(chosen, limits, DRIVER) as apart:
        program = Program(read(path))
        context = Context(program.document, command, seed, chosen)
        candidates = find_candidates(program, convention)
        if not candidates.roles and not candidates.loops:
            odd = unwritten_function(candidates.functions) or async_function(program)
            why = odd or candidates.why_none()
            return could_not_judge(context, candidates, why, None, WHICH if candidates.functions and not odd else "")
        try:
            return judged(apart, context, candidates, convention)
        except Failed as failed:
            stopped = failure(failed.kind, failed.reason)
            return could_not_judge(context, candidates, stopped.why, None, stopped.help)
