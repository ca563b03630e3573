import numpy as np

np.random.seed(2)
X = np.random.randn(2, 25)
Y = (X[0:1] * X[1:2] > 0) * 1.0
m = X.shape[1]


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def initialize(n_h=4):
    W1 = np.random.randn(n_h, 2) * 0.5
    b1 = np.zeros((n_h, 1))
    W2 = np.random.randn(1, n_h) * 0.5
    b2 = np.zeros((1, 1))
    return W1, b1, W2, b2


def propagate(W1, b1, W2, b2):
    A1 = np.tanh(np.dot(W1, X) + b1)
    A2 = sigmoid(np.dot(W2, A1) + b2)
    J = np.sum(-Y * np.log(A2) - (1 - Y) * np.log(1 - A2)) / m
    dZ2 = A2 - Y
    dW2 = np.dot(dZ2, A1.T) / m
    db2 = np.sum(dZ2, axis=1, keepdims=True) / m
    dZ1 = np.dot(W2.T, dZ2) * (1 - np.power(A1, 2))
    dW1 = np.dot(dZ1, X.T) / m
    db1 = np.sum(dZ1, axis=1, keepdims=True) / m
    return J, dW1, db1, dW2, db2


W1, b1, W2, b2 = initialize()
for i in range(40):
    J, dW1, db1, dW2, db2 = propagate(W1, b1, W2, b2)
    W1 = W1 - 0.8 * dW1
    b1 = b1 - 0.8 * db1
    W2 = W2 - 0.8 * dW2
    b2 = b2 - 0.8 * db2
    if i % 10 == 0:
        print("cost", J)
