"""Power: which known mistakes a case would have seen. A check that can't fail is not a check."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from verify.balls.refusal import NoBalls
from verify.evidence.records import Power
from verify.exact.numbers import NotExpressible
from verify.judgement.comparison import all_zero, mismatches
from verify.lab import network as lab
from verify.lab.comparing import handwritten
from verify.lab.handwritten import Network
from verify.lab.planting import MISTAKES, WrongStep, network_with
from verify.nets.cases import Case
from verify.oracles.base import Known


def vacuous(known: Mapping[str, list[Known]], case: Case) -> dict[str, bool]:
    """Return, for each parameter, whether every oracle finds its gradient to be zero in every entry.

    Then zeros, a doubled gradient and a turned sign all agree, and agreement shows nothing.
    """
    found = [point for points in known.values() for point in points]
    return {name: all(all_zero(point, name) for point in found) for name in case.params}


def power(known: Mapping[str, list[Known]], case: Case) -> Power:
    """Return which mistakes the case sees, by which oracles, and which parameters it can't check at all."""
    blind = vacuous(known, case)
    names = tuple(name for name, is_blind in blind.items() if is_blind)
    with np.errstate(all="ignore"):
        outputs = lab.forward(case.params, case.X)[1]  # a mistake of the catalogue changes `backward` only
        seen = {one.name: _seen_by(one, known, case, outputs, skip_exact=bool(names)) for one in MISTAKES}
    return Power(seen, names, _why(case) if names else None)


def _seen_by(
    mistake: WrongStep, known: Mapping[str, list[Known]], case: Case, outputs: dict[str, Any], *, skip_exact: bool
) -> tuple[str, ...]:
    numeric = {name: points[0] for name, points in known.items() if points[0].kind == "numeric"}
    module = network_with(mistake).module
    seen = []
    if numeric:
        gradients = module.backward(case.X, case.params, outputs, case.Y)
        seen = [name for name, point in numeric.items() if _differs(point, gradients, mistake)]
    # A difference above the round-off bound is a difference of exact numbers and of balls too; only the rest is run,
    # and nothing where the case is vacuous: what it sees there are mistakes that make something out of zero.
    for name in ("exact", "balls"):
        if name in known and ("symbolic" in seen or (not skip_exact and _exactly(module, known[name], mistake))):
            seen.append(name)
    return tuple(name for name in known if name in seen)


def _exactly(module: Network, points: list[Known], mistake: WrongStep) -> bool:
    try:
        return any(_differs(point, handwritten(module, point), mistake) for point in points)
    except (NotExpressible, NoBalls):
        return False


def _differs(point: Known, gradients: Mapping[str, Any], mistake: WrongStep) -> bool:
    smallest_first = sorted(mistake.parameters, key=lambda name: point.params[name].size)
    return any(bool(np.any(mismatches(point, name, gradients[name]))) for name in smallest_first)


def _why(case: Case) -> str:
    if case.sizes[-1] == 1:
        return (
            "a softmax over one class is constantly 1, so J is 0 whatever the parameters are: every gradient is 0, "
            "and a backward pass of zeros, with a turned sign or doubled, agrees too. See 2-3-2, which does tell them "
            "apart"
        )
    return (
        "the gradient is 0 in every entry at this point, and so is every multiple of it; take other weights or inputs"
    )
