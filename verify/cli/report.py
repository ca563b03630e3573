"""`verify report`: everything, written for a grader."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, NamedTuple

import typer

from verify import settings
from verify.cli import options
from verify.cli import submission as own
from verify.cli.status import status
from verify.errors import BadInput
from verify.memory import JUDGING, TRAINING, require

if TYPE_CHECKING:
    from verify.evidence.records import Evidence
    from verify.lab.planting import WrongStep

_OF_THE_LAB: Final = ("mistake", "data", "dataset", "epochs", "quick", "evidence", "digits")


class _Asked(NamedTuple):
    """What the options say of how evidence about the lab's own network is made."""

    mistake: str | None
    quick: bool
    data: str | None
    dataset: str
    epochs: int

    @property
    def usual(self) -> bool:
        """Whether none of these options is given."""
        return not (self.mistake or self.data or self.quick or self.dataset != "auto" or self.epochs != 50)

    def command(self) -> str:
        """Return the command that gives the same again."""
        words = ["--quick"] * self.quick + options.words(data=self.data and Path(self.data).absolute().name)
        words += options.words(
            dataset=None if self.dataset == "auto" else self.dataset, epochs=self.epochs if self.epochs != 50 else None
        )
        return " ".join(["verify report", *words, *options.words(mistake=self.mistake)])


def report(  # noqa: PLR0913, PLR0917  # Typer makes an option of each argument
    context: typer.Context,
    submission: own.File = None,
    out: Annotated[str, typer.Option("--out", metavar="DIR", help="The folder of all reports.")] = "reports",
    name: Annotated[str | None, typer.Option("--name", metavar="NAME", help="The report's own folder in it.")] = None,
    quick: Annotated[bool, typer.Option("--quick", help="Without the training.")] = False,
    data: Annotated[str | None, typer.Option("--data", metavar="PATH", help="MNIST, as for train-mnist.")] = None,
    dataset: Annotated[str, typer.Option("--dataset", metavar="NAME", help="As for train-mnist.")] = "auto",
    epochs: Annotated[int, typer.Option("--epochs", metavar="N", help="Epochs of the training.")] = 50,
    mistake: Annotated[
        str | None, typer.Option("--mistake", metavar="NAME", help="Report on the network with this mistake planted.")
    ] = None,
    digits: Annotated[
        bool, typer.Option("--digits/--no-digits", help="With the picture of the ten first digits, or without.")
    ] = True,
    evidence: Annotated[
        str | None, typer.Option("--from", metavar="PATH", help="Render this evidence.json again; nothing is run.")
    ] = None,
    convention: own.Convention = None,
    forward: own.Forward = None,
    backward: own.Backward = None,
    loss: own.Loss = None,
    update: own.Update = None,
    init: own.Init = None,
    class_: own.Class = None,
    samples: own.Samples = None,
    labels: own.Labels = None,
    outputs: own.Outputs = None,
    timeout: own.Timeout = None,
    memory: own.Memory = None,
    require_cage: own.RequireCage = None,
    seed: own.Seed = None,
) -> None:
    """Run everything, and write what a grader reads: report.html, report.md, evidence.json, pictures."""
    from verify.lab.planting import BY_NAME
    from verify.report.folder import check_report_folder, write_report
    from verify.report.safe import visible

    trains = submission is None and evidence is None and not quick
    require(TRAINING if trains else JUDGING, "training" if trains else "judging")
    own.check_together(context, submission, _OF_THE_LAB, ("seed",))
    settings.check_settings({"dataset": dataset, "epochs": epochs})
    planted = options.mistake(mistake, BY_NAME)
    options.check_given(data=data, **{"from": evidence})
    usual = "report" if submission is None else options.folder_name(Path(submission).stem)
    folder = options.report_folder(out, usual if name is None else name)
    check_report_folder(folder)
    asked = _Asked(mistake, quick, data, dataset, epochs)
    if submission is not None:
        found = own.judge(context, submission)
    elif evidence is not None:
        found = _rendered_again(evidence, asked)
    else:
        found = _run_both(planted, asked)
    if not digits:
        found = found.without_digits()
    write_report(found, folder)
    typer.echo(visible(found.sentence))
    typer.echo(f"The report is in {folder}: report.html, report.md, evidence.json.")
    raise typer.Exit(status(found))


def _rendered_again(path: str, asked: _Asked) -> Evidence:
    """Return the evidence that stands in a file. Raises BadInput where it should also be made."""
    if not asked.usual:
        raise BadInput("--from: renders evidence that is there already; leave out the options that say how to make it")
    from verify.evidence.records import Evidence
    from verify.files import read_text

    return Evidence.from_json(read_text(Path(path), "an evidence.json that verify wrote"))


def _run_both(mistake: WrongStep | None, asked: _Asked) -> Evidence:
    """Return the evidence of the made cases and of the training together."""
    from verify.interrupts import CtrlC
    from verify.lab.check import check_cases, check_network
    from verify.report.progress import TrainingProgress

    if asked.quick:
        return check_network(mistake=mistake, command=asked.command(), whole=True)
    from verify.training.data import find_dataset
    from verify.training.end_to_end import check_training
    from verify.training.loop import Settings

    found = find_dataset(Path(asked.data) if asked.data else None, asked.dataset)  # type: ignore[arg-type]
    with TrainingProgress() as progress, CtrlC(progress.say_at_once) as stop:
        if found.note:
            progress.say(found.note)
        return check_training(
            found,
            Settings(epochs=asked.epochs),
            mistake=mistake,
            stop=stop.asked,
            progress=progress,
            beside=check_cases(mistake=mistake, cases=None, oracles=None, seed=42),
            whole=True,
            command=asked.command(),
        )
