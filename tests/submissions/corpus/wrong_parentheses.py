import numpy as np

class MLPClassifier:
    def __init__(self, n_features, n_hidden, n_classes, lr=0.1):
        self.W1 = np.random.normal(0, 0.3, (n_features, n_hidden))
        self.b1 = np.zeros((1, n_hidden))
        self.W2 = np.random.normal(0, 0.3, (n_hidden, n_classes))
        self.b2 = np.zeros((1, n_classes))
        self.lr = lr

    def _softmax(self, z):
        e = np.exp(z - z.max(axis=1, keepdims=True))
        return e / e.sum(axis=1, keepdims=True)

    def forward(self, X):
        self.A1 = np.tanh(X @ self.W1 + self.b1)
        self.Yhat = self._softmax(self.A1 @ self.W2 + self.b2)
        return self.Yhat

    def loss(self, Y):
        return -np.sum(Y * np.log(self.Yhat)) / len(Y)

    def fit_batch(self, X, Y):
        self.forward(X)
        dZ2 = (self.Yhat - Y) / len(X)
        dA1 = dZ2 @ self.W2.T
        dZ1 = dA1 * 1 - self.A1 ** 2
        self.W2 -= self.lr * self.A1.T @ dZ2
        self.b2 -= self.lr * dZ2.sum(axis=0, keepdims=True)
        self.W1 -= self.lr * X.T @ dZ1
        self.b1 -= self.lr * dZ1.sum(axis=0, keepdims=True)
