"""Why somebody's code could not be judged: first what stopped, in the names of the code, then the option that helps."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

import numpy as np

from verify.reading.parsing.document import Place
from verify.reading.program.functions import Function
from verify.reading.program.placeholders import Placeholder, placeholders
from verify.reading.program.program import Program
from verify.reading.program.vocabulary import roles_of
from verify.reading.wiring.losses import Declared
from verify.reading.wiring.roles import Roles
from verify.sandbox.session import Failed
from verify.submissions.execution.answers import Leaves, Refused
from verify.submissions.execution.calling import Reading
from verify.submissions.execution.messages import KIND
from verify.submissions.execution.stopping import shown
from verify.submissions.trials.depth import Stopped

WHICH_OUTPUTS: Final = (
    "with one output its gradients are right, with several they are wrong, and nothing says which is meant"
)
_SHOWN: Final = 2  # reasons of one kind that are told


class Reason(NamedTuple):
    """Why there is no verdict, without a full stop, and what would help: a sentence, or nothing."""

    why: str
    help: str = ""


@dataclass(frozen=True)
class Attempt:
    """What came of calling a submission: where its functions stopped, and what could not be run before."""

    readings: Sequence[Roles]  # who is who, the likeliest first
    functions: Sequence[Function] = ()  # all of the file
    complaints: Sequence[Refused] = ()  # why trials failed
    stopped: Refused | None = None  # where the backward pass stopped, after a forward pass that is understood
    broken: Sequence[str] = ()  # errors of statements of the file, with their places
    ran: bool = False  # the functions ran, and no gradient was found
    leaves: Leaves = field(default_factory=dict)  # what they returned then


WHICH: Final = (
    "If other functions are meant, name them with --forward NAME, --backward NAME, --loss NAME, --update NAME, "
    "--init NAME or --class NAME"
)
MORE_TIME: Final = "--timeout SECONDS gives it more time"
MORE_MEMORY: Final = "--memory MIB gives it more memory"


def reason(attempt: Attempt) -> Reason:
    """Return why no gradient was found."""
    unwritten = _not_attempted(attempt)
    if unwritten:
        return Reason(unwritten)
    if attempt.stopped is not None and not attempt.ran:
        return _stopped(attempt, attempt.stopped)
    said = list(dict.fromkeys(_told(one) for one in attempt.complaints))[:_SHOWN]
    broken = list(dict.fromkeys(attempt.broken))[:_SHOWN]
    if any("memory limit" in one for one in said):
        return Reason("; ".join([*said, *broken]), MORE_MEMORY)
    if attempt.ran:
        return Reason(_no_gradient(attempt), "If another function gives the gradients, name it with --backward NAME")
    if said:
        return Reason(
            f"no way was found to call its functions; trials ended with: {'; '.join([*said, *broken])}", WHICH
        )
    why = "no parameters were found: no function makes them, and there are no names like W1 and b1"
    return Reason("; ".join([why, *broken]), "If a function makes the parameters, name it with --init NAME")


_KINDS: Final = {
    "NoneType": "None", "generator": "a generator, because it uses yield", "coroutine": "a coroutine, because it is "
    "async", "str": "a text", "dict": "a dictionary in which no array stands under a name or a number",
    "list": "a list without an array", "tuple": "a tuple without an array", "function": "a function",
}  # fmt: skip


def _no_gradient(attempt: Attempt) -> str:
    """Return what the function that is judged returns instead of gradients."""
    which = _judged(attempt)
    if which is None:
        return "its functions run, but nothing that they return, keep or change was recognised as a gradient"
    for role in ("backward", "update"):
        kinds = [str(path[0][1]) for section, path in attempt.leaves if section == f"{KIND}{role}"]
        if kinds:
            returned = _KINDS.get(kinds[0], f"a {kinds[0]} without an array")
            return f"{which.name} returns {returned} ({which.place}), and no gradient of a parameter is kept elsewhere"
        shapes = [shown(np.shape(value)) for (section, _), value in attempt.leaves.items() if section == role]
        if shapes:
            return (
                f"{which.name} returns {', '.join(shapes[:4])}{', ...' if len(shapes) > 4 else ''} ({which.place}), "
                "and nothing of that was recognised as the gradient of a parameter, by its name or its shape"
            )
    return f"{which.name} runs, but nothing that it returns, keeps or changes was recognised as a gradient"


def _judged(attempt: Attempt) -> Function | None:
    return next((one.backward or one.update for one in attempt.readings), None)


def _not_attempted(attempt: Attempt) -> str:
    """Return which function is not written yet, or nothing."""
    seen = attempt.readings if _may_be_unwritten(attempt) else attempt.readings[:1]
    every = [one for roles in seen for one in (roles.backward, roles.update, roles.forward, roles.init) if one]
    every += [one for one in attempt.functions if any(one.name in other.calls for other in every)]
    found = [(one, placeholders(one)) for one in dict.fromkeys(every) if not _is_abstract(one, attempt.functions)]
    found.sort(key=lambda pair: not any(one.whole for one in pair[1]))
    return next((not_attempted(function, waiting) for function, waiting in found if waiting), "")


def unwritten_function(functions: Sequence[Function]) -> str:
    """Return which of the functions that would be judged holds no code, or nothing, where none could be called."""
    for function in functions:
        found = () if _is_abstract(function, functions) else placeholders(function)
        if found and found[0].whole and {"backward", "forward", "update"} & set(roles_of(function.name)):
            return not_attempted(function, found)
    return ""


def async_function(program: Program) -> str:
    """Return which function that would be judged is async, or nothing: it gives a coroutine and no gradients."""
    for cell, node in program.nodes(ast.AsyncFunctionDef):
        if {"backward", "forward", "update"} & set(roles_of(node.name)):
            return f"{node.name} is async ({cell.place(node)}): calling it gives a coroutine and no arrays"
    return ""


def _may_be_unwritten(attempt: Attempt) -> bool:
    """Whether a function other than those that were called may be the one that is not written."""
    stopped = str(attempt.stopped or "")
    return attempt.stopped is None or "NoneType" in stopped or "NotImplemented" in stopped


def _is_abstract(function: Function, functions: Sequence[Function]) -> bool:
    """Whether another class has a method of this name that is written: then this one only says that it must be."""
    same = [one for one in functions if one.name == function.name and one.owner != function.owner and one.owner]
    return function.owner is not None and any(not any(two.whole for two in placeholders(one)) for one in same)


def not_attempted(function: Function, found: Sequence[Placeholder]) -> str:
    """Return the words for a function that is not written, or not to its end."""
    first = found[0]
    if first.whole:
        return f"not attempted: {function.name} holds no code yet, only {first.text} ({first.place})"
    return f"not attempted to the end: in {function.name}, {first.text} waits for code ({first.place})"


def _stopped(attempt: Attempt, stopped: Refused) -> Reason:
    which = _judged(attempt)
    name = which.name if which is not None else "its backward pass"
    help_ = MORE_MEMORY if "memory limit" in str(stopped) else ""
    advice = stopped.advice or stopped.conclusion
    return Reason(f"{name} stops{where_of(stopped)}: {stopped}{f': {advice}' if advice else ''}", help_)


def _told(refused: Refused) -> str:
    return f"{refused}{f': {refused.conclusion}' if refused.conclusion else ''}{where_of(refused)}"


def where_of(refused: Refused) -> str:
    """Return the place where code stopped, in brackets, or nothing."""
    return f" ({Place(*refused.place)})" if refused.place else ""


def failure(kind: str, reason: str) -> Reason:
    """Return why a process gave no answer, and the option that helps against it."""
    return Reason(reason, {"time": MORE_TIME, "memory": MORE_MEMORY}.get(kind, ""))


def stops_deeper(stopped: Stopped, reading: Reading) -> str:
    """Return why nothing is said about a net that is right, where it stops with more layers."""
    return (
        f"its gradients are right in a net of {len(reading.structure.sizes) - 1} layers, but it makes nets of any "
        f"depth, and with {stopped.layers} layers {stopped.what}: {stopped.refused}{where_of(stopped.refused)}"
    )


def why_no_loss(complaints: Sequence[Refused], declared: Declared) -> str:
    """Return why the loss that the file declares could not be evaluated: no other is taken for it."""
    stopped = next((str(one) for one in complaints if one.step == "loss"), "")
    said = f": {stopped}" if stopped else ", because nothing says what it is given"
    return f"the file declares a loss, {declared.name} ({declared.place}), which could not be evaluated{said}"


def told_first(refusals: Sequence[Refused], failed: Failed) -> Failed:
    """Return why trials ended: where one after the other met the memory limit and so used up the time, it is that."""
    met = next((f"{one}{where_of(one)}" for one in refusals if "memory limit" in str(one)), None)
    return Failed("memory", met) if failed.kind == "time" and met is not None else failed
