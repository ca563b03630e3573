"""`verify explain`: why a gradient is what it is."""

from __future__ import annotations

from typing import Annotated

import typer

from verify.errors import BadInput
from verify.memory import JUDGING, require


def explain(
    parameter: Annotated[str, typer.Argument(metavar="PARAMETER", help="W1, b1, W2, b2, or a step such as dZ2.")],
) -> None:
    """Print why a gradient is what it is, with proofs."""
    require(JUDGING, "proving")
    from verify.lab.derivation import REASONS_FOR, explanation

    name = parameter if parameter in REASONS_FOR else f"d{parameter}"
    if name not in REASONS_FOR:
        raise BadInput(f"{parameter}: expected W1, b1, W2 or b2, or one of {', '.join(REASONS_FOR)}")
    from verify.report.terminal import console, render_steps

    render_steps(f"Why {name} is what it is", explanation(name), console())
