import numpy as np

class Perceptron:
    def __init__(self, nx, nh, ny):
        self.nx, self.nh, self.ny = nx, nh, ny
        self.W1 = np.random.randn(nx, nh); self.b1 = np.zeros((1, nh))
        self.W2 = np.random.randn(nh, ny); self.b2 = np.zeros((1, ny))

    def forward(self, X):
        self.X = X
        self.Z1 = X @ self.W1 + self.b1
        self.A1 = np.tanh(self.Z1)
        self.Z2 = self.A1 @ self.W2 + self.b2
        e = np.exp(self.Z2)
        self.Yhat = e / np.sum(e, axis=1, keepdims=True)
        return self.Yhat

    def loss(self, Y):
        return -np.sum(Y * np.log(self.Yhat)) / Y.shape[0]

    def backward(self, Y):
        m = Y.shape[0]
        dZ2 = (self.Yhat - Y) / m
        self.dW2 = self.A1.T @ dZ2
        self.db2 = np.sum(dZ2, axis=0, keepdims=True)
        dA1 = dZ2 @ self.W2.reshape(self.ny, self.nh)
        dZ1 = dA1 * (1 - self.A1 ** 2)
        self.dW1 = self.X.T @ dZ1
        self.db1 = np.sum(dZ1, axis=0, keepdims=True)
