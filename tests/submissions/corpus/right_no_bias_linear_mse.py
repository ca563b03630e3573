import numpy as np


def forward(weights, x):
    V, U = weights
    hidden = np.tanh(x @ V)
    return hidden @ U, hidden


def mse(pred, target):
    return np.mean((pred - target) ** 2)


def gradients(weights, x, target):
    V, U = weights
    pred, hidden = forward(weights, x)
    d_pred = 2 * (pred - target) / target.size
    dU = hidden.T @ d_pred
    d_hidden = d_pred @ U.T
    dV = x.T @ (d_hidden * (1 - hidden ** 2))
    return [dV, dU]


def fit(x, target, n_hidden=20, lr=0.05, epochs=500):
    weights = [np.random.randn(x.shape[1], n_hidden) * 0.5, np.random.randn(n_hidden, target.shape[1]) * 0.5]
    for _ in range(epochs):
        for w, g in zip(weights, gradients(weights, x, target)):
            w -= lr * g
    return weights


xs = np.linspace(-3, 3, 100).reshape(-1, 1)
ws = fit(xs, np.sin(xs))
print("final mse", mse(forward(ws, xs)[0], np.sin(xs)))
