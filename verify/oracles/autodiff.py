"""The autodiff oracle: the same network written in TensorFlow, differentiated by somebody else's code.

float64, GradientTape, and TensorFlow's own cross-entropy from logits. Loading TensorFlow takes seconds,
so this oracle runs only where it is asked for.
"""

from __future__ import annotations

import importlib
import os
import sys
from types import ModuleType

from verify.errors import MissingPackage
from verify.nets.cases import Case
from verify.oracles.base import Forward, Known, Loss
from verify.oracles.roundoff import bounded_gradient

# TensorFlow sums in other orders and forms log-softmax in another way than the handwritten code.
_OPERATIONS = 8.0


def autodiff(network: Forward, case: Case, loss: Loss) -> list[Known]:
    """Return TensorFlow's gradient of the textbook loss. The handwritten network is not run.

    Raises MissingPackage where TensorFlow is not installed.
    """
    try:
        tf = quiet_tensorflow()
    except ImportError as error:
        raise MissingPackage(
            "the oracle autodiff needs TensorFlow, which is not installed; "
            "install it with: pip install tensorflow, or name other oracles"
        ) from error
    params = {name: tf.Variable(value) for name, value in case.params.items()}
    with tf.GradientTape() as tape:
        A1 = tf.tanh(case.X @ params["W1"] + params["b1"])
        Z2 = A1 @ params["W2"] + params["b2"]
        J = tf.reduce_sum(tf.nn.softmax_cross_entropy_with_logits(labels=case.Y, logits=Z2)) / case.m
    derivative = tape.gradient(J, params)
    gradient = {name: value.numpy() for name, value in derivative.items()}
    bound = {name: (1 + _OPERATIONS) * value.error for name, value in bounded_gradient(case).items()}
    return [
        Known(
            kind="numeric",
            gradient=gradient,
            bound=bound,
            note=f"TensorFlow {tf.__version__}",
            X=case.X,
            Y=case.Y,
            params=case.params,
        )
    ]


def quiet_tensorflow() -> ModuleType:
    """Import TensorFlow without the remarks about drivers that it writes to standard error while loading."""
    if "tensorflow" in sys.modules:
        return importlib.import_module("tensorflow")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")
    kept = os.dup(2)
    silent = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(silent, 2)
        tf = importlib.import_module("tensorflow")
        tf.constant(0.0)  # the devices are looked for at the first use
        return tf
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(silent)
