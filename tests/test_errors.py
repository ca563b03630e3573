"""What an exception says is shown in one line, however broken its text, its class or its name are."""

from __future__ import annotations

import pytest

from verify.errors import said, text_of


def saying(raised: BaseException) -> Exception:
    """Return an exception whose text raises another."""

    class Shy(Exception):
        def __str__(self) -> str:
            raise raised

    return Shy()


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (ValueError("wrong"), "ValueError: wrong"),
        (ValueError(), "ValueError"),
        (ValueError("two\n  lines"), "ValueError: two lines"),
        (KeyError("W1"), "KeyError: 'W1'"),
        (saying(RuntimeError("no text")), "Shy: its text can't be shown"),
    ],
    ids=["a text", "no text", "two lines", "a key", "a broken text"],
)
def test_an_exception_is_its_type_and_its_text_in_one_line(error: Exception, expected: str) -> None:
    assert said(error) == expected


def test_a_long_text_is_cut() -> None:
    assert text_of(ValueError("x" * 1000)) == "x" * 300
    assert said(ValueError("x" * 1000), longest=10) == f"ValueError: {'x' * 10}"


@pytest.mark.parametrize("raised", [KeyboardInterrupt(), SystemExit(0), GeneratorExit()], ids=repr)
def test_an_interrupt_passes_but_in_a_cage_nothing_does(raised: BaseException) -> None:
    with pytest.raises(type(raised)):
        said(saying(raised))
    assert said(saying(raised), survive=BaseException) == "Shy: its text can't be shown"


def test_a_class_that_hides_its_name_is_named_all_the_same() -> None:
    class Hiding(type):
        @property
        def __name__(cls) -> str:  # type: ignore[override]
            raise RuntimeError("no name")

    class Hidden(Exception, metaclass=Hiding):
        pass

    assert said(Hidden("x")) == "Hidden: x"
