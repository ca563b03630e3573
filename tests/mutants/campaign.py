"""`make mutants`, second half: every row of the catalogue planted in generated submissions, and what verify says, by style.

python -m tests.mutants.campaign
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from tests.mutants.expected import complaint, known_gap
from tests.mutants.planting import Outcome, not_written, outcomes, plantings
from tests.mutants.styles import STYLES


def table(found: Sequence[Outcome]) -> str:
    """Return a row a style: how many were planted, called wrong, named, and told with their line."""
    heads = ("planted", "right", "wrong", "named", "line", "gaps")
    lines = [f"{'style':12}" + "".join(f"{head:>9}" for head in heads)]
    for title in (*(style.title for style in STYLES), "all"):
        those = [one for one in found if title in (one.planting.style, "all")]
        wrong = [one for one in those if one.verdict == "wrong"]
        counts = (
            len(those),
            sum(one.right for one in those),
            len(wrong),
            sum(one.named for one in wrong),
            sum(one.line_told for one in wrong),
            sum(known_gap(one) is not None for one in those),
        )
        lines.append(f"{title:12}" + "".join(f"{count:9}" for count in counts))
    return "\n".join(lines)


LEGEND = """right: the planted row gives the gradient itself, by central differences; it is not judged
named: with the name of the row, or with the name of a row that gives the same numbers (tests/mutants/expected.py)
gaps:  what is named or placed otherwise today, each listed in tests/mutants/gaps.txt"""


def main() -> int:
    """Judge all plantings, print the table; return 1 where something is not as it should be, and not listed."""
    found = []
    for one in outcomes(plantings(), os.cpu_count() or 1):
        found.append(one)
        said = complaint(one)
        if said:
            print(said, flush=True)
    print(table(found))
    print(LEGEND)
    print(f"not written in columns: {', '.join(sorted({one.name for one in not_written()}))}")
    return 1 if any(complaint(one) for one in found) else 0


if __name__ == "__main__":
    sys.exit(main())
