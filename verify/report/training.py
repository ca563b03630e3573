"""The terminal's face of a training: the data, what each run reached, and what was checked."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from rich import box
from rich.table import Table
from rich.text import Text

from verify.evidence.records import FAILS, Cost, Epoch, Evidence, Run
from verify.report.numbers import measure

if TYPE_CHECKING:
    from rich.console import RenderableType


def training_sections(evidence: Evidence, *, plain: bool) -> list[tuple[str, list[RenderableType]]]:
    """Return the sections about the training, each a title and its lines; none without a training."""
    training = evidence.training
    if training is None:
        return []
    data = training.data
    height, width = data.shape
    about: list[RenderableType] = [
        Text(f"{data.name}: {data.n_train:,} training and {data.n_test:,} test images of {height} by {width}, "
             f"from {data.source}")
    ]  # fmt: skip
    if data.note:
        about.append(Text(data.note, style="bold yellow"))
    checks: list[RenderableType] = [
        Text(f"{check.verdict}: {check.sentence}", style="bold red" if check.verdict in FAILS else "")
        for check in training.checks
    ]
    cost: list[RenderableType] = [] if training.cost is None else _cost(training.cost)
    return [
        ("Data", about),
        ("Training", [_described(training.runs), _reached(training.runs, plain=plain), *_endings(training.runs)]),
        ("Does it learn?", checks),
        ("What the mistake costs", cost),
    ]


def _cost(cost: Cost) -> list[RenderableType]:
    lines: list[RenderableType] = []
    for who, parameters in cost.caught.items():
        lines.append(Text(f"caught by {who}{': ' if parameters else ''}{', '.join(f'd{name}' for name in parameters)}"))
    if not lines:
        lines.append(Text("not caught by any check", style="bold red"))
    lines.append(Text(cost.effect))
    if cost.shown is False:
        lines.append(Text("Judged by its accuracy alone, this backward pass would seem right.", style="bold yellow"))
    return lines


def _described(runs: Iterable[Run]) -> Text:
    run = next(iter(runs))
    sizes = "-".join(map(str, run.sizes))
    return Text(f"{sizes}, eta {run.eta:g}, batches of {run.batch}, {run.dtype}, seed {run.seed}")


def _reached(runs: Iterable[Run], *, plain: bool) -> Table:
    table = Table(box=None if plain else box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    table.add_column("loop", no_wrap=True)
    for name in ("epoch", "updates", "train loss", "accuracy", "test loss", "accuracy", "time"):
        table.add_column(name, justify="right", no_wrap=True)
    for run in runs:
        for number, epoch in enumerate(_some(run.epochs)):
            table.add_row(run.title if number == 0 else "", *_cells(epoch))
    return table


def _endings(runs: Iterable[Run]) -> list[RenderableType]:
    return [
        Text(f"{run.title}: {run.status}, {run.why}", style="bold yellow") for run in runs if run.status != "complete"
    ]


def _some(epochs: tuple[Epoch, ...]) -> list[Epoch]:
    """Return the first epochs and then fewer and fewer, and the last one."""
    wanted = {0, 1, 2, 5, 10, 20, 50, 100, 200, 500}
    return [epoch for epoch in epochs if epoch.number in wanted or epoch is epochs[-1]]


def _cells(epoch: Epoch) -> tuple[str, ...]:
    return (
        str(epoch.number),
        f"{epoch.updates:,}",
        measure(epoch.train_loss),
        measure(epoch.train_accuracy),
        measure(epoch.test_loss),
        measure(epoch.test_accuracy),
        f"{epoch.seconds:.2f} s" if epoch.number else "",
    )
