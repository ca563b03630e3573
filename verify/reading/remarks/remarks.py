"""What can be read off somebody's code and is worth telling, though no gradient is wrong by it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from verify.reading.parsing.document import Place
from verify.reading.program.program import Program
from verify.reading.remarks.facts import Facts
from verify.reading.remarks.rule import Rule
from verify.reading.remarks.rules import (
    axis_counts_updates,
    changes_argument,
    eps_in_log,
    never_filled,
    python2_print,
    reseeds,
    steps_over_features,
    stop_never_fires,
)

# Every rule once; two remarks on one line are told in this order.
RULES: Final[tuple[Rule, ...]] = (
    eps_in_log.RULE,
    steps_over_features.RULE,
    stop_never_fires.RULE,
    never_filled.RULE,
    axis_counts_updates.RULE,
    reseeds.RULE,
    python2_print.RULE,
    changes_argument.RULE,
)


@dataclass(frozen=True)
class Remark:
    """What is worth telling: its name, which is the id of its rule, a sentence, where it stands and the line there."""

    name: str
    sentence: str
    place: Place
    text: str


def remarks(program: Program) -> tuple[Remark, ...]:
    """Return what is remarkable in the submission's own cells, in their order."""
    facts = Facts(program)
    found = [
        Remark(rule.id, sentence, cell.place(node), cell.line(getattr(node, "lineno", 1)))
        for rule in RULES
        for cell, node, sentence in rule.find(facts)
    ]
    order = {cell.number: position for position, cell in enumerate(program.document.cells)}
    return tuple(sorted(found, key=lambda one: (order[one.place.cell], one.place.line)))
