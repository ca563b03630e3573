"""`make seeds`: every file of the corpus of submissions at many seeds; no verdict may change from one to another.

python -m tests.seeds.campaign [--count 100] [--seed 1] [--files WORD ...]

The points at which a submission is judged are drawn anew for each run, so what is said of a file must not depend on
them. A file fails that is called one thing at one seed and another at the next, or at any seed *correct* where it is
wrong and *wrong* where it is right. Where only the names of its mistakes change, that is told and nothing fails.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from typing import Final

from tests.places import CORPUS
from tests.submissions.corpus_table import expectations

PROCESSES: Final = 2
SEEDS: Final = 2**31
FALSE: Final = {"correct": "wrong", "wrong": "correct"}  # what is true, and what may then never be said


@dataclass(frozen=True)
class Said:
    """What was said of a file at one seed."""

    name: str
    seed: int
    verdict: str
    mistakes: tuple[str, ...]
    sentence: str


def drawn(count: int, seed: int) -> list[int]:
    """Return so many different seeds; the same ones for the same `seed`."""
    return random.Random(seed).sample(range(SEEDS), count)


def said(asked: tuple[str, int]) -> Said:
    """Judge a file of the corpus at a seed."""
    from verify.submissions.judge import check_submission

    name, seed = asked
    try:
        evidence = check_submission(CORPUS / name, seed=seed)
    except Exception as error:  # nothing that a student hands in may end like this
        return Said(name, seed, "fault", (), f"{type(error).__name__}: {error}")
    verdict = "fault" if evidence.kind == "fault of verify" else evidence.verdict
    return Said(name, seed, verdict, tuple(one.name for one in evidence.diagnoses), evidence.sentence)


def at_every_seed(names: Sequence[str], seeds: Sequence[int]) -> Iterator[Said]:
    """Yield what is said: of every file at the first seed, then of every file at the next."""
    with ProcessPoolExecutor(PROCESSES) as pool:
        yield from pool.map(said, [(name, seed) for seed in seeds for name in names])


def complaint(found: Sequence[Said], true: str) -> str:
    """Return what is wrong with the verdicts on one file, or nothing."""
    counts = Counter(one.verdict for one in found)
    if "fault" in counts:
        return "A FAULT OF VERIFY"
    if FALSE.get(true) in counts:
        return "A FALSE VERDICT"
    return "THE VERDICT CHANGES WITH THE SEED" if len(counts) > 1 else ""


def told(found: Sequence[Said], true: str) -> str:
    """Return the verdicts on one file in words: each with how often it was said, and a seed that replays it."""
    lines = [f"{complaint(found, true)}: {found[0].name}; true: {true}"]
    for verdict, times in Counter(one.verdict for one in found).most_common():
        first = next(one for one in found if one.verdict == verdict)
        lines.append(f"    {times} times {verdict}, so with --seed {first.seed}: {first.sentence[:300]}")
    return "\n".join(lines)


def renamed(found: Sequence[Said]) -> str:
    """Return which mistakes were named how often, where that changes from seed to seed, or nothing."""
    counts = Counter(one.mistakes for one in found)
    if len(counts) < 2:
        return ""
    names = [f"{times} times {', '.join(names) or 'none'}" for names, times in counts.most_common()]
    last = next(one for one in found if one.mistakes == counts.most_common()[-1][0])
    return f"named otherwise: {found[0].name}: {'; '.join(names)} (--seed {last.seed})"


def main(words: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.seeds.campaign", description=__doc__)
    parser.add_argument("--count", type=int, default=100, help="how many seeds (100)")
    parser.add_argument("--seed", type=int, default=1, help="which seeds (1)")
    parser.add_argument("--files", nargs="+", default=[], metavar="WORD", help="only files with a WORD in their name")
    given = parser.parse_args(words)
    true = {name: str(one["verdict"]) for name, one in expectations().items()}
    names = [name for name in true if not given.files or any(word in name for word in given.files)]
    if given.count < 2 or not names:
        parser.error("expected at least two seeds and one file")
    print(f"{len(names)} files at {given.count} seeds each", flush=True)
    found: dict[str, list[Said]] = {name: [] for name in names}
    complained = dict.fromkeys(names, "")
    for one in at_every_seed(names, drawn(given.count, given.seed)):
        found[one.name].append(one)
        now = complaint(found[one.name], true[one.name])
        if now != complained[one.name]:
            complained[one.name] = now
            print(told(found[one.name], true[one.name]), flush=True)
        if one.name == names[-1]:
            print(f"{len(found[one.name])} of {given.count} seeds done", file=sys.stderr, flush=True)
    for name in names:
        if renamed(found[name]) and not complained[name]:
            print(renamed(found[name]))
    failed = [name for name in names if complained[name]]
    print(f"files with which something is not as it should be: {len(failed)}")
    for name in failed:
        print(told(found[name], true[name]))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
