"""Exercise 3: a two layer net on digits."""
import numpy as np


def init(sizes, seed=0):
    rng = np.random.RandomState(seed)
    W1 = rng.randn(sizes[0], sizes[1]) * np.sqrt(2.0 / sizes[0])
    b1 = np.zeros(sizes[1])
    W2 = rng.randn(sizes[1], sizes[2]) * np.sqrt(2.0 / sizes[1])
    b2 = np.zeros(sizes[2])
    return W1, b1, W2, b2


def forward(params, X):
    W1, b1, W2, b2 = params
    Z1 = X @ W1 + b1
    H = np.maximum(Z1, 0)
    scores = H @ W2 + b2
    scores = scores - scores.max(axis=1, keepdims=True)
    e = np.exp(scores)
    probs = e / e.sum(axis=1, keepdims=True)
    return Z1, H, probs


def loss(params, X, y):
    probs = forward(params, X)[2]
    N = X.shape[0]
    return -np.mean(np.log(probs[np.arange(N), y]))


def gradients(params, X, y):
    W1, b1, W2, b2 = params
    N = X.shape[0]
    Z1, H, probs = forward(params, X)
    dscores = probs.copy()
    dscores[np.arange(N), y] -= 1
    dscores /= N
    dW2 = H.T @ dscores
    db2 = dscores.sum(axis=0)
    dH = dscores @ W2.T
    dZ1 = dH * (Z1 > 0)
    dW1 = X.T @ dZ1
    db1 = dZ1.sum(axis=0)
    return dW1, db1, dW2, db2
