"""Tests of reading: every way in which somebody saves code, and what is said of a file that can't be read."""

from __future__ import annotations

import ast
import hashlib
import json
import os
import warnings
from pathlib import Path
from typing import Any

import pytest

from verify.errors import BadInput
from verify.reading.parsing import files
from verify.reading.parsing.magics import blank_magics
from verify.reading.parsing.reading import read


def written(folder: Path, content: str | bytes, name: str = "a.py") -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def notebook(*cells: Any, **more: Any) -> str:
    listed = [{"cell_type": "code", "source": cell} if isinstance(cell, str | list) else cell for cell in cells]
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": listed, **more})


def test_a_python_file(tmp_path: Path) -> None:
    content = "x = 1\nif x:\n\ty = 2\n"
    document = read(written(tmp_path, content))
    assert (document.name, document.kind, document.neighbours) == ("a.py", "py", {})
    assert document.sha256 == hashlib.sha256(content.encode()).hexdigest()
    (cell,) = document.cells
    assert (cell.number, cell.problem, cell.source) == (None, None, content)
    assert cell.tree is not None
    assert str(cell.place(cell.tree.body[1])) == "line 2"


@pytest.mark.parametrize(
    "content",
    [
        "é = 'ü'\n".encode(),
        "﻿é = 'ü'\n".encode(),
        "# -*- coding: latin-1 -*-\né = 'ü'\n".encode("latin-1"),
        "#!/usr/bin/python\n# vim: set fileencoding=cp1252 :\né = 'ü'\n".encode("cp1252"),
        "é = 'ü'\r\n".encode(),
        "é = 'ü'\r".encode(),
    ],
)
def test_encodings_and_line_ends(tmp_path: Path, content: bytes) -> None:
    (cell,) = read(written(tmp_path, content)).cells
    assert cell.source.split("\n")[-2:] == ["é = 'ü'", ""]
    assert cell.tree is not None


def test_a_notebook(tmp_path: Path) -> None:
    cells = [{"cell_type": "markdown", "source": "# hi"}, "a = 1", {"cell_type": "raw"}, ["b = 2\n", "c = 3"], "d = ("]
    document = read(written(tmp_path, notebook(*cells), "a.ipynb"))
    assert document.kind == "ipynb"
    assert [(cell.number, cell.source) for cell in document.cells] == [(2, "a = 1"), (4, "b = 2\nc = 3"), (5, "d = (")]
    assert document.cells[2].tree is None
    assert document.cells[2].problem == "line 1 is not Python: '(' was never closed"


@pytest.mark.parametrize(
    "text",
    [
        json.dumps({"cells": [{"cell_type": "code", "source": "a = 1"}]}),
        notebook("a = 1", nbformat_minor=99),
        notebook("a = 1", nbformat_minor="x", metadata=None),
        notebook("a = 1", metadata=[]),
        notebook("a = 1", metadata={"kernelspec": {"name": "python3"}, "language_info": 3}),
        notebook({"cell_type": "code", "source": "a = 1", "metadata": 3, "outputs": "x", "id": 5}),
        "﻿" + notebook("a = 1"),
        json.dumps(
            {
                "nbformat": 3,
                "worksheets": [{"cells": [{"cell_type": "code", "input": ["a = 1"], "language": "python"}]}],
            }
        ),
    ],
)
def test_broken_notebooks_that_can_be_read(tmp_path: Path, text: str) -> None:
    (cell,) = read(written(tmp_path, text, "a.ipynb")).cells
    assert (cell.number, cell.source) == (1, "a = 1")


def test_cells_that_are_no_cells_count(tmp_path: Path) -> None:
    text = notebook({"cell_type": "code", "source": 5}, None, {"cell_type": "code"}, {}, {"source": "b"}, ["a = 1"])
    cells = read(written(tmp_path, text, "a.ipynb")).cells
    assert [(cell.number, cell.source) for cell in cells] == [(1, ""), (3, ""), (6, "a = 1")]


def test_lines_of_format_3_without_line_ends(tmp_path: Path) -> None:
    text = json.dumps({"nbformat": 3, "worksheets": [{"cells": [{"cell_type": "code", "input": ["a = 1", "b = 2"]}]}]})
    assert read(written(tmp_path, text, "a.ipynb")).cells[0].source == "a = 1\nb = 2"


MAGICS = [
    ("%matplotlib inline\nx = 1", "\nx = 1"),
    ("!pip install \\\n  numpy\nx = 1", "\n\nx = 1"),
    ('x = """\n%no\n!no\n"""\n%yes', 'x = """\n%no\n!no\n"""\n'),
    ("x = '''a''' '''\n%no'''\n%yes", "x = '''a''' '''\n%no'''\n"),
    ("if a:\n    !ls\nelse:\n\t%cd x", "if a:\n    pass\nelse:\n\tpass"),
    ("%%time\nx = 1", "\nx = 1"),
    ("\n%%bash\nls 'x\n", "\n\n\n"),
    ("%%html\n<b>", "\n"),
    ("%%writefile f.py\nx = 1", "\n"),
    ("%%time\n%%capture out\ny = 1", "\n\ny = 1"),
    ("x = !ls\ny = %pwd\na, b = get_ipython().getoutput('ls')\nz = 1", "x = None\ny = None\na, b = None\nz = 1"),
    ("foo?\n?foo\nfoo.bar??\npip install x", "\n\n\n"),
    ("x = (3\n% 2)\ny = 3 \\\n% 2", "x = (3\n% 2)\ny = 3 \\\n% 2"),
    ("get_ipython().system('ls',\n 'x')\nz = 2", "\n\nz = 2"),
    ("%time x = f(a,\n   b)\ny = 2", "x = f(a,\n   b)\ny = 2"),
    ('!echo "a ( b\nx = 1', "\nx = 1"),
    ("x = !echo (\ny = 1", "x = None\ny = 1"),
    ("'abc\\\n%d'\n%m", "'abc\\\n%d'\n"),
    ("x = '#' # don't\n%hey", "x = '#' # don't\n"),
    ("x = 5 %2\nif x != 3: pass\ny = x == 2 # ?", "x = 5 %2\nif x != 3: pass\ny = x == 2 # ?"),
]


@pytest.mark.parametrize(("text", "blanked"), MAGICS)
def test_magics(text: str, blanked: str) -> None:
    assert blank_magics(text, in_notebook=True) == blanked
    assert text.count("\n") == blanked.count("\n")


def test_an_exported_notebook(tmp_path: Path) -> None:
    text = "#!/usr/bin/env python\n# coding: utf-8\n\n# In[1]:\n\nget_ipython().run_line_magic('matplotlib', 'inline')\nx = 1\n"
    (cell,) = read(written(tmp_path, text)).cells
    assert cell.tree is not None
    assert [cell.place(node).line for node in cell.tree.body] == [7]


def test_neighbours(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    folder = tmp_path / "folder"
    outside.mkdir()
    folder.mkdir()
    written(outside, "x = 1", "secret.py")
    (folder / "linked.py").symlink_to(outside / "secret.py")
    (folder / "inner.py").symlink_to(folder / "near.py")
    written(folder, "import further, a, math\nfrom . import related", "near.py")
    written(folder, "import near", "further.py")
    written(folder, "x = 1", "related.py")
    written(folder, "x = (", "math.py")
    written(folder, b"\xff\xfe", "bad.py")
    (folder / "device.py").mkdir()
    text = "import numpy, near as n, linked, device\ndef f():\n    from inner import x\nimport os.path, bad"
    document = read(written(folder, text))
    assert set(document.neighbours) == {"near", "further", "related", "math", "inner", "bad"}
    assert document.neighbours["math"].cells[0].tree is None
    assert "UTF-8" in str(document.neighbours["bad"].cells[0].problem)
    assert all(one.neighbours == {} for one in document.neighbours.values())


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.py", b"", "is empty"),
        ("a.py", b"\xef\xbb\xbf\n", "is empty"),
        ("a.ipynb", b" \n", "is empty"),
        ("a.txt", b"x = 1", "of the kind .txt; expected a Python file (.py) or a Jupyter notebook"),
        ("a", b"x = 1", "without a suffix"),
        ("a.py", b"x = '\xe9'", "not text in UTF-8"),
        ("a.py", b"# coding: klingon\nx = 1", "unknown encoding"),
        ("a.py", b"# coding: rot13\nx = 1", "not text"),
        ("a.py", b"# coding: ascii\nx = '\xe9'", "not text in ascii"),
        ("a.ipynb", b"{", "is not JSON (line 1"),
        ("a.ipynb", b"\xff", "not text in UTF-8"),
        ("a.ipynb", b"[]", "holds a list"),
        ("a.ipynb", b"{}", "no list of cells"),
        ("a.ipynb", b'{"cells": 5}', "no list of cells"),
        ("a.ipynb", b'{"cells": [], "nbformat": 2}', "format 2"),
        ("a.ipynb", b'{"cells": [], "nbformat": [4]}', "format [4]"),
        ("a.ipynb", b'{"cells": [], "nbformat": 4}', "no code in any"),
        ("a.ipynb", b"1" * 5000, "is not JSON"),
        ("a.ipynb", b"[" * 200_000, "nested too deep"),
        ("a.ipynb", notebook("1", metadata={"language_info": {"name": "R"}}).encode(), "a notebook in R"),
        ("a.ipynb", notebook("1", metadata={"kernelspec": {"name": "ir"}}).encode(), "a notebook in R"),
        ("a.ipynb", notebook("1", metadata={"kernelspec": {"language": "julia"}}).encode(), "a notebook in julia"),
        ("a.ipynb", notebook(*["1"] * 20_001).encode(), "20001 cells; at most 20000"),
        ("a.py", b"x = 1\n" * 750_000, "MiB of code; at most 4 MiB"),
        ("a.ipynb", notebook("x = 1\n" * 750_000).encode(), "MiB of code; at most 4 MiB"),
    ],
)
def test_what_cannot_be_read(tmp_path: Path, name: str, content: bytes, said: str) -> None:
    with pytest.raises(BadInput) as raised:
        read(written(tmp_path, content, name))
    assert said in str(raised.value)
    assert str(raised.value).startswith(str(tmp_path / name))
    assert "\n" not in str(raised.value)


def test_a_file_that_is_not_there_and_the_one_that_is_meant(tmp_path: Path) -> None:
    written(tmp_path, "x", "lab1.ipynb")
    with pytest.raises(BadInput, match=r"no such file.*Near it: lab1\.ipynb"):
        read(tmp_path / "lab1.ipnyb")
    with pytest.raises(BadInput, match=r"is a folder.*lab1\.ipynb"):
        read(tmp_path)
    with pytest.raises(BadInput, match="no such file"):
        read(tmp_path / "no" / "folder.py")
    with pytest.raises(BadInput, match=r"can't be read"):
        read(tmp_path / "a\0.py")
    with pytest.raises(BadInput, match=r"can't be read"):
        read(tmp_path / ("a" * 5000 + ".py"))


def test_links_pipes_and_devices(tmp_path: Path) -> None:
    (tmp_path / "loop.py").symlink_to(tmp_path / "loop.py")
    with pytest.raises(BadInput, match=r"can't be read"):
        read(tmp_path / "loop.py")
    os.mkfifo(tmp_path / "pipe.py")
    with pytest.raises(BadInput, match="a device or a pipe"):
        read(tmp_path / "pipe.py")
    with pytest.raises(BadInput, match="a device or a pipe"):
        read(Path(os.devnull))
    (tmp_path / "link.py").symlink_to(written(tmp_path, "x = 1", "b.py"))
    assert read(tmp_path / "link.py").cells[0].source == "x = 1"


def test_a_file_that_is_too_large_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = written(tmp_path, notebook("x = 1"), "a.ipynb")
    os.truncate(path, files.LARGEST_FILE + 1)  # a hole: it takes no room
    monkeypatch.setattr(Path, "open", lambda *given: pytest.fail("it was opened"))
    with pytest.raises(BadInput, match=r"has 64 MiB; at most 64 MiB are read.*clear its outputs"):
        read(path)


@pytest.mark.parametrize(
    "code",
    [
        "x = '\0'",
        "(" * 1000 + ")" * 1000,
        "-" * 50_000 + "1",
        "x" + ".y" * 20_000,
        "1" + "+1" * 20_000,
        "x = " + "9" * 5000,
        "x = '\ud800' +",
        "\n".join(" " * k + "if 1:" for k in range(99)) + " pass",
    ],
)
def test_code_that_breaks_the_parser_is_a_problem_of_its_cell(tmp_path: Path, code: str) -> None:
    bad, good = read(written(tmp_path, notebook(code, "x = 1"), "a.ipynb")).cells
    assert bad.tree is None
    assert bad.problem
    assert good.tree is not None


def test_half_a_character_does_not_get_further(tmp_path: Path) -> None:
    (cell,) = read(written(tmp_path, notebook("x = '\ud800'"), "a.ipynb")).cells
    assert cell.source.encode() == "x = '\N{REPLACEMENT CHARACTER}'".encode()
    assert cell.tree is not None


def test_warnings_stay_inside(tmp_path: Path) -> None:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        document = read(written(tmp_path, notebook(r"x = '\d'; y = 1 is 1; z = 1if 1else 2"), "a.ipynb"))
    assert caught == []
    assert isinstance(document.cells[0].tree, ast.Module)
