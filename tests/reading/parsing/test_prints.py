"""Print statements of Python 2 become calls on the same line; Python 3 stays as it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from verify.reading.parsing.cells import cell_of
from verify.reading.parsing.prints import mend_prints
from verify.reading.parsing.reading import read


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("print 'a', x", "print('a', x)"),
        ("    print 'a %d' % x,", "    print('a %d' % x)"),
        ("if x: print x", "if x: print(x)"),
        ("for i in range(3): print i, # each", "for i in range(3): print(i)  # each"),
        ('print "a # b"', 'print("a # b")'),
        ("print ('a %d') % x", "print(('a %d') % x)"),
        ("print >>sys.stderr, x", "pass"),
        ("print", "print()"),
        ("except ValueError, e:", "except ValueError as e:"),
        ("except (IOError, OSError), e:", "except (IOError, OSError) as e:"),
    ],
)
def test_a_line_of_python_2_is_mended(old: str, new: str) -> None:
    mended = mend_prints(f"x = 1\n{old}")
    assert mended is not None
    assert mended.source == f"x = 1\n{new}"
    assert mended.lines == (2,)


@pytest.mark.parametrize(
    "line", ["print(x)", "print('a', 'b')", "printed = 3", "x.print = 3", "except ValueError as e:"]
)
def test_python_3_is_left_as_it_is(line: str) -> None:
    assert mend_prints(line) is None


def test_only_what_python_3_does_not_take_is_mended() -> None:
    cell = cell_of(None, "def f(x):\n    print 'x', x\n    return x\n")
    assert cell.tree is not None
    assert cell.mended == (2,)
    assert cell.line(2) == "print('x', x)"
    assert cell_of(None, "print (1), 2\n").mended == ()  # a tuple in Python 3, and nobody can know


def test_what_is_broken_besides_is_told_of_the_text_as_it_stands() -> None:
    cell = cell_of(None, "print 'x'\ndef f(:\n")
    assert cell.tree is None
    assert cell.mended == ()
    assert str(cell.problem).startswith("line 1 is not Python")


def test_a_body_of_comments_is_not_attempted() -> None:
    problem = cell_of(None, "def backward(X):\n    # TODO\n\nx = 1\n").problem
    assert problem == "not attempted: the function definition in line 1 holds no code yet"


def test_packages_beside_a_file_are_read_with_what_their_modules_import(tmp_path: Path) -> None:
    (tmp_path / "common").mkdir()
    (tmp_path / "common" / "__init__.py").write_text("")
    (tmp_path / "common" / "layers.py").write_text("from common.functions import *\nfrom . import optim\n")
    (tmp_path / "common" / "functions.py").write_text("def relu(x): return x\n")
    (tmp_path / "common" / "optim.py").write_text("from .deep.more import x\n")
    (tmp_path / "common" / "deep").mkdir()
    (tmp_path / "common" / "deep" / "more.py").write_text("x = 1\n")
    (tmp_path / "common" / "unused.py").write_text("x = 1\n")
    (tmp_path.parent / "outside.py").write_text("x = 1\n")
    (tmp_path / "net.py").write_text("from common.layers import *\nfrom .. import outside\nimport common.absent\n")
    found = read(tmp_path / "net.py").neighbours
    assert sorted(found) == ["common", "common.deep.more", "common.functions", "common.layers", "common.optim"]


def test_a_link_out_of_the_folder_is_not_followed(tmp_path: Path) -> None:
    handed_in = tmp_path / "in"
    (handed_in / "common").mkdir(parents=True)
    (tmp_path / "secret.py").write_text("x = 1\n")
    (handed_in / "common" / "layers.py").symlink_to(tmp_path / "secret.py")
    (handed_in / "net.py").write_text("from common.layers import x\n")
    assert read(handed_in / "net.py").neighbours == {}
