import numpy as np


def initialize_parameters(n_x, n_h, n_y):
    W1 = np.random.randn(n_h, n_x) * 0.1
    b1 = np.zeros((n_h, 1))
    W2 = np.random.randn(n_y, n_h) * 0.1
    b2 = np.zeros((n_y, 1))
    return {"W1": W1, "b1": b1, "W2": W2, "b2": b2}


def forward_propagation(X, parameters):
    Z1 = np.dot(parameters["W1"], X) + parameters["b1"]
    N1 = (Z1 - Z1.mean(axis=0, keepdims=True)) / Z1.std(axis=0, keepdims=True)
    A1 = np.tanh(N1)
    Z2 = np.dot(parameters["W2"], A1) + parameters["b2"]
    T = np.exp(Z2)
    A2 = T / T.sum(axis=0, keepdims=True)
    return A2, {"Z1": Z1, "N1": N1, "A1": A1, "A2": A2}


def compute_cost(A2, Y):
    return float(np.squeeze(-np.sum(np.log(A2) * Y) / Y.shape[1]))


def backward_propagation(parameters, cache, X, Y):
    m = X.shape[1]
    A1, N1 = cache["A1"], cache["N1"]
    dZ2 = cache["A2"] - Y
    dN1 = np.dot(parameters["W2"].T, dZ2) * (1 - A1 ** 2)
    spread = cache["Z1"].std(axis=0, keepdims=True)
    dZ1 = (dN1 - dN1.mean(axis=0, keepdims=True) - N1 * np.mean(dN1 * N1, axis=0, keepdims=True)) / spread
    return {"dW1": np.dot(dZ1, X.T) / m, "db1": np.sum(dZ1, axis=1, keepdims=True) / m,
            "dW2": np.dot(dZ2, A1.T) / m, "db2": np.sum(dZ2, axis=1, keepdims=True) / m}
