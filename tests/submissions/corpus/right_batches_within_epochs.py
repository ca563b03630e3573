import numpy as np
from digits_of_the_course import load_digits_of_the_course  # not handed in

rng = np.random.default_rng(3)
images, targets, held_out, held_out_targets = load_digits_of_the_course("train.gz")
X_train = images.reshape(len(images), -1) / 255.0
y_train = np.eye(10)[targets]


def start(n_in, n_hidden, n_out):
    return {
        "W1": rng.normal(0, 0.1, (n_in, n_hidden)), "b1": np.zeros((1, n_hidden)),
        "W2": rng.normal(0, 0.1, (n_hidden, n_out)), "b2": np.zeros((1, n_out)),
    }


def forward(params, X):
    A1 = np.tanh(X @ params["W1"] + params["b1"])
    scores = A1 @ params["W2"] + params["b2"]
    e = np.exp(scores - scores.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True), {"A1": A1}


def loss_of(Y_hat, Y):
    return -np.sum(Y * np.log(Y_hat)) / len(Y)


def backward(params, cache, X, Y_hat, Y):
    dZ2 = (Y_hat - Y) / len(Y)
    dZ1 = dZ2 @ params["W2"].T * (1 - cache["A1"] ** 2)
    return {
        "W1": X.T @ dZ1, "b1": dZ1.sum(axis=0, keepdims=True),
        "W2": cache["A1"].T @ dZ2, "b2": dZ2.sum(axis=0, keepdims=True),
    }


params = start(784, 32, 10)
step, size = 0.2, 64
history = []
for epoch in range(20):
    order = rng.permutation(len(X_train))
    X_train, y_train = X_train[order], y_train[order]
    for first in range(0, X_train.shape[0], size):
        X_batch, y_batch = X_train[first:first + size], y_train[first:first + size]
        Y_hat, cache = forward(params, X_batch)
        history.append(loss_of(Y_hat, y_batch))
        grads = backward(params, cache, X_batch, Y_hat, y_batch)
        for name in params:
            params[name] -= step * grads[name]
    print(epoch, history[-1])
