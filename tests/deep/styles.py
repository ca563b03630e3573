"""Nets of any number of layers in five styles of students; tanh, softmax, the mean cross-entropy; rows are samples.

A mistake stands only below the second layer from the top: in the layers 1 to L - 2 of L.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

HEAD: Final = """import numpy as np


def softmax(Z):
    E = np.exp(Z - np.max(Z, axis=1, keepdims=True))
    return E / np.sum(E, axis=1, keepdims=True)

"""
MISTAKES: Final = {
    "derivative missing": ("dZ = dA", None),
    "derivative of Z": ("dZ = dA * (1 - Z ** 2)", None),
    "db is a mean": (None, "np.mean(dZ, axis=0, keepdims=True)"),
    "dZ turned": ("dZ = -dA * (1 - A ** 2)", None),
}
RIGHT: Final = ("dZ = dA * (1 - A ** 2)", "np.sum(dZ, axis=0, keepdims=True)")
Arrays = list[Any]
Measured = tuple[Any, Arrays, Arrays]  # the loss, the gradients of the weights, those of the biases


@dataclass(frozen=True)
class Style:
    """How the text is written, and how it is called: with its names, weights, biases, X and Y."""

    title: str
    text: Callable[[int, str], str]
    measure: Callable[[dict[str, Any], Arrays, Arrays, Any, Any], Measured]


def _lines(mistake: str) -> tuple[str, str]:
    """Return the lines for the derivative and for the bias gradient."""
    dZ, db = MISTAKES.get(mistake, (None, None))
    return dZ or RIGHT[0], db or RIGHT[1]


def _named(line: str, l: int) -> str:
    """Write a line's names with the number of a layer."""
    return re.sub(r"\b(dZ|dA|Z|A)\b", rf"\g<1>{l}", line)


# A dictionary with "W" + str(l), and loops.


def _dictionary(layers: int, mistake: str) -> str:
    wrong_dZ, wrong_db = _lines(mistake)

    def in_cache(line: str) -> str:
        return re.sub(r"- (A|Z) \*\*", r'- cache["\1" + str(l)] **', line)

    if mistake:
        derivative = f"""            if l > L - 2:
                {in_cache(RIGHT[0])}
            else:
                {in_cache(wrong_dZ)}"""
        bias = f"""        if l > L - 2:
            grads["db" + str(l)] = {RIGHT[1]}
        else:
            grads["db" + str(l)] = {wrong_db}"""
    else:
        derivative, bias = f"            {in_cache(RIGHT[0])}", f'        grads["db" + str(l)] = {RIGHT[1]}'
    sizes = ", ".join(["4", *(str(5 + n % 3) for n in range(layers - 1)), "3"])
    return f"""{HEAD}
def initialize(layer_dims):
    params = {{}}
    for l in range(1, len(layer_dims)):
        params["W" + str(l)] = np.random.randn(layer_dims[l - 1], layer_dims[l]) * 0.1
        params["b" + str(l)] = np.zeros((1, layer_dims[l]))
    return params


def forward(X, params):
    L = len(params) // 2
    cache = {{"A0": X}}
    A = X
    for l in range(1, L + 1):
        Z = A @ params["W" + str(l)] + params["b" + str(l)]
        A = softmax(Z) if l == L else np.tanh(Z)
        cache["Z" + str(l)] = Z
        cache["A" + str(l)] = A
    return A, cache


def compute_loss(AL, Y):
    return -np.sum(Y * np.log(AL)) / Y.shape[0]


def backward(params, cache, Y):
    L = len(params) // 2
    m = Y.shape[0]
    grads = {{}}
    for l in range(L, 0, -1):
        if l == L:
            dZ = (cache["A" + str(L)] - Y) / m
        else:
            dA = dZ @ params["W" + str(l + 1)].T
{derivative}
        grads["dW" + str(l)] = cache["A" + str(l - 1)].T @ dZ
{bias}
    return grads


layer_dims = [{sizes}]


def train(X, Y, epochs=100, lr=0.1):
    params = initialize(layer_dims)
    for epoch in range(epochs):
        AL, cache = forward(X, params)
        grads = backward(params, cache, Y)
        for l in range(1, len(layer_dims)):
            params["W" + str(l)] -= lr * grads["dW" + str(l)]
            params["b" + str(l)] -= lr * grads["db" + str(l)]
    return params
"""


def _dictionary_measure(space: dict[str, Any], Ws: Arrays, bs: Arrays, X: Any, Y: Any) -> Measured:
    p = {f"W{l}": W for l, W in enumerate(Ws, 1)} | {f"b{l}": b for l, b in enumerate(bs, 1)}
    AL, cache = space["forward"](X, p)
    grads = space["backward"](p, cache, Y)
    numbers = range(1, len(Ws) + 1)
    return space["compute_loss"](AL, Y), [grads[f"dW{l}"] for l in numbers], [grads[f"db{l}"] for l in numbers]


# A class with a list of weights and one of biases.


def _lists(layers: int, mistake: str) -> str:
    wrong_dZ, wrong_db = _lines(mistake)
    right, wrong = (
        one.replace("(1 - A ", "(1 - self.A[l + 1] ").replace("(1 - Z ", "(1 - self.Z[l] ")
        for one in (RIGHT[0], wrong_dZ)
    )
    if mistake:
        derivative = f"                {right}\n                if l < L - 2:\n                    {wrong}"
        bias = f"            db.insert(0, {RIGHT[1]} if l >= L - 2 else {wrong_db})"
    else:
        derivative, bias = f"                {right}", f"            db.insert(0, {RIGHT[1]})"
    sizes = ", ".join(["4", *(str(5 + n % 3) for n in range(layers - 1)), "3"])
    return f"""{HEAD}
class Network:
    def __init__(self, sizes, lr=0.1):
        self.lr = lr
        self.weights = [np.random.randn(n, k) * 0.2 for n, k in zip(sizes[:-1], sizes[1:])]
        self.biases = [np.zeros((1, k)) for k in sizes[1:]]

    def forward(self, X):
        self.A, self.Z = [X], []
        L = len(self.weights)
        for l in range(L):
            self.Z.append(self.A[l] @ self.weights[l] + self.biases[l])
            self.A.append(softmax(self.Z[l]) if l == L - 1 else np.tanh(self.Z[l]))
        return self.A[-1]

    def loss(self, X, Y):
        return -np.sum(Y * np.log(self.forward(X))) / len(Y)

    def backward(self, X, Y):
        self.forward(X)
        L = len(self.weights)
        dW, db = [], []
        dZ = (self.A[-1] - Y) / X.shape[0]
        for l in range(L - 1, -1, -1):
            if l < L - 1:
                dA = dZ @ self.weights[l + 1].T
{derivative}
            dW.insert(0, self.A[l].T @ dZ)
{bias}
        return dW, db

    def fit(self, X, Y, epochs=100):
        for _ in range(epochs):
            dW, db = self.backward(X, Y)
            for l in range(len(self.weights)):
                self.weights[l] = self.weights[l] - self.lr * dW[l]
                self.biases[l] = self.biases[l] - self.lr * db[l]


net = Network([{sizes}])
"""


def _lists_measure(space: dict[str, Any], Ws: Arrays, bs: Arrays, X: Any, Y: Any) -> Measured:
    net = space["net"]
    net.weights, net.biases = list(Ws), list(bs)
    return (net.loss(X, Y), *net.backward(X, Y))


# Written out, layer by layer: with every array as an argument, or in a dictionary.


def _forward_lines(layers: int, W: str, b: str) -> list[str]:
    lines = []
    for l in range(1, layers + 1):
        before = "X" if l == 1 else f"A{l - 1}"
        lines.append(f"    Z{l} = {before} @ {W.format(l)} + {b.format(l)}")
        lines.append(f"    A{l} = softmax(Z{l})" if l == layers else f"    A{l} = np.tanh(Z{l})")
    return lines


def _backward_lines(layers: int, mistake: str, W: str) -> list[str]:
    lines = ["    m = X.shape[0]", f"    dZ{layers} = (A{layers} - Y) / m"]
    for l in range(layers, 0, -1):
        dZ, db = _lines(mistake if l <= layers - 2 else "")
        if l < layers:
            lines += [f"    dA{l} = dZ{l + 1} @ {W.format(l + 1)}.T", "    " + _named(dZ, l)]
        lines.append(f"    dW{l} = {'X' if l == 1 else f'A{l - 1}'}.T @ dZ{l}")
        lines.append(f"    db{l} = " + _named(db, l))
    return lines


def _names(form: str, numbers: Sequence[int]) -> str:
    return ", ".join(form.format(l) for l in numbers)


def _arguments(layers: int, mistake: str) -> str:
    every = range(1, layers + 1)
    parameters, grads = _names("W{0}, b{0}", every), _names("dW{0}, db{0}", every)
    caches = _names("Z{0}, A{0}", every)
    weights = _names("W{0}", every)
    sizes = ["n_x", *(f"h{l}" for l in range(1, layers)), "n_y"]
    makes = "\n".join(
        f"    W{l} = np.random.randn({sizes[l - 1]}, {sizes[l]}) * 0.1\n    b{l} = np.zeros((1, {sizes[l]}))"
        for l in every
    )
    updates = "\n".join(f"        W{l} = W{l} - lr * dW{l}\n        b{l} = b{l} - lr * db{l}" for l in every)
    given = ", ".join(["4", *(str(5 + n % 3) for n in range(layers - 1)), "3"])
    return f"""{HEAD}
def init_params({", ".join(sizes)}):
{makes}
    return {parameters}


def forward(X, {parameters}):
{chr(10).join(_forward_lines(layers, "W{0}", "b{0}"))}
    return {caches}


def loss(A{layers}, Y):
    return -np.sum(Y * np.log(A{layers})) / Y.shape[0]


def backward(X, Y, {caches}, {weights}):
{chr(10).join(_backward_lines(layers, mistake, "W{0}"))}
    return {grads}


def train(X, Y, epochs=100, lr=0.1):
    {parameters} = init_params({given})
    for epoch in range(epochs):
        {caches} = forward(X, {parameters})
        {grads} = backward(X, Y, {caches}, {weights})
{updates}
    return {parameters}
"""


def _arguments_measure(space: dict[str, Any], Ws: Arrays, bs: Arrays, X: Any, Y: Any) -> Measured:
    both = [one for pair in zip(Ws, bs, strict=True) for one in pair]
    cache = space["forward"](X, *both)
    grads = space["backward"](X, Y, *cache, *Ws)
    return space["loss"](cache[-1], Y), list(grads[::2]), list(grads[1::2])


def _written_out(layers: int, mistake: str) -> str:
    every = range(1, layers + 1)
    sizes = ["n_x", *["n_h"] * (layers - 1), "n_y"]
    makes = "\n".join(
        f'    p["W{l}"] = np.random.randn({sizes[l - 1]}, {sizes[l]}) * 0.1\n    p["b{l}"] = np.zeros((1, {sizes[l]}))'
        for l in every
    )
    cache = ", ".join(f'"Z{l}": Z{l}, "A{l}": A{l}' for l in every)
    taken = "\n".join(f'    Z{l}, A{l} = cache["Z{l}"], cache["A{l}"]' for l in every)
    grads = ", ".join(f'"dW{l}": dW{l}, "db{l}": db{l}' for l in every)
    return f"""{HEAD}
def init(n_x, n_h, n_y):
    p = {{}}
{makes}
    return p


def forward(X, p):
{chr(10).join(_forward_lines(layers, 'p["W{0}"]', 'p["b{0}"]'))}
    return A{layers}, {{{cache}}}


def cross_entropy(Yhat, Y):
    return -np.mean(np.sum(Y * np.log(Yhat), axis=1))


def backward(X, Y, p, cache):
{taken}
{chr(10).join(_backward_lines(layers, mistake, 'p["W{0}"]'))}
    return {{{grads}}}
"""


def _written_out_measure(space: dict[str, Any], Ws: Arrays, bs: Arrays, X: Any, Y: Any) -> Measured:
    p = {f"W{l}": W for l, W in enumerate(Ws, 1)} | {f"b{l}": b for l, b in enumerate(bs, 1)}
    Yhat, cache = space["forward"](X, p)
    grads = space["backward"](X, Y, p, cache)
    numbers = range(1, len(Ws) + 1)
    return space["cross_entropy"](Yhat, Y), [grads[f"dW{l}"] for l in numbers], [grads[f"db{l}"] for l in numbers]


# A class whose layers are objects in a list.


def _objects(layers: int, mistake: str) -> str:
    wrong_dZ, wrong_db = _lines(mistake)
    right, wrong = (
        one.replace("(1 - A ", "(1 - layer.A ").replace("(1 - Z ", "(1 - layer.Z ") for one in (RIGHT[0], wrong_dZ)
    )
    right_db, wrong_db = f"layer.db = {RIGHT[1]}", f"layer.db = {wrong_db}"
    if mistake:
        derivative = f"                {right}\n                if i < L - 2:\n                    {wrong}"
        bias = f"            {right_db}\n            if i < L - 2:\n                {wrong_db}"
    else:
        derivative, bias = f"                {right}", f"            {right_db}"
    sizes = ", ".join(["4", *(str(5 + n % 3) for n in range(layers - 1)), "3"])
    return f"""{HEAD}
class Layer:
    def __init__(self, n_in, n_out):
        self.W = np.random.randn(n_in, n_out) * 0.2
        self.b = np.zeros((1, n_out))


class MLP:
    def __init__(self, sizes):
        self.layers = [Layer(n, k) for n, k in zip(sizes[:-1], sizes[1:])]

    def forward(self, X):
        self.X = X
        A = X
        for i, layer in enumerate(self.layers):
            layer.Z = A @ layer.W + layer.b
            layer.A = softmax(layer.Z) if i == len(self.layers) - 1 else np.tanh(layer.Z)
            A = layer.A
        return A

    def loss(self, Y):
        return -np.sum(Y * np.log(self.layers[-1].A)) / Y.shape[0]

    def backward(self, Y):
        L = len(self.layers)
        for i in reversed(range(L)):
            layer = self.layers[i]
            if i == L - 1:
                dZ = (layer.A - Y) / Y.shape[0]
            else:
                dA = dZ @ self.layers[i + 1].W.T
{derivative}
            A_prev = self.X if i == 0 else self.layers[i - 1].A
            layer.dW = A_prev.T @ dZ
{bias}

    def step(self, lr):
        for layer in self.layers:
            layer.W -= lr * layer.dW
            layer.b -= lr * layer.db

    def fit(self, X, Y, epochs=100, lr=0.1):
        for _ in range(epochs):
            self.forward(X)
            self.backward(Y)
            self.step(lr)


model = MLP([{sizes}])
"""


def _objects_measure(space: dict[str, Any], Ws: Arrays, bs: Arrays, X: Any, Y: Any) -> Measured:
    model = space["model"]
    for layer, W, b in zip(model.layers, Ws, bs, strict=True):
        layer.W, layer.b = W, b
    model.forward(X)
    model.backward(Y)
    return model.loss(Y), [layer.dW for layer in model.layers], [layer.db for layer in model.layers]


STYLES: Final = (
    Style("loop over a dictionary", _dictionary, _dictionary_measure),
    Style("lists in a class", _lists, _lists_measure),
    Style("written out, arguments", _arguments, _arguments_measure),
    Style("written out, dictionary", _written_out, _written_out_measure),
    Style("layer objects in a class", _objects, _objects_measure),
)
