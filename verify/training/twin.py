"""The Keras twin: the same network, parameters and batches, differentiated and stepped by somebody else's code.

    theta <- theta - eta dJ/dtheta

by Keras's layers, TensorFlow's GradientTape and Keras's SGD in float64, for one epoch. Round-off keeps the
two apart a little, and each update carries on what the ones before it left. How far is measured: the
hand-written training is run once more with every gradient moved by as much as round-off may move it, up
or down at random. Two trainings of the same formula stay within that.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

import numpy as np
from threadpoolctl import threadpool_limits

from verify.cases import PARAMETERS
from verify.errors import MissingPackage
from verify.evidence import Check
from verify.oracles.autodiff import quiet_tensorflow
from verify.oracles.roundoff import gradient_roundoff
from verify.training.data import Dataset
from verify.training.loop import CLASSES, Settings, State, batches, start

NAME: Final = "keras-twin"
_BACKWARD: Final = 9.0  # the handwritten code's round-off, and eight times as much for TensorFlow's other operations


def keras_twin(network: Any, data: Dataset, settings: Settings) -> Check:
    """Return how far the hand-written training and Keras's are apart after one epoch, and how far round-off explains.

    In float64, whatever `settings.dtype` is. Raises MissingPackage where TensorFlow is not installed.
    """
    try:
        tf = quiet_tensorflow()
    except ImportError as error:
        raise MissingPackage(
            "--twin needs TensorFlow, which is not installed; install it with: pip install tensorflow, "
            "or leave --twin out"
        ) from error
    settings = replace(settings, dtype="float64")
    ours, moved, theirs = start(data, settings), start(data, settings), start(data, settings)
    step = _keras_step(tf, theirs, settings)
    generator = np.random.default_rng(settings.seed)
    apart, allowed, updates = 0.0, 0.0, 0
    order = ours.order[ours.random.permutation(len(ours.order))]
    with threadpool_limits(limits=1, user_api="blas"), np.errstate(all="ignore"):
        for X, Y in batches(data, settings, order):
            updates += 1
            try:
                _sgd(network, ours, X, Y, settings.eta)
                _sgd(network, moved, X, Y, settings.eta, lambda X, Y: _shaken(moved, X, Y, generator))
            except (ValueError, ArithmeticError, TypeError) as error:
                said = f"Update {updates:,} of the hand-written training ends in {type(error).__name__}: {error}."
                return Check(NAME, "differs", None, None, said)
            found = step(X, Y)
            apart = max(apart, _distance(ours.params, found))
            allowed = max(allowed, _distance(ours.params, moved.params))
            if not apart <= allowed:
                break
    together = apart <= allowed
    said = (
        f"The parameters {'stay with' if together else 'leave'} those of Keras {tf.keras.__version__} (float64, "
        f"GradientTape, plain SGD) {f'for {updates:,} updates' if together else f'at update {updates:,}'}: the largest "
        f"difference is {apart:.1e}, and round-off explains {allowed:.1e}."
    )
    return Check(NAME, "agrees" if together else "differs", apart, allowed, said)


def _sgd(
    network: Any, state: State, X: Any, Y: Any, eta: float, shaken: Callable[[Any, Any], dict[str, Any]] | None = None
) -> None:
    noise = shaken(X, Y) if shaken else None
    gradients = network.backward(X, state.params, network.forward(state.params, X)[1], Y)
    if noise is not None:
        gradients = {name: gradients[name] + noise[name] for name in gradients}
    network.sgd(state.params, gradients, eta)


def _shaken(state: State, X: Any, Y: Any, generator: np.random.Generator) -> dict[str, Any]:
    """Return, for each entry of the gradient, as much as round-off may move it, with a random sign."""
    error = gradient_roundoff({"X": X, "Y": Y, **state.params})
    return {name: generator.choice((-_BACKWARD, _BACKWARD), value.shape) * value for name, value in error.items()}


def _keras_step(tf: Any, state: State, settings: Settings) -> Callable[[Any, Any], dict[str, Any]]:
    """Return a function that makes one update of the twin and gives its parameters."""
    n_x, n_h = state.params["W1"].shape
    layers = tf.keras.layers
    model = tf.keras.Sequential(
        [
            layers.Input((n_x,), dtype="float64"),
            layers.Dense(n_h, activation="tanh", dtype="float64"),
            layers.Dense(CLASSES, dtype="float64"),
        ]
    )
    model.set_weights([state.params[name].ravel() if name[0] == "b" else state.params[name] for name in PARAMETERS])
    loss = tf.keras.losses.CategoricalCrossentropy(from_logits=True)
    optimizer = tf.keras.optimizers.SGD(settings.eta)

    @tf.function(reduce_retracing=True)  # type: ignore[untyped-decorator]
    def update(X: Any, Y: Any) -> None:
        with tf.GradientTape() as tape:
            J = loss(Y, model(X, training=True))
        optimizer.apply_gradients(
            zip(tape.gradient(J, model.trainable_variables), model.trainable_variables, strict=True)
        )

    def step(X: Any, Y: Any) -> dict[str, Any]:
        update(tf.constant(X), tf.constant(Y))
        return dict(zip(PARAMETERS, model.get_weights(), strict=True))

    return step


def _distance(one: dict[str, Any], other: dict[str, Any]) -> float:
    found = [float(np.max(np.abs(one[name] - other[name].reshape(one[name].shape)))) for name in one]
    return float("nan") if np.isnan(found).any() else max(found)
