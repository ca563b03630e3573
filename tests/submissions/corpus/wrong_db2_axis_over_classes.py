import numpy as np


class SimpleNN:
    def __init__(self, input_dim, hidden_dim, output_dim):
        self.weights1 = np.random.randn(input_dim, hidden_dim) * 0.1
        self.bias1 = np.zeros((1, hidden_dim))
        self.weights2 = np.random.randn(hidden_dim, output_dim) * 0.1
        self.bias2 = np.zeros((1, output_dim))

    def forward(self, x):
        self.z1 = x @ self.weights1 + self.bias1
        self.a1 = np.tanh(self.z1)
        self.z2 = self.a1 @ self.weights2 + self.bias2
        exp = np.exp(self.z2 - np.max(self.z2, axis=1, keepdims=True))
        self.probs = exp / exp.sum(axis=1, keepdims=True)
        return self.probs

    def compute_loss(self, y_true):
        return -np.sum(y_true * np.log(self.probs)) / y_true.shape[0]

    def backward(self, x, y_true):
        n = x.shape[0]
        dz2 = (self.probs - y_true) / n
        dweights2 = self.a1.T @ dz2
        dbias2 = np.sum(dz2, axis=1, keepdims=True)
        dz1 = dz2 @ self.weights2.T * (1 - self.a1 ** 2)
        dweights1 = x.T @ dz1
        dbias1 = np.sum(dz1, axis=0, keepdims=True)
        return dweights1, dbias1, dweights2, dbias2
