try:
    import cupy as xp
except ImportError:
    import numpy as xp


class DeepNet:
    def __init__(self, sizes):
        self.L = len(sizes) - 1
        self.parameters = {}
        for l in range(1, self.L + 1):
            self.parameters['W%d' % l] = xp.random.randn(sizes[l], sizes[l - 1]) * 0.1
            self.parameters['b%d' % l] = xp.zeros((sizes[l], 1))
        self.gradients = {}

    @staticmethod
    def sigma(z):
        return 1.0 / (1.0 + xp.exp(-z))

    def forward(self, X):
        self.A = [X]
        for l in range(1, self.L + 1):
            W, b = self.parameters['W%d' % l], self.parameters['b%d' % l]
            self.A.append(self.sigma(xp.dot(W, self.A[-1]) + b))
        return self.A[-1]

    def cost(self, Y):
        return xp.sum((self.A[-1] - Y) ** 2) / (2 * Y.shape[1])

    def backward(self, Y):
        m = Y.shape[1]
        dA = (self.A[-1] - Y) / m
        for l in range(self.L, 0, -1):
            A = self.A[l]
            dZ = dA * A * (1 - A)
            self.gradients['W%d' % l] = xp.dot(dZ, self.A[l - 1].T)
            self.gradients['b%d' % l] = xp.sum(dZ, axis=1, keepdims=True)
            dA = xp.dot(self.parameters['W%d' % l].T, dZ)

    def update(self, lr=0.1):
        for k in self.parameters:
            self.parameters[k] -= lr * self.gradients[k]
