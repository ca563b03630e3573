"""What several tests share."""

from __future__ import annotations

import os
import signal
import sys

import pytest

from tests.command_line import Run, Said
from tests.places import ROOT
from tests.tiers import mark
from verify.cli import main as cli

if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:  # as in a job in the background: the tests send Ctrl-C themselves
    signal.signal(signal.SIGINT, signal.default_int_handler)
os.environ["VERIFY_OFFLINE"] = "1"  # no test touches the network, nor does any process that a test starts


@pytest.hookimpl(tryfirst=True)  # before the markers choose
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep the default tier within a minute: of large campaigns a sample runs every day."""
    mark(items, ROOT)


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Return a function that runs `verify` in this process, on these words."""

    def call(*words: str) -> Said:
        monkeypatch.setattr(sys, "argv", ["verify", *words])
        capsys.readouterr()
        with pytest.raises(SystemExit) as stopped:
            cli.main()
        printed = capsys.readouterr()
        code = stopped.value.code
        return Said(code if isinstance(code, int) else 0 if code is None else 1, printed.out, printed.err)

    return call
