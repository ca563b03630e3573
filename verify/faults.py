"""A fault of verify itself: an exception that nobody foresaw is never a verdict about the code that was given.

Every public entry is wrapped: what it raises without having foreseen it becomes *could not judge: a fault of verify*,
with the place in verify, and exit status 4. This is the net; a fault that is met is mended all the same.
"""

from __future__ import annotations

import functools
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Final, ParamSpec

from verify.errors import VerifyError, said, text_of
from verify.evidence.records import Evidence, Kind, Replay
from verify.memory import LACKING, ran_out
from verify.version import versions

P = ParamSpec("P")

_HOUSE: Final = Path(__file__).resolve().parents[1]


class Theirs(Exception):
    """An exception of a function that the caller gave: it is the caller's, and goes back as it was."""

    def __init__(self, error: Exception) -> None:
        super().__init__(text_of(error))
        self.error = error


def judged_or_fault(entry: Callable[P, Evidence]) -> Callable[P, Evidence]:
    """Return the entry; what it raises without having foreseen it becomes evidence that verify has a fault.

    Errors that verify raises on purpose, those of the caller's own functions, and interrupts pass.
    """

    @functools.wraps(entry)
    def judged(*given: P.args, **named: P.kwargs) -> Evidence:
        try:
            return entry(*given, **named)
        except VerifyError:
            raise
        except Theirs as theirs:
            raise theirs.error from theirs.error.__cause__
        except Exception as error:
            path = next((one for one in given if isinstance(one, Path)), None)
            subject = named.get("subject", entry.__name__ if path is None else path.name)
            command, seed = named.get("command", entry.__name__), named.get("seed", 0)
            return _evidence(error, str(subject), str(command), seed if isinstance(seed, int) else 0)

    return judged


def _evidence(error: Exception, subject: str, command: str, seed: int) -> Evidence:
    """Return the evidence that nothing was judged, because verify failed."""
    return Evidence(
        subject=subject, verdict="could not judge", sentence=f"Could not judge: {why(error)}", oracles=(),
        derivation=(), summary=(), cases=(), mistakes={}, caught=(), diagnoses=(), findings=(), trusted=(),
        replay=Replay(command, seed, versions("numpy"), {}), kind=kind(error),
    )  # fmt: skip


def kind(error: BaseException) -> Kind | None:
    """Return whether an exception is a fault of verify; one of the machine's limits is none."""
    return None if ran_out(error) or isinstance(error, RecursionError) else "fault of verify"


def why(error: BaseException) -> str:
    """Return in a sentence why an unforeseen exception ended the judging, with its place in verify."""
    if ran_out(error):
        return f"{LACKING}."
    place = _place(error)
    if isinstance(error, RecursionError):
        return f"something in the code is nested deeper than Python can follow ({place}). Split it into smaller parts."
    return (
        f"a fault of verify, not of the code that was given: {said(error)} ({place}). Please report it with the file."
    )


def _place(error: BaseException) -> str:
    """Return the last line of verify's own code that the exception came through."""
    for frame, line in reversed(list(traceback.walk_tb(error.__traceback__))):
        path = Path(frame.f_code.co_filename)
        if path.is_relative_to(_HOUSE / "verify") or path.is_relative_to(_HOUSE / "derivations"):
            return f"{path.relative_to(_HOUSE).as_posix()}, line {line}"
    return "in no line of verify"
