"""The sections of a report about the training: the curves, what was reached and checked, the ten digits."""

from __future__ import annotations

from verify.evidence.records import FAILS, Epoch, Evidence, Run, Training
from verify.report.blocks import Block, Cell, Column, Drawing, Paragraph, Points, Section, Table
from verify.report.numbers import measure
from verify.report.pictures import learning_curves, ten_digits

_SHOWN = frozenset((0, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000))


def learning(evidence: Evidence) -> tuple[Section, ...]:
    """Return the sections about the training; none without one."""
    training = evidence.training
    if training is None:
        return ()
    data = training.data
    height, width = data.shape
    images = f"{data.n_train:,} training and {data.n_test:,} test images of {height} by {width}"
    about = f"{data.name}: {images}, from {data.source}."
    blocks: list[Block] = [Paragraph(about), Paragraph(_settings(training.runs[0]))]
    blocks.append(Drawing(learning_curves(evidence), "Loss and accuracy on both sets, over updates and over epochs."))
    for run in training.runs:
        if run.status != "complete":
            blocks.append(Paragraph(f"{run.title}: {run.status}, {run.why}.", "warning"))
    blocks += [_reached(training), _checked(training)]
    if training.cost:
        caught = tuple(
            (f"caught by {who}", ", ".join(f"d{name}" for name in names)) for who, names in training.cost.caught.items()
        )
        blocks.append(
            Paragraph(f"What the mistake costs. {training.cost.effect}", "" if training.cost.shown else "warning")
        )
        blocks.append(Points(caught or (("not caught", "by any check"),)))
    if data.digits:
        blocks.append(Drawing(ten_digits(evidence), "The ten first training images and their labels."))
    return (Section("learning", "Does it learn?", tuple(blocks)),)


def _settings(run: Run) -> str:
    n_x, n_h, n_y = run.sizes
    return f"The net {n_x}-{n_h}-{n_y}, eta {run.eta:g}, batches of {run.batch}, {run.dtype}, seed {run.seed}."


def some_epochs(epochs: tuple[Epoch, ...]) -> list[Epoch]:
    """Return the first epochs, then fewer and fewer, and the last one."""
    return [epoch for epoch in epochs if epoch.number in _SHOWN or epoch is epochs[-1]]


def _reached(training: Training) -> Table:
    columns = (
        Column("loop"), Column("epoch", True), Column("updates", True), Column("train loss", True),
        Column("train accuracy", True), Column("test loss", True), Column("test accuracy", True),
    )  # fmt: skip
    rows = tuple(
        (
            Cell(run.title), Cell(str(epoch.number)), Cell(f"{epoch.updates:,}"), Cell(measure(epoch.train_loss)),
            Cell(measure(epoch.train_accuracy)), Cell(measure(epoch.test_loss)), Cell(measure(epoch.test_accuracy)),
        )
        for run in training.runs
        for epoch in some_epochs(run.epochs)
    )  # fmt: skip
    return Table("What each training reached", columns, rows)


def _checked(training: Training) -> Table:
    rows = tuple(
        (
            Cell(check.name),
            Cell(check.verdict, tone="wrong" if check.verdict in FAILS else "good"),
            Cell(check.sentence),
        )
        for check in training.checks
    )
    columns = (Column("check"), Column("verdict"), Column("measured and allowed", prose=True))
    return Table("What was checked", columns, rows)
