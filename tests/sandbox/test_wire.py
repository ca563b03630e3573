"""The wire: what is sent arrives, and nothing that is malformed gets through or takes memory."""

from __future__ import annotations

import json
import socket
import struct
import threading
import time
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.patience import HANGS
from verify.sandbox.messages import End, Ended, Fork, Forked, NotForked, Ready, packet_of, reply_in, wish_in
from verify.sandbox.wire import (
    DEEPEST,
    DTYPES,
    LARGEST_HEADER,
    BadMessage,
    Closed,
    TimedOut,
    TooLarge,
    receive,
    send,
)

Pair = tuple[socket.socket, socket.socket]


@pytest.fixture
def pair() -> Iterator[Pair]:
    one, other = socket.socketpair()
    with one, other:
        yield one, other


def _soon() -> float:
    return time.monotonic() + HANGS


def _raw(header: bytes, body: bytes = b"", *, size: int | None = None, rest: int | None = None) -> bytes:
    return (
        struct.pack("<QQ", len(header) if size is None else size, len(body) if rest is None else rest) + header + body
    )


def _given(raw: bytes, *, largest: int = 1 << 20) -> tuple[dict[str, Any], dict[str, Any]]:
    one, other = socket.socketpair()
    with one, other:

        def say() -> None:
            one.sendall(raw)
            one.shutdown(socket.SHUT_WR)

        sender = threading.Thread(target=say)
        sender.start()
        try:
            return receive(other, largest=largest, deadline=_soon())
        finally:
            other.close()
            sender.join()


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", [(), (0,), (3,), (2, 0, 3), (2, 3)])
def test_an_array_arrives_as_it_was_sent(pair: Pair, dtype: str, shape: tuple[int, ...]) -> None:
    array = np.asarray(np.random.default_rng(0).integers(0, 2, size=shape) * 1, dtype=dtype)
    send(pair[0], {"a": 1}, {"x": array})
    header, arrays = receive(pair[1], largest=1 << 20, deadline=_soon())
    assert header == {"a": 1}
    assert arrays["x"].dtype == array.dtype
    assert arrays["x"].shape == array.shape
    np.testing.assert_array_equal(arrays["x"], array)
    arrays["x"][...] = 0  # it is the receiver's own


def test_nan_turned_and_foreign_arrays_arrive(pair: Pair) -> None:
    x = np.array([[np.nan, np.inf], [-0.0, 1.0]])
    send(
        pair[0], {"x": float("nan")}, {"turned": x.T, "every second": x[:, ::2], "big-endian": x.astype(">f8"), "n": 3}
    )
    header, arrays = receive(pair[1], largest=1 << 20, deadline=_soon())
    assert str(header["x"]) == "nan"
    np.testing.assert_array_equal(arrays["turned"], x.T)
    np.testing.assert_array_equal(arrays["every second"], x[:, ::2])
    np.testing.assert_array_equal(arrays["big-endian"], x)
    assert arrays["n"] == 3


def test_a_message_larger_than_the_buffers_arrives(pair: Pair) -> None:
    x = np.arange(1 << 20, dtype=float)
    sender = threading.Thread(target=send, args=(pair[0], {}, {"x": x}))
    sender.start()
    _, arrays = receive(pair[1], largest=x.nbytes, deadline=_soon())
    sender.join()
    np.testing.assert_array_equal(arrays["x"], x)


@pytest.mark.parametrize(
    ("header", "arrays", "said"),
    [
        ({"x": object()}, {}, "no JSON"),
        ({}, {"x": np.array([None])}, "dtype object"),
        ({}, {"x": np.array(["text"])}, "dtype"),
        ({}, {"x": np.zeros(2, dtype=np.float16)}, "dtype float16"),
        ({}, {"x": np.zeros(2, dtype=[("a", float)])}, "dtype"),
        ({"x": "x" * (LARGEST_HEADER + 1)}, {}, "at most"),
    ],
)
def test_what_cannot_be_sent_is_refused_before_anything_is_sent(
    pair: Pair, header: dict[str, Any], arrays: dict[str, Any], said: str
) -> None:
    with pytest.raises(BadMessage, match=said):
        send(pair[0], header, arrays)
    send(pair[0], {"next": True})
    assert receive(pair[1], largest=0, deadline=_soon()) == ({"next": True}, {})


def _with(*arrays: Any, header: Any = None) -> bytes:
    return json.dumps({"header": {} if header is None else header, "arrays": list(arrays)}).encode()


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (_raw(b"no json"), "no JSON"),
        (_raw(b"\xff\xfe"), "no JSON"),
        (_raw(b""), "no JSON"),
        (_raw(b"[" * 100_000), "no JSON"),
        (_raw(b'{"header": {"n": ' + b"9" * 10_000 + b'}, "arrays": []}'), "no JSON"),
        (_raw(b"[]"), "not {header, arrays}"),
        (_raw(b'{"header": {}}'), "not {header, arrays}"),
        (_raw(b'{"header": {}, "arrays": {}}'), "not {header, arrays}"),
        (_raw(b'{"header": {}, "arrays": [], "more": 1}'), "not {header, arrays}"),
        (_raw(_with(header=[1])), "expected a dictionary"),
        (_raw(_with("x")), "not listed"),
        (_raw(_with([1, "bool", []])), "not listed"),
        (_raw(_with(["x", "object", [1]]), b"12345678"), "dtype 'object'"),
        (_raw(_with(["x", ["bool"], [1]]), b"1"), "dtype"),
        (_raw(_with(["x", "O", [1]]), b"12345678"), "dtype 'O'"),
        (_raw(_with(["x", "int8", [-1]])), "shape"),
        (_raw(_with(["x", "int8", [True]]), b"1"), "shape"),
        (_raw(_with(["x", "int8", [1.0]]), b"1"), "shape"),
        (_raw(_with(["x", "int8", 1]), b"1"), "shape"),
        (_raw(_with(["x", "int8", [1] * 33]), b"1"), "shape"),
        (_raw(_with(["x", "int8", [1 << 60, 0]])), "no memory"),
        (_raw(_with(["x", "int8", [2]]), b"1"), "make 2"),
        (_raw(_with(["x", "int8", [1]], ["x", "int8", [1]]), b"12"), "twice"),
        (_raw(_with(["x", "bool", [2]]), b"\x01\x02"), "neither 0 nor 1"),
        (_raw(_with(*([str(n), "int8", [0]] for n in range(10_001)))), "at most"),
    ],
)
def test_a_malformed_message_is_refused(raw: bytes, said: str) -> None:
    with pytest.raises(BadMessage, match=said):
        _given(raw)


@pytest.mark.parametrize("raw", [_raw(b"", size=1 << 62), _raw(_with(), rest=1 << 62), _raw(_with(), rest=1 << 21)])
def test_a_size_is_checked_before_memory_is_taken(raw: bytes) -> None:
    with pytest.raises(TooLarge, match="at most"):
        _given(raw)


def test_a_deep_header_is_refused_and_a_flat_one_not() -> None:
    deep: Any = 1
    for _ in range(DEEPEST - 1):
        deep = [deep]
    assert _given(_raw(_with(header={"x": deep})))[0] == {"x": deep}
    with pytest.raises(BadMessage, match="nested deeper"):
        _given(_raw(_with(header={"x": [deep]})))


@given(st.binary(max_size=200))
def test_no_bytes_do_anything_but_be_refused(data: bytes) -> None:
    with pytest.raises((BadMessage, Closed)):
        _given(data)


@given(st.binary(max_size=60), st.binary(max_size=20))
def test_no_json_and_body_do_anything_but_be_refused(text: bytes, body: bytes) -> None:
    with pytest.raises(BadMessage):
        _given(_raw(text, body))


def test_half_a_message_is_a_closed_channel() -> None:
    whole = _raw(_with(["x", "int8", [4]]), b"1234")
    for length in range(len(whole)):
        with pytest.raises(Closed):
            _given(whole[:length])
    assert _given(whole)[1]["x"].tolist() == list(b"1234")


def test_drops_do_not_move_the_deadline(pair: Pair) -> None:
    ended = threading.Event()

    def drip() -> None:
        pair[0].sendall(struct.pack("<QQ", 1000, 0))
        while not ended.wait(0.05):
            pair[0].sendall(b" ")

    dripping = threading.Thread(target=drip)
    dripping.start()
    try:
        with pytest.raises(TimedOut):
            receive(pair[1], largest=0, deadline=time.monotonic() + 0.3)
    finally:
        ended.set()
        dripping.join()


def test_a_receiver_that_does_not_read_stops_the_sender_at_the_deadline(pair: Pair) -> None:
    with pytest.raises(TimedOut):
        send(pair[0], {}, {"x": np.zeros(1 << 22)}, deadline=time.monotonic() + 0.2)


def test_sending_to_nobody_is_closed_and_no_signal(pair: Pair) -> None:
    pair[1].close()
    with pytest.raises(Closed):
        send(pair[0], {"x": "x" * (1 << 20)})


@pytest.mark.parametrize("shape", [[1 << 47, 1 << 47, 0], [1 << 40, 1 << 40, 0], [0, 1 << 47, 2], [1 << 24, 1 << 24]])
def test_a_shape_whose_product_overflows_is_refused_also_where_an_axis_of_length_0_leaves_no_entry(
    shape: list[int],
) -> None:
    listed = json.dumps({"header": {}, "arrays": [["a", "float64", shape]]}).encode()
    with pytest.raises(BadMessage, match="no memory can hold"):
        _given(_raw(listed))


WHOLE = st.integers(-(1 << 40), 1 << 40)
WISHES = st.builds(Fork) | st.builds(End, WHOLE, st.floats(allow_nan=False))
REPLIES = (
    st.builds(Ready)
    | st.builds(Forked, WHOLE)
    | st.builds(NotForked, st.text(max_size=8))
    | st.builds(Ended, WHOLE, st.booleans())
)


@given(WISHES, REPLIES)
def test_what_judge_and_zygote_say_arrives_as_it_was_sent(wish: Any, reply: Any) -> None:
    for message, heard, other in ((wish, wish_in, reply_in), (reply, reply_in, wish_in)):
        again = heard(packet_of(message))
        assert (type(again), again) == (type(message), message)
        with pytest.raises(ValueError, match="a packet holds"):
            other(packet_of(message))


@pytest.mark.parametrize(
    "packet",
    [
        b"", b"x", b"[]", b"{}", b"null", b'{"is": "Fork", "more": 1}', b'{"is": "End", "pid": 1}', b'{"is": ["Fork"]}',
        b'{"is": "End", "pid": true, "grace": 0.0}', b'{"is": "Forked", "pid": "1"}', b'{"is": "Forked", "pid": 1.0}',
        b'{"is": "Ended", "status": 0, "killed": 1}', b'{"is": "NotForked", "error": null}', b'{"is": "Wish"}',
    ],
)  # fmt: skip
def test_a_packet_that_holds_no_message_is_refused(packet: bytes) -> None:
    for heard in (wish_in, reply_in):
        with pytest.raises(ValueError):  # noqa: PT011  JSON's own errors are among them
            heard(packet)
