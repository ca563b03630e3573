"""The command line: parses, calls, renders, sets the exit status. The only file that knows argv.

Exit status: 0 correct, 1 a gradient is wrong, 2 usage or unreadable input, 3 could not judge.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from verify.errors import BadInput, VerifyError

if TYPE_CHECKING:
    from verify.evidence import Evidence

EXIT = {"correct": 0, "wrong": 1, "could not judge": 3}
USAGE = 2
LARGEST = 5_000_000  # entries of a net that fits in memory several times over

app = typer.Typer(
    name="verify",
    help="Is a hand-written backward pass the gradient of its loss? Says so, and shows why.",
    epilog="Exit status: 0 correct, 1 a gradient is wrong, 2 usage or unreadable input, 3 could not judge.",
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
    mistake: Annotated[
        str | None, typer.Option("--mistake", metavar="NAME", help="Plant this mistake of the catalogue first.")
    ] = None,
) -> None:
    """Check the lab's gradients against independent oracles."""
    from verify.cases import make_cases
    from verify.mistakes import BY_NAME
    from verify.oracles import NAMES

    wanted = None if not sizes else [_sizes(text) for text in sizes]
    if batch is not None and not 1 <= batch <= 10_000:
        raise BadInput(f"--batch {batch}: expected a whole number of samples from 1 to 10000")
    if not 0 <= seed < 2**32:
        raise BadInput(f"--seed {seed}: expected a whole number from 0 to {2**32 - 1}")
    oracles = _oracles(oracle, NAMES)
    if mistake is not None and mistake not in BY_NAME:
        raise BadInput(f"--mistake {mistake}: no such mistake{_nearest(mistake, list(BY_NAME))}; see: verify mistakes")
    if json == "":
        raise BadInput("--json: expected the path of a file to write, or - for standard output")
    if json not in (None, "-"):
        from verify.files import check_writable

        check_writable(Path(str(json)))  # before the work is done

    from verify.check import check_network

    evidence = check_network(
        mistake=BY_NAME[mistake] if mistake else None,
        cases=None if wanted is None and batch is None else make_cases(wanted, batch, seed),
        oracles=oracles,
        command=" ".join(["verify", *_replay(sizes, batch, seed, oracle, mistake)]),
        seed=seed,
    )
    _show(evidence, json)
    raise typer.Exit(EXIT[evidence.verdict])


@app.command()
def mistakes() -> None:
    """List the known mistakes, for grads --mistake NAME."""
    from verify.mistakes import MISTAKES
    from verify.report.terminal import console, render_mistakes

    shown = {one.name: (f"{one.step} = {one.wrong}", one.sentence) for one in MISTAKES}
    render_mistakes(shown, console())


@app.command()
def explain(
    parameter: Annotated[str, typer.Argument(metavar="PARAMETER", help="W1, b1, W2, b2, or a step such as dZ2.")],
) -> None:
    """Print why a gradient is what it is, with proofs."""
    from verify.derivation import REASONS_FOR, explanation

    name = parameter if parameter in REASONS_FOR else f"d{parameter}"
    if name not in REASONS_FOR:
        raise BadInput(f"{parameter}: expected W1, b1, W2 or b2, or one of {', '.join(REASONS_FOR)}")
    from verify.report.terminal import console, render_steps

    render_steps(f"Why {name} is what it is", explanation(name), console())


def _sizes(text: str) -> tuple[int, int, int]:
    right = "expected three whole numbers from 1, n_x,n_h,n_y, like --sizes 2,3,2"
    if not re.fullmatch(r"\s*[0-9]{1,12}\s*(,\s*[0-9]{1,12}\s*){2}", text):
        raise BadInput(f"--sizes {text}: {right}")
    numbers = [int(part) for part in text.split(",")]
    if min(numbers) < 1:
        raise BadInput(f"--sizes {text}: {right}")
    n_x, n_h, n_y = numbers
    if (n_x + 1) * n_h + (n_h + 1) * n_y > LARGEST:
        raise BadInput(f"--sizes {text}: more than {LARGEST:,} parameters; the lab's own net has 101,770")
    return n_x, n_h, n_y


def _oracles(given: list[str] | None, names: tuple[str, ...]) -> tuple[str, ...] | None:
    if not given:
        return None
    if "all" in given:
        return names
    for name in given:
        if name not in names:
            raise BadInput(f"--oracle {name}: no such oracle; expected one of {', '.join(names)}, or all")
    return tuple(name for name in names if name in given)


def _nearest(name: str, known: list[str]) -> str:
    import difflib

    close = difflib.get_close_matches(name, known, n=1)
    return f", did you mean {close[0]}?" if close else ""


def _replay(
    sizes: list[str] | None, batch: int | None, seed: int, oracle: list[str] | None, mistake: str | None
) -> list[str]:
    words = ["grads", *(word for text in sizes or () for word in ("--sizes", text))]
    words += [] if batch is None else ["--batch", str(batch)]
    words += [] if seed == 42 else ["--seed", str(seed)]
    words += [word for name in oracle or () for word in ("--oracle", name)]
    return words + ([] if mistake is None else ["--mistake", mistake])


def _show(evidence: Evidence, json: str | None) -> None:
    from verify.report.terminal import console, render

    if json == "-":
        sys.stdout.write(evidence.to_json())
        return
    render(evidence, console())
    if json is not None:
        from verify.files import write_whole

        write_whole(Path(json), evidence.to_json())


def main() -> None:
    """Run the command line; every error that verify knows is one line on standard error."""
    try:
        status = app(prog_name="verify", standalone_mode=False)
    except VerifyError as error:
        _fail(str(error))
    except typer.TyperException as error:
        said = error.format_message().rstrip(".")
        _fail(f"{said}{'' if said.endswith('?') else '.'} See: verify --help")
    except (typer.Abort, KeyboardInterrupt):
        _fail("interrupted", 130)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(0)
    if status == 130:  # Typer's word for Ctrl-C
        _fail("interrupted", 130)
    sys.exit(status if isinstance(status, int) else 0)


def _fail(message: str, status: int = USAGE) -> None:
    line = " ".join(message.split())
    sys.stderr.write(f"verify: {line}\n")
    sys.exit(status)
