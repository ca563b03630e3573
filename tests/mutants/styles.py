"""Submissions as different people write them: one generator a style, each with a way to run what it wrote.

A style writes the right backward pass or one with a line replaced; the test runs it without verify.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from tests.mutants.spec import (
    RATE,
    Measure,
    Measured,
    Names,
    Spec,
    backward_steps,
    forward_lines,
    helpers,
    loss_text,
    quantities,
)
from tests.mutants.transposing import transposed
from verify.mistakes.mistake import Mistake, Place, activation_of
from verify.mistakes.plant import plant

Cells = list[list[str]]
Wrong = Mapping[Place, str]


@dataclass(frozen=True)
class Style:
    """How somebody writes: the names, which way samples lie, the cells of the file, and how to run them."""

    title: str
    names: Callable[[Spec], Names]
    write: Callable[[Spec, Names, list[str]], Cells]
    run: Callable[[Spec, str], Measure]
    columns: bool = False
    notebook: bool = False


@dataclass(frozen=True)
class Submission:
    """A generated file: its cells (one, where it is no notebook), and how to run it."""

    style: Style
    spec: Spec
    cells: tuple[str, ...]
    steps: Mapping[Place, str]

    @property
    def file_name(self) -> str:
        return "submission.ipynb" if self.style.notebook else "submission.py"

    @property
    def text(self) -> str:
        """The content of the file."""
        if not self.style.notebook:
            return self.cells[0]
        cells: list[dict[str, object]] = [
            {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": [], "source": cell}
            for cell in self.cells
        ]
        return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 4})

    def place(self, step: Place) -> tuple[int | None, int]:
        """Return the cell (None where the file is no notebook) and the line of a step."""
        found = [
            (number if self.style.notebook else None, line)
            for number, cell in enumerate(self.cells, 1)
            for line, text in enumerate(cell.splitlines(), 1)
            if text.strip() == self.steps[step]
        ]
        assert len(found) == 1, (step, self.steps[step], found)
        return found[0]

    def measure(self, Ws: list[Any], bs: list[Any], X: Any, Y: Any) -> Measured:
        return self.style.run(self.spec, "\n".join(self.cells))(Ws, bs, X, Y)


def generate(style: Style, spec: Spec, wrong: Wrong | None = None) -> Submission:
    """Return the right submission, or one whose steps have these right sides."""
    names = style.names(spec)
    steps = [
        step._replace(right=(wrong or {}).get(step.place, step.right))
        for step in backward_steps(spec, names, columns=style.columns)
    ]
    cells = style.write(spec, names, [step.text for step in steps])
    lines = {step.place: step.text for step in steps}
    return Submission(style, spec, tuple("\n".join(cell) + "\n" for cell in cells), lines)


def planted(style: Style, spec: Spec, row: Mistake, layer: int) -> Submission:
    """Return the submission with a row of the catalogue in it; raises HasNoTransposed where it can't be written."""
    names, place = style.names(spec), (row.step, layer)
    known = quantities(spec, names, layer, columns=style.columns)
    if row.k is not None:
        known["k"] = repr(float(row.k))
    right = next(s.right for s in backward_steps(spec, names, columns=style.columns) if s.place == place)
    activation = activation_of(spec.net, layer)
    if style.columns:
        # First the text with its macros written out, in canonical names; then transposed; then in the code's names.
        canonical = plant(row, activation, "right", {name: name for name in (*known, "right")})
        row = Mistake(row.step, row.name, transposed(canonical), row.sentence)
    return generate(style, spec, {place: plant(row, activation, right, known)})


def _block(head: str, body: Sequence[str]) -> list[str]:
    return [head, *(f"    {line}" if line else "" for line in body), ""]


def _numbers(spec: Spec) -> range:
    return range(1, spec.depth + 1)


def _each(spec: Spec, *templates: str) -> list[str]:
    return [template.format(l=layer, a=spec.sizes[layer - 1], b=spec.sizes[layer]) for layer in _numbers(spec)
            for template in templates]  # fmt: skip


def _namespace(text: str) -> dict[str, Any]:
    scope: dict[str, Any] = {"__name__": "submission"}
    exec(text, scope)
    return scope


def _collected(spec: Spec, J: Any, found: Mapping[str, Any], prefix: str = "d", *, turned: bool = False) -> Measured:
    def of(kind: str) -> list[Any]:
        arrays = [np.asarray(found[f"{prefix}{kind}{layer}"]) for layer in _numbers(spec)]
        return [one.T for one in arrays] if turned else arrays

    return J, of("W"), of("b")


# Functions, with a dictionary of parameters.


def _dictionary_names(spec: Spec) -> Names:
    return Names(Z="cache['Z{l}']", A="cache['A{l}']", W="params['W{l}']")


def _dictionary_functions(spec: Spec, names: Names, steps: list[str]) -> Cells:
    made = ", ".join(_each(spec, "'W{l}': np.random.randn({a}, {b}) * 0.3", "'b{l}': np.zeros((1, {b}))"))
    initial = _block("def init_params():", [f"return {{{made}}}"])
    forward = _block(
        "def forward(X, params):",
        ["cache = {}", *forward_lines(spec, names, "params['b{l}']", columns=False), "return cache"],
    )
    loss = _block("def loss(cache, Y, params):", ["m = Y.shape[0]", f"return {loss_text(spec, names)}"])
    kept = ", ".join(_each(spec, "'dW{l}': dW{l}", "'db{l}': db{l}"))
    backward = _block("def backward(X, Y, params, cache):", ["m = X.shape[0]", *steps, f"return {{{kept}}}"])
    update = _block(
        "def update(params, grads):",
        ["for name in params:", f"    params[name] = params[name] - {RATE} * grads['d' + name]", "return params"],
    )
    return [["import numpy as np"], helpers(columns=False) + [""], initial, forward, loss, backward, update]


def _one_file(cells: Cells) -> Cells:
    return [[line for cell in cells for line in cell]]


def _run_dictionary(spec: Spec, text: str) -> Measure:
    scope = _namespace(text)

    def measure(Ws: list[Any], bs: list[Any], X: Any, Y: Any) -> Measured:
        params = {f"W{n}": W for n, W in enumerate(Ws, 1)} | {f"b{n}": b for n, b in enumerate(bs, 1)}
        cache = scope["forward"](X, params)
        return _collected(spec, scope["loss"](cache, Y, params), scope["backward"](X, Y, params, cache))

    return measure


# Positional arguments, samples as columns.


def _positional(spec: Spec, names: Names, steps: list[str]) -> Cells:
    passed, caches = ", ".join(_each(spec, "W{l}", "b{l}")), ", ".join(_each(spec, "Z{l}", "A{l}"))
    weights, grads = ", ".join(_each(spec, "W{l}")), ", ".join(_each(spec, "dW{l}", "db{l}"))
    made = _each(spec, "W{l} = np.random.randn({b}, {a}) * 0.3", "b{l} = np.zeros(({b}, 1))")
    last = f"A{spec.depth}"
    updates = _each(spec, f"W{{l}} = W{{l}} - {RATE} * dW{{l}}", f"b{{l}} = b{{l}} - {RATE} * db{{l}}")
    return [[
        "import numpy as np", "", *helpers(columns=True), "",
        *_block("def initialize():", [*made, f"return {passed}"]),
        *_block(f"def forward(X, {passed}):", [*forward_lines(spec, names, "b{l}", columns=True), f"return {caches}"]),
        *_block(f"def compute_cost({last}, Y, {weights}):", ["m = Y.shape[1]", f"return {loss_text(spec, names)}"]),
        *_block(f"def backward(X, Y, {caches}, {weights}):", ["m = X.shape[1]", *steps, f"return {grads}"]),
        *_block(f"def update({passed}, {grads}):", [*updates, f"return {passed}"]),
    ]]  # fmt: skip


def _run_positional(spec: Spec, text: str) -> Measure:
    scope = _namespace(text)

    def measure(Ws: list[Any], bs: list[Any], X: Any, Y: Any) -> Measured:
        turned = [part.T for pair in zip(Ws, bs, strict=True) for part in pair]
        caches = scope["forward"](X.T, *turned)
        grads = scope["backward"](X.T, Y.T, *caches, *turned[::2])
        found = dict(zip(_each(spec, "dW{l}", "db{l}"), grads, strict=True))
        return _collected(spec, scope["compute_cost"](caches[-1], Y.T, *turned[::2]), found, turned=True)

    return measure


# A class with attributes.


def _class_names(spec: Spec) -> Names:
    return Names(X="self.X", Z="self.z{l}", A="self.a{l}", W="self.W{l}", dZ="delta{l}", dA="error{l}",
                 dW="self.dW{l}", db="self.db{l}", Y="y")  # fmt: skip


def _class(spec: Spec, names: Names, steps: list[str]) -> Cells:
    made = _each(spec, "self.W{l} = np.random.randn({a}, {b}) * 0.3", "self.b{l} = np.zeros((1, {b}))")
    updates = _each(spec, "self.W{l} = self.W{l} - rate * self.dW{l}", "self.b{l} = self.b{l} - rate * self.db{l}")
    last = names.of("A", spec.depth)
    body = [
        *_block("def __init__(self):", made),
        *_block("def forward(self, X):",
                ["self.X = X", *forward_lines(spec, names, "self.b{l}", columns=False), f"return {last}"]),
        *_block("def loss(self, y):", ["m = y.shape[0]", f"return {loss_text(spec, names)}"]),
        *_block("def backward(self, y):", ["m = y.shape[0]", *steps]),
        *_block(f"def step(self, rate={RATE}):", updates),
    ]  # fmt: skip
    return [["import numpy as np", "", *helpers(columns=False), "", *_block("class Network:", body)]]


def _run_class(spec: Spec, text: str) -> Measure:
    scope = _namespace(text)

    def measure(Ws: list[Any], bs: list[Any], X: Any, Y: Any) -> Measured:
        net = scope["Network"]()
        for number, (W, b) in enumerate(zip(Ws, bs, strict=True), 1):
            setattr(net, f"W{number}", W)
            setattr(net, f"b{number}", b)
        net.forward(X)
        J = net.loss(Y)
        net.backward(Y)
        return _collected(spec, J, vars(net))

    return measure


# A training loop in plain lines.

_BEGINS, _UPDATES = "# forward", "# update"


def _loop_names(spec: Spec) -> Names:
    return Names(X="x", Y="t", m="n", Z="h{l}", A="o{l}", W="w{l}", dZ="g{l}", dA="e{l}", dW="dw{l}", db="db{l}")


def _loop(spec: Spec, names: Names, steps: list[str]) -> Cells:
    updates = _each(spec, f"w{{l}} = w{{l}} - {RATE} * dw{{l}}", f"b{{l}} = b{{l}} - {RATE} * db{{l}}")
    return [[
        "import numpy as np", "", *helpers(columns=False), "",
        "np.random.seed(0)",
        f"x = np.random.randn(20, {spec.sizes[0]})",
        f"t = np.eye({spec.sizes[-1]})[np.random.randint(0, {spec.sizes[-1]}, 20)]",
        *_each(spec, "w{l} = np.random.randn({a}, {b}) * 0.3", "b{l} = np.zeros((1, {b}))"),
        *_block("for epoch in range(100):", [
            _BEGINS, "n = x.shape[0]", *forward_lines(spec, names, "b{l}", columns=False),
            f"loss = {loss_text(spec, names)}",
            "# backward", *steps, _UPDATES, *updates,
        ]),
    ]]  # fmt: skip


def _run_loop(spec: Spec, text: str) -> Measure:
    lines = text.splitlines()
    at = [number for number, line in enumerate(lines) if line.strip() in (_BEGINS, _UPDATES)]
    scope = _namespace("\n".join(["import numpy as np", *helpers(columns=False)]))
    body = compile("\n".join(line[4:] for line in lines[at[0] : at[1]]), "<loop>", "exec")

    def measure(Ws: list[Any], bs: list[Any], X: Any, Y: Any) -> Measured:
        scope.update(x=X, t=Y)
        scope.update({f"w{n}": W for n, W in enumerate(Ws, 1)} | {f"b{n}": b for n, b in enumerate(bs, 1)})
        exec(body, scope)
        found = {name.replace("dw", "dW"): held for name, held in scope.items()}
        return _collected(spec, scope["loss"], found)

    return measure


STYLES: Final = (
    Style("dictionary", _dictionary_names, lambda *asked: _one_file(_dictionary_functions(*asked)), _run_dictionary),
    Style("columns", lambda spec: Names(), _positional, _run_positional, columns=True),
    Style("class", _class_names, _class, _run_class),
    Style("loop", _loop_names, _loop, _run_loop),
    Style("notebook", _dictionary_names, _dictionary_functions, _run_dictionary, notebook=True),
)
