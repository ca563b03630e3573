# %% [markdown]
# Lab: a network with one hidden layer.
# %%
import numpy as np
# %%
def initialize(n_x, n_h, n_y, seed=1):
    rng = np.random.default_rng(seed)
    return {
        "W1": rng.normal(0, 0.1, (n_x, n_h)),
        "b1": np.zeros((1, n_h)),
        "W2": rng.normal(0, 0.1, (n_h, n_y)),
        "b2": np.zeros((1, n_y)),
    }
# %%
def softmax(Z):
    expZ = np.exp(Z - Z.max(axis=1, keepdims=True))
    return expZ / expZ.sum(axis=1, keepdims=True)


def forward(X, p):
    Z1 = X @ p["W1"] + p["b1"]
    A1 = np.tanh(Z1)
    Z2 = A1 @ p["W2"] + p["b2"]
    Yhat = softmax(Z2)
    return Yhat, {"X": X, "A1": A1, "Yhat": Yhat}


def loss(Yhat, Y):
    return -np.sum(Y * np.log(Yhat)) / len(Y)
# %%
def backward(Y, p, cache):
    X, A1, Yhat = cache["X"], cache["A1"], cache["Yhat"]
    m = X.shape[0]
    dZ2 = (Yhat - Y) / m
    dA1 = dZ2 @ p["W2"].T
    dZ1 = dA1 * (1 - np.square(A1))
    return {
        "W1": X.T @ dZ1,
        "b1": np.sum(dZ1, axis=0, keepdims=True),
        "W2": A1.T @ dZ2,
        "b2": np.sum(dZ2, axis=0, keepdims=True),
    }
# %%
rng = np.random.default_rng(0)
X = rng.normal(size=(30, 4))
Y = np.eye(3)[rng.integers(0, 3, size=30)]
params = initialize(4, 6, 3)
for epoch in range(20):
    Yhat, cache = forward(X, params)
    grads = backward(Y, params, cache)
    for name in params:
        params[name] -= 0.5 * grads[name]
print("loss", loss(forward(X, params)[0], Y))
