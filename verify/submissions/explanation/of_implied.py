"""What keeps a verdict back where the file declares no loss, and the one that its output layer implies was taken."""

from __future__ import annotations

import ast

from verify.evidence.records import PASSES, Evidence
from verify.nets.observation import Observation
from verify.reading.parsing.document import Place
from verify.reading.parsing.trees import nodes_of
from verify.reading.program.program import Program
from verify.reading.program.shown import losses_named_in, losses_shown_in
from verify.reading.program.syntax import called_name, names_in
from verify.reading.program.training import Loop
from verify.reading.program.vocabulary import is_parameter
from verify.reading.wiring.finding import Candidates
from verify.submissions.diagnosis.settling import as_a_penalty
from verify.submissions.execution.calling import Reading
from verify.submissions.explanation.reasons import why_no_loss


def doubt_of_implied(reading: Reading, found: Evidence, at: Observation, program: Program) -> str:
    """Return why the loss that was evaluated, or that the output layer implies, may not be meant, or nothing."""
    if found.verdict == "wrong" and (place := shown_penalty(program)) is not None and reading.objective is not None:
        if not reading.objective.d and (name := as_a_penalty(reading, at)) is not None:
            return _maybe_apart(name, place)
    if reading.loss is not None or reading.objective is None or not reading.objective.implied:
        return ""
    if found.verdict == "correct":
        shown = shown_penalty(program)
        return "" if shown is None else _maybe_shown(shown, program)
    if found.verdict != "wrong":
        return ""
    name = as_a_penalty(reading, at)
    if name is not None:
        return _maybe_added(name, program)
    unnamed = all(one.name == "not in the catalogue" for one in found.diagnoses)
    return "" if not unnamed or any(row.verdict in PASSES for row in found.summary) else _of_none(program)


def no_loss(program: Program) -> str:
    """Return in words that a file declares no loss; where a number is shown that looks like one, that none is known."""
    return "declares no loss that is known to be meant" if shows_a_loss(program) else "declares no loss"


def without_a_loss(candidates: Candidates, loop: Loop) -> str:
    """Return why a training that could be run gives no verdict: its loss could not be had, or none is implied."""
    if candidates.declared is not None:
        return why_no_loss((), candidates.declared)
    return (
        f"the training in line {loop.place.line} was run, but the file {no_loss(candidates.program)}, and its net is "
        "of no kind that implies one; write the loss as a function of Y and the output, or tell its name with --loss "
        "NAME"
    )


def shows_a_loss(program: Program) -> bool:
    """Whether the text prints, keeps or computes a number anywhere that looks like a loss."""
    return any(
        losses_shown_in(cell.tree) or losses_named_in(cell.tree)
        for cell in program.document.cells if cell.tree is not None
    )  # fmt: skip


def _of_none(program: Program) -> str:
    return (
        f"the file {no_loss(program)}, and its gradients are of none that its output layer implies; which loss they "
        "are to belong to is not known; write it as a function of Y and the output, or tell its name with --loss NAME"
    )


def _maybe_apart(name: str, place: Place) -> str:
    return (
        f"the gradient of {name} has a multiple of {name} beyond that of the loss that was evaluated; the file shows a "
        f"penalty apart from it ({place}), and nothing says whether both belong together"
    )


def _maybe_added(name: str, program: Program) -> str:
    return (
        f"the gradient of {name} is that of the loss which its output layer implies and a multiple of {name} besides, "
        f"as a penalty gives; the file {no_loss(program)}, and nothing says whether one is meant"
    )


def _maybe_shown(place: Place, program: Program) -> str:
    return (
        f"its gradients are those of the loss which its output layer implies, but the file shows a penalty ({place}) "
        f"and {no_loss(program)}; nothing says whether the penalty belongs to what it goes down"
    )


def shown_penalty(program: Program) -> Place | None:
    """Return where the text sums the squares or the absolute values of weights, as a penalty does; None where nowhere.

    The norm of a weight alone may be watched only, and so may its mean; a sum that is multiplied is a part of a loss.
    """
    for cell, node in program.nodes(ast.BinOp):
        if isinstance(node.op, ast.Mult | ast.Div | ast.Add) and sums_squares_in(node):
            return cell.place(node)
    return None


def _is_a_square(node: ast.BinOp) -> bool:
    return isinstance(node.op, ast.Mult) and ast.dump(node.left) == ast.dump(node.right)


def sums_squares_in(tree: ast.AST) -> bool:
    """Whether a penalty is computed anywhere in an expression."""
    return any(_sums_squares(one) for one in nodes_of(tree))


def _sums_squares(node: ast.AST) -> bool:
    """Whether a call sums squares or absolute values of a parameter: np.sum(W1**2), np.linalg.norm(W) ** 2."""
    if not isinstance(node, ast.Call) or called_name(node) not in ("sum", "norm") or not node.args:
        return False
    inside = nodes_of(node.args[0])
    if not any(is_parameter(name) for name in names_in(node.args[0])):
        return False
    squared = called_name(node) == "norm" or any(
        (isinstance(one, ast.BinOp) and (isinstance(one.op, ast.Pow) or _is_a_square(one)))
        or (isinstance(one, ast.Call) and called_name(one) in ("square", "abs", "absolute", "power"))
        for one in inside
    )
    return squared and not any(isinstance(one, ast.Call) and called_name(one) in ("exp", "log") for one in inside)
