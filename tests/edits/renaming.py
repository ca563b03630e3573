"""Other names for the same things: consistently, in the words of students."""

from __future__ import annotations

import ast
import random
import re
from typing import Final

OTHERS: Final[dict[str, tuple[str, ...]]] = {
    "forward": ("feed_forward", "forward_pass", "forward_prop"), "backward": ("back_prop", "backprop", "backward_pass"),
    "forward_pass": ("forward", "feedforward"), "backward_pass": ("backward", "backprop"),
    "compute_loss": ("cross_entropy_loss", "cost"), "loss": ("compute_loss", "cost_function"), "cost": ("compute_cost",),
    "update": ("update_parameters", "gradient_descent"), "train": ("fit", "training"), "mse": ("mean_squared_error", "cost"),
    "gradients": ("compute_gradients", "backward"), "grad_fn": ("gradient", "compute_grads"), "loss_fn": ("loss", "objective"),
    "model_forward": ("forward_propagation", "deep_forward"), "model_backward": ("back_propagation", "deep_backward"),
    "backprop": ("backward", "gradients"), "sgd": ("update", "apply_gradients"), "create": ("init_layers", "make_layers"),
    "init_params": ("initialize_parameters", "init"), "init": ("init_params", "initialise"), "nonlin": ("sigmoid", "sig"),
    "propagate": ("gradients", "loss_and_gradients"), "compute_cost": ("cost_function", "binary_cross_entropy"),
    "sigmoid": ("sigm", "logistic"), "softmax": ("soft_max", "stable_softmax"), "cross_entropy": ("ce_loss", "loss_function"),
    "train_step": ("step", "training_step"),
    "m": ("N", "n_samples", "batch_size"), "N": ("m", "num_examples", "batch"), "cache": ("memory", "saved", "stored"),
    "params": ("parameters", "theta", "weights"), "grads": ("gradients", "grad"), "layers": ("net", "model"),
    "h": ("hidden", "a1"), "H": ("hidden", "A1"), "E": ("expZ", "exps"), "e": ("exp_scores", "ez"), "delta": ("dz", "error"),
    "probs": ("p", "y_hat", "softmax_out"), "scores": ("logits", "out"), "acts": ("activations", "outs"), "X": ("x", "inputs"),
    "Y": ("T", "targets"), "y": ("targets", "labels_true"), "AL": ("A_out", "yhat"), "Z3": ("out", "y_pred"), "A2": ("Y_hat", "probs"),
    "learning_rate": ("lr", "alpha"), "lr": ("learning_rate", "eta"), "alpha": ("learning_rate", "lr"), "eta": ("lr",),
    "epochs": ("n_epochs", "num_iterations"), "hidden": ("h1", "a1"), "dscores": ("dlogits", "dz2"), "dhidden": ("dh", "da1"),
    "Yhat": ("A2", "y_pred"), "y_pred": ("out", "y_hat"), "dout": ("d_out", "grad_out"), "out": ("y_hat", "scores"),
}  # fmt: skip
NUMBERED: Final[dict[str, tuple[str, ...]]] = {
    "Z": ("z", "pre_act"), "A": ("a", "act"), "z": ("Z", "s"), "a": ("A", "h"), "dZ": ("delta", "dz"), "dA": ("dh", "da"),
    "dz": ("delta", "dZ"), "dW": ("grad_W", "gW"), "db": ("grad_b", "gb"), "delta": ("d", "dZ"), "syn": ("W", "weights"),
    "w": ("W", "weights_"), "grad_w": ("dw", "dW"), "grad_b": ("db",),
}  # fmt: skip


def renamed(tree: ast.Module, draw: random.Random) -> dict[str, str]:
    """Give some names of the file others, everywhere; return which name is called what now."""
    taken = _words(tree)
    able = {name for name in _renameable(tree) if _choices(name)}
    chosen: dict[str, str] = {}
    for name in draw.sample(sorted(able), min(len(able), draw.randint(2, 5))):
        fresh = [other for other in _choices(name) if other not in taken]
        if fresh:
            chosen[name] = draw.choice(fresh)
            taken.add(chosen[name])
    _Renamer(chosen, _functions(tree)).visit(tree)
    return chosen


def _choices(name: str) -> tuple[str, ...]:
    stem, number = re.fullmatch(r"(.*?)(\d*)", name).groups()  # type: ignore[union-attr]
    return (*OTHERS.get(name, ()), *(f"{other}{number}" for other in NUMBERED.get(stem, ()) if number))


def _words(tree: ast.Module) -> set[str]:
    """Return every word that the file uses as any kind of name, so that a fresh one is not taken."""
    return set(re.findall(r"\w+", ast.unparse(tree)))


def _functions(tree: ast.Module) -> set[str]:
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def _renameable(tree: ast.Module) -> set[str]:
    """Return names of functions, arguments and variables; what is also an attribute, a key or a method stays as it is."""
    found, kept = set[str](), {"self", "np", "rng"}
    for node in ast.walk(tree):
        match node:
            case ast.FunctionDef(name):
                found.add(name)
            case ast.Name(name):
                found.add(name)
            case ast.arg(name):
                found.add(name)
            case ast.Attribute(_, name) | ast.Constant(str(name)):
                kept.add(name)
            case ast.ClassDef(name, body=body):
                # Methods and their arguments are called from outside, by name.
                kept |= {part.name for part in body if isinstance(part, ast.FunctionDef)}
                kept |= {one.arg for part in body if isinstance(part, ast.FunctionDef) for one in part.args.args}
    return found - kept


class _Renamer(ast.NodeTransformer):
    def __init__(self, names: dict[str, str], functions: set[str]) -> None:
        self.names, self.functions = names, functions

    def visit_Name(self, node: ast.Name) -> ast.Name:
        node.id = self.names.get(node.id, node.id)
        return node

    def visit_arg(self, node: ast.arg) -> ast.arg:
        node.arg = self.names.get(node.arg, node.arg)
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.FunctionDef:
        node.name = self.names.get(node.name, node.name)
        self.generic_visit(node)
        return node

    def visit_Global(self, node: ast.Global) -> ast.Global:
        node.names = [self.names.get(name, name) for name in node.names]
        return node

    def visit_Call(self, node: ast.Call) -> ast.Call:
        own = isinstance(node.func, ast.Name) and node.func.id in self.functions
        self.generic_visit(node)
        for word in node.keywords if own else ():
            word.arg = self.names.get(word.arg or "", word.arg)
        return node
