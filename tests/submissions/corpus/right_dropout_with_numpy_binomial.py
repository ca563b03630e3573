# Columns are samples; the mask comes from np.random.binomial and is kept in the object.
import numpy as np


class Network:
    def __init__(self, n_in, n_hidden, n_out):
        self.W1 = np.random.randn(n_hidden, n_in) * 0.3
        self.b1 = np.zeros((n_hidden, 1))
        self.W2 = np.random.randn(n_out, n_hidden) * 0.3
        self.b2 = np.zeros((n_out, 1))

    def forward(self, X):
        self.X = X
        self.Z1 = self.W1 @ X + self.b1
        self.mask = np.random.binomial(1, 0.8, size=self.Z1.shape)
        self.A1 = 1 / (1 + np.exp(-self.Z1)) * self.mask
        E = np.exp(self.W2 @ self.A1 + self.b2)
        self.A2 = E / E.sum(axis=0, keepdims=True)
        return self.A2

    def loss(self, A2, Y):
        return -np.sum(Y * np.log(A2)) / Y.shape[1]

    def backward(self, Y):
        m = Y.shape[1]
        dZ2 = self.A2 - Y
        self.dW2 = dZ2 @ self.A1.T / m
        self.db2 = dZ2.sum(axis=1, keepdims=True) / m
        S = 1 / (1 + np.exp(-self.Z1))
        dZ1 = (self.W2.T @ dZ2) * self.mask * S * (1 - S)
        self.dW1 = dZ1 @ self.X.T / m
        self.db1 = dZ1.sum(axis=1, keepdims=True) / m
