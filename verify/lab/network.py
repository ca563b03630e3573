"""The two-layer network of the lab, written by hand in NumPy: the thing under test.

    Z1 = X W1 + b1,  A1 = tanh(Z1),  Z2 = A1 W2 + b2,  Yhat = softmax(Z2)

Rows are samples: X is m x n_x, Y is m x n_y, W1 is n_x x n_h, b1 is 1 x n_h, W2 is n_h x n_y,
b2 is 1 x n_y. Names, signatures and layout are the lab's. This file imports only NumPy, and the
exact oracle runs it unmodified, so what is judged here is what trains.
"""

from __future__ import annotations

from typing import Any

import numpy as np

Array = Any  # a NumPy array, or an array of exact numbers that speaks NumPy's protocols
Params = dict[str, Array]


def init_params(nx: int, nh: int, ny: int) -> Params:
    """Return W1, b1, W2, b2 drawn from N(0, 0.3^2), as the lab does.

    Reseeds NumPy's global generator with 42 at every call, which the lab does too.

    >>> init_params(1, 2, 1)["b2"]
    array([[0.47376384]])
    """
    np.random.seed(42)
    W1 = np.random.normal(0, 0.3, (nx, nh))
    b1 = np.random.normal(0, 0.3, (1, nh))
    W2 = np.random.normal(0, 0.3, (nh, ny))
    b2 = np.random.normal(0, 0.3, (1, ny))
    return {"W1": W1, "b1": b1, "W2": W2, "b2": b2}


def softmax(z: Array) -> Array:
    """Return exp(z[i, k]) / sum_l exp(z[i, l]), row by row, shifted by the row's maximum; m x n_y."""
    exp_z = np.exp(z - np.max(z, axis=1, keepdims=True))
    return exp_z / np.sum(exp_z, axis=1, keepdims=True)


def forward(params: Params, X: Array) -> tuple[Array, dict[str, Array]]:
    """Return Yhat (m x n_y), and Z1, A1 (m x n_h) and Z2 (m x n_y) for `backward`."""
    W1, b1, W2, b2 = params["W1"], params["b1"], params["W2"], params["b2"]
    Z1 = np.dot(X, W1) + b1
    A1 = np.tanh(Z1)
    Z2 = np.dot(A1, W2) + b2
    Yhat = softmax(Z2)
    return Yhat, {"Z1": Z1, "A1": A1, "Z2": Z2}


def loss_accuracy(Y_hat: Array, Y: Array) -> tuple[Any, Any]:
    """Return J = -(1/m) sum Y log(Yhat + 1e-10) in nats, and the fraction of rows with the right class."""
    m = Y.shape[0]
    epsilon = 1e-10
    loss = -np.sum(Y * np.log(Y_hat + epsilon)) / m
    predictions = np.argmax(Y_hat, axis=1)
    labels = np.argmax(Y, axis=1)
    accuracy = np.mean(predictions == labels)
    return loss, accuracy


def backward(X: Array, params: Params, outputs: dict[str, Array], Y: Array) -> dict[str, Array]:
    """Return dJ/dW1, dJ/db1, dJ/dW2, dJ/db2, each of its parameter's shape and keyed by its name.

    Hypothesis: the rows of Y sum to 1.
    """
    m = Y.shape[0]
    W2 = params["W2"]
    A1 = outputs["A1"]
    Z2 = outputs["Z2"]
    Y_hat = softmax(Z2)

    dZ2 = (Y_hat - Y) / m
    dW2 = np.dot(A1.T, dZ2)
    db2 = np.sum(dZ2, axis=0, keepdims=True)

    dA1 = np.dot(dZ2, W2.T)
    dZ1 = dA1 * (1 - np.square(A1))
    dW1 = np.dot(X.T, dZ1)
    db1 = np.sum(dZ1, axis=0, keepdims=True)

    return {"W1": dW1, "b1": db1, "W2": dW2, "b2": db2}


def sgd(params: Params, grads: dict[str, Array], eta: float) -> Params:
    """Return params after params[key] -= eta * grads[key]; changes its argument, as the lab does."""
    for key in params:
        params[key] -= eta * grads[key]
    return params
