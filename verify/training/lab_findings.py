"""What is wrong in the lab's training, each with the figures that show it."""

from __future__ import annotations

import numpy as np

from verify.evidence.records import Finding, Run
from verify.lab.handwritten import Network
from verify.training.data import Dataset
from verify.wording import count


def training_findings(network: Network, data: Dataset, runs: list[Run]) -> tuple[Finding, ...]:
    """Return the findings about the lab's loop that these runs show."""
    written = next((run for run in runs if run.loop == "as-written"), None)
    intended = next((run for run in runs if run.loop == "intended" and run.status == "complete"), None)
    found = [] if written is None else [_range(data, written, intended), _early_stop(written), _axis(written)]
    return (*found, _reseeding(network), _in_place(network))


def _range(data: Dataset, written: Run, intended: Run | None) -> Finding:
    n, n_x = data.X_train.shape
    samples = -(-n // written.batch)
    seen = min(n, written.updates_an_epoch * written.batch)
    reached = written.epochs[-1]
    said = (
        f"The lab's loop runs over range(0, X_train.shape[1], {written.batch}): over {n_x:,} features, where the {n:,} "
        f"samples were meant. An epoch has {count(written.updates_an_epoch, 'update')} instead of {samples}, on "
        f"{seen:,} samples. As written, {count(written.updates, 'update')} reach test accuracy "
        f"{reached.test_accuracy:.3f} and test loss {reached.test_loss:.3f}"
    )
    figures = {"updates as written": float(written.updates), "test accuracy as written": reached.test_accuracy,
               "test loss as written": reached.test_loss}  # fmt: skip
    if intended is not None:
        best = intended.epochs[-1]
        said += (
            f"; as intended, {count(intended.updates, 'update')} reach {best.test_accuracy:.3f} and "
            f"{best.test_loss:.3f}, with the same gradients. How well a training ends says nothing about its gradients"
        )
        figures |= {"updates as intended": float(intended.updates), "test accuracy as intended": best.test_accuracy,
                    "test loss as intended": best.test_loss}  # fmt: skip
    return Finding("the-range-runs-over-features", f"{said}.", figures)


def _early_stop(run: Run) -> Finding:
    highest = max(stretch.accuracy for stretch in run.batches)
    return Finding(
        "early-stop-never-fires",
        f"The lab stops where accuracy_history[-1] > 99, and accuracy is a fraction, at most 1; here it came to "
        f"{highest:.3f} on a batch. The condition is never true.",
        {"highest accuracy on a batch": highest, "waited for": 99.0},
    )


def _axis(run: Run) -> Finding:
    return Finding(
        "epochs-are-updates",
        f"The axis that the lab labels Epochs counts updates, {run.updates:,} of them in {run.epochs[-1].number} "
        "epochs; its lists test_losses and test_accs are declared and never filled.",
        {"updates": float(run.updates), "epochs": float(run.epochs[-1].number)},
    )


def _reseeding(network: Network) -> Finding:
    kept = np.random.get_state()
    try:
        shuffles = []
        for _ in range(2):
            network.init_params(1, 1, 1)
            shuffles.append(np.random.permutation(1000))
    finally:
        np.random.set_state(kept)
    same = int(np.sum(shuffles[0] == shuffles[1]))
    return Finding(
        "init-params-reseeds",
        "init_params seeds NumPy's global generator with 42 at every call, so all that is drawn later, the shuffles "
        f"too, is the same in every run: {same:,} of 1,000 places are equal in two shuffles.",
        {"equal places of 1000": float(same)},
    )


def _in_place(network: Network) -> Finding:
    params = {"W1": np.ones((1, 1))}
    same = network.sgd(params, {"W1": np.ones((1, 1))}, 0.5) is params
    changed = float(params["W1"][0, 0])
    return Finding(
        "sgd-changes-its-argument",
        f"sgd changes the parameters that it is given (1 became {changed:g}) and returns "
        f"{'the same' if same else 'another'} dictionary: who keeps the old ones must copy them.",
        {"1 became": changed},
    )
