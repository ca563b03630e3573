"""`make corpus`: the verdict on every file of the corpus, held against what is true of it."""

from __future__ import annotations

import importlib.util
import sys
import tomllib
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from typing import Any

from tests.places import CORPUS


@dataclass(frozen=True)
class Judged:
    """What was said of one file, and what is true."""

    name: str
    expected: dict[str, Any]
    verdict: str
    failed: tuple[str, ...]
    mistakes: tuple[str, ...]
    steps: tuple[str, ...]
    places: tuple[tuple[int | None, int], ...]
    sentence: str

    @property
    def right_verdict(self) -> bool:
        return self.verdict == self.expected["verdict"]

    @property
    def true_mistakes(self) -> tuple[str, ...]:
        one = [self.expected["mistake"]] if "mistake" in self.expected else []
        return tuple(self.expected.get("mistakes", one))

    @property
    def named_right(self) -> bool:
        """Whether the mistakes that were named are the true ones."""
        said = {part for name in self.mistakes for part in name.split("; ")}
        more = {
            f"{step}-{name.split('-', 1)[1]}" for step in self.expected.get("steps", ()) for name in self.true_mistakes
        }
        return set(self.true_mistakes) <= said <= {*self.true_mistakes, *more}

    @property
    def line_right(self) -> bool:
        lines = self.expected.get("lines", [self.expected.get("line")])
        cells = self.expected.get("cells", [self.expected.get("cell")] * len(lines))
        return bool(self.places) and self.places[0] in list(zip(cells, lines, strict=False))


def expectations() -> dict[str, dict[str, Any]]:
    with (CORPUS / "expected.toml").open("rb") as file:
        found: dict[str, dict[str, Any]] = tomllib.load(file)["files"]
    if importlib.util.find_spec("torch") is None:
        found = {name: one for name, one in found.items() if "torch" not in name}
    return found


def judged(name: str) -> Judged:
    from verify.submissions.judge import check_submission

    evidence = check_submission(CORPUS / name, seed=42)
    failed = tuple(dict.fromkeys(row.parameter for row in evidence.summary if row.verdict in ("different", "differs")))
    named = [one for one in evidence.diagnoses if one.name != "not in the catalogue"]
    return Judged(
        name,
        expectations()[name],
        evidence.verdict,
        failed,
        tuple(one.name for one in named),
        tuple(one.step for one in evidence.diagnoses),
        tuple((one.cell, one.line) for one in evidence.diagnoses),
        evidence.sentence,
    )


def all_judged(names: list[str] | None = None) -> Iterator[Judged]:
    with ProcessPoolExecutor(2) as pool:
        yield from pool.map(judged, names or list(expectations()))


def main(words: list[str]) -> int:
    wanted = [name for name in expectations() if not words or any(word in name for word in words)]
    wrong_verdicts = named = covered = lines = 0
    for one in all_judged(wanted):
        is_covered = bool(one.expected.get("covered", False)) and one.expected["verdict"] == "wrong"
        cause = "" if one.expected["verdict"] != "wrong" else "named" if one.named_right else "NOT NAMED"
        where = "" if one.expected["verdict"] != "wrong" else "line" if one.line_right else "NOT THE LINE"
        flag = "" if one.right_verdict else "  <-- WRONG VERDICT"
        print(f"{one.name:58} {one.verdict:16} {cause:10} {where:13} {', '.join(one.mistakes)}{flag}")
        if not one.right_verdict or (is_covered and not one.named_right) or (is_covered and not one.line_right):
            print(
                f"    {one.sentence[:300]}\n    true: {one.true_mistakes} {one.expected.get('step')} line {one.expected.get('lines', one.expected.get('line'))}, said {one.steps} {one.places}"
            )
        wrong_verdicts += not one.right_verdict
        covered += is_covered
        named += is_covered and one.named_right
        lines += is_covered and one.line_right
    print(f"{len(wanted)} files; {wrong_verdicts} verdicts are not what is true; of {covered} mistakes that the catalogue covers "
          f"{named} are named right and {lines} with their line")  # fmt: skip
    return 1 if wrong_verdicts or named < 0.95 * covered else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
