"""Random cases until the time is up: false alarms and missed mistakes, counted. `make soak`.

Prints how many cases were judged, every false alarm, every planted mistake that was not seen, and the worst
error of each oracle in its own bounds. Exit status 1 after a false alarm.
"""

from __future__ import annotations

import sys
import time

import numpy as np

from verify.evidence.records import FAILS
from verify.lab.check import check_network
from verify.lab.planting import MISTAKES, WrongStep
from verify.nets.cases import PARAMETERS, Case, make_case


def random_case(generator: np.random.Generator) -> Case:
    n_x, n_h = (int(n) for n in generator.integers(1, 7, 2))
    return make_case(
        (n_x, n_h, int(generator.integers(2, 6))),
        int(generator.integers(1, 8)),
        "soft" if generator.random() < 0.5 else "one-hot",
        "saturated" if generator.random() < 0.5 else "ordinary",
        int(generator.integers(0, 2**31)),
    )


def main(seconds: float, seed: int) -> int:
    generator = np.random.default_rng(seed)
    end = time.monotonic() + seconds
    judged, alarms, planted = 0, 0, 0
    missed: list[str] = []
    in_bounds: dict[str, float] = {}
    while time.monotonic() < end:
        case = random_case(generator)
        for row in check_network(cases=[case]).summary:
            if row.verdict in FAILS:
                alarms += 1
                print(f"false alarm: {row.parameter} {row.oracle} in {case.name}, seed {case.seed}")
            if row.worst and row.worst.bound and row.worst.error is not None:
                in_bounds[row.oracle] = max(in_bounds.get(row.oracle, 0.0), row.worst.error / row.worst.bound)
        judged += 1
        if case.m > 1 and min(case.sizes) > 1:
            mistake: WrongStep = MISTAKES[generator.integers(len(MISTAKES))]
            planted += 1
            if check_network(mistake=mistake, cases=[case], oracles=("exact",)).verdict != "wrong":
                missed.append(f"{mistake.name} in {case.name}, seed {case.seed}")
    print(f"{judged} cases of {len(PARAMETERS)} gradients: {alarms} false alarms")
    print(f"{planted} planted mistakes: {len(missed)} not seen", *missed, sep="\n    ")
    print("worst error in bounds:", ", ".join(f"{name} {ratio:.2f}" for name, ratio in in_bounds.items()))
    return 1 if alarms else 0


if __name__ == "__main__":
    sys.exit(main(float(sys.argv[1]), int(sys.argv[2])))
