"""Prove a claim for all sizes: both sides have one normal form. *Not proved* is never *false*."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from derivations.claims import ROWS_OF_Y, Claim, Equation
from derivations.normal_form import Normaliser

Method = Literal["direct", "staged"]

TRUSTED: Final = (
    "SymPy's diff, expand_mul, powsimp and cancel",
    "six identities of finite sums (R1 to R6), stated in derivations/normal_form.py",
    "the loss and the forward pass as written in derivations/notation.py",
)


@dataclass(frozen=True)
class Proof:
    """What one method showed of one claim.

    `rules` counts the identities that collapsed sums on the derivative's side; `hypotheses` lists
    what was used, not merely what was allowed.
    """

    claim: Claim
    method: Method
    proved: bool
    rules: Mapping[str, int]
    hypotheses: tuple[str, ...]


def prove_equal(equation: Equation, *, rows_sum_to_one: bool) -> tuple[bool, Mapping[str, int]]:
    """Return whether both sides have one normal form, and the rules that the left side needed.

    R4 is a hypothesis, so it is counted on the right side as well.
    """
    left, right = equation
    normalise = Normaliser(rows_sum_to_one=rows_sum_to_one)
    got = normalise(left)
    rules = dict(normalise.used)
    wanted = normalise(right)
    if normalise.used["R4"]:
        rules["R4"] = normalise.used["R4"]
    return bool(got == wanted), rules


def prove(claim: Claim, method: Method = "direct") -> Proof:
    """Prove `claim` for all sizes, by the whole loss (`direct`) or one chain-rule step (`staged`).

    Raises ValueError where the claim has no proof by that method.
    """
    obligation = claim.direct if method == "direct" else claim.staged
    if obligation is None:
        raise ValueError(f"{claim.name} has no {method} proof")
    proved, rules = prove_equal(obligation(), rows_sum_to_one=ROWS_OF_Y in claim.hypotheses)
    used = tuple(
        hypothesis for hypothesis in claim.hypotheses if hypothesis != ROWS_OF_Y or (proved and rules.get("R4"))
    )
    return Proof(claim, method, proved, rules, used)


def methods(claim: Claim) -> tuple[Method, ...]:
    """Return the methods by which the claim can be proved."""
    found: dict[Method, object] = {"direct": claim.direct, "staged": claim.staged}
    return tuple(method for method, obligation in found.items() if obligation)
