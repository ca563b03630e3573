"""Speed of training as ratios, measured side by side in one run: `make bench`. Prints, asserts nothing.

An epoch is the lab's: 60,000 images of 784 bytes, 469 updates of batches of 128. The images are made
here, as dark as MNIST's, so that no data set is needed.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from tests.benchmarks.ratios import Row, shown, side_by_side
from verify.lab import network
from verify.training.data import Dataset
from verify.training.loop import Settings, State, batches, start, train

RUNS = 5
LAB = Settings(epochs=1)
PEAK = """
import resource, subprocess, sys
subprocess.run([sys.executable, "-m", "verify", "train-mnist", "--data", sys.argv[1], "--epochs", "2"],
               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024)
"""


def made_images() -> Dataset:
    """Images as MNIST's: bytes, four of five black, ten classes."""
    generator = np.random.default_rng(0)

    def images(n: int) -> Any:
        return generator.integers(1, 256, (n, 784), dtype=np.uint8) * (generator.random((n, 784), np.float32) < 0.19)

    labels = [generator.integers(0, 10, n, dtype=np.uint8) for n in (60_000, 10_000)]
    return Dataset("made", "here", images(60_000), labels[0], images(10_000), labels[1], (28, 28), 255, {})


def products(data: Dataset) -> None:
    """The five matrix products of an epoch, on one batch that is ready, and nothing else."""
    generator = np.random.default_rng(1)
    X, A1, dZ1 = (generator.random((128, n)) for n in (784, 128, 128))
    dZ2, W1, W2 = generator.random((128, 10)), generator.random((784, 128)), generator.random((128, 10))
    for _ in range(LAB.updates_an_epoch(data)):
        np.dot(X, W1), np.dot(A1, W2), np.dot(A1.T, dZ2), np.dot(dZ2, W2.T), np.dot(X.T, dZ1)


def five_times(data: Dataset) -> None:
    for _ in range(5):
        products(data)


def functions(data: Dataset, state: State) -> None:
    """The hand-written functions of an epoch on one batch that is ready: no images, no shuffle."""
    X, Y = next(batches(data, LAB, state.order))
    for _ in range(LAB.updates_an_epoch(data)):
        _, outputs = network.forward(state.params, X)
        network.sgd(state.params, network.backward(X, state.params, outputs, Y), 1e-9)


def plain(data: Dataset, state: State) -> None:
    """An epoch as it is first written: the lab's loop over byte images."""
    order = state.random.permutation(len(data.X_train))
    images, labels = data.X_train[order], np.eye(10)[data.y_train[order]]
    for first in range(0, len(images), LAB.batch):
        X, Y = images[first : first + LAB.batch] / 255.0, labels[first : first + LAB.batch]
        Yhat, outputs = network.forward(state.params, X)
        network.sgd(state.params, network.backward(X, state.params, outputs, Y), LAB.eta)
        network.loss_accuracy(Yhat, Y)


class Nobody:
    """An executor that never runs what it is given: an epoch without its evaluation."""

    def submit(self, task: Any) -> Any:
        from concurrent.futures import Future

        from verify.evidence.records import Epoch

        done: Future[Epoch] = Future()
        done.set_result(Epoch(0, 0, 0.0, 0.0, 0.0, 0.0, 0.0))
        return done


def epochs(data: Dataset, pool: Any, number: int = 1) -> None:
    settings = Settings(epochs=number)
    train(network, data, settings, start(data, settings), pool)


def keras_fit(data: Dataset) -> Any:
    from verify.oracles.autodiff import quiet_tensorflow

    tf = quiet_tensorflow()
    layers = tf.keras.layers
    model = tf.keras.Sequential([layers.Input((784,)), layers.Dense(128, "tanh"), layers.Dense(10, "softmax")])
    model.compile(tf.keras.optimizers.SGD(0.1), "categorical_crossentropy", metrics=["accuracy"])
    X, Y = data.X_train.astype(np.float32) / 255, np.eye(10, dtype=np.float32)[data.y_train]
    return lambda: model.fit(X, Y, batch_size=128, epochs=1, verbose=0)


def main() -> None:
    data = made_images()
    state = start(data, LAB)
    rows: list[Row] = []
    with ThreadPoolExecutor() as pool:

        def against_products(what: str, task: Any, aim: str, threads: int) -> None:
            with threadpool_limits(limits=threads, user_api="blas"):
                found = side_by_side(task, lambda: products(data), RUNS)
            rows.append(Row(what, f"its five matrix products, {threads} thread{'s'[: threads > 1]}", found, aim))

        against_products("forward, backward, sgd alone, batch ready", lambda: functions(data, state), "", 1)
        against_products("an epoch of a plain loop", lambda: plain(data, state), "", 1)
        against_products("an epoch", lambda: epochs(data, Nobody()), "< 1.3", 1)
        against_products("an epoch, still in one thread", lambda: epochs(data, Nobody()), "", os.cpu_count() or 1)
        with threadpool_limits(limits=1, user_api="blas"):
            found = side_by_side(lambda: epochs(data, pool, 5), lambda: five_times(data), 3)
        rows.append(Row("five epochs, both sets evaluated after each", "their products, 1 thread", found, "< 1.6"))
        fit = keras_fit(data)
        rows.append(Row("an epoch, float64", "Keras fit, float32", side_by_side(lambda: epochs(data, Nobody()), fit, RUNS),
                        "< 0.67"))  # fmt: skip
    shown(rows)
    print(f"peak memory of train-mnist without TensorFlow: {peak(data):.0f} MB (aim: < 600)")


def peak(data: Dataset) -> float:
    """The peak memory of a whole `verify train-mnist`, in MB."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "mnist.npz")
        images = {"x_train": data.X_train.reshape(-1, 28, 28), "x_test": data.X_test.reshape(-1, 28, 28)}
        np.savez(path, **images, y_train=data.y_train, y_test=data.y_test)  # type: ignore[arg-type]
        done = subprocess.run([sys.executable, "-c", PEAK, str(path)], capture_output=True, text=True, check=True)
    return float(done.stdout)


if __name__ == "__main__":
    main()
