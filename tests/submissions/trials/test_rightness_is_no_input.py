"""Whether a gradient is right is no input of the wiring: other gradients of the same shapes, the same wiring.

Every file has its gradients replaced by zeros, by constants without a meaning and by multiples of them. How the file is
run, what its parameters, its loss and its gradients are, must stay as it was.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import pytest

from tests.edits.bases import bases, handed_in
from tests.places import CORPUS
from tests.submissions.trials.spoiling import HOW, spoiled

# Gradients that are replaced; in other files they have names of their own, and nothing would be shown.
MINIMUM: Final = 2


KEPT: Final = ("structure", "container", "samples", "labels", "batch", "settings", "forward_steps", "backward_steps", "net",
               "yhat", "objective", "loss", "gradients", "applied", "rate", "rates")  # fmt: skip


def wiring(path: Path) -> dict[str, Any]:
    """Return how verify would run a file, by its functions and by its training: everything but what is true."""
    from verify.reading.parsing.reading import read
    from verify.reading.program.program import Program
    from verify.reading.wiring.finding import find_candidates
    from verify.sandbox.cage import Limits, require
    from verify.sandbox.session import Sandbox
    from verify.submissions.execution.calling import DRIVER, asking
    from verify.submissions.execution.coding import encoded
    from verify.submissions.execution.messages import Load
    from verify.submissions.trials.search import Trials
    from verify.submissions.trials.trained import Trainings

    with Sandbox(require(None), Limits(), DRIVER) as apart:
        found = find_candidates(Program(read(path)), {})
        worker = apart.worker()
        worker.ask(encoded(Load(tuple(found.statements), tuple(found.cuts))), {})
        trained = Trainings(asking(worker), found).find({}, found.outputs)
        outputs = found.outputs if trained is None else trained.outputs or found.outputs
        reading = Trials(asking(worker), found).find({}, outputs)
    by_training = {} if trained is None else _told(trained.reading) | {"loop": str(trained.loop.place)}
    return {f"by its functions, {name}": value for name, value in _told(reading).items()} | {
        f"by its training, {name}": value for name, value in by_training.items()
    }


def _told(reading: Any) -> dict[str, Any]:
    if reading is None:
        return {}
    roles = {role: function and function.name for role, function in _functions(reading.roles).items()}
    return {"roles": roles, **{name: repr(getattr(reading, name)) for name in KEPT}}


def _functions(roles: Any) -> dict[str, Any]:
    return {role: getattr(roles, role) for role in ("init", "forward", "loss", "backward", "update")}


def files() -> list[str]:
    """Return the files whose gradients have names by which they are found: of the corpus, and the bases of the edits."""
    found = []
    for path in sorted(CORPUS.glob("*")):
        if path.suffix in (".py", ".ipynb") and "torch" not in path.name:
            text = path.read_text(encoding="utf-8")
            if " as np" in text and spoiled(text, "zeros", is_notebook=path.suffix == ".ipynb")[1] >= MINIMUM:
                found.append(path.name)
    return found + [name for name, base in bases().items() if spoiled(base.text, "zeros")[1] >= MINIMUM]


def differences(name: str, how: str, folder: Path) -> dict[str, tuple[Any, Any]]:
    """Return what of the wiring of a file is another one with other gradients: what it was, and is."""
    own, other = folder / "own", folder / "other"
    own.mkdir(parents=True, exist_ok=True)
    other.mkdir(exist_ok=True)
    if name in bases():
        base = bases()[name]
        before, after = handed_in(base, base.text, own), handed_in(base, spoiled(base.text, how)[0], other)
    else:
        text = (CORPUS / name).read_text(encoding="utf-8")
        before, after = own / name, other / name
        before.write_text(text, encoding="utf-8")
        after.write_text(spoiled(text, how, is_notebook=name.endswith(".ipynb"))[0], encoding="utf-8")
    first, second = wiring(before), wiring(after)
    if how == "zeros":  # a step of zeros changes nothing: neither a training step nor an update is seen to be one
        applied = first.get("by its functions, applied") == "True"
        first = {part: value for part, value in first.items() if part.startswith("by its functions") and not applied}
        second = {part: value for part, value in second.items() if part in first}
    parts = dict.fromkeys([*first, *second])
    for part in ("by its functions, rate", "by its training, rate"):
        parts.pop(part, None)  # where a step is computed in its update, a number written before it is its rate
    return {part: (first.get(part), second.get(part)) for part in parts if first.get(part) != second.get(part)}


def test_most_files_have_gradients_that_can_be_replaced() -> None:
    assert len(files()) >= 60


def test_what_is_replaced_is_other_numbers_of_the_same_shape() -> None:
    text = "def backward():\n    dW1 = A.T @ dZ / m\n    grads['b1'] = np.sum(dZ,\n        axis=0)\n    return {'W2': dW2 * 2}\n"
    after, count = spoiled(text, "scaled")
    assert count == 3
    assert after == (
        "def backward():\n    dW1 = (-2.5 * (A.T @ dZ / m))\n    grads['b1'] = (-2.5 * (np.sum(dZ,\n        axis=0)))\n"
        "    return {'W2': (-2.5 * (dW2 * 2))}\n"
    )


@pytest.mark.parametrize("how", list(HOW))
@pytest.mark.parametrize("name", files())
def test_other_gradients_of_the_same_shapes_leave_the_wiring_as_it_is(name: str, how: str, tmp_path: Path) -> None:
    assert differences(name, how, tmp_path) == {}
