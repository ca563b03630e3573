"""The command line runs: parses, calls, renders, ends with an exit status."""

from __future__ import annotations

import sys
from typing import Annotated, Final, NoReturn

import typer

from verify.cli.cage import cage
from verify.cli.explain import explain
from verify.cli.grads import grads
from verify.cli.mistakes import mistakes
from verify.cli.report import report
from verify.cli.status import COULD_NOT_JUDGE, FAULT, IN_WORDS, INTERRUPTED, USAGE
from verify.cli.train_mnist import train_mnist
from verify.errors import CouldNotJudge, VerifyError
from verify.interrupts import Signals
from verify.memory import LACKING, ran_out, spare
from verify.output import Output, end_in_one_line
from verify.version import VERSION

LACKED: Final = (f"could not judge: {LACKING}", COULD_NOT_JUDGE)

app = typer.Typer(
    name="verify",
    help="Is a hand-written backward pass the gradient of its loss? Says so, and shows why.",
    epilog=IN_WORDS,
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
        typer.echo(f"verify {VERSION}")
        raise typer.Exit(0)
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


for command in (grads, train_mnist, report, cage, mistakes, explain):
    app.command()(command)


def main() -> None:
    """Run the command line; every error that verify knows, and every signal, is one line on standard error."""
    with Signals(), Output():
        _run()


def _run() -> None:
    try:
        spare()
        status = app(prog_name="verify", standalone_mode=False)
    except CouldNotJudge as error:
        _fail(f"could not judge: {error}", COULD_NOT_JUDGE)
    except VerifyError as error:
        _fail(*(LACKED if ran_out(error) else (str(error), USAGE)))
    except typer.TyperException as error:
        said = error.format_message().rstrip(".")
        _fail(f"{said}{'' if said.endswith('?') else '.'} See: verify --help")
    except (typer.Abort, KeyboardInterrupt):
        _fail("interrupted", INTERRUPTED)
    except Exception as error:  # nobody foresaw it: never a traceback, never the status of a wrong gradient
        if ran_out(error):
            end_in_one_line(*LACKED)
        from verify.faults import kind, why

        _fail(f"could not judge: {why(error)}", FAULT if kind(error) else COULD_NOT_JUDGE)
    if status == INTERRUPTED:  # Typer's word for Ctrl-C
        _fail("interrupted", INTERRUPTED)
    sys.exit(status if isinstance(status, int) else 0)


def _fail(message: str, status: int = USAGE) -> NoReturn:
    from verify.report.safe import visible

    end_in_one_line(visible(" ".join(message.split())), status)
