"""`verify train-mnist`: do right gradients also learn?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from verify import settings
from verify.cli import options
from verify.cli.showing import show
from verify.cli.status import status
from verify.memory import TRAINING, require


def train_mnist(
    data: Annotated[
        str | None,
        typer.Option("--data", metavar="PATH", help="MNIST: Keras's mnist.npz, or a folder with the four IDX files."),
    ] = None,
    dataset: Annotated[
        str,
        typer.Option("--dataset", metavar="NAME", help="auto (MNIST, else digits), mnist, or digits (scikit-learn's)."),
    ] = "auto",
    loop: Annotated[
        str | None,
        typer.Option("--loop", metavar="NAME", help="intended (all samples; the lab's own beside it), or as-written."),
    ] = None,
    epochs: Annotated[int, typer.Option("--epochs", metavar="N", help="Epochs in all.")] = 50,
    batch: Annotated[int | None, typer.Option("--batch", metavar="M", help="Samples in a batch; default 128.")] = None,
    eta: Annotated[float | None, typer.Option("--eta", metavar="ETA", help="The learning rate; default 0.1.")] = None,
    hidden: Annotated[int | None, typer.Option("--hidden", metavar="N_H", help="Hidden units; default 128.")] = None,
    seed: Annotated[
        int | None, typer.Option("--seed", metavar="N", help="The seed of weights and shuffles; default 42.")
    ] = None,
    dtype: Annotated[str | None, typer.Option("--dtype", metavar="TYPE", help="float64, or float32.")] = None,
    mistake: Annotated[
        str | None, typer.Option("--mistake", metavar="NAME", help="Plant this mistake, and show what it costs.")
    ] = None,
    oracle: Annotated[
        list[str] | None,
        typer.Option(
            "--oracle", metavar="NAME", help="As in grads; the default is exact, central-difference and complex-step."
        ),
    ] = None,
    twin: Annotated[bool, typer.Option("--twin", help="Train a Keras twin for an epoch too (TensorFlow).")] = False,
    save: Annotated[
        str | None, typer.Option("--save", metavar="PATH", help="Save the training here, to continue it later.")
    ] = None,
    resume: Annotated[
        str | None, typer.Option("--resume", metavar="PATH", help="Continue a training that --save wrote.")
    ] = None,
    figures: Annotated[str | None, typer.Option("--figures", metavar="DIR", help="Write the pictures here.")] = None,
    json: Annotated[
        str | None,
        typer.Option("--json", metavar="PATH", help="Write the evidence as JSON here; - is standard output."),
    ] = None,
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

    from verify.interrupts import CtrlC
    from verify.report.progress import TrainingProgress
    from verify.training import checkpoint
    from verify.training.checks import ORACLES
    from verify.training.data import find_dataset
    from verify.training.end_to_end import check_training
    from verify.training.loop import Settings, State

    found = find_dataset(Path(data) if data else None, dataset)  # type: ignore[arg-type]
    chosen, state = Settings(epochs=epochs, **given), None  # type: ignore[arg-type]
    if resume:
        state, chosen = checkpoint.resume(Path(resume), chosen, set(given), found, mistake)

    def keep(state: State, settings: Settings) -> None:
        if save:
            checkpoint.save(Path(save), state, settings, found, mistake)

    words = options.words(data=data and Path(data).absolute().name, dataset=dataset if dataset != "auto" else None)
    words += options.words(epochs=epochs if epochs != 50 else None, **given, mistake=mistake)
    words += [word for name in oracle or () for word in ("--oracle", name)]
    words += ["--twin"] * twin + options.words(resume=resume and Path(resume).name)
    with TrainingProgress() as progress, CtrlC(progress.say_at_once) as stop:
        if found.note:
            progress.say(found.note)
        evidence = check_training(
            found,
            chosen,
            mistake=planted,
            oracles=oracles or ORACLES,
            twin=twin,
            state=state,
            stop=stop.asked,
            progress=progress,
            keep=keep,
            command=" ".join(["verify train-mnist", *words]),
        )
    show(evidence, json)
    if figures:
        from verify.report.pictures import write_figures

        write_figures(evidence, Path(figures))
    raise typer.Exit(status(evidence))
