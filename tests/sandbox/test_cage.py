"""The ladder of cages: each level is tried on this machine, and falls to the next where it cannot be had."""

from __future__ import annotations

import errno
import struct
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from verify.errors import BadInput
from verify.evidence.submission import Offer
from verify.sandbox import cage
from verify.sandbox.cage import LEVELS, Limits, offer, offers, require, strongest
from verify.sandbox.inside import seccomp


@pytest.fixture
def fresh() -> Iterator[None]:
    """Forget what was tried, before and after."""
    offer.cache_clear()
    yield
    offer.cache_clear()


def _only(monkeypatch: pytest.MonkeyPatch, *available: str) -> None:
    monkeypatch.setattr(
        cage, "offer", lambda level: Offer(level, level in available, "" if level in available else "is away", (), ())
    )


def test_every_rung_says_what_it_promises_and_what_it_leaves_open() -> None:
    found = offers()
    assert tuple(one.level for one in found) == LEVELS
    for one in found:
        assert one.promises
        assert one.leaves
        assert one.available == (one.why == "")
        assert "\n" not in one.why


def test_the_strongest_is_the_first_that_is_offered() -> None:
    assert strongest() == next(one.level for one in offers() if one.available)


@pytest.mark.parametrize("number", range(len(LEVELS)))
def test_each_rung_falls_to_the_next(monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    _only(monkeypatch, *LEVELS[number:])
    assert strongest() == LEVELS[number]
    assert require(None) == LEVELS[number]
    for level in LEVELS[number:]:
        assert require(level) == LEVELS[number]  # a stronger one than was asked for is taken
    for level in LEVELS[:number]:
        with pytest.raises(BadInput, match=f"{level}: is away.*{LEVELS[number]}: available"):
            require(level)


def test_no_rung_at_all_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    _only(monkeypatch)
    with pytest.raises(BadInput, match="no cage is available on this machine"):
        strongest()


def test_an_unknown_rung_is_said() -> None:
    with pytest.raises(BadInput, match="no such level; expected one of bubblewrap"):
        require("docker")


@pytest.mark.parametrize(
    "given", [{"seconds": 0.0}, {"seconds": float("nan")}, {"seconds": float("inf")}, {"memory": 8}]
)
def test_limits_in_which_nothing_runs_are_refused(given: dict[str, float]) -> None:
    with pytest.raises(BadInput, match="expected"):
        Limits(**given)  # type: ignore[arg-type]


@pytest.mark.usefixtures("fresh")
def test_without_bubblewrap_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert not offer("bubblewrap").available
    assert "install the package bubblewrap" in offer("bubblewrap").why


def _bwrap(monkeypatch: pytest.MonkeyPatch, folder: Path, script: str) -> None:
    (folder / "bwrap").write_text(f"#!/bin/sh\n{script}\n")
    (folder / "bwrap").chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")


@pytest.mark.usefixtures("fresh")
def test_a_bubblewrap_that_may_not_is_not_offered(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    _bwrap(monkeypatch, tmp_path, "echo 'bwrap: setting up uid map: Permission denied' >&2; exit 1")
    assert not offer("bubblewrap").available
    assert "setting up uid map: Permission denied; needs bubblewrap 0.7" in offer("bubblewrap").why


@pytest.mark.usefixtures("fresh")
def test_a_bubblewrap_that_keeps_nothing_out_is_found_out(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    _bwrap(monkeypatch, tmp_path, 'while [ "$1" != -- ]; do shift; done; shift; exec "$@"')
    assert not offer("bubblewrap").available
    assert "a file outside could be read" in offer("bubblewrap").why


@pytest.mark.usefixtures("fresh")
def test_only_root_becomes_another_user(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    assert offer("user").why == "only root can become another user"


@pytest.mark.usefixtures("fresh")
def test_another_system_offers_nothing_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    assert not any(one.available for one in offers())
    assert all("needs Linux" in one.why for one in offers())


def test_landlock_without_seccomp_is_not_enough() -> None:
    found: dict[str, str | bool] = {"seccomp": "no seccomp filter is written for this", "open": False, "closed": ""}
    assert "stay open" in cage._judged("landlock", found)
    assert cage._judged("bubblewrap", found) == cage._judged("rlimits", found) == ""


def test_the_environment_holds_nothing_of_the_judges(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET", "x")
    assert "SECRET" not in cage.environment("/tmp")
    assert cage.environment("/tmp")["OPENBLAS_NUM_THREADS"] == "1"


def test_only_what_python_needs_is_bound() -> None:
    bound = cage.setup("bubblewrap", Limits(), "/tmp", "").readable
    home = Path.home()
    assert "/" not in bound
    assert str(home) not in bound
    assert all(Path(path).exists() for path in bound)
    package = Path(cage.__file__).parents[1]
    assert any(package.is_relative_to(path) for path in bound)


def _decided(code: bytes, arch: int, number: int, *arguments: int) -> int:
    """Return what a filter decides on a call: a small reading of the kernel's machine."""
    steps = list(struct.iter_unpack("<HBBI", code))
    data = struct.pack("<IIQ6Q", number, arch, 0, *arguments, *[0] * (6 - len(arguments)))
    at = held = 0
    while True:
        what, if_so, if_not, value = steps[at]
        at += 1
        if what == 0x06:
            return value
        if what == 0x20:
            held = struct.unpack_from("<I", data, value)[0]
        else:
            true = {0x15: held == value, 0x35: held >= value, 0x45: bool(held & value)}[what]
            at += if_so if true else if_not


ALLOWED, REFUSED, UNKNOWN, KILLED = 0x7FFF0000, 0x50000 | errno.EPERM, 0x50000 | errno.ENOSYS, 0x80000000


@pytest.mark.parametrize(
    ("machine", "arch", "read", "clone", "execve", "kill", "tgkill", "socket", "prlimit"),
    [
        ("x86_64", 0xC000003E, 0, 56, 59, 62, 234, 41, 302),
        ("aarch64", 0xC00000B7, 63, 220, 221, 129, 131, 198, 261),
    ],
)
def test_the_filter_refuses_what_it_should_and_nothing_else(
    machine: str, arch: int, read: int, clone: int, execve: int, kill: int, tgkill: int, socket: int, prlimit: int
) -> None:
    code = seccomp.program(machine, 77)
    assert _decided(code, arch, read) == ALLOWED
    assert _decided(code, arch, execve) == REFUSED
    assert _decided(code, arch, socket) == REFUSED
    assert _decided(code, arch, 435) == UNKNOWN
    assert _decided(code, arch, clone, 0x00010F00) == ALLOWED  # a thread
    assert _decided(code, arch, clone, 17) == REFUSED  # a process
    for call in (kill, tgkill):
        assert _decided(code, arch, call, 77, 9) == ALLOWED
        assert _decided(code, arch, call, 78, 9) == REFUSED
        assert _decided(code, arch, call, 2**64 - 1, 9) == REFUSED
        assert _decided(code, arch, call, 0, 9) == REFUSED
    assert _decided(code, arch, prlimit, 0) == ALLOWED
    assert _decided(code, arch, prlimit, 1) == REFUSED
    assert _decided(code, 0x40000003, read) == KILLED  # the calls of 32-bit programs


def test_no_filter_is_made_up_for_an_unknown_machine() -> None:
    with pytest.raises(OSError, match="riscv64"):
        seccomp.program("riscv64", 1)
