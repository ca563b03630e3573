"""What the judge, the first process in a cage and its workers say to each other, apart from what the driver is asked.

Between judge and zygote each message is one packet of JSON, and a record on both sides. Between judge and worker the
header of a message on the wire has the number of the question, and the driver's own JSON, of which nothing is known.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Final, NamedTuple, TypedDict, get_type_hints

PACKET: Final = 4096  # bytes of the longest packet between judge and zygote

CUT_OFF: Final = 71  # the status of a worker that lost its channel to the judge

Json = Mapping[str, object]  # a header as it came over the wire: a JSON object


class Asked(TypedDict):
    """The header of a question to a worker."""

    id: str
    ask: Json


class Answered(TypedDict):
    """The header of a worker's answer, under the number of the question."""

    id: str
    answer: Json


class Fork(NamedTuple):
    """A wish for a new worker; its socket and its pipe are attached to the packet."""


class End(NamedTuple):
    """A wish that a worker ends, after so many seconds of grace."""

    pid: int
    grace: float


class Clock(NamedTuple):
    """A wish to know how much processor time a worker has used."""

    pid: int


class Ready(NamedTuple):
    """The zygote has loaded what it needs."""


class Forked(NamedTuple):
    """The process number of a new worker."""

    pid: int


class NotForked(NamedTuple):
    """Why no worker could be forked."""

    error: str


class Ended(NamedTuple):
    """The wait status of a worker that has ended, and whether it had to be killed."""

    status: int
    killed: bool


class Used(NamedTuple):
    """The seconds of processor time that a worker has used; below 0 where that cannot be known."""

    seconds: float


Wish = Fork | End | Clock
Reply = Ready | Forked | NotForked | Ended | Used
_FIELDS: Final = {kind: get_type_hints(kind) for kind in (Fork, End, Clock, Ready, Forked, NotForked, Ended, Used)}


def packet_of(message: Wish | Reply) -> bytes:
    """Return a message between judge and zygote as a packet."""
    return json.dumps({"is": type(message).__name__, **message._asdict()}).encode()


def wish_in(packet: bytes) -> Wish:
    """Return the judge's wish in a packet. Raises ValueError for a packet that holds none."""
    message = _message_in(packet)
    if isinstance(message, Fork | End | Clock):
        return message
    raise ValueError(f"a packet holds {type(message).__name__}, expected a wish")


def reply_in(packet: bytes) -> Reply:
    """Return the zygote's reply in a packet. Raises ValueError for a packet that holds none."""
    message = _message_in(packet)
    if isinstance(message, Fork | End | Clock):
        raise ValueError(f"a packet holds {type(message).__name__}, expected a reply")
    return message


def _message_in(packet: bytes) -> Wish | Reply:
    found = json.loads(packet)
    if not isinstance(found, dict):
        raise ValueError("a packet is no JSON object")
    name = found.pop("is", None)
    kind = next((one for one in _FIELDS if one.__name__ == name), None)
    if kind is None or set(found) != set(_FIELDS[kind]):
        raise ValueError("a packet is no message between judge and zygote")
    for name, wanted in _FIELDS[kind].items():
        if type(found[name]) not in ((int, float) if wanted is float else (wanted,)):
            raise ValueError(f"the {name} in a packet is a {type(found[name]).__name__}")
    return kind(**found)
