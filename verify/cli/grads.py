"""`verify grads`: are the gradients of a file, or of the lab's network, right?"""

from __future__ import annotations

from typing import Annotated

import typer

from verify import settings
from verify.cli import options
from verify.cli import submission as own
from verify.cli.showing import show
from verify.cli.status import status
from verify.memory import JUDGING, require


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
    require(JUDGING, "judging")
    own.check_together(context, submission, ("sizes", "batch", "oracle", "mistake"))
    settings.check_settings({"batch": batch, "seed": seed})
    options.check_outputs(json)
    if submission is not None:
        own.check_convention_output(write_convention, json)
        evidence = own.judge(context, submission, seed)
        show(evidence, json, write_convention)
        raise typer.Exit(status(evidence))

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
    raise typer.Exit(status(evidence))
