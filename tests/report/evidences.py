"""Evidence for the tests of the reports, made once in a process: right, wrong, trained, interrupted, extreme, hostile."""

from __future__ import annotations

import math
import zlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields, is_dataclass, replace
from functools import cache
from itertools import cycle
from typing import Any

import pytest

from verify.evidence.records import (
    CaseEvidence,
    Caught,
    Comparison,
    Coverage,
    Diagnosis,
    Evidence,
    Finding,
    Replay,
    Row,
    Worst,
)
from verify.evidence.submission import Answer, Bound, Lines, ParameterVerdict, Remark, Setting, Submission
from verify.lab.check import check_cases, check_network
from verify.lab.planting import BY_NAME
from verify.nets.cases import make_cases
from verify.report.blocks import Drawing, Report
from verify.report.document import document
from verify.training.data import find_dataset
from verify.training.end_to_end import check_training
from verify.training.loop import Settings

WRONG_SHAPE, WRONG_DZ2, ONE_ENTRY = "db2-summed-over-classes", "dZ2-doubled", "dW1-one-entry"

HOSTILE = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)>',
    "'><a href=javascript:alert(1) onclick=alert(1)>x</a>",
    "javascript:alert(1)",
    "](http://evil.example) [x](javascript:alert(1))",
    "![x](http://evil.example/x.png)",
    "<http://evil.example>",
    "http://evil.example www.evil.example a@evil.example",
    "| a | b |",
    "`code` ``",
    "```",
    "~~~ x",
    "$$ x $$",
    "$",
    "# heading",
    "- item",
    "+ item",
    "* item",
    "1. item",
    "2) item",
    "> quote",
    "---",
    "===",
    "    four spaces",
    "**bold** _soft_ ~~gone~~",
    "ends in a backslash \\",
    "\\",
    "[^1] [x]: y",
    "&lt; &#60; &amp;",
    "\x1b[31m",
    "\u202e",
    "line1\nline2",
    "line1\n\n# line2\n\n- line3",
    "{{ 7*7 }}",
    "{% raise %}",
    "</style>",
    "</title>",
    "</code></pre></details>",
    "]]>",
    "--><!--",
    "\\end{x}$$ <b>x</b> $$",
)

_WORDS_OF_OURS = (
    "verdict",
    "schema",
    "status",
    "loop",
    "dtype",
    "rows",
    "counts",
    "how",
    "answer",
    "kind",
)  # not free: an Evidence checks them
_FORMULAS = ("left_latex", "latex")


@cache
def right() -> Evidence:
    return check_network(cases=make_cases([(2, 3, 2), (1, 2, 1)], None, 42)[:6], whole=True)


@cache
def wrong(name: str) -> Evidence:
    return check_network(mistake=BY_NAME[name], cases=make_cases([(2, 3, 2)], None, 42)[:2], whole=True)


@cache
def digits(epochs: int = 2, mistake: str | None = None) -> Evidence:
    planted = BY_NAME[mistake] if mistake else None
    return check_training(
        find_dataset(None, "digits"),
        Settings(epochs=epochs, hidden=16),
        mistake=planted,
        beside=check_cases(mistake=planted, cases=make_cases([(2, 3, 2)], None, 42)[:2], oracles=None, seed=42),
        whole=True,
        command="verify report --dataset digits",
    )


@cache
def interrupted() -> Evidence:
    return check_training(find_dataset(None, "digits"), Settings(epochs=9, hidden=16), stop=lambda: True, whole=True)


@cache
def extreme() -> Evidence:
    """Numbers at the end of what there is: zero, the smallest, none, infinity, and a million entries."""
    evidence, trained = right(), digits().training
    assert trained is not None
    numbers = cycle((0.0, 1e-300, math.nan, math.inf))
    rows = tuple(
        replace(
            row,
            worst=Worst((123_456, 7), next(numbers), next(numbers), next(numbers), next(numbers)),
            entries=10**6,
            mismatched=10**6,
            detects=math.nan,
        )
        if place % 3
        else replace(row, worst=replace(row.worst or Worst((0,), 0, 0, 0, 0), error=next(numbers)), entries=10**6)
        for place, row in enumerate(evidence.summary)
    )
    main, other = trained.runs
    last = replace(main.epochs[-1], train_loss=math.nan, test_loss=math.inf, test_accuracy=math.nan)
    first = replace(main.epochs[0], train_loss=1e308, test_loss=-math.inf, train_accuracy=0.0)
    main = replace(main, epochs=(first, last), first_loss=math.nan, eta=1e-300, status="stopped", why="the loss is NaN")
    cases = tuple(
        replace(case, order=replace(case.order, errors=tuple(0.0 for _ in case.order.errors), observed=math.nan))
        if case.order and place % 2
        else case
        for place, case in enumerate(evidence.cases)
    )
    return replace(
        evidence,
        summary=rows,
        cases=cases,
        caught=tuple(replace(one, typically=math.nan, everywhere=math.inf) for one in evidence.caught),
        training=replace(trained, runs=(main, other)),
    )


def with_texts(value: Any, change: Callable[[str], str]) -> Any:
    """Return the evidence with every free text changed but formulas; an empty text and our own words stay."""
    if isinstance(value, str):
        return change(value) if value else value
    if isinstance(value, tuple):
        return tuple(with_texts(one, change) for one in value)
    if isinstance(value, Mapping):
        return {change(key): with_texts(one, change) for key, one in value.items()}
    if is_dataclass(value) and not isinstance(value, type):
        kept = (*_WORDS_OF_OURS, *_FORMULAS)
        free = {one.name: getattr(value, one.name) for one in fields(value) if one.name not in kept}
        proofs = {"proofs": {change(key): word for key, word in free["proofs"].items()}} if "proofs" in free else {}
        return replace(value, **{name: with_texts(one, change) for name, one in free.items()} | proofs)
    return value


@cache
def worst_of_all() -> Evidence:
    """Every section that a report can have: a mistake that is wrong and named, trained, and each finding and row."""
    evidence = digits(2, "dZ1-one-minus-A1")
    return replace(evidence, findings=right().findings, cases=(*evidence.cases, *right().cases[-1:]))


def full_of(text: str) -> Evidence:
    """Return evidence in which every free text begins and ends with this text."""
    return with_texts(worst_of_all(), lambda old: f"{text} {old} {text}")


def with_formula(latex: str) -> Evidence:
    """Return evidence of elsewhere, in which every formula ends with this."""
    evidence = wrong(WRONG_DZ2)
    steps = (replace(step, left_latex=f"x {latex}", latex=f"{latex} y {latex}") for step in evidence.derivation)
    return replace(evidence, derivation=tuple(steps))


@cache
def hostile() -> Evidence:
    """Return evidence in which the free texts begin and end with hostile ones, in turn."""

    def change(text: str) -> str:
        place = zlib.crc32(text.encode())
        first, last = (HOSTILE[number % len(HOSTILE)] for number in (place, place // 50))
        return f"{first} {text} {last}"

    return with_texts(worst_of_all(), change)


def without_drawing(monkeypatch: pytest.MonkeyPatch, words: str = "") -> None:
    """Give every report the pictures of another one, with these words: drawing takes most of the time of a report."""
    blocks = [block for section in reported("digits-wrong").sections for block in section.blocks]
    drawn = {block.picture.name: block.picture for block in blocks if isinstance(block, Drawing)}
    for place, name, picture in (
        ("document", "kill_matrix", "kill-matrix"),
        ("document", "step_sizes", "step-sizes"),
        ("learning", "learning_curves", "learning-curves"),
        ("learning", "ten_digits", "digits"),
    ):
        known = replace(drawn[picture], alternative=f"{words} {drawn[picture].alternative} {words}")
        monkeypatch.setattr(f"verify.report.{place}.{name}", lambda _, known=known: known)


WRONG_LINE, RIGHT_LINE = "gradW_cachee = X.T @ (dA * (1 - A))", "gradW_cachee = X.T @ (dA * (1 - A ** 2))"


@cache
def submitted() -> Evidence:
    """A notebook whose gradient of W_cachee is wrong: everything that a submission can have is there, by hand."""
    worst = Worst((0, 1), 0.5, 0.25, 0.25, 1e-12)
    message = "dW_cachee[0, 1]: the backward pass gives 0.5, the derivative is 0.25; ratio 2.000"
    compared = [
        Comparison(
            "W_cachee", "exact", "different", 6, 6, Worst((0, 1), 0.5, 0.25, 0.25, None), None, None, "", message
        ),
        Comparison("W_cachee", "central-difference", "differs", 6, 6, worst, None, None, "", message),
        Comparison("b_sortie", "exact", "identical", 2, 0, None, 0.0, 0.0, ""),
        Comparison("b_sortie", "central-difference", "agrees", 2, 0, replace(worst, error=1e-14), 1e-8, 1e-9, ""),
    ]
    rows = tuple(
        Row(one.parameter, one.oracle, one.verdict, "3-2-2 m=5", one.worst, one.entries, one.mismatched, one.detects,
            one.detects_typically, {one.verdict: 1}, one.message)
        for one in compared
    )  # fmt: skip
    return Evidence(
        subject="lab1 (1).ipynb",
        verdict="wrong",
        sentence="Wrong: the gradient of W_cachee is not the derivative of the mean cross-entropy.",
        oracles=("exact", "central-difference"),
        derivation=(),
        summary=rows,
        cases=(CaseEvidence("3-2-2 m=5", (3, 2, 2), 5, "one-hot", "ordinary", 42, tuple(compared), None, None),),
        mistakes={},
        caught=(Caught("exact", 0.0, 0.0), Caught("central-difference", 1e-9, 1e-8)),
        diagnoses=(
            Diagnosis("dZ1-one-minus-A1", "dZ1", ("W_cachee",), "1 - A1 stands where 1 - A1^2 should.", 12, WRONG_LINE,
                      RIGHT_LINE, "lab1 (1).ipynb", 4, "The text of the lab says so too."),
        ),
        findings=(Finding("eps-in-the-loss", "It moves the loss by 1e-9 of itself.", {"eps": 1e-9}),),
        trusted=("the chance of the exact oracle",),
        replay=Replay("verify grads 'lab1 (1).ipynb'", 42, {"python": "3.11.7", "numpy": "2.0.0"}, {"other.py": "f00d"}),
        submission=Submission(
            file="lab1 (1).ipynb",
            kind="ipynb",
            sha256="c0ffee",
            used=(Lines(2, 1, 1, "np", "import"), Lines(4, 1, 14, "retropropagation", "function")),
            dropped=(
                Lines(1, 2, 2, "data = pd.read_csv('train.csv')", "loads data"),
                Lines(5, 1, 9, "for epoch in range(50):", "a training loop"),
                Lines(7, 3, 3, "plt.plot(couts)", "a training loop"),
            ),
            convention=(
                Setting("backward", "retropropagation", "by name", "cell 4, line 1"),
                Setting("samples", "rows", "told"),
                Setting("labels", "one-hot", "by elimination"),
                Setting("outputs", "2", "assumed"),
                Setting("loss", "mean cross-entropy", "implied"),
                Setting("parameters", "W_cachee (3, 2); b_sortie (2,)", "stated", "cell 3, line 2"),
            ),
            trials=17,
            answers=(
                Answer("Is the backward pass the gradient of its own loss?", "no", "By exact numbers."),
                Answer("Is that the loss of the lab?", "yes", "It is the mean cross-entropy."),
                Answer("Is there a third?", "not known", "Nobody asked."),
            ),
            parameters=(
                ParameterVerdict("W_cachee", "wrong", message),
                ParameterVerdict("b_sortie", "correct", "every entry is as it should be"),
                ParameterVerdict("W_sortie", "could not judge", "nothing was compared"),
            ),
            remarks=(Remark("spoils-its-caller", "It changes the array of its caller.", 4, 3, "A -= A.max()"),),
            cage="bubblewrap",
            promises=("no network", "bounded memory"),
            canary="came back exactly as wrong as it is",
            bindings=(
                Bound("retropropagation", "X", "X", "by name"),
                Bound("retropropagation", "memoire", "part 2 of what propagation returns", "by name"),
                Bound("retropropagation", "k", "Y", "by elimination"),
                Bound("retropropagation", "eps", "its default", "stated", "cell 4, line 1"),
                Bound("", "taux", "0.375", "by name"),
            ),
        ),
        coverage=(
            Coverage("exact", "the formula", 8, 0, (2, 2), ("3-2-2 m=5",), "8 entries one by one, at 2 points"),
            Coverage("central-difference", "cout", 8, 8, (1, 1), ("3-2-2 m=5",), "8 entries in sums, at 1 point"),
        ),
        unjudged=("other sizes than those",),
    )  # fmt: skip


@cache
def script() -> Evidence:
    """A .py file that is right: no diagnosis, no remark, nothing dropped."""
    evidence = submitted()
    assert evidence.submission is not None
    rows = tuple(row for row in evidence.summary if row.parameter == "b_sortie")
    own = replace(
        evidence.submission, file="student.py", kind="py", used=(Lines(None, 1, 30, "backward", "function"),), dropped=(),
        parameters=evidence.submission.parameters[1:2], remarks=(), answers=evidence.submission.answers[1:2],
    )  # fmt: skip
    return replace(
        evidence, subject="student.py", verdict="correct", summary=rows, diagnoses=(), findings=(), submission=own,
        sentence="Correct: the gradient of b_sortie is the derivative of the mean cross-entropy.",
    )  # fmt: skip


@cache
def unjudged() -> Evidence:
    """A file of which nothing could be called: neither gradients nor a convention are there."""
    evidence = script()
    assert evidence.submission is not None
    own = replace(
        evidence.submission, convention=(), bindings=(), trials=0, answers=(), parameters=(), canary="not asked"
    )
    return replace(
        evidence, verdict="could not judge", sentence="Could not judge: found f, g; looked for backward.", oracles=(),
        summary=(), cases=(), caught=(), coverage=(), unjudged=(), submission=own,
    )  # fmt: skip


SUBMISSIONS: dict[str, Callable[[], Evidence]] = {"notebook": submitted, "script": script, "unjudged": unjudged}


def submitted_full_of(text: str) -> Evidence:
    """Return evidence of a submission in which every free text begins and ends with this text."""
    return with_texts(submitted(), lambda old: f"{text} {old} {text}")


EVIDENCES: dict[str, Callable[[], Evidence]] = {
    "right": right,
    "wrong-shape": lambda: wrong(WRONG_SHAPE),
    "wrong-dZ2": lambda: wrong(WRONG_DZ2),
    "one-entry": lambda: wrong(ONE_ENTRY),
    "digits": digits,
    "digits-wrong": lambda: digits(2, "dZ1-one-minus-A1"),
    "interrupted": interrupted,
    "extreme": extreme,
    "hostile": hostile,
}
CLEAN = tuple(name for name in EVIDENCES if name != "hostile")
_DEFAULT = ("right", "wrong-dZ2", "submitted")  # the tier of every day makes these three


def tiered(rows: Iterable[Any]) -> list[Any]:
    """Return names of evidences, or rows that begin with one, of which those of other evidences are marked slow."""
    every = [row if isinstance(row, tuple) else (row,) for row in rows]
    return [pytest.param(*row, marks=() if row[0] in _DEFAULT else pytest.mark.slow) for row in every]


@cache
def reported(name: str) -> Report:
    return document(EVIDENCES[name]())
