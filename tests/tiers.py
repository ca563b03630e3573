"""Which tests of a large campaign run every day, which in `make test`, and which only in `make campaigns`.

The sample is chosen here and nowhere else. What a test shows is its function and the value of each of its parameters.
The tests of a file of the table are taken one after another, each time the one that shows the most that none before it
has shown, functions first, and among equals the one that a fixed seed puts first. So many of them as the table says
run every day; those that also show something new run in `make test`; those that combine anew what has been shown are
the campaign. So every function, every mistake, every text and every evidence is in `make test` at least once, but for
the files of which a second table says how many are.

A test or a case that is marked slow by hand, or by another tier, is never one of every day.
"""

from __future__ import annotations

import zlib
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

import pytest

SEED = 1
OTHER_TIERS = ("tensorflow", "mnist", "browser", "mutants")

# The files with large campaigns or dear tests, and how many tests of each run every day.
EVERY_DAY = {
    "tests/architecture/test_light_start.py": 4,
    "tests/browser/test_report_in_a_browser.py": 0,
    "tests/cli/test_command_line.py": 6,
    "tests/cli/test_train_mnist.py": 3,
    "tests/deep/test_deep.py": 0,
    "tests/derivations/test_normal_form.py": 12,
    "tests/derivations/test_wrong_claims.py": 3,
    "tests/edits/test_edits.py": 20,
    "tests/judgement/test_vacuous.py": 5,
    "tests/mistakes/test_every_mistake_is_caught_and_named.py": 4,
    "tests/mistakes/test_search.py": 2,
    "tests/mutants/test_planted.py": 10,
    "tests/oracles/test_central_difference.py": 25,
    "tests/oracles/test_difference.py": 14,
    "tests/oracles/test_exact.py": 40,
    "tests/report/test_figures.py": 2,
    "tests/report/test_folder.py": 0,
    "tests/report/test_html.py": 0,
    "tests/report/test_html_building.py": 0,
    "tests/report/test_html_from_outside.py": 0,
    "tests/report/test_markdown.py": 2,
    "tests/report/test_pictures_kill_matrix.py": 3,
    "tests/report/test_pictures_step_sizes.py": 3,
    "tests/report/test_submission.py": 10,
    "tests/report/test_submission_terminal.py": 10,
    "tests/report/test_terminal.py": 5,
    "tests/submissions/diagnosis/test_the_blamed_line.py": 1,
    "tests/submissions/execution/test_canary.py": 4,
    "tests/submissions/execution/test_messages.py": 12,
    "tests/reading/program/test_deep_code.py": 12,
    "tests/seeds/test_seeds.py": 1,
    "tests/submissions/explanation/test_settings.py": 8,
    "tests/submissions/test_hostile.py": 0,
    "tests/submissions/test_hostile_submissions.py": 0,
    "tests/submissions/test_judge.py": 1,
    "tests/submissions/trials/test_as_it_stands.py": 0,
    "tests/submissions/trials/test_as_training_calls.py": 0,
    "tests/submissions/trials/test_depth.py": 1,
    "tests/submissions/trials/test_in_parts.py": 0,
    "tests/reading/wiring/test_heirs.py": 1,
    "tests/submissions/judging/test_beyond.py": 0,
    "tests/submissions/trials/test_kept_and_named.py": 1,
    "tests/submissions/trials/test_later_and_paired.py": 0,
    "tests/submissions/trials/test_others.py": 0,
    "tests/submissions/trials/test_unnamed.py": 0,
    "tests/submissions/trials/test_printed.py": 0,
    "tests/submissions/trials/test_rightness_is_no_input.py": 1,
    "tests/submissions/trials/test_trained.py": 1,
    "tests/submissions/trials/test_what_is_stepped.py": 1,
    "tests/submissions/trials/test_usual_trainings.py": 1,
    "tests/submissions/trials/test_what_training_does.py": 1,
    "tests/submissions/truth/test_oracles.py": 1,
    "tests/test_faults.py": 8,
    "tests/test_interrupts.py": 0,
    "tests/test_output.py": 0,
    "tests/training/test_checkpoint.py": 10,
    "tests/training/test_data.py": 12,
    "tests/training/test_download.py": 3,
    "tests/training/test_end_to_end.py": 1,
    "tests/training/test_end_to_end_mistakes.py": 0,
    "tests/training/test_end_to_end_unjudged.py": 0,
    "tests/training/test_loop.py": 8,
}

# Where even a test for each new value is too much for `make test`: how many of those run there.
IN_MAKE_TEST = {
    "tests/deep/test_deep.py": 8,
    "tests/oracles/test_difference.py": 34,
    "tests/report/test_markdown.py": 30,
    "tests/submissions/trials/test_as_it_stands.py": 9,
    "tests/submissions/trials/test_printed.py": 14,
    "tests/submissions/trials/test_trained.py": 9,
    "tests/submissions/trials/test_what_training_does.py": 12,
    "tests/test_interrupts.py": 14,
    "tests/training/test_loop.py": 16,
    "tests/submissions/test_hostile.py": 40,
    "tests/submissions/test_hostile_submissions.py": 40,
    "tests/submissions/trials/test_rightness_is_no_input.py": 8,
}

FUNCTION = ""  # under this name stands a test's function, beside its parameters
Shown = frozenset[tuple[str, str]]


def mark(items: Iterable[pytest.Item], root: Path) -> None:
    """Mark the tests of the files in the table: slow if they don't run every day, campaign if not in `make test`."""
    of_file: dict[str, list[pytest.Item]] = defaultdict(list)
    files = {str(root / name): name for name in EVERY_DAY}
    for item in items:
        if str(item.path) in files:
            of_file[files[str(item.path)]].append(item)
    for name, found in of_file.items():
        tiers = dict(zip(found, sample(found, EVERY_DAY[name], IN_MAKE_TEST.get(name)), strict=True))
        for item, tier in tiers.items():
            if tier != "every day" and not any(item.get_closest_marker(other) for other in OTHER_TIERS):
                item.add_marker(pytest.mark.slow)
            if tier == "campaign":
                item.add_marker(pytest.mark.campaign)


def sample(items: list[pytest.Item], every_day: int, most: int | None = None) -> list[str]:
    """Return the tier of each test of one file: "every day", "make test" (at `most` so many) or "campaign"."""
    shown: set[tuple[str, str]] = set()
    plain = [item for item in items if not any(item.get_closest_marker(tier) for tier in ("slow", *OTHER_TIERS))]
    first = {*new_ones(plain, shown, every_day)}
    second = {*new_ones(items, shown, len(items) if most is None else most)}
    return ["every day" if one in first else "make test" if one in second else "campaign" for one in items]


def new_ones(items: Iterable[pytest.Item], shown: set[tuple[str, str]], most: int) -> list[pytest.Item]:
    """Return so many tests of which each shows something that is not in `shown`, the most telling first; add it there."""
    left = {item: shows(item) for item in sorted(items, key=seeded)}
    chosen: list[pytest.Item] = []
    while left and len(chosen) < most:
        best = max(left, key=lambda item: tells(left[item] - shown))
        if left[best] <= shown:
            break
        shown |= left.pop(best)
        chosen.append(best)
    return chosen


def tells(new: Shown) -> tuple[bool, int]:
    """Return how much it tells that this is new: a function tells most, then many values."""
    return any(name == FUNCTION for name, _ in new), len(new)


def shows(item: pytest.Item) -> Shown:
    """Return what a test shows: its function, and each parameter with its value."""
    callspec = getattr(item, "callspec", None)
    parameters = {} if callspec is None else callspec.params
    return frozenset(
        {(FUNCTION, getattr(item, "originalname", item.name)), *((k, repr(v)) for k, v in parameters.items())}
    )


def seeded(item: pytest.Item) -> int:
    """Return a number that depends on the seed and on the test's name alone, so that every process orders alike."""
    return zlib.crc32(f"{SEED} {item.nodeid}".encode())
