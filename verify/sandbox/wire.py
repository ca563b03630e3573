"""One message is a JSON header and some arrays, with all lengths in front; nothing is ever unpickled.

lengths of the JSON and of the arrays (two little-endian unsigned 64-bit numbers)
JSON: {"header": {...}, "arrays": [[name, dtype, shape], ...]}
the arrays, one after the other: raw bytes in C order, little-endian
"""

from __future__ import annotations

import json
import math
import socket
import struct
import time
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

import numpy as np

DTYPES: Final = (
    "bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64",
    "float32", "float64", "complex64", "complex128",
)  # fmt: skip
LARGEST_HEADER: Final = 4 << 20  # bytes of JSON
DEEPEST: Final = 32  # lists in dictionaries in lists
MOST_ARRAYS: Final = 10_000
_LENGTHS: Final = struct.Struct("<QQ")
_PIECE: Final = 1 << 20
_MOST_AXES: Final = 32


class _Listed(NamedTuple):
    """What a message says of one of its arrays."""

    name: str
    dtype: str
    shape: tuple[int, ...]


class BadMessage(Exception):
    """A message that is not formed as agreed; the text says what is wrong with it."""


class TooLarge(BadMessage):
    """A message that is formed as agreed, as far as was looked, and larger than allowed."""


class Closed(Exception):
    """The other side is gone, maybe in the middle of a message."""


class TimedOut(Exception):
    """The deadline passed before the message was through."""


class Deadline(ABC):
    """How long a message is waited for, where that is not a fixed time: it is asked again whenever it has passed."""

    @abstractmethod
    def left(self) -> float:
        """Return the seconds that may still be waited, 0 where no more may."""


def send(
    sock: socket.socket,
    header: Mapping[str, object],
    arrays: Mapping[str, Any] | None = None,
    *,
    deadline: Deadline | float | None = None,
) -> None:
    """Send one message, until the deadline (a time of time.monotonic, or what says how long is left).

    Raises BadMessage, before anything is sent, where the header is no JSON or an array has a dtype that is not in
    DTYPES; Closed and TimedOut.
    """
    listed, bodies = [], []
    for name, given in (arrays or {}).items():
        array = np.asarray(given)
        if array.dtype.name not in DTYPES:
            raise BadMessage(f"array {name!r} has dtype {array.dtype}, expected one of {', '.join(DTYPES)}")
        listed.append([name, array.dtype.name, list(array.shape)])
        bodies.append(array.astype(array.dtype.newbyteorder("<"), copy=False).tobytes())
    try:
        text = json.dumps({"header": header, "arrays": listed}).encode()
    except (TypeError, ValueError, RecursionError) as error:
        raise BadMessage(f"the header is no JSON: {str(error)[:200]}") from error
    if len(text) > LARGEST_HEADER:
        raise TooLarge(f"the header has {len(text)} bytes, at most {LARGEST_HEADER} are allowed")
    for part in (_LENGTHS.pack(len(text), sum(map(len, bodies))) + text, *bodies):
        _send_all(sock, memoryview(part), deadline)


def receive(
    sock: socket.socket, *, largest: int, deadline: Deadline | float | None
) -> tuple[dict[str, object], dict[str, np.ndarray[Any, Any]]]:
    """Return the header and the arrays of the next message, if it is whole before the deadline (of time.monotonic).

    `largest` bounds the bytes of all arrays; every size is checked before memory is taken for it.
    Raises BadMessage for anything malformed (TooLarge is one), Closed and TimedOut.
    """
    size, rest = _LENGTHS.unpack(_receive_all(sock, _LENGTHS.size, deadline))
    if size > LARGEST_HEADER:
        raise TooLarge(f"its header claims {size} bytes, at most {LARGEST_HEADER} are allowed")
    if rest > largest:
        raise TooLarge(f"its arrays claim {rest} bytes, at most {largest} are allowed")
    header, listed = _parsed(bytes(_receive_all(sock, size, deadline)))
    sizes = [math.prod(shape) * np.dtype(dtype).itemsize for _, dtype, shape in listed]
    if sum(sizes) != rest:
        raise BadMessage(f"its arrays claim {rest} bytes, their shapes make {sum(sizes)}")
    body = memoryview(_receive_all(sock, rest, deadline))
    arrays: dict[str, np.ndarray[Any, Any]] = {}
    start = 0
    for (name, dtype, shape), length in zip(listed, sizes, strict=True):
        raw = np.frombuffer(body[start : start + length], dtype=np.uint8)
        if dtype == "bool" and np.any(raw > 1):
            raise BadMessage(f"array {name!r} of bool holds a byte that is neither 0 nor 1")
        arrays[name] = raw.copy().view(np.dtype(dtype).newbyteorder("<")).reshape(shape)
        start += length
    return header, arrays


def _parsed(text: bytes) -> tuple[dict[str, object], list[_Listed]]:
    try:
        whole = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadMessage(f"its header is no JSON: {str(error)[:200]}") from error
    if not isinstance(whole, dict) or set(whole) != {"header", "arrays"} or not isinstance(whole["arrays"], list):
        raise BadMessage("its JSON is not {header, arrays}")
    if not isinstance(whole["header"], dict):
        raise BadMessage(f"its header is a {type(whole['header']).__name__}, expected a dictionary")
    _check_depth(whole["header"])
    if len(whole["arrays"]) > MOST_ARRAYS:
        raise BadMessage(f"it lists {len(whole['arrays'])} arrays, at most {MOST_ARRAYS} are allowed")
    listed: dict[str, _Listed] = {}
    for one in whole["arrays"]:
        if not isinstance(one, list) or len(one) != 3 or not isinstance(one[0], str):
            raise BadMessage("an array is not listed as [name, dtype, shape]")
        name, dtype, shape = one
        if dtype not in DTYPES:
            raise BadMessage(f"array {name!r} has dtype {str(dtype)[:40]!r}, expected one of {', '.join(DTYPES)}")
        if not isinstance(shape, list) or len(shape) > _MOST_AXES or not all(type(n) is int and n >= 0 for n in shape):
            raise BadMessage(f"array {name!r} has the shape {str(shape)[:80]}, expected sizes")
        if math.prod(n for n in shape if n) >= 1 << 48:  # also where another axis of length 0 leaves no entry
            raise BadMessage(f"array {name!r} has the shape {str(shape)[:80]}, which no memory can hold")
        if name in listed:
            raise BadMessage(f"array {name!r} is listed twice")
        listed[name] = _Listed(name, dtype, tuple(shape))
    return whole["header"], list(listed.values())


def _check_depth(value: object) -> None:
    """Raise BadMessage where containers stand deeper in each other than DEEPEST; takes no recursion itself."""
    level: list[object] = [value]
    depth = 0
    while level := [
        part
        for one in level
        for part in (one.values() if isinstance(one, dict) else one if isinstance(one, list) else ())
        if isinstance(part, dict | list)
    ]:
        depth += 1
        if depth >= DEEPEST:
            raise BadMessage(f"its header is nested deeper than {DEEPEST}")


def _wait(sock: socket.socket, deadline: Deadline | float | None) -> None:
    """Let the next call on the socket wait as long as the deadline says."""
    left = deadline.left() if isinstance(deadline, Deadline) else None
    if isinstance(deadline, float):
        left = deadline - time.monotonic()
    if left is not None and left <= 0:
        raise TimedOut
    try:
        sock.settimeout(left)
    except OSError as error:  # somebody closed it on this side
        raise Closed from error


def _send_all(sock: socket.socket, data: memoryview, deadline: Deadline | float | None) -> None:
    sent = 0
    while sent < len(data):
        _wait(sock, deadline)
        try:
            sent += sock.send(data[sent : sent + _PIECE], socket.MSG_NOSIGNAL)
        except TimeoutError:
            continue  # the deadline is asked again
        except OSError as error:
            raise Closed from error


def _receive_all(sock: socket.socket, size: int, deadline: Deadline | float | None) -> bytearray:
    data = bytearray(size)
    view, got = memoryview(data), 0
    while got < size:
        _wait(sock, deadline)
        try:
            count = sock.recv_into(view[got : got + _PIECE])
        except TimeoutError:
            continue  # the deadline is asked again
        except OSError as error:
            raise Closed from error
        if count == 0:
            raise Closed
        got += count
    return data
