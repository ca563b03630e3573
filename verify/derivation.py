"""The derivation as evidence: every claim with its statement in words of mathematics, and its proofs."""

from __future__ import annotations

from derivations.claims import CLAIMS, Claim
from derivations.proof import TRUSTED, Proof, methods, prove
from derivations.typeset import latex, text
from verify.evidence import Step

TRUSTED_PROOFS = TRUSTED


def derivation(*, direct: bool) -> tuple[Step, ...]:
    """Return every claim, proved step by step, and with `direct` from the whole loss as well (a second more)."""
    return tuple(_step(claim, direct=direct) for claim in CLAIMS.values())


def _step(claim: Claim, *, direct: bool) -> Step:
    wanted = [method for method in methods(claim) if direct or method == "staged" or claim.staged is None]
    proofs: list[Proof] = [prove(claim, method) for method in wanted]
    return Step(
        claim.name,
        claim.left,
        text(claim.statement),
        latex(claim.statement),
        claim.reason,
        claim.hypotheses,
        claim.builds_on,
        {proof.method: "proved" if proof.proved else "not proved" for proof in proofs},
    )


REASONS_FOR = ("dZ2", "dW2", "db2", "dA1", "dZ1", "dW1", "db1")


def steps_for(name: str, steps: tuple[Step, ...]) -> tuple[Step, ...]:
    """Return the steps that a gradient builds on, in the order of the derivation, and the step itself."""
    by_name = {step.name: step for step in steps}
    needed: set[str] = set()
    waiting = [name]
    while waiting:
        step = by_name[waiting.pop()]
        needed.add(step.name)
        waiting += [other for other in step.builds_on if other not in needed]
    return tuple(step for step in steps if step.name in needed)
