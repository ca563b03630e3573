"""Broken files of every kind through reading, slicing, lifting and remarks: nothing but BadInput comes out."""

from __future__ import annotations

import json
import random
import textwrap
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.places import LAB
from verify.errors import BadInput
from verify.reading.parsing.reading import read
from verify.reading.program.program import Program
from verify.reading.remarks.remarks import remarks

CELLS = [
    "import numpy as np\nimport matplotlib.pyplot as plt\nfrom math import *\n%matplotlib inline",
    "def init(nx, nh, ny=10):\n    np.random.seed(1)\n    return {'W1': np.random.randn(nx, nh), 'b1': np.zeros((1, nh))}",
    "class Net(object):\n    def __init__(self, n):\n        self.W = np.ones(n)\n    def fit(self, X, y):\n"
    "        for e in range(9):\n            a = np.tanh(X @ self.W)\n            self.W -= 0.1 * X.T @ (a - y)",
    "for epoch in range(9):\n    for i in range(0, X.shape[1], 32):\n        xb, yb = X[i:i+32], Y[i:i+32]\n"
    "        A = 1 / (1 + np.exp(-(xb @ W + b)))\n        J = -np.mean(yb * np.log(A + 1e-9))\n        dZ = A - yb\n"
    "        W -= lr * xb.T @ dZ\n        b = b - lr * np.sum(dZ)\n        losses.append(J)\n    if acc > 99: break",
    "def sgd(params, grads, eta):\n    for key in params:\n        params[key] -= eta * grads[key]\n    return params",
    "try:\n    import cupy as xp\nexcept ImportError:\n    import numpy as xp\nif __name__ == '__main__':\n    main()",
    "test_losses, accs = [], []\nplt.plot(losses)\nplt.xlabel('Epochs')\nlr, m = 0.1, 5\nm += 1\nparams['W'] = init(1, 2)",
    "def acc_of(P, Y):\n    acc = np.mean(np.argmax(P, 1) == Y)\n    return acc\nacc = acc_of(1, 2)\nx = !ls\nwith open('f') as f: d = f.read()",
]  # fmt: skip
BITS = ["(", ")", ":", "\n", "    ", "\t", "'", '"""', "\\", "%", "!", "?", "#", "=", "-=", "lambda", "yield", "await ", "return ",
        "global x", "nonlocal y", "*", "**", "@", "import", "from . import *", "\0", "\ud800", "é", "\r", "\f", "\u2028", "del x",
        "async ", "match x:\n case 1: pass", "type X = int", "x: int", "(y := 3)", "...", "break", r"'\d'", "1 is 1", "1if 1else 2", "f'{x!r:>{w}}'"]  # fmt: skip


def through(path: Path) -> bool:
    """Take a file all the way; return whether it could be read."""
    try:
        program = Program(read(path))
    except BadInput:
        return False
    usable = program.statements
    roots = ["forward", "sgd", "init", "Net", "nowhere", *(name for one in usable for name in one.defines)]
    sliced = program.slice_for(roots)
    assert "nowhere" in sliced.missing or any(one.code.endswith("import *") for one in usable)
    lifted = program.steps
    with warnings.catch_warnings(action="ignore"):
        for code in [one.code for some in (sliced.statements, usable, lifted) for one in some]:
            compile(code, "statement", "exec", dont_inherit=True)
    assert program.why_no_step or lifted
    assert all(one.sentence for one in remarks(program))
    return True


def mutated(rng: random.Random, text: str) -> str:
    for _ in range(rng.randint(1, 4)):
        lines = text.split("\n")
        at, place = rng.randrange(len(lines)), rng.randrange(len(text) + 1)
        what = rng.randrange(6)
        if what == 0:
            del lines[at]
            text = "\n".join(lines) or "x"
        elif what == 1:
            text = text[:place] + rng.choice(BITS) + text[place:]
        elif what == 2:
            text = text[:place] + text[place + rng.randint(1, 9) :] or "x"
        elif what == 3:
            lines.insert(at, lines[rng.randrange(len(lines))])
            text = "\n".join(lines)
        elif what == 4:
            lines[at] = rng.choice(["  ", "\t", "if x:\n    ", "for q in w: "]) + lines[at]
            text = "\n".join(lines)
        else:
            text = textwrap.indent(text, " " * rng.randint(0, 4), lambda line: rng.random() < 0.9)
            text = f"def train(X, Y):\n{textwrap.indent(text, '  ')}" if rng.random() < 0.3 else text
    return text


def random_bytes(rng: random.Random) -> bytes:
    return rng.randbytes(rng.randint(0, 200))


def random_text(rng: random.Random) -> bytes:
    return " ".join(rng.choice([*BITS, *"xyWb01", "W1", "np.dot"]) for _ in range(rng.randint(1, 40))).encode(
        errors="replace"
    )


def random_code(rng: random.Random) -> bytes:
    return mutated(rng, "\n".join(rng.sample(CELLS, rng.randint(1, 4)))).encode(errors="surrogatepass")


def random_json(rng: random.Random, depth: int = 0) -> Any:
    kinds: list[Callable[[], Any]] = [lambda: None, lambda: rng.randint(-9, 9), lambda: rng.choice(CELLS), lambda: True]
    if depth < 4:
        kinds += [
            lambda: [random_json(rng, depth + 1) for _ in range(rng.randint(0, 4))],
            lambda: {
                rng.choice(["cells", "source", "cell_type", "metadata", "nbformat", "worksheets", "input", "outputs", "name"]):
                random_json(rng, depth + 1) for _ in range(rng.randint(0, 5))
            },
        ]  # fmt: skip
    return rng.choice(kinds)()


def random_notebook(rng: random.Random) -> bytes:
    cells: list[Any] = []
    for _ in range(rng.randint(0, 6)):
        code = rng.choice(CELLS)
        source: Any = mutated(rng, code) if rng.random() < 0.5 else code.splitlines(keepends=True)
        cells.append({"cell_type": rng.choice(["code", "code", "markdown", "raw"]), "source": source, "metadata": {}})
    whole: dict[str, Any] = {"nbformat": 4, "nbformat_minor": rng.randint(0, 7), "metadata": {}, "cells": cells}
    for _ in range(rng.randint(0, 3)):  # break it somewhere
        part = rng.choice([whole, *(cell for cell in cells if isinstance(cell, dict))])
        if part:
            key = rng.choice(list(part))
            if rng.random() < 0.5:
                del part[key]
            else:
                part[key] = random_json(rng)
    return json.dumps(whole).encode()


def flipped(rng: random.Random, content: bytes) -> bytes:
    array = bytearray(content)
    for _ in range(rng.randint(1, 20)):
        array[rng.randrange(len(array))] = rng.randrange(256) if rng.random() < 0.5 else rng.choice(b'{}[]",:\\n0 ')
    return bytes(array)


@pytest.mark.parametrize("name", ["a.py", "a.ipynb"])
@pytest.mark.parametrize("make", [random_bytes, random_text])
def test_rubbish(tmp_path: Path, name: str, make: Callable[[random.Random], bytes]) -> None:
    rng = random.Random(1)
    path = tmp_path / name
    for _ in range(200):
        path.write_bytes(make(rng))
        through(path)


@pytest.mark.slow
@pytest.mark.parametrize(("name", "make"), [("a.py", random_code), ("a.ipynb", random_notebook)])
def test_almost_code(tmp_path: Path, name: str, make: Callable[[random.Random], bytes]) -> None:
    rng = random.Random(2)
    path = tmp_path / name
    read_ones = 0
    for _ in range(600):
        path.write_bytes(make(rng))
        read_ones += through(path)
    assert read_ones > 200


def test_some_almost_code(tmp_path: Path) -> None:
    rng = random.Random(3)
    for number in range(60):
        path = tmp_path / ("a.py" if number % 2 else "a.ipynb")
        path.write_bytes(random_code(rng) if number % 2 else random_notebook(rng))
        through(path)


@pytest.mark.slow
@pytest.mark.skipif(not LAB.exists(), reason="the lab is not here")
def test_the_lab_mutated(tmp_path: Path) -> None:
    rng = random.Random(4)
    content = LAB.read_bytes()
    path = tmp_path / "a.ipynb"
    read_ones = 0
    for number in range(300):
        if number % 2:
            path.write_bytes(flipped(rng, content))
        else:
            whole = json.loads(content)
            for cell in rng.sample(whole["cells"], 3):
                cell["source"] = mutated(rng, "".join(cell["source"]))
            path.write_text(json.dumps(whole))
        read_ones += through(path)
    assert read_ones > 150
