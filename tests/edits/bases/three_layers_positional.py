import numpy as np


def forward(X, W1, b1, W2, b2, W3, b3):
    Z1 = W1 @ X + b1
    A1 = np.tanh(Z1)
    Z2 = W2 @ A1 + b2
    A2 = 1 / (1 + np.exp(-Z2))
    Z3 = W3 @ A2 + b3
    return A1, A2, Z3


def mse(Z3, Y):
    m = Y.shape[1]
    return np.sum((Z3 - Y) ** 2) / (2 * m)


def backward(X, Y, W2, W3, A1, A2, Z3):
    m = X.shape[1]
    dZ3 = (Z3 - Y) / m
    dW3 = dZ3 @ A2.T
    db3 = np.sum(dZ3, axis=1, keepdims=True)
    dZ2 = (W3.T @ dZ3) * A2 * (1 - A2)
    dW2 = dZ2 @ A1.T
    db2 = np.sum(dZ2, axis=1, keepdims=True)
    dZ1 = (W2.T @ dZ2) * (1 - A1 * A1)
    dW1 = dZ1 @ X.T
    db1 = np.sum(dZ1, axis=1, keepdims=True)
    return dW1, db1, dW2, db2, dW3, db3


def train(X, Y, hidden1=8, hidden2=6, epochs=200, alpha=0.1):
    rng = np.random.default_rng(0)
    W1 = rng.normal(0, 0.5, (hidden1, X.shape[0]))
    b1 = np.zeros((hidden1, 1))
    W2 = rng.normal(0, 0.5, (hidden2, hidden1))
    b2 = np.zeros((hidden2, 1))
    W3 = rng.normal(0, 0.5, (Y.shape[0], hidden2))
    b3 = np.zeros((Y.shape[0], 1))
    for epoch in range(epochs):
        A1, A2, Z3 = forward(X, W1, b1, W2, b2, W3, b3)
        error = mse(Z3, Y)
        dW1, db1, dW2, db2, dW3, db3 = backward(X, Y, W2, W3, A1, A2, Z3)
        W1 = W1 - alpha * dW1
        b1 = b1 - alpha * db1
        W2 = W2 - alpha * dW2
        b2 = b2 - alpha * db2
        W3 = W3 - alpha * dW3
        b3 = b3 - alpha * db3
        if epoch % 50 == 0:
            print(error)
    return W1, b1, W2, b2, W3, b3
