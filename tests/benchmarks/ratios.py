"""Speed as ratios, measured side by side in one run: `make bench`. Prints, asserts nothing.

Each line: what, the median, what it is held against, the ratio, and the ratio that the project aims at.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from rich.console import Console
from rich.table import Table

RUNS = 7
SAMPLE = "reports/lab1/evidence.json"


@dataclass(frozen=True)
class Row:
    """A task held against another: both medians, the median ratio, and the ratio that the project aims at."""

    what: str
    against: str
    found: tuple[float, float, float]
    aim: str


def shown(rows: list[Row]) -> None:
    table = Table("what", "median", "against", "its median", "ratio", "aim")
    for row in rows:
        one, other, ratio = row.found
        table.add_row(row.what, f"{one:.3f} s", row.against, f"{other:.3f} s", f"{ratio:.3g}", row.aim)
    Console(width=150).print(table)


def seconds(task: Callable[[], object]) -> float:
    start = time.perf_counter()
    task()
    return time.perf_counter() - start


def side_by_side(
    one: Callable[[], object], other: Callable[[], object], runs: int = RUNS
) -> tuple[float, float, float]:
    """Return both medians and the median ratio, run by run in turn, after one run that does not count."""
    one(), other()
    pairs = [(seconds(one), seconds(other)) for _ in range(runs)]
    firsts, seconds_ = zip(*pairs, strict=True)
    return statistics.median(firsts), statistics.median(seconds_), statistics.median(a / b for a, b in pairs)


def process(*words: str) -> Callable[[], object]:
    # Installed packages come with bytecode; a checkout gets its own at the first run, which does not count.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return lambda: subprocess.run([sys.executable, *words], stdout=subprocess.DEVNULL, check=True, env=environment)


def main() -> None:
    from verify.lab import network
    from verify.nets.cases import FULL_SIZES, make_case, make_cases
    from verify.oracles.base import textbook_loss
    from verify.oracles.central_difference import central_difference
    from verify.oracles.complex_step import complex_step
    from verify.oracles.exact import exact

    rows: list[Row] = []

    def row(what: str, against: str, found: tuple[float, float, float], aim: str) -> None:
        rows.append(Row(what, against, found, aim))

    row(
        "verify --help", "import typer",
        side_by_side(process("-m", "verify", "--help"), process("-c", "import typer")), "< 3",
    )  # fmt: skip
    row(
        "verify grads, cold", "import numpy, sympy",
        side_by_side(process("-m", "verify", "grads"), process("-c", "import numpy, sympy")), "< 3",
    )  # fmt: skip

    with tempfile.TemporaryDirectory() as folder:
        libraries = process("-c", "import numpy, sympy, matplotlib.figure, jinja2, pydantic, typer, rich")
        for what, words, aim in (
            ("verify report --quick, cold", ["--quick"], "first < 10 s"),
            ("verify report --from the sample's evidence", ["--from", SAMPLE], "first < 2 s"),
        ):
            asked = process("-m", "verify", "report", *words, "--out", folder, "--name", "bench")
            row(what, "import of its libraries", side_by_side(asked, libraries, 3), aim)

    small = [case for case in make_cases() if not case.full]

    def exact_checks() -> None:
        from verify.lab.check import check_network

        check_network(cases=small, oracles=("exact",))

    def exact_only() -> None:
        from verify.lab.comparing import compare

        for case in small:
            compare("exact", exact(network, case, textbook_loss), network, case, dict.fromkeys(case.params, False))

    row("exact checks of all small cases", "the same with power, findings, proofs",
        side_by_side(exact_only, exact_checks, 5), "first < 0.2 s")  # fmt: skip

    full = make_case(FULL_SIZES, 16)
    for oracle in (exact, central_difference, complex_step):
        found = statistics.median(seconds(partial(oracle, network, full, textbook_loss)) for _ in range(3))
        loop = statistics.median(loop_seconds(network, full, 300) for _ in range(3))
        row(f"101,770 entries, m = 16, {oracle.__name__}", "a loop of two forward passes an entry, from 300",
            (found, loop, found / loop), "< 0.01")  # fmt: skip
    shown(rows)


def loop_seconds(network: object, case: object, entries: int) -> float:
    """Return what the naive loop would take for every entry, from the time of a few."""
    import numpy as np

    from verify.nets.cases import Case
    from verify.oracles.base import Forward, textbook_loss

    assert isinstance(case, Case)
    forward: Forward = network  # type: ignore[assignment]
    params = {name: value.copy() for name, value in case.params.items()}
    flat = params["W1"].ravel()
    start = time.perf_counter()
    for index in np.random.default_rng(0).integers(0, flat.size, entries):
        kept = flat[index]
        for moved in (kept + 1e-5, kept - 1e-5):
            flat[index] = moved
            textbook_loss(forward.forward(params, case.X)[0], case.Y)
        flat[index] = kept
    return (time.perf_counter() - start) / entries * case.entries


if __name__ == "__main__":
    main()
