import numpy as np


def make_parameters(n_in, n_hidden, n_out):
    rng = np.random.default_rng(7)
    return {
        "W1": rng.standard_normal((n_in, n_hidden)) * 0.2,
        "b1": np.zeros(n_hidden),
        "W2": rng.standard_normal((n_hidden, n_out)) * 0.2,
        "b2": np.zeros(n_out),
    }


def sigmoid(t):
    return 1.0 / (1.0 + np.exp(-t))


def predict(params, X):
    h = sigmoid(np.matmul(X, params["W1"]) + params["b1"])
    o = np.matmul(h, params["W2"]) + params["b2"]
    o = np.exp(o - np.max(o, axis=1, keepdims=True))
    return h, o / np.sum(o, axis=1, keepdims=True)


def loss_fn(params, X, y):
    h, p = predict(params, X)
    return -np.sum(np.log(p[range(len(y)), y]))


def grad_fn(params, X, y):
    h, p = predict(params, X)
    delta2 = p.copy()
    delta2[range(len(y)), y] -= 1.0
    delta1 = np.matmul(delta2, params["W2"].T) * h * (1.0 - h)
    grads = {}
    grads["W2"] = np.matmul(h.T, delta2)
    grads["b2"] = np.sum(delta2, axis=0)
    grads["W1"] = np.matmul(X.T, delta1)
    grads["b1"] = np.sum(delta1, axis=0)
    return grads


if __name__ == "__main__":
    rng = np.random.default_rng(1)
    X = rng.standard_normal((10, 4))
    y = rng.integers(0, 3, size=10)
    params = make_parameters(4, 6, 3)
    print("loss", loss_fn(params, X, y))
    grads = grad_fn(params, X, y)
    for key in params:
        print(key, params[key].shape, grads[key].shape)
