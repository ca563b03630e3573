"""TensorFlow as a second opinion: it agrees, it is loaded by nothing else, and its absence is said."""

from __future__ import annotations

import subprocess
import sys
import warnings

import numpy as np
import pytest

from verify.errors import MissingPackage
from verify.lab import network
from verify.nets.cases import PARAMETERS, make_case
from verify.oracles import DEFAULT, NAMES, load
from verify.oracles.autodiff import autodiff
from verify.oracles.base import textbook_loss
from verify.oracles.symbolic import at_digits


@pytest.fixture
def tensorflow():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # TensorFlow's own, while it loads
        return pytest.importorskip("tensorflow", reason="TensorFlow is not installed")


@pytest.mark.tensorflow
@pytest.mark.parametrize("sizes", [(2, 3, 2), (3, 4, 3), (4, 5, 3)])
@pytest.mark.parametrize("targets", ["one-hot", "soft"])
@pytest.mark.parametrize("weights", ["ordinary", "saturated"])
def test_tensorflow_agrees_with_the_claims(tensorflow, sizes, targets, weights):
    case = make_case(sizes, 4, targets, weights)
    (known,) = autodiff(network, case, textbook_loss)
    true = at_digits(case)
    assert tensorflow.__version__ in known.note
    for name in PARAMETERS:
        assert known.gradient[name].dtype == np.float64
        assert np.all(np.abs(known.gradient[name] - true[name]) <= known.bound[name])


@pytest.mark.tensorflow
def test_a_gradient_wrong_by_a_billionth_is_outside_tensorflows_bound(tensorflow):
    case = make_case((4, 5, 3), 4)
    (known,) = autodiff(network, case, textbook_loss)
    for name, true in at_digits(case).items():
        largest = np.unravel_index(np.argmax(np.abs(true)), true.shape)
        assert abs(true[largest] * (1 + 1e-9) - known.gradient[name][largest]) > known.bound[name][largest]


@pytest.mark.tensorflow
def test_tensorflow_takes_the_labs_full_net(tensorflow):
    case = make_case((784, 128, 10), 4)
    (known,) = autodiff(network, case, textbook_loss)
    code = network.backward(case.X, case.params, network.forward(case.params, case.X)[1], case.Y)
    assert all(np.all(np.abs(code[name] - known.gradient[name]) <= known.bound[name]) for name in PARAMETERS)


def test_a_missing_tensorflow_is_said_with_what_to_do(monkeypatch):
    monkeypatch.setitem(sys.modules, "tensorflow", None)
    with pytest.raises(MissingPackage, match=r"needs TensorFlow.*pip install tensorflow") as said:
        autodiff(network, make_case((2, 3, 2), 3), textbook_loss)
    assert "\n" not in str(said.value)


def test_autodiff_runs_only_on_demand():
    assert set(NAMES) - set(DEFAULT) == {"autodiff"}


@pytest.mark.slow
@pytest.mark.parametrize("name", DEFAULT)
def test_the_other_oracles_do_not_load_tensorflow(name):
    code = f"""
import sys
from verify.lab import network
from verify.nets.cases import make_case
from verify.oracles import load
from verify.oracles.base import textbook_loss
class Watch:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == "tensorflow":
            sys.exit("tensorflow was asked for")
sys.meta_path.insert(0, Watch())
load({name!r})(network, make_case((2, 3, 2), 3), textbook_loss)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_each_name_loads_the_oracle_of_that_name():
    assert [getattr(load(name), "__name__", "") for name in NAMES] == [name.replace("-", "_") for name in NAMES]
