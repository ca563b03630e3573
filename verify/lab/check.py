"""The one way through: cases -> oracles and `backward` -> comparison -> Evidence."""

from __future__ import annotations

import hashlib
import inspect
from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np

from verify.arrays import Array
from verify.balls.refusal import NoBalls
from verify.evidence.records import (
    CaseEvidence,
    Comparison,
    Evidence,
    Order,
    Replay,
)
from verify.exact.numbers import NotExpressible
from verify.faults import judged_or_fault
from verify.judgement.coverage import coverage
from verify.judgement.order import order_along
from verify.judgement.sentences import sentence
from verify.judgement.verdicts import caught, summary, verdict_of
from verify.lab import network as lab
from verify.lab.comparing import compare, does_not_apply
from verify.lab.derivation import derivation
from verify.lab.diagnosis import diagnose
from verify.lab.findings import findings
from verify.lab.handwritten import Network
from verify.lab.planting import MISTAKES, WrongStep, network_with
from verify.lab.sensitivity import power
from verify.lab.text import text_findings
from verify.lab.trusted import trusted
from verify.nets.cases import Case, make_cases
from verify.oracles import DEFAULT, QUICK, load
from verify.oracles.base import Known, textbook_loss
from verify.oracles.roundoff import bounded_case, bounded_gradient, loss_roundoff
from verify.version import versions

TEXTBOOK: Final = "the textbook loss"


@judged_or_fault
def check_network(
    *,
    mistake: WrongStep | None = None,
    cases: Sequence[Case] | None = None,
    oracles: Sequence[str] | None = None,
    command: str = "verify grads",
    seed: int = 42,
    whole: bool = False,
) -> Evidence:
    """Return the verdict on the lab's hand-written network, or on the same with one mistake planted.

    Without `cases` and `oracles`: all default cases by all oracles but autodiff, the full net by the two
    quick ones, which judge all its 101,770 entries. `whole` proves every claim from the whole loss too and
    holds the lab's text against the proved formulas, which takes a second more.
    Raises MissingPackage where an oracle needs a package that is not installed.
    """
    results = check_cases(mistake=mistake, cases=cases, oracles=oracles, seed=seed)
    oracles = DEFAULT if oracles is None else oracles
    return judge(results, mistake=mistake, oracles=oracles, command=command, seed=seed, whole=whole)


def check_cases(
    *, mistake: WrongStep | None, cases: Sequence[Case] | None, oracles: Sequence[str] | None, seed: int
) -> tuple[CaseEvidence, ...]:
    """Return what the oracles say in each case; arguments as in `check_network`."""
    network, _ = subject_of(mistake)
    chosen = make_cases(seed=seed) if cases is None else list(cases)
    quick = QUICK if cases is None and oracles is None else None
    oracles = DEFAULT if oracles is None else oracles
    with np.errstate(all="ignore"):
        return tuple(check_case(network, case, quick if quick and case.full else oracles) for case in chosen)


def subject_of(mistake: WrongStep | None) -> tuple[Network, str]:
    """Return the network under test, with the mistake planted in it, and its source."""
    if mistake is None:
        return lab, inspect.getsource(lab)
    planted = network_with(mistake)
    return planted.module, planted.source


def judge(
    results: tuple[CaseEvidence, ...],
    *,
    mistake: WrongStep | None,
    oracles: Sequence[str],
    command: str,
    seed: int,
    whole: bool = False,
) -> Evidence:
    """Return the verdict that these cases give on the network, and everything that goes with it."""
    network, source = subject_of(mistake)
    rows = summary(results, oracles)
    verdict = verdict_of(rows)
    seen = coverage(results, {"": f"{TEXTBOOK}, J = -(1/m) sum Y log Yhat"})
    with np.errstate(all="ignore"):
        diagnoses = diagnose(network) if verdict == "wrong" else ()
        found = () if verdict == "wrong" else (*findings(network, seed), *(text_findings() if whole else ()))
    return Evidence(
        subject=f"network.py with the mistake {mistake.name}" if mistake else "network.py, the lab's network",
        verdict=verdict,
        sentence=sentence(verdict, rows, results, seen, TEXTBOOK),
        oracles=tuple(oracles),
        derivation=derivation(direct=whole),
        summary=rows,
        cases=results,
        mistakes={known.name: known.sentence for known in MISTAKES},
        caught=caught(rows),
        diagnoses=diagnoses,
        findings=found,
        trusted=trusted(oracles),
        coverage=seen,
        replay=Replay(
            command,
            seed,
            versions("numpy", "sympy", "mpmath"),
            {"network.py": hashlib.sha256(source.encode()).hexdigest()},
        ),
    )


def check_case(network: Network, case: Case, oracles: Sequence[str]) -> CaseEvidence:
    """Return what the oracles say of `network.backward` in one case, and what they would have seen there."""
    known: dict[str, list[Known]] = {}
    missing: list[Comparison] = []
    for name in oracles:
        try:
            known[name] = load(name)(network, case, textbook_loss)
        except (NotExpressible, NoBalls) as why:
            missing += does_not_apply(name, case, why)
    strength = power(known, case)
    vacuous = {name: name in strength.vacuous for name in case.params}
    comparisons = [one for name, points in known.items() for one in compare(name, points, network, case, vacuous)]
    return CaseEvidence(
        case.name,
        case.sizes,
        case.m,
        case.targets,
        case.weights,
        case.seed,
        (*comparisons, *missing),
        strength,
        None if case.full or "central-difference" not in known else _order(network, case),
    )


def _order(network: Network, case: Case) -> Order | None:
    def J(params: Mapping[str, Array]) -> float:
        return float(textbook_loss(network.forward(dict(params), case.X)[0], case.Y))

    claimed = {name: rounded.value for name, rounded in bounded_gradient(case).items()}
    return order_along(J, case.params, claimed, loss_roundoff(bounded_case(case)), case.seed)
