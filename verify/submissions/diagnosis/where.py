"""Where the first wrong gradient is made, and in words which are right, which are wrong, and between which lines."""

from __future__ import annotations

import ast
from collections.abc import Collection, Sequence
from typing import Final

from verify.judgement.coverage import listed
from verify.reading.parsing.document import Document, Place
from verify.reading.parsing.trees import nodes_of
from verify.reading.program.functions import Function
from verify.reading.program.syntax import is_product
from verify.reading.program.tracing import Event, Key, events_of, kinds_in
from verify.reading.wiring.plan_records import TrainingMaker
from verify.submissions.diagnosis.slices import Lines, Slices
from verify.submissions.execution.calling import Reading
from verify.submissions.execution.messages import RETURNED

_GAP: Final = 1  # between two lines of one range


def suspects(
    document: Document,
    functions: Sequence[Function],
    reading: Reading,
    wrong: Collection[str],
    known: Collection[int] = (),
) -> Lines | None:
    """Return the lines of the judged code that may hold the mistake, by what leads to which gradient.

    `known` are lines whose values are known to be right. None where the text does not show it.
    """
    bodies = _judged(document, reading)
    if not bodies:
        return None
    classes = {one.owner for one in functions if one.owner is not None}
    kinds = kinds_in((node for cell in document.cells for node in cell.nodes), classes)
    before = _before(reading)
    forward = len(events_of(before, functions, kinds))  # these lines make the loss: of that it is the derivative
    slices = Slices(
        events_of([*before, *bodies], functions, kinds), reading.structure.parameters, updates=reading.applied
    )
    return slices.suspects(wrong, _loss(reading), forward, known)


def of_step(found: Lines, step: str) -> Event:
    """Return the line that makes a step: of dA the first product, of dZ what comes last before the gradients."""
    own = [one for one in found.events if not one.calls] or list(found.events)
    if step == "dA":
        products = (one for one in own if any(map(is_product, nodes_of(one.node))))
        return next(products, own[0])
    return own[-1] if step == "dZ" else own[0]


def cell_of(reading: Reading) -> int | None:
    """Return the cell in which the judged code stands."""
    maker = reading.container.maker
    if isinstance(maker, TrainingMaker):
        return maker.cut.cell
    judged = reading.roles.backward or reading.roles.update
    return None if judged is None else judged.place.cell


def place_of(found: Lines, cell: int | None) -> Place:
    """Return the first of the lines, in the order in which they run."""
    return Place(cell, found.events[0].line)


def in_words(found: Lines) -> str:
    """Return which gradients are right and which are wrong first, and what leads to these alone."""
    wrong = f"{listed(found.root)} {_be(found.root)} wrong"
    right = f", {listed(found.right)} {_be(found.right)} right" if found.right else ", and none is right"
    numbers = found.numbers
    told = f"{'the lines' if len(numbers) > 1 else 'line'} {in_ranges(numbers)}"
    if not found.alone:
        return f"{wrong}{right}; what is wrong is made in {told}, as is what is right."
    return f"{wrong}{right}: {told} {'lead' if len(numbers) > 1 else 'leads'} to what is wrong alone; look there first."


def _be(names: Sequence[str]) -> str:
    return "is" if len(names) == 1 else "are"


def in_ranges(numbers: Sequence[int]) -> str:
    """Return lines in words: 30; 30 and 33; 9, 27 to 33 and 43."""
    ranges: list[list[int]] = []
    for number in numbers:
        if ranges and number - ranges[-1][1] <= _GAP:
            ranges[-1][1] = number
        else:
            ranges.append([number, number])
    return listed([str(first) if first == last else f"{first} to {last}" for first, last in ranges])


def _judged(document: Document, reading: Reading) -> list[tuple[str, Sequence[ast.stmt]]]:
    """Return the loop that is judged; else the functions that are, in the order in which they are called."""
    maker = reading.container.maker
    if isinstance(maker, TrainingMaker):
        for node in document.cell(maker.cut.cell).nodes:
            if isinstance(node, ast.For | ast.While) and node.lineno == maker.cut.line:
                return [(maker.name, node.body)]
        return []
    roles = reading.roles
    return _bodies([roles.backward, roles.update if reading.applied else None])


def _before(reading: Reading) -> list[tuple[str, Sequence[ast.stmt]]]:
    """Return the functions that are called before the judged ones, and compute the loss."""
    roles = reading.roles
    if isinstance(reading.container.maker, TrainingMaker):
        return []
    return _bodies([one for one in (roles.forward, roles.loss) if one not in (roles.backward, roles.update)])


def _bodies(functions: Sequence[Function | None]) -> list[tuple[str, Sequence[ast.stmt]]]:
    return [
        (one.name if one.owner is None else f"{one.owner}.{one.name}", one.tree.body)
        for one in dict.fromkeys(functions)
        if one is not None
    ]


def _loss(reading: Reading) -> Key | None:
    """Return by which name the loss is found among what the judged code writes."""
    if reading.loss is None:
        return None
    section, path = reading.loss
    function = section.removeprefix("locals ")
    if not path or path == (("key", RETURNED),):
        loss = reading.roles.loss
        return ("<result>", loss.name if loss is not None and section == "loss" else function)
    return (str(path[-1][1]),)
