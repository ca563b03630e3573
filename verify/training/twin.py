"""The Keras twin: the same network, parameters and batches, differentiated and stepped by somebody else's code.

    theta <- theta - eta dJ/dtheta

by Keras's layers, TensorFlow's GradientTape and Keras's SGD in float64, for one epoch. Round-off keeps the
two apart a little, and each update carries on what the ones before it left. How far is measured: the
proved formulas are trained too, twice, the second time with the pixels, the hidden units and the samples
of each batch in another order, which is the same mathematics with other round-off. Keras's own tanh, exp
and log may add to that, so sixteen times as much is allowed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from types import ModuleType
from typing import Final

import numpy as np
from threadpoolctl import threadpool_limits

from derivations.evaluate import forward, gradients
from verify.arrays import Array
from verify.errors import MissingPackage
from verify.evidence.records import Check
from verify.lab.handwritten import Network
from verify.nets.cases import PARAMETERS
from verify.oracles.autodiff import quiet_tensorflow
from verify.training.data import Dataset
from verify.training.loop import CLASSES, Settings, batches, start

NAME: Final = "keras-twin"
_ALLOWED: Final = 16.0  # times the distance of the reordered training


def keras_twin(network: Network, data: Dataset, settings: Settings) -> Check:
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
    ours = start(data, settings)
    claimed, reordered = start(data, settings).params, _Reordered(start(data, settings).params, settings.seed)
    step = _keras_step(tf, start(data, settings).params, settings)
    apart, expected, updates = 0.0, 0.0, 0
    order = ours.order[ours.random.permutation(len(ours.order))]
    with threadpool_limits(limits=1, user_api="blas"), np.errstate(all="ignore"):
        for X, Y in batches(data, settings, order):
            updates += 1
            try:
                given = network.backward(X, ours.params, network.forward(ours.params, X)[1], Y)
                network.sgd(ours.params, given, settings.eta)
            except (ValueError, ArithmeticError, TypeError) as error:
                said = f"Update {updates:,} of the hand-written training ends in {type(error).__name__}: {error}."
                return Check(NAME, "differs", None, None, said)
            _update(claimed, X, Y, settings.eta)
            reordered.update(X, Y, settings.eta)
            apart = _further(apart, _distance(ours.params, step(X, Y)))
            expected = _further(expected, _distance(claimed, reordered.params()))
            if not apart <= _ALLOWED * expected:
                break
    bound = _ALLOWED * expected
    together = apart <= bound
    said = (
        f"The parameters {'stay with' if together else 'leave'} those of Keras {tf.keras.__version__} (float64, "
        f"GradientTape, plain SGD) {f'for {updates:,} updates' if together else f'at update {updates:,}'}: the largest "
        f"difference is {apart:.1e}, where round-off makes {expected:.1e} expected and {bound:.1e} is allowed."
    )
    return Check(NAME, "agrees" if together else "differs", apart, bound, said)


def _update(params: dict[str, Array], X: Array, Y: Array, eta: float) -> None:
    """Make one update by the proved formulas."""
    for name, gradient in gradients(forward({"X": X, "Y": Y, **params}, tanh=np.tanh, exp=np.exp)).items():
        params[name] -= eta * gradient


class _Reordered:
    """The same training with pixels, hidden units and samples in another order."""

    def __init__(self, p: dict[str, Array], seed: int) -> None:
        self.draw = np.random.default_rng(seed)
        n_x, n_h = p["W1"].shape
        self.pixels, self.units = self.draw.permutation(n_x), self.draw.permutation(n_h)
        self.own = {
            "W1": p["W1"][np.ix_(self.pixels, self.units)],
            "b1": p["b1"][:, self.units],
            "W2": p["W2"][self.units],
            "b2": p["b2"].copy(),
        }

    def update(self, X: Array, Y: Array, eta: float) -> None:
        """Make one update, on the same samples in another order."""
        samples = self.draw.permutation(len(X))
        _update(self.own, X[np.ix_(samples, self.pixels)], Y[samples], eta)

    def params(self) -> dict[str, Array]:
        """Return the parameters in their usual order."""
        pixels, units = np.argsort(self.pixels), np.argsort(self.units)
        W1, b1, W2, b2 = (self.own[name] for name in PARAMETERS)
        return {"W1": W1[np.ix_(pixels, units)], "b1": b1[:, units], "W2": W2[units], "b2": b2}


def _keras_step(
    tf: ModuleType, params: dict[str, Array], settings: Settings
) -> Callable[[Array, Array], dict[str, Array]]:
    """Return a function that makes one update of the twin and gives its parameters."""
    n_x, n_h = params["W1"].shape
    layers = tf.keras.layers
    model = tf.keras.Sequential(
        [
            layers.Input((n_x,), dtype="float64"),
            layers.Dense(n_h, activation="tanh", dtype="float64"),
            layers.Dense(CLASSES, dtype="float64"),
        ]
    )
    model.set_weights([params[name].ravel() if name[0] == "b" else params[name] for name in PARAMETERS])
    loss = tf.keras.losses.CategoricalCrossentropy(from_logits=True, dtype="float64")
    optimizer = _sgd_in_float64(tf, settings.eta)

    @tf.function(reduce_retracing=True)  # type: ignore[untyped-decorator]
    def update(X: Array, Y: Array) -> None:
        with tf.GradientTape() as tape:
            J = loss(Y, model(X, training=True))
        optimizer.apply_gradients(
            zip(tape.gradient(J, model.trainable_variables), model.trainable_variables, strict=True)
        )

    def step(X: Array, Y: Array) -> dict[str, Array]:
        update(tf.constant(X), tf.constant(Y))
        return dict(zip(PARAMETERS, model.get_weights(), strict=True))

    return step


def _sgd_in_float64(tf: ModuleType, eta: float) -> Array:
    """Return Keras's SGD; it keeps eta in Keras's float type, and 0.1 in float32 is off by 1.5e-9."""
    kept = tf.keras.backend.floatx()
    tf.keras.backend.set_floatx("float64")
    try:
        return tf.keras.optimizers.SGD(eta)
    finally:
        tf.keras.backend.set_floatx(kept)


def _distance(one: dict[str, Array], other: dict[str, Array]) -> float:
    return _further(*(float(np.max(np.abs(one[name] - other[name].reshape(one[name].shape)))) for name in one))


def _further(*distances: float) -> float:
    """Return the largest; NaN where one is NaN."""
    return float(np.max(distances))
