"""What students call things is understood, in several languages, and what means something else is not."""

from __future__ import annotations

import pytest

from verify.reading.program.vocabulary import bare, is_parameter, meaning_of, roles_of, size_of


@pytest.mark.parametrize(
    ("name", "role"),
    [
        ("forward", "forward"), ("feed_forward", "forward"), ("forward_propagation", "forward"), ("predict", "forward"),
        ("propagacion_adelante", "forward"), ("propagation_avant", "forward"), ("backward", "backward"),
        ("back_prop", "backward"), ("backpropagation", "backward"), ("retropropagation", "backward"),
        ("compute_grads", "backward"), ("calc_gradients", "backward"), ("loss_accuracy", "loss"),
        ("compute_cost", "loss"), ("cross_entropy", "loss"), ("perte", "loss"), ("update_parameters", "update"),
        ("sgd", "update"), ("gradient_descent", "update"), ("mise_a_jour", "update"), ("init_params", "init"),
        ("initialize_parameters", "init"), ("make_weights", "init"),
    ],
)  # fmt: skip
def test_the_role_of_a_function(name: str, role: str) -> None:
    assert roles_of(name)[0] == role


@pytest.mark.parametrize(
    "name",
    ["sigmoid_derivative", "tanh_prime", "gradient_check", "plot_loss", "load_data", "one_hot", "softmax",
     "evaluate_model", "numerical_gradient", "test_backward", "helper"],
)  # fmt: skip
def test_a_function_that_has_no_role(name: str) -> None:
    assert roles_of(name) == ()


def test_gradient_descent_is_no_backward_pass() -> None:
    assert "backward" not in roles_of("gradient_descent")
    assert "backward" not in roles_of("backend_name")
    assert "backward" in roles_of("gradient")


@pytest.mark.parametrize(
    ("name", "meaning"),
    [
        ("X", "X"), ("x_train", "X"), ("entree", "X"), ("A0", "X"), ("Y", "Y"), ("y_true", "Y"), ("labels", "Y"),
        ("one_hot_Y", "Y"), ("etiquetas", "Y"), ("Yhat", "Yhat"), ("y_hat", "Yhat"), ("y_pred", "Yhat"),
        ("AL", "Yhat"), ("params", "params"), ("parametres", "params"), ("theta", "params"), ("lr", "rate"),
        ("learning_rate", "rate"), ("alpha", "rate"), ("eta", "rate"), ("lambd", "penalty"), ("reg", "penalty"),
        ("weight_decay", "penalty"), ("epochs", "epochs"), ("num_iterations", "epochs"), ("m", "m"),
        ("batch_size", "m"), ("cache", "cache"), ("outputs", "cache"), ("grads", "grads"), ("layer_dims", "sizes"),
        ("n_x", "n_x"), ("nh", "n_h"), ("hidden_size", "n_h"), ("n_y", "n_y"),
        ("num_classes", "n_y"), ("seed", "seed"), ("verbose", "flag"),
    ],
)  # fmt: skip
def test_the_meaning_of_an_argument(name: str, meaning: str) -> None:
    assert meaning_of(name) == meaning
    assert meaning_of(f"_{name}_") == meaning


@pytest.mark.parametrize("name", ["W1", "b2", "Z1", "A1", "dZ2", "A_prev", "", "_"])
def test_parameters_and_values_of_the_forward_pass_have_no_other_meaning(name: str) -> None:
    assert meaning_of(name) is None


def test_in_a_function_that_makes_parameters_sizes_come_first() -> None:
    assert (meaning_of("d"), size_of("d")) == ("Y", "n_x")
    assert (meaning_of("output"), size_of("output")) == ("Yhat", "n_y")
    assert (meaning_of("input_size"), size_of("input_size")) == ("X", "n_x")
    assert size_of("W1") is None


@pytest.mark.parametrize("name", ["W1", "b1", "W_2", "weights", "bias", "Wh", "bo", "syn0", "theta1", "poids1", "W_ih"])
def test_a_parameter_by_its_name(name: str) -> None:
    assert is_parameter(name)


@pytest.mark.parametrize("name", ["dW1", "X", "Z1", "A1", "batch", "width", "grads", "w1_grad", ""])
def test_no_parameter_by_its_name(name: str) -> None:
    assert not is_parameter(name)


@pytest.mark.parametrize(
    "name", ["dW1", "dw1", "d_W1", "grad_W1", "W1_grad", "gradient_W1", "nabla_w1", "delta_W1", "dJ_dW1", "g_W1", "W1"]
)
def test_the_parameter_in_the_name_of_its_gradient(name: str) -> None:
    assert bare(name) == "w1"


def test_a_name_that_is_nothing_but_a_prefix_stays() -> None:
    assert bare("d") == "d"
    assert bare("grads") == "grads"
