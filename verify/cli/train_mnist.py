"""`verify train-mnist`: do right gradients also learn?"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

from verify import settings
from verify.cli import options
from verify.cli.showing import show
from verify.cli.status import status
from verify.memory import TRAINING, require

if TYPE_CHECKING:
    from verify.evidence.records import Evidence
    from verify.lab.planting import WrongStep

Data = Annotated[
    str | None,
    typer.Option("--data", metavar="PATH", help="MNIST: Keras's mnist.npz, or a folder with the four IDX files."),
]
DatasetName = Annotated[
    str,
    typer.Option("--dataset", metavar="NAME", help="auto (MNIST, else digits), mnist, or digits (scikit-learn's)."),
]
Loop = Annotated[
    str | None,
    typer.Option("--loop", metavar="NAME", help="intended (all samples; the lab's own beside it), or as-written."),
]
Seed = Annotated[int | None, typer.Option("--seed", metavar="N", help="The seed of weights and shuffles; default 42.")]
MistakeName = Annotated[
    str | None, typer.Option("--mistake", metavar="NAME", help="Plant this mistake, and show what it costs.")
]
Oracle = Annotated[
    list[str] | None,
    typer.Option(
        "--oracle", metavar="NAME", help="As in grads; the default is exact, central-difference and complex-step."
    ),
]
Save = Annotated[
    str | None, typer.Option("--save", metavar="PATH", help="Save the training here, to continue it later.")
]
Resume = Annotated[str | None, typer.Option("--resume", metavar="PATH", help="Continue a training that --save wrote.")]
Json = Annotated[
    str | None,
    typer.Option("--json", metavar="PATH", help="Write the evidence as JSON here; - is standard output."),
]


class _Asked(NamedTuple):
    """The options as they are given."""

    data: str | None
    dataset: str
    epochs: int
    given: Mapping[str, Any]  # the other settings, where they are given
    mistake: str | None
    oracle: tuple[str, ...]
    twin: bool
    save: str | None
    resume: str | None

    def command(self) -> str:
        """Return the command that gives the same again."""
        data, dataset = self.data and Path(self.data).absolute().name, self.dataset
        words = options.words(data=data, dataset=dataset if dataset != "auto" else None)
        words += options.words(epochs=self.epochs if self.epochs != 50 else None, **self.given, mistake=self.mistake)
        words += [word for name in self.oracle for word in ("--oracle", name)]
        words += ["--twin"] * self.twin + options.words(resume=self.resume and Path(self.resume).name)
        return " ".join(["verify train-mnist", *words])


def train_mnist(  # noqa: PLR0913, PLR0917  # Typer makes an option of each argument
    data: Data = None,
    dataset: DatasetName = "auto",
    loop: Loop = None,
    epochs: Annotated[int, typer.Option("--epochs", metavar="N", help="Epochs in all.")] = 50,
    batch: Annotated[int | None, typer.Option("--batch", metavar="M", help="Samples in a batch; default 128.")] = None,
    eta: Annotated[float | None, typer.Option("--eta", metavar="ETA", help="The learning rate; default 0.1.")] = None,
    hidden: Annotated[int | None, typer.Option("--hidden", metavar="N_H", help="Hidden units; default 128.")] = None,
    seed: Seed = None,
    dtype: Annotated[str | None, typer.Option("--dtype", metavar="TYPE", help="float64, or float32.")] = None,
    mistake: MistakeName = None,
    oracle: Oracle = None,
    twin: Annotated[bool, typer.Option("--twin", help="Train a Keras twin for an epoch too (TensorFlow).")] = False,
    save: Save = None,
    resume: Resume = None,
    figures: Annotated[str | None, typer.Option("--figures", metavar="DIR", help="Write the pictures here.")] = None,
    json: Json = None,
) -> None:
    """Train the lab's network on MNIST, as the end-to-end check that right gradients also learn."""
    from verify.lab.planting import BY_NAME
    from verify.oracles import NAMES

    require(TRAINING, "training")
    options.check_given(data=data, save=save, resume=resume, figures=figures)
    given = {"loop": loop, "batch": batch, "eta": eta, "hidden": hidden, "seed": seed, "dtype": dtype}
    given = {name: value for name, value in given.items() if value is not None}
    settings.check_settings({"dataset": dataset, "epochs": epochs, **given})
    oracles = options.oracles(oracle, NAMES)
    planted = options.mistake(mistake, BY_NAME)
    options.check_outputs(json, save, figures)

    asked = _Asked(data, dataset, epochs, given, mistake, tuple(oracle or ()), twin, save, resume)
    evidence = _trained(asked, planted, oracles)
    show(evidence, json)
    if figures:
        from verify.report.pictures import write_figures

        write_figures(evidence, Path(figures))
    raise typer.Exit(status(evidence))


def _trained(asked: _Asked, mistake: WrongStep | None, oracles: tuple[str, ...] | None) -> Evidence:
    """Return the evidence of the training, or of the rest of one that was saved; it is saved where that is asked."""
    from verify.interrupts import CtrlC
    from verify.report.progress import TrainingProgress
    from verify.training import checkpoint
    from verify.training.checks import ORACLES
    from verify.training.data import find_dataset
    from verify.training.end_to_end import check_training
    from verify.training.loop import Settings, State

    found = find_dataset(Path(asked.data) if asked.data else None, asked.dataset)  # type: ignore[arg-type]
    chosen, state = Settings(epochs=asked.epochs, **asked.given), None
    if asked.resume:
        state, chosen = checkpoint.resume(Path(asked.resume), chosen, set(asked.given), found, asked.mistake)

    def keep(state: State, settings: Settings) -> None:
        if asked.save:
            checkpoint.save(Path(asked.save), state, settings, found, asked.mistake)

    with TrainingProgress() as progress, CtrlC(progress.say_at_once) as stop:
        if found.note:
            progress.say(found.note)
        return check_training(
            found,
            chosen,
            mistake=mistake,
            oracles=oracles or ORACLES,
            twin=asked.twin,
            state=state,
            stop=stop.asked,
            progress=progress,
            keep=keep,
            command=asked.command(),
        )
