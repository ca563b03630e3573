import numpy as np

def one_hot(y, num=10):
    return np.eye(num)[y].T

def softmax(z):
    e = np.exp(z - np.max(z, axis=0))
    return e / np.sum(e, axis=0)

def fprop(theta, x):
    z1 = theta['W1'] @ x + theta['b1']
    a1 = np.tanh(z1)
    z2 = theta['W2'] @ a1 + theta['b2']
    return z1, a1, z2, softmax(z2)

def loss(yhat, y):
    return -np.sum(one_hot(y) * np.log(yhat)) / y.shape[0]

def bprop(theta, x, y, cache):
    z1, a1, z2, yhat = cache
    n = y.shape[0]
    delta2 = (yhat - one_hot(y)) / n
    delta1 = theta['W2'].T @ delta2 * (1 - np.tanh(z1) ** 2)
    grad = {'b2': delta2.sum(axis=1, keepdims=True), 'b1': delta1.sum(axis=1, keepdims=True)}
    grad['W2'] = delta2 @ z1.T
    grad['W1'] = delta1 @ x.T
    return grad
