# -*- coding: utf-8 -*-
import numpy as np

def softmax(z):
    z = z - z.max(axis=1)[:, None]
    return np.exp(z) / np.exp(z).sum(axis=1)[:, None]

def avant(poids, X):
    H = np.tanh(X @ poids['W1'] + poids['b1'])
    return H, softmax(H @ poids['W2'] + poids['b2'])

def perte(poids, X, Y):
    # moyenne sur le lot
    return -np.sum(Y * np.log(avant(poids, X)[1])) / len(X)

def arriere(poids, X, Y):
    m = len(X)
    H, P = avant(poids, X)
    dZ2 = (P - Y) / m
    dZ1 = dZ2 @ poids['W2'].T * (1 - H ** 2)
    return {'W2': H.T @ dZ2 / m, 'b2': dZ2.sum(axis=0, keepdims=True) / m,
            'W1': X.T @ dZ1 / m, 'b1': dZ1.sum(axis=0, keepdims=True) / m}
