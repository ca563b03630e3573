"""Code that is nested deep is said to be so, with its line, or goes all the way: no walk of a tree recurses too far."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from verify.reading.parsing.cells import DEEPEST
from verify.reading.parsing.reading import read
from verify.reading.program.program import Program
from verify.reading.remarks.remarks import remarks
from verify.reading.wiring.finding import find_candidates
from verify.submissions.judge import check_submission

MORE = f"nested more than {DEEPEST} deep"
UNPARSED = "nested too deep to be parsed"
HEAD = "import numpy as np\n\n"


def chain(times: int) -> str:
    return "if x == 0:\n    y = 0\n" + "".join(f"elif x == {n}:\n    y = {n}\n" for n in range(1, times))


def blocks(times: int) -> str:
    return "".join(f"{' ' * n}if x:\n" for n in range(times)) + " " * times + "y = 1\n"


def program(folder: Path, text: str) -> Program:
    path = folder / "handed_in.py"
    path.write_text(text)
    return Program(read(path))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (HEAD + "y = " + "-" * 150 + "1\n", f"line 3: {MORE}"),
        (HEAD + "y = (" + "\n+ ".join("x" for _ in range(150)) + ")\n", MORE),
        (HEAD + "y = a" + ".b" * 300 + "\n", f"line 3: {MORE}"),
        (HEAD + "y = a" + ".b" * 5000 + "\n", UNPARSED),
        (HEAD + "y = a" + "(1)" * 5000 + "\n", UNPARSED),
        (HEAD + "y = " + "(" * 90 + "1" + ",)" * 90 + "\ny = " + "[" * 120 + "]" * 120 + "\n", f"line 4: {MORE}"),
        (HEAD + "y = " + "(" * 5000 + "1" + ")" * 5000 + "\n", f"line 3: {UNPARSED}"),
        (HEAD + "y = " + "not " * 50_000 + "1\n", UNPARSED),
        (HEAD + "y = " + "lambda: " * 200 + "1\n", f"line 3: {MORE}"),
        (HEAD + chain(150), MORE),
        (HEAD + chain(1000), ""),
        (HEAD + blocks(150), f"line 103: {UNPARSED}"),
    ],
    ids=["minus", "sum", "attributes", "many attributes", "many calls", "lists", "parentheses", "not", "lambdas", "elif",
         "many elif", "blocks"],
)  # fmt: skip
def test_what_is_nested_too_deep_is_said_so(tmp_path: Path, text: str, said: str) -> None:
    made = program(tmp_path, text)
    (cell,) = made.document.cells
    assert cell.tree is None
    assert cell.problem is not None
    assert said in cell.problem
    assert "not Python" not in cell.problem
    assert made.statements == ()
    assert [one.why for one in made.slice_for(["y"]).dropped] == [cell.problem]
    assert remarks(made) == ()
    assert f"the file could not be read: {cell.problem}" in find_candidates(made, {}).why_none()


WRAPPED = {
    "minus": lambda n: "-" * n + "p",
    "sum": lambda n: "p" + " - g" * n,
    "power": lambda n: "p" + " ** g" * n,
    "attributes": lambda n: "p" + ".T" * n,
    "calls": lambda n: "float(" * n + "p" + ")" * n,
    "methods": lambda n: "p" + ".reshape(1)" * (n // 2),
    "subscripts": lambda n: "p" + "[0]" * n,
    "lists": lambda n: "[" * n + "p" + "]" * n,
    "lambdas": lambda n: "(lambda: " * n + "p" + ")" * n,
    "conditions": lambda n: "1 if p else (" * n + "p" + ")" * n,
    "comprehensions": lambda n: "[q for q in " * (n // 2) + "p" + "]" * (n // 2),
    "not": lambda n: "not " * n + "p",
}


@contextmanager
def frames_left(number: int) -> Iterator[None]:
    """Leave so many calls inside each other from here on; Python allows 1,000 in all, and a notebook has used some."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(len(inspect.stack(0)) + number)
    try:
        yield
    finally:
        sys.setrecursionlimit(before)


def used(value: str) -> str:
    return (
        f"import numpy as np\ndef backward(p, g):\n    acc = {value}\n    p = p - 0.1 * ({value})\n    p -= {value}\n    return p\n"
        f"acc = backward(1, 2)\nfor n in range({value}):\n    W = W - 0.1 * ({value} - W)\n    W -= g * ({value})\n"
        f"    L = np.log({value} + 1e-9)\n    if {value} > 95: break\n    plt.plot(W); plt.xlabel({value})\n"
    )


@pytest.mark.slow
@pytest.mark.parametrize("kind", WRAPPED)
def test_what_is_just_not_too_deep_goes_all_the_way(tmp_path: Path, kind: str) -> None:
    depth = next(
        n for n in range(DEEPEST, 0, -1) if program(tmp_path, used(WRAPPED[kind](n))).document.cells[0].tree is not None
    )
    assert depth > 40
    made = program(tmp_path, used(WRAPPED[kind](depth)))
    with frames_left(500):
        assert [one.name for one in made.functions] == ["backward"]
        assert made.steps or made.why_no_step
        assert find_candidates(made, {}).functions == made.functions
        assert made.slice_for(["backward"]).statements
        assert all(one.sentence for one in remarks(made))


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("def f(): return f()\nfor e in range(9):\n    if f() > 95: break", []),
        ("def f(n):\n    if n: return f(n - 1)\n    return np.mean(a == b)\nfor e in q:\n    if f(e) > 95: break",
         ["stop-never-fires"]),
        ("def f(): return g()\ndef g(): return f()\nfor e in range(9):\n    if f() > 95: break", []),
        ("for e in range(9):\n    accs.append(accs[-1])\n    if accs[-1] > 95: break", []),
        ("a = b\nb = a\nfor e in range(9):\n    if a > 95: break", []),
        ("".join(f"a{n} = {'float(' * 90}a{n + 1}{')' * 90}\n" for n in range(19)) + "a19 = np.mean(p == q)\n"
         "for e in range(9):\n    if a0 > 95: break", ["stop-never-fires"]),
        ("".join(f"def f{n}(): return f{n + 1}()\n" for n in range(2000)) + "for e in range(9):\n    if f0() > 95: break", []),
        ("".join(f"a{n} = a{n + 1}\na{n} = a{n + 1}\n" for n in range(18)) + "a18 = np.mean(p == q)\n"
         "for e in range(9):\n    if a0 > 95: break", []),
    ],
    ids=["itself", "itself and a fraction", "each other", "a list", "names", "wrapped", "a long chain", "many ways"],
)  # fmt: skip
def test_what_stands_for_itself_is_no_endless_question(tmp_path: Path, text: str, names: list[str]) -> None:
    assert [one.name for one in remarks(program(tmp_path, text))] == names


def test_functions_that_call_each_other_in_a_long_chain(tmp_path: Path) -> None:
    text = "".join(f"def f{n}(x): return f{n + 1}(x)\n" for n in range(2000)) + "def f2000(x): return x\ny = f0(1)\n"
    assert program(tmp_path, text).slice_for(["f0"]).missing == ()


def test_deep_code_is_judged_and_no_fault(tmp_path: Path) -> None:
    path = tmp_path / "deep.py"
    path.write_text(HEAD + "def backward(X):\n    return " + "-" * 200 + "X\n")
    evidence = check_submission(path, level="rlimits")
    assert (evidence.verdict, evidence.kind) != ("could not judge", "fault of verify")
    assert f"the file could not be read: line 4: {MORE}" in evidence.sentence
