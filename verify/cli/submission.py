"""The part of the command line about somebody's own code: its options, what goes with what, and the check itself."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from verify import settings
from verify.cli import options
from verify.errors import BadInput
from verify.files import check_writable

if TYPE_CHECKING:
    from verify.evidence.records import Evidence

SECONDS: Final = 20.0
MEMORY: Final = 2048

File = Annotated[
    str | None,
    typer.Argument(metavar="SUBMISSION", help="Somebody's own code, a .py or .ipynb; without it, the lab's network."),
]
Convention = Annotated[
    str | None,
    typer.Option("--convention", metavar="FILE", help="What should not be inferred of a submission, as TOML."),
]
WriteConvention = Annotated[
    str | None,
    typer.Option("--write-convention", metavar="PATH", help="Write what was inferred as TOML; - is standard output."),
]
Forward = Annotated[str | None, typer.Option("--forward", metavar="NAME", help="Its function for the forward pass.")]
Backward = Annotated[str | None, typer.Option("--backward", metavar="NAME", help="Its function for the gradients.")]
Loss = Annotated[str | None, typer.Option("--loss", metavar="NAME", help="Its function for the loss.")]
Update = Annotated[
    str | None, typer.Option("--update", metavar="NAME", help="Its function that updates the parameters.")
]
Init = Annotated[str | None, typer.Option("--init", metavar="NAME", help="Its function that makes the parameters.")]
Class = Annotated[str | None, typer.Option("--class", metavar="NAME", help="Its class whose methods these are.")]
Samples = Annotated[
    str | None, typer.Option("--samples", metavar="WORD", help="What a sample is in X: rows, columns or vector.")
]
Labels = Annotated[
    str | None,
    typer.Option("--labels", metavar="WORD", help="What Y holds: one-hot, integers, integers-column or flat."),
]
Outputs = Annotated[int | None, typer.Option("--outputs", metavar="N", help="Units of its output layer.")]
Timeout = Annotated[
    float | None, typer.Option("--timeout", metavar="SECONDS", help=f"Limit of processor time; default {SECONDS:g}.")
]
Memory = Annotated[int | None, typer.Option("--memory", metavar="MIB", help=f"Memory limit; default {MEMORY}.")]
RequireCage = Annotated[
    str | None,
    typer.Option("--require-cage", metavar="LEVEL", help="Run it in this cage or a stronger one; see: verify cage."),
]
Seed = Annotated[
    int | None, typer.Option("--seed", metavar="N", help="The seed of its points; default: drawn anew for each run.")
]

_TOLD: Final = ("forward", "backward", "loss", "update", "init", "class_", "samples", "labels", "outputs")
_LIMITS: Final = ("timeout", "memory", "require_cage")
_OWN: Final = ("convention", "write_convention", *_TOLD, *_LIMITS)
_FLAGS: Final = {"class_": "--class", "evidence": "--from", "digits": "--no-digits"}


def check_together(
    context: typer.Context, submission: str | None, alien: tuple[str, ...], own: tuple[str, ...] = ()
) -> None:
    """Raise BadInput for an option that needs a submission where there is none, or that does not go with one.

    `own` need one in this command, beside those that need one in every command.
    """
    given = _given(context)
    for name in given:
        if submission is None and name in (*_OWN, *own):
            flag = _flag(name)
            raise BadInput(f"{flag}: is about a submission; expected verify {context.info_name} SUBMISSION {flag} ...")
        if submission is not None and name in alien:
            raise BadInput(f"{_flag(name)}: is about the lab's own network; leave it out, or leave {submission} out")
    if submission == "":
        raise BadInput("SUBMISSION: expected a path, got nothing")


def check_convention_output(path: str | None, json: str | None) -> None:
    """Raise BadInput where the convention could not be written later, or two things would stand on one output."""
    if path == "":
        raise BadInput("--write-convention: expected the path of a file to write, or - for standard output")
    if path is not None and path == json:
        where = "standard output" if path == "-" else path
        raise BadInput(f"--write-convention: {where} is where --json writes; write one of them elsewhere")
    if path not in (None, "-"):
        check_writable(Path(str(path)))


def judge(context: typer.Context, submission: str) -> Evidence:
    """Return the verdict on somebody's file, run as the options of the command say.

    Raises BadInput for options that mean nothing, a file that can't be read, and a cage that is not available.
    """
    from verify.reading.wiring.conventions import checked, read_convention
    from verify.sandbox.cage import LEVELS

    given = _given(context)
    settings.check_settings({name: given.get(name) for name in ("timeout", "memory", "seed")})
    settings.check_choice("require-cage", given.get("require_cage"), LEVELS)
    options.check_given(convention=given.get("convention"))
    overrides = {
        name.rstrip("_"): checked(name.rstrip("_"), given[name], _flag(name)) for name in _TOLD if name in given
    }
    told = read_convention(Path(given["convention"])) if "convention" in given else {}

    from verify.submissions.judge import check_submission

    return check_submission(
        Path(submission),
        convention={**told, **overrides},
        level=given.get("require_cage"),
        seconds=given.get("timeout", SECONDS),
        memory=given.get("memory", MEMORY),
        command=_command(str(context.info_name), submission, given, overrides),
        seed=given.get("seed"),
    )


def _command(name: str, submission: str, given: Mapping[str, Any], overrides: Mapping[str, str]) -> str:
    """Return the command that gives the same again with the seed behind it, in the folder where the files are."""
    words = ["verify", name, Path(submission).name]
    words += options.words(convention=Path(given["convention"]).name if "convention" in given else None)
    words += options.words(**overrides)
    words += options.words(timeout=f"{given['timeout']:g}" if "timeout" in given else None, memory=given.get("memory"))
    words += options.words(**{"require-cage": given.get("require_cage")})
    return shlex.join(words)


def _given(context: typer.Context) -> dict[str, Any]:
    """Return the options that stand on the command line, with their values."""
    found = {}
    for name, value in context.params.items():
        source = context.get_parameter_source(name)
        if source is not None and source.name != "DEFAULT":
            found[name] = value
    return found


def _flag(name: str) -> str:
    return _FLAGS.get(name, f"--{name.replace('_', '-')}")
