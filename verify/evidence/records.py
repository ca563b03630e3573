"""The one result: all that is shown anywhere is rendered from an `Evidence`, and nothing is computed there.

Frozen dataclasses, to and from JSON. `evidence.schema.json` beside this file is the published schema.
Numbers that JSON has no word for are the strings "NaN", "Infinity" and "-Infinity".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Literal

from verify.errors import BadInput, WrongGradient
from verify.evidence.submission import Submission

if TYPE_CHECKING:
    from pydantic import TypeAdapter

Verdict = Literal["correct", "wrong", "could not judge"]
Word = Literal["identical", "different", "agrees", "differs", "vacuous", "could not judge"]
Ending = Literal["complete", "interrupted", "stopped"]
Kind = Literal["fault of verify"]
Against = Literal["", "own loss", "formula"]
PASSES: tuple[Word, ...] = ("identical", "agrees")
FAILS: tuple[Word, ...] = ("different", "differs")


@dataclass(frozen=True)
class Step:
    """One claim of the derivation, with what was shown of it."""

    name: str
    left: str
    left_latex: str
    right: str
    latex: str
    reason: str
    hypotheses: tuple[str, ...]
    builds_on: tuple[str, ...]
    proofs: Mapping[str, Literal["proved", "not proved"]]


@dataclass(frozen=True)
class Worst:
    """The entry where a gradient is furthest from the oracle, measured in bounds."""

    index: tuple[int, ...]
    handwritten: float
    expected: float | None
    error: float | None
    bound: float | None


@dataclass(frozen=True)
class Comparison:
    """One gradient against one oracle, in one case.

    `detects` is the relative error that would have been caught in each entry that the oracle tells from
    zero, `detects_typically` in half of them; 0.0 means any error at all. `points` counts the random points at which it
    was compared; `along` says that its entries were seen in one sum, along a random direction. `against` is what was
    differentiated: the code's own loss, or a formula of a known network.
    """

    parameter: str
    oracle: str
    verdict: Word
    entries: int
    mismatched: int
    worst: Worst | None
    detects: float | None
    detects_typically: float | None
    note: str
    message: str | None = None
    points: int = 1
    along: bool = False
    against: Against = ""


@dataclass(frozen=True)
class Order:
    """The error of the central difference along one direction, for a ladder of steps."""

    steps: tuple[float, ...]
    errors: tuple[float, ...]
    observed: float | None
    expected: float = 2.0


@dataclass(frozen=True)
class Power:
    """Which mistakes of the catalogue a case sees, and by which oracles; a blind oracle is not named."""

    seen: Mapping[str, tuple[str, ...]]
    vacuous: tuple[str, ...]
    why: str | None


@dataclass(frozen=True)
class CaseEvidence:
    """Everything that was found in one case."""

    name: str
    sizes: tuple[int, ...]
    m: int
    targets: str
    weights: str
    seed: int
    comparisons: tuple[Comparison, ...]
    power: Power | None
    order: Order | None


@dataclass(frozen=True)
class Row:
    """One gradient against one oracle over all cases: where it is worst, and how many cases said what."""

    parameter: str
    oracle: str
    verdict: Word
    case: str
    worst: Worst | None
    entries: int
    mismatched: int
    detects: float | None
    detects_typically: float | None
    counts: Mapping[Word, int]
    message: str | None


@dataclass(frozen=True)
class Coverage:
    """What one oracle saw: how many entries in which cases, at how few and how many points, and against which loss.

    `along` of the entries were seen in sums, along one random direction a gradient; `sentence` says it all.
    """

    oracle: str
    against: str
    entries: int
    along: int
    points: tuple[int, int]
    cases: tuple[str, ...]
    sentence: str


@dataclass(frozen=True)
class Caught:
    """The relative error that an oracle would have caught: in half of the entries of every gradient, and in all.

    Entries that the oracle can't tell from zero do not count; 0.0 means any error at all.
    """

    oracle: str
    typically: float
    everywhere: float


@dataclass(frozen=True)
class Diagnosis:
    """A mistake of the catalogue that gives the same numbers, exactly, at fresh random points.

    The line is counted in `file`, or in its cell of this number; `note` says what more is to be known.
    """

    name: str
    step: str
    parameters: tuple[str, ...]
    sentence: str
    line: int
    text: str
    should_be: str
    file: str = "network.py"
    cell: int | None = None
    note: str = ""

    @property
    def place(self) -> str:
        """Where the wrong line stands, in words."""
        cell = "" if self.cell is None else f"cell {self.cell}, "
        return f"{self.file}, {cell}line {self.line}"


@dataclass(frozen=True)
class Finding:
    """Something that a reader should know besides the verdict, with the figures that show it."""

    name: str
    sentence: str
    figures: Mapping[str, float]


@dataclass(frozen=True)
class Digit:
    """One image with its label: a row of pixels is a string of two hexadecimal digits a pixel."""

    label: int
    rows: tuple[str, ...]


@dataclass(frozen=True)
class DataUsed:
    """What was trained on: its name, where it came from, what a reader must know of it, and its hashes."""

    name: str
    source: str
    note: str
    shape: tuple[int, int]
    white: int
    n_train: int
    n_test: int
    md5: Mapping[str, str]
    digits: tuple[Digit, ...]


@dataclass(frozen=True)
class Epoch:
    """What the net knew after this epoch: loss in nats and accuracy as a fraction, on both whole sets."""

    number: int
    updates: int
    train_loss: float
    train_accuracy: float
    test_loss: float
    test_accuracy: float
    seconds: float


@dataclass(frozen=True)
class Stretch:
    """The mean over some consecutive updates of the loss and accuracy on their batches; `update` is the last."""

    update: int
    loss: float
    accuracy: float


@dataclass(frozen=True)
class Run:
    """One training: how it was run, how it ended, what it reached."""

    loop: Literal["intended", "as-written"]
    mistake: str | None
    sizes: tuple[int, int, int]
    epochs_wanted: int
    batch: int
    eta: float
    seed: int
    dtype: Literal["float64", "float32"]
    updates_an_epoch: int
    status: Ending
    why: str
    updates: int
    first_loss: float
    epochs: tuple[Epoch, ...]
    batches: tuple[Stretch, ...]
    seconds: float

    @property
    def title(self) -> str:
        """What the run is called in sentences, tables and pictures."""
        return f"{self.loop}, with {self.mistake}" if self.mistake else self.loop


@dataclass(frozen=True)
class Check:
    """Something that a training of right gradients does: what was measured, and the bound that decided.

    The verdict of the whole does not depend on a check that does not `decide`: one of the run for comparison.
    """

    name: str
    verdict: Word
    measured: float | None
    bound: float | None
    sentence: str
    decides: bool = True


@dataclass(frozen=True)
class Cost:
    """What a planted mistake costs: who catches it in which gradients, and what the training shows of it.

    `shown` is whether the training shows the mistake at all; None where there was nothing to compare with.
    """

    caught: Mapping[str, tuple[str, ...]]
    shown: bool | None
    effect: str


@dataclass(frozen=True)
class Training:
    """The end-to-end check: the data, the runs, what they show, and what a planted mistake cost."""

    data: DataUsed
    runs: tuple[Run, ...]
    checks: tuple[Check, ...]
    cost: Cost | None


@dataclass(frozen=True)
class Replay:
    """What is needed to get every figure again."""

    command: str
    seed: int
    versions: Mapping[str, str]
    sha256: Mapping[str, str]


@dataclass(frozen=True)
class Evidence:
    """The verdict on a backward pass, and everything that it rests on.

    `kind` says of what kind a *could not judge* is, where that changes the exit status; `unjudged` is what was
    not judged.
    """

    subject: str
    verdict: Verdict
    sentence: str
    oracles: tuple[str, ...]
    derivation: tuple[Step, ...]
    summary: tuple[Row, ...]
    cases: tuple[CaseEvidence, ...]
    mistakes: Mapping[str, str]
    caught: tuple[Caught, ...]
    diagnoses: tuple[Diagnosis, ...]
    findings: tuple[Finding, ...]
    trusted: tuple[str, ...]
    replay: Replay
    training: Training | None = None
    submission: Submission | None = None
    kind: Kind | None = None
    coverage: tuple[Coverage, ...] = ()
    unjudged: tuple[str, ...] = ()
    schema: Literal["verify-evidence/1"] = "verify-evidence/1"

    def __bool__(self) -> bool:
        """Whether the verdict is *correct*; what could not be judged is not."""
        return self.verdict == "correct"

    def raise_if_wrong(self) -> Evidence:
        """Return the evidence; raise WrongGradient, with the sentence, where the verdict is *wrong*."""
        if self.verdict == "wrong":
            raise WrongGradient(self.sentence)
        return self

    def to_json(self) -> str:
        """Return the evidence as JSON that `evidence.schema.json` describes."""
        return str(adapter().dump_json(self, indent=2).decode()) + "\n"

    @property
    def interrupted(self) -> bool:
        """Whether a training was ended by hand."""
        return self.training is not None and any(run.status == "interrupted" for run in self.training.runs)

    def without_digits(self) -> Evidence:
        """Return the evidence without the ten images: they may not be ours to pass on."""
        if self.training is None:
            return self
        data = replace(self.training.data, digits=())
        return replace(self, training=replace(self.training, data=data))

    @classmethod
    def from_json(cls, text: str) -> Evidence:
        """Return the evidence that `to_json` wrote. Raises BadInput for anything else."""
        import pydantic

        try:
            return adapter().validate_json(text)
        except pydantic.ValidationError as error:
            first = error.errors()[0]
            where = ".".join(map(str, first["loc"])) or "the top"
            raise BadInput(f"not the evidence of this version: at {where}, {first['msg']}") from error


@cache
def adapter() -> TypeAdapter[Evidence]:
    """Return what writes, reads and describes evidence as JSON; loading it takes a moment."""
    from pydantic import ConfigDict, TypeAdapter, with_config

    config = ConfigDict(ser_json_inf_nan="strings", extra="forbid")
    return TypeAdapter(with_config(config)(Evidence))
