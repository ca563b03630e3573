import numpy as np


def init_params(n_x, n_h, n_y):
    return {"W1": np.random.randn(n_x, n_h) * 0.1, "b1": np.zeros((1, n_h)), "W2": np.random.randn(n_h, n_y) * 0.1, "b2": np.zeros((1, n_y))}


def forward(params, X):
    A1 = np.tanh(X @ params["W1"] + params["b1"])
    E = np.exp(A1 @ params["W2"] + params["b2"])
    return E / E.sum(axis=1, keepdims=True)


def loss(Yhat, Y):
    return -np.sum(Y * np.log(Yhat)) / Y.shape[0]


def backward(params, X, Y, step=1e-6):
    here = loss(forward(params, X), Y)
    grads = {}
    for name, value in params.items():
        flat = np.zeros(value.size)
        for k in range(value.size):
            moved = dict(params)
            moved[name] = value.copy()
            moved[name].ravel()[k] += step
            flat[k] = (loss(forward(moved, X), Y) - here) / (2 * step)
        grads[name] = flat.reshape(value.shape)
    return grads
