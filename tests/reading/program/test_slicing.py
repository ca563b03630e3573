"""Tests of slicing: what must be run so that functions can be called, in which order, and why the rest is not."""

from __future__ import annotations

import json
import textwrap
from pathlib import Path
from typing import Any

import pytest

from verify.reading.parsing.reading import read
from verify.reading.program.program import Program
from verify.reading.program.slicing import Slice
from verify.reading.wiring.plan_records import Runnable
from verify.submissions.execution.inside.loading import load


def program(folder: Path, *cells: str, **beside: str) -> Program:
    for name, text in beside.items():
        (folder / f"{name}.py").write_text(textwrap.dedent(text))
    sources = [textwrap.dedent(cell) for cell in cells]
    if len(sources) == 1:
        path = folder / "handed_in.py"
        path.write_text(sources[0])
    else:
        path = folder / "handed_in.ipynb"
        listed = [{"cell_type": "code", "source": source, "metadata": {}, "outputs": []} for source in sources]
        path.write_text(json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": listed}))
    return Program(read(path))


def run(sliced: Slice) -> dict[str, Any]:
    space, failed, _ = load([Runnable(None, 1, one.code, one.module, one.defines) for one in sliced.statements])
    assert failed == []
    return space


def whys(sliced: Slice) -> dict[str, str]:
    return {one.text: one.why for one in sliced.dropped}


def test_the_functions_and_what_they_reach(tmp_path: Path) -> None:
    sliced = program(
        tmp_path,
        """
            import numpy as np, os
            from math import sqrt, pi
            scale = 1 / sqrt(4)
            other = 5
            def helper(z):
                return z * scale
            def forward(X):
                return helper(np.asarray(X))
            def unused():
                return pi
            print(forward(3))
            """,
    ).slice_for(["forward"])
    assert [one.code.splitlines()[0] for one in sliced.statements] == [
        "import numpy as np",
        "from math import sqrt",
        "scale = 1 / sqrt(4)",
        "def helper(z):",
        "def forward(X):",
    ]
    assert sliced.missing == ()
    assert whys(sliced) == {"other = 5": "not needed", "def unused():": "not needed", "print(forward(3))": "prints"}
    assert run(sliced)["forward"](4) == 2


def test_the_lab(tmp_path: Path) -> None:
    cells = ["import numpy as np", "def f(z):\n    return np.exp(z)", "def f(z):\n    return np.tanh(z)", "x = f(0.0)"]
    sliced = program(tmp_path, *cells).slice_for(["f"])
    assert [str(one.place) for one in sliced.statements] == ["cell 1, line 1", "cell 3, line 1"]
    assert run(sliced)["f"](0.0) == 0


def test_an_unsafe_redefinition_hides_nothing(tmp_path: Path) -> None:
    text = """
    import numpy as np
    m = 4
    rate = 0.5
    m = int(input("m?"))
    X_train = np.load("x.npy")
    n = X_train.shape[0]
    rate = float(open("rate").read())
    def f(x):
        return x * rate / m / n + len(X_train)
    """
    sliced = program(tmp_path, text).slice_for(["f"])
    assert sliced.missing == ("X_train", "n")
    assert [one.code for one in sliced.statements][:2] == ["m = 4", "rate = 0.5"]
    why = whys(sliced)
    assert why['m = int(input("m?"))'] == "asks for input"
    assert why['X_train = np.load("x.npy")'] == "loads data"
    assert why["n = X_train.shape[0]"] == "needs X_train, which nothing safe defines"


@pytest.mark.parametrize(
    ("statement", "why"),
    [
        ("v = np.load('f')", "loads data"),
        ("v = np.loadtxt('f')", "loads data"),
        ("v = open('f').read()", "loads data"),
        ("v = input()", "asks for input"),
        ("v = eval('1')", "runs text as code, or other programs"),
        ("v = plt.figure()", "draws"),
        ("v = train(3)", "a training loop"),
        ("v = net.fit(3)", "a training loop"),
        ("v = shown(3)", "prints"),
        ("v = nowhere + 1", "needs nowhere, which nothing safe defines"),
        ("v = reaches(1)", "needs nowhere, which nothing safe defines"),
        ("v = to_categorical(3)", "calls to_categorical of keras, which is not run"),
        ("np.save('f', 3)", "writes files"),
        ("while True: pass", "not needed"),
        ("for i in range(3):\n    W -= 0.1 * dW", "a training loop"),
        ("if __name__ == '__main__':\n    v = 1", "the main program"),
    ],
)
def test_what_is_not_run(tmp_path: Path, statement: str, why: str) -> None:
    head = """\
import numpy as np
import matplotlib.pyplot as plt
from keras.utils import to_categorical
class Net:
    def fit(self, n):
        for i in range(n):
            self.W = self.W - 0.1 * self.dW
net = Net()
def train(n):
    for _ in range(n):
        sgd(n)
def shown(n):
    print(n)
def reaches(n):
    return nowhere
"""
    sliced = program(tmp_path, head + statement).slice_for(["v"])
    assert sliced.missing == ("v",)
    assert sliced.dropped[-1].why == why
    assert sliced.statements == ()


@pytest.mark.parametrize(
    ("statement", "value"),
    [
        ("v = 3", 3),
        ("v, w = 1, 2", 1),
        ("(u, [v, *w]) = 1, (2, 3)", 2),
        ("v: int = 7", 7),
        ("v = np.zeros((2, 3)).T.shape[0]", 3),
        ("v = [k * 2 for k in range(3)][-1]", 4),
        ("v = (lambda z: z + 1)(1)", 2),
        ("v = made(2)", 4),
        ("v = Net(5).n", 5),
        ("v = 1\nv += 2", 3),
        ("v = 3\nv = v * 2\nv = v + 1", 7),
        ("v = {}\nv['a'] = 1", {"a": 1}),
        ("v = []\nv.append(2)", [2]),
        ("v = {}\nfor k in range(2):\n    v[k] = k", {0: 0, 1: 1}),
        ("v = 1\nif v == 2:\n    v = 3", 1),
        ("if np.pi > 3:\n    v = 1\nelse:\n    v = 2", 1),
        ("try:\n    import not_there as v\nexcept ImportError:\n    import math as m\n    v = 8", 8),
        ("with np.errstate(all='ignore'):\n    v = 1.5", 1.5),
        ("v = max(made(1), 1)", 2),
        ("a = 1; v = 2; b = 3", 2),
    ],
)
def test_what_is_run(tmp_path: Path, statement: str, value: object) -> None:
    head = """\
import numpy as np
class Net:
    def __init__(self, n):
        self.n = n
def made(n):
    return n * 2
"""
    sliced = program(tmp_path, head + statement).slice_for(["v"])
    assert sliced.missing == ()
    assert run(sliced)["v"] == value


def test_definitions_inside_if_and_try(tmp_path: Path) -> None:
    text = '''
    DEBUG = False
    if DEBUG:
        def f():
            """First
              line."""
            return 1
    else:
        def f():
            return 2
    try:
        import cupy as np
    except ImportError:
        import numpy as np
    if __name__ == "__main__":
        def f():
            return 3
    @staticmethod
    def g(x=np.pi):
        return x
    '''
    made = program(tmp_path, text)
    sliced = made.slice_for(["f", "g"])
    function = next(one for one in sliced.statements if one.defines == ("f",))
    assert function.code == 'def f():\n        """First\n          line."""\n    return 1'.replace(
        '        "', '    "'
    ).replace("          line", "              line".removeprefix("    "))
    assert run(sliced)["f"]() == 1
    decorated = next(one for one in sliced.statements if one.defines == ("g",))
    assert decorated.place.line == made.document.cells[0].source.split("\n").index("@staticmethod") + 1
    assert decorated.code.startswith("@staticmethod\ndef g")
    whole = next(one for one in sliced.statements if one.defines == ("np",))
    assert whole.kind == "import"
    assert "cupy" in whole.code


def test_methods_bases_decorators_defaults_and_annotations(tmp_path: Path) -> None:
    text = """
    from dataclasses import dataclass, field
    from typing import Optional, List
    import abc
    size = 3
    class Base:
        def go(self): return later()
    def deco(f): return f
    @dataclass
    class Net(Base):
        n: int = size
        @deco
        def f(self, x: Optional[int] = None): return x
    def later(): return global_m
    global_m = 12
    def sets():
        global counter
        counter += 1
    counter = 0
    """
    sliced = program(tmp_path, text).slice_for(["Net", "sets"])
    assert sliced.missing == ()
    assert {name for one in sliced.statements for name in one.defines} == {
        "dataclass", "Optional", "size", "Base", "deco", "Net", "later", "global_m", "sets", "counter",
    }  # fmt: skip
    space = run(sliced)
    assert space["Net"]().go() == 12
    assert space["Net"]().n == 3


def test_mutual_recursion_and_cells_out_of_order(tmp_path: Path) -> None:
    cells = [
        "b = a * even(4)",
        "def even(n):\n    return n == 0 or odd(n - 1)",
        "def odd(n):\n    return n > 0 and even(n - 1)",
        "a = 6",
    ]
    sliced = program(tmp_path, *cells).slice_for(["b"])
    assert [one.place.cell for one in sliced.statements] == [2, 3, 4, 1]
    assert run(sliced)["b"] == 6


def test_from_star(tmp_path: Path) -> None:
    text = """
    from numpy import *
    from math import *
    from nowhere_to_be_found import *
    from keras import *
    def f(z): return exp(-z) + sum(z, axis=0)
    def g(z): return unheard_of(z)
    def h(z): return len(z)
    def k(z): return sum(z)
    """
    made = program(tmp_path, text)
    assert [one.code for one in made.slice_for(["f"]).statements][:-1] == ["from numpy import *", "from math import *"]
    assert [one.code for one in made.slice_for(["k"]).statements][:-1] == ["from numpy import *"]
    unknown = made.slice_for(["g"])
    assert [one.code for one in unknown.statements][:-1] == ["from nowhere_to_be_found import *", "from keras import *"]
    assert unknown.missing == ()
    assert [one.code for one in made.slice_for(["h"]).statements] == ["def h(z): return len(z)"]


def test_modules_beside_it(tmp_path: Path) -> None:
    made = program(
        tmp_path,
        "from helpers import forward as fwd, unused\nimport tools as t\nfrom stars import *\n"
        "def go(x):\n    return fwd(x) + t.twice(x) + starred(x)\n",
        helpers="""
        import numpy as np
        from tools import twice
        factor = 10
        print("loaded")
        def forward(x):
            return twice(x) * factor
        def unused(): pass
        """,
        tools="""
        def twice(x): return 2 * x
        def thrice(x): return 3 * x
        data = open("data").read()
        """,
        stars="def starred(x): return 1\ndef another(): pass",
    )
    sliced = made.slice_for(["go"])
    assert {(one.module, *one.defines) for one in sliced.statements} == {
        ("helpers", "twice"), ("helpers", "factor"), ("helpers", "forward"), ("tools", "twice"), ("stars", "starred"),
        (None, "fwd"), (None, "t"), (None,), (None, "go"),
    }  # fmt: skip
    assert sliced.statements[-1].code.startswith("def go")
    assert run(sliced)["go"](1) == 23
    assert {one.module for one in made.slice_for(["thrice"]).statements} == {"tools"}
    assert [one.code for one in made.slice_for(["tools.twice"]).statements] == ["def twice(x): return 2 * x"]
    assert made.slice_for(["nothing.twice", "nix"]).missing == ("nix", "nothing.twice")


def test_two_imports_of_one_package(tmp_path: Path) -> None:
    text = "import os.path\nimport os\nimport collections.abc\ndef f(x):\n    return collections.abc.Sized, collections.deque"
    sliced = program(tmp_path, "import collections\n" + text).slice_for(["f"])
    assert [one.code for one in sliced.statements][:2] == ["import collections", "import collections.abc"]


def test_top_level_lists_everything_usable(tmp_path: Path) -> None:
    made = program(tmp_path, "import beside\na = 1\nb = input()\ndef f(): pass\nclass C: pass", beside="def g(): pass")
    assert [(one.module, *one.defines, one.kind) for one in made.statements] == [
        ("beside", "g", "function"),
        (None, "beside", "import"),
        (None, "a", "assignment"),
        (None, "f", "function"),
        (None, "C", "class"),
    ]


def test_broken_cells_and_code_that_does_not_compile(tmp_path: Path) -> None:
    sliced = program(tmp_path, "\n  def f(:", "def g(x, x): pass\ndef h(): return 1").slice_for(["h", "g"])
    assert [one.code for one in sliced.statements] == ["def h(): return 1"]
    assert sliced.missing == ("g",)
    first, second = sliced.dropped
    assert (str(first.place), first.text) == ("cell 1, line 2", "def f(:")
    assert "not Python" in first.why
    assert "duplicate argument" in second.why


def test_umlauts_and_semicolons_keep_their_places(tmp_path: Path) -> None:
    sliced = program(tmp_path, "ä = 'ü'; größe = 'ö' + ä; z = 1\ndef f():\n\treturn größe").slice_for(["f"])
    assert [one.code for one in sliced.statements] == ["ä = 'ü'", "größe = 'ö' + ä", "def f():\n\treturn größe"]


@pytest.mark.slow
def test_a_long_chain_takes_no_time_and_no_recursion(tmp_path: Path) -> None:
    lines = ["v0 = 1", *(f"v{k} = v{k - 1} + 1" for k in range(1, 2000))]
    calls = ["def f0(): return 1", *(f"def f{k}(): return f{k - 1}()" for k in range(1, 2000)), "w = f1999()"]
    made = program(tmp_path, "\n".join([*lines, *calls]))
    assert len(made.slice_for(["v1999"]).statements) == 2000
    assert made.slice_for(["w"]).missing == ("w",)
    assert len(made.slice_for(["f1999"]).statements) == 2000
