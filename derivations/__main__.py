"""`python -m derivations` prints the derivation: every claim, its reason, its proofs, and what is trusted.

Exit status: 0 all proved, 1 something is not proved, 2 the sizes asked for can't be used or the output
can't be written, 3 there is too little memory.
"""

from __future__ import annotations

import argparse
import errno
import io
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Final, NoReturn

from derivations.claims import CLAIMS, ROWS_OF_Y, Claim
from derivations.entrywise import EntrywiseProof, prove_entrywise
from derivations.normal_form import RULES
from derivations.proof import TRUSTED, Proof, methods, prove
from derivations.typeset import text

Sizes = tuple[int, int, int, int]

SIZES: Final = ("m", "n_x", "n_h", "n_y")
LARGEST: Final = 4  # every entry is a rational function of all exponentials: `cancel` takes minutes beyond this
DEFAULT: Final[tuple[Sizes, ...]] = ((2, 1, 2, 1), (2, 2, 2, 2))


def sizes(written: str) -> Sizes:
    """Return (m, n_x, n_h, n_y) from `2,3,2,4`. Raises ArgumentTypeError with what is wrong."""
    parts = written.split(",")
    if len(parts) != len(SIZES):
        raise argparse.ArgumentTypeError(f"{written!r} has {len(parts)} numbers; give four: {','.join(SIZES)}")
    for name, part in zip(SIZES, parts, strict=True):
        if not (part.strip().isdecimal() and 1 <= int(part) <= LARGEST):
            raise argparse.ArgumentTypeError(f"{name} is {part.strip()!r}; give a whole number from 1 to {LARGEST}")
    m, n_x, n_h, n_y = map(int, parts)
    return m, n_x, n_h, n_y


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """Say what is wrong in one line, without the usage that argparse puts before it."""
        self.exit(2, f"{self.prog}: {message}\n")


def claim_lines(claim: Claim, proofs: Iterable[Proof]) -> list[str]:
    """Return a claim as printed: the formula, the reason, the hypotheses used, and how it is proved."""
    lines = [f"{claim.name:28} {claim.left} = {text(claim.statement)}", f"    {claim.reason}"]
    if claim.builds_on:
        lines.append(f"    builds on: {', '.join(claim.builds_on)}")
    if ROWS_OF_Y in claim.hypotheses and claim.name == "dZ2":
        lines.append("    >>> here the rows of Y must sum to 1 <<<")
    for proof in proofs:
        verdict = "proved" if proof.proved else "not proved"
        lines.append(f"    {proof.method + ':':8}{verdict}{_rules(proof.rules)}{_given(proof.hypotheses)}")
    return lines


def _rules(counted: Mapping[str, int]) -> str:
    return f", by {', '.join(f'{rule} x{times}' for rule, times in sorted(counted.items()))}" if counted else ""


def _given(hypotheses: tuple[str, ...]) -> str:
    return f"; where {' and '.join(hypotheses)}" if hypotheses else ""


def entrywise_lines(at: Sizes, proofs: Sequence[EntrywiseProof]) -> list[str]:
    """Return the entrywise proofs at one choice of sizes as printed, with a warning where they show nothing."""
    lines = ["at " + ", ".join(f"{name} = {size}" for name, size in zip(SIZES, at, strict=True))]
    if at[-1] == 1:
        lines.append("    one class: softmax is constantly 1 and every gradient is 0: vacuous, it shows nothing")
    for proof in proofs:
        missing = ", ".join(f"[{row}, {column}]" for row, column in proof.not_proved)
        verdict = f"proved, {proof.entries} of {proof.entries} entries" if proof.proved else f"not proved at {missing}"
        lines.append(f"    {proof.name:4}{verdict}")
    return lines


class Printer:
    """Prints at once, in UTF-8; after the first error nothing is printed any more, and nothing is raised."""

    def __init__(self) -> None:
        self.failed: OSError | None = None if sys.stdout is not None else OSError(errno.EBADF, "it is closed")
        if isinstance(sys.stdout, io.TextIOWrapper):  # the signs are Unicode; a pipe may have another encoding
            sys.stdout.reconfigure(encoding="utf-8", errors="replace")

    def __call__(self, *lines: str, end: str = "\n") -> None:
        """Print lines."""
        if self.failed is not None:
            return
        try:
            print(*lines, sep="\n", end=end, flush=True)
        except OSError as error:
            self.failed = error
            with suppress(OSError):  # what is left in the buffer goes nowhere when Python ends
                os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the derivation and return the exit status."""
    parser = _Parser(prog="python -m derivations", description="Print the derivation of the gradients, and prove it.")
    parser.add_argument(
        "--sizes",
        type=sizes,
        metavar=",".join(SIZES),
        help=f"prove it entry by entry at these sizes, each from 1 to {LARGEST} (4,4,4,4 takes a while)",
    )
    wanted: Sizes | None = parser.parse_args(arguments).sizes
    show = Printer()
    good = _shown(show, DEFAULT if wanted is None else (wanted,))
    if show.failed is not None and show.failed.errno != errno.EPIPE:  # `| head` has merely read enough
        _say(f"standard output can't be written ({show.failed.strerror})")
        return 2
    return 0 if good else 1


def _shown(show: Printer, at_sizes: Sequence[Sizes]) -> bool:
    """Print the derivation; return whether all of it is proved."""
    show("For all sizes, by six identities of finite sums")
    show(*(f"    {name}  {rule}" for name, rule in RULES.items()), end="\n\n")
    good = True
    for claim in CLAIMS.values():
        proofs = [prove(claim, method) for method in methods(claim)]
        good &= all(proof.proved for proof in proofs)
        show(*claim_lines(claim, proofs), end="\n\n")

    show("Entry by entry, at given sizes")
    for at in at_sizes:
        entrywise = prove_entrywise(at)
        good &= all(proof.proved for proof in entrywise)
        show(*entrywise_lines(at, entrywise))

    show("\nA symbolic proof checked by SymPy plus six stated identities. Trusted:")
    show(*(f"    {trusted}" for trusted in TRUSTED))
    show("It proves the formula, not the NumPy code: the exact oracle of `verify` ties the code to it.")
    show("\nAll proved." if good else "\nNot everything is proved.")
    return good


def _say(message: str) -> None:
    with suppress(OSError, AttributeError):  # standard error may be closed too
        sys.stderr.write(f"python -m derivations: {message}\n")


if __name__ == "__main__":
    try:
        status = main()
    except KeyboardInterrupt:
        _say("interrupted")
        status = 130
    except MemoryError:
        _say("could not prove: memory ran out; allow more (ulimit -v)")
        status = 3
    raise SystemExit(status)
