"""`make edits`: right files with one line edited, and with changes that change nothing, against what is true of them.

python -m tests.edits.campaign [--count 300] [--seed 1] [--kind edits|neutral]

A miss is a wrong file that is called correct, or one whose loss or backward pass stops on a batch; a false alarm is a
right one that is called wrong. Where nothing else is true of a file (its driver stops, its loss is not finite) anything
may be said of it but a fault of verify.
"""

from __future__ import annotations

import argparse
import difflib
import os
import random
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.edits import edits, neutral
from tests.edits.bases import bases, handed_in
from tests.edits.truth import Truth, truth

CALLED: Final = {"right": "correct", "wrong": "wrong"}
UNDEFINED_KEPT: Final = 0.25  # of the files of which nothing is true, so many are judged


@dataclass(frozen=True)
class Case:
    """A changed file: of which base, how it was changed, in words, and what is true of it."""

    base: str
    kind: str
    how: str
    text: str
    true: Truth


@dataclass(frozen=True)
class Said:
    """What verify says of a case."""

    case: Case
    verdict: str
    sentence: str

    @property
    def complaint(self) -> str:
        """In one word what is not as it must be, or nothing."""
        if self.verdict == "fault":
            return "fault"
        if self.verdict == "correct" and (self.case.true.word == "wrong" or self.case.true.stops):
            return "miss"
        if self.case.true.word == "right" and self.verdict == "wrong":
            return "false alarm"
        return ""

    @property
    def as_true(self) -> bool:
        return CALLED.get(self.case.true.word) == self.verdict


def edited(count: int, seed: int) -> list[Case]:
    """Return so many one-line edits; each base in turn, each text once."""
    draw, files = random.Random(seed), bases()
    found: dict[str, Case] = {}
    while len(found) < count:
        base = files[sorted(files)[len(found) % len(files)]]
        one = edits.drawn(base, draw)
        true = truth(base.name, one.text, at_its_rate=not one.of_a_rate, seed=draw.randrange(1 << 30))
        if one.text in found or (true.word == "not defined" and draw.random() > UNDEFINED_KEPT):
            continue
        found[one.text] = Case(base.name, one.kind, str(one), one.text, true)
    return list(found.values())


def unchanged(count: int, seed: int) -> list[Case]:
    """Return so many files with changes that change nothing."""
    draw, files = random.Random(seed), bases()
    found: dict[str, Case] = {}
    while len(found) < count:
        base = files[sorted(files)[len(found) % len(files)]]
        one = neutral.drawn(base, draw)
        true = truth(base.name, one.text, one.names, seed=draw.randrange(1 << 30))
        if one.text in found:
            continue
        # Right by construction; where the truth does not confirm it, the campaign says so and fails.
        found[one.text] = Case(base.name, one.kind, str(one), one.text, true)
    return list(found.values())


def said(case: Case) -> Said:
    """Judge a case as a file that is handed in."""
    from verify.submissions.judge import check_submission

    with tempfile.TemporaryDirectory() as folder:
        path = handed_in(bases()[case.base], case.text, Path(folder))
        try:
            evidence = check_submission(path, seed=42)
        except Exception as error:  # nothing that a student hands in may end like this
            return Said(case, "fault", f"{type(error).__name__}: {error}")
    return Said(case, "fault" if evidence.kind == "fault of verify" else evidence.verdict, evidence.sentence)


def told(one: Said) -> str:
    """Return what is wrong with a verdict: the file's change as lines, what is true, what was said."""
    case = one.case
    before = bases()[case.base].text.splitlines()
    lines = [
        line for line in difflib.unified_diff(before, case.text.splitlines(), lineterm="", n=0) if line[:2] != "@@"
    ]
    change = "" if case.kind in edits.KINDS else "\n".join(f"      {line}" for line in lines[2:40])
    true = f"{case.true.word} ({case.true.why})" if case.true.why else case.true.word
    return f"{one.complaint.upper()}: {case.how}\n    true: {true}; said: {one.sentence[:300]}\n{change}".rstrip()


def table(found: Sequence[Said]) -> str:
    """Return how many of what is true were called what."""
    counts = Counter((one.case.true.word, one.verdict) for one in found)
    heads = ("correct", "wrong", "could not judge", "fault")
    lines = [f"{'':12}" + "".join(f"{head:>17}" for head in heads)]
    lines += [
        f"{word:12}" + "".join(f"{counts[word, head]:17}" for head in heads)
        for word in ("right", "wrong", "not defined")
    ]
    by_base = Counter((one.case.base, one.complaint or ("as it is" if one.as_true else "not judged")) for one in found)
    for base in sorted({one.case.base for one in found}):
        row = {kind: count for (name, kind), count in sorted(by_base.items()) if name == base}
        lines.append(f"{base:28} {', '.join(f'{count} {kind}' for kind, count in row.items())}")
    return "\n".join(lines)


def judged(cases: Sequence[Case]) -> Iterator[Said]:
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        yield from pool.map(said, cases)


def main(words: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.edits.campaign", description=__doc__)
    parser.add_argument("--count", type=int, default=300, help="how many files of each kind (300)")
    parser.add_argument("--seed", type=int, default=1, help="which files (1)")
    parser.add_argument("--kind", choices=("edits", "neutral"), help="only these")
    given = parser.parse_args(words)
    failed = False
    for kind, made in (("edits", edited), ("neutral", unchanged)):
        if given.kind not in (None, kind):
            continue
        cases, found = made(given.count, given.seed), list[Said]()
        not_right = [case for case in cases if kind == "neutral" and case.true.word != "right"]
        for case in not_right:
            print(f"NOT CONFIRMED: {case.how}: {case.true}")
        for one in judged(cases):
            found.append(one)
            if one.complaint:
                print(told(one), flush=True)
            elif one.verdict == "correct" and not one.as_true:
                print(f"called correct, though nothing is true of it: {one.case.how} ({one.case.true.why})", flush=True)
        print(
            f"{kind}, seed {given.seed}, {len(found)} files; a line is what is true, a column what was said\n{table(found)}",
            flush=True,
        )
        failed = failed or bool(not_right) or any(one.complaint for one in found)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
