import numpy as np


class NeuralNetwork:
    def __init__(self, n_input, n_hidden, n_output, lr=0.1):
        self.W1 = np.random.randn(n_input, n_hidden) * 0.1
        self.b1 = np.zeros((1, n_hidden))
        self.W2 = np.random.randn(n_hidden, n_output) * 0.1
        self.b2 = np.zeros((1, n_output))
        self.lr = lr

    def sigmoid(self, z):
        return 1 / (1 + np.exp(-z))

    def forward(self, X):
        self.z1 = np.dot(X, self.W1) + self.b1
        self.a1 = self.sigmoid(self.z1)
        self.z2 = np.dot(self.a1, self.W2) + self.b2
        self.a2 = self.sigmoid(self.z2)
        return self.a2

    def compute_loss(self, y):
        m = y.shape[0]
        return -np.sum(y * np.log(self.a2) + (1 - y) * np.log(1 - self.a2)) / m

    def backward(self, X, y):
        m = X.shape[0]
        dz2 = self.a2 - y
        self.dW2 = np.dot(self.a1.T, dz2) / m
        self.db2 = np.sum(dz2, axis=0, keepdims=True) / m
        dz1 = np.dot(dz2, self.W2.T) * self.a1 * (1 - self.a1)
        self.dW1 = np.dot(X.T, dz1) / m
        self.db1 = np.sum(dz1, axis=0, keepdims=True) / m

    def update(self):
        self.W1 -= self.lr * self.dW1
        self.b1 -= self.lr * self.db1
        self.W2 -= self.lr * self.dW2
        self.b2 -= self.lr * self.db2

    def fit(self, X, y, epochs=100):
        for epoch in range(epochs):
            self.forward(X)
            loss = self.compute_loss(y)
            self.backward(X, y)
            self.update()
            if epoch % 50 == 0:
                print(epoch, loss)
