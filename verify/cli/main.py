"""The command line: parses, calls, renders, sets the exit status. With `cli_submission`, all that knows argv.

Exit status: 0 correct, 1 a gradient is wrong, 2 usage, unreadable input or output that cannot be written,
3 could not judge, 4 a fault of verify, 130 interrupted.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from verify import settings as options
from verify.cli import submission as own
from verify.cli.showing import show
from verify.errors import BadInput, CouldNotJudge, VerifyError
from verify.interrupts import Signals
from verify.memory import LACKING, ran_out, spare
from verify.output import Output, end_in_one_line

if TYPE_CHECKING:
    from verify.evidence.records import Evidence
    from verify.lab.planting import Mistake

EXIT = {"correct": 0, "wrong": 1, "could not judge": 3}
USAGE = 2
FAULT = 4
INTERRUPTED = 130
LACKED = (f"could not judge: {LACKING}", EXIT["could not judge"])

app = typer.Typer(
    name="verify",
    help="Is a hand-written backward pass the gradient of its loss? Says so, and shows why.",
    epilog="Exit status: 0 correct, 1 a gradient is wrong, 2 usage, unreadable input or output that "
    "cannot be written, 3 could not judge, 4 a fault of verify.",
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


@app.callback(invoke_without_command=True)
def verify(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Show the version and exit.")] = False,
) -> None:
    """Is a hand-written backward pass the gradient of its loss? Says so, and shows why."""
    if version:
        from verify import __version__

        typer.echo(f"verify {__version__}")
        raise typer.Exit(0)
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


@app.command()
def grads(
    context: typer.Context,
    submission: own.File = None,
    sizes: Annotated[
        list[str] | None,
        typer.Option("--sizes", metavar="N_X,N_H,N_Y", help="A net to check, like 2,3,2; may be given several times."),
    ] = None,
    batch: Annotated[int | None, typer.Option("--batch", metavar="M", help="Samples in a batch.")] = None,
    seed: Annotated[int, typer.Option("--seed", metavar="N", help="The seed of weights and batches.")] = 42,
    oracle: Annotated[
        list[str] | None,
        typer.Option(
            "--oracle",
            metavar="NAME",
            help="symbolic, exact, central-difference, complex-step, autodiff, or all; may be given several "
            "times. The default is all but autodiff, which loads TensorFlow.",
        ),
    ] = None,
    json: Annotated[
        str | None,
        typer.Option("--json", metavar="PATH", help="Write the evidence as JSON here; - is standard output."),
    ] = None,
    mistake: Annotated[str | None, typer.Option("--mistake", metavar="NAME", help="Plant this mistake first.")] = None,
    convention: own.Convention = None,
    write_convention: own.WriteConvention = None,
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
) -> None:
    """Check the lab's gradients, or those of somebody's own code, against independent oracles."""
    own.check_together(context, submission, ("sizes", "batch", "oracle", "mistake"))
    options.check_settings({"batch": batch, "seed": seed})
    options.check_outputs(json)
    if submission is not None:
        own.check_convention_output(write_convention, json)
        evidence = own.judge(context, submission, seed)
        show(evidence, json, write_convention)
        raise typer.Exit(_status(evidence))

    from verify.lab.planting import BY_NAME
    from verify.nets.cases import make_cases
    from verify.oracles import NAMES

    wanted = None if not sizes else [options.sizes(text) for text in sizes]
    oracles = options.oracles(oracle, NAMES)
    planted = options.mistake(mistake, BY_NAME)

    from verify.lab.check import check_network

    words = [word for text in sizes or () for word in ("--sizes", text)]
    words += options.words(batch=batch, seed=seed if seed != 42 else None)
    words += [word for name in oracle or () for word in ("--oracle", name)] + options.words(mistake=mistake)
    evidence = check_network(
        mistake=planted,
        cases=None if wanted is None and batch is None else make_cases(wanted, batch, seed),
        oracles=oracles,
        command=" ".join(["verify grads", *words]),
        seed=seed,
    )
    show(evidence, json)
    raise typer.Exit(_status(evidence))


@app.command()
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
    batch: Annotated[int | None, typer.Option("--batch", metavar="M", help="Samples in a batch; 128.")] = None,
    eta: Annotated[float | None, typer.Option("--eta", metavar="ETA", help="The learning rate; 0.1.")] = None,
    hidden: Annotated[int | None, typer.Option("--hidden", metavar="N_H", help="Hidden units; 128.")] = None,
    seed: Annotated[int | None, typer.Option("--seed", metavar="N", help="Of weights and shuffles; 42.")] = None,
    dtype: Annotated[str | None, typer.Option("--dtype", metavar="TYPE", help="float64, or float32.")] = None,
    mistake: Annotated[
        str | None, typer.Option("--mistake", metavar="NAME", help="Plant this mistake, and show what it costs.")
    ] = None,
    oracle: Annotated[
        list[str] | None,
        typer.Option("--oracle", metavar="NAME", help="As in grads; here exact, central-difference and complex-step."),
    ] = None,
    twin: Annotated[bool, typer.Option("--twin", help="Train a Keras twin for an epoch too (TensorFlow).")] = False,
    save: Annotated[
        str | None, typer.Option("--save", metavar="PATH", help="Write the trained parameters here, to go on later.")
    ] = None,
    resume: Annotated[
        str | None, typer.Option("--resume", metavar="PATH", help="Go on with a training that --save wrote.")
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

    options.check_given(data=data, save=save, resume=resume, figures=figures)
    given = {"loop": loop, "batch": batch, "eta": eta, "hidden": hidden, "seed": seed, "dtype": dtype}
    given = {name: value for name, value in given.items() if value is not None}
    options.check_settings({"dataset": dataset, "epochs": epochs, **given})
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
    settings, state = Settings(epochs=epochs, **given), None  # type: ignore[arg-type]
    if resume:
        state, settings = checkpoint.resume(Path(resume), settings, set(given), found, mistake)

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
            settings,
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
    raise typer.Exit(_status(evidence))


@app.command()
def report(
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
) -> None:
    """Run everything, and write what a grader reads: report.html, report.md, evidence.json, pictures."""
    from verify.lab.planting import BY_NAME
    from verify.report.folder import check_report_folder, write_report
    from verify.report.safe import visible

    own.check_together(context, submission, ("mistake", "data", "dataset", "epochs", "quick", "evidence", "digits"))
    options.check_settings({"dataset": dataset, "epochs": epochs})
    planted = options.mistake(mistake, BY_NAME)
    options.check_given(data=data, **{"from": evidence})
    usual = "report" if submission is None else options.folder_name(Path(submission).stem)
    folder = options.report_folder(out, usual if name is None else name)
    check_report_folder(folder)
    if submission is not None:
        found = own.judge(context, submission)
    elif evidence is not None:
        if mistake or data or quick or dataset != "auto" or epochs != 50:
            raise BadInput("--from: renders evidence as it is; leave out what tells how to make it")
        from verify.evidence.records import Evidence
        from verify.files import read_text

        found = Evidence.from_json(read_text(Path(evidence), "an evidence.json that verify wrote"))
    else:
        words = ["--quick"] * quick + options.words(data=data and Path(data).absolute().name)
        words += options.words(dataset=None if dataset == "auto" else dataset, epochs=epochs if epochs != 50 else None)
        command = " ".join(["verify report", *words, *options.words(mistake=mistake)])
        found = _run_both(planted, command, quick, data, dataset, epochs)
    if not digits:
        found = found.without_digits()
    write_report(found, folder)
    typer.echo(visible(found.sentence))
    typer.echo(f"The report is in {folder}: report.html, report.md, evidence.json.")
    raise typer.Exit(_status(found))


def _run_both(
    mistake: Mistake | None, command: str, quick: bool, data: str | None, dataset: str, epochs: int
) -> Evidence:
    """Return the evidence of the made cases and of the training together."""
    from verify.interrupts import CtrlC
    from verify.lab.check import check_cases, check_network
    from verify.report.progress import TrainingProgress

    if quick:
        return check_network(mistake=mistake, command=command, whole=True)
    from verify.training.data import find_dataset
    from verify.training.end_to_end import check_training
    from verify.training.loop import Settings

    found = find_dataset(Path(data) if data else None, dataset)  # type: ignore[arg-type]
    with TrainingProgress() as progress, CtrlC(progress.say_at_once) as stop:
        if found.note:
            progress.say(found.note)
        return check_training(
            found,
            Settings(epochs=epochs),
            mistake=mistake,
            stop=stop.asked,
            progress=progress,
            beside=check_cases(mistake=mistake, cases=None, oracles=None, seed=42),
            whole=True,
            command=command,
        )


@app.command()
def cage() -> None:
    """Say what this machine offers to run somebody's code apart, and what each cage promises and leaves."""
    from verify.report.terminal import console, render_cages
    from verify.sandbox.cage import offers

    render_cages(offers(), console())


@app.command()
def mistakes() -> None:
    """List the known mistakes, for grads --mistake NAME."""
    from verify.lab.planting import MISTAKES
    from verify.report.terminal import console, render_mistakes

    shown = {one.name: (f"{one.step} = {one.wrong}", one.sentence) for one in MISTAKES}
    render_mistakes(shown, console())


@app.command()
def explain(
    parameter: Annotated[str, typer.Argument(metavar="PARAMETER", help="W1, b1, W2, b2, or a step such as dZ2.")],
) -> None:
    """Print why a gradient is what it is, with proofs."""
    from verify.lab.derivation import REASONS_FOR, explanation

    name = parameter if parameter in REASONS_FOR else f"d{parameter}"
    if name not in REASONS_FOR:
        raise BadInput(f"{parameter}: expected W1, b1, W2 or b2, or one of {', '.join(REASONS_FOR)}")
    from verify.report.terminal import console, render_steps

    render_steps(f"Why {name} is what it is", explanation(name), console())


def _status(evidence: Evidence) -> int:
    if evidence.kind == "fault of verify":
        return FAULT
    return INTERRUPTED if evidence.interrupted else EXIT[evidence.verdict]


def main() -> None:
    """Run the command line; every error that verify knows, and every signal, is one line on standard error."""
    with Signals(), Output():
        _run()


def _run() -> None:
    try:
        spare()
        status = app(prog_name="verify", standalone_mode=False)
    except CouldNotJudge as error:
        _fail(f"could not judge: {error}", EXIT["could not judge"])
    except VerifyError as error:
        _fail(*(LACKED if ran_out(error) else (str(error), USAGE)))
    except typer.TyperException as error:
        said = error.format_message().rstrip(".")
        _fail(f"{said}{'' if said.endswith('?') else '.'} See: verify --help")
    except (typer.Abort, KeyboardInterrupt):
        _fail("interrupted", 130)
    except Exception as error:  # nobody foresaw it: never a traceback, never the status of a wrong gradient
        if ran_out(error):
            end_in_one_line(*LACKED)
        from verify.faults import kind, why

        _fail(f"could not judge: {why(error)}", FAULT if kind(error) else EXIT["could not judge"])
    if status == 130:  # Typer's word for Ctrl-C
        _fail("interrupted", 130)
    sys.exit(status if isinstance(status, int) else 0)


def _fail(message: str, status: int = USAGE) -> NoReturn:
    from verify.report.safe import visible

    end_in_one_line(visible(" ".join(message.split())), status)
