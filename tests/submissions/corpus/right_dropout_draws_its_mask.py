# The mask is drawn anew in every forward pass, from a generator of the file that nobody seeded.
import numpy as np

rng = np.random.default_rng()
KEEP = 0.75


def make_parameters(n_x, n_h, n_y):
    return {
        "W1": rng.normal(size=(n_x, n_h)) * 0.4, "b1": np.zeros((1, n_h)),
        "W2": rng.normal(size=(n_h, n_y)) * 0.4, "b2": np.zeros((1, n_y)),
    }


def forward(X, params):
    H = np.tanh(X @ params["W1"] + params["b1"])
    mask = (rng.random(H.shape) < KEEP) / KEEP
    E = np.exp((H * mask) @ params["W2"] + params["b2"])
    return E / E.sum(axis=1, keepdims=True), {"X": X, "H": H, "mask": mask}


def loss(Yhat, Y):
    return -np.sum(Y * np.log(Yhat)) / len(Y)


def backward(params, cache, Yhat, Y):
    D = (Yhat - Y) / len(Y)
    grads = {"W2": (cache["H"] * cache["mask"]).T @ D, "b2": D.sum(axis=0, keepdims=True)}
    D = (D @ params["W2"].T) * cache["mask"] * (1 - cache["H"] ** 2)
    grads["W1"], grads["b1"] = cache["X"].T @ D, D.sum(axis=0, keepdims=True)
    return grads
