import numpy as np
import matplotlib.pyplot as plt

def sigmoid(z): return 1 / (1 + np.exp(-z))

def init(n0, n1, n2):
    return {"W1": np.random.randn(n1, n0), "b1": np.zeros((n1, 1)), "W2": np.random.randn(n2, n1), "b2": np.zeros((n2, 1))}

def forward(X, par):
    A1 = sigmoid(par["W1"] @ X + par["b1"])
    A2 = sigmoid(par["W2"] @ A1 + par["b2"])
    return A1, A2

def log_loss(y, A2):
    return 1 / y.shape[1] * np.sum(-y * np.log(A2) - (1 - y) * np.log(1 - A2))

def back(X, y, A1, A2, par):
    m = y.shape[1]
    # dérivée de la sigmoïde à la sortie
    dZ2 = (A2 - y) * A2 * (1 - A2)
    dZ1 = par["W2"].T @ dZ2 * A1 * (1 - A1)
    return {"W1": dZ1 @ X.T / m, "b1": dZ1.sum(axis=1, keepdims=True) / m,
            "W2": dZ2 @ A1.T / m, "b2": dZ2.sum(axis=1, keepdims=True) / m}
