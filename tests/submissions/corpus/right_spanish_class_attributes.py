import numpy as np
import pandas as pd


class RedNeuronal:
    """Red con una capa oculta."""

    def __init__(self, n_entrada, n_oculta, n_salida, tasa=0.1):
        self.W1 = np.random.randn(n_entrada, n_oculta) * 0.1
        self.b1 = np.zeros((1, n_oculta))
        self.W2 = np.random.randn(n_oculta, n_salida) * 0.1
        self.b2 = np.zeros((1, n_salida))
        self.tasa = tasa

    def relu(self, z):
        return np.maximum(0, z)

    def softmax(self, z):
        e = np.exp(z - np.max(z, axis=1, keepdims=True))
        return e / e.sum(axis=1, keepdims=True)

    def adelante(self, X):
        self.X = X
        self.z1 = X @ self.W1 + self.b1
        self.a1 = self.relu(self.z1)
        self.z2 = self.a1 @ self.W2 + self.b2
        self.salida = self.softmax(self.z2)
        return self.salida

    def perdida(self, y):
        # y: etiquetas enteras, columna (m, 1)
        m = y.shape[0]
        return -np.mean(np.log(self.salida[np.arange(m), y.ravel()]))

    def atras(self, y):
        m = y.shape[0]
        dz2 = self.salida.copy()
        dz2[np.arange(m), y.ravel()] -= 1
        dz2 = dz2 / m
        self.dW2 = self.a1.T @ dz2
        self.db2 = dz2.sum(axis=0, keepdims=True)
        dz1 = (dz2 @ self.W2.T) * (self.z1 > 0)
        self.dW1 = self.X.T @ dz1
        self.db1 = dz1.sum(axis=0, keepdims=True)

    def actualizar(self):
        self.W1 -= self.tasa * self.dW1
        self.b1 -= self.tasa * self.db1
        self.W2 -= self.tasa * self.dW2
        self.b2 -= self.tasa * self.db2

    def entrenar(self, X, y, epocas=100):
        for epoca in range(epocas):
            self.adelante(X)
            self.atras(y)
            self.actualizar()
            if epoca % 10 == 0:
                print(f"época {epoca}: pérdida {self.perdida(y):.4f}")


datos = pd.read_csv("iris.csv")
X = datos.iloc[:, :4].values
y = datos["especie"].astype("category").cat.codes.values.reshape(-1, 1)
red = RedNeuronal(4, 8, 3)
red.entrenar(X, y)
