"""Keras trains the same network beside ours: the right one stays with it, a wrong one leaves it."""

from __future__ import annotations

import subprocess
import sys
import warnings

import pytest

from tests.there import there
from verify.errors import MissingPackage
from verify.lab.check import subject_of
from verify.lab.planting import BY_NAME
from verify.training.end_to_end import check_training
from verify.training.loop import Settings
from verify.training.twin import NAME, keras_twin


@pytest.fixture
def tensorflow():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # TensorFlow's own, while it loads
        return pytest.importorskip("tensorflow", reason="TensorFlow is not installed")


def twin_of(name, data, **given):
    return keras_twin(subject_of(None if name is None else BY_NAME[name])[0], data, Settings(**given))


@pytest.mark.tensorflow
@pytest.mark.parametrize(
    "given",
    [{}, {"seed": 1}, {"seed": 2}, {"seed": 3}, {"batch": 16}, {"hidden": 5}, {"eta": 0.01}, {"eta": 1.0},
     {"loop": "as-written"}, {"dtype": "float32"}],
    ids=str,
)  # fmt: skip
def test_the_right_network_stays_with_keras_within_round_off(tensorflow, digits, given):
    check = twin_of(None, digits, **given)
    assert (check.name, check.verdict) == (NAME, "agrees")
    assert check.measured <= check.bound
    assert 0 < check.bound < 1e-10
    assert "stay with those of Keras" in check.sentence
    assert f"for {Settings(**given).updates_an_epoch(digits)} update" in check.sentence


CAUGHT = [
    "dZ2-doubled", "dZ2-averaged-twice", "dZ2-sign", "dW2-weight-decay", "db2-mean", "dA1-after-the-update",
    "dZ1-tanh-twice", "dW1-last-sample-missing", "dW1-clipped", "db1-from-dA1",
]  # fmt: skip


@pytest.mark.tensorflow
@pytest.mark.parametrize("name", CAUGHT)
def test_a_mistake_leaves_keras_at_the_first_update(tensorflow, digits, name):
    check = twin_of(name, digits)
    assert check.verdict == "differs"
    assert check.measured > check.bound
    assert "leave those of Keras" in check.sentence
    assert "at update 1:" in check.sentence


@pytest.mark.tensorflow
def test_a_gradient_of_the_wrong_shape_is_a_sentence(tensorflow, digits):
    check = twin_of("db2-summed-over-classes", digits)
    assert (check.verdict, check.measured, check.bound) == ("differs", None, None)
    assert "Update 1 of the hand-written training ends in ValueError" in check.sentence


@pytest.mark.tensorflow
def test_one_entry_wrong_by_a_billionth_is_within_the_round_off(tensorflow, digits):
    """The limit of this check: the first pixel of a digit is 0 in every image, and so is the wrong entry."""
    assert twin_of("dW1-one-entry", digits).verdict == "agrees"


@pytest.mark.tensorflow
def test_a_learning_rate_wrong_by_a_billionth_leaves_keras(tensorflow, digits):
    """The twin's own power: what is off by 1e-9 in every entry of a step is far outside the round-off."""
    from types import SimpleNamespace

    from verify.lab import network

    off = SimpleNamespace(
        forward=network.forward, loss_accuracy=network.loss_accuracy, backward=network.backward,
        sgd=lambda params, grads, eta: network.sgd(params, grads, eta * (1 + 1e-9)),
    )  # fmt: skip
    assert keras_twin(off, digits, Settings()).verdict == "differs"


@pytest.mark.tensorflow
def test_keras_keeps_its_own_float_type(tensorflow, digits):
    before = tensorflow.keras.backend.floatx()
    twin_of(None, digits, loop="as-written")
    assert tensorflow.keras.backend.floatx() == before


@pytest.mark.tensorflow
def test_the_twin_is_a_check_of_the_training_and_alone_enough_for_wrong(tensorflow, digits):
    settings = Settings(epochs=3, hidden=16)
    evidence = check_training(digits, settings, twin=True, oracles=("complex-step",))
    assert [check.name for check in there(evidence.training).checks].count(NAME) == 1
    assert there(evidence.training).checks[0].verdict == "agrees"
    wrong = check_training(digits, settings, twin=True, mistake=BY_NAME["dZ2-doubled"], oracles=("complex-step",))
    assert wrong.verdict == "wrong"
    assert there(there(wrong.training).cost).caught[NAME] == ()


# Without TensorFlow


def test_a_missing_tensorflow_is_said_with_what_to_do(digits, monkeypatch):
    monkeypatch.setitem(sys.modules, "tensorflow", None)
    with pytest.raises(
        MissingPackage, match=r"--twin needs TensorFlow.*pip install tensorflow.*leave --twin out"
    ) as said:
        twin_of(None, digits)
    assert "\n" not in str(said.value)


def loaded(*words: str) -> set[str]:
    """Return which of TensorFlow and Keras a fresh `verify` with these words has loaded."""
    probe = (
        f"import runpy, sys; sys.argv = ['verify', *{words!r}]\n"
        "try: runpy.run_module('verify', run_name='__main__')\n"
        "except SystemExit: pass\n"
        "print('LOADED', *[name for name in ('tensorflow', 'keras', 'json') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)
    return set(done.stdout.split("LOADED")[1].split())


SHORT = (
    "train-mnist",
    "--dataset",
    "digits",
    "--epochs",
    "1",
    "--loop",
    "as-written",
    "--hidden",
    "16",
    "--oracle",
    "complex-step",
)


@pytest.mark.slow
def test_a_training_without_the_twin_does_not_load_tensorflow():
    assert loaded(*SHORT) == {"json"}


@pytest.mark.tensorflow
def test_a_training_with_the_twin_does(tensorflow):
    assert loaded(*SHORT, "--twin") == {"json", "tensorflow", "keras"}
