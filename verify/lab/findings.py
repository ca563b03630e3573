"""What a reader should know besides the verdict: where the lab's own loss and hypothesis stop."""

from __future__ import annotations

from typing import Final

import numpy as np

from derivations.claims import DZ2_ANY_Y, DZ2_IMPLEMENTED, STATEMENTS
from derivations.evaluate import gradients
from verify.arrays import Array
from verify.evidence.records import Finding
from verify.judgement.comparison import mismatches
from verify.lab.comparing import handwritten
from verify.lab.handwritten import Network
from verify.nets.cases import PARAMETERS, Case, make_case
from verify.oracles.base import Known, textbook_loss
from verify.oracles.exact import exact

EPSILON: Final = 1e-10  # as in the lab's loss_accuracy


def findings(network: Network, seed: int = 42) -> tuple[Finding, ...]:
    """Return the findings about this network: the eps in its loss, and targets that do not sum to 1."""
    return _epsilon(network, make_case((4, 5, 3), 4, seed=seed)), _any_targets(network, make_case((1, 2, 1), 1, "any"))


def _identical(network: Network, points: list[Known]) -> bool:
    """Whether `backward` gives exactly the derivative at each point."""
    results = [(point, handwritten(network, point)) for point in points]
    return not any(np.any(mismatches(point, name, given[name])) for point, given in results for name in PARAMETERS)


def _claimed(network: Network, point: Known, dZ2: Array) -> bool:
    """Whether the derivative at an exact point is the one that starts from this statement of dZ2."""
    outputs = network.forward(point.params, point.X)
    values = {**point.params, "X": point.X, "Y": point.Y, "Yhat": outputs[0], "A1": outputs[1]["A1"]}
    claimed = gradients(values, statements={**STATEMENTS, "dZ2": dZ2}, smoothing=point.X.world.constant(EPSILON))
    return all(np.array_equal(claimed[name].value, point.gradient[name]) for name in PARAMETERS)


def _epsilon(network: Network, case: Case) -> Finding:
    def implemented(Yhat: Array, Y: Array) -> Array:
        return network.loss_accuracy(Yhat, Y)[0]

    points = exact(network, case, implemented)
    textbook = _identical(network, exact(network, case, textbook_loss))
    same = _identical(network, points)
    explained = all(_claimed(network, point, DZ2_IMPLEMENTED) for point in points)
    Yhat = network.forward(case.params, case.X)[0]
    p = np.sum(Yhat * case.Y, axis=1)
    gap = float(np.max(EPSILON / (p + EPSILON)))
    return Finding(
        "eps-in-the-loss",
        "The handwritten gradient is "
        f"{'identical to' if textbook else 'different from'} the gradient of the textbook loss log(Yhat), and "
        f"{'identical to' if same else 'different from'} that of the loss as implemented, log(Yhat + 1e-10). "
        + (
            "The whole difference is the eps term of the derivation, exactly: each row of dZ2 is scaled by "
            f"p/(p + eps), here off by at most {gap:.1e} of itself. It grows to everything where p, the probability "
            "of the true class, comes near 1e-10."
            if explained
            else "The eps term of the derivation does not explain the difference."
        ),
        {"largest relative gap": gap, "smallest p": float(np.min(p)), "p where half is lost": EPSILON},
    )


def _any_targets(network: Network, case: Case) -> Finding:
    points = exact(network, case, textbook_loss)
    textbook = _identical(network, points)
    general = all(_claimed(network, point, DZ2_ANY_Y) for point in points)
    return Finding(
        "rows-of-Y",
        f"With Y = {float(case.Y[0, 0]):.2f} on the net 1-2-1 the rows of Y do not sum to 1, and dZ2 = (Yhat - Y)/m is "
        f"{'still' if textbook else 'no longer'} the derivative; (Yhat * rowsum(Y) - Y)/m is"
        f"{'' if general else ' not either'}. The hypothesis is needed.",
        {"rowsum(Y)": float(case.Y.sum())},
    )
