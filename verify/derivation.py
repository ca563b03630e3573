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
