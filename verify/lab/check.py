"""The one way through: cases -> oracles and `backward` -> comparison -> Evidence."""

from __future__ import annotations

import hashlib
import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import numpy as np

from verify.evidence.records import (
    FAILS,
    PASSES,
    CaseEvidence,
    Caught,
    Comparison,
    Evidence,
    Order,
    Replay,
    Row,
    Verdict,
)
from verify.exact.numbers import NotExpressible
from verify.faults import judged_or_fault
from verify.judgement.comparison import compare, not_expressible
from verify.lab import network as lab
from verify.lab.derivation import TRUSTED_PROOFS, derivation
from verify.lab.diagnosis import diagnose
from verify.lab.findings import findings
from verify.lab.planting import MISTAKES, Mistake, plant
from verify.lab.sensitivity import power
from verify.lab.text import text_findings
from verify.nets.cases import Case, make_cases
from verify.oracles import DEFAULT, QUICK, load
from verify.oracles.base import Known, textbook_loss
from verify.oracles.central_difference import ladder
from verify.oracles.roundoff import bounded_case, bounded_gradient, loss_roundoff
from verify.version import versions
from verify.wording import sentence

TRUSTED: Final = (
    *TRUSTED_PROOFS,
    "NumPy's tanh, exp and log to 4 units in the last place, its matrix products to their summation bound",
    "the exact oracle's chance: a wrong formula passes each of two random points with probability degree/2^61",
    "J''' does not grow more than threefold within one coarse step (central differences of small nets)",
)


@judged_or_fault
def check_network(
    *,
    mistake: Mistake | None = None,
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
    *, mistake: Mistake | None, cases: Sequence[Case] | None, oracles: Sequence[str] | None, seed: int
) -> tuple[CaseEvidence, ...]:
    """Return what the oracles say in each case; arguments as in `check_network`."""
    network, _ = subject_of(mistake)
    chosen = make_cases(seed=seed) if cases is None else list(cases)
    quick = QUICK if cases is None and oracles is None else None
    oracles = DEFAULT if oracles is None else oracles
    with np.errstate(all="ignore"):
        return tuple(check_case(network, case, quick if quick and case.full else oracles) for case in chosen)


def subject_of(mistake: Mistake | None) -> tuple[Any, str]:
    """Return the network under test, with the mistake planted in it, and its source."""
    if mistake is None:
        return lab, inspect.getsource(lab)
    planted = plant(mistake)
    return planted.module, planted.source


def judge(
    results: tuple[CaseEvidence, ...],
    *,
    mistake: Mistake | None,
    oracles: Sequence[str],
    command: str,
    seed: int,
    whole: bool = False,
) -> Evidence:
    """Return the verdict that these cases give on the network, and everything that goes with it."""
    network, source = subject_of(mistake)
    rows = summary(results, oracles)
    verdict = verdict_of(rows)
    with np.errstate(all="ignore"):
        diagnoses = diagnose(network) if verdict == "wrong" else ()
        found = () if verdict == "wrong" else (*findings(network, seed), *(text_findings() if whole else ()))
    return Evidence(
        subject=f"network.py with the mistake {mistake.name}" if mistake else "network.py, the lab's network",
        verdict=verdict,
        sentence=sentence(verdict, rows, results, oracles),
        oracles=tuple(oracles),
        derivation=derivation(direct=whole),
        summary=rows,
        cases=results,
        mistakes={known.name: known.sentence for known in MISTAKES},
        caught=caught(rows),
        diagnoses=diagnoses,
        findings=found,
        trusted=TRUSTED,
        replay=Replay(
            command,
            seed,
            versions("numpy", "sympy", "mpmath"),
            {"network.py": hashlib.sha256(source.encode()).hexdigest()},
        ),
    )


def check_case(network: Any, case: Case, oracles: Sequence[str]) -> CaseEvidence:
    """Return what the oracles say of `network.backward` in one case, and what they would have seen there."""
    known: dict[str, list[Known]] = {}
    missing: list[Comparison] = []
    for name in oracles:
        try:
            known[name] = load(name)(network, case, textbook_loss)
        except NotExpressible as operation:
            missing += not_expressible(name, case, operation)
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


def _order(network: Any, case: Case) -> Order:
    def J(params: Mapping[str, Any]) -> float:
        return float(textbook_loss(network.forward(params, case.X)[0], case.Y))

    claimed = {name: rounded.value for name, rounded in bounded_gradient(case).items()}
    return order_along(J, case.params, claimed, loss_roundoff(bounded_case(case)), case.seed)


def order_along(
    J: Callable[[Mapping[str, Any]], float],
    params: Mapping[str, Any],
    gradient: Mapping[str, Any],
    noise: float,
    seed: int,
) -> Order:
    """Return the ladder of steps along one random direction, against the gradient's slope along it."""
    generator = np.random.default_rng(seed)
    direction = {name: generator.normal(size=value.shape) for name, value in params.items()}
    slope = sum(float(np.sum(gradient[name] * direction[name])) for name in params)

    def along(t: float) -> float:
        return J({name: value + t * direction[name] for name, value in params.items()})

    found = ladder(along, noise)
    return Order(found.steps, tuple(abs(difference - slope) for difference in found.differences), found.order)


def summary(cases: Sequence[CaseEvidence], oracles: Sequence[str]) -> tuple[Row, ...]:
    """Return one row a parameter and oracle: the case in which the gradient is furthest from the oracle."""
    parameters = dict.fromkeys(one.parameter for case in cases for one in case.comparisons)
    rows = []
    for parameter in parameters:
        for oracle in oracles:
            found = [
                (case, one) for case in cases for one in case.comparisons
                if one.parameter == parameter and one.oracle == oracle
            ]  # fmt: skip
            if found:
                rows.append(_row(parameter, oracle, found))
    return tuple(rows)


def caught(rows: Sequence[Row]) -> tuple[Caught, ...]:
    """Return, for each oracle, the relative error that it would have caught in every gradient."""
    found = []
    for oracle in dict.fromkeys(row.oracle for row in rows):
        passing = [row for row in rows if row.oracle == oracle and row.detects is not None]
        if passing:
            typically = max(row.detects_typically or 0.0 for row in passing)
            found.append(Caught(oracle, typically, max(row.detects or 0.0 for row in passing)))
    return tuple(found)


def _row(parameter: str, oracle: str, found: list[tuple[CaseEvidence, Comparison]]) -> Row:
    case, worst = max(found, key=lambda pair: _severity(pair[1]))
    detected = [one.detects for _, one in found if one.detects is not None]
    typical = [one.detects_typically for _, one in found if one.detects_typically is not None]
    counts = {word: sum(one.verdict == word for _, one in found) for word in dict.fromkeys(o.verdict for _, o in found)}
    entries = sum(one.entries for _, one in found if one.verdict in (*PASSES, *FAILS))
    mismatched = sum(one.mismatched for _, one in found)
    return Row(
        parameter, oracle, worst.verdict, case.name, worst.worst, entries, mismatched,
        max(detected) if detected else None, max(typical) if typical else None, counts, worst.message,
    )  # fmt: skip


def _severity(one: Comparison) -> tuple[int, float]:
    rank = 3 if one.verdict in FAILS else 2 if one.verdict in PASSES else 1 if one.verdict == "vacuous" else 0
    if one.worst is None or one.worst.error is None or not one.worst.bound:
        return rank, 0.0
    ratio = one.worst.error / one.worst.bound
    return rank, ratio if np.isfinite(ratio) else np.inf


def verdict_of(rows: Sequence[Row]) -> Verdict:
    """Return wrong if any row fails, correct if each parameter has a row that passes, else could not judge."""
    if any(row.verdict in FAILS for row in rows):
        return "wrong"
    passed = {row.parameter for row in rows if row.verdict in PASSES}
    return "correct" if passed and passed == {row.parameter for row in rows} else "could not judge"
