import numpy as np
from math import exp

def initialize(n_x, n_h, n_y):
    rng = np.random.default_rng(3)
    return {"W1": rng.normal(size=(n_h, n_x)) / 3, "b1": np.zeros((n_h, 1)), "W2": rng.normal(size=(n_y, n_h)) / 3, "b2": np.zeros((n_y, 1))}

def elu(Z):
    A = np.zeros(Z.shape)
    for i in range(Z.shape[0]):
        for j in range(Z.shape[1]):
            A[i, j] = Z[i, j] if Z[i, j] > 0 else exp(Z[i, j]) - 1
    return A

def forward_propagation(X, parameters):
    Z1 = parameters["W1"] @ X + parameters["b1"]
    A1 = elu(Z1)
    Z2 = parameters["W2"] @ A1 + parameters["b2"]
    E = np.exp(Z2 - Z2.max(axis=0))
    return E / E.sum(axis=0), {"A1": A1}

def compute_cost(A2, Y):
    total = 0.0
    for j in range(Y.shape[1]):
        total += float(-np.sum(Y[:, j] * np.log(A2[:, j])))
    return total / Y.shape[1]

def backward_propagation(parameters, cache, A2, X, Y):
    m = X.shape[1]
    A1 = cache["A1"]
    dZ2 = A2 - Y
    dA1 = parameters["W2"].T @ dZ2
    dZ1 = dA1 * np.where(A1 > 0, 1, A1 + 1)
    return {"dW1": dZ1 @ X.T / m, "db1": dZ1.sum(axis=1, keepdims=True) / m, "dW2": dZ2 @ A1.T / m, "db2": dZ2.sum(axis=1, keepdims=True) / m}
