"""What a loss of the file is given, which training does not compute: names of the pass that mean the same."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice, product
from typing import Final

from verify.reading.program.functions import Function
from verify.reading.program.vocabulary import data_of, holds_samples, meaning_of
from verify.reading.wiring.plan_records import Argument, ResultBinding

_MOST: Final = 6  # ways to give a loss its arguments


def from_the_pass(
    function: Function, names: Sequence[str], updated: set[str], own: Sequence[str], output: str | None = None
) -> Iterator[tuple[Argument, ...]]:
    """Yield what a loss may be given of the names of a pass: the same name, or names that mean the same.

    Those that stand in the loop itself come first; a batch has another name than the data it is taken from, and which
    of them is meant shows where one of them is moved. `output` stands for the one argument beside targets that nothing
    else is known of: p of bce(p, t).
    """
    ways = [_ways(function, name, names, updated, own) for name in function.arguments]
    unknown = [place for place, one in enumerate(ways) if not one]
    if output is not None and len(ways) == 2 and len(unknown) == 1 and data_of(_other(function, unknown[0])) == "Y":
        ways[unknown[0]] = [output]
    for given in islice(product(*ways), _MOST):
        arguments = zip(function.arguments, given, strict=True)
        yield tuple(
            Argument(name, ResultBinding("update", (("key", other),))) for name, other in arguments if other is not None
        )


def _other(function: Function, place: int) -> str:
    return function.arguments[1 - place]


def _ways(
    function: Function, name: str, names: Sequence[str], updated: set[str], own: Sequence[str]
) -> list[str | None]:
    meaning = meaning_of(name)
    alike = [other for other in names if meaning is not None and meaning_of(other) == meaning and other not in updated]
    if holds_samples(name):  # a batch of them first
        alike += sorted((other for other in names if holds_samples(other)), key=lambda other: other not in own)
    alike = [one for one in alike if one in own] or alike
    first = [name] if name in names and name not in updated and not holds_samples(name) else []
    found: list[str | None] = [*dict.fromkeys((*first, *alike))]
    return found or ([None] if name in function.defaults else [])
