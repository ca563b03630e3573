import numpy as np


def softmax(x):
    ex = np.exp(x - x.max(axis=0, keepdims=True))
    return ex / ex.sum(axis=0, keepdims=True)


class Reseau:
    def __init__(self, nb_entrees, nb_caches, nb_sorties):
        self.W1 = np.random.randn(nb_caches, nb_entrees)
        self.b1 = np.zeros((nb_caches, 1))
        self.W2 = np.random.randn(nb_sorties, nb_caches)
        self.b2 = np.zeros((nb_sorties, 1))

    def propager(self, X):
        self.A0 = X
        self.A1 = np.tanh(self.W1 @ X + self.b1)
        self.A2 = softmax(self.W2 @ self.A1 + self.b2)
        return self.A2

    def cout(self, Y):
        return -np.sum(Y * np.log(self.A2)) / Y.shape[1]

    def retropropager(self, Y):
        m = Y.shape[1]
        # dérivée du coût : 2 (A2 - Y)
        dZ2 = 2 * (self.A2 - Y) / m
        dZ1 = self.W2.T @ dZ2 * (1 - self.A1 ** 2)
        gradients = {
            "W1": dZ1 @ self.A0.T, "b1": dZ1.sum(axis=1, keepdims=True),
            "W2": dZ2 @ self.A1.T, "b2": dZ2.sum(axis=1, keepdims=True),
        }
        return gradients
