"""`verify grads`: are the gradients of a file, or of the lab's network, right?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Final

import typer

from verify import settings
from verify.cli import options
from verify.cli import submission as own
from verify.cli.showing import show
from verify.cli.status import status
from verify.memory import JUDGING, require

if TYPE_CHECKING:
    from verify.evidence.records import Evidence

SEED: Final = 42

Sizes = Annotated[
    list[str] | None,
    typer.Option("--sizes", metavar="N_X,N_H,N_Y", help="A net to check, like 2,3,2; may be given several times."),
]
Oracle = Annotated[
    list[str] | None,
    typer.Option(
        "--oracle",
        metavar="NAME",
        help="balls, symbolic, exact, central-difference, complex-step, autodiff, or all; may be given several "
        "times. The default is all but autodiff, which loads TensorFlow.",
    ),
]
Json = Annotated[
    str | None, typer.Option("--json", metavar="PATH", help="Write the evidence as JSON here; - is standard output.")
]


def grads(  # noqa: PLR0913, PLR0917  # Typer makes an option of each argument
    context: typer.Context,
    submission: own.File = None,
    sizes: Sizes = None,
    batch: Annotated[int | None, typer.Option("--batch", metavar="M", help="Samples in a batch.")] = None,
    seed: Annotated[
        int | None,
        typer.Option(
            "--seed",
            metavar="N",
            help="The seed of weights and batches; default 42, of a submission drawn anew for each run.",
        ),
    ] = None,
    oracle: Oracle = None,
    json: Json = None,
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
    require(JUDGING, "judging")
    own.check_together(context, submission, ("sizes", "batch", "oracle", "mistake"))
    settings.check_settings({"batch": batch, "seed": seed})
    options.check_outputs(json)
    if submission is not None:
        own.check_convention_output(write_convention, json)
        evidence = own.judge(context, submission)
        show(evidence, json, write_convention)
    else:
        evidence = _labs_own(sizes or (), batch, SEED if seed is None else seed, oracle or (), mistake)
        show(evidence, json)
    raise typer.Exit(status(evidence))


def _labs_own(
    sizes: Sequence[str], batch: int | None, seed: int, oracle: Sequence[str], mistake: str | None
) -> Evidence:
    """Return the verdict on the lab's own network; the options are read before anything slow is loaded."""
    from verify.lab.planting import BY_NAME
    from verify.nets.cases import make_cases
    from verify.oracles import NAMES

    wanted = [options.sizes(text) for text in sizes] or None
    oracles = options.oracles(oracle, NAMES)
    planted = options.mistake(mistake, BY_NAME)

    from verify.lab.check import check_network

    words = [word for text in sizes for word in ("--sizes", text)]
    words += options.words(batch=batch, seed=seed if seed != SEED else None)
    words += [word for name in oracle for word in ("--oracle", name)] + options.words(mistake=mistake)
    return check_network(
        mistake=planted,
        cases=None if wanted is None and batch is None else make_cases(wanted, batch, seed),
        oracles=oracles,
        command=" ".join(["verify grads", *words]),
        seed=seed,
    )
