"""What may be run at the top level of somebody's file: calculations may, what loads, draws, asks or trains may not."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable, Sequence
from typing import Final

from verify.reading.program.syntax import called_name, root_name
from verify.reading.program.updates import is_training_loop

# Modules whose functions calculate; a name below of one of them does something else.
CALCULATING: Final = frozenset({
    "numpy", "math", "cmath", "random", "itertools", "functools", "collections", "dataclasses", "typing", "enum",
    "copy", "operator", "string", "fractions", "decimal", "statistics", "time", "abc", "numbers", "types", "re",
    "warnings", "scipy", "torch", "cupy", "autograd", "jax", "numba",
})  # fmt: skip
BUILTINS: Final = frozenset({
    "abs", "all", "any", "bool", "bytes", "callable", "chr", "classmethod", "complex", "dict", "divmod",
    "enumerate", "filter", "float", "format", "frozenset", "getattr", "hasattr", "hash", "id", "int", "isinstance",
    "issubclass", "iter", "len", "list", "map", "max", "min", "next", "object", "ord", "pow", "property", "range",
    "repr", "reversed", "round", "set", "setattr", "slice", "sorted", "staticmethod", "str", "sum", "super",
    "tuple", "type", "zip", "Exception", "ValueError", "TypeError", "KeyError", "IndexError", "RuntimeError",
    "NotImplementedError", "AssertionError", "ZeroDivisionError",
})  # fmt: skip
_RUNS: Final = "runs text as code, or other programs"
_WORDS: Final[tuple[tuple[str, re.Pattern[str]], ...]] = (
    ("loads data", re.compile(
        r"load\w*|read\w*|fetch\w*|open|download\w*|urlopen|urlretrieve|imread|(gen)?fromt?xt|genfromtxt|fromfile|"
        r"memmap|glob|listdir|mnist|get_file|DataLoader|Path|request\w*|fromregex|extractall"
    )),
    ("writes files", re.compile(r"tofile|dump\w*|save\w*|writ\w*|makedirs|mkdir|unlink|rmtree")),
    ("draws", re.compile(
        r"plot\w*|show\w*|imshow|figure|subplots?|scatter|hist|bar|savefig|[xy]label|[xy]lim|[xy]ticks|title|legend|"
        r"draw\w*|display|tight_layout|pcolormesh|contourf?|heatmap|axis|grid|colorbar|FuncAnimation|suptitle|axes"
    )),
    ("asks for input", re.compile(r"input|raw_input|getpass|argv|parse_args|ArgumentParser")),
    ("prints", re.compile(r"print|pprint|tqdm|trange|progress\w*|head|describe|info|summary")),
    (_RUNS, re.compile(
        r"exec|eval|__import__|exit|quit|system|popen|Popen|run_cell_magic|import_module|breakpoint|globals|"
        r"check_call|check_output|sleep|reload|abort|kill|fork"
    )),
    ("a training loop", re.compile(r"fit|fit_model|fit_generator|train|train_\w+|gradient_?descent\w*|run_training")),
)  # fmt: skip
_DRAWING: Final = frozenset({"matplotlib", "seaborn", "plotly", "pylab", "mpl_toolkits", "IPython", "graphviz"})
_LOADING: Final = frozenset({
    "pandas", "pathlib", "urllib", "requests", "gzip",
    "pickle", "struct", "csv", "zipfile", "tarfile", "idx2numpy", "mnist", "h5py", "scipy_io", "io", "shutil",
    "subprocess", "joblib", "datasets", "google", "PIL", "cv2", "json", "glob",
})  # fmt: skip


def word_for(called: str) -> str | None:
    """Return what a function or method of this name does that may not be done, in plain words, or None."""
    return next((word for word, pattern in _WORDS if pattern.fullmatch(called)), None)


def why_dropped(nodes: Sequence[ast.AST]) -> str:
    """Return in plain words what the nodes of a statement do that is no calculation; "not needed" where nothing."""
    if any(is_training_loop(inner) for inner in nodes):
        return "a training loop"
    words = {word_for(called_name(inner)) for inner in nodes if isinstance(inner, ast.Call)}
    order = ("loads data", "writes files", "asks for input", "a training loop", "draws", _RUNS, "prints")
    return next((word for word in order if word in words), "not needed")


def why_unsafe(
    nodes: Iterable[ast.AST], module_of: Callable[[str], str | None], own: Callable[[str], str | bool | None]
) -> str | None:
    """Return why code may not be run, or None where it only calculates.

    `module_of` tells the top module that a name was imported from; `own` says of a name that is called whether the
    submission defines it: False where it doesn't, None where it does and may be run, else why it may not.
    """
    for node in nodes:
        if isinstance(node, ast.Await | ast.Yield | ast.YieldFrom):
            return "waits for something"
        if is_training_loop(node):
            return "a training loop"
        if isinstance(node, ast.While):
            return "a loop without a bound"
        if isinstance(node, ast.Call):
            why = _why_call(node, module_of, own)
            if why is not None:
                return why
    return None


def _why_call(
    call: ast.Call, module_of: Callable[[str], str | None], own: Callable[[str], str | bool | None]
) -> str | None:
    name, root = called_name(call), root_name(call.func)
    module = module_of(root) if root is not None else None
    defined = own(name)
    if module is None and defined is not False:
        return str(defined) if defined is not None else None
    if module in CALCULATING:
        word = word_for(name)
        return word if word in ("loads data", "writes files", _RUNS) else None
    if module is not None:
        if module in _DRAWING:
            return "draws"
        return word_for(name) or (
            "loads data" if module in _LOADING else f"calls {name or root} of {module}, which is not run"
        )
    if isinstance(call.func, ast.Name):
        return None if name in BUILTINS else word_for(name) or f"calls {name}, which nothing safe defines"
    return word_for(name)  # a method of a value
