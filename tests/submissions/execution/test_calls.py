"""How a worker calls: the initialiser once a request, the same random numbers each time, stand-ins, private names."""

from __future__ import annotations

import math
import sys
from typing import Any

import numpy as np
import pytest

from verify.reading.wiring.plan_records import (
    Argument,
    ArrayBinding,
    CallMaker,
    Cut,
    DictMaker,
    Plan,
    Runnable,
    Slot,
    Step,
    TrainingMaker,
)
from verify.submissions.execution.answers import loaded, losses, made, stood_in, unpacked
from verify.submissions.execution.coding import encoded
from verify.submissions.execution.inside.driver import Driver
from verify.submissions.execution.messages import Digits, Load, Losses, Make, Run, StoodIn

X = Argument("X", ArrayBinding("X"))


def driver_of(*codes: str | Runnable, cuts: tuple[Cut, ...] = ()) -> Driver:
    driver = Driver()
    statements = tuple(Runnable(None, 1, one) if isinstance(one, str) else one for one in codes)
    header, _ = driver.handle(encoded(Load(statements, cuts)), {})
    assert loaded(header, len(statements)) == ()
    return driver


def run(driver: Driver, plan: Plan, **arrays: Any) -> dict[Any, Any]:
    return unpacked(*driver.handle(encoded(Run(plan, after=True)), arrays))


def test_of_what_came_out_only_what_was_asked_for_is_sent() -> None:
    driver = driver_of("def f(X): return {'cache': X, 'dW': 2 * X}")
    wanted = (("backward", (("key", "dW"),)), ("backward", (("key", "db"),)))
    plan = Plan(DictMaker(), steps=(Step("f", "backward", (X,)),))
    found = unpacked(*driver.handle(encoded(Run(plan, after=True, only=wanted)), {"X": np.ones(2)}))
    assert list(found) == [wanted[0]]
    assert found[wanted[0]].tolist() == [2, 2]


@pytest.mark.parametrize("first", [{"key": 5}, {"digits": Digits(guards=False)}])
def test_what_stands_in_for_numpy_and_math_is_gone_after_a_training(first: dict[str, Any]) -> None:
    # It was once kept as data of the training, and put back before every later run: numbers of another world came of it.
    driver = driver_of(
        "import math\nimport numpy as np",
        Runnable(
            None, 3, "def train(w):\n    for t in range(2):\n        w = w - np.sum(w) * np.ones(2)\n    return w\n"
        ),
        cuts=(Cut(None, 4, ("w", "t")),),
    )
    maker = TrainingMaker(Cut(None, 4, ("w", "t")), "train", (Argument("w", ArrayBinding("w")),))
    plan = Plan(maker, (Slot((("key", "w"),), "w"),), (Step("one pass", "update", ()),))
    arrays = {"w": np.array([1.0, 2.0])}
    if "key" in first:
        arrays["w.value"] = np.ones((2, 2), np.uint64)
    for request in (Run(plan, **first), Run(plan, after=True), Run(plan, digits=Digits()), Run(plan, after=True)):
        header, _ = driver.handle(encoded(request), arrays)
        assert "error" not in header
        assert driver.space["np"] is np
        assert driver.space["math"] is math
    found = unpacked(*driver.handle(encoded(Run(plan, after=True)), arrays))
    assert found["after", (("key", "w"),)].tolist() == [-2, -1]


def test_the_initialiser_is_called_once_for_many_losses() -> None:
    driver = driver_of(
        "calls = []\n"
        "class Net:\n"
        "    def __init__(self): calls.append(1); self.W = None; self.seen = []\n"
        "    def forward(self, X): self.seen.append(1); return (self.W * X).sum() * len(self.seen)\n"
    )
    plan = Plan(CallMaker("Net"), (Slot((("attribute", "W"),), "W"),), (Step("forward", "loss", (X,), method=True),))
    arrays = {
        "W": np.ones(2),
        "X": np.ones(2),
        "which": np.zeros(5, int),
        "entry": np.zeros(5, int),
        "delta": np.arange(5.0),
    }
    J = losses(*driver.handle(encoded(Losses(plan, "loss")), arrays), 5)
    assert J.tolist() == [2, 3, 4, 5, 6]  # each on a net as it was made: nothing is left in it by the call before
    assert len(driver.space["calls"]) == 1


def test_a_net_that_cannot_be_copied_is_made_again() -> None:
    driver = driver_of(
        "import sys\nclass Net:\n    def __init__(self): self.module = sys; self.n = []\n"
        "    def forward(self, X): self.n.append(1); return len(self.n) + 0 * X.sum() + self.W\n"
    )
    plan = Plan(CallMaker("Net"), (Slot((("attribute", "W"),), "W"),), (Step("forward", "loss", (X,), method=True),))
    arrays = {
        "W": np.zeros(1),
        "X": np.ones(1),
        "which": np.zeros(3, int),
        "entry": np.zeros(3, int),
        "delta": np.zeros(3),
    }
    assert losses(*driver.handle(encoded(Losses(plan, "loss")), arrays), 3).tolist() == [1, 1, 1]


def test_a_container_that_the_file_shares_is_filled_where_it_stands() -> None:
    driver = driver_of(
        "weights, biases = [0, 0], [0]\ndef make(): return weights, biases\ndef f(X): return weights[1] * X + biases[0]\n"
    )
    slots = (Slot((("item", 0), ("item", 1)), "W"), Slot((("item", 1), ("item", 0)), "b"))
    plan = Plan(CallMaker("make"), slots, (Step("f", "forward", (X,)),))
    assert run(driver, plan, W=np.full(1, 3.0), b=np.ones(1), X=np.ones(1))["forward", ()].tolist() == [4]


def test_numbers_that_a_net_starts_from_are_kept_where_they_are_no_parameters() -> None:
    driver = driver_of(
        "class Net:\n    def __init__(self): self.b = 0; self.calls = 0; self.none = None\n"
        "    def forward(self, X): self.calls += 1; return X * self.b + self.calls\n"
    )
    plan = Plan(CallMaker("Net"), (Slot((("attribute", "b"),), "b"),), (Step("forward", "forward", (X,), method=True),))
    assert run(driver, plan, b=np.full(1, 3.0), X=np.ones(1))["forward", ()].tolist() == [4]


LAYERS = (
    "class Layer:\n    def __init__(self, W): self.W = W\n"
    "class Net:\n    def __init__(self):\n        import numpy as np\n        self.params = {'W': np.zeros(2)}\n"
    "        self.layer = Layer(self.params['W'])\n"
    "    def forward(self, X): return self.layer.W * X\n"
)


def test_a_layer_that_was_given_a_parameter_gets_it_too() -> None:
    driver = driver_of(LAYERS)
    path = (("attribute", "params"), ("key", "W"))
    assert list(made(*driver.handle(encoded(Make(CallMaker("Net"))), {}))) == [path]
    plan = Plan(CallMaker("Net"), (Slot(path, "W"),), (Step("forward", "forward", (X,), method=True),))
    found = run(driver, plan, W=np.array([3.0, 4.0]), X=np.ones(2))
    assert found["forward", ()].tolist() == [3, 4]


DRAWS = {
    "np.random": "np.random.rand(3)",
    "random": "np.array([random.random() for _ in range(3)])",
    "a generator of the file": "rng.random(3)",
    "one in a list": "many[0].normal(size=3)",
    "one of a class": "Holder.rng.random(3)",
    "one of an object": "holder.own.rand(3)",
    "one that is made in the call": "np.random.default_rng().random(3)",
}


@pytest.mark.parametrize("draw", DRAWS.values(), ids=DRAWS)
def test_every_call_draws_the_same_random_numbers_and_other_points_others(draw: str) -> None:
    driver = driver_of(
        "import random\nimport numpy as np\nrng = np.random.default_rng()\nmany = [np.random.default_rng(3)]\n"
        "class Holder:\n    rng = np.random.default_rng()\n"
        "    def __init__(self): self.own = np.random.RandomState()\n"
        f"holder = Holder()\ndef f(X): return {draw} * X\n"
    )
    module = sys.modules["submission"]
    assert vars(module) is driver.space
    plan = Plan(DictMaker(), steps=(Step("f", "forward", (X,)),))
    first, again = (run(driver, plan, X=np.ones(3))["forward", ()] for _ in range(2))
    assert first.tolist() == again.tolist()
    assert len(set(first.tolist())) == 3


def test_masks_differ_between_points() -> None:
    driver = driver_of("import numpy as np\ndef f(X): return np.random.rand(9)")
    plan = Plan(DictMaker(), steps=(Step("f", "forward", (X,)),))
    assert (
        run(driver, plan, X=np.ones(3))["forward", ()].tolist()
        != run(driver, plan, X=np.zeros(3))["forward", ()].tolist()
    )


@pytest.mark.parametrize("owner", ["Net", "_Net", "Child"])
def test_a_private_method_is_called_as_python_mangles_it(owner: str) -> None:
    name = "Net" if owner == "Child" else owner
    driver = driver_of(
        f"class {name}:\n    def __backward(self, X): return X + 1\n"
        + ("class Child(Net): pass\n" if owner == "Child" else "")
    )
    plan = Plan(CallMaker(owner), steps=(Step("__backward", "backward", (X,), method=True),))
    assert run(driver, plan, X=np.ones(1))["backward", ()].tolist() == [2]


RETURNED = {
    "a sparse matrix": "__import__('scipy.sparse').sparse.csr_matrix(np.eye(2))",
    "an array of objects": "np.array([[1, 0.0], [0, np.float64(1)]], dtype=object)",
    "lists in a list": "[[[1.0, 0.0], [0.0, 1.0]]]",
    "lists in a dictionary": "{'W': np.eye(2).tolist()}",
}


@pytest.mark.parametrize("returned", RETURNED.values(), ids=RETURNED)
def test_numbers_in_other_forms_are_arrays(returned: str) -> None:
    if "scipy" in returned:
        pytest.importorskip("scipy")
    driver = driver_of(f"import numpy as np\ndef f(X): return {returned}")
    found = run(driver, Plan(DictMaker(), steps=(Step("f", "backward", (X,)),)), X=np.ones(1))
    assert [np.asarray(value).tolist() for value in found.values()] == [[[1, 0], [0, 1]]]


def test_the_type_of_what_holds_no_array_is_told() -> None:
    for code, name in (
        ("return None", "NoneType"),
        ("yield X", "generator"),
        ("return 'dW'", "str"),
        ("return {None: X}", "dict"),
    ):
        found = run(
            driver_of(f"def f(X): {code}"), Plan(DictMaker(), steps=(Step("f", "backward", (X,)),)), X=np.ones(1)
        )
        assert list(found) == [("type of backward", (("key", name),))]


def stands_in(*codes: str) -> tuple[Driver, tuple[StoodIn, ...], tuple[Any, ...]]:
    driver = Driver()
    statements = tuple(Runnable(None, number, one) for number, one in enumerate(codes, 1))
    header, _ = driver.handle(encoded(Load(statements)), {})
    return driver, stood_in(header, len(statements)), loaded(header, len(statements))


@pytest.mark.parametrize(
    "code",
    [
        "from course_tools import sigmoid",
        "from course_tools import *",
        "import course_tools as ct\nsigmoid = ct.sigmoid",
    ],
)
def test_a_usual_helper_of_an_absent_module_has_a_stand_in_and_it_is_said(code: str) -> None:
    driver, names, failed = stands_in(*code.split("\n"), "def f(X): return sigmoid(X)")
    assert (names, failed) == ((StoodIn(0, "sigmoid"),), ())
    assert run(driver, Plan(DictMaker(), steps=(Step("f", "forward", (X,)),)), X=np.zeros(1))["forward", ()] == [0.5]


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("from torch_like_nothing import magic", "not installed here"),
        ("from jaxlib import tanh as magic", "not installed here"),
        ("from numpy import magic", "cannot import name 'magic'"),
    ],
)
def test_other_names_have_none(code: str, said: str) -> None:
    driver, names, failed = stands_in(code, "def f(X): return magic(X)")
    assert names == ()
    header, _ = driver.handle(encoded(Run(Plan(DictMaker(), steps=(Step("f", "forward", (X,)),)))), {"X": np.ones(1)})
    assert said in f"{header['error']}{failed}"


def test_a_softmax_that_is_not_there_sums_along_the_outputs_or_says_that_it_cannot_know() -> None:
    driver, names, _ = stands_in("from course_tools import softmax", "def f(X, Y): return softmax(Y - 1)")
    plan = Plan(DictMaker(), steps=(Step("f", "forward", (X, Argument("Y", ArrayBinding("Y")))),))
    assert names == (StoodIn(0, "softmax"),)
    rows = run(driver, plan, X=np.ones((11, 4)), Y=np.ones((11, 3)))["forward", ()]
    columns = run(driver, plan, X=np.ones((4, 11)), Y=np.ones((3, 11)))["forward", ()]
    assert np.allclose(rows.sum(axis=1), 1)
    assert np.allclose(columns.sum(axis=0), 1)
    header, _ = driver.handle(encoded(Run(plan)), {"X": np.ones((3, 3)), "Y": np.ones((3, 3))})
    assert "whether it sums along rows or columns is not clear" in str(header["error"])


def test_a_derivative_that_is_not_there_takes_z_or_says_that_it_cannot_know() -> None:
    driver, _, _ = stands_in(
        "from course_tools import sigmoid_prime, relu_derivative", "def f(X): return sigmoid_prime(X)"
    )
    plan = Plan(DictMaker(), steps=(Step("f", "forward", (X,)),))
    assert np.allclose(run(driver, plan, X=np.array([0.0, 2.0]))["forward", ()][0], 0.25)
    header, _ = driver.handle(encoded(Run(plan)), {"X": np.array([0.2, 0.8])})
    assert "whether it takes z or the activation is not clear" in str(header["error"])


def test_packages_that_only_show_or_load_are_inert() -> None:
    driver, names, failed = stands_in(
        "import verify_absent_pandas as pd", "from tqdm_absent import tqdm",
    )  # fmt: skip
    assert (names, len(failed)) == ((), 2)
    driver, names, failed = stands_in(
        "import wandb", "from termcolor import colored", "import wandb as pd",
        "def f(X):\n    wandb.log({'x': 1})\n    assert not isinstance(X, (pd.DataFrame, pd.Series))\n    return X",
    )  # fmt: skip
    assert (names, failed) == ((), ())
    assert run(driver, Plan(DictMaker(), steps=(Step("f", "forward", (X,)),)), X=np.ones(1))["forward", ()] == [1]


def test_a_package_beside_the_file_is_one_and_its_modules_find_each_other() -> None:
    driver = driver_of(
        Runnable(None, 1, "def half(X): return X / 2", "common.functions", ("half",)),
        Runnable(None, 1, "from .functions import *\ndef f(X): return half(X)", "common.layers", ("f",)),
        Runnable(None, 1, "from common.layers import f", None, ("f",)),
    )
    assert run(driver, Plan(DictMaker(), steps=(Step("f", "forward", (X,)),)), X=np.ones(1))["forward", ()] == [0.5]
