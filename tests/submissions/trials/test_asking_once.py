"""Trial calls that several readings share are made once; what is counted are the trials, not the calls."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.places import CORPUS
from tests.submissions.trials.asked import asked
from verify.arrays import Array
from verify.submissions.execution.messages import Request, Run
from verify.submissions.trials.search import Trials


def test_no_trial_call_is_made_twice(tmp_path: Path) -> None:
    made: list[str] = []
    with asked(tmp_path, (CORPUS / "right_columns_dict_tanh_ce.py").read_text()) as (ask, candidates):

        def noted(request: Request, arrays: Mapping[str, Array]) -> tuple[Any, Any]:
            if isinstance(request, Run):
                made.append(repr((request, {name: one.tolist() for name, one in arrays.items()})))
            return ask(request, arrays)

        reading = Trials(noted, candidates).find({}, None)
    assert reading is not None
    assert len(made) == len(set(made))
    assert reading.trials > len(made)  # some readings did ask for the same
