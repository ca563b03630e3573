import numpy as np
from garden_data import load_leaves

x_train, y_train = load_leaves("train")


def rectify(z):
    return np.maximum(z, 0)


def rectify_slope(z):
    return (z > 0).astype(float)


def bend(z):
    return np.tanh(z)


def bend_slope(z):
    return 1 - np.tanh(z) ** 2


def shares(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def make_weights(n_in, n_hidden, n_out):
    W1 = np.random.randn(n_in, n_hidden) * 0.3
    b1 = np.zeros((1, n_hidden))
    W2 = np.random.randn(n_hidden, n_out) * 0.3
    b2 = np.zeros((1, n_out))
    return W1, b1, W2, b2


def forward(X, W1, b1, W2, b2, bent):
    Z1 = X @ W1 + b1
    A1 = bent(Z1)
    return Z1, A1, shares(A1 @ W2 + b2)


def cross_entropy(A2, Y):
    return -np.mean(np.log(A2[np.arange(len(Y)), Y.argmax(axis=1)]))


def backward(X, Y, Z1, A1, A2, W2, slope):
    m = len(X)
    dZ2 = (A2 - Y) / m
    dW2 = A1.T @ dZ2
    db2 = dZ2.sum(axis=0, keepdims=True)
    dZ1 = (dZ2 @ W2.T) * slope(Z1)
    return X.T @ dZ1, dZ1.sum(axis=0, keepdims=True), dW2, db2


def train(X, Y, W1, b1, W2, b2, lr, epochs, size, bent, slope):
    for epoch in range(epochs):
        for start in range(0, len(X), size):
            X_batch, Y_batch = X[start:start + size], Y[start:start + size]
            Z1, A1, A2 = forward(X_batch, W1, b1, W2, b2, bent)
            dW1, db1, dW2, db2 = backward(X_batch, Y_batch, Z1, A1, A2, W2, slope)
            W1 -= lr * dW1
            b1 -= lr * db1
            W2 -= lr * dW2
            b2 -= lr * db2
    return W1, b1, W2, b2


settings = [(12, 0.1, bend, rectify_slope), (20, 0.3, rectify, rectify_slope)]
for hidden, lr, bent, slope in settings:
    W1, b1, W2, b2 = make_weights(9, hidden, 4)
    W1, b1, W2, b2 = train(x_train, y_train, W1, b1, W2, b2, lr, 30, 32, bent, slope)
    print(hidden, lr, W1.std())
