# Methods and attributes have private names, which Python mangles.
import numpy as np


class Net:
    def __init__(self, n_in, n_hidden, n_out):
        self.W1, self.b1 = np.random.randn(n_in, n_hidden), np.zeros((1, n_hidden))
        self.W2, self.b2 = np.random.randn(n_hidden, n_out), np.zeros((1, n_out))

    def __forward(self, X):
        self.__X = X
        self.__A1 = np.tanh(X @ self.W1 + self.b1)
        E = np.exp(self.__A1 @ self.W2 + self.b2)
        self.__A2 = E / E.sum(axis=1, keepdims=True)
        return self.__A2

    def __loss(self, A2, Y):
        return -np.sum(Y * np.log(A2)) / len(Y)

    def __backward(self, Y):
        d = (self.__A2 - Y) / len(Y)
        dW2, db2 = self.__A1.T @ d, d.sum(axis=0, keepdims=True)
        d = d @ self.W2.T * (1 - self.__A1 ** 2)
        return {"W1": self.__X.T @ d, "b1": d.sum(axis=0, keepdims=True), "W2": dW2, "b2": db2}
