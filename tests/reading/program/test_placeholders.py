"""What is not written yet is found; what only looks like it is not."""

from __future__ import annotations

import ast
import textwrap

import pytest

from verify.reading.program.functions import Function, function_of
from verify.reading.program.placeholders import placeholders


def function(body: str) -> Function:
    tree = ast.parse(f"def backward(X, Y):\n{textwrap.indent(textwrap.dedent(body), '    ')}").body[0]
    assert isinstance(tree, ast.FunctionDef)
    return function_of(tree, None, None)


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("pass", "pass"),
        ("'''Return the gradients.'''\n...", "..."),
        ("raise NotImplementedError", "raise NotImplementedError"),
        ("raise NotImplementedError('your turn')", "raise NotImplementedError('your turn')"),
        ("return None", "return None"),
        ("return", "return"),
        ("dW1 = None\ndW2 = None\nreturn dW1 and None", None),
        ("dW1, dW2 = None, None\nreturn None, None", "dW1, dW2 = (None, None)"),
        ("return {'dW1': None}", "return {'dW1': None}"),
        ("print('to do')\npass", "print('to do')"),
        ("'''Only a text.'''", "a text"),
    ],
)
def test_a_body_of_nothing_is_not_attempted(body: str, text: str | None) -> None:
    found = placeholders(function(body))
    if text is None:
        assert found
        assert not found[0].whole
    else:
        assert [(one.text, one.whole) for one in found] == [(text, True)]


@pytest.mark.parametrize(
    ("body", "waiting"),
    [
        ("dZ2 = X - Y\ndZ1 = None  # TODO\ndW1 = dZ1 @ X\nreturn dW1", [("dZ1 = None", 3)]),
        ("dZ2 = X - Y\n...\nreturn dW1", [("...", 3)]),
        ("dZ2 = X - Y\nif Y:\n    raise NotImplementedError\nreturn dZ2", [("raise NotImplementedError", 4)]),
        ("dW = None\nfor x in X:\n    dW = x if dW is None else dW + x\nreturn dW", []),
        ("best = None\nif best is None:\n    best = X\nreturn best", []),
        ("mask = None\nif mask is not None:\n    X = X * mask\nreturn X", []),
        ("dW = X\nreturn dW", []),
        ("W = X[..., None]\nreturn W", []),
    ],
)
def test_single_placeholders_are_found_with_their_lines(body: str, waiting: list[tuple[str, int]]) -> None:
    found = placeholders(function(body))
    assert [(one.text, one.place.line) for one in found] == waiting
    assert not any(one.whole for one in found)
