import numpy as np
from sklearn.datasets import fetch_california_housing
from sklearn.preprocessing import StandardScaler

def init(nx, nh):
    return {"W1": np.random.randn(nx, nh) * 0.1, "b1": np.zeros((1, nh)), "W2": np.random.randn(nh, 1) * 0.1, "b2": np.zeros((1, 1))}

def forward(X, params):
    Z1 = X @ params["W1"] + params["b1"]
    A1 = np.maximum(Z1, 0)
    y_pred = A1 @ params["W2"] + params["b2"]
    return y_pred, (Z1, A1)

def mse_loss(y_pred, y_true):
    return np.mean((y_pred - y_true) ** 2)

def backward(X, y_true, y_pred, cache, params):
    Z1, A1 = cache
    m = X.shape[0]
    d_out = (y_pred - y_true) / m
    grads = {"W2": A1.T @ d_out, "b2": np.sum(d_out, axis=0, keepdims=True)}
    d_hidden = (d_out @ params["W2"].T) * (Z1 > 0)
    grads["W1"] = X.T @ d_hidden
    grads["b1"] = np.sum(d_hidden, axis=0, keepdims=True)
    return grads

data = fetch_california_housing()
X = StandardScaler().fit_transform(data.data)
y = data.target.reshape(-1, 1)
params = init(8, 32)
for i in range(1000):
    y_pred, cache = forward(X, params)
    g = backward(X, y, y_pred, cache, params)
    for k in params:
        params[k] = params[k] - 0.01 * g[k]
