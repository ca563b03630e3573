"""The house as one table: every room, what it may import, and what it is for. Each rule of the tests is derived from it.

A room is a package or a single module; the innermost that holds a file is the file's room. Within a room every import
is allowed that makes no circle.
"""

from __future__ import annotations

from typing import Final, NamedTuple


class Room(NamedTuple):
    """What a room may import of ours, and what it is for."""

    may: tuple[str, ...]
    purpose: str


GROUND: Final = (
    "errors", "version", "wording", "output", "interrupts", "memory", "temporary", "files", "settings", "arrays",
)  # fmt: skip
EVIDENCE: Final = ("evidence", "faults")

HOUSE: Final[dict[str, Room]] = {
    # Ground: data and vocabulary.
    "derivations": Room((), "the mathematics in SymPy: claims, proofs, how they are typeset"),
    "verify.errors": Room((), "every way in which verify says no"),
    "verify.version": Room((), "the version of verify and of what figures depend on"),
    "verify.wording": Room((), "words that stand in many sentences"),
    "verify.output": Room((), "standard output that raises nothing"),
    "verify.interrupts": Room(("output",), "Ctrl-C, SIGTERM and SIGHUP"),
    "verify.memory": Room(("errors",), "little memory"),
    "verify.temporary": Room(("errors", "interrupts"), "temporary folders that nothing leaves behind"),
    "verify.files": Room(("errors", "interrupts"), "files written whole or not at all"),
    "verify.settings": Room(("errors", "wording"), "what the settings of a check or a training may be"),
    "verify.arrays": Room((), "arrays as a type"),
    "verify.evidence": Room(("errors",), "the one result, its schema"),
    "verify.faults": Room(("errors", "evidence", "memory", "version"), "a fault of verify is never counted against code"),
    "verify.exact": Room(("errors", "arrays"), "exact numbers that unmodified NumPy code computes with"),
    "verify.balls": Room(("errors", "arrays", "exact"), "balls of 50 digits that unmodified NumPy code computes with"),
    "verify.nets": Room(("errors", "arrays"), "networks, losses, points: the textbook answer"),
    # First floor: libraries that know no submission.
    "verify.oracles": Room((*GROUND, "exact", "balls", "nets", "derivations"), "independent ways to know a gradient"),
    "verify.mistakes": Room((*GROUND, "exact", "nets"), "the one catalogue of mistakes: planted, applied, searched"),
    "verify.sandbox": Room((*GROUND, *EVIDENCE), "running somebody's code apart"),
    "verify.judgement": Room((*GROUND, *EVIDENCE, "exact", "balls", "oracles"), "one comparer, and the verdicts"),
    "verify.report": Room((*GROUND, *EVIDENCE), "a document becomes terminal, HTML, Markdown, pictures"),
    # Second floor: three subjects side by side.
    "verify.lab": Room(
        (*GROUND, *EVIDENCE, "exact", "balls", "nets", "oracles", "mistakes", "judgement", "derivations"), "the lab's own network"
    ),
    "verify.library": Room((*GROUND, *EVIDENCE, "exact", "balls", "nets", "oracles", "mistakes", "judgement"), "check_gradients"),
    "verify.reading": Room((), "what a file of code says, read and never run"),
    "verify.reading.parsing": Room(GROUND, "a file becomes cells with their places"),
    "verify.reading.program": Room((*GROUND, "reading.parsing"), "definitions, uses, effects, slices, loops"),
    "verify.reading.wiring": Room(
        (*GROUND, "nets", "reading.parsing", "reading.program"), "who is who by its names, and what a call is made of"
    ),
    "verify.reading.remarks": Room(
        (*GROUND, *EVIDENCE, "reading.parsing", "reading.program"), "what is worth knowing and no mistake"
    ),
    "verify.submissions.execution": Room(
        (*GROUND, "sandbox", "exact", "balls", "nets", "oracles", "reading.parsing", "reading.program",
         "reading.wiring"),
        "what a worker does, and what it answers",
    ),
    "verify.submissions.trials": Room(
        (*GROUND, "nets", "reading.parsing", "reading.program", "reading.wiring", "submissions.execution"),
        "trial calls: how a submission is called, by its names, by its own training, at other depths",
    ),
    "verify.submissions.diagnosis": Room(
        (*GROUND, *EVIDENCE, "exact", "balls", "nets", "oracles", "mistakes", "judgement", "reading.parsing",
         "reading.program", "reading.wiring", "submissions.execution", "submissions.trials"),
        "from a wrong gradient to the mistake and its line",
    ),
    "verify.submissions.truth": Room(
        (*GROUND, *EVIDENCE, "exact", "balls", "nets", "oracles", "judgement", "reading.wiring",
         "submissions.execution", "submissions.diagnosis"),
        "every oracle that applies, and what they say together",
    ),
    "verify.submissions.explanation": Room(
        (*GROUND, *EVIDENCE, "sandbox", "exact", "balls", "nets", "mistakes", "judgement", "reading.parsing",
         "reading.program", "reading.wiring", "submissions.execution", "submissions.trials",
         "submissions.diagnosis", "reading.remarks"),
        "the Evidence about a submission",
    ),
    "verify.submissions.judging": Room(
        (*GROUND, *EVIDENCE, "sandbox", "exact", "balls", "nets", "oracles", "judgement", "reading.parsing",
         "reading.program", "reading.wiring", "submissions.execution", "submissions.trials",
         "submissions.diagnosis", "submissions.truth", "submissions.explanation"),
        "what is judged in turn: one reading, other trainings, the program as a whole",
    ),
    "verify.submissions": Room(
        (*GROUND, *EVIDENCE, "sandbox", "exact", "balls", "nets", "oracles", "judgement", "reading", "submissions"), "the pipeline"
    ),
    # Third floor and roof.
    "verify.training": Room(
        (*GROUND, *EVIDENCE, "exact", "balls", "nets", "oracles", "mistakes", "judgement", "lab", "derivations"),
        "the training on MNIST as an end-to-end check",
    ),
    "verify.integrations": Room((*GROUND, *EVIDENCE, "report", "library", "submissions"), "notebooks and other hosts"),
    "verify.cli": Room(
        (*GROUND, *EVIDENCE, "nets", "oracles", "mistakes", "sandbox", "report", "lab", "library", "reading", "submissions", "training"),
        "the command line",
    ),
    "verify.__main__": Room(("errors", "interrupts", "memory", "output", "cli"), "python -m verify"),
    "verify": Room(("version", "errors", "evidence", "lab", "library", "integrations"), "the public names"),
}  # fmt: skip

# What breaks a rule today, and the issue that ends it.
EXCEPTIONS: Final[dict[tuple[str, str], str]] = {}

# What a room must never load from outside, however deep: importing it is tried in a process of its own.
NEVER: Final[dict[str, tuple[str, ...]]] = {
    "verify": ("numpy", "sympy", "tensorflow", "matplotlib", "sklearn", "pydantic"),
    "verify.cli.main": ("numpy", "sympy", "tensorflow", "matplotlib", "sklearn", "pydantic"),
    "verify.submissions.judge": ("sympy", "tensorflow", "matplotlib", "sklearn", "verify.lab", "derivations"),
    "verify.sandbox.session": ("sympy", "verify.nets", "verify.exact", "verify.submissions", "verify.lab"),
    "verify.submissions.execution.inside.driver": ("pydantic", "sympy", "verify.nets", "verify.evidence"),
    "verify.report.terminal": ("numpy", "sympy", "verify.lab", "verify.submissions", "verify.oracles"),
}
