import numpy as np


def init_params(n_x, n_h, n_y):
    return {"W1": np.random.randn(n_x, n_h) * 0.1, "b1": np.zeros((1, n_h)), "W2": np.random.randn(n_h, n_y) * 0.1, "b2": np.zeros((1, n_y))}


def forward(params, X):
    A1 = np.tanh(X @ params["W1"] + params["b1"])
    E = np.exp(A1 @ params["W2"] + params["b2"])
    return E / E.sum(axis=1, keepdims=True)


def loss(Yhat, Y):
    return -np.sum(Y * np.log(Yhat)) / Y.shape[0]


def numerical(f, w, h=1e-4):
    grad = np.zeros_like(w)
    it = np.nditer(w, flags=["multi_index"])
    while not it.finished:
        i = it.multi_index
        kept = w[i]
        w[i] = kept + h
        up = f()
        w[i] = kept - h
        down = f()
        w[i] = kept
        grad[i] = (up - down) / (2 * h)
        it.iternext()
    return grad


def backward(params, X, Y):
    params = {name: value.copy() for name, value in params.items()}
    f = lambda: loss(forward(params, X), Y)
    return {name: numerical(f, params[name]) for name in params}
