"""Python 2 in full: its names and forms are read as Python 3 has them, and nothing that the file defines itself."""

from __future__ import annotations

import pytest

from verify.reading.parsing.cells import cell_of


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("for i in xrange(3): pass", "for i in range(3): pass"),
        ("for k, v in d.iteritems(): pass", "for k, v in d.items(): pass"),
        ("if d.has_key('a'): pass", "if d.__contains__('a'): pass"),
        ("if a <> b: raise ValueError, 'no'", "if a != b: raise ValueError('no')"),
        ("print 1\ng = 1 / m * s\nm = len(y)", "print(1)\ng = 1 // m * s\nm = len(y)"),
        ("print 1\ng = 1 / len(y)", "print(1)\ng = 1 // len(y)"),
    ],
)
def test_what_python_2_writes_is_read_as_python_3(old: str, new: str) -> None:
    cell = cell_of(None, old)
    assert (cell.problem, cell.source) == (None, new)
    assert cell.mended


@pytest.mark.parametrize(
    "kept",
    [
        "xrange = range\nfor i in xrange(3): pass",
        "def long(a): return a\nx = long(3)",
        "for i in range(3): g = 1 / m",
        "s = 'xrange <> iteritems'",
    ],
)
def test_what_is_python_3_or_the_files_own_stays(kept: str) -> None:
    cell = cell_of(None, kept)
    assert (cell.source, cell.mended) == (kept, ())


@pytest.mark.parametrize("given", ["from __future__ import division\nprint 1\ng = 1 / len(y)", "print 1\ng = 1 / m"])
def test_a_division_that_may_be_true_stays(given: str) -> None:
    assert "//" not in cell_of(None, given).source
