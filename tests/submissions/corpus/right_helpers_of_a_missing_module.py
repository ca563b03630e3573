# relu, softmax and the derivative come from a module of the course that was not handed in.
import numpy as np
from matplotlib import pyplot as plt
from week3_helpers import plot_boundary, relu, relu_derivative, softmax


def initialize(n_x, n_h, n_y):
    return np.random.randn(n_h, n_x) * 0.3, np.zeros((n_h, 1)), np.random.randn(n_y, n_h) * 0.3, np.zeros((n_y, 1))


def forward(X, W1, b1, W2, b2):
    Z1 = W1 @ X + b1
    A1 = relu(Z1)
    Z2 = W2 @ A1 + b2
    A2 = softmax(Z2)
    return Z1, A1, Z2, A2


def cost(A2, Y):
    return -np.sum(Y * np.log(A2)) / Y.shape[1]


def backward(X, Y, Z1, A1, A2, W2):
    m = X.shape[1]
    dZ2 = A2 - Y
    dW2, db2 = dZ2 @ A1.T / m, np.sum(dZ2, axis=1, keepdims=True) / m
    dZ1 = (W2.T @ dZ2) * relu_derivative(Z1)
    dW1, db1 = dZ1 @ X.T / m, np.sum(dZ1, axis=1, keepdims=True) / m
    return dW1, db1, dW2, db2
