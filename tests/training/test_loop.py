"""The training loop is the lab's, to the last bit; what is not finite stops it; Ctrl-C ends it where an epoch ends."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from threadpoolctl import threadpool_limits

from tests.places import SHARED
from verify.lab import network
from verify.training.data import find_dataset
from verify.training.loop import Loop, Settings, batches, evaluate, start, train

NOTEBOOK = SHARED / "lab1" / "lab1.ipynb"
MNIST = SHARED / "mnist" / "mnist.npz"
FUNCTIONS = ("init_params", "softmax", "forward", "loss_accuracy", "backward", "sgd")

needs_lab = pytest.mark.skipif(not NOTEBOOK.exists(), reason="the lab's notebook is not here")


def made(n: int = 900, n_x: int = 784, white: int = 255, n_test: int = 50) -> Any:
    draw = np.random.default_rng(1)

    def images(m: int):
        return draw.integers(0, white + 1, (m, n_x), dtype=np.uint8)

    def labels(m: int):
        return draw.integers(0, 10, m, dtype=np.uint8)

    return SimpleNamespace(
        name="made", X_train=images(n), y_train=labels(n), X_test=images(n_test), y_test=labels(n_test), white=white
    )


def trained(data, settings, net=network, **also):
    state = start(data, settings)
    with ThreadPoolExecutor(1) as pool:
        ended = train(net, data, settings, state, pool, **also)
    return state, ended


def code_cells() -> list[str]:
    cells = json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"]
    return ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]


def the_cell(text: str) -> str:
    (found,) = [source for source in code_cells() if text in source]
    return found


def lab_trains(data, epochs: int, batch: int, loop: Loop) -> dict:
    """Run the lab's own cells on this data; return the names that they leave behind."""
    space = {
        "np": np, "X_train": data.X_train / float(data.white), "y_train": np.eye(10)[data.y_train],
        "nx": data.X_train.shape[1], "nh": 128, "ny": 10, "eta": 0.1, "batch_size": batch, "epochs": epochs,
    }  # fmt: skip
    for name in FUNCTIONS:
        exec(the_cell(f"def {name}("), space)
    cell = the_cell("for epoch in range(epochs):")
    assert cell.count("X_train.shape[1]") == 1
    if loop == "intended":
        cell = cell.replace("X_train.shape[1]", "X_train.shape[0]")
    kept = np.random.get_state()
    try:
        with threadpool_limits(limits=1, user_api="blas"):
            exec(cell, space)
    finally:
        np.random.set_state(kept)
    return space


def same_as_lab(data, epochs: int, batch: int, loop: Loop) -> int:
    lab = lab_trains(data, epochs, batch, loop)
    state, ended = trained(data, Settings(loop=loop, epochs=epochs, batch=batch))
    assert ended.status == "complete"
    assert state.losses == [float(loss) for loss in lab["loss_history"]]
    assert state.accuracies == [float(accuracy) for accuracy in lab["accuracy_history"]]
    assert set(state.params) == set(lab["params"])
    for name, value in lab["params"].items():
        assert np.array_equal(state.params[name], value), name
    return len(state.losses)


@needs_lab
@pytest.mark.parametrize(("loop", "updates"), [("as-written", 21), ("intended", 24)])
def test_every_loss_accuracy_and_parameter_is_that_of_the_labs_own_cells(loop, updates):
    assert same_as_lab(made(), 3, 128, loop) == updates


@needs_lab
@pytest.mark.parametrize(("loop", "updates"), [("as-written", 10), ("intended", 230)])
def test_on_digits_too_with_another_batch(digits, loop, updates):
    assert same_as_lab(digits, 10, 64 if loop == "as-written" else 63, loop) == updates


@needs_lab
@pytest.mark.slow
@pytest.mark.skipif(not MNIST.exists(), reason="MNIST is not here")
def test_on_mnist_the_whole_lab_is_the_same_to_the_last_bit():
    assert same_as_lab(find_dataset(MNIST), 50, 128, "as-written") == 350


@needs_lab
def test_the_comparison_with_the_lab_sees_one_bit():
    data = made()
    lab = lab_trains(data, 1, 128, "intended")
    data.X_train[0, 0] ^= 1
    state, _ = trained(data, Settings(epochs=1))
    assert state.losses != [float(loss) for loss in lab["loss_history"]]


def test_the_first_parameters_are_those_of_init_params_and_the_shuffles_follow_them(digits):
    kept = np.random.get_state()
    try:
        params = network.init_params(64, 128, 10)
        shuffles = [np.random.permutation(len(digits.X_train)) for _ in range(3)]
    finally:
        np.random.set_state(kept)
    state = start(digits, Settings())
    assert all(np.array_equal(state.params[name], value) for name, value in params.items())
    assert np.array_equal(state.order, np.arange(len(digits.X_train)))
    state, _ = trained(digits, Settings(epochs=3, loop="as-written"))
    assert np.array_equal(state.order, np.arange(len(digits.X_train))[shuffles[0]][shuffles[1]][shuffles[2]])


def test_training_leaves_the_global_generator_alone(digits):
    before = repr(np.random.get_state(legacy=False))
    trained(digits, Settings(epochs=1))
    after = repr(np.random.get_state(legacy=False))
    assert before == after


def test_float32_stays_float32_and_float64_float64(digits):
    for dtype in ("float32", "float64"):
        seen: set[Any] = set()

        def watch(update, params, X, Y, seen=seen):
            seen.update({X.dtype, Y.dtype, *(value.dtype for value in params.values())})

        state, _ = trained(digits, Settings(epochs=2, dtype=dtype), watch=watch)
        assert seen == {value.dtype for value in state.params.values()} == {np.dtype(dtype)}


def test_another_seed_gives_other_parameters_and_other_shuffles(digits):
    one, other = (trained(digits, Settings(epochs=1, seed=seed))[0] for seed in (42, 43))
    again = trained(digits, Settings(epochs=1, seed=42))[0]
    assert one.losses == again.losses
    assert one.losses != other.losses
    assert not np.array_equal(one.order, other.order)


@pytest.mark.parametrize(
    ("n", "n_x", "batch", "loop", "updates"),
    [
        (60_000, 784, 128, "intended", 469),
        (60_000, 784, 128, "as-written", 7),
        (1_437, 64, 128, "intended", 12),
        (1_437, 64, 128, "as-written", 1),
        (1_437, 64, 63, "as-written", 2),
        (100, 64, 100, "intended", 1),
        (100, 64, 99, "intended", 2),
        (100, 64, 1, "intended", 100),
    ],
)
def test_an_epoch_has_as_many_updates_as_batches_begin_in_its_range(n, n_x, batch, loop, updates):
    data: Any = SimpleNamespace(X_train=np.empty((n, n_x), np.uint8))
    assert Settings(loop=loop, batch=batch).updates_an_epoch(data) == updates


def test_an_epoch_goes_through_every_sample_once_and_the_last_batch_is_short():
    data = made(n=100, n_x=9)
    order = np.random.default_rng(3).permutation(100)
    found = [(X.copy(), Y.copy()) for X, Y in batches(data, Settings(batch=30), order)]
    assert [len(X) for X, _ in found] == [30, 30, 30, 10]
    assert np.array_equal(np.concatenate([X for X, _ in found]), data.X_train[order] / 255.0)
    assert np.array_equal(np.concatenate([Y for _, Y in found]), np.eye(10)[data.y_train[order]])


def test_the_range_over_features_is_cut_in_batches_of_full_size_as_in_the_lab():
    data = made(n=1000, n_x=784)
    sizes = [len(X) for X, _ in batches(data, Settings(loop="as-written"), np.arange(1000))]
    assert sizes == [128] * 7  # the last begins at 768 and goes on beyond 784


def test_on_digits_the_loop_as_written_makes_one_update_an_epoch(digits):
    state, ended = trained(digits, Settings(loop="as-written", epochs=4))
    assert ended.status == "complete"
    assert [epoch.updates for epoch in state.epochs] == [0, 1, 2, 3, 4]


# What stops it


def test_a_learning_rate_that_explodes_stops_at_an_update_that_is_named(digits):
    state, ended = trained(digits, Settings(epochs=3, eta=1e9))
    assert ended.status == "stopped"
    assert f"the loss explodes: {np.mean(state.losses[-50:]):.3g} on average" in ended.why
    assert f"up to update {len(state.losses)}," in ended.why
    assert np.mean(state.losses[-50:]) > 3 * state.losses[0]
    assert len(state.losses) < 36
    assert all(np.mean(state.losses[:n][-50:]) <= 3 * state.losses[0] for n in range(1, len(state.losses)))


def counting(**changed):
    """Return the lab's network that counts its calls of backward in `.calls`, with these functions instead."""
    net = SimpleNamespace(
        calls=0, forward=network.forward, loss_accuracy=network.loss_accuracy, sgd=network.sgd, **changed
    )

    def backward(X, params, outputs, Y):
        net.calls += 1
        return network.backward(X, params, outputs, Y)

    net.backward = backward
    return net


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), -float("inf")])
@pytest.mark.parametrize("k", [1, 12, 17])
def test_a_loss_that_is_not_finite_stops_at_its_own_update(digits, k, bad):
    net = counting()
    net.loss_accuracy = lambda Yhat, Y: (bad if net.calls >= k else 1.0, 0.5)
    state, ended = trained(digits, Settings(epochs=3), net)
    assert (ended.status, ended.why) == ("stopped", f"the loss is {bad} at update {k}")
    assert len(state.losses) == len(state.accuracies) == net.calls == k
    assert state.losses[:-1] == [1.0] * (k - 1)


@pytest.mark.parametrize("error", [ValueError, ZeroDivisionError, FloatingPointError, TypeError])
def test_a_backward_pass_that_raises_stops_in_a_sentence(digits, error):
    net = counting()
    right = net.backward

    def backward(*given):
        if net.calls == 13:
            raise error("on purpose")
        return right(*given)

    net.backward = backward
    state, ended = trained(digits, Settings(epochs=3), net)
    assert (ended.status, ended.why) == ("stopped", f"update 14 ends in {error.__name__}: on purpose")
    assert len(state.losses) == len(state.accuracies) == 13


# Ctrl-C


@pytest.mark.parametrize("after", [1, 3])
def test_stop_ends_after_an_epoch_with_its_evaluation(digits, after):
    asked = []

    def stop() -> bool:
        asked.append(1)
        return len(asked) >= after

    state, ended = trained(digits, Settings(epochs=5), stop=stop)
    assert (ended.status, ended.why) == ("interrupted", f"after epoch {after}")
    assert len(state.losses) == 12 * after
    assert [epoch.number for epoch in state.epochs] == list(range(after + 1))
    whole, _ = trained(digits, Settings(epochs=after))
    assert all(np.array_equal(state.params[name], whole.params[name]) for name in whole.params)


def test_stop_after_the_last_epoch_is_too_late_to_interrupt(digits):
    _, ended = trained(digits, Settings(epochs=1), stop=lambda: True)
    assert (ended.status, ended.why) == ("complete", "")


# What is told


def test_an_evaluation_is_one_forward_pass_over_the_whole_set():
    data, settings = made(n=2345, n_x=20, n_test=1001), Settings(epochs=1)
    state, _ = trained(data, settings)
    for images, labels, loss, accuracy in (
        (data.X_train, data.y_train, state.epochs[-1].train_loss, state.epochs[-1].train_accuracy),
        (data.X_test, data.y_test, state.epochs[-1].test_loss, state.epochs[-1].test_accuracy),
    ):
        Yhat = network.forward(state.params, images / 255.0)[0]
        expected = network.loss_accuracy(Yhat, np.eye(10)[labels])
        assert (loss, accuracy) == pytest.approx(expected, rel=1e-12)
        assert (loss, accuracy) == evaluate(network, state.params, images, labels, 255)


def test_evaluations_come_in_the_order_of_their_epochs_and_are_of_these_parameters(digits):
    state, _ = trained(digits, Settings(epochs=6))
    assert [(epoch.number, epoch.updates) for epoch in state.epochs] == [(n, 12 * n) for n in range(7)]
    for n in (1, 4):
        shorter, _ = trained(digits, Settings(epochs=n))
        assert shorter.epochs[-1].test_loss == state.epochs[n].test_loss
        assert shorter.epochs[-1].train_accuracy == state.epochs[n].train_accuracy
    assert state.epochs[0].seconds == 0
    assert all(epoch.seconds > 0 for epoch in state.epochs[1:])


def test_the_watch_gets_each_update_once_with_what_comes_before_it(digits):
    seen = []

    def watch(update, params, X, Y):
        seen.append((update, len(X), network.loss_accuracy(network.forward(params, X)[0], Y)[0]))

    state, _ = trained(digits, Settings(epochs=2), watch=watch)
    assert [update for update, _, _ in seen] == list(range(1, 25))
    assert [m for _, m, _ in seen] == ([128] * 11 + [29]) * 2
    assert [loss for _, _, loss in seen] == pytest.approx(state.losses, rel=1e-12)


def test_progress_is_told_every_25_updates_and_every_epoch(digits):
    updates, epochs = [], []
    progress = SimpleNamespace(
        update=lambda done, loss, accuracy: updates.append((done, loss, accuracy)),
        epoch=lambda epoch, of: epochs.append((epoch.number, of)),
    )
    state, _ = trained(digits, Settings(epochs=5), progress=progress)
    assert updates == [(n, state.losses[n - 1], state.accuracies[n - 1]) for n in (25, 50)]
    assert epochs == [(n, 5) for n in range(6)]


def test_fewer_images_than_features_end_the_loop_as_written_before_an_empty_batch(digits):
    data = replace(digits, X_train=digits.X_train[:50], y_train=digits.y_train[:50])
    settings = Settings(loop="as-written", epochs=1, batch=20)
    assert data.X_train.shape[1] == 64
    assert settings.updates_an_epoch(data) == 3
    assert [len(X) for X, _ in batches(data, settings, np.arange(50))] == [20, 20, 10]
