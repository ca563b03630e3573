"""How each base file is run to learn what is true of it: a few lines for each, written by hand, without verify.

A probe says which parameters there are, what the loss is at given ones, what the file returns as gradients there, and
what its training makes of them in so many passes at the rate RATE.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from tests.edits.code import Code

Values = dict[str, Any]
RATE: Final = 0.125
FOUR: Final = ("W1", "b1", "W2", "b2")
N, H, K, M = 4, 5, 3, 6  # inputs, hidden units, outputs, samples: no two alike


@dataclass(frozen=True)
class Probe:
    """What is run of a file; `gradient` or `trained` is None where the file has no such thing."""

    shapes: Mapping[str, tuple[int, ...]]
    data: Callable[[Any], tuple[Any, ...]]
    loss: Callable[..., Any]
    gradient: Callable[..., Values] | None
    trained: Callable[..., Values] | None = None
    rate: float | None = RATE


def copied(p: Values) -> Values:
    return {name: np.array(value) for name, value in p.items()}


def rows(bias: tuple[int, ...] = (1,)) -> dict[str, tuple[int, ...]]:
    """Return the shapes of two layers, X @ W; biases (1, n) or (n,)."""
    return {"W1": (N, H), "b1": (*bias, H), "W2": (H, K), "b2": (*bias, K)}


def columns() -> dict[str, tuple[int, ...]]:
    return {"W1": (H, N), "b1": (H, 1), "W2": (K, H), "b2": (K, 1)}


def classes(draw: Any, count: int = M) -> Any:
    return draw.permutation(np.arange(count) % K)


def one_hot(draw: Any) -> Any:
    return np.eye(K)[classes(draw)]


def nothing(_: Any) -> tuple[Any, ...]:
    """The file has data of its own."""
    return ()


# columns_dict_tanh


def _columns_train(code: Code, p: Values, X: Any, Y: Any, passes: int) -> Values:
    return code.with_start("train", {"params": copied(p)})(X, Y, H, passes, RATE)


COLUMNS_DICT: Final = Probe(
    columns(),
    lambda draw: (draw.normal(size=(N, M)), one_hot(draw).T),
    lambda code, p, X, Y: code["compute_loss"](code["forward"](X, p)[0], Y),
    lambda code, p, X, Y: {k[1:]: g for k, g in code["backward"](p, code["forward"](X, p)[1], X, Y).items()},
    _columns_train,
)

# rows_tuple_relu

ROWS_TUPLE: Final = Probe(
    rows(()),
    lambda draw: (draw.normal(size=(M, N)), classes(draw)),
    lambda code, p, X, y: code["loss"](tuple(p[k] for k in FOUR), X, y),
    lambda code, p, X, y: dict(zip(FOUR, code["gradients"](tuple(p[k] for k in FOUR), X, y), strict=True)),
)

# class_attributes_sigmoid, class_grads_dict_batches, two_layer_reg, layer_lists_columns, per_sample_network


def _attributes(code: Code, p: Values) -> Any:
    net = code["NeuralNetwork"](N, H, K, lr=RATE)
    net.__dict__.update(copied(p))
    return net


def _attributes_loss(code: Code, p: Values, X: Any, Y: Any) -> Any:
    net = _attributes(code, p)
    net.forward(X)
    return net.compute_loss(Y)


def _attributes_gradient(code: Code, p: Values, X: Any, Y: Any) -> Values:
    net = _attributes(code, p)
    net.forward(X)
    net.backward(X, Y)
    return {name: getattr(net, f"d{name}") for name in FOUR}


def _attributes_trained(code: Code, p: Values, X: Any, Y: Any, passes: int) -> Values:
    net = _attributes(code, p)
    net.fit(X, Y, passes)
    return {name: getattr(net, name) for name in FOUR}


ATTRIBUTES: Final = Probe(
    rows(),
    lambda draw: (draw.normal(size=(M, N)), draw.integers(0, 2, size=(M, K)).astype(float)),
    _attributes_loss,
    _attributes_gradient,
    _attributes_trained,
)


def _dictionary_class(name: str) -> Callable[[Code, Values], Any]:
    def made(code: Code, p: Values) -> Any:
        net = code[name](N, H, K)
        assert set(net.params) == set(p)
        net.params = copied(p)
        return net

    return made


_mlp, _two = _dictionary_class("MLP"), _dictionary_class("TwoLayerNet")


def _mlp_loss(code: Code, p: Values, X: Any, Y: Any) -> Any:
    net = _mlp(code, p)
    return net.loss(net.forward(X), Y)


def _mlp_gradient(code: Code, p: Values, X: Any, Y: Any) -> Values:
    net = _mlp(code, p)
    net.forward(X)
    return net.backward(Y)


def _mlp_trained(code: Code, p: Values, X: Any, Y: Any, passes: int) -> Values:
    net = _mlp(code, p)
    net.train(X, Y, epochs=passes, batch_size=M, lr=RATE)
    return net.params


MLP: Final = Probe(
    rows(()), lambda draw: (draw.normal(size=(M, N)), draw.normal(size=(M, K))), _mlp_loss, _mlp_gradient, _mlp_trained
)
REG: Final = 0.375


def _two_trained(code: Code, p: Values, X: Any, y: Any, passes: int) -> Values:
    net = _two(code, p)
    net.train(X, y, learning_rate=RATE, reg=REG, num_iters=passes)
    return net.params


TWO_LAYER_REG: Final = Probe(
    rows(()),
    lambda draw: (draw.normal(size=(M, N)), classes(draw)),
    lambda code, p, X, y: _two(code, p).loss(X, y, REG)[0],
    lambda code, p, X, y: _two(code, p).loss(X, y, REG)[1],
    _two_trained,
)
SIZES: Final = (N, H, 7, K)
LISTS: Final = {f"W{l}": (SIZES[l], SIZES[l - 1]) for l in (1, 2, 3)} | {f"b{l}": (SIZES[l], 1) for l in (1, 2, 3)}


def _network(code: Code, p: Values) -> Any:
    net = code["Network"](list(SIZES))
    net.weights, net.biases = ([np.array(p[f"{kind}{l}"]) for l in (1, 2, 3)] for kind in "Wb")
    return net


def _named(weights: Any, biases: Any) -> Values:
    found = {f"W{l}": w for l, w in enumerate(weights, 1)} | {f"b{l}": b for l, b in enumerate(biases, 1)}
    assert len(found) == 6
    return found


def _network_trained(code: Code, p: Values, X: Any, Y: Any, passes: int) -> Values:
    net = _network(code, p)
    net.train(X, Y, passes, RATE)
    return _named(net.weights, net.biases)


LAYER_LISTS: Final = Probe(
    LISTS,
    lambda draw: (draw.normal(size=(N, M)), draw.random((K, M))),
    lambda code, p, X, Y: _network(code, p).cost(X, Y),
    lambda code, p, X, Y: _named(*reversed(_network(code, p).backprop(X, Y))),
    _network_trained,
)


def _sample_net(code: Code, p: Values) -> Any:
    net = code["Net"](N, H, K)
    net.__dict__.update(copied(p))
    return net


def _sample_trained(code: Code, p: Values, x: Any, t: Any, passes: int) -> Values:
    net = _sample_net(code, p)
    for _ in range(passes):
        net.train(x, t)
    return {name: getattr(net, name) for name in p}


PER_SAMPLE: Final = Probe(
    {"w_ih": (H, N), "w_ho": (K, H)},
    lambda draw: (draw.normal(size=(N, 1)), draw.random((K, 1))),
    lambda code, p, x, t: _sample_net(code, p).loss(x, t),
    None,
    _sample_trained,
    rate=0.1,
)

# deep_dict_loop, three_layers_positional, sum_loss_integers, list_of_dicts


def _deep_trained(code: Code, p: Values, X: Any, Y: Any, passes: int) -> Values:
    return code.with_start("L_layer_model", {"parameters": copied(p)})(X, Y, list(SIZES), RATE, passes)[0]


def _deep_gradient(code: Code, p: Values, X: Any, Y: Any) -> Values:
    AL, caches = code["model_forward"](X, p)
    grads = code["model_backward"](AL, Y, caches, p)
    return {name: grads[f"d{name}"] for name in p}


DEEP: Final = Probe(
    LISTS,
    lambda draw: (draw.normal(size=(N, M)), draw.integers(0, 2, size=(K, M)).astype(float)),
    lambda code, p, X, Y: code["compute_cost"](code["model_forward"](X, p)[0], Y),
    _deep_gradient,
    _deep_trained,
)
SIX: Final = ("W1", "b1", "W2", "b2", "W3", "b3")


def _positional_gradient(code: Code, p: Values, X: Any, Y: Any) -> Values:
    A1, A2, Z3 = code["forward"](X, *(p[name] for name in SIX))
    return dict(zip(SIX, code["backward"](X, Y, p["W2"], p["W3"], A1, A2, Z3), strict=True))


def _positional_trained(code: Code, p: Values, X: Any, Y: Any, passes: int) -> Values:
    return dict(zip(SIX, code.with_start("train", copied(p))(X, Y, H, 7, passes, RATE), strict=True))


POSITIONAL: Final = Probe(
    LISTS,
    lambda draw: (draw.normal(size=(N, M)), draw.normal(size=(K, M))),
    lambda code, p, X, Y: code["mse"](code["forward"](X, *(p[name] for name in SIX))[-1], Y),
    _positional_gradient,
    _positional_trained,
)
SUM_LOSS: Final = Probe(
    rows(()),
    lambda draw: (draw.normal(size=(M, N)), classes(draw)),
    lambda code, p, X, y: code["loss_fn"](p, X, y),
    lambda code, p, X, y: code["grad_fn"](p, X, y),
)


def _layers(p: Values) -> Any:
    return [{"W": np.array(p[f"W{l}"]), "b": np.array(p[f"b{l}"])} for l in (1, 2, 3)]


def _of_layers(layers: Any) -> Values:
    return _named([one["W"] for one in layers], [one["b"] for one in layers])


def _layers_trained(code: Code, p: Values, X: Any, Y: Any, passes: int) -> Values:
    """Its driver makes data of its own: `main` is run whole by itself, these are its steps on ours."""
    layers = copy.deepcopy(_layers(p))
    for _ in range(passes):
        code["sgd"](layers, code["backprop"](layers, X, Y), RATE)
    return _of_layers(layers)


LIST_OF_DICTS: Final = Probe(
    {name: shape[::-1] for name, shape in LISTS.items()},
    lambda draw: (draw.normal(size=(M, N)), one_hot(draw)),
    lambda code, p, X, Y: code["cost"](_layers(p), X, Y),
    lambda code, p, X, Y: _of_layers(code["backprop"](_layers(p), X, Y)),
    _layers_trained,
)

# Files whose loop stands in the module: script_regression, globals_relu, notebook_*, one_output_global_m.


def _looped(p: Values, passes: int, code: Code) -> Values:
    values: Values = copied(p)
    for number in range(passes):
        code.one_pass(values, number)
        values = {name: code[name] for name in p}
    return values


def _in_module(shapes: Mapping[str, tuple[int, ...]], loss: str, grads: dict[str, str] | None, rate: float) -> Probe:
    """Return the probe of a loop that computes its loss and its gradients under these names."""

    def gradient(code: Code, p: Values) -> Values:
        code.one_pass(copied(p))
        return {name: code[grad] for name, grad in (grads or {}).items()}

    return Probe(
        shapes,
        nothing,
        lambda code, p: code.one_pass(copied(p))[loss],
        gradient if grads else None,
        lambda code, p, passes: _looped(p, passes, code),
        rate,
    )


REGRESSION: Final = _in_module(
    {"w1": (4, 5), "b1": (5,), "w2": (5, 3), "b2": (3,)}, "loss",
    {"w1": "grad_w1", "b1": "grad_b1", "w2": "grad_w2", "b2": "grad_b2"}, 1e-2,
)  # fmt: skip
NO_BIAS: Final = _in_module({"syn0": (3, 4), "syn1": (4, 1)}, "error", None, 0.5)
ONE_OUTPUT: Final = _in_module(
    {"W1": (4, 2), "b1": (4, 1), "W2": (1, 4), "b2": (1, 1)}, "J", {name: f"d{name}" for name in FOUR}, 0.8
)


def _set(code: Code, p: Values) -> Code:
    code.space.update({code.name(name): value for name, value in copied(p).items()})
    return code


def _globals_loss(code: Code, p: Values, X: Any, Y: Any) -> Any:
    _set(code, p)
    return code["cross_entropy"](code["forward_pass"](X)[-1], Y)


def _globals_gradient(code: Code, p: Values, X: Any, Y: Any) -> Values:
    _set(code, p)
    z1, a1, _, a2 = code["forward_pass"](X)
    return dict(zip(FOUR, code["backward_pass"](X, Y, z1, a1, a2), strict=True))


def _globals_trained(code: Code, p: Values, X: Any, Y: Any, passes: int) -> Values:
    _set(code, p)
    for _ in range(passes):
        code["train_step"](X, Y, RATE)
    return {name: code[name] for name in p}


GLOBALS: Final = Probe(
    {"W1": (4, 6), "b1": (1, 6), "W2": (6, 3), "b2": (1, 3)},
    lambda draw: (draw.normal(size=(M + 1, N)), np.eye(K)[classes(draw, M + 1)]),
    _globals_loss,
    _globals_gradient,
    _globals_trained,
)


def _notebook_trained(code: Code, p: Values, X: Any, Y: Any, passes: int) -> Values:
    values: Values = {"params": copied(p), "X": X, "Y": Y}
    for number in range(passes):
        code.one_pass(values, number)
        values = {"params": code["params"]}
    return values["params"]


NOTEBOOK: Final = Probe(
    rows(),
    lambda draw: (draw.normal(size=(M, N)), one_hot(draw)),
    lambda code, p, X, Y: code["loss"](code["forward"](X, p)[0], Y),
    lambda code, p, X, Y: code["backward"](Y, p, code["forward"](X, p)[1]),
    _notebook_trained,
    rate=0.5,
)

PROBES: Final[dict[str, Probe]] = {
    "columns_dict_tanh": COLUMNS_DICT, "rows_tuple_relu": ROWS_TUPLE, "class_attributes_sigmoid": ATTRIBUTES,
    "class_grads_dict_batches": MLP, "two_layer_reg": TWO_LAYER_REG, "layer_lists_columns": LAYER_LISTS,
    "per_sample_network": PER_SAMPLE, "deep_dict_loop": DEEP, "three_layers_positional": POSITIONAL,
    "sum_loss_integers": SUM_LOSS, "list_of_dicts": LIST_OF_DICTS, "script_regression": REGRESSION,
    "notebook_no_bias_loop": NO_BIAS, "one_output_global_m": ONE_OUTPUT, "globals_relu": GLOBALS,
    "notebook_rows_tanh": NOTEBOOK,
}  # fmt: skip
