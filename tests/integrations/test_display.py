"""A notebook shows evidence because the renderers are registered with it; elsewhere nothing happens."""

from __future__ import annotations

import sys
from types import SimpleNamespace

import pytest

from tests.report.evidences import submitted
from verify.integrations import display


@pytest.fixture
def shell(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """A notebook with IPython's own formatters."""
    formatters = pytest.importorskip("IPython.core.formatters")
    found = SimpleNamespace(display_formatter=formatters.DisplayFormatter())
    monkeypatch.setattr(pytest.importorskip("IPython"), "get_ipython", lambda: found)
    return found


def shown(shell: SimpleNamespace, value: object) -> dict[str, str]:
    kinds = ("text/html", "text/markdown")
    said: dict[str, str] = shell.display_formatter.format(value, include=kinds)[0]
    return said


def test_a_notebook_shows_evidence_as_html_and_as_markdown(shell: SimpleNamespace) -> None:
    assert shown(shell, submitted()) == {}
    assert display.register()
    assert shown(shell, submitted()) == {
        "text/html": display.html(submitted()),
        "text/markdown": display.markdown(submitted()),
    }
    assert shown(shell, "evidence") == {}


def test_registering_twice_is_registering_once(shell: SimpleNamespace) -> None:
    assert display.register()
    assert display.register()
    assert set(shown(shell, submitted())) == {"text/html", "text/markdown"}


def test_without_ipython_nothing_is_registered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "IPython", raising=False)
    assert not display.register()
    assert "IPython" not in sys.modules


def test_where_ipython_is_only_imported_nothing_is_registered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: None))
    assert not display.register()
