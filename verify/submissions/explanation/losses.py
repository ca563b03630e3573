"""Which loss was evaluated, in words: where it stands in the file, and how it is known for the loss."""

from __future__ import annotations

import re
from typing import Final, NamedTuple, TypeGuard

from verify.reading.parsing.document import Place
from verify.reading.program.functions import Function
from verify.reading.wiring.finding import Candidates
from verify.reading.wiring.plan_records import TrainingMaker
from verify.reading.wiring.provenance import Source
from verify.submissions.execution.calling import Reading
from verify.submissions.execution.messages import RETURNED
from verify.submissions.trials.shown import shown_at

_NAMED: Final = re.compile(r"loss|cost|perte|co[uû]t")
BODY: Final = "the loop's body"


class Evaluated(NamedTuple):
    """The loss that was evaluated: the name of a function, or which number it is; its place, and how it is known."""

    words: str
    source: Source

    @property
    def placed(self) -> str:
        """The words with the place."""
        return self.words if self.source.place is None else f"{self.words} ({self.source.place})"


def evaluated(reading: Reading, candidates: Candidates) -> Evaluated | None:
    """Return the loss that was evaluated, or None where none was."""
    if reading.loss is None:
        return None
    (section, path), maker = reading.loss, reading.container.maker
    last = str(path[-1][1]) if path else ""
    if shown_at(reading.loss) is not None and (shown := words_of_shown(reading)) is not None:
        return _found(shown, None, candidates)
    if isinstance(maker, TrainingMaker) and section == "update":
        return _found(f"the number {last} of the training loop", Place(maker.cut.cell, maker.cut.line), candidates)
    if section.startswith("locals "):
        name = section.removeprefix("locals ")
        words = name if last == RETURNED else f"the number {last} in {name}"
        return _found(words, place_of(name, candidates), candidates)
    if section == "update" and is_lifted(reading.roles.update, candidates):
        return _found(f"the number {last} of {BODY}", place_of(reading.roles.update.name, candidates), candidates)
    steps = (*reading.forward_steps, *reading.backward_steps)
    name = next((one.name for one in steps if one.role == section), "")
    if section == "container" or not name:
        return _found(f"the number {last} that is kept", None, candidates)
    of_loss = section == "loss" or (reading.roles.loss is not None and reading.roles.loss is reading.roles.backward)
    return _found(name if of_loss else f"a number that {name} returns", place_of(name, candidates), candidates)


def words_of_shown(reading: Reading) -> str | None:
    """Return the words for the loss where it is a number that training shows, or one that is not called a loss."""
    shown, maker = shown_at(reading.loss), reading.container.maker
    if reading.loss is None or not isinstance(maker, TrainingMaker):
        return None
    if shown is None:
        (section, path) = reading.loss
        last = str(path[-1][1]) if path else ""
        named = section != "update" or last.lower() == "j" or _NAMED.search(last.lower()) is not None
        return None if named else f"the number {last} of the training loop ({Place(maker.cut.cell, maker.cut.line)})"
    how = "printed" if shown.how == "print" else "kept"
    return f"the number {how} in {Place(maker.cut.cell, shown.line)}"


def is_lifted(function: Function | None, candidates: Candidates) -> TypeGuard[Function]:
    """Whether this is no function of the file, but the body of a loop that was made one."""
    lifted = candidates.lifted
    return function is not None and lifted is not None and function.place == lifted.place


def place_of(name: str, candidates: Candidates) -> Place | None:
    """Return where a function of this name is defined."""
    return next((one.place for one in candidates.functions_used if one.name == name), None)


def _found(words: str, place: Place | None, candidates: Candidates) -> Evaluated:
    return Evaluated(words, Source("told" if "loss" in candidates.told else "by name", place))
